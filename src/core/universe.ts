/** Builds the universe of rows from what the venues list. Pure. */
import { decimalsOf, parseDecimal } from './decimal.ts';
import type { FeeRates, Instrument, Listing, Row, Universe } from './instrument.ts';
import { GRID_MAX } from './units.ts';
import type { VenueId } from './venue.ts';

export interface VenueListings {
  readonly venue: VenueId;
  readonly listings: readonly Listing[];
  readonly fees: FeeRates;
}

/** An instrument's grid is 10^-d, d the most decimals that any venue uses for it, price and size apart. */
export function buildUniverse(wanted: readonly string[], venues: readonly VenueListings[], gridVersion = 1): Universe {
  const instruments: Instrument[] = wanted.map((id, index) => {
    const listings = venues.flatMap((venue) => venue.listings.filter((listing) => listing.instrument === id));
    const [base = '', quote = ''] = id.split('-');
    return {
      index,
      id,
      base,
      quote,
      grid: {
        priceDecimals: Math.max(0, ...listings.map((listing) => decimalsOf(listing.priceTick))),
        sizeDecimals: Math.max(0, ...listings.map((listing) => decimalsOf(listing.sizeLot))),
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
      const minLots = Number(parseDecimal(listing.minSize, Math.max(sizeDecimals, decimalsOf(listing.minSize))));
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
        // A minimum finer than the lot is the lot.
        minLots: decimalsOf(listing.minSize) > sizeDecimals ? lot : Math.max(lot, Math.ceil(minLots / lot) * lot),
        maxLots: listing.maxSize === undefined ? GRID_MAX : maxLots(listing.maxSize, sizeDecimals),
      });
    }
  });
  firstRow.push(rows.length);
  return { venues: venues.map((venue) => venue.venue), instruments, rows, firstRow };
}

function maxLots(text: string, sizeDecimals: number): number {
  const whole = text.split('.')[0] ?? '0';
  const value = BigInt(whole) * 10n ** BigInt(sizeDecimals);
  return value > BigInt(GRID_MAX) ? GRID_MAX : Number(value);
}
