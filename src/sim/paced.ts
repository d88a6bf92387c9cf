/** Something that goes out at once, but not more often than its cadence; what happens between goes out as one. */
import type { Clock } from '../core/clock.ts';
import { monotonicMs } from './clock-readings.ts';

export class Paced {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #push: () => void;
  #pushedAtMs = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, everyMs: number, push: () => void) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#push = push;
  }

  /** Something changed. */
  mark(): void {
    if (this.#cancel !== undefined) return;
    const waitMs = this.#pushedAtMs + this.#everyMs - monotonicMs(this.#clock);
    if (waitMs <= 0) this.#run();
    else this.#cancel = this.#clock.after(Math.ceil(waitMs), () => this.#run());
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #run(): void {
    this.#cancel = undefined;
    this.#pushedAtMs = monotonicMs(this.#clock);
    this.#push();
  }
}
