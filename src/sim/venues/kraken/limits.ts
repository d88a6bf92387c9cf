/** How often what may be asked for. Kraken counts up with each call and down with time.
 *  Sources: https://docs.kraken.com/api/docs/guides/spot-rest-ratelimits (calls of a key, by tier) and
 *  https://docs.kraken.com/api/docs/guides/spot-ratelimits (transactions and open orders of a pair, by tier). */
import type { Clock } from '../../../core/clock.ts';
import { monotonicMs } from '../../clock-readings.ts';

export interface DecayLimit {
  /** The count may not go over this. */
  readonly max: number;
  readonly decayPerSecond: number;
}

export interface Tier {
  /** Private REST calls of a key. */
  readonly calls: DecayLimit;
  /** Transactions of an account in one pair; `maxratecount` on the executions channel. */
  readonly transactions: DecayLimit;
  readonly openOrdersPerPair: number;
}

export const TIERS = {
  starter: {
    calls: { max: 15, decayPerSecond: 0.33 },
    transactions: { max: 60, decayPerSecond: 1 },
    openOrdersPerPair: 60,
  },
  intermediate: {
    calls: { max: 20, decayPerSecond: 0.5 },
    transactions: { max: 125, decayPerSecond: 2.34 },
    openOrdersPerPair: 80,
  },
  pro: {
    calls: { max: 20, decayPerSecond: 1 },
    transactions: { max: 180, decayPerSecond: 3.75 },
    openOrdersPerPair: 225,
  },
} as const satisfies Record<string, Tier>;

/** Public calls of an address: "about one a second"; how long a burst may be is not said. */
export const PUBLIC_CALLS: DecayLimit = { max: 30, decayPerSecond: 1 };

/** What a call adds to its key's count; all others add 1, orders nothing. */
export const CALL_COSTS: Readonly<Record<string, number>> = {
  Ledgers: 2,
  QueryLedgers: 2,
  TradesHistory: 2,
  ClosedOrders: 2,
};

/** What a cancellation adds, by the age of its order. */
const CANCEL_COSTS: readonly (readonly [belowMs: number, cost: number])[] = [
  [5_000, 8],
  [10_000, 6],
  [15_000, 5],
  [45_000, 4],
  [90_000, 2],
  [300_000, 1],
];
export const cancelCost = (ageMs: number): number => CANCEL_COSTS.find(([below]) => ageMs < below)?.[1] ?? 0;

/** Requests of one connection; "varies with the load of the system", no number is documented. */
export const SOCKET_REQUESTS: DecayLimit = { max: 100, decayPerSecond: 50 };

/** Counts that go down with time, each under a name. */
export class DecayingCounts {
  readonly #clock: Clock;
  readonly #counts = new Map<string, { value: number; atMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Adds `cost`; false, adding nothing, when that would go over the limit. */
  take(name: string, limit: DecayLimit, cost: number): boolean {
    if (this.now(name, limit) + cost > limit.max) return false;
    this.add(name, limit, cost);
    return true;
  }

  /** Adds `cost` whatever comes of it (a cancellation is taken below the limit and may end above it). */
  add(name: string, limit: DecayLimit, cost: number): void {
    this.#counts.set(name, { value: this.now(name, limit) + cost, atMs: this.#nowMs() });
  }

  now(name: string, { decayPerSecond }: DecayLimit): number {
    const count = this.#counts.get(name);
    if (count === undefined) return 0;
    return Math.max(0, count.value - ((this.#nowMs() - count.atMs) / 1000) * decayPerSecond);
  }

  forget(name: string): void {
    this.#counts.delete(name);
  }

  #nowMs(): number {
    return monotonicMs(this.#clock);
  }
}
