/** Request limits: so many in so long, counted apart for every name. A sliding window. */
import type { Clock } from '../core/clock.ts';

export interface Limit {
  readonly count: number;
  readonly windowMs: number;
}

export class RequestLimits {
  readonly #clock: Clock;
  readonly #taken = new Map<string, number[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts `weight` requests under `name`; false, counting nothing, when they do not fit. */
  take(name: string, limit: Limit, weight = 1): boolean {
    const now = this.#clock.monotonicNs() / 1e6;
    const times = this.#taken.get(name) ?? [];
    let expired = 0;
    while (expired < times.length && (times[expired] ?? now) <= now - limit.windowMs) expired++;
    times.splice(0, expired);
    this.#taken.set(name, times);
    if (times.length + weight > limit.count) return false;
    for (let n = 0; n < weight; n++) times.push(now);
    return true;
  }

  /** Forgets every name that starts with `prefix` (a connection that is gone). */
  forget(prefix: string): void {
    for (const name of [...this.#taken.keys()]) if (name.startsWith(prefix)) this.#taken.delete(name);
  }
}
