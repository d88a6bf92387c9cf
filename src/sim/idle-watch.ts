/** Ends a connection on which nothing happened for too long. What counts, how long that is and how it ends is the
 *  venue's. */
import type { Clock } from '../core/clock.ts';
import { monotonicMs } from './clock-readings.ts';

export class IdleWatch {
  readonly #clock: Clock;
  readonly #limitMs: () => number;
  readonly #onIdle: () => void;
  #activeAtMs: number;
  #cancel: () => void = () => {};

  /** Watches from now on. @param limitMs asked for when it may have passed */
  constructor(clock: Clock, limitMs: () => number, onIdle: () => void) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#onIdle = onIdle;
    this.#activeAtMs = monotonicMs(clock);
    this.#watch(limitMs());
  }

  /** Something happened. */
  touch(): void {
    this.#activeAtMs = monotonicMs(this.#clock);
  }

  stop(): void {
    this.#cancel();
  }

  #watch(waitMs: number): void {
    this.#cancel = this.#clock.after(Math.max(1, Math.ceil(waitMs)), () => {
      const leftMs = this.#limitMs() - (monotonicMs(this.#clock) - this.#activeAtMs);
      if (leftMs <= 0) this.#onIdle();
      else this.#watch(leftMs);
    });
  }
}
