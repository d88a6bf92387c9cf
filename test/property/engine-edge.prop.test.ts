import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GUARD_BPS, grossEdgeBps, keptFactor, netEdgeBps } from '../../src/engine/edge.ts';

const price = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
/** Fee rates in millionths: up to 10 %, and rebates. */
const fee = fc.integer({ min: -5_000, max: 100_000 });
const SCALE = 10n ** 30n;
const MILLION = 1_000_000n;

/** Net edge in basis points × SCALE, rounded down. */
function exactEdge(ask: number, bid: number, buyFee: number, sellFee: number): bigint {
  const kept = (MILLION - BigInt(buyFee)) * (MILLION - BigInt(sellFee));
  const numerator = (BigInt(bid) * kept - BigInt(ask) * MILLION * MILLION) * 10_000n * SCALE;
  const divisor = BigInt(ask) * MILLION * MILLION;
  const quotient = numerator / divisor;
  return numerator % divisor !== 0n && numerator < 0n ? quotient - 1n : quotient;
}

/** A double as an integer at SCALE, exact: it is a multiple of 2^-1074 and far from that here. */
const scaled = (value: number): bigint => (BigInt(Math.round(value * 2 ** 60)) * SCALE) / 2n ** 60n;

const edge = (ask: number, bid: number, buyFee: number, sellFee: number): number =>
  netEdgeBps(ask, bid, keptFactor(buyFee / 1e6, 0, sellFee / 1e6));

describe('edge', () => {
  it('is never positive on quotes that are not crossed', () => {
    fc.assert(
      fc.property(price, price, fee, fee, (a, b, buyFee, sellFee) => {
        const [bid, ask] = a <= b ? [a, b] : [b, a];
        expect(grossEdgeBps(ask, bid)).toBeLessThanOrEqual(0);
        expect(edge(ask, bid, Math.max(0, buyFee), Math.max(0, sellFee))).toBeLessThan(0);
      }),
      { numRuns: 5_000 },
    );
  });

  it('is at most the exact edge, and less by no more than twice the guard, at any plausible ratio', () => {
    fc.assert(
      fc.property(price, fc.double({ min: 0.01, max: 100, noNaN: true }), fee, fee, (ask, ratio, buyFee, sellFee) => {
        const bid = Math.min(Number.MAX_SAFE_INTEGER, Math.max(1, Math.round(ask * ratio)));
        fc.pre(bid / ask < 1_000);
        const exact = exactEdge(ask, bid, buyFee, sellFee);
        const ours = scaled(edge(ask, bid, buyFee, sellFee));
        expect(ours <= exact).toBe(true);
        expect(exact - ours <= scaled(2 * GUARD_BPS)).toBe(true);
      }),
      { numRuns: 10_000 },
    );
  });
});
