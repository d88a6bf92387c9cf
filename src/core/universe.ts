/** Builds the universe of rows from what the venues list. Pure. */
import { decimalsOf, divideCeil, divideFloor, parseDecimal, pow10 } from './decimal.ts';
import type { FeeRates, Instrument, Listing, Row, Universe } from './instrument.ts';
import { GRID_MAX } from './units.ts';
import type { VenueId } from './venue.ts';

export interface VenueListings {
  readonly venue: VenueId;
  readonly listings: readonly Listing[];
  readonly fees: FeeRates;
}

/** Decimals of room below the finest tick and lot: orders placed before a venue made them coarser still stand deep in its
 *  books, finer than any tick that it lists today. Sizes get room only while that cannot make big ones saturate. */
export const GRID_ROOM = { price: 2, size: 2, sizeUpTo: 6 } as const;
const NO_ROOM = { price: 0, size: 0, sizeUpTo: 0 } as const;

/** An instrument's grid is 10^-d, d the most decimals that any venue uses for it, price and size apart, and the room. */
export function buildUniverse(
  wanted: readonly string[],
  venues: readonly VenueListings[],
  gridVersion = 1,
  room: { readonly price: number; readonly size: number; readonly sizeUpTo: number } = NO_ROOM,
): Universe {
  const instruments: Instrument[] = wanted.map((id, index) => {
    const listings = venues.flatMap((venue) => venue.listings.filter((listing) => listing.instrument === id));
    const [base = '', quote = ''] = id.split('-');
    const priceDecimals = Math.max(0, ...listings.map((listing) => decimalsOf(listing.priceTick)));
    const sizeDecimals = Math.max(0, ...listings.map((listing) => decimalsOf(listing.sizeLot)));
    return {
      index,
      id,
      base,
      quote,
      grid: {
        priceDecimals: priceDecimals + room.price,
        sizeDecimals: Math.max(sizeDecimals, Math.min(sizeDecimals + room.size, room.sizeUpTo)),
        version: gridVersion,
      },
    };
  });
  const rows: Row[] = [];
  const firstRow: number[] = [];
  venues.forEach((venue, venueIndex) => {
    firstRow.push(rows.length);
    for (const instrument of instruments) {
      const listing = venue.listings.find((entry) => entry.instrument === instrument.id && entry.trading);
      if (listing === undefined) continue;
      const { priceDecimals, sizeDecimals } = instrument.grid;
      const lot = Number(parseDecimal(listing.sizeLot, sizeDecimals));
      rows.push({
        row: rows.length,
        venue: venue.venue,
        venueIndex,
        instrument: instrument.id,
        instrumentIndex: instrument.index,
        listing,
        fees: venue.fees,
        tick: Number(parseDecimal(listing.priceTick, priceDecimals)),
        lot,
        // Limits that are no whole lots move inwards; a minimum is at least one lot.
        minLots: Math.max(lot, wholeLots(listing.minSize, sizeDecimals, lot, divideCeil)),
        maxLots:
          listing.maxSize === undefined
            ? GRID_MAX
            : Math.min(GRID_MAX, wholeLots(listing.maxSize, sizeDecimals, lot, divideFloor)),
      });
    }
  });
  firstRow.push(rows.length);
  return { venues: venues.map((venue) => venue.venue), instruments, rows, firstRow };
}

/** A size as grid units that are whole lots, rounded by `divide`; exact also where the text is finer than the grid. */
function wholeLots(text: string, sizeDecimals: number, lot: number, divide: typeof divideFloor): number {
  const scale = Math.max(sizeDecimals, decimalsOf(text));
  const lotAtScale = BigInt(lot) * pow10(scale - sizeDecimals);
  return Number(divide(parseDecimal(text, scale), lotAtScale) * BigInt(lot));
}
