/** The detector's private copy of the quote table: each row is read once a change, by seqlock, and scanned from here.
 *  Thread: detector. Steady state: no allocation. */
import type { Universe } from '../core/instrument.ts';
import { TRUST } from '../core/quote.ts';
import type { Control } from '../memory/control.ts';
import { type Layout, QUOTE } from '../memory/layout.ts';
import { bookState, QuoteReader } from '../memory/quote-table.ts';
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
  /** The moment by which rows are judged, monotonic ns: the detector writes it once a round. It is read from here, and
   *  not handed on, since a double that is handed to a function that is not inlined is allocated. It begins as a
   *  fraction, so that the field holds doubles from the start. */
  nowNs = 0.5;
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
  isPriced(row: number): boolean {
    return this.isLive(row) && this.#holds.isFree(row);
  }

  /** Live, of the feed's present life, and that feed's heart beating. */
  isLive(row: number): boolean {
    const at = row * STRIDE;
    if (this.words[at + QUOTE.TRUST] !== TRUST.Live) return false;
    const venue = this.#venueOf[row] as number;
    if (this.words[at + QUOTE.INCARNATION] !== this.#control.incarnation(venue)) return false;
    return this.nowNs - this.#control.lastBeat(venue) <= this.#maxHeartbeatAgeNs;
  }

  /** One word of a row. */
  get(row: number, word: number): number {
    return this.words[row * STRIDE + word] as number;
  }

  stateOf(row: number): number {
    return bookState(this.words, row * STRIDE);
  }
}
