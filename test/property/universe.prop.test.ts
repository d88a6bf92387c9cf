import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDecimal, parseDecimal } from '../../src/core/decimal.ts';
import type { Listing } from '../../src/core/instrument.ts';
import { GRID_MAX } from '../../src/core/units.ts';
import { buildUniverse, type VenueListings } from '../../src/core/universe.ts';

const VENUES = ['a', 'b', 'c'];
const INSTRUMENTS = ['BTC-USDT', 'ETH-USDT', 'ETH-BTC', 'XRP-USDT'];

/** A positive decimal in canonical text: ticks and lots need not be powers of ten. */
const step = fc
  .tuple(fc.constantFrom(1n, 2n, 5n, 25n, 10n), fc.integer({ min: 0, max: 10 }))
  .map(([mantissa, decimals]) => formatDecimal(mantissa, decimals));
const amount = (max: bigint): fc.Arbitrary<string> =>
  fc
    .tuple(fc.bigInt({ min: 1n, max }), fc.integer({ min: 0, max: 10 }))
    .map(([value, decimals]) => formatDecimal(value, decimals));

const listing = (venue: string, instrument: string): fc.Arbitrary<Listing> =>
  fc
    .record({
      priceTick: step,
      sizeLot: step,
      // A minimum always fits the grid; a maximum may be past what the grid counts.
      minSize: amount(10n ** 5n),
      maxSize: fc.option(amount(10n ** 9n), { nil: undefined }),
      trading: fc.boolean(),
    })
    .map(({ maxSize, ...rest }) => {
      const [base = '', quote = ''] = instrument.split('-');
      const symbol = base + quote;
      return { venue, instrument, base, quote, symbol, ...rest, ...(maxSize === undefined ? {} : { maxSize }) };
    });

const venueListings = (venue: string): fc.Arbitrary<VenueListings> =>
  fc
    .subarray(INSTRUMENTS)
    .chain((listed) => fc.tuple(...listed.map((instrument) => listing(venue, instrument))))
    .map((listings) => ({ venue, listings, fees: { taker: '0.001', maker: '0.001' } }));

const markets = fc.tuple(...VENUES.map(venueListings));

describe('universe', () => {
  it('has a grid on which every tick and lot of every venue is exact', () => {
    fc.assert(
      fc.property(fc.subarray(INSTRUMENTS), markets, (wanted, venues) => {
        const universe = buildUniverse(wanted, venues, 7);
        for (const { listing, tick, lot, instrumentIndex } of universe.rows) {
          const grid = universe.instruments[instrumentIndex]?.grid;
          expect(formatDecimal(BigInt(tick), grid?.priceDecimals ?? -1)).toBe(listing.priceTick);
          expect(formatDecimal(BigInt(lot), grid?.sizeDecimals ?? -1)).toBe(listing.sizeLot);
          expect(grid?.version).toBe(7);
        }
      }),
    );
  });

  it('bounds sizes by the tightest whole lots that the venue takes', () => {
    fc.assert(
      fc.property(markets, (venues) => {
        const universe = buildUniverse(INSTRUMENTS, venues);
        for (const { listing, lot, minLots, maxLots, instrumentIndex } of universe.rows) {
          // Compared at a scale that holds every text.
          const at = (text: string): bigint => parseDecimal(text, 12);
          const decimals = universe.instruments[instrumentIndex]?.grid.sizeDecimals ?? 0;
          const size = (lots: number): bigint => at(formatDecimal(BigInt(lots), decimals));
          expect(minLots % lot).toBe(0);
          expect(size(minLots) >= at(listing.minSize)).toBe(true);
          expect(minLots === lot || size(minLots - lot) < at(listing.minSize)).toBe(true);
          if (listing.maxSize === undefined || maxLots === GRID_MAX) {
            expect(maxLots).toBe(GRID_MAX);
            if (listing.maxSize !== undefined) expect(size(GRID_MAX) <= at(listing.maxSize)).toBe(true);
            continue;
          }
          expect(maxLots % lot).toBe(0);
          expect(size(maxLots) <= at(listing.maxSize)).toBe(true);
          expect(size(maxLots + lot) > at(listing.maxSize)).toBe(true);
        }
      }),
    );
  });

  it('has a row for each trading listing that is wanted, numbered by venue, and no other', () => {
    fc.assert(
      fc.property(fc.subarray(INSTRUMENTS), markets, (wanted, venues) => {
        const universe = buildUniverse(wanted, venues);
        expect(universe.instruments.map(({ id }) => id)).toEqual(wanted);
        expect(universe.firstRow).toHaveLength(VENUES.length + 1);
        expect(universe.firstRow.at(-1)).toBe(universe.rows.length);
        venues.forEach(({ venue, listings }, venueIndex) => {
          const rows = universe.rows.slice(universe.firstRow[venueIndex], universe.firstRow[venueIndex + 1]);
          const expected = listings.filter((entry) => entry.trading && wanted.includes(entry.instrument));
          expect(new Set(rows.map((row) => row.listing))).toEqual(new Set(expected));
          expect(rows.every((row) => row.venue === venue && row.venueIndex === venueIndex)).toBe(true);
        });
        expect(universe.rows.map(({ row }) => row)).toEqual(universe.rows.map((_, index) => index));
      }),
    );
  });
});
