/** Keeps questions within their part of what the venue lets an account ask, so that orders always find the rest of it. */
import { type Clock, pause } from '../../core/clock.ts';

const WINDOW_MS = 1000;

export class Pace {
  readonly #clock: Clock;
  /** Begin of the last turns, ms; as many as there may be in a window, the oldest at `#next`. */
  readonly #turns: Float64Array;
  #next = 0;

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#turns = new Float64Array(perSecond).fill(Number.NEGATIVE_INFINITY);
  }

  /** Resolves when it is the caller's turn: at once while there is room, else in the order of asking. */
  async turn(): Promise<void> {
    const now = this.#clock.monotonicNs() / 1e6;
    const at = Math.max(now, (this.#turns[this.#next] as number) + WINDOW_MS);
    this.#turns[this.#next] = at;
    this.#next = (this.#next + 1) % this.#turns.length;
    if (at > now) await pause(this.#clock, at - now);
  }
}
