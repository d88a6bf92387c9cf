/** Unmatched base at what it cost: whatever comes and goes, nothing is won or lost by counting. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Stock } from '../../src/engine/stock.ts';

const INSTRUMENT = 'BTC-USDT';

/** Base that comes (or goes, negative), and the price of it. */
const move = fc.record({ base: fc.bigInt({ min: -50n, max: 50n }), price: fc.bigInt({ min: 1n, max: 1_000n }) });

const holdingOf = (stock: Stock) => stock.entries()[0]?.[1] ?? { base: 0n, worth: 0n };

describe('stock', () => {
  it('has the base of all moves, at a worth of its own sign', () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 30 }), (moves) => {
        const stock = new Stock();
        let base = 0n;
        for (const { base: change, price } of moves) {
          base += change;
          stock.move(INSTRUMENT, change, change * price);
          const holding = holdingOf(stock);
          expect(holding.base).toBe(base);
          // Worth is rounded down by less than one for each move.
          if (base > 0n) expect(holding.worth).toBeGreaterThanOrEqual(0n);
          if (base < 0n) expect(holding.worth).toBeLessThan(0n);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives back, once all is flat, exactly what the moves cost and brought', () => {
    let flattened = 0;
    fc.assert(
      fc.property(
        fc.array(move, { minLength: 1, maxLength: 30 }),
        fc.bigInt({ min: 1n, max: 1_000n }),
        (moves, last) => {
          const stock = new Stock();
          let cash = 0n;
          let gains = 0n;
          const trade = (base: bigint, price: bigint): void => {
            cash -= base * price;
            gains += -base * price + stock.move(INSTRUMENT, base, base * price);
          };
          for (const { base, price } of moves) trade(base, price);
          const rest = holdingOf(stock);
          if (rest.base !== 0n) flattened++;
          trade(-rest.base, last);
          expect(stock.entries()).toEqual([]);
          expect(gains).toBe(cash);
        },
      ),
      { numRuns: 2_000 },
    );
    expect(flattened).toBeGreaterThan(1_000);
  });

  it('calls a gain what was bought low and sold high, whatever was there before', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 50n }),
        fc.bigInt({ min: 1n, max: 1_000n }),
        fc.bigInt({ min: 1n, max: 1_000n }),
        (base, cost, price) => {
          const stock = new Stock();
          stock.move(INSTRUMENT, base, base * cost);
          const gain = base * price + stock.move(INSTRUMENT, -base, -base * price);
          expect(gain).toBe(base * (price - cost));
        },
      ),
    );
  });
});
