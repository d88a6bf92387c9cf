/** The system's clock, moved on between two operations: every reading and timer costs what it costs in a run, and the
 *  venues' rate limits, counted in windows of seconds, have room for thousands of orders in a few seconds. */
import { type Clock, systemClock } from '../../src/core/clock.ts';
import type { EpochMs, MonoNs } from '../../src/core/units.ts';

export class SkippingClock implements Clock {
  readonly #clock = systemClock();
  /** One word: a field would be allocated anew with every skip. */
  readonly #skippedMs = new Float64Array(1);

  monotonicNs(): MonoNs {
    return (this.#clock.monotonicNs() + (this.#skippedMs[0] as number) * 1e6) as MonoNs;
  }

  wallMs(): EpochMs {
    return (this.#clock.wallMs() + (this.#skippedMs[0] as number)) as EpochMs;
  }

  after(ms: number, task: () => void): () => void {
    return this.#clock.after(ms, task);
  }

  /** What was armed is due when it was due. */
  skip(ms: number): void {
    this.#skippedMs[0] = (this.#skippedMs[0] as number) + ms;
  }
}
