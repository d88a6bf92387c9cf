/** Waiting before the next try, for everything that opens connections. */
export { type BackoffLimits, backoffMs } from '../core/backoff.ts';
