/** What the gateway is asked for, and what the venue says unasked. */
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../../src/core/socket.ts';
import { bybit } from '../../../src/venues/bybit/index.ts';
import { sign } from '../../../src/venues/bybit/sign.ts';
import { credentials, executionItem, listing, fakeVenue as newVenue, ok, orderItem, refusal } from './bybit-fakes.ts';
import { type FakeVenue, settled } from './okx-fakes.ts';

const open: FakeVenue[] = [];
afterEach(() => {
  for (const venue of open.splice(0)) {
    expect(venue.logged.filter((line) => line.includes(credentials.secret))).toEqual([]);
  }
});
function fakeVenue(): FakeVenue {
  const venue = newVenue();
  open.push(venue);
  return venue;
}

const ref = { clientId: 'p1e1s1', listing };
const list = (...items: object[]) => ok({ list: items, nextPageCursor: '', category: 'spot' });
const queryOf = (request: HttpRequest): Record<string, string> =>
  Object.fromEntries(new URL(request.url).searchParams.entries());
const report = {
  clientId: 'p1e1s1',
  venueOrderId: '1552132392821724672',
  symbol: 'BTCUSDT',
  side: 'buy',
  status: 'filled',
  filled: '0.01',
  venueAt: 1_699_764_599_841,
};
const fill = {
  clientId: 'p1e1s1',
  venueOrderId: '1552132392821724672',
  tradeId: '2100000000047469164',
  symbol: 'BTCUSDT',
  side: 'buy',
  price: '60000.00',
  size: '0.010000',
  fee: '0.00001',
  feeAsset: 'BTC',
  maker: false,
  venueAt: 1_699_764_599_837,
};

describe('bybit gateway, asking for an order', () => {
  it('finds an order with its fills', async () => {
    const venue = fakeVenue();
    venue.replies.set('GET /v5/order/realtime', list(orderItem()));
    venue.replies.set('GET /v5/execution/list', list(executionItem()));
    expect(await bybit.createGateway(venue.deps).query(ref)).toEqual({ kind: 'found', report, fills: [fill] });
    const [order, fills] = venue.requests as [HttpRequest, HttpRequest];
    expect(queryOf(order)).toEqual({ category: 'spot', orderLinkId: 'p1e1s1' });
    expect(queryOf(fills)).toEqual({ category: 'spot', orderId: report.venueOrderId, limit: '100' });
    const timestamp = String(venue.clock.wallMs());
    expect(order.headers).toEqual({
      'X-BAPI-API-KEY': credentials.apiKey,
      'X-BAPI-TIMESTAMP': timestamp,
      'X-BAPI-RECV-WINDOW': '5000',
      'X-BAPI-SIGN': sign(credentials.secret, `${timestamp}${credentials.apiKey}5000category=spot&orderLinkId=p1e1s1`),
    });
    expect(order.body).toBeUndefined();
  });

  it('looks into the history for what a restart of the venue took off the list', async () => {
    const venue = fakeVenue();
    venue.replies.set('GET /v5/order/realtime', list());
    venue.replies.set('GET /v5/order/history', list(orderItem({ orderStatus: 'Cancelled', cumExecQty: '0' })));
    venue.replies.set('GET /v5/execution/list', list());
    expect(await bybit.createGateway(venue.deps).query(ref)).toMatchObject({
      kind: 'found',
      report: { status: 'cancelled', filled: '0' },
      fills: [],
    });
  });

  it('says that an order is absent only when the venue denied it twice', async () => {
    const venue = fakeVenue();
    venue.replies.set('GET /v5/order/realtime', list());
    venue.replies.set('GET /v5/order/history', list(orderItem({ orderLinkId: 'another' })));
    const asking = bybit.createGateway(venue.deps).query(ref);
    for (let turn = 0; turn < 5; turn++) await settled();
    expect(venue.requests).toHaveLength(2);
    venue.clock.advanceMs(300);
    expect(await asking).toEqual({ kind: 'absent' });
    expect(venue.requests).toHaveLength(4);
  });

  it('finds an order that the venue took before its list knew of it', async () => {
    const venue = fakeVenue();
    venue.replies.set('GET /v5/order/realtime', () => list(...(venue.requests.length > 2 ? [orderItem()] : [])));
    venue.replies.set('GET /v5/order/history', list());
    venue.replies.set('GET /v5/execution/list', list(executionItem()));
    const asking = bybit.createGateway(venue.deps).query(ref);
    for (let turn = 0; turn < 5; turn++) await settled();
    venue.clock.advanceMs(300);
    expect(await asking).toMatchObject({ kind: 'found', report });
  });

  it('waits for fills that the list does not have yet, and fails without them', async () => {
    const venue = fakeVenue();
    venue.replies.set('GET /v5/order/realtime', list(orderItem()));
    let asked = 0;
    venue.replies.set('GET /v5/execution/list', () => list(...(++asked > 2 ? [executionItem()] : [])));
    const gateway = bybit.createGateway(venue.deps);
    const asking = gateway.query(ref);
    for (let turn = 0; turn < 2; turn++) {
      for (let step = 0; step < 5; step++) await settled();
      venue.clock.advanceMs(150);
    }
    expect(await asking).toMatchObject({ kind: 'found', fills: [fill] });
    venue.replies.set('GET /v5/execution/list', list(executionItem({ execQty: '0.004' })));
    const failing = gateway.query(ref);
    for (let turn = 0; turn < 4; turn++) {
      for (let step = 0; step < 5; step++) await settled();
      venue.clock.advanceMs(150);
    }
    expect(await failing).toMatchObject({ kind: 'failed', error: { class: 'unknown-outcome' } });
  });

  it.each([
    ['a refusal', refusal(10006), 'rate-limit'],
    ['a server error', { status: 502, body: '' }, 'unknown-outcome'],
    ['no answer', 'unreachable' as const, 'unknown-outcome'],
    ['an unreadable order', list(orderItem({ orderStatus: 'Strange' })), 'unknown-outcome'],
  ])('fails on %s', async (_, reply, errorClass) => {
    const venue = fakeVenue();
    venue.replies.set('GET /v5/order/realtime', reply);
    expect(await bybit.createGateway(venue.deps).query(ref)).toMatchObject({
      kind: 'failed',
      error: { class: errorClass },
    });
  });

  it('reads the clock anew when the venue refuses a request for its time, and repeats nothing', async () => {
    const venue = fakeVenue();
    venue.replies.set('GET /v5/order/realtime', refusal(10002));
    const gateway = bybit.createGateway(venue.deps);
    expect(await gateway.query(ref)).toMatchObject({ kind: 'failed', error: { class: 'clock' } });
    for (let turn = 0; turn < 10; turn++) await settled();
    const paths = venue.requests.map((request) => new URL(request.url).pathname);
    expect(paths).toEqual(['/v5/order/realtime', ...Array(3).fill('/v5/market/time')]);
    await gateway.query(ref);
    expect(venue.requests.at(-1)?.headers).toBeDefined();
    const stamped = venue.requests.findLast((request) => request.url.includes('realtime'))?.headers;
    expect(stamped?.['X-BAPI-TIMESTAMP']).toBe(String(venue.clock.wallMs() + venue.aheadMs));
  });
});

describe('bybit gateway, lists', () => {
  it('follows the pages of open orders, in the encoding that the venue hands out', async () => {
    const venue = fakeVenue();
    const full = Array.from({ length: 50 }, (_, index) =>
      orderItem({ orderLinkId: `p${index}`, orderStatus: 'PartiallyFilled', cumExecQty: '0.004' }),
    );
    venue.replies.set('GET /v5/order/realtime', (request) =>
      new URL(request.url).searchParams.has('cursor')
        ? ok({ list: [orderItem({ orderLinkId: 'last', orderStatus: 'New', cumExecQty: '' })], nextPageCursor: '' })
        : ok({ list: full, nextPageCursor: 'page_args%3Dfd4300ae%26symbol%3D6%26' }),
    );
    const orders = await bybit.createGateway(venue.deps).openOrders();
    expect(orders).toHaveLength(51);
    expect(orders[0]).toMatchObject({ clientId: 'p0', status: 'open', filled: '0.004' });
    expect(orders[50]).toMatchObject({ clientId: 'last', status: 'open', filled: '0' });
    expect(venue.requests.at(-1)?.url).toContain('&cursor=page_args%3Dfd4300ae%26symbol%3D6%26');
    expect(queryOf(venue.requests[0] as HttpRequest)).toEqual({ category: 'spot', openOnly: '0', limit: '50' });
  });

  it('asks for fills in spans of seven days, without overlap', async () => {
    const venue = fakeVenue();
    const spans: Record<string, string>[] = [];
    venue.replies.set('GET /v5/execution/list', (request) => {
      spans.push(queryOf(request));
      return list(executionItem({ execId: `t${spans.length}` }), executionItem({ execType: 'Funding', execId: 'f' }));
    });
    const since = venue.clock.wallMs() - 10 * 86_400_000;
    const fills = await bybit.createGateway(venue.deps).recentFills(listing, since);
    expect(fills.map(({ tradeId }) => tradeId)).toEqual(['t1', 't2']);
    expect(spans.map(({ startTime }) => Number(startTime))).toEqual([since, since + 7 * 86_400_000]);
    expect(Number(spans[0]?.endTime)).toBe(Number(spans[1]?.startTime) - 1);
    expect(spans[0]).toMatchObject({ symbol: 'BTCUSDT', limit: '100' });
  });

  it('rejects what the venue refuses, with the right fault', async () => {
    const venue = fakeVenue();
    const gateway = bybit.createGateway(venue.deps);
    venue.replies.set('GET /v5/order/realtime', refusal(10003, `bad key ${credentials.apiKey}`));
    await expect(gateway.openOrders()).rejects.toMatchObject({
      code: 'venue/auth',
      message: expect.not.stringContaining(credentials.apiKey),
    });
    venue.replies.set('GET /v5/order/realtime', list({ orderStatus: 'New' }));
    await expect(gateway.openOrders()).rejects.toMatchObject({ code: 'venue/refused' });
    venue.replies.set('GET /v5/execution/list', 'unreachable');
    await expect(gateway.recentFills(listing, venue.clock.wallMs())).rejects.toMatchObject({
      code: 'venue/unreachable',
    });
    venue.replies.set('GET /v5/account/wallet-balance', refusal(10006));
    await expect(gateway.balances()).rejects.toMatchObject({ code: 'venue/refused' });
  });

  it('reads balances by the formula of the venue', async () => {
    const venue = fakeVenue();
    const coin = (name: string, change: object) => ({ coin: name, walletBalance: '10', locked: '0', ...change });
    const coins = [
      coin('USDT', { walletBalance: '100.5', locked: '0.5', totalOrderIM: '10', totalPositionIM: '20', bonus: '1' }),
      coin('BTC', { totalOrderIM: '', totalPositionIM: '', spotBorrow: '2.5' }),
      coin('ETH', { walletBalance: '0', spotBorrow: '0.06142' }),
      coin('BAD', { walletBalance: 'x' }),
    ];
    venue.replies.set('GET /v5/account/wallet-balance', ok({ list: [{ accountType: 'UNIFIED', coin: coins }] }));
    expect(await bybit.createGateway(venue.deps).balances()).toEqual([
      { asset: 'USDT', free: '69', locked: '31.5' },
      { asset: 'BTC', free: '7.5', locked: '0' },
      { asset: 'ETH', free: '0', locked: '0' },
    ]);
    expect(queryOf(venue.requests[0] as HttpRequest)).toEqual({ accountType: 'UNIFIED' });
  });

  it('reads fee rates, and assumes the usual ones with a warning', async () => {
    const venue = fakeVenue();
    const gateway = bybit.createGateway(venue.deps);
    const rates = (symbol: string) => ok({ list: [{ symbol, takerFeeRate: '0.0008', makerFeeRate: '-0.0001' }] });
    venue.replies.set('GET /v5/account/fee-rate', rates('BTCUSDT'));
    expect(await gateway.feeRates(listing)).toEqual({ taker: '0.0008', maker: '-0.0001' });
    expect(venue.logged).toEqual([]);
    for (const reply of [rates('ETHUSDT'), refusal(10006), 'unreachable' as const]) {
      venue.replies.set('GET /v5/account/fee-rate', reply);
      expect(await gateway.feeRates(listing)).toEqual({ taker: '0.001', maker: '0.001' });
    }
    expect(venue.logged).toHaveLength(3);
  });
});
