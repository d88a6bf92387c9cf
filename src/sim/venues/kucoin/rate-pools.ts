/** KuCoin's request limits: every endpoint takes its weight out of a pool, which is full again 30 s after its first
 *  request. Source: https://www.kucoin.com/docs-new/rate-limit (VIP 0). */
import type { Clock } from '../../../core/clock.ts';
import { monotonicMs } from '../../clock-readings.ts';
import type { Limit } from '../../request-limits.ts';

export type Pool = 'spot' | 'management' | 'public';

export const POOL_SIZES: Readonly<Record<Pool, number>> = { spot: 4000, management: 2000, public: 2000 };
const WINDOW_MS = 30_000;

/** Messages that one push socket may send: 100 in 10 s. */
export const UPLINK: Limit = { count: 100, windowMs: 10_000 };
/** Connections of one user (of one address, for public ones): 30 a minute. */
export const CONNECTIONS: Limit = { count: 30, windowMs: 60_000 };
export const TOPICS_PER_MESSAGE = 100;
export const TOPICS_PER_SESSION = 400;

/** How a pool stands after a request. */
export interface PoolState {
  readonly fits: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Until it is full again, ms. */
  readonly reset: number;
}

export class RatePools {
  readonly #clock: Clock;
  readonly #windows = new Map<string, { startedMs: number; used: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param owner the user, or nobody for public endpoints (then the address, which is always the same here) */
  take(pool: Pool, owner: string, weight: number): PoolState {
    const now = monotonicMs(this.#clock);
    const name = `${pool}/${owner}`;
    const known = this.#windows.get(name);
    const window = known !== undefined && now - known.startedMs < WINDOW_MS ? known : { startedMs: now, used: 0 };
    this.#windows.set(name, window);
    const limit = POOL_SIZES[pool];
    const fits = window.used + weight <= limit;
    if (fits) window.used += weight;
    return { fits, limit, remaining: limit - window.used, reset: Math.ceil(window.startedMs + WINDOW_MS - now) };
  }
}

export const poolHeaders = ({ limit, remaining, reset }: PoolState): Readonly<Record<string, string>> => ({
  'gw-ratelimit-limit': String(limit),
  'gw-ratelimit-remaining': String(remaining),
  'gw-ratelimit-reset': String(reset),
});
