/** Waiting before the next try. Pure; here because feeds and sockets both need it. */
import type { Random } from './random.ts';

export interface BackoffLimits {
  readonly baseMs: number;
  readonly maxMs: number;
}

/** Exponential backoff with full jitter: uniform between 0 and min(maxMs, baseMs × 2^attempt), so that many clients
 *  that lost the same server do not come back together. `attempt` counts from 0. Milliseconds. */
export function backoffMs(attempt: number, random: Random, limits: BackoffLimits): number {
  return random.next() * Math.min(limits.maxMs, limits.baseMs * 2 ** Math.max(0, attempt));
}
