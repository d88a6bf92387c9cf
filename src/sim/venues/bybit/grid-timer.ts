/** Ticks of a channel's cadence: they lie on multiples of it, as recorded, and only those ticks run that something was
 *  asked of. */
import type { Clock } from '../../../core/clock.ts';
import { monotonicMs } from '../../clock-readings.ts';

export class GridTimer {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #tick: () => void;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, everyMs: number, tick: () => void) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#tick = tick;
  }

  /** Runs the next tick, unless it is awaited already. */
  arm(): void {
    this.#cancel ??= this.#clock.after(this.#waitMs(), () => {
      this.#cancel = undefined;
      this.#tick();
    });
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #waitMs(): number {
    return Math.max(1, Math.ceil(this.#everyMs - (monotonicMs(this.#clock) % this.#everyMs)));
  }
}
