/** How often what may be asked for, and how that is told. Source: https://bybit-exchange.github.io/docs/v5/rate-limit
 *  (a rolling second for each account and endpoint; addresses 600 requests in five seconds) and
 *  https://bybit-exchange.github.io/docs/v5/websocket/trade/guideline (3000 operations a second for each address). */
import type { Clock } from '../../../core/clock.ts';
import type { Limit, RequestLimits } from '../../request-limits.ts';
import { msText } from './ids.ts';

export const perSecond = (count: number): Limit => ({ count, windowMs: 1000 });

export const ADDRESS_REQUESTS: Limit = { count: 600, windowMs: 5000 };
export const ADDRESS_OPERATIONS: Limit = perSecond(3000);

/** Spot order operations: those over REST and over the WebSocket count together. */
export const ORDER_LIMITS = {
  create: perSecond(20),
  amend: perSecond(10),
  cancel: perSecond(20),
  'cancel-all': perSecond(20),
} as const;

/** What is told of a limit with every answer. */
export interface LimitState {
  readonly 'X-Bapi-Limit': string;
  readonly 'X-Bapi-Limit-Status': string;
  readonly 'X-Bapi-Limit-Reset-Timestamp': string;
}

/** Takes one request; `fits` is false when there was no room. */
export function takeOne(
  limits: RequestLimits,
  clock: Clock,
  name: string,
  limit: Limit,
): { readonly fits: boolean; readonly state: LimitState } {
  const fits = limits.take(name, limit);
  return {
    fits,
    state: {
      'X-Bapi-Limit': String(limit.count),
      'X-Bapi-Limit-Status': String(limits.left(name, limit)),
      // "…indicating when your request limit resets if you have exceeded it. Otherwise, this is just the current time."
      'X-Bapi-Limit-Reset-Timestamp': msText(clock.wallMs() + (fits ? 0 : limit.windowMs)),
    },
  };
}
