/** The executor's look at the quote table: one row at a time, just before money moves. */
import type { Clock } from '../core/clock.ts';
import type { Universe } from '../core/instrument.ts';
import { TRUST } from '../core/quote.ts';
import type { Control } from '../memory/control.ts';
import { type Layout, QUOTE } from '../memory/layout.ts';
import { QuoteReader } from '../memory/quote-table.ts';
import { RowHolds } from '../memory/row-holds.ts';

export interface TopOfBook {
  readonly bid: number;
  readonly ask: number;
}

export class LiveRows {
  readonly #reader: QuoteReader;
  readonly #row = new Float64Array(QUOTE.STRIDE);
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

  /** Best prices of a row that may be priced now: live, of the feed's present life, its feed's heart beating, what its
   *  name says, and trading. */
  top(row: number): TopOfBook | undefined {
    const { universe, control, clock, maxHeartbeatAgeNs } = this.#deps;
    const venue = universe.rows[row]?.venueIndex;
    if (venue === undefined || !this.#reader.read(row, this.#row)) return undefined;
    if (this.#row[QUOTE.TRUST] !== TRUST.Live) return undefined;
    if (!this.#holds.isFree(row)) return undefined;
    if (this.#row[QUOTE.INCARNATION] !== control.incarnation(venue)) return undefined;
    if (clock.monotonicNs() - control.lastBeat(venue) > maxHeartbeatAgeNs) return undefined;
    return { bid: this.#row[QUOTE.BID] as number, ask: this.#row[QUOTE.ASK] as number };
  }
}
