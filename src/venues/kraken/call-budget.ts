/** The call counter of one API key, kept along on our side: who goes on calling at its limit is kept out for longer.
 *  https://docs.kraken.com/api/docs/guides/spot-rest-ratelimits */
import type { Clock } from '../../core/clock.ts';

/** Tier "Intermediate", the one of a verified account. */
const LIMIT = 20;
const DECAY_PER_SECOND = 0.5;

/** Orders and their cancels are counted elsewhere, with the engine; histories count more, all others once. */
const COSTS: Readonly<Record<string, number>> = { AddOrder: 0, CancelOrder: 0, ClosedOrders: 2, TradesHistory: 4 };

export class CallBudget {
  readonly #clock: Clock;
  #counter = 0;
  #at: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#at = clock.monotonicNs();
  }

  /** Counts a call of `method`; returns how long it has to wait for that. */
  take(method: string): number {
    const cost = COSTS[method] ?? 1;
    if (cost === 0) return 0;
    this.#decay();
    this.#counter += cost;
    return (Math.max(0, this.#counter - LIMIT) / DECAY_PER_SECOND) * 1000;
  }

  /** Takes back a call that was not made after all. */
  giveBack(method: string): void {
    this.#decay();
    this.#counter = Math.max(0, this.#counter - (COSTS[method] ?? 1));
  }

  /** The venue says that its counter is full. */
  fill(): void {
    this.#decay();
    this.#counter = Math.max(this.#counter, LIMIT);
  }

  #decay(): void {
    const now = this.#clock.monotonicNs();
    this.#counter = Math.max(0, this.#counter - ((now - this.#at) / 1e9) * DECAY_PER_SECOND);
    this.#at = now;
  }
}
