/** The detector's private copy of the quote table: each row is read once a change, by seqlock, and scanned from here.
 *  Thread: detector. Steady state: no allocation. */
import type { Universe } from '../core/instrument.ts';
import { TRUST } from '../core/quote.ts';
import type { Control } from '../memory/control.ts';
import { type Layout, QUOTE } from '../memory/layout.ts';
import { QuoteReader } from '../memory/quote-table.ts';
import { RowHolds } from '../memory/row-holds.ts';

const STRIDE = QUOTE.STRIDE;

export interface RowMirrorDeps {
  readonly universe: Universe;
  readonly buffer: SharedArrayBuffer;
  readonly layout: Layout;
  readonly control: Control;
  readonly maxHeartbeatAgeNs: number;
}

export class RowMirror {
  /** Rows one after the other, QUOTE.STRIDE words each. */
  readonly words: Float64Array;
  readonly #reader: QuoteReader;
  readonly #control: Control;
  readonly #venueOf: Int32Array;
  readonly #maxHeartbeatAgeNs: number;
  readonly #holds: RowHolds;

  constructor({ universe, buffer, layout, control, maxHeartbeatAgeNs }: RowMirrorDeps) {
    this.words = new Float64Array(universe.rows.length * STRIDE);
    this.#reader = new QuoteReader(buffer, layout);
    this.#control = control;
    this.#venueOf = Int32Array.from(universe.rows, (row) => row.venueIndex);
    this.#maxHeartbeatAgeNs = maxHeartbeatAgeNs;
    this.#holds = new RowHolds(buffer, layout);
  }

  /** False when the row stays torn: its writer died or hangs inside it. The row is then suspect. */
  tryRead(row: number): boolean {
    const at = row * STRIDE;
    if (this.#reader.read(row, this.words, at)) return true;
    // What was copied is garbage.
    this.words.fill(0, at, at + STRIDE);
    this.words[at + QUOTE.TRUST] = TRUST.Suspect;
    return false;
  }

  /** Drops rows [first, end): they are syncing until they are read again. */
  drop(first: number, end: number): void {
    this.words.fill(0, first * STRIDE, end * STRIDE);
  }

  /** Live, what its name says, and trading at its venue. */
  isPriced(row: number, nowNs: number): boolean {
    return this.isLive(row, nowNs) && this.#holds.isFree(row);
  }

  /** Live, of the feed's present life, and that feed's heart beating. */
  isLive(row: number, nowNs: number): boolean {
    const at = row * STRIDE;
    if (this.words[at + QUOTE.TRUST] !== TRUST.Live) return false;
    const venue = this.#venueOf[row] as number;
    if (this.words[at + QUOTE.INCARNATION] !== this.#control.incarnation(venue)) return false;
    return nowNs - this.#control.lastBeat(venue) <= this.#maxHeartbeatAgeNs;
  }

  /** One word of a row. */
  get(row: number, word: number): number {
    return this.words[row * STRIDE + word] as number;
  }

  /** What tells one state of the venue's book from the next: its sequence, or the time of the frame where it has none. */
  stateOf(row: number): number {
    const sequence = this.get(row, QUOTE.VENUE_SEQ);
    return sequence >= 0 ? sequence : this.get(row, QUOTE.RECEIVED_AT);
  }
}
