/** Pairs that were held back until a moment, so that a quiet market does not forget them. Plain arrays by pair.
 *  Thread: detector. Steady state: no allocation. */
import type { FilterContext } from './filter.ts';

export class Relooks {
  readonly #time: { readonly nowNs: number };
  /** By pair: the moment, and the row to look from. */
  readonly #at: Float64Array;
  readonly #row: Int32Array;
  /** Pairs that wait, dense, and each one's place there, -1: none. */
  readonly #waiting: Int32Array;
  readonly #place: Int32Array;
  #count = 0;
  /** No pair is due before this. */
  #nextAt = Number.POSITIVE_INFINITY;

  /** `time`: of the round. */
  constructor(pairs: number, time: { readonly nowNs: number }) {
    this.#time = time;
    this.#at = new Float64Array(pairs);
    this.#row = new Int32Array(pairs);
    this.#waiting = new Int32Array(pairs);
    this.#place = new Int32Array(pairs).fill(-1);
  }

  get count(): number {
    return this.#count;
  }

  /** Waits for `askAgainAt`. A pair that waits already waits for the newer moment. */
  add(context: FilterContext): void {
    const { pair, askAgainAt } = context;
    if (this.#place[pair] === -1) {
      this.#place[pair] = this.#count;
      this.#waiting[this.#count++] = pair;
    }
    this.#at[pair] = askAgainAt;
    this.#row[pair] = context.buy;
    if (askAgainAt < this.#nextAt) this.#nextAt = askAgainAt;
  }

  cancel(pair: number): void {
    const place = this.#place[pair] as number;
    if (place === -1) return;
    const last = this.#waiting[--this.#count] as number;
    this.#waiting[place] = last;
    this.#place[last] = place;
    this.#place[pair] = -1;
  }

  /** Takes one that is due and returns its row; -1: none is. */
  take(): number {
    const { nowNs } = this.#time;
    if (nowNs < this.#nextAt) return -1;
    let nextAt = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.#count; i++) {
      const pair = this.#waiting[i] as number;
      const at = this.#at[pair] as number;
      if (at <= nowNs) {
        this.cancel(pair);
        return this.#row[pair] as number;
      }
      if (at < nextAt) nextAt = at;
    }
    this.#nextAt = nextAt;
    return -1;
  }
}
