/** The executor's look at the quote table: one row at a time, just before money moves. */
import type { Clock } from '../core/clock.ts';
import type { Universe } from '../core/instrument.ts';
import { DISTRUST_REASONS, TRUST } from '../core/quote.ts';
import type { Control } from '../memory/control.ts';
import { type Layout, QUOTE } from '../memory/layout.ts';
import { QuoteReader } from '../memory/quote-table.ts';
import { RowHolds } from '../memory/row-holds.ts';

export interface TopOfBook {
  readonly bid: number;
  readonly ask: number;
}

const CLOCK_SKEW = DISTRUST_REASONS.indexOf('clock-skew');

export class LiveRows {
  /** The row read last, QUOTE.STRIDE words. */
  readonly words = new Float64Array(QUOTE.STRIDE);
  readonly #reader: QuoteReader;
  readonly #holds: RowHolds;
  readonly #deps: { universe: Universe; control: Control; clock: Clock; maxHeartbeatAgeNs: number };

  constructor(
    buffer: SharedArrayBuffer,
    layout: Layout,
    deps: { universe: Universe; control: Control; clock: Clock; maxHeartbeatAgeNs: number },
  ) {
    this.#reader = new QuoteReader(buffer, layout);
    this.#deps = deps;
    this.#holds = new RowHolds(buffer, layout);
  }

  /** The words of a row as it stands, whatever they are worth, until the next look; undefined while it stays torn. */
  read(row: number): Float64Array | undefined {
    return this.#reader.read(row, this.words) ? this.words : undefined;
  }

  /** Best prices of a row that may be priced now: live, of the feed's present life, its feed's heart beating, what its
   *  name says, and trading. */
  top(row: number): TopOfBook | undefined {
    if (!this.tryRead(row)) return undefined;
    return { bid: this.words[QUOTE.BID] as number, ask: this.words[QUOTE.ASK] as number };
  }

  /** Reads a row into `words`; false when it may not be priced now. Allocates nothing. */
  tryRead(row: number): boolean {
    const { universe, control, clock, maxHeartbeatAgeNs } = this.#deps;
    const venue = universe.rows[row]?.venueIndex;
    if (venue === undefined || !this.#reader.read(row, this.words)) {
      this.words.fill(0);
      return false;
    }
    if (this.words[QUOTE.TRUST] !== TRUST.Live) return false;
    if (!this.#holds.isFree(row)) return false;
    if (this.words[QUOTE.INCARNATION] !== control.incarnation(venue)) return false;
    return clock.monotonicNs() - control.lastBeat(venue) <= maxHeartbeatAgeNs;
  }

  /** Whether the row read last is not live because its venue's clock and ours are too far apart. */
  get isSkewed(): boolean {
    return this.words[QUOTE.TRUST] !== TRUST.Live && this.words[QUOTE.REASON] === CLOCK_SKEW;
  }
}
