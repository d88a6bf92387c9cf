/** How fast a venue answers orders, and whether an answer was slow: by a bound, or for this venue.
 *  Thread: executor. Steady state: no allocation. */

/** Answers before a venue's own median counts. */
const ENOUGH = 20;
/** The median walks to the newest time by this part of itself: within some dozen answers it is where it belongs, also of a
 *  venue that is slower from now on, and no single one moves it far. */
const STEP = 1 / 16;

export class AckPace {
  readonly #boundUs: number;
  readonly #factor: number;
  /** By venue: the running median in whole µs, and the answers seen. */
  readonly #medianUs: Float64Array;
  readonly #seen: Float64Array;

  /** `boundMs`: slower is slow. `factor`: so many medians are slow too, past a quarter of the bound. */
  constructor(venues: number, boundMs: number, factor: number) {
    this.#boundUs = Math.round(boundMs * 1e3);
    this.#factor = factor;
    this.#medianUs = new Float64Array(venues);
    this.#seen = new Float64Array(venues);
  }

  /** Notes the time that an answer took, ns; true when it was slow. */
  note(venueIndex: number, ns: number): boolean {
    const us = Math.max(0, Math.round(ns / 1e3));
    const median = this.#medianUs[venueIndex] as number;
    const seen = this.#seen[venueIndex] as number;
    const step = Math.max(1, Math.floor(median * STEP));
    this.#medianUs[venueIndex] = seen === 0 ? us : Math.max(0, median + Math.sign(us - median) * step);
    this.#seen[venueIndex] = seen + 1;
    if (us > this.#boundUs) return true;
    return seen >= ENOUGH && us > this.#boundUs / 4 && us > median * this.#factor;
  }
}
