import { describe, expect, it } from 'vitest';
import type { Gateway, GatewayEvent, QueryOutcome } from '../../../src/core/order.ts';
import type { HttpRequest } from '../../../src/core/socket.ts';
import { gate } from '../../../src/venues/gate/index.ts';
import {
  answer,
  type FakeGate,
  type FakeSocket,
  fakeGate,
  limitOrder,
  listing,
  logOn,
  order,
  push,
  settled,
  socketAt,
  trade,
} from './gate-fakes.ts';

const ref = { clientId: 'p1e1s1', listing };
const NAMED = 'GET /api/v4/spot/orders/t-p1e1s1';
const FINISHED = 'GET /api/v4/spot/orders';
const TRADES = 'GET /api/v4/spot/my_trades';
const notFound = { status: 404, body: { label: 'ORDER_NOT_FOUND', message: 'Order not found' } };

const paramsOf = (request: HttpRequest | undefined): Record<string, string> =>
  Object.fromEntries(new URL(request?.url ?? 'http://none').searchParams);
const pathsOf = (venue: FakeGate): string[] => venue.requests.map(({ url }) => new URL(url).pathname);

async function connected(): Promise<{ venue: FakeGate; gateway: Gateway; socket: FakeSocket }> {
  const venue = fakeGate();
  const gateway = gate.createGateway(venue.deps);
  const connecting = gateway.connect();
  const socket = await socketAt(venue, 0);
  logOn(socket);
  await connecting;
  venue.events.length = 0;
  venue.requests.length = 0;
  return { venue, gateway, socket };
}

describe('gate gateway, asking for an order', () => {
  it('finds it by our name, with its fills', async () => {
    const venue = fakeGate();
    venue.replies.set(NAMED, { body: order() });
    venue.replies.set(TRADES, { body: [trade({ id: '1', amount: '0.004' }), trade({ id: '2', amount: '0.006' })] });
    const outcome = await gate.createGateway(venue.deps).query(ref);
    const fill = {
      clientId: 'p1e1s1',
      venueOrderId: '1852454420',
      symbol: 'BTC_USDT',
      side: 'buy',
      price: '60000.00000000',
      fee: '0.00001000000000',
      feeAsset: 'BTC',
      maker: false,
      venueAt: 1605176741123,
    };
    expect(outcome).toEqual({
      kind: 'found',
      report: {
        clientId: 'p1e1s1',
        venueOrderId: '1852454420',
        symbol: 'BTC_USDT',
        side: 'buy',
        status: 'filled',
        filled: '0.01',
        venueAt: 1710488334074,
      },
      fills: [
        { ...fill, tradeId: '1', size: '0.004' },
        { ...fill, tradeId: '2', size: '0.006' },
      ],
    });
    expect(venue.requests.map(paramsOf)).toEqual([
      { currency_pair: 'BTC_USDT' },
      { currency_pair: 'BTC_USDT', order_id: '1852454420', page: '1', limit: '1000' },
    ]);
  });

  it('goes by the id of the venue once an answer or a push has told it', async () => {
    const { venue, gateway, socket } = await connected();
    const placing = gateway.place(limitOrder);
    answer(socket, 'spot.order_place', order({ id: '99' }));
    await placing;
    push(socket, 'spot.orders_v2', { ...order({ id: '98', text: 't-p1e1s2' }), status: undefined, event: 'put' });
    for (const id of ['99', '98']) {
      venue.replies.set(`GET /api/v4/spot/orders/${id}`, { body: order({ id, left: '0.01', status: 'cancelled' }) });
    }
    venue.replies.set(TRADES, { body: [] });
    expect(await gateway.query(ref)).toMatchObject({ kind: 'found', report: { filled: '0', status: 'cancelled' } });
    expect(await gateway.query({ ...ref, clientId: 'p1e1s2' })).toMatchObject({ kind: 'found' });
    expect(pathsOf(venue).filter((path) => path.includes('/orders/'))).toEqual([
      '/api/v4/spot/orders/99',
      '/api/v4/spot/orders/98',
    ]);
  });

  it('looks among finished orders before it believes that there is none: names are forgotten', async () => {
    const venue = fakeGate();
    venue.replies.set(NAMED, notFound);
    const others = Array.from({ length: 100 }, (_, n) => order({ id: String(n), text: `t-other${n}` }));
    venue.replies.set(FINISHED, (request) => ({ body: paramsOf(request).page === '1' ? others : [order()] }));
    venue.replies.set(TRADES, { body: [trade()] });
    expect(await gate.createGateway(venue.deps).query(ref)).toMatchObject({
      kind: 'found',
      report: { venueOrderId: '1852454420', status: 'filled' },
    });
    const base = { currency_pair: 'BTC_USDT', status: 'finished', limit: '100' };
    expect(venue.requests.slice(1, 3).map(paramsOf)).toEqual([
      { ...base, page: '1' },
      { ...base, page: '2' },
    ]);
  });

  it('says absent when it is nowhere, and failed when that could not be seen', async () => {
    const venue = fakeGate();
    venue.replies.set(NAMED, notFound);
    venue.replies.set(FINISHED, { body: [order({ text: 't-other' })] });
    const gateway = gate.createGateway(venue.deps);
    expect(await gateway.query(ref)).toEqual({ kind: 'absent' });
    venue.replies.set(FINISHED, { status: 500, body: { label: 'SERVER_ERROR', message: '' } });
    expect(await gateway.query(ref)).toMatchObject({ kind: 'failed', error: { class: 'unknown-outcome' } });
    venue.replies.set(FINISHED, { body: { orders: [] } });
    expect(await gateway.query(ref)).toMatchObject({ kind: 'failed', error: { code: 'protocol' } });
    venue.replies.set(NAMED, { status: 429, body: { label: 'TOO_MANY_REQUESTS', message: '' } });
    expect(await gateway.query(ref)).toMatchObject({ kind: 'failed', error: { class: 'rate-limit' } });
  });

  it('waits for fills that are listed a moment after their order, and says when they do not add up', async () => {
    const venue = fakeGate();
    venue.replies.set(NAMED, { body: order() });
    venue.replies.set('GET /api/v4/spot/orders/1852454420', { body: order() });
    let asked = 0;
    venue.replies.set(TRADES, () => ({ body: ++asked < 3 ? [] : [trade()] }));
    const gateway = gate.createGateway(venue.deps);
    const run = async (query: Promise<QueryOutcome>): Promise<QueryOutcome> => {
      for (let turn = 0; turn < 40; turn++) {
        venue.clock.advanceMs(50);
        await settled();
      }
      return query;
    };
    expect(await run(gateway.query(ref))).toMatchObject({ kind: 'found', fills: [{ tradeId: '5736713' }] });
    venue.replies.set(TRADES, { body: [] });
    expect(await run(gateway.query(ref))).toMatchObject({ kind: 'failed', error: { code: 'fills' } });
  });

  it.each([
    ['a market buy, sized in quote', { type: 'market', amount: '600', left: '12', filled_amount: '0.0098' }, '0.0098'],
    ['a market sale', { type: 'market', side: 'sell', amount: '1', left: '0.25', filled_amount: '9' }, '0.75'],
    ['an older answer', { amount: '1', left: '0.5', filled_amount: undefined }, '0.5'],
  ])('reckons what is filled of %s', async (_, change, filled) => {
    const venue = fakeGate();
    venue.replies.set(NAMED, { body: order(change) });
    venue.replies.set(TRADES, { body: [trade({ amount: filled })] });
    expect(await gate.createGateway(venue.deps).query(ref)).toMatchObject({ kind: 'found', report: { filled } });
  });
});

describe('gate gateway, lists', () => {
  it('lists open orders over all pairs and pages', async () => {
    const venue = fakeGate();
    const many = Array.from({ length: 100 }, (_, n) => order({ id: String(n), status: 'open', left: '0.01' }));
    venue.replies.set('GET /api/v4/spot/open_orders', (request) => ({
      body:
        paramsOf(request).page === '1'
          ? [
              { currency_pair: 'BTC_USDT', total: 101, orders: many },
              {
                currency_pair: 'ETH_USDT',
                total: 1,
                orders: [order({ id: 'e', currency_pair: 'ETH_USDT', text: 'web' })],
              },
            ]
          : [{ currency_pair: 'BTC_USDT', total: 101, orders: [order({ id: 'last' })] }],
    }));
    const reports = await gate.createGateway(venue.deps).openOrders();
    expect(reports).toHaveLength(102);
    expect(reports.find(({ symbol }) => symbol === 'ETH_USDT')).toMatchObject({ clientId: '' });
    venue.replies.set('GET /api/v4/spot/open_orders', { body: [{ orders: [{ id: '1' }] }] });
    await expect(gate.createGateway(venue.deps).openOrders()).rejects.toMatchObject({ code: 'venue/refused' });
  });

  it('lists fills in windows of seven days and pages of a thousand', async () => {
    const venue = fakeGate();
    const now = venue.clock.wallMs();
    const since = now - 8 * 86_400_000;
    venue.replies.set(TRADES, (request) => {
      const { page, from } = paramsOf(request);
      if (Number(from) * 1000 > since + 86_400_000) return { body: [trade({ id: 'new' })] };
      return {
        body: page === '1' ? Array.from({ length: 1000 }, (_, n) => trade({ id: String(n) })) : [trade({ id: 'x' })],
      };
    });
    const fills = await gate.createGateway(venue.deps).recentFills(listing, since);
    expect(fills.map(({ tradeId }) => tradeId).slice(-2)).toEqual(['x', 'new']);
    const [first, second, third] = venue.requests.map(paramsOf);
    const from = Math.floor(since / 1000);
    expect(first).toMatchObject({ currency_pair: 'BTC_USDT', from: String(from), to: String(from + 7 * 86_400 - 1) });
    expect([first?.page, second?.page, third?.page]).toEqual(['1', '2', '1']);
    expect(third).toMatchObject({ from: String(from + 7 * 86_400) });
    expect(third).not.toHaveProperty('to');
    venue.replies.set(TRADES, { status: 401, body: { label: 'INVALID_KEY', message: 'no' } });
    await expect(gate.createGateway(venue.deps).recentFills(listing, now)).rejects.toMatchObject({
      code: 'venue/auth',
    });
  });

  it('reads balances and rates', async () => {
    const venue = fakeGate();
    venue.replies.set('GET /api/v4/spot/accounts', {
      body: [{ currency: 'ETH', available: '968.8', locked: '0.5', update_id: 98 }],
    });
    venue.replies.set('GET /api/v4/wallet/fee', { body: { taker_fee: '0.0008', maker_fee: '0.0006' } });
    const gateway = gate.createGateway(venue.deps);
    expect(await gateway.balances()).toEqual([{ asset: 'ETH', free: '968.8', locked: '0.5' }]);
    expect(await gateway.feeRates(listing)).toEqual({ taker: '0.0008', maker: '0.0006' });
    venue.replies.set('GET /api/v4/wallet/fee', { status: 403, body: { label: 'FORBIDDEN', message: 'no wallet' } });
    expect(await gateway.feeRates(listing)).toEqual(gate.defaultFees);
    expect(venue.logged.join()).toContain('no wallet');
    venue.replies.set('GET /api/v4/spot/accounts', { body: [{ currency: 'ETH' }] });
    await expect(gateway.balances()).rejects.toMatchObject({ code: 'venue/refused' });
    venue.replies.set('GET /api/v4/spot/accounts', 'unreachable');
    await expect(gateway.balances()).rejects.toMatchObject({ code: 'venue/unreachable' });
  });
});

describe('gate gateway, pushes', () => {
  const pushed = (change: object) => ({ ...order(), status: undefined, ...change });
  const reported = (events: readonly GatewayEvent[]) =>
    events.map((event) => (event.kind === 'OrderUpdated' ? [event.report.status, event.report.filled] : [event.kind]));

  it.each(['spot.orders', 'spot.orders_v2'])('reads what happens to orders on %s', async (channel) => {
    const { venue, socket } = await connected();
    push(
      socket,
      channel,
      pushed({ event: 'put', finish_as: 'open', left: '0.01' }),
      pushed({ event: 'update', finish_as: 'open', left: '0.004' }),
      pushed({ event: 'finish', finish_as: 'filled', left: '0' }),
      pushed({ event: 'finish', finish_as: 'ioc', left: '0.004' }),
      pushed({ event: 'finish', finish_as: 'cancelled', left: '0.01' }),
      pushed({ event: 'finish', finish_as: '-', left: '0' }),
    );
    expect(reported(venue.events)).toEqual([
      ['open', '0'],
      ['open', '0.006'],
      ['filled', '0.01'],
      ['cancelled', '0.006'],
      ['cancelled', '0'],
      ['filled', '0.01'],
    ]);
    expect(venue.events[0]).toMatchObject({ report: { clientId: 'p1e1s1', venueOrderId: '1852454420', side: 'buy' } });
  });

  const feeOf = async (change: object) => {
    const { venue, socket } = await connected();
    push(socket, 'spot.usertrades', trade(change));
    const [event] = venue.events;
    return event?.kind === 'LegFilled' ? [event.fill.fee, event.fill.feeAsset] : [event, venue.logged];
  };

  it.each([
    ['what was bought, named', { fee: '0.00001', fee_currency: 'BTC' }, ['0.00001', 'BTC']],
    ['what was bought, not named', { fee: '0.00001', fee_currency: undefined }, ['0.00001', 'BTC']],
    ['what was received for a sale, not named', { side: 'sell', fee: '0.6', fee_currency: undefined }, ['0.6', 'USDT']],
    ['GT', { fee: '0', gt_fee: '0.0123' }, ['0.0123', 'GT']],
    ['points', { fee: '0', gt_fee: '0', point_fee: '0.6' }, ['0.6', 'POINT']],
    ['nothing', { fee: '0.00', gt_fee: '0', point_fee: '0' }, ['0.00', 'BTC']],
    ['a rebate', { fee: '-0.00001' }, ['-0.00001', 'BTC']],
  ])('reads a fee in %s', async (_, change, fee) => {
    expect(await feeOf(change)).toEqual(fee);
  });

  it('reads a fill with its exact texts, its id as a number, every time that it comes, after the end too', async () => {
    const { venue, socket } = await connected();
    push(socket, 'spot.orders_v2', pushed({ event: 'finish', finish_as: 'ioc', left: '0.01' }));
    push(socket, 'spot.usertrades', trade({ id: 5736713, role: 'maker' }), trade({ id: 5736713, role: 'maker' }));
    const fill = {
      clientId: 'p1e1s1',
      venueOrderId: '1852454420',
      tradeId: '5736713',
      symbol: 'BTC_USDT',
      side: 'buy',
      price: '60000.00000000',
      size: '0.01000000',
      fee: '0.00001000000000',
      feeAsset: 'BTC',
      maker: true,
      venueAt: 1605176741123,
    };
    expect(venue.events.slice(1)).toEqual([
      { kind: 'LegFilled', fill },
      { kind: 'LegFilled', fill },
    ]);
  });

  it('reads balances: what is free and what is held, whatever changed', async () => {
    const { venue, socket } = await connected();
    push(
      socket,
      'spot.balances',
      { currency: 'USDT', change: '0', total: '105', available: '100', freeze: '5', freeze_change: '5' },
      { currency: 'BTC', change: '1', total: '1', available: '1', freeze: '0' },
    );
    expect(venue.events).toEqual([
      {
        kind: 'BalancesChanged',
        balances: [
          { asset: 'USDT', free: '100', locked: '5' },
          { asset: 'BTC', free: '1', locked: '0' },
        ],
      },
    ]);
  });

  it('says what it cannot read, and goes on', async () => {
    const { venue, gateway, socket } = await connected();
    push(socket, 'spot.orders_v2', { id: '1' }, pushed({ event: 'wonder' }));
    push(socket, 'spot.usertrades', trade({ fee: undefined }), trade({ id: undefined }), trade({ price: 'x' }));
    push(socket, 'spot.balances', { currency: 'USDT' });
    push(socket, 'spot.priceorders', {});
    socket.push('not json');
    expect(venue.events).toEqual([]);
    const count = (what: string) => venue.logged.filter((line) => line.startsWith(`unreadable ${what}`)).length;
    expect([count('order'), count('fill'), count('balance'), count('frame')]).toEqual([2, 3, 1, 1]);
    expect(gateway.isUp).toBe(true);
  });

  it('says that it is down, and comes back with fresh signatures', async () => {
    const { venue, gateway, socket } = await connected();
    socket.end(1006, '');
    expect(gateway.isUp).toBe(false);
    venue.clock.advanceMs(120_000);
    await settled();
    const second = await socketAt(venue, 1);
    logOn(second);
    expect(venue.events.map(({ kind }) => kind)).toEqual(['GatewayDown', 'GatewayUp']);
    const seconds = Math.floor((venue.clock.wallMs() + venue.aheadMs) / 1000);
    for (const text of second.sent) expect(JSON.parse(text)).toMatchObject({ time: seconds });
    await gateway.close();
    expect(gateway.isUp).toBe(false);
  });
});
