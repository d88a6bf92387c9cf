/** An account that pays its fees in an asset of the venue's own, and runs out of it in the middle: what the second leg is
 *  planned to sell is never more than what the first brings. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fill } from '../../src/core/order.ts';
import { amountText, fillChanges, lotsAfterFee, parseAmount, plusAll } from '../../src/engine/amounts.ts';
import { assumedBaseFee, feeStanding, nextFeeAsset } from '../../src/engine/fee-assets.ts';

/** A lot of the grid is one unit of the asset scale here: nothing is rounded but by the seller's lot. */
const ONE = 10n ** 18n;
/** One BNB pays the fee of so much base, of one in a thousand, a quarter off. */
const BASE_PER_BNB = 100n;
const PARTS = 8;

interface Venue {
  bnb: bigint;
  btc: bigint;
}

/** Buys in parts: each fee is taken in BNB while that suffices, else from the base that came. */
function buy(venue: Venue, size: bigint, parts: number, rate: bigint): Fill[] {
  const fills: Fill[] = [];
  for (let n = 0; n < parts; n++) {
    const part = n === parts - 1 ? size - (size / BigInt(parts)) * BigInt(parts - 1) : size / BigInt(parts);
    const inBnb = (((part * rate) / ONE) * 3n) / 4n / BASE_PER_BNB;
    const apart = venue.bnb >= inBnb;
    const fee = apart ? inBnb : (part * rate) / ONE;
    if (apart) venue.bnb -= fee;
    venue.btc += part - (apart ? 0n : fee);
    fills.push({
      ...{ clientId: 'c', venueOrderId: 'v', tradeId: `${n}`, symbol: 'BTCUSDT', side: 'buy', price: '1' },
      ...{ size: amountText(part), fee: amountText(fee), feeAsset: apart ? 'BNB' : 'BTC', value: '0' },
      ...{ maker: false, venueAt: 0 },
    });
  }
  return fills;
}

const changeOf = (fills: readonly Fill[], asset: string): bigint =>
  fills
    .reduce(
      (sum, fill) => plusAll(sum, fillChanges(fill, 'BTC', 'USDT')),
      new Map<string, bigint>() as ReturnType<typeof fillChanges>,
    )
    .get(asset) ?? 0n;

const planned = (size: bigint, rate: bigint, isApart: boolean, lot: bigint): bigint =>
  lotsAfterFee(size, parseAmount(assumedBaseFee({ taker: amountText(rate), maker: '0' }, isApart)), lot);

const step = fc.record({
  size: fc.bigInt({ min: 1n, max: 10n * ONE }),
  parts: fc.integer({ min: 1, max: PARTS }),
  topUp: fc.boolean(),
});

describe('the second leg', () => {
  it('is covered by the first, as planned and as filled, when the fee asset runs out', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 20 }),
        fc.constantFrom(1n, 1_000n, 10n ** 13n, 10n ** 15n),
        fc.bigInt({ min: 0n, max: ONE / 100n }),
        fc.bigInt({ min: 0n, max: ONE / 1_000n }),
        (steps, lot, rate, bnb) => {
          // The largest order's fee, rounded up: the floor that the setting asks for.
          const floor = (10n * rate * 3n) / 4n / BASE_PER_BNB + BigInt(PARTS);
          const setting = { asset: 'BNB', floor };
          const venue: Venue = { bnb, btc: 0n };
          let lastPaidIn: string | undefined;
          for (const { size, parts, topUp } of steps) {
            if (topUp) venue.bnb += floor;
            const standing = feeStanding(setting, { lastPaidIn, free: venue.bnb });
            seen.add(standing);
            const sale = planned(size, rate, standing === 'apart', lot);
            const before = { ...venue };
            const fills = buy(venue, size, parts, rate);
            // Both legs are sent at once: the plan alone must be covered.
            expect(sale <= venue.btc - before.btc && sale % lot === 0n).toBe(true);
            // What the fills say is exact, in whatever asset the fee was.
            expect([changeOf(fills, 'BTC'), changeOf(fills, 'BNB')]).toEqual([
              venue.btc - before.btc,
              venue.bnb - before.bnb,
            ]);
            venue.btc -= sale;
            for (const fill of fills) lastPaidIn = nextFeeAsset(lastPaidIn, fill);
          }
        },
      ),
      { numRuns: 2_000 },
    );
    expect([...seen].sort()).toEqual(['apart', 'elsewhere', 'low', 'untold']);
  });

  it('would be too large without the floor: an order takes the last of it', () => {
    const venue: Venue = { bnb: parseAmount('0.00001'), btc: 0n };
    const rate = ONE / 1_000n;
    const isApart = (floor: string): boolean =>
      feeStanding({ asset: 'BNB', floor: parseAmount(floor) }, { lastPaidIn: 'BNB', free: venue.bnb }) === 'apart';
    const reckless = planned(10n * ONE, rate, isApart('0'), 1n);
    const careful = planned(10n * ONE, rate, isApart('0.0001'), 1n);
    buy(venue, 10n * ONE, PARTS, rate);
    expect(reckless > venue.btc).toBe(true);
    expect(careful <= venue.btc).toBe(true);
  });
});
