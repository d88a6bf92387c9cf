/** Request limits: so many in so long, counted apart for every name. A sliding window. */
import type { Clock } from '../core/clock.ts';
import { monotonicMs } from './clock-readings.ts';

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
    const now = this.#nowMs();
    const times = this.#current(name, limit);
    if (times.length + weight > limit.count) return false;
    for (let n = 0; n < weight; n++) times.push(now);
    return true;
  }

  /** How many requests under `name` would fit now. */
  left(name: string, limit: Limit): number {
    return limit.count - this.#current(name, limit).length;
  }

  /** Forgets every name that starts with `prefix` (a connection that is gone). */
  forget(prefix: string): void {
    for (const name of [...this.#taken.keys()]) if (name.startsWith(prefix)) this.#taken.delete(name);
  }

  /** Times of the requests that still count. */
  #current(name: string, limit: Limit): number[] {
    const now = this.#nowMs();
    const times = this.#taken.get(name) ?? [];
    let expired = 0;
    while (expired < times.length && (times[expired] ?? now) <= now - limit.windowMs) expired++;
    times.splice(0, expired);
    this.#taken.set(name, times);
    return times;
  }

  #nowMs(): number {
    return monotonicMs(this.#clock);
  }
}
