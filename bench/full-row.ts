/** A row as a feed writes it when everything in it is new. */
import { TRUST } from '../src/core/quote.ts';
import { QUOTE } from '../src/memory/layout.ts';

/** Levels of each side. */
const LEVELS = 12;

export interface FullRow {
  /** Best prices, ticks; each further level is a tick away. */
  readonly bid: number;
  readonly ask: number;
  /** On each level. */
  readonly lots: number;
  /** Monotonic ns. */
  readonly at: number;
}

export function fillRow(words: Float64Array, { bid, ask, lots, at }: FullRow): void {
  for (let level = 0; level < LEVELS; level++) {
    words[QUOTE.BIDS + level * 2] = bid - level;
    words[QUOTE.BIDS + level * 2 + 1] = lots;
    words[QUOTE.ASKS + level * 2] = ask + level;
    words[QUOTE.ASKS + level * 2 + 1] = lots;
  }
  words[QUOTE.BID] = bid;
  words[QUOTE.BID_SIZE] = lots;
  words[QUOTE.ASK] = ask;
  words[QUOTE.ASK_SIZE] = lots;
  words[QUOTE.BID_COUNT] = LEVELS;
  words[QUOTE.ASK_COUNT] = LEVELS;
  words[QUOTE.TRUST] = TRUST.Live;
  words[QUOTE.INCARNATION] = 1;
  words[QUOTE.RECEIVED_AT] = at;
  words[QUOTE.TOP_AT] = at;
  words[QUOTE.DEPTH_AT] = at;
}
