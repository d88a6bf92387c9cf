/** How often what may be asked for.
 *  Source: the "Rate Limit" line of each endpoint in https://www.okx.com/docs-v5/en/. */
import type { Limit } from '../../request-limits.ts';

/** OKX states nearly all of its limits per two seconds. */
export const perTwoSeconds = (count: number): Limit => ({ count, windowMs: 2000 });

/** Placing, and apart from it canceling: per user and instrument, REST and WebSocket together. */
export const SINGLE_ORDERS = perTwoSeconds(60);
/** Orders in requests of more than one order. */
export const BATCH_ORDERS = perTwoSeconds(300);
/** New orders of one (sub-)account. */
export const ACCOUNT_ORDERS = perTwoSeconds(1000);
/** `cancel-all-after`, per user and tag. */
export const DEAD_MAN: Limit = { count: 1, windowMs: 1000 };
/** `subscribe`, `unsubscribe` and `login` requests of one connection. */
export const SUBSCRIPTIONS: Limit = { count: 480, windowMs: 3_600_000 };
