/** Whatever accounts do, an exchange neither makes nor loses money: what left one side arrived on the other, or is a fee. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amountOf, baseAmount, quoteAmount } from '../../src/sim/amounts.ts';
import type { SelfTradeMode, SimAccount } from '../../src/sim/port.ts';
import { type Bench, newBench } from '../unit/sim/exchange-bench.ts';

type Step =
  | { kind: 'quote'; mid: number; spread: number; size: number }
  | {
      kind: 'place';
      who: number;
      side: 'buy' | 'sell';
      tif: 'gtc' | 'ioc' | 'fok';
      price: number;
      size: number;
      selfTrade: SelfTradeMode;
    }
  | { kind: 'market'; who: number; side: 'buy' | 'sell'; size: number; byQuote: boolean }
  | { kind: 'cancel'; who: number; nth: number }
  | { kind: 'taker'; side: 'buy' | 'sell'; size: number };

const side = fc.constantFrom('buy' as const, 'sell' as const);
const who = fc.integer({ min: 0, max: 1 });
const size = fc.integer({ min: 1, max: 4000 });
const price = fc.integer({ min: 980, max: 1020 });

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('quote' as const), mid: price, spread: fc.integer({ min: 1, max: 5 }), size }),
  fc.record({
    kind: fc.constant('place' as const),
    who,
    side,
    tif: fc.constantFrom('gtc' as const, 'ioc' as const, 'fok' as const),
    price,
    size,
    selfTrade: fc.constantFrom<SelfTradeMode>('expire-taker', 'expire-maker', 'expire-both', 'decrement'),
  }),
  fc.record({ kind: fc.constant('market' as const), who, side, size, byQuote: fc.boolean() }),
  fc.record({ kind: fc.constant('cancel' as const), who, nth: fc.nat(5) }),
  fc.record({ kind: fc.constant('taker' as const), side, size }),
);

function run(bench: Bench, given: Step): void {
  const { exchange, instrument } = bench;
  const account = 'who' in given && given.who === 1 ? bench.bob : bench.alice;
  const text = (value: number, decimals: number): string => (value / 10 ** decimals).toFixed(decimals);
  switch (given.kind) {
    case 'quote': {
      const levels = (sign: number): { price: number; size: number }[] =>
        [0, 1, 2].map((depth) => ({ price: given.mid + sign * (given.spread + depth * 2), size: given.size }));
      exchange.requote(instrument, levels(-1), levels(1));
      break;
    }
    case 'place':
      bench.place(account, {
        side: given.side,
        tif: given.tif,
        price: text(given.price, 1),
        size: text(given.size, 3),
        selfTrade: given.selfTrade,
      });
      break;
    case 'market':
      bench.place(account, {
        side: given.side,
        type: 'market',
        tif: 'ioc',
        ...(given.byQuote ? { quoteAmount: text(given.size, 1) } : { size: text(given.size, 3) }),
      });
      break;
    case 'cancel': {
      const order = exchange.openOrders(account)[given.nth];
      if (order !== undefined) exchange.cancel(account, instrument, { id: order.id });
      break;
    }
    case 'taker':
      exchange.synthesizeTrade(instrument, given.side, given.size);
      break;
  }
}

function checkAccount(bench: Bench, account: SimAccount): void {
  const { exchange, instrument } = bench;
  const expected = { BTC: amountOf('10'), USDT: amountOf('10000') };
  for (const fill of exchange.fills(account)) {
    const sign = fill.side === 'buy' ? 1n : -1n;
    expected.BTC += sign * baseAmount(instrument, fill.size);
    expected.USDT -= sign * fill.quote;
    expected[fill.feeAsset as 'BTC' | 'USDT'] -= fill.fee;
    expect(fill.quote).toBe(quoteAmount(instrument, fill.price, fill.size));
  }
  const reserved = { BTC: 0n, USDT: 0n };
  for (const order of exchange.openOrders(account)) {
    const left = order.size - order.filled;
    if (order.side === 'buy') reserved.USDT += quoteAmount(instrument, order.price, left);
    else reserved.BTC += baseAmount(instrument, left);
  }
  for (const asset of ['BTC', 'USDT'] as const) {
    const { free, locked } = account.holdings.get(asset) ?? { free: 0n, locked: 0n };
    expect(free >= 0n && locked >= 0n).toBe(true);
    expect(locked).toBe(reserved[asset]);
    expect(free + locked).toBe(expected[asset]);
  }
}

describe('the exchange', () => {
  it('conserves every balance, keeps its book uncrossed and its ids in line', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
        const bench = newBench();
        let lastId = bench.exchange.top(bench.instrument).updateId;
        bench.exchange.onEvent((event) => {
          if (event.kind !== 'BookChanged') return;
          expect(event.firstId).toBe(lastId + 1);
          lastId = event.lastId;
        });
        for (const given of steps) {
          run(bench, given);
          checkAccount(bench, bench.alice);
          checkAccount(bench, bench.bob);
          const { bid, ask } = bench.exchange.top(bench.instrument);
          if (bid !== undefined && ask !== undefined) expect(bid.price).toBeLessThan(ask.price);
        }
        // What one account got from the other, the other gave: trades that both sides report agree.
        const byTrade = new Map<number, number>();
        for (const fill of bench.exchange.orders.fills) {
          const sign = fill.side === 'buy' ? 1 : -1;
          byTrade.set(fill.tradeId, (byTrade.get(fill.tradeId) ?? 0) + sign * fill.size);
          const sides = bench.exchange.orders.fills.filter((other) => other.tradeId === fill.tradeId);
          expect(sides.length).toBeLessThanOrEqual(2);
          if (sides.length === 2) expect(sides[0]?.account).not.toBe(sides[1]?.account);
        }
        for (const [tradeId, sum] of byTrade) {
          const sides = bench.exchange.orders.fills.filter((fill) => fill.tradeId === tradeId);
          if (sides.length === 2) expect(sum).toBe(0);
        }
      }),
      { numRuns: 300 },
    );
  });
});
