/** The venue's clock as seen from here: wall time plus a measured offset. Signatures use nothing else. */
import type { Clock, ClockReading } from '../../core/clock.ts';

const SAMPLES = 5;

export class ServerTime {
  readonly #clock: Clock;
  #offsetMs = 0;
  #measured = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isMeasured(): boolean {
    return this.#measured;
  }

  /** The venue's clock minus ours. */
  get offsetMs(): number {
    return this.#offsetMs;
  }

  nowMs(): number {
    return Math.floor(this.#clock.wallMs() + this.#offsetMs);
  }

  /** Asks a few times and believes the answer that came back fastest: it bounds the error most tightly.
   *  `ask` resolves to the venue's time in ms, or undefined when it failed. Undefined when there was no answer. */
  async measure(ask: () => Promise<number | undefined>): Promise<ClockReading | undefined> {
    let best = Number.POSITIVE_INFINITY;
    const tripsMs: number[] = [];
    for (let sample = 0; sample < SAMPLES; sample++) {
      const before = this.#clock.monotonicNs();
      const serverMs = await ask();
      if (serverMs === undefined) break;
      const roundTripMs = (this.#clock.monotonicNs() - before) / 1e6;
      tripsMs.push(roundTripMs);
      if (roundTripMs >= best) continue;
      best = roundTripMs;
      this.#offsetMs = serverMs + roundTripMs / 2 - this.#clock.wallMs();
      this.#measured = true;
    }
    return tripsMs.length === 0 ? undefined : { offsetMs: this.#offsetMs, errorMs: best / 2, tripsMs };
  }
}
