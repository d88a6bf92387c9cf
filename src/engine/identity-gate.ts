/** Holds rows whose price no asset of that name has: a ticker that is another asset elsewhere, or a bundle taken for a
 *  single coin, shows in a price that is many times off. A held row is suspect for everyone.
 *  Thread: detector. Writes: the hold words. Steady state: no allocation. */
import type { Universe } from '../core/instrument.ts';
import { QUOTE } from '../memory/layout.ts';
import type { RowMirror } from './row-mirror.ts';
import { rowsByInstrument } from './terms.ts';

export class IdentityGate {
  readonly #mirror: RowMirror;
  readonly #holds: Float64Array;
  readonly #rowsOf: readonly Int32Array[];
  readonly #maxRatio: number;
  /** Mid prices of one instrument's live rows, sorted; reused. */
  readonly #mids: Float64Array;

  /** `holds`: a word a row, 1 where it is held. */
  constructor(universe: Universe, mirror: RowMirror, holds: Float64Array, maxRatio: number) {
    this.#mirror = mirror;
    this.#holds = holds;
    this.#rowsOf = rowsByInstrument(universe);
    this.#maxRatio = maxRatio;
    this.#mids = new Float64Array(universe.venues.length);
  }

  /** Looks at all rows of an instrument. Returns how many are newly held. */
  judge(instrument: number): number {
    const rows = this.#rowsOf[instrument] as Int32Array;
    const count = this.#sortMids(rows);
    // Two that disagree have no majority: neither is believed.
    const low = this.#mids[count === 2 ? 0 : (count - 1) >> 1] as number;
    const high = this.#mids[count === 2 ? 1 : count >> 1] as number;
    const isTorn = count === 2 && high > low * this.#maxRatio;
    let held = 0;
    for (let venue = 0; venue < rows.length; venue++) {
      const row = rows[venue] as number;
      if (row < 0 || !this.#mirror.isLive(row)) continue;
      const mid = this.#midOf(row);
      const isOff = count > 1 && (isTorn || mid > high * this.#maxRatio || mid * this.#maxRatio < low);
      if (isOff && this.#holds[row] === 0) held++;
      this.#holds[row] = isOff ? 1 : 0;
    }
    return held;
  }

  #midOf(row: number): number {
    return (this.#mirror.get(row, QUOTE.BID) + this.#mirror.get(row, QUOTE.ASK)) / 2;
  }

  #sortMids(rows: Int32Array): number {
    let count = 0;
    for (let venue = 0; venue < rows.length; venue++) {
      const row = rows[venue] as number;
      if (row < 0 || !this.#mirror.isLive(row)) continue;
      const mid = this.#midOf(row);
      let at = count++;
      while (at > 0 && (this.#mids[at - 1] as number) > mid) {
        this.#mids[at] = this.#mids[at - 1] as number;
        at--;
      }
      this.#mids[at] = mid;
    }
    return count;
  }
}
