/** What of the depth in view is spoken for, by row and side: lots that open orders of ours aim at, and lots that we took
 *  since the row last brought news of its venue. What is spoken for counts from the best level on, as a venue fills it, so
 *  no two orders count on the same level. Lots are doubles that hold integers.
 *  Thread: executor, alone. Reads: quote table. Steady state: no allocation. */
import type { Side } from '../core/units.ts';
import { GRID_MAX } from '../core/units.ts';
import { QUOTE } from '../memory/layout.ts';
import { bookState } from '../memory/quote-table.ts';

export interface RowWords {
  /** The row as it stands, QUOTE.STRIDE words that the next call overwrites; undefined while it is torn. */
  read(row: number): Float64Array | undefined;
}

export class DepthClaims {
  readonly #rows: RowWords;
  readonly #aimed: Float64Array;
  readonly #taken: Float64Array;
  /** The book in which they were taken, and when they were by the venue's clock, ms. */
  readonly #takenFrom: Float64Array;
  readonly #takenAt: Float64Array;

  constructor(rows: RowWords, rowCount: number) {
    this.#rows = rows;
    this.#aimed = new Float64Array(rowCount * 2);
    this.#taken = new Float64Array(rowCount * 2);
    this.#takenFrom = new Float64Array(rowCount * 2);
    this.#takenAt = new Float64Array(rowCount * 2);
  }

  /** Whether the row has `lots` at `limit` or better beside what is spoken for. The last look has seen the best price; a
   *  row of which nothing is spoken for is not read again. */
  hasRoom(row: number, side: Side, limit: number, lots: number): boolean {
    const slot = slotOf(row, side);
    if (this.#aimed[slot] === 0 && this.#taken[slot] === 0) return true;
    const words = this.#rows.read(row);
    if (words === undefined) return false;
    const claimed = (this.#aimed[slot] as number) + this.#stillTaken(slot, words);
    return claimed === 0 || lotsWithin(words, side, limit) - claimed >= lots;
  }

  /** Returns the lots that the claim holds: all, unless the sum would no longer be exact. */
  aim(row: number, side: Side, lots: number): number {
    const slot = slotOf(row, side);
    const claim = Math.min(lots, GRID_MAX - (this.#aimed[slot] as number));
    this.#aimed[slot] = (this.#aimed[slot] as number) + claim;
    return claim;
  }

  /** Gives back what `aim` returned, or part of it. */
  giveBack(row: number, side: Side, lots: number): void {
    const slot = slotOf(row, side);
    if (lots > (this.#aimed[slot] as number)) throw new Error(`more depth of row ${row} given back than was aimed at`);
    this.#aimed[slot] = (this.#aimed[slot] as number) - lots;
  }

  /** An order of ours took these lots, at `venueAt` of the venue's clock (ms). */
  take(row: number, side: Side, lots: number, venueAt: number): void {
    const slot = slotOf(row, side);
    const words = this.#rows.read(row);
    // Torn: whatever can be read of it later was written later.
    const before = words === undefined ? 0 : this.#stillTaken(slot, words);
    const at = before === 0 ? venueAt : Math.max(venueAt, this.#takenAt[slot] as number);
    this.#taken[slot] = Math.min(GRID_MAX, before + lots);
    this.#takenAt[slot] = at;
    this.#takenFrom[slot] = words === undefined ? Number.NaN : bookState(words);
  }

  /** Lots that open orders aim at. */
  aimedAt(row: number, side: Side): number {
    return this.#aimed[slotOf(row, side)] as number;
  }

  /** Forgets what was taken once the book shows it: another state of it, and none from before the fill. */
  #stillTaken(slot: number, words: Float64Array): number {
    const isSame = bookState(words) === this.#takenFrom[slot];
    // A frame that was on its way when we filled says nothing of it. No venue time: the state alone decides.
    const isOlder = (words[QUOTE.VENUE_AT] as number) < (this.#takenAt[slot] as number);
    if (!isSame && !isOlder) this.#taken[slot] = 0;
    return this.#taken[slot] as number;
  }
}

/** A buy takes from the asks. */
const slotOf = (row: number, side: Side): number => row * 2 + (side === 'buy' ? 0 : 1);

function lotsWithin(words: Float64Array, side: Side, limit: number): number {
  const at = side === 'buy' ? QUOTE.ASKS : QUOTE.BIDS;
  const levels = words[side === 'buy' ? QUOTE.ASK_COUNT : QUOTE.BID_COUNT] as number;
  let lots = 0;
  for (let i = 0; i < levels; i++) {
    const price = words[at + i * 2] as number;
    if (side === 'buy' ? price > limit : price < limit) break;
    lots += words[at + i * 2 + 1] as number;
  }
  return lots;
}
