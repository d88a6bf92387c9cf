import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../../src/core/socket.ts';
import { bitget } from '../../../src/venues/bitget/index.ts';
import { fakeVenue, listing, refusal, success } from './bitget-fakes.ts';
import { settled } from './okx-fakes.ts';

const TRADE = '/api/v2/spot/trade';
const order = (change: object = {}) => ({
  userId: '1',
  symbol: 'BTCUSDT',
  orderId: '9',
  clientOid: 'p1e1s1',
  price: '60000',
  size: '0.0100000000000000',
  orderType: 'limit',
  side: 'buy',
  status: 'filled',
  priceAvg: '60000.0000000000000000',
  baseVolume: '0.0100000000000000',
  quoteVolume: '600',
  cTime: '1700000000000',
  uTime: '1700000000002',
  ...change,
});
const fill = (tradeId: string, size: string, change: object = {}) => ({
  symbol: 'BTCUSDT',
  orderId: '9',
  tradeId,
  side: 'buy',
  priceAvg: '60000',
  size,
  feeDetail: { deduction: 'no', feeCoin: 'BTC', totalDeductionFee: '', totalFee: '-0.000004' },
  tradeScope: 'taker',
  cTime: '1700000000001',
  uTime: '1700000000001',
  ...change,
});
const ref = { clientId: 'p1e1s1', listing };

function asked() {
  const venue = fakeVenue();
  return { venue, gateway: bitget.createGateway(venue.deps) };
}

const paramOf = (request: HttpRequest, name: string): string | null => new URL(request.url).searchParams.get(name);

describe('bitget queries by client id', () => {
  it('give the order and all of its fills, under its client id', async () => {
    const { venue, gateway } = asked();
    venue.replies.set(`GET ${TRADE}/orderInfo`, success([order()]));
    venue.replies.set(`GET ${TRADE}/fills`, success([fill('2', '0.006'), fill('1', '0.004')]));
    expect(await gateway.query(ref)).toMatchObject({
      kind: 'found',
      report: {
        clientId: 'p1e1s1',
        venueOrderId: '9',
        status: 'filled',
        symbol: 'BTCUSDT',
        venueAt: 1_700_000_000_002,
      },
      fills: [
        { tradeId: '2', size: '0.006', clientId: 'p1e1s1', fee: '0.000004', feeAsset: 'BTC', maker: false },
        { tradeId: '1', size: '0.004', clientId: 'p1e1s1' },
      ],
    });
    expect(venue.queries(`${TRADE}/orderInfo`)).toEqual([{ clientOid: 'p1e1s1' }]);
    expect(venue.queries(`${TRADE}/fills`)).toEqual([{ symbol: 'BTCUSDT', orderId: '9', limit: '100' }]);
  });

  it('wait until the fills add up', async () => {
    const { venue, gateway } = asked();
    venue.replies.set(`GET ${TRADE}/orderInfo`, success([order()]));
    let calls = 0;
    venue.replies.set(`GET ${TRADE}/fills`, () =>
      success(++calls < 3 ? [fill('1', '0.004')] : [fill('1', '0.004'), fill('2', '0.006')]),
    );
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
    venue.replies.set(`GET ${TRADE}/orderInfo`, success([order()]));
    venue.replies.set(`GET ${TRADE}/fills`, success([]));
    const asking = gateway.query(ref);
    for (let turn = 0; turn < 20; turn++) {
      await settled();
      venue.clock.advanceMs(200);
    }
    expect(await asking).toMatchObject({ kind: 'failed', error: { class: 'unknown-outcome', code: 'fills' } });
  });

  it('know an absent order, which is answered with success, from a failed question', async () => {
    const { venue, gateway } = asked();
    const answer = (reply: Parameters<typeof venue.replies.set>[1]) => {
      venue.replies.set(`GET ${TRADE}/orderInfo`, reply);
      return gateway.query(ref);
    };
    expect(await answer(success([]))).toEqual({ kind: 'absent' });
    expect(await answer(refusal('40109', 'The data of the order cannot be found'))).toEqual({ kind: 'absent' });
    expect(await answer('unreachable')).toMatchObject({ kind: 'failed', error: { class: 'unknown-outcome' } });
    expect(await answer({ status: 503, body: '' })).toMatchObject({ kind: 'failed' });
    expect(await answer(refusal('429', 'Too many', 429))).toMatchObject({
      kind: 'failed',
      error: { class: 'rate-limit' },
    });
    for (const nonsense of [[{}], [7], {}, null, 'x']) {
      expect(await answer(success(nonsense))).toMatchObject({ kind: 'failed', error: { code: 'protocol' } });
    }
  });

  it('fail on fills that cannot be read', async () => {
    const { venue, gateway } = asked();
    venue.replies.set(`GET ${TRADE}/orderInfo`, success([order()]));
    for (const nonsense of [[fill('1', '0.01', { feeDetail: null })], [fill('1', 'x')], [fill('', '1')], [3], {}]) {
      venue.replies.set(`GET ${TRADE}/fills`, success(nonsense));
      expect(await gateway.query(ref)).toMatchObject({ kind: 'failed', error: { code: 'protocol' } });
    }
  });
});

describe('bitget lists', () => {
  it('of open orders are read page by page', async () => {
    const { venue, gateway } = asked();
    const all = Array.from({ length: 150 }, (_, index) => order({ orderId: String(1000 - index), status: 'live' }));
    venue.replies.set(`GET ${TRADE}/unfilled-orders`, (request) => {
      const before = paramOf(request, 'idLessThan');
      const from = before === null ? 0 : all.findIndex((item) => item.orderId === before) + 1;
      return success(all.slice(from, from + 100));
    });
    const reports = await gateway.openOrders();
    expect(reports.map(({ venueOrderId }) => venueOrderId)).toEqual(all.map(({ orderId }) => orderId));
    expect(venue.queries(`${TRADE}/unfilled-orders`)).toEqual([{ limit: '100' }, { limit: '100', idLessThan: '901' }]);
  });

  it('of the page’s own example are read: small letters, seconds, an older state', async () => {
    const { venue, gateway } = asked();
    const example = { symbol: 'btcusdt', status: 'new', baseVolume: '0', cTime: '1622697148', uTime: undefined };
    venue.replies.set(`GET ${TRADE}/unfilled-orders`, success([order(example)]));
    expect(await gateway.openOrders()).toMatchObject([
      { symbol: 'BTCUSDT', status: 'open', filled: '0', venueAt: 1_622_697_148_000 },
    ]);
  });

  it('of recent fills find out whose they are: open orders, then closed ones, then one by one', async () => {
    const { venue, gateway } = asked();
    const since = venue.clock.wallMs() - 60_000;
    const own = ['9', '8', '7', '6'].map((orderId, index) => fill(String(index), '0.01', { orderId }));
    venue.replies.set(`GET ${TRADE}/fills`, success(own));
    venue.replies.set(`GET ${TRADE}/unfilled-orders`, success([order({ status: 'live', baseVolume: '0.001' })]));
    venue.replies.set(`GET ${TRADE}/history-orders`, success([order({ orderId: '8', clientOid: 'p1e1s2' })]));
    venue.replies.set(`GET ${TRADE}/orderInfo`, (request) =>
      success(paramOf(request, 'orderId') === '7' ? [order({ orderId: '7', clientOid: 'p1e1s3' })] : []),
    );
    const fills = await gateway.recentFills(listing, since);
    // The venue no longer knows the last one.
    expect(fills.map(({ clientId }) => clientId)).toEqual(['p1e1s1', 'p1e1s2', 'p1e1s3', '']);
    expect(venue.queries(`${TRADE}/fills`)).toEqual([{ symbol: 'BTCUSDT', startTime: String(since), limit: '100' }]);
    expect(venue.queries(`${TRADE}/history-orders`)[0]).toMatchObject({ symbol: 'BTCUSDT', startTime: String(since) });
    expect(venue.queries(`${TRADE}/orderInfo`)).toEqual([{ orderId: '7' }, { orderId: '6' }]);
  });

  it('of recent fills ask for nothing that is known', async () => {
    const { venue, gateway } = asked();
    venue.replies.set(`POST ${TRADE}/place-order`, success({ orderId: '9' }));
    await gateway.place({ ...ref, side: 'buy', type: 'limit', tif: 'ioc', price: '1', size: '1' });
    venue.replies.set(`GET ${TRADE}/fills`, success([fill('1', '0.01')]));
    expect(await gateway.recentFills(listing, 0)).toMatchObject([{ clientId: 'p1e1s1', tradeId: '1' }]);
    expect(venue.requests).toHaveLength(2);
  });

  it('are rejected with a fault when the venue refuses, cannot be reached or makes no sense', async () => {
    const { venue, gateway } = asked();
    const set = (path: string, reply: Parameters<typeof venue.replies.set>[1]) =>
      venue.replies.set(`GET ${path}`, reply);
    const assets = '/api/v2/spot/account/assets';
    for (const path of [`${TRADE}/unfilled-orders`, `${TRADE}/fills`, assets])
      set(path, refusal('40037', 'Apikey does not exist'));
    await expect(gateway.openOrders()).rejects.toMatchObject({ code: 'venue/auth' });
    await expect(gateway.balances()).rejects.toMatchObject({ code: 'venue/auth' });
    await expect(gateway.recentFills(listing, 0)).rejects.toMatchObject({ code: 'venue/auth' });
    set(assets, 'unreachable');
    await expect(gateway.balances()).rejects.toMatchObject({ code: 'venue/unreachable' });
    set(assets, success([{ coin: 'BTC', available: 'x' }]));
    await expect(gateway.balances()).rejects.toMatchObject({ code: 'venue/refused' });
    set(`${TRADE}/unfilled-orders`, success([order({ status: 'odd' })]));
    await expect(gateway.openOrders()).rejects.toMatchObject({ code: 'venue/refused' });
    set(`${TRADE}/fills`, success([fill('1', '1')]));
    set(`${TRADE}/unfilled-orders`, success([]));
    set(`${TRADE}/history-orders`, success([]));
    set(`${TRADE}/orderInfo`, refusal('429', 'Too many', 429));
    await expect(gateway.recentFills(listing, 0)).rejects.toMatchObject({ code: 'venue/refused' });
  });

  it('of balances hold free and locked', async () => {
    const { venue, gateway } = asked();
    venue.replies.set(
      'GET /api/v2/spot/account/assets',
      success([
        { coin: 'USDT', available: '10.5', frozen: '2', locked: '0', limitAvailable: '0' },
        { coin: 'BTC', available: '1', frozen: '0.5', locked: '0.25', limitAvailable: '0' },
      ]),
    );
    expect(await gateway.balances()).toEqual([
      { asset: 'USDT', free: '10.5', locked: '2' },
      { asset: 'BTC', free: '1', locked: '0.75' },
    ]);
  });
});

describe('bitget fee rates', () => {
  it('are the account’s own', async () => {
    const { venue, gateway } = asked();
    venue.replies.set('GET /api/v2/common/trade-rate', success({ makerFeeRate: '0.0002', takerFeeRate: '0.0006' }));
    expect(await gateway.feeRates(listing)).toEqual({ taker: '0.0006', maker: '0.0002' });
    expect(venue.queries('/api/v2/common/trade-rate')).toEqual([{ businessType: 'spot', symbol: 'BTCUSDT' }]);
  });

  it('are the usual ones, with a warning, while the venue does not say', async () => {
    const { venue, gateway } = asked();
    for (const reply of ['unreachable', success(null), success({ takerFeeRate: '0.001' })] as const) {
      venue.replies.set('GET /api/v2/common/trade-rate', reply);
      expect(await gateway.feeRates(listing)).toEqual(bitget.defaultFees);
    }
    expect(venue.logged).toHaveLength(3);
  });
});
