/** The ticks of channels that push at a cadence, from the first subscriber on until nobody listens any more. */
import type { Clock } from '../core/clock.ts';

export class Ticks {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #isWanted: () => boolean;
  readonly #tick: () => void;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, everyMs: number, isWanted: () => boolean, tick: () => void) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#isWanted = isWanted;
    this.#tick = tick;
  }

  /** Somebody came: the first tick is a cadence away. */
  arm(): void {
    if (this.#cancel === undefined && this.#isWanted()) this.#await();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** The last tick is the first one that finds that everybody has left. */
  #await(): void {
    this.#cancel = this.#clock.after(this.#everyMs, () => {
      this.#cancel = undefined;
      const isWanted = this.#isWanted();
      this.#tick();
      if (isWanted && this.#cancel === undefined) this.#await();
    });
  }
}
