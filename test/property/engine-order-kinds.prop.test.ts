/** Whatever the band, the limit is on the venue's tick, no better than the price that was decided on, and inside the band;
 *  and a set that is planned never loses at it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bps, Lots, MonoNs, Ticks } from '../../src/core/units.ts';
import { bandShare, limitOfKind, termsOfKind } from '../../src/engine/order-kinds.ts';
import { planOrders } from '../../src/engine/plan.ts';
import { universeOf } from '../unit/engine/world.ts';

const side = fc.constantFrom('buy' as const, 'sell' as const);
const band = fc.double({ min: 0, max: 500, noNaN: true });
const market = (bandBps: number) => ({ kind: 'market-band', restMs: 0, bandBps }) as const;

describe('orders with a band', () => {
  it('are on the tick and inside the band', () => {
    fc.assert(
      fc.property(
        side,
        fc.bigInt({ min: 1n, max: 10n ** 12n }),
        fc.constantFrom(1, 2, 5, 25, 1_000),
        band,
        (of, steps, tick, bandBps) => {
          const price = steps * BigInt(tick);
          const limit = limitOfKind(of, price, tick, termsOfKind(market(bandBps)));
          const away = of === 'buy' ? limit - price : price - limit;
          expect(limit % BigInt(tick)).toBe(0n);
          expect(away >= 0n).toBe(true);
          expect(away * 10_000_000n <= price * BigInt(Math.floor(bandBps * 1_000))).toBe(true);
          // The detector's doubles allow no less than that.
          expect(Number(away)).toBeLessThanOrEqual(Number(price) * bandShare(market(bandBps)) * (1 + 1e-12));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('never lose at their own limits, fees paid apart or not', () => {
    let planned = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 1_000, max: 10 ** 7 }),
        fc.integer({ min: 0, max: 900 }),
        fc.integer({ min: 1_000, max: 10 ** 8 }),
        fc.nat(3_000),
        fc.nat(3_000),
        fc.double({ min: 0, max: 200, noNaN: true }),
        fc.boolean(),
        (price, gainBps, size, buyFee, sellFee, bandBps, isApart) => {
          const universe = universeOf({ taker: [(buyFee / 1e6).toFixed(6), (sellFee / 1e6).toFixed(6)] });
          const leg = { size: size as Lots, rowVersion: 2 };
          const intent = {
            ...{ id: 1, opportunity: 1, instrumentIndex: 0, pair: 1, edgeBps: 1 as Bps },
            ...{ decidedAt: 1 as MonoNs, receivedAt: 0 as MonoNs },
            legs: [
              { ...leg, row: 0, side: 'buy' as const, limit: price as Ticks },
              { ...leg, row: 1, side: 'sell' as const, limit: Math.floor(price * (1 + gainBps / 1e4)) as Ticks },
            ],
          };
          const kind = termsOfKind(market(bandBps));
          const [buy, sell] = planOrders(intent, universe, { kind, isApart: () => isApart }).orders ?? [];
          if (buy === undefined || sell === undefined) return;
          planned++;
          const million = 1_000_000n;
          const [bought, sold] = [buy.lots * buy.limitTicks, sell.lots * sell.limitTicks];
          const brought = buy.lots * (million - (isApart ? 0n : BigInt(buyFee)));
          expect(sell.lots * million <= brought).toBe(true);
          const paid = bought * (million + (isApart ? BigInt(buyFee) : 0n));
          expect(sold * (million - BigInt(sellFee)) > paid).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
    expect(planned).toBeGreaterThan(300);
  });
});
