/** The price of an instrument over all venues, against which an order's limit is held: a limit far off it is a mistake,
 *  whatever its own venue shows. Thread: executor. Reads: quote table. Steady state: no allocation. */
import type { Universe } from '../core/instrument.ts';
import { REASON } from '../core/intent.ts';
import { QUOTE } from '../memory/layout.ts';
import type { PlannedOrder } from './plan.ts';
import type { LiveRows } from './rows.ts';
import { rowsByInstrument } from './terms.ts';

/** So many venues have a middle; of two, each is held against the other. */
const ENOUGH = 3;

export class PriceBand {
  readonly #rows: LiveRows;
  readonly #rowsOf: readonly Int32Array[];
  readonly #maxBps: number;
  /** Twice the mid prices (ticks) of one instrument's live rows, rising, and whose they are; reused. */
  readonly #mids: Float64Array;
  readonly #owners: Int32Array;
  #count = 0;
  /** What the row in question is held against; a fraction, so that the field holds doubles from the start. */
  #reference = 0.5;

  constructor(universe: Universe, rows: LiveRows, maxBps: number) {
    this.#rows = rows;
    this.#rowsOf = rowsByInstrument(universe);
    this.#maxBps = maxBps;
    this.#mids = new Float64Array(universe.venues.length);
    this.#owners = new Int32Array(universe.venues.length);
  }

  /** Reason code. Orders of one instrument. */
  check(orders: readonly PlannedOrder[]): number {
    const instrument = orders[0]?.row.instrumentIndex;
    if (instrument === undefined) return REASON.ok;
    this.#collect(this.#rowsOf[instrument] as Int32Array);
    for (let i = 0; i < orders.length; i++) {
      const { row, limitTicks } = orders[i] as PlannedOrder;
      this.#refer(row.row);
      const distance = Math.abs(2 * Number(limitTicks) - this.#reference);
      // Nobody else quotes it: nothing to hold it against.
      if (this.#reference > 0 && distance * 10_000 > this.#reference * this.#maxBps) return REASON['limit-price-band'];
    }
    return REASON.ok;
  }

  #collect(rows: Int32Array): void {
    this.#count = 0;
    for (let venue = 0; venue < rows.length; venue++) {
      const row = rows[venue] as number;
      if (row < 0 || !this.#rows.tryRead(row)) continue;
      const { words } = this.#rows;
      const mid = (words[QUOTE.BID] as number) + (words[QUOTE.ASK] as number);
      let at = this.#count++;
      while (at > 0 && (this.#mids[at - 1] as number) > mid) {
        this.#mids[at] = this.#mids[at - 1] as number;
        this.#owners[at] = this.#owners[at - 1] as number;
        at--;
      }
      this.#mids[at] = mid;
      this.#owners[at] = row;
    }
  }

  /** The median of all, or, where that says nothing, the mid of the one other venue; 0: there is none. */
  #refer(row: number): void {
    const middle = this.#count >> 1;
    if (this.#count >= ENOUGH) {
      const above = this.#mids[middle] as number;
      this.#reference = this.#count % 2 === 1 ? above : (above + (this.#mids[middle - 1] as number)) / 2;
      return;
    }
    this.#reference = 0;
    for (let i = 0; i < this.#count; i++) if (this.#owners[i] !== row) this.#reference = this.#mids[i] as number;
  }
}
