import { afterEach, describe, expect, it } from 'vitest';
import type { Fill } from '../../../src/core/order.ts';
import { kucoin } from '../../../src/venues/kucoin/index.ts';
import { sign } from '../../../src/venues/kucoin/sign.ts';
import {
  body,
  bullet,
  CHALLENGE,
  connected,
  type FakeVenue,
  limitOrder,
  listing,
  logOnOrders,
  logOnPushes,
  fakeVenue as newVenue,
  requestsOf,
  rounds,
} from './kucoin-fakes.ts';
import { credentials, type FakeSocket, socketAt } from './okx-fakes.ts';

const { apiKey, secret, passphrase } = credentials;
const secretsIn = (text: string): boolean => [secret, passphrase].some((hidden) => text.includes(hidden));

const open: FakeVenue[] = [];
afterEach(() => {
  // Whatever a test did, no secret stood in a log line.
  for (const venue of open.splice(0)) expect(venue.logged.filter(secretsIn)).toEqual([]);
});

function fakeVenue(): FakeVenue {
  const venue = newVenue();
  open.push(venue);
  return venue;
}

const answer = (socket: FakeSocket, op: string, rest: object): void => {
  const id = requestsOf(socket, op).at(-1)?.id;
  socket.push({ id, op, ...rest, inTime: 1_695_190_491_421, outTime: 1_695_190_491_422 });
};
const ORDER = 'GET /api/v1/hf/orders/client-order/p1e1s1';
const FILLS = 'GET /api/v1/hf/fills';
const order = (change: object = {}) => ({
  id: '6717422bd51c29000775ea03',
  symbol: 'BTC-USDT',
  side: 'buy',
  size: '0.01',
  dealSize: '0.01',
  clientOid: 'p1e1s1',
  active: false,
  lastUpdatedAt: 1_729_577_515_481,
  ...change,
});
const trade = (tradeId: string | number, size: string) => ({
  id: 19_814_995_255_305,
  orderId: '6717422bd51c29000775ea03',
  tradeId,
  symbol: 'BTC-USDT',
  side: 'buy',
  liquidity: 'taker',
  price: '60000.1',
  size,
  fee: '0.300000500',
  feeCurrency: 'USDT',
  createdAt: 1_729_577_515_473,
});
const pushed = (type: string, change: object = {}) => ({
  topic: '/spotMarket/tradeOrdersV2',
  type: 'message',
  subject: 'orderChange',
  channelType: 'private',
  data: {
    clientOid: 'p1e1s1',
    orderId: '6717422bd51c29000775ea03',
    symbol: 'BTC-USDT',
    side: 'buy',
    orderType: 'limit',
    filledSize: '0',
    originSize: '0.01',
    type,
    status: type === 'filled' || type === 'canceled' ? 'done' : 'open',
    ...change,
  },
});
/** A push whose time is past 2^53, as the venue writes it. */
const withNanos = (frame: object): string =>
  JSON.stringify(frame).replace('"data":{', '"data":{"ts":1729577515473000123,');

describe('kucoin gateway, logging on', () => {
  it('asks for an address, signs the order socket and its challenge, and says once that it is up', async () => {
    const venue = fakeVenue();
    const { gateway, pushes, orders } = await connected(venue);
    const url = new URL(pushes.url);
    expect(`${url.origin}${url.pathname}`).toBe('ws://127.0.0.1:1/endpoint');
    expect(url.searchParams.get('token')).toBe('the+token==');
    expect(url.searchParams.get('connectId')).not.toBe('');
    expect(pushes.sent.map((text) => JSON.parse(text))).toEqual(
      ['/spotMarket/tradeOrdersV2', '/account/balance'].map((topic) => ({
        id: topic,
        type: 'subscribe',
        topic,
        privateChannel: true,
        response: true,
      })),
    );
    const now = String(venue.clock.wallMs() + venue.aheadMs);
    expect(Object.fromEntries(new URL(orders.url).searchParams)).toEqual({
      apikey: apiKey,
      timestamp: now,
      sign: sign(secret, `${apiKey}${now}`),
      passphrase: sign(secret, passphrase),
    });
    expect(orders.sent).toEqual([sign(secret, CHALLENGE)]);
    expect(gateway.isUp).toBe(true);
    expect(venue.events).toEqual([{ kind: 'GatewayUp' }]);
    const asked = venue.requests.find(({ method }) => method === 'POST');
    expect(asked?.headers).toMatchObject({
      'KC-API-KEY': apiKey,
      'KC-API-PASSPHRASE': sign(secret, passphrase),
      'KC-API-SIGN': sign(secret, `${now}POST/api/v1/bullet-private`),
      'KC-API-TIMESTAMP': now,
    });
  });

  it('rejects with one fault, having opened nothing, when the key is refused', async () => {
    const venue = fakeVenue();
    const refusal = { code: '400003', msg: `KC-API-KEY not exists: ${apiKey}` };
    venue.replies.set('POST /api/v1/bullet-private', { status: 401, body: refusal });
    const gateway = kucoin.createGateway(venue.deps);
    await expect(gateway.connect()).rejects.toMatchObject({ code: 'venue/auth' });
    await expect(gateway.connect()).rejects.not.toMatchObject({ message: expect.stringContaining(apiKey) });
    venue.clock.advanceMs(60_000);
    await rounds();
    expect(venue.sockets).toHaveLength(0);
    expect(venue.events).toEqual([]);
  });

  it.each([
    ['400005', 'Invalid KC-API-SIGN.'],
    ['400011', 'Session verification failed.'],
  ])('rejects with one fault when the order socket refuses: %s', async (code, msg) => {
    const venue = fakeVenue();
    const gateway = kucoin.createGateway(venue.deps);
    const connecting = gateway.connect();
    logOnPushes(await socketAt(venue, 0));
    const orders = await socketAt(venue, 1);
    orders.open();
    if (code === '400011') orders.push(CHALLENGE);
    orders.push({ code, msg, inTime: 1, outTime: 2 });
    await expect(connecting).rejects.toMatchObject({ code: 'venue/auth' });
    venue.clock.advanceMs(60_000);
    await rounds();
    expect(venue.sockets.every((socket) => !socket.isOpen)).toBe(true);
    expect(venue.sockets).toHaveLength(2);
    expect(gateway.isUp).toBe(false);
  });

  it('rejects when the venue hands out no address', async () => {
    const venue = fakeVenue();
    venue.replies.set('POST /api/v1/bullet-private', body({ token: 't', instanceServers: [] }));
    await expect(kucoin.createGateway(venue.deps).connect()).rejects.toMatchObject({ code: 'venue/protocol' });
  });

  it('is down while either socket is, and comes back with a new address and a new signature', async () => {
    const venue = fakeVenue();
    const { gateway, pushes, orders } = await connected(venue);
    pushes.end(1006, '');
    orders.end(1006, '');
    expect(gateway.isUp).toBe(false);
    expect(venue.events.map(({ kind }) => kind)).toEqual(['GatewayUp', 'GatewayDown']);
    venue.replies.set('POST /api/v1/bullet-private', bullet('ws://127.0.0.1:1/another'));
    for (let turn = 0; turn < 20 && venue.sockets.length < 4; turn++) {
      venue.clock.advanceMs(500);
      await rounds();
    }
    const again = venue.sockets.slice(2);
    for (const socket of again) {
      if (socket.url.includes('/another')) logOnPushes(socket);
      else {
        expect(socket.url).not.toBe(orders.url);
        logOnOrders(socket);
      }
    }
    expect(gateway.isUp).toBe(true);
    expect(venue.events.map(({ kind }) => kind)).toEqual(['GatewayUp', 'GatewayDown', 'GatewayUp']);
  });

  it('pings both sockets, also while they are busy', async () => {
    const venue = fakeVenue();
    const { pushes, orders } = await connected(venue);
    const before = pushes.sent.length;
    for (let second = 0; second < 31; second++) {
      venue.clock.advanceMs(1_000);
      pushes.push({ id: 'x', type: 'pong' });
      orders.push({ id: 'x', op: 'pong', timestamp: 1 });
    }
    const pings = pushes.sent.slice(before).map((text) => JSON.parse(text) as object);
    expect(pings).toEqual(Array(2).fill({ id: expect.any(String), type: 'ping' }));
    expect(requestsOf(orders, 'ping')).toHaveLength(2);
  });
});

describe('kucoin gateway, placing', () => {
  it('writes the order with a window, and reads the acknowledgement', async () => {
    const venue = fakeVenue();
    const { gateway, orders } = await connected(venue);
    const placing = gateway.place(limitOrder);
    expect(requestsOf(orders, 'spot.order')).toEqual([
      {
        id: expect.any(String),
        op: 'spot.order',
        args: {
          clientOid: 'p1e1s1',
          symbol: 'BTC-USDT',
          side: 'buy',
          type: 'limit',
          size: '0.01',
          stp: 'CN',
          price: '60000.1',
          timeInForce: 'IOC',
          allowMaxTimeWindow: 2000,
          clientTimestamp: venue.clock.wallMs() + venue.aheadMs,
        },
      },
    ]);
    answer(orders, 'spot.order', {
      code: '200000',
      data: { orderId: '670fd33bf9406e0007ab3945', clientOid: 'p1e1s1' },
    });
    expect(await placing).toMatchObject({ kind: 'acked', venueOrderId: '670fd33bf9406e0007ab3945' });
    expect(venue.requests.filter(({ url }) => url.includes('/hf/orders'))).toEqual([]);
  });

  it.each([
    ['200004', 'Balance insufficient!', 'insufficient-funds'],
    ['400100', 'Order size increment invalid.', 'filter'],
    ['102426', 'Duplicate clientOid', 'duplicate-client-id'],
    ['600203', 'Symbol BTC-USDT cant be traded', 'maintenance'],
  ])('reads a refusal: %s %s', async (code, msg, errorClass) => {
    const venue = fakeVenue();
    const { gateway, orders } = await connected(venue);
    const placing = gateway.place(limitOrder);
    answer(orders, 'spot.order', { code, msg });
    expect(await placing).toMatchObject({ kind: 'rejected', error: { class: errorClass, code } });
  });

  it('carries the wait that the order socket names', async () => {
    const venue = fakeVenue();
    const { gateway, orders } = await connected(venue);
    const placing = gateway.place(limitOrder);
    answer(orders, 'spot.order', {
      code: '429000',
      msg: 'too many',
      rateLimit: { limit: 1600, reset: 15_244, remaining: 0 },
    });
    expect(await placing).toMatchObject({ kind: 'rejected', error: { class: 'rate-limit', retryAfterMs: 15_244 } });
  });

  it('does not know what became of an order that is not answered, refused by an error of theirs, or cut off', async () => {
    const venue = fakeVenue();
    const { gateway, orders } = await connected(venue);
    const silent = gateway.place(limitOrder);
    venue.clock.advanceMs(2_000);
    expect(await silent).toMatchObject({ kind: 'unknown' });
    const broken = gateway.place(limitOrder);
    answer(orders, 'spot.order', { code: '500000', msg: 'Internal Server Error' });
    expect(await broken).toMatchObject({ kind: 'unknown' });
    const bare = gateway.place(limitOrder);
    answer(orders, 'spot.order', { code: '200000', data: {} });
    expect(await bare).toMatchObject({ kind: 'unknown' });
    const cut = gateway.place(limitOrder);
    orders.end(1006, '');
    expect(await cut).toMatchObject({ kind: 'unknown' });
    expect(requestsOf(orders, 'spot.order')).toHaveLength(4);
    expect(venue.requests.filter(({ url }) => url.includes('/hf/orders'))).toEqual([]);
  });

  it('goes over REST while the order socket is down, signed with the time that stands in the order', async () => {
    const venue = fakeVenue();
    const { gateway, orders } = await connected(venue);
    orders.end(1006, '');
    venue.replies.set('POST /api/v1/hf/orders', body({ orderId: '670fd33bf9406e0007ab3945', clientOid: 'p1e1s1' }));
    expect(await gateway.place(limitOrder)).toMatchObject({ kind: 'acked', venueOrderId: '670fd33bf9406e0007ab3945' });
    const request = venue.requests.at(-1);
    const stamp = request?.headers?.['KC-API-TIMESTAMP'];
    expect(JSON.parse(request?.body ?? '')).toMatchObject({ clientTimestamp: Number(stamp), allowMaxTimeWindow: 2000 });
    expect(request?.headers?.['KC-API-SIGN']).toBe(sign(secret, `${stamp}POST/api/v1/hf/orders${request?.body}`));
    venue.replies.set('POST /api/v1/hf/orders', 'unreachable');
    expect(await gateway.place(limitOrder)).toMatchObject({ kind: 'unknown' });
    venue.replies.set('POST /api/v1/hf/orders', { status: 502, body: '<html>' });
    expect(await gateway.place(limitOrder)).toMatchObject({ kind: 'unknown' });
    venue.replies.set('POST /api/v1/hf/orders', {
      status: 429,
      body: { code: '429000', msg: 'Too many requests' },
      headers: { 'gw-ratelimit-reset': '4321' },
    });
    expect(await gateway.place(limitOrder)).toMatchObject({
      kind: 'rejected',
      error: { class: 'rate-limit', retryAfterMs: 4321 },
    });
  });

  it('sizes market orders in the base asset and gives them no price', async () => {
    const { gateway, orders } = await connected(fakeVenue());
    void gateway.place({ ...limitOrder, type: 'market' });
    const args = requestsOf(orders, 'spot.order').at(-1)?.args ?? {};
    expect(args).toMatchObject({ type: 'market', size: '0.01' });
    expect(Object.keys(args).filter((key) => ['price', 'funds', 'timeInForce'].includes(key))).toEqual([]);
  });
});

describe('kucoin gateway, cancelling and asking', () => {
  it('cancels by client id, over REST while the order socket is down', async () => {
    const venue = fakeVenue();
    const { gateway, orders } = await connected(venue);
    const cancelling = gateway.cancel(limitOrder);
    expect(requestsOf(orders, 'spot.cancel').at(-1)?.args).toEqual({ symbol: 'BTC-USDT', clientOid: 'p1e1s1' });
    answer(orders, 'spot.cancel', { code: '200000', data: { clientOid: 'p1e1s1' } });
    expect(await cancelling).toEqual({ kind: 'cancelled' });
    const absent = gateway.cancel(limitOrder);
    answer(orders, 'spot.cancel', { code: '400100', msg: 'order_not_exist_or_not_allow_to_cancel' });
    expect(await absent).toEqual({ kind: 'absent' });
    const cut = gateway.cancel(limitOrder);
    orders.end(1006, '');
    expect(await cut).toMatchObject({ kind: 'failed', error: { class: 'unknown-outcome' } });
    venue.replies.set('DELETE /api/v1/hf/orders/client-order/p1e1s1', body({ clientOid: 'p1e1s1' }));
    expect(await gateway.cancel(limitOrder)).toEqual({ kind: 'cancelled' });
    expect(venue.requests.at(-1)?.url).toMatch(/p1e1s1\?symbol=BTC-USDT$/);
  });

  it('finds an order with fills that add up, and waits for those that are not listed yet', async () => {
    const venue = fakeVenue();
    const { gateway } = await connected(venue);
    venue.replies.set(ORDER, body(order()));
    let asked = 0;
    venue.replies.set(FILLS, () => {
      asked++;
      return body({ items: asked === 1 ? [trade(1, '0.004')] : [trade(1, '0.004'), trade('2', '0.006')], lastId: 0 });
    });
    const query = gateway.query(limitOrder);
    await rounds();
    expect(asked).toBe(1);
    venue.clock.advanceMs(150);
    const found = await query;
    expect(found).toMatchObject({ kind: 'found', report: { status: 'filled', filled: '0.01', clientId: 'p1e1s1' } });
    if (found.kind === 'found') {
      expect(found.fills.map(({ tradeId, fee, feeAsset, clientId }) => [tradeId, fee, feeAsset, clientId])).toEqual([
        ['1', '0.300000500', 'USDT', 'p1e1s1'],
        ['2', '0.300000500', 'USDT', 'p1e1s1'],
      ]);
    }
  });

  it.each([
    ['no order', body(null)],
    ['its words', { body: { code: '400100', msg: 'order_not_exist' } }],
  ])('hears that the venue does not know an order: %s', async (_, reply) => {
    const venue = fakeVenue();
    const { gateway } = await connected(venue);
    venue.replies.set(ORDER, reply);
    expect(await gateway.query(limitOrder)).toEqual({ kind: 'absent' });
  });

  it.each([
    ['a server error', { status: 500, body: { code: '400100', msg: 'order_not_exist' } }],
    ['nothing', 'unreachable' as const],
    ['a limit', { status: 429, body: { code: '429000', msg: 'Too many requests' } }],
    ['an order that it cannot read', body(order({ dealSize: 'much' }))],
  ])('does not take %s for an answer', async (_, reply) => {
    const venue = fakeVenue();
    const { gateway } = await connected(venue);
    venue.replies.set(ORDER, reply);
    expect(await gateway.query(limitOrder)).toMatchObject({ kind: 'failed' });
  });

  it('reads all pages of fills once each, keeping ids past 2^53 exact', async () => {
    const venue = fakeVenue();
    const { gateway } = await connected(venue);
    const first = Array.from({ length: 100 }, (_, index) =>
      trade(`${11_029_373_945_659_300n + BigInt(index)}`, '0.00005'),
    );
    const page = (items: object[], lastId: number) =>
      JSON.stringify({ code: '200000', data: { items, lastId } }).replace(/"tradeId":"(\d+)"/g, '"tradeId":$1');
    venue.replies.set(FILLS, ({ url }) => {
      const lastId = new URL(url).searchParams.get('lastId');
      return {
        body: lastId === null ? page(first, 77) : page([first[99] as object, trade('11029373945659401', '0.005')], 78),
      };
    });
    venue.replies.set(ORDER, body(order()));
    const found = await gateway.query(limitOrder);
    expect(found.kind).toBe('found');
    const fills = found.kind === 'found' ? found.fills : [];
    expect(fills).toHaveLength(101);
    expect([fills[0]?.tradeId, fills[100]?.tradeId]).toEqual(['11029373945659300', '11029373945659401']);
  });

  it('lists open orders symbol by symbol', async () => {
    const venue = fakeVenue();
    const { gateway } = await connected(venue);
    venue.replies.set('GET /api/v1/hf/orders/active/symbols', body({ symbols: ['BTC-USDT', 'ETH-USDT'] }));
    venue.replies.set('GET /api/v1/hf/orders/active', ({ url }) => {
      const symbol = new URL(url).searchParams.get('symbol') ?? '';
      return body([order({ symbol, active: true, dealSize: '0' })]);
    });
    const listed = await gateway.openOrders();
    expect(listed.map(({ symbol, status, filled }) => [symbol, status, filled])).toEqual([
      ['BTC-USDT', 'open', '0'],
      ['ETH-USDT', 'open', '0'],
    ]);
    venue.replies.set('GET /api/v1/hf/orders/active/symbols', body({ symbols: null }));
    expect(await gateway.openOrders()).toEqual([]);
    venue.replies.set('GET /api/v1/hf/orders/active/symbols', body('BTC-USDT'));
    await expect(gateway.openOrders()).rejects.toMatchObject({ code: 'venue/refused' });
  });

  it('asks for recent fills a week at a time, and for each of their orders once', async () => {
    const venue = fakeVenue();
    const { gateway } = await connected(venue);
    const windows: [number, number][] = [];
    venue.replies.set(FILLS, ({ url }) => {
      const { searchParams } = new URL(url);
      windows.push([Number(searchParams.get('startAt')), Number(searchParams.get('endAt'))]);
      return body({ items: windows.length === 1 ? [trade(1, '0.004'), trade(2, '0.006')] : [], lastId: 0 });
    });
    venue.replies.set('GET /api/v1/hf/orders/6717422bd51c29000775ea03', body(order()));
    const since = venue.clock.wallMs() - 10 * 86_400_000;
    const fills = await gateway.recentFills(listing, since);
    expect(fills.map(({ tradeId, clientId }) => [tradeId, clientId])).toEqual([
      ['1', 'p1e1s1'],
      ['2', 'p1e1s1'],
    ]);
    expect(windows).toHaveLength(2);
    expect(windows[0]?.[0]).toBe(since);
    for (const [from, to] of windows) expect(to - from).toBeLessThanOrEqual(7 * 86_400_000);
    expect(venue.requests.filter(({ url }) => url.includes('/hf/orders/6717'))).toHaveLength(1);
  });

  it('reads balances of the trading account, and rates; assumes the usual ones where it cannot', async () => {
    const venue = fakeVenue();
    const { gateway } = await connected(venue);
    venue.replies.set(
      'GET /api/v1/accounts',
      body([
        { currency: 'USDT', type: 'trade', balance: '27', available: '26.6', holds: '0.4' },
        { currency: 'USDT', type: 'main', balance: '5', available: '5', holds: '0' },
      ]),
    );
    expect(await gateway.balances()).toEqual([{ asset: 'USDT', free: '26.6', locked: '0.4' }]);
    venue.replies.set(
      'GET /api/v1/trade-fees',
      body([{ symbol: 'BTC-USDT', takerFeeRate: '0.0008', makerFeeRate: '0.0006' }]),
    );
    expect(await gateway.feeRates(listing)).toEqual({ taker: '0.0008', maker: '0.0006' });
    venue.replies.set('GET /api/v1/trade-fees', 'unreachable');
    expect(await gateway.feeRates(listing)).toMatchObject({ taker: '0.001', maker: '0.001' });
    venue.replies.set('GET /api/v1/accounts', {
      body: { code: '400007', msg: 'Access denied, requires more permission' },
    });
    await expect(gateway.balances()).rejects.toMatchObject({ code: 'venue/auth' });
  });
});

describe('kucoin gateway, pushes', () => {
  const told = (venue: FakeVenue) =>
    venue.events.slice(1).map((event) => {
      if (event.kind === 'LegFilled') return `fill ${event.fill.tradeId} ${event.fill.size}`;
      return event.kind === 'OrderUpdated' ? `${event.report.status} ${event.report.filled}` : event.kind;
    });

  it('asks for the fills that a push counts, and tells of the order after them', async () => {
    const venue = fakeVenue();
    const { pushes } = await connected(venue);
    venue.replies.set(FILLS, body({ items: [trade(1, '0.004')], lastId: 0 }));
    pushes.push(withNanos(pushed('received')));
    expect(told(venue)).toEqual(['open 0']);
    pushes.push(withNanos(pushed('match', { filledSize: '0.004', matchSize: '0.004', tradeId: '1', status: 'match' })));
    await rounds();
    expect(told(venue)).toEqual(['open 0', 'fill 1 0.004', 'open 0.004']);
    expect(venue.events.at(-1)).toMatchObject({ report: { venueAt: 1_729_577_515_473, clientId: 'p1e1s1' } });
    // The last fill is not listed yet when the order's end is pushed.
    pushes.push(withNanos(pushed('filled', { filledSize: '0.01' })));
    await rounds();
    expect(told(venue)).toHaveLength(3);
    venue.replies.set(FILLS, body({ items: [trade(1, '0.004'), trade(2, '0.006')], lastId: 0 }));
    venue.clock.advanceMs(1_000);
    await rounds();
    expect(told(venue).slice(3)).toEqual(['fill 2 0.006', 'filled 0.01']);
    const fill = venue.events.find((event) => event.kind === 'LegFilled') as { fill: Fill };
    expect(fill.fill).toEqual({
      clientId: 'p1e1s1',
      venueOrderId: '6717422bd51c29000775ea03',
      tradeId: '1',
      symbol: 'BTC-USDT',
      side: 'buy',
      price: '60000.1',
      size: '0.004',
      fee: '0.300000500',
      feeAsset: 'USDT',
      maker: false,
      venueAt: 1_729_577_515_473,
    });
  });

  it('tells of a fill that comes after the end of its order', async () => {
    const venue = fakeVenue();
    const { pushes } = await connected(venue);
    pushes.push(pushed('canceled', { canceledSize: '0.01' }));
    expect(told(venue)).toEqual(['cancelled 0']);
    venue.replies.set(FILLS, body({ items: [trade(7, '0.002')], lastId: 0 }));
    pushes.push(pushed('match', { filledSize: '0.002' }));
    await rounds();
    expect(told(venue)).toEqual(['cancelled 0', 'fill 7 0.002', 'open 0.002']);
  });

  it('says what it knows when the fills do not come, and that they are missing', async () => {
    const venue = fakeVenue();
    const { pushes } = await connected(venue);
    venue.replies.set(FILLS, 'unreachable');
    pushes.push(pushed('filled', { filledSize: '0.01' }));
    for (let turn = 0; turn < 10; turn++) {
      await rounds(4);
      venue.clock.advanceMs(5_000);
    }
    expect(told(venue).filter((each) => !each.startsWith('Gateway'))).toEqual(['filled 0.01']);
    expect(venue.logged.some((line) => line.includes('have to be asked for'))).toBe(true);
  });

  it('tells balances of the trading account alone, and of nothing that it cannot read', async () => {
    const venue = fakeVenue();
    const { pushes } = await connected(venue);
    const balance = (relationEvent: string) => ({
      topic: '/account/balance',
      type: 'message',
      data: { currency: 'USDT', available: '88', hold: '12', total: '100', relationEvent, time: '1545743136994' },
    });
    pushes.push(balance('trade.hold'));
    pushes.push(balance('main.deposit'));
    pushes.push(balance('margin.hold'));
    pushes.push(pushed('unheard-of'));
    expect(venue.events.slice(1)).toEqual([
      { kind: 'BalancesChanged', balances: [{ asset: 'USDT', free: '88', locked: '12' }] },
    ]);
    expect(venue.logged.some((line) => line.includes('unreadable order'))).toBe(true);
  });
});
