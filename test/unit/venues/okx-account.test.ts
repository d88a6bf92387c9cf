import { describe, expect, it } from 'vitest';
import { okx } from '../../../src/venues/okx/index.ts';
import { fakeVenue, listing, settled } from './okx-fakes.ts';

const body = (...data: object[]) => ({ body: { code: '0', msg: '', data } });
const order = (change: object = {}) => ({
  instType: 'SPOT',
  instId: 'BTC-USDT',
  ordId: '9',
  clOrdId: 'p1e1s1',
  side: 'buy',
  state: 'filled',
  accFillSz: '0.01',
  uTime: '1700000000002',
  ...change,
});
const fill = (tradeId: string, size: string, change: object = {}) => ({
  instType: 'SPOT',
  instId: 'BTC-USDT',
  ordId: '9',
  clOrdId: 'p1e1s1',
  tradeId,
  billId: `b${tradeId}`,
  side: 'buy',
  fillPx: '60000',
  fillSz: size,
  fee: '-0.000004',
  feeCcy: 'BTC',
  execType: 'T',
  fillTime: '1700000000001',
  ts: '1700000000002',
  ...change,
});
const ref = { clientId: 'p1e1s1', listing };

function asked() {
  const venue = fakeVenue();
  const gateway = okx.createGateway(venue.deps);
  const queries = (path: string): Record<string, string>[] =>
    venue.requests
      .map((request) => new URL(request.url))
      .filter((url) => url.pathname === path)
      .map((url) => Object.fromEntries(url.searchParams));
  return { venue, gateway, queries };
}

describe('okx queries by client id', () => {
  it('give the order and all of its fills', async () => {
    const { venue, gateway, queries } = asked();
    venue.replies.set('GET /api/v5/trade/order', body(order()));
    venue.replies.set('GET /api/v5/trade/fills', body(fill('2', '0.006'), fill('1', '0.004', { clOrdId: '' })));
    const outcome = await gateway.query(ref);
    expect(outcome).toMatchObject({
      kind: 'found',
      report: { clientId: 'p1e1s1', venueOrderId: '9', status: 'filled', filled: '0.01' },
      fills: [
        { tradeId: '2', size: '0.006', fee: '0.000004', feeAsset: 'BTC' },
        { tradeId: '1', size: '0.004', clientId: 'p1e1s1' },
      ],
    });
    expect(queries('/api/v5/trade/order')).toEqual([{ instId: 'BTC-USDT', clOrdId: 'p1e1s1' }]);
    expect(queries('/api/v5/trade/fills')[0]).toMatchObject({ instType: 'SPOT', instId: 'BTC-USDT', ordId: '9' });
  });

  it('wait until the fills add up', async () => {
    const { venue, gateway } = asked();
    venue.replies.set('GET /api/v5/trade/order', body(order()));
    let calls = 0;
    venue.replies.set('GET /api/v5/trade/fills', () => {
      calls++;
      return calls < 3 ? body(fill('1', '0.004')) : body(fill('1', '0.004'), fill('2', '0.006'));
    });
    const asking = gateway.query(ref);
    for (let turn = 0; turn < 20; turn++) {
      await settled();
      venue.clock.advanceMs(200);
    }
    expect(await asking).toMatchObject({ kind: 'found', fills: [{ tradeId: '1' }, { tradeId: '2' }] });
    expect(calls).toBe(3);
  });

  it('fail rather than hand out half of the fills', async () => {
    const { venue, gateway } = asked();
    venue.replies.set('GET /api/v5/trade/order', body(order()));
    venue.replies.set('GET /api/v5/trade/fills', body());
    const asking = gateway.query(ref);
    for (let turn = 0; turn < 20; turn++) {
      await settled();
      venue.clock.advanceMs(200);
    }
    expect(await asking).toMatchObject({ kind: 'failed', error: { class: 'unknown-outcome' } });
  });

  it('know an absent order from a failed question', async () => {
    const { venue, gateway } = asked();
    venue.replies.set('GET /api/v5/trade/order', { body: { code: '51603', msg: 'Order does not exist', data: [] } });
    expect(await gateway.query(ref)).toEqual({ kind: 'absent' });
    venue.replies.set('GET /api/v5/trade/order', 'unreachable');
    expect(await gateway.query(ref)).toMatchObject({ kind: 'failed', error: { class: 'unknown-outcome' } });
    venue.replies.set('GET /api/v5/trade/order', body({}));
    expect(await gateway.query(ref)).toMatchObject({ kind: 'failed', error: { code: 'protocol' } });
  });
});

describe('okx lists', () => {
  it('of open orders are read page by page', async () => {
    const { venue, gateway, queries } = asked();
    const all = Array.from({ length: 150 }, (_, index) => order({ ordId: String(1000 - index), state: 'live' }));
    venue.replies.set('GET /api/v5/trade/orders-pending', (request) => {
      const after = new URL(request.url).searchParams.get('after');
      const from = after === null ? 0 : all.findIndex((item) => item.ordId === after) + 1;
      return body(...all.slice(from, from + 100));
    });
    const reports = await gateway.openOrders();
    expect(reports.map((report) => report.venueOrderId)).toEqual(all.map((item) => item.ordId));
    expect(queries('/api/v5/trade/orders-pending')).toHaveLength(2);
  });

  it('of fills reach back beyond three days', async () => {
    const { venue, gateway, queries } = asked();
    venue.replies.set('GET /api/v5/trade/fills', body(fill('1', '0.004')));
    venue.replies.set('GET /api/v5/trade/fills-history', body(fill('0', '0.002')));
    const hourAgo = venue.clock.wallMs() - 3_600_000;
    expect(await gateway.recentFills(listing, hourAgo)).toMatchObject([{ tradeId: '1' }]);
    expect(queries('/api/v5/trade/fills')[0]).toMatchObject({ instId: 'BTC-USDT', begin: String(hourAgo) });
    expect(await gateway.recentFills(listing, hourAgo - 4 * 86_400_000)).toMatchObject([{ tradeId: '0' }]);
  });

  it('are rejected with a fault when the venue refuses or cannot be reached', async () => {
    const { venue, gateway } = asked();
    const refusal = { status: 401, body: { code: '50111', msg: 'Invalid OK-ACCESS-KEY' } };
    for (const path of ['trade/orders-pending', 'trade/fills', 'account/balance']) {
      venue.replies.set(`GET /api/v5/${path}`, refusal);
    }
    await expect(gateway.openOrders()).rejects.toMatchObject({ code: 'venue/auth' });
    await expect(gateway.balances()).rejects.toMatchObject({ code: 'venue/auth' });
    venue.replies.set('GET /api/v5/account/balance', 'unreachable');
    await expect(gateway.balances()).rejects.toMatchObject({ code: 'venue/unreachable' });
    venue.replies.set('GET /api/v5/trade/fills', { body: { code: '50011', msg: 'Rate limit reached', data: [] } });
    await expect(gateway.recentFills(listing, venue.clock.wallMs())).rejects.toMatchObject({ code: 'venue/refused' });
  });

  it('of balances hold free and locked', async () => {
    const { venue, gateway } = asked();
    const details = [
      { ccy: 'USDT', availBal: '10.5', frozenBal: '2', cashBal: '12.5' },
      { ccy: 'BTC', availBal: '1', frozenBal: '0', cashBal: '1' },
    ];
    venue.replies.set('GET /api/v5/account/balance', body({ details, totalEq: '1' }));
    expect(await gateway.balances()).toEqual([
      { asset: 'USDT', free: '10.5', locked: '2' },
      { asset: 'BTC', free: '1', locked: '0' },
    ]);
  });
});

describe('okx fee rates', () => {
  const old = { taker: '-0.001', maker: '-0.0008', takerUSDC: '-0.0005', makerUSDC: '0' };
  it.each([
    [
      'of the one fee group',
      { ...old, feeGroup: [{ groupId: '1', taker: '-0.0003', maker: '0.0001' }] },
      'USDT',
      '0.0003',
      '-0.0001',
    ],
    ['of the older fields', old, 'USDT', '0.001', '0.0008'],
    ['of USDC pairs', old, 'USDC', '0.0005', '0'],
    ['of USDC pairs without fields of their own', { ...old, takerUSDC: '', makerUSDC: '' }, 'USDC', '0.001', '0.0008'],
  ])('%s', async (_, item, quote, taker, maker) => {
    const { venue, gateway, queries } = asked();
    venue.replies.set('GET /api/v5/account/trade-fee', body(item));
    expect(await gateway.feeRates({ ...listing, quote })).toEqual({ taker, maker });
    expect(queries('/api/v5/account/trade-fee')).toEqual([{ instType: 'SPOT', instId: 'BTC-USDT' }]);
  });

  it('are the usual ones, with a warning, while the venue does not say', async () => {
    const { venue, gateway } = asked();
    venue.replies.set('GET /api/v5/account/trade-fee', 'unreachable');
    expect(await gateway.feeRates(listing)).toEqual(okx.defaultFees);
    expect(venue.logged).toHaveLength(1);
  });
});

describe('okx clock', () => {
  it('is read again after a refusal for its time', async () => {
    const { venue, gateway, queries } = asked();
    venue.replies.set('GET /api/v5/account/balance', {
      status: 401,
      body: { code: '50102', msg: 'Timestamp request expired' },
    });
    await expect(gateway.balances()).rejects.toMatchObject({ code: 'venue/refused' });
    for (let turn = 0; turn < 10; turn++) await settled();
    expect(queries('/api/v5/public/time').length).toBeGreaterThan(1);
    venue.replies.set('GET /api/v5/account/balance', body({ details: [] }));
    await gateway.balances();
    const stamp = venue.requests.at(-1)?.headers?.['OK-ACCESS-TIMESTAMP'] ?? '';
    expect(Date.parse(stamp)).toBe(venue.clock.wallMs() + venue.aheadMs);
  });

  it('of the reading with the shortest round trip counts', async () => {
    const { venue, gateway } = asked();
    const trips = [40, 2, 30];
    venue.replies.set('GET /api/v5/public/time', () => {
      const trip = trips.shift() ?? 100;
      venue.clock.advanceMs(trip);
      // Read by the venue just before it answered: half a trip is a bad guess for the slow ones.
      return body({ ts: String(venue.clock.wallMs() + 500) });
    });
    const connecting = gateway.connect();
    connecting.catch(() => {});
    for (let turn = 0; turn < 10; turn++) await settled();
    venue.sockets[0]?.open();
    const login = venue.sockets[0]?.requests('login')[0]?.args[0];
    expect(login?.timestamp).toBe(String(Math.floor((venue.clock.wallMs() + 501) / 1000)));
    venue.replies.set('GET /api/v5/account/balance', body({ details: [] }));
    await gateway.balances();
    const stamp = venue.requests.at(-1)?.headers?.['OK-ACCESS-TIMESTAMP'] ?? '';
    expect(Date.parse(stamp)).toBe(venue.clock.wallMs() + 501);
  });
});
