import { describe, expect, it } from 'vitest';
import type { ExchangeEvent, LevelChange, PlaceRequest } from '../../../src/sim/port.ts';
import { newBench } from './exchange-bench.ts';

const ASKS = [
  ['100.1', '1'],
  ['100.2', '2'],
  ['100.5', '5'],
] as const;
const BIDS = [
  ['100', '1'],
  ['99.8', '2'],
] as const;

describe('matching', () => {
  it('takes the best prices first, up to the limit, and rests the remainder', () => {
    const bench = newBench();
    bench.quote(BIDS, ASKS);
    const order = bench.placed(bench.alice, { side: 'buy', price: '100.2', size: '4' });
    expect(bench.fills(order)).toEqual(['100.1×1', '100.2×2']);
    expect(order).toMatchObject({ status: 'partial', filled: 3000 });
    expect(bench.exchange.top(bench.instrument)).toMatchObject({
      bid: { price: 1002, size: 1000 },
      ask: { price: 1005, size: 5000 },
    });
  });

  it('expires what an IOC leaves, and an FOK as a whole', () => {
    const bench = newBench();
    bench.quote(BIDS, ASKS);
    const fok = bench.placed(bench.alice, { side: 'buy', tif: 'fok', price: '100.2', size: '3.001' });
    expect(fok).toMatchObject({ status: 'expired', filled: 0 });
    const ioc = bench.placed(bench.alice, { side: 'buy', tif: 'ioc', price: '100.2', size: '3.001' });
    expect(ioc).toMatchObject({ status: 'expired', filled: 3000 });
    expect(bench.locked(bench.alice, 'USDT')).toBe('0');
    const filled = bench.placed(bench.bob, { side: 'buy', tif: 'fok', price: '100.5', size: '5' });
    expect(filled.status).toBe('filled');
  });

  it('fills market orders by size and by quote amount', () => {
    const bench = newBench();
    bench.quote(BIDS, ASKS);
    const bySize = bench.placed(bench.alice, { side: 'sell', type: 'market', tif: 'ioc', size: '1.5' });
    expect(bench.fills(bySize)).toEqual(['100×1', '99.8×0.5']);
    const byQuote = bench.placed(bench.alice, { side: 'buy', type: 'market', tif: 'ioc', quoteAmount: '200.25' });
    // 100.1 for the first, then as many whole lots as 100.15 pays for.
    expect(bench.fills(byQuote)).toEqual(['100.1×1', '100.2×0.999']);
    expect(byQuote).toMatchObject({ status: 'filled', size: 1999 });
    expect(bench.locked(bench.alice, 'USDT')).toBe('0');
  });

  it('serves orders at one price in the order they came, accounts and maker alike', () => {
    const bench = newBench();
    bench.quote([], [['101', '1']]);
    const first = bench.placed(bench.alice, { side: 'sell', price: '101', size: '1' });
    bench.quote([], [['101', '1.5']]);
    const second = bench.placed(bench.alice, { side: 'sell', price: '101', size: '1' });
    bench.placed(bench.bob, { side: 'buy', tif: 'ioc', price: '101', size: '2' });
    // The maker kept its place when it grew: 1.5 of its own, then half of Alice's first.
    expect([first.filled, second.filled]).toEqual([500, 0]);
  });

  it('lets a resting order go when its own account meets it', () => {
    const bench = newBench();
    bench.quote([['99', '1']], [['101', '1']]);
    const resting = bench.placed(bench.alice, { side: 'sell', price: '100.5', size: '1' });
    const taker = bench.placed(bench.alice, { side: 'buy', price: '101', size: '1' });
    expect(resting).toMatchObject({ status: 'expired', selfTrade: true, filled: 0 });
    expect(bench.fills(taker)).toEqual(['101×1']);
    expect(bench.locked(bench.alice, 'BTC')).toBe('0');
  });

  it('trades a resting order that the maker comes to, at the resting price', () => {
    const bench = newBench();
    bench.quote(BIDS, ASKS);
    const resting = bench.placed(bench.alice, { side: 'buy', price: '100', size: '2' });
    bench.quote([['99', '1']], [['99.5', '3']]);
    expect(bench.fills(resting)).toEqual(['100×2']);
    expect(resting.fills[0]).toMatchObject({ maker: true });
    expect(bench.exchange.top(bench.instrument)).toMatchObject({
      bid: { price: 990 },
      ask: { price: 995, size: 1000 },
    });
  });
});

describe('money', () => {
  it('locks a limit order at its own price and gives back what a better one saved', () => {
    const bench = newBench();
    bench.quote(BIDS, ASKS);
    bench.placed(bench.alice, { side: 'buy', price: '100.2', size: '4' });
    // 100.1 + 2×100.2 paid, one at 100.2 still locked.
    expect(bench.free(bench.alice, 'USDT')).toBe('9599.3');
    expect(bench.locked(bench.alice, 'USDT')).toBe('100.2');
  });

  it('takes the fee from what was received, cut to the asset precision', () => {
    const bench = newBench();
    bench.quote([['100.1', '1']], [['100.3', '1']]);
    bench.placed(bench.alice, { side: 'buy', tif: 'ioc', price: '100.3', size: '0.777' });
    expect(bench.free(bench.alice, 'BTC')).toBe('10.776223');
    const sold = bench.placed(bench.bob, { side: 'sell', tif: 'ioc', price: '100.1', size: '0.333' });
    expect(sold.fills[0]?.feeAsset).toBe('USDT');
    // 33.3333 × 0.001 = 0.0333333, which has seven decimals and stays whole.
    expect(bench.free(bench.bob, 'USDT')).toBe('10033.2999667');
  });

  it('is exact where the venue does not cut', () => {
    const bench = newBench({ fees: { taker: '0.00123456789', maker: '0' } });
    bench.quote([], [['100.3', '1']]);
    bench.placed(bench.alice, { side: 'buy', tif: 'ioc', price: '100.3', size: '0.1' });
    expect(bench.free(bench.alice, 'BTC')).toBe('10.099876543211');
  });

  it('charges the maker rate to the resting side', () => {
    const bench = newBench();
    bench.placed(bench.alice, { side: 'sell', price: '100', size: '1' });
    bench.placed(bench.bob, { side: 'buy', price: '100', size: '1' });
    expect(bench.free(bench.alice, 'USDT')).toBe('10099.92');
    expect(bench.free(bench.bob, 'BTC')).toBe('10.999');
  });

  describe('with fees in the quote asset', () => {
    const fees = { taker: '0.004', maker: '0.0025', truncateTo: 5, feeIn: 'quote' } as const;

    it('locks what a buyer may pay with its fee, and gives back what was not needed', () => {
      const bench = newBench({ fees });
      bench.quote(BIDS, ASKS);
      const order = bench.placed(bench.alice, { side: 'buy', price: '100.2', size: '4' });
      // 100.1 + 2×100.2 with 0.4 % on each paid (1.202 in all), one at 100.2 locked with 0.4008.
      expect(bench.locked(bench.alice, 'USDT')).toBe('100.6008');
      expect(bench.free(bench.alice, 'USDT')).toBe('9597.6972');
      expect(bench.free(bench.alice, 'BTC')).toBe('13');
      expect(order.fills.map(({ feeAsset }) => feeAsset)).toEqual(['USDT', 'USDT']);
      bench.exchange.cancel(bench.alice, bench.instrument, { id: order.id });
      expect(bench.locked(bench.alice, 'USDT')).toBe('0');
      expect(bench.free(bench.alice, 'USDT')).toBe('9698.298');
    });

    it('takes the seller’s out of what it received, and the maker rate from a resting buyer', () => {
      const bench = newBench({ fees });
      bench.placed(bench.alice, { side: 'buy', price: '100', size: '1' });
      expect(bench.locked(bench.alice, 'USDT')).toBe('100.4');
      bench.placed(bench.bob, { side: 'sell', price: '100', size: '1' });
      expect(bench.free(bench.alice, 'USDT')).toBe('9899.75');
      expect(bench.locked(bench.alice, 'USDT')).toBe('0');
      expect(bench.free(bench.alice, 'BTC')).toBe('11');
      expect(bench.free(bench.bob, 'USDT')).toBe('10099.6');
      expect(bench.free(bench.bob, 'BTC')).toBe('9');
    });

    it('comes on top of market orders, by size and by quote amount', () => {
      const bench = newBench({ fees });
      bench.quote([], [['100', '200']]);
      bench.placed(bench.alice, { type: 'market', tif: 'ioc', size: '10' });
      expect(bench.free(bench.alice, 'USDT')).toBe('8996');
      bench.placed(bench.alice, { type: 'market', tif: 'ioc', quoteAmount: '1000' });
      expect(bench.free(bench.alice, 'USDT')).toBe('7992');
      expect(bench.free(bench.alice, 'BTC')).toBe('30');
    });

    it('refuses a buyer who has the price but not the fee', () => {
      const bench = newBench({ fees });
      bench.quote([], [['100', '200']]);
      const refused = { ok: false, refusal: 'insufficient-balance' };
      expect(bench.place(bench.alice, { price: '100', size: '100' })).toEqual(refused);
      expect(bench.place(bench.alice, { type: 'market', tif: 'ioc', size: '100' })).toEqual(refused);
      expect(bench.place(bench.alice, { type: 'market', tif: 'ioc', quoteAmount: '10000' })).toEqual(refused);
      expect(bench.place(bench.alice, { price: '100', size: '99.601' })).toMatchObject({ ok: true });
    });

    it('keeps every cent when cut fees of many small fills add up', () => {
      const bench = newBench({ fees: { ...fees, truncateTo: 2 } });
      bench.quote([], [['100', '0.001']]);
      const order = bench.placed(bench.alice, { side: 'buy', price: '100.1', size: '0.05' });
      for (let n = 0; n < 49; n++) bench.quote([], [['99.9', '0.001']]);
      expect(bench.exchange.findOrder(bench.alice, bench.instrument, { id: order.id })?.status).toBe('filled');
      expect(bench.locked(bench.alice, 'USDT')).toBe('0');
    });
  });
});

describe('refusals', () => {
  const cases: readonly (readonly [string, Partial<PlaceRequest>, string])[] = [
    ['a price off the tick', { price: '100.05', size: '1' }, 'price-off-tick'],
    ['a price far from the market', { price: '600', size: '1' }, 'price-out-of-range'],
    ['a size off the lot', { price: '100', size: '1.0005' }, 'size-off-lot'],
    ['a size below the minimum', { price: '100', size: '0' }, 'size-too-small'],
    ['a size above the maximum', { price: '100', size: '101' }, 'size-too-large'],
    ['too small a value', { price: '100', size: '0.049' }, 'notional-too-small'],
    ['more than the account has', { price: '100.1', size: '100' }, 'insufficient-balance'],
    ['more base than the account has', { side: 'sell', price: '100', size: '11' }, 'insufficient-balance'],
    ['a maker that would take', { price: '100.1', size: '1', postOnly: true }, 'would-take'],
    ['an exponent', { price: '1e2', size: '1' }, 'malformed'],
    ['a limit order without a price', { size: '1' }, 'malformed'],
    ['a market order with a price', { type: 'market', price: '100', size: '1' }, 'malformed'],
    ['a market order with size and quote amount', { type: 'market', size: '1', quoteAmount: '100' }, 'malformed'],
  ];
  it.each(cases)('%s', (_name, terms, refusal) => {
    const bench = newBench();
    bench.quote(BIDS, ASKS);
    const before = bench.events.length;
    expect(bench.place(bench.alice, terms)).toEqual({ ok: false, refusal });
    expect(bench.events.slice(before)).toEqual([]);
    expect(bench.free(bench.alice, 'USDT')).toBe('10000');
  });

  it('a client id while its order is open, or for ever, as the venue has it', () => {
    for (const [clientIds, again] of [
      ['open', true],
      ['ever', false],
    ] as const) {
      const bench = newBench({ clientIds });
      bench.quote(BIDS, ASKS);
      const terms = { price: '99', size: '1', clientId: 'a1' };
      bench.placed(bench.alice, terms);
      expect(bench.place(bench.alice, terms)).toEqual({ ok: false, refusal: 'duplicate-client-id' });
      expect(bench.place(bench.bob, terms).ok).toBe(true);
      expect(bench.exchange.cancel(bench.alice, bench.instrument, { clientId: 'a1' }).ok).toBe(true);
      expect(bench.place(bench.alice, terms).ok).toBe(again);
    }
  });
});

describe('cancelling and asking', () => {
  it('frees what was locked, once', () => {
    const bench = newBench();
    bench.quote(BIDS, ASKS);
    const order = bench.placed(bench.alice, { side: 'sell', price: '101', size: '3', clientId: 'c' });
    expect(bench.locked(bench.alice, 'BTC')).toBe('3');
    expect(bench.exchange.cancel(bench.bob, bench.instrument, { id: order.id })).toMatchObject({ refusal: 'unknown' });
    expect(bench.exchange.cancel(bench.alice, bench.instrument, { clientId: 'c' }).ok).toBe(true);
    expect(bench.free(bench.alice, 'BTC')).toBe('10');
    expect(bench.exchange.cancel(bench.alice, bench.instrument, { id: order.id })).toMatchObject({ refusal: 'closed' });
    expect(bench.exchange.openOrders(bench.alice)).toEqual([]);
    expect(bench.exchange.findOrder(bench.alice, bench.instrument, { clientId: 'c' })?.status).toBe('canceled');
  });
});

describe('events', () => {
  it('give every change an update id without a hole, and rebuild the book', () => {
    const bench = newBench();
    const bids = new Map<number, number>();
    const asks = new Map<number, number>();
    let last = bench.exchange.top(bench.instrument).updateId;
    const apply = ({ side, price, size }: LevelChange): void => {
      const levels = side === 'buy' ? bids : asks;
      if (size === 0) levels.delete(price);
      else levels.set(price, size);
    };
    bench.exchange.onEvent((event) => {
      if (event.kind !== 'BookChanged') return;
      expect(event.firstId).toBe(last + 1);
      expect(event.lastId - event.firstId + 1).toBe(event.changes.length);
      last = event.lastId;
      event.changes.forEach(apply);
    });
    bench.quote(BIDS, ASKS);
    bench.placed(bench.alice, { side: 'buy', price: '100.2', size: '4' });
    bench.quote([['100.1', '3']], [['100.4', '1']]);
    bench.placed(bench.bob, { side: 'sell', tif: 'ioc', price: '100', size: '5' });
    const book = bench.exchange.book(bench.instrument, 100);
    expect([...bids].sort(([a], [b]) => b - a)).toEqual(book.bids.map(({ price, size }) => [price, size]));
    expect([...asks].sort(([a], [b]) => a - b)).toEqual(book.asks.map(({ price, size }) => [price, size]));
    expect(book.updateId).toBe(last);
  });

  it('come as: order, trades with fills, balances, book, top', () => {
    const bench = newBench();
    bench.quote(BIDS, ASKS);
    bench.events.length = 0;
    bench.placed(bench.alice, { side: 'buy', tif: 'ioc', price: '100.2', size: '1' });
    const kinds = bench.events.map((event: ExchangeEvent) =>
      event.kind === 'OrderChanged' ? `${event.kind}/${event.cause}/${event.order.status}` : event.kind,
    );
    expect(kinds).toEqual([
      'OrderChanged/new/new',
      'OrderChanged/trade/filled',
      'Traded',
      'BalancesChanged',
      'BookChanged',
      'TopChanged',
    ]);
  });
});

describe('planted faults', () => {
  it('reject in the words asked for, as often as asked', () => {
    const bench = newBench();
    bench.quote(BIDS, ASKS);
    bench.faults.plant({ venue: 'test', kind: 'reject', count: 2, reason: 'unavailable' });
    const terms = { price: '99', size: '1' };
    expect(bench.place(bench.alice, terms)).toEqual({ ok: false, refusal: 'unavailable' });
    expect(bench.place(bench.alice, terms)).toEqual({ ok: false, refusal: 'unavailable' });
    expect(bench.place(bench.alice, terms).ok).toBe(true);
  });

  it('fill a share of an order and leave no crossed book behind', () => {
    const bench = newBench();
    bench.quote(BIDS, ASKS);
    bench.faults.plant({ venue: 'test', kind: 'partial', fraction: 0.5 });
    const ioc = bench.placed(bench.alice, { side: 'buy', tif: 'ioc', price: '100.2', size: '2' });
    expect(ioc).toMatchObject({ status: 'expired', filled: 1000 });
    bench.quote(BIDS, ASKS);
    bench.faults.plant({ venue: 'test', kind: 'partial', fraction: 0.25 });
    const gtc = bench.placed(bench.alice, { side: 'buy', price: '100.2', size: '2' });
    expect(gtc).toMatchObject({ status: 'partial', filled: 500 });
    const { bid, ask } = bench.exchange.top(bench.instrument);
    expect(bid?.price).toBeLessThan(ask?.price ?? 0);
    bench.faults.plant({ venue: 'test', kind: 'partial', fraction: 0 });
    const market = bench.placed(bench.bob, { side: 'sell', type: 'market', tif: 'ioc', size: '1' });
    expect(market).toMatchObject({ status: 'expired', filled: 0 });
  });

  it('end with their count or their time, and only where they were planted', () => {
    const bench = newBench();
    const faults = bench.faults.of('test');
    bench.faults.plant({ venue: 'test', kind: 'gap', instrument: 'ETH-USDT' });
    bench.faults.plant({ venue: 'other', kind: 'gap' });
    expect(faults.take('gap', { instrument: 'BTC-USDT' })).toBeUndefined();
    expect(faults.take('gap', { instrument: 'ETH-USDT' })).toBeDefined();
    expect(faults.take('gap', { instrument: 'ETH-USDT' })).toBeUndefined();
    bench.faults.plant({ venue: 'test', kind: 'freeze', scope: 'public', durationMs: 100 });
    expect(faults.peek('freeze', { scope: 'private' })).toBeUndefined();
    expect(faults.peek('freeze', { scope: 'public' })).toBeDefined();
    bench.clock.advanceMs(101);
    expect(faults.peek('freeze', { scope: 'public' })).toBeUndefined();
  });

  it('slow the matching engine without changing the order of requests', () => {
    const bench = newBench();
    const ran: number[] = [];
    bench.faults.plant({ venue: 'test', kind: 'slow', ms: 50 });
    bench.exchange.arrive(() => ran.push(1));
    bench.exchange.arrive(() => ran.push(2));
    expect(ran).toEqual([]);
    bench.clock.advanceMs(49);
    expect(ran).toEqual([]);
    bench.clock.advanceMs(2);
    expect(ran).toEqual([1, 2]);
    bench.exchange.arrive(() => ran.push(3));
    expect(ran).toEqual([1, 2, 3]);
  });
});
