/** How often what may be asked for. Source: https://www.gate.com/docs/developers/apiv4/en/#frequency-limit-rule. */
import type { Limit, RequestLimits } from '../../request-limits.ts';

/** Public endpoints by address (here everybody has the same), private ones by user; each endpoint apart. */
export const ENDPOINT: Limit = { count: 200, windowMs: 10_000 };
/** Placing and amending, single and in batches, REST and WebSocket: by user and market. */
export const ORDERS: Limit = { count: 10, windowMs: 1000 };
/** Canceling, single and in batches, by user. */
export const CANCELS: Limit = { count: 200, windowMs: 1000 };

/** What a response says of the limit that it counted for. */
export interface RateState {
  readonly limit: number;
  readonly remain: number;
  /** Wall ms: now, or when the limit is whole again if it is used up. */
  readonly resetAt: number;
}

export const rateState = (limits: RequestLimits, name: string, limit: Limit, nowMs: number): RateState => {
  const remain = limits.left(name, limit);
  return { limit: limit.count, remain, resetAt: remain > 0 ? nowMs : nowMs + limit.windowMs };
};

/** The documented headers of every REST response. */
export const rateHeaders = ({ limit, remain, resetAt }: RateState): Readonly<Record<string, string>> => ({
  'x-gate-ratelimit-limit': String(limit),
  'x-gate-ratelimit-requests-remain': String(remain),
  'x-gate-ratelimit-reset-timestamp': String(Math.floor(resetAt)),
});
