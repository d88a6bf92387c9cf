/** Book and overlay → the words of a row. A newer best bid or ask replaces level 1 and removes the levels that it
 *  crosses; deeper levels keep their own age.
 *  Thread: feed. Steady state: no allocation. */
import { ROW_LEVELS } from '../core/quote.ts';
import { GRID_MAX } from '../core/units.ts';
import { QUOTE } from '../memory/layout.ts';
import type { BookSide } from './book-side.ts';
import type { SymbolBook } from './symbol-book.ts';

export const COMPOSED = {
  Ok: 0,
  /** Best bid above best ask. */
  Crossed: 1,
  /** A size among the row's levels was cut, so the row does not say what the venue said. */
  Saturated: 2,
  /** A side has no level: the venue does not trade it now. */
  OneSided: 3,
  /** Best bid at best ask: some venues show that for a moment. */
  Locked: 4,
} as const;
export type Composed = (typeof COMPOSED)[keyof typeof COMPOSED];

/** Fills prices, sizes, times and sequence of `row` (QUOTE.STRIDE words). A missing level is price 0, size 0. */
export function compose(source: SymbolBook, row: Float64Array): Composed {
  const { book, top } = source;
  let bidCount: number;
  let askCount: number;
  const most = Math.min(source.sizedLevels ?? ROW_LEVELS, ROW_LEVELS);
  if (top.isNewer) {
    bidCount = fillUnder(book.bids, 1, top.bid, top.bidSize, row, QUOTE.BIDS, most);
    askCount = fillUnder(book.asks, -1, top.ask, top.askSize, row, QUOTE.ASKS, most);
    row[QUOTE.VENUE_AT] = top.venueAt;
    row[QUOTE.VENUE_SEQ] = top.seq;
  } else {
    bidCount = fill(book.bids, 0, row, QUOTE.BIDS, 0, most);
    askCount = fill(book.asks, 0, row, QUOTE.ASKS, 0, most);
    row[QUOTE.VENUE_AT] = book.venueAt;
    row[QUOTE.VENUE_SEQ] = book.lineSeq;
  }
  row[QUOTE.TOP_AT] = source.topAt;
  row[QUOTE.DEPTH_AT] = source.depthAt;
  row[QUOTE.BID_COUNT] = bidCount;
  row[QUOTE.ASK_COUNT] = askCount;
  const bid = row[QUOTE.BIDS] as number;
  const ask = row[QUOTE.ASKS] as number;
  row[QUOTE.BID] = bid;
  row[QUOTE.BID_SIZE] = row[QUOTE.BIDS + 1] as number;
  row[QUOTE.ASK] = ask;
  row[QUOTE.ASK_SIZE] = row[QUOTE.ASKS + 1] as number;
  if (bidCount === 0 || askCount === 0) return COMPOSED.OneSided;
  if (bid > ask) return COMPOSED.Crossed;
  if (isCut(row, QUOTE.BIDS, bidCount) || isCut(row, QUOTE.ASKS, askCount)) return COMPOSED.Saturated;
  return bid === ask ? COMPOSED.Locked : COMPOSED.Ok;
}

/** Level 1 from the overlay, then the book's levels strictly behind it. */
function fillUnder(
  side: BookSide,
  sign: number,
  price: number,
  size: number,
  row: Float64Array,
  offset: number,
  most: number,
): number {
  // An empty side is empty at every depth.
  if (size === 0) return fill(side, side.count, row, offset, 0, most);
  row[offset] = price;
  row[offset + 1] = size;
  let from = 0;
  while (from < side.count && side.price(from) * sign >= price * sign) from++;
  return fill(side, from, row, offset, 1, most);
}

function fill(side: BookSide, from: number, row: Float64Array, offset: number, filled: number, most: number): number {
  let count = filled;
  for (let index = from; index < side.count && count < most; index++) {
    row[offset + count * 2] = side.price(index);
    row[offset + count * 2 + 1] = side.size(index);
    count++;
  }
  for (let rest = count; rest < ROW_LEVELS; rest++) {
    row[offset + rest * 2] = 0;
    row[offset + rest * 2 + 1] = 0;
  }
  return count;
}

function isCut(row: Float64Array, offset: number, count: number): boolean {
  for (let index = 0; index < count * 2; index++) if ((row[offset + index] as number) >= GRID_MAX) return true;
  return false;
}
