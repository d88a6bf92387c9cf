/** Instruments, the venues' listings of them, and the universe of rows that a run trades. */
import type { Grid, VenueId } from './units.ts';

/** Whether an asset can be moved in and out. */
export interface Transfers {
  readonly deposit: boolean;
  readonly withdraw: boolean;
}

/** What one venue says about one instrument. Decimal texts are canonical (no trailing zeros). */
export interface Listing {
  readonly venue: VenueId;
  /** Canonical id, `BASE-QUOTE`. */
  readonly instrument: string;
  readonly base: string;
  readonly quote: string;
  /** The venue's own name. */
  readonly symbol: string;
  readonly trading: boolean;
  readonly priceTick: string;
  readonly sizeLot: string;
  readonly minSize: string;
  readonly maxSize?: string;
  /** Smallest order value in quote units, where the venue has one. */
  readonly minNotional?: string;
  /** What order entry wants instead of the symbol (OKX `instIdCode`). */
  readonly orderCode?: string;
  /** Of the base asset on any chain, when the listings were loaded, where the venue says so without a key; for display. */
  readonly transfers?: Transfers;
  /** The venue's own words and units, where its names mean something else than they say (`identity.ts`). */
  readonly native?: Listing;
  /** With `native`: one venue unit of base is 10^exponent canonical ones. */
  readonly exponent?: number;
}

export interface Instrument {
  readonly index: number;
  readonly id: string;
  readonly base: string;
  readonly quote: string;
  readonly grid: Grid;
}

/** A fee schedule: rates as decimal text ("0.001" = 10 bps). */
export interface FeeRates {
  readonly taker: string;
  readonly maker: string;
  /** What the fee is taken from: what was received (buy: base, sell: quote), which is the default, or always the quote
   *  asset, beside the price. A fill says for itself what it paid. */
  readonly from?: 'received' | 'quote';
}

/** Rate that a buy pays out of the base that it brings. */
export const baseFeeOfBuy = (fees: FeeRates): string => (fees.from === 'quote' ? '0' : fees.taker);
/** Rate that a buy pays in quote, beside its price. */
export const quoteFeeOfBuy = (fees: FeeRates): string => (fees.from === 'quote' ? fees.taker : '0');

/** One row of the quote table: one instrument at one venue. All quantities in grid units of the instrument. */
export interface Row {
  readonly row: number;
  readonly venue: VenueId;
  readonly venueIndex: number;
  readonly instrument: string;
  readonly instrumentIndex: number;
  readonly listing: Listing;
  readonly fees: FeeRates;
  readonly tick: number;
  readonly lot: number;
  readonly minLots: number;
  readonly maxLots: number;
}

/** Plain data: it is handed to every worker as it is. Rows of one venue are contiguous. */
export interface Universe {
  readonly venues: readonly VenueId[];
  readonly instruments: readonly Instrument[];
  readonly rows: readonly Row[];
  /** `firstRow[v] … firstRow[v + 1]` are the rows of venue v. */
  readonly firstRow: readonly number[];
}
