import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochOf, isOurs } from '../../../src/core/client-id.ts';
import type { Fill } from '../../../src/core/order.ts';
import {
  amountText,
  baseAmount,
  difference,
  fillChanges,
  lotsAfterFee,
  parseAmount,
  plusAll,
  quoteAmount,
  toTexts,
  wholeLots,
} from '../../../src/engine/amounts.ts';
import { clientIds } from '../../../src/engine/client-ids.ts';
import { RunTotals } from '../../../src/engine/run-totals.ts';

const GRID = { priceDecimals: 2, sizeDecimals: 5, version: 1 };
const FILL: Fill = {
  clientId: 'c',
  venueOrderId: 'v',
  tradeId: '1',
  symbol: 'BTCUSDT',
  side: 'buy',
  price: '64123.45',
  size: '0.12345678',
  fee: '0.00012345678',
  feeAsset: 'BTC',
  maker: false,
  venueAt: 0,
};

describe('amounts', () => {
  it('keep every digit that a venue sends', () => {
    expect(amountText(parseAmount('123456789.123456789012345678'))).toBe('123456789.123456789012345678');
    expect(() => parseAmount('0.1234567890123456789')).toThrow('more than 18 decimals');
    expect(toTexts(fillChanges(FILL, 'BTC', 'USDT'))).toEqual({
      BTC: '0.12333332322',
      USDT: '-7916.474659491',
    });
    expect(toTexts(fillChanges({ ...FILL, side: 'sell', fee: '-0.5', feeAsset: 'BNB' }, 'BTC', 'USDT'))).toEqual({
      BNB: '0.5',
      BTC: '-0.12345678',
      USDT: '7916.474659491',
    });
    expect(() => fillChanges({ ...FILL, price: '0.0000000001', size: '0.0000000001' }, 'BTC', 'USDT')).toThrow(
      'more than 18 decimals',
    );
  });

  it('turn grid values into amounts and back', () => {
    expect(amountText(baseAmount(12_345n, GRID))).toBe('0.12345');
    expect(amountText(quoteAmount(6_412_345n, 12_345n, GRID))).toBe('7916.0399025');
    expect(wholeLots(parseAmount('0.123459999'), GRID, 1n)).toBe(12_345n);
    expect(wholeLots(parseAmount('-0.123459999'), GRID, 10n)).toBe(-12_340n);
    const fine = { priceDecimals: 10, sizeDecimals: 10, version: 1 };
    expect(quoteAmount(10n, 10n, fine)).toBe(1n);
    expect(() => quoteAmount(1n, 1n, fine)).toThrow('more than 18 decimals');
  });

  it('leave after a fee what can be sold, never a lot more', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 10n ** 15n }),
        fc.bigInt({ min: 0n, max: 10n ** 6n }),
        fc.bigInt({ min: 1n, max: 1_000n }),
        (bought, millionths, lot) => {
          const lots = lotsAfterFee(bought, millionths * 10n ** 10n, lot);
          expect(lots % lot).toBe(0n);
          // In whole numbers: lots ≤ bought × (1 - fee) < lots + lot, fee of 10^8ths.
          const left = bought * (10n ** 8n - millionths);
          expect(lots * 10n ** 8n <= left && left < (lots + lot) * 10n ** 8n).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('drop assets that come to nothing', () => {
    const one = new Map([['BTC', 1n]]);
    expect(plusAll(one, new Map([['BTC', -1n]])).size).toBe(0);
    expect(difference(one, one).size).toBe(0);
    expect(one.get('BTC')).toBe(1n);
  });

  it('are booked by their difference when a set closes again', () => {
    const totals = new RunTotals();
    const nothing = { changes: new Map(), fees: new Map() };
    const first = { changes: new Map([['BTC', 5n]]), fees: new Map([['BTC', 1n]]) };
    const second = { changes: new Map([['USDT', 7n]]), fees: new Map([['BTC', 3n]]) };
    totals.book(nothing, first);
    totals.book(nothing, first);
    totals.book(first, second);
    expect([totals.changes, totals.fees]).toEqual([
      new Map([
        ['BTC', 5n],
        ['USDT', 7n],
      ]),
      new Map([['BTC', 4n]]),
    ]);
  });
});

describe('client ids', () => {
  it('are 17 characters that no venue refuses, rising, and never the same in another epoch', () => {
    const seen = new Set<string>();
    for (const epoch of [0, 1, 35, 36 ** 4 - 1]) {
      const ids = clientIds('ab0z9', epoch);
      let before = '';
      for (let n = 0; n < 100; n++) {
        const id = ids.next();
        expect(id).toMatch(/^ab0z9[0-9a-z]{12}$/);
        expect(id > before).toBe(true);
        expect(isOurs(id, 'ab0z9')).toBe(true);
        expect(epochOf(id)).toBe(epoch);
        before = id;
        seen.add(id);
      }
    }
    expect(seen.size).toBe(400);
    expect(isOurs('ab0z8000000000001', 'ab0z9')).toBe(false);
    expect(isOurs('ab0z900000000000', 'ab0z9')).toBe(false);
  });

  it('refuse what would repeat or be refused', () => {
    expect(() => clientIds('AB0z9', 1)).toThrow(RangeError);
    expect(() => clientIds('ab0z', 1)).toThrow(RangeError);
    expect(() => clientIds('ab0z9', 36 ** 4)).toThrow(RangeError);
  });
});
