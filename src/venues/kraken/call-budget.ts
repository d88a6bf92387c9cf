/** The call counter of one API key, kept along on our side: who goes on calling at its limit is kept out for longer.
 *  https://docs.kraken.com/api/docs/guides/spot-rest-ratelimits */
import type { Clock } from '../../core/clock.ts';
import { countOf, usableOf } from '../../core/rate-count.ts';
import { CALLS } from './rates.ts';

/** Orders and their cancels are counted elsewhere, with the engine; histories count more, all others once. */
const COSTS: Readonly<Record<string, number>> = { AddOrder: 0, CancelOrder: 0, ClosedOrders: 2, TradesHistory: 4 };
const costOf = (method: string): number => COSTS[method] ?? 1;

/** Of the same key: what the start of an engine has asked for by another gateway, with fee rates and permissions. Where it
 *  was more, as of an engine that crashed, the venue's refusal tells. */
const ASKED_BEFORE = 3;

const USABLE = usableOf(CALLS);

export class CallBudget {
  readonly #clock: Clock;
  readonly #count = countOf(CALLS.rule);

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#add(ASKED_BEFORE);
  }

  /** Counts a call of `method`; returns how long it has to wait for that. */
  take(method: string): number {
    const cost = costOf(method);
    if (cost === 0) return 0;
    const waitMs = this.waitMs(cost);
    this.#add(cost);
    return waitMs;
  }

  /** Takes back a call that was not made after all. */
  giveBack(method: string): void {
    this.#add(-costOf(method));
  }

  /** The venue says that its counter is full. */
  fill(): void {
    this.#add(Math.max(0, USABLE - this.used()));
  }

  /** What the venue counts now, as far as we know. */
  used(): number {
    return this.#count.used(this.#clock.monotonicNs());
  }

  get isHalfUsed(): boolean {
    return this.used() > CALLS.capacity / 2;
  }

  /** How long until calls that count `cost` need not wait, ms. */
  waitMs(cost: number): number {
    return this.#count.waitNs(this.#clock.monotonicNs(), USABLE - cost) / 1e6;
  }

  #add(cost: number): void {
    this.#count.add(this.#clock.monotonicNs(), cost);
  }
}
