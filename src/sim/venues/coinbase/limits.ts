/** How often what may be asked for.
 *  Source: https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/websocket/websocket-rate-limits (2026) and
 *  the REST limits of Advanced Trade: 30 a second for a user, 10 a second for an address. */
import type { Limit } from '../../request-limits.ts';

export const perSecond = (count: number): Limit => ({ count, windowMs: 1000 });

/** Signed REST requests of one user. */
export const PRIVATE_REQUESTS = perSecond(30);
/** Unsigned REST requests of one address; every client here has the same one. */
export const PUBLIC_REQUESTS = perSecond(10);
/** WebSocket connections of one address. */
export const CONNECTIONS = perSecond(8);
/** WebSocket messages without a token, of one address. */
export const UNSIGNED_MESSAGES = perSecond(8);
