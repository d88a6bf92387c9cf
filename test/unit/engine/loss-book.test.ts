import { describe, expect, it } from 'vitest';
import type { Fill } from '../../../src/core/order.ts';
import type { OrderRole } from '../../../src/core/records.ts';
import { parseAmount } from '../../../src/engine/amounts.ts';
import { newLeg, nextLeg } from '../../../src/engine/leg.ts';
import { LossBook } from '../../../src/engine/loss-book.ts';
import type { LegSet } from '../../../src/engine/saga.ts';
import { gainOf, resultOf } from '../../../src/engine/set-result.ts';
import { moved } from '../../../src/engine/stock.ts';
import { RISK } from './desk.ts';

const DAY = 86_400_000;
const NOON = 20_000 * DAY + DAY / 2;
/** Every row takes 0.1 %. */
const taker = (): bigint => parseAmount('0.001');

type Trade = readonly [side: 'buy' | 'sell', size: string, price: string, fee: string, feeAsset: string];

let trades = 0;

function setOf(id: string, fills: readonly Trade[], more: Partial<LegSet> = {}): LegSet {
  const legs = fills.map(([side, size, price, fee, feeAsset], index) => {
    const clientId = `${id}-${index}`;
    const order = { clientId, run: 'run', role: 'leg' as OrderRole, row: 0, side, price, size };
    const fill: Fill = {
      clientId,
      venueOrderId: '',
      tradeId: `${++trades}`,
      symbol: 'BTCUSDT',
      side,
      price,
      size,
      fee,
      feeAsset,
      maker: false,
      venueAt: 0,
    };
    return nextLeg(newLeg({ ...order, base: 'BTC', quote: 'USDT', sentAt: 0 }), { kind: 'Filled', fill, at: 0 });
  });
  return {
    id,
    intent: 1,
    opportunity: '',
    instrumentIndex: 0,
    pair: 1,
    edgeBps: 0,
    openedAt: 0,
    base: 'BTC',
    quote: 'USDT',
    carried: 0n,
    legs,
    state: 'filled',
    ...more,
  };
}

/** Buys and sells 1 BTC; what it brings is `gain`. */
const trading = (id: string, gain: number): LegSet =>
  setOf(id, [
    ['buy', '1', '100', '0', 'USDT'],
    ['sell', '1', String(100 + gain), '0', 'USDT'],
  ]);

const bookOf = (...gains: number[]): LossBook => {
  const book = new LossBook(taker);
  gains.forEach((gain, index) => {
    book.book(trading(`run-${index}`, gain), NOON);
  });
  return book;
};

const limits = (maxDailyLoss: string, maxLossStreak: number) => ({
  ...RISK,
  maxDailyLoss: parseAmount(maxDailyLoss),
  maxLossStreak,
});

describe('what a set brought', () => {
  const gain = (fills: readonly Trade[]): bigint => gainOf(resultOf(setOf('run-1', fills), taker));

  it('counts fees, and base that is left over at its own price', () => {
    const bought: Trade = ['buy', '1', '100', '0.001', 'BTC'];
    // 0.001 BTC went as a fee, 0.009 BTC is left over: (100 + 99.99) / 1.99 each.
    expect(gain([bought, ['sell', '0.99', '101', '0.1', 'USDT']])).toBe(
      parseAmount('-0.11') + (parseAmount('0.009') * parseAmount('199.99')) / parseAmount('1.99'),
    );
    // Held: neither gain nor loss but the fee.
    expect(gain([bought])).toBe(parseAmount('-0.1'));
  });

  it('counts a fee in a third asset at the taker rate of its venue', () => {
    expect(gain([['buy', '1', '100', '0.0001', 'BNB']])).toBe(parseAmount('-0.1'));
    expect(gain([['buy', '1', '100', '0.05', 'USDT']])).toBe(parseAmount('-0.05'));
  });
});

describe('unmatched base', () => {
  const at = (base: bigint, worth: bigint) => ({ base, worth });

  it('goes at the mean cost of what is there, and turns at its own price', () => {
    expect(moved(at(0n, 0n), 10n, 1_000n)).toEqual(at(10n, 1_000n));
    expect(moved(at(10n, 1_000n), 10n, 3_000n)).toEqual(at(20n, 4_000n));
    expect(moved(at(20n, 4_000n), -5n, -500n)).toEqual(at(15n, 3_000n));
    expect(moved(at(20n, 4_000n), -20n, -1n)).toEqual(at(0n, 0n));
    expect(moved(at(20n, 4_000n), -30n, -3_000n)).toEqual(at(-10n, -1_000n));
    expect(moved(at(-10n, -1_000n), -10n, -3_000n)).toEqual(at(-20n, -4_000n));
    expect(moved(at(-10n, -1_000n), 4n, 1n)).toEqual(at(-6n, -600n));
    expect(moved(at(-10n, -1_000n), 15n, 3_000n)).toEqual(at(5n, 1_000n));
  });

  it('is a loss of the day on which it is sold for less than it cost', () => {
    const book = new LossBook(taker);
    book.book(setOf('run-1', [['buy', '1', '100', '0', 'USDT']], { state: 'held' }), NOON);
    expect(book.gains(NOON)).toEqual({ USDT: '0' });
    const sale = setOf('run-2', [['sell', '1', '80', '0.08', 'USDT']], { carried: parseAmount('1') });
    book.book(sale, NOON + DAY);
    expect(book.gains(NOON + DAY)).toEqual({ USDT: '-20.08' });
    // Nobody decided on that set.
    expect(book.streak).toBe(0);
  });
});

describe('the loss of a day', () => {
  it('is reached at the limit, and not before; gains count against it', () => {
    const said = bookOf(5, -9).reached(limits('4', 9), NOON);
    expect(said).toEqual({
      limit: 'limit-daily-loss',
      reason: '4 USDT lost today (UTC), limits.maxDailyLoss is 4',
    });
    expect(bookOf(5, -9).reached(limits('4.1', 9), NOON)).toBeUndefined();
    expect(bookOf(5, 9).reached(limits('0', 9), NOON)).toBeUndefined();
    expect(bookOf(-9, 6).gains(NOON)).toEqual({ USDT: '-3' });
  });

  it('ends with the UTC day, which a clock that is set back does not bring back', () => {
    const book = bookOf(-9);
    const midnight = 20_001 * DAY;
    expect(book.reached(limits('9', 9), midnight - 1)?.limit).toBe('limit-daily-loss');
    expect(book.reached(limits('9', 9), midnight)).toBeUndefined();
    expect(book.gains(midnight - 1)).toEqual({});
    expect(book.streak).toBe(1);
  });

  it('counts a set that closes again by its difference, when that is learned', () => {
    const book = bookOf(-9);
    book.book(trading('run-0', -9), NOON + DAY);
    expect(book.gains(NOON)).toEqual({ USDT: '-9' });
    book.book(trading('run-0', -7), NOON + DAY);
    expect(book.gains(NOON + DAY)).toEqual({ USDT: '2' });
    book.retain(new Set(['run-0']));
    book.book(trading('run-0', -6), NOON + DAY);
    expect(book.gains(NOON + DAY)).toEqual({ USDT: '3' });
  });
});

describe('a loss streak', () => {
  it('is so many sets that lost one after the other; a gain ends it, and what traded nothing does not', () => {
    expect(bookOf(-1, -1).reached(limits('99', 3), NOON)).toBeUndefined();
    expect(bookOf(-1, -1, -1).reached(limits('99', 3), NOON)).toEqual({
      limit: 'limit-loss-streak',
      reason: '3 leg sets lost one after the other, limits.maxLossStreak is 3',
    });
    expect(bookOf(-1, -1, 1, -1).streak).toBe(1);
    expect(bookOf(-1, -1, 0, -1).streak).toBe(3);
    const missed = bookOf(-1);
    missed.book(setOf('run-9', [], { state: 'missed' }), NOON);
    expect(missed.streak).toBe(1);
  });

  it('ends where a loss that turned out a gain stood, and not at a gain that stays one', () => {
    const book = bookOf(-1, -1, -1);
    book.book(trading('run-1', 2), NOON);
    expect(book.streak).toBe(1);
    const later = bookOf(3, -1, -1);
    later.book(trading('run-0', 2), NOON);
    expect(later.streak).toBe(2);
    later.book(trading('run-1', -2), NOON);
    expect(later.streak).toBe(2);
  });
});

describe('counting anew', () => {
  it('begins with a lift', () => {
    const book = bookOf(-9, -9);
    book.lift(NOON);
    expect([book.gains(NOON), book.streak]).toEqual([{}, 0]);
    expect(book.reached(limits('1', 1), NOON)).toBeUndefined();
    // A difference that is learned later counts from there.
    book.book(trading('run-1', -10), NOON);
    expect(book.gains(NOON)).toEqual({ USDT: '-1' });
  });

  it('goes on from what an earlier run wrote down', () => {
    const book = bookOf(-9, -2);
    book.book(setOf('run-5', [['buy', '1', '100', '0', 'USDT']], { state: 'held' }), NOON);
    book.halt = { limit: 'limit-loss-streak', reason: 'two' };
    const count = JSON.parse(JSON.stringify(book.count(NOON)));
    const next = bookOf(7);
    next.restore(count);
    expect(next.count(NOON)).toEqual(book.count(NOON));
    expect(next.halt).toEqual(book.halt);
    for (const each of [book, next]) each.book(setOf('run-6', [['sell', '1', '90', '0', 'USDT']]), NOON);
    expect(next.gains(NOON)).toEqual({ USDT: '-21' });
    expect(next.count(NOON)).toEqual(book.count(NOON));
  });
});
