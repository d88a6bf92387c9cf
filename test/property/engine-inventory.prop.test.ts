import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Inventory } from '../../src/engine/inventory.ts';

const VENUES = ['alpha', 'beta'];
const ASSETS = ['BTC', 'USDT'];
const ONE = 10n ** 18n;

/** Uneven amounts, down to the last unit. */
const amount = fc.bigInt({ min: 1n, max: 30n * ONE });
const place = fc.record({ venue: fc.nat(1), asset: fc.constantFrom(...ASSETS) });
const step = fc.oneof(
  fc.record({ kind: fc.constant('reserve' as const), place, amount }),
  fc.record({ kind: fc.constant('release' as const), pick: fc.nat(), amount: fc.constant(0n) }),
  fc.record({ kind: fc.constant('fill' as const), pick: fc.nat(), amount: fc.nat(100) }),
  fc.record({ kind: fc.constant('receive' as const), place, amount }),
);

interface Reservation {
  readonly venue: number;
  readonly asset: string;
  left: bigint;
}

describe('inventory', () => {
  it('is never oversubscribed and never leaks, whatever is reserved, filled and released', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const words = new Float64Array(VENUES.length * ASSETS.length);
        const inventory = new Inventory(VENUES, ASSETS, words);
        const totals = VENUES.map(() => new Map(ASSETS.map((asset) => [asset, 100n * ONE])));
        VENUES.forEach((_, venue) => {
          const balances = ASSETS.map((asset) => ({ asset, free: '60', locked: '40' }));
          inventory.setTotals(venue, balances);
        });
        const open: Reservation[] = [];
        const reservedOf = (venue: number, asset: string): bigint =>
          open.reduce((sum, entry) => sum + (entry.venue === venue && entry.asset === asset ? entry.left : 0n), 0n);
        const change = (venue: number, asset: string, by: bigint): void => {
          inventory.apply(venue, new Map([[asset, by]]));
          totals[venue]?.set(asset, (totals[venue]?.get(asset) ?? 0n) + by);
        };
        for (const entry of steps) {
          if (entry.kind === 'reserve') {
            const { venue, asset } = entry.place;
            const free = (totals[venue]?.get(asset) ?? 0n) - reservedOf(venue, asset);
            const isReserved = inventory.tryReserve(venue, asset, entry.amount);
            expect(isReserved).toBe(entry.amount <= free);
            if (isReserved) open.push({ venue, asset, left: entry.amount });
          } else if (entry.kind === 'receive') change(entry.place.venue, entry.place.asset, entry.amount);
          else if (open.length > 0) {
            const [reservation] = open.splice(entry.pick % open.length, 1) as [Reservation];
            const { venue, asset, left } = reservation;
            if (entry.kind === 'fill') change(venue, asset, -((left * BigInt(entry.amount)) / 100n));
            inventory.release(venue, asset, left);
          }
          VENUES.forEach((_, venue) => {
            ASSETS.forEach((asset, index) => {
              const total = totals[venue]?.get(asset) ?? 0n;
              const free = total - reservedOf(venue, asset);
              expect(inventory.total(venue, asset)).toBe(total);
              expect(inventory.free(venue, asset)).toBe(free);
              expect(free >= 0n).toBe(true);
              // The published double is never above the exact value, and within a part in 10^15 of it.
              const word = words[venue * ASSETS.length + index] as number;
              const exact = BigInt(Math.floor(word * 2 ** 40)) * ONE;
              expect(exact <= free * 2n ** 40n).toBe(true);
              expect(word).toBeCloseTo(Number(free) / 1e18, 9);
            });
          });
        }
      }),
      { numRuns: 500 },
    );
  });

  it('publishes a double that is not above the exact amount, for any amount', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 30n }), (total) => {
        const words = new Float64Array(1);
        const inventory = new Inventory(['alpha'], ['BTC'], words);
        inventory.apply(0, new Map([['BTC', total]]));
        const word = words[0] as number;
        // The double as an exact fraction: mantissa × 2^exponent.
        const exponent = word === 0 ? 0 : Math.floor(Math.log2(word)) - 60;
        const mantissa = BigInt(word / 2 ** exponent);
        const left = exponent >= 0 ? mantissa * 2n ** BigInt(exponent) * ONE : mantissa * ONE;
        expect(left <= (exponent >= 0 ? total : total * 2n ** BigInt(-exponent))).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  it('refuses to release what was not reserved', () => {
    const inventory = new Inventory(['alpha'], ['BTC'], new Float64Array(1));
    inventory.setTotals(0, [{ asset: 'BTC', free: '1', locked: '0' }]);
    expect(inventory.tryReserve(0, 'BTC', ONE)).toBe(true);
    expect(() => inventory.release(0, 'BTC', ONE + 1n)).toThrow('more BTC at alpha');
    expect(inventory.tryReserve(0, 'DOGE', 1n)).toBe(false);
    expect(inventory.view()).toEqual([{ venue: 'alpha', asset: 'BTC', free: '0', locked: '0', reserved: '1' }]);
  });
});
