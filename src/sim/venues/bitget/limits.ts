/** How often what may be asked for.
 *  Source: the "Frequency limit" line of each endpoint in https://www.bitget.com/api-doc/spot/intro, the overall limit in
 *  https://www.bitget.com/api-doc/common/quick-start, sockets in https://www.bitget.com/api-doc/common/websocket-intro. */
import type { Limit } from '../../request-limits.ts';

/** Bitget states the limits of its endpoints per second. */
export const perSecond = (count: number): Limit => ({ count, windowMs: 1000 });

/** All REST requests of one address. */
export const OVERALL: Limit = { count: 6000, windowMs: 60_000 };
/** How long an address that went over it stays out ("recovery time", changed to five minutes in August 2025). */
export const OVERALL_RECOVERY_MS = 300_000;

/** Messages of one connection, `ping` among them; one more and it is cut. */
export const MESSAGES: Limit = perSecond(10);
/** Subscription requests of one connection. */
export const SUBSCRIPTIONS: Limit = { count: 240, windowMs: 3_600_000 };
/** Channels of one connection. */
export const MAX_CHANNELS = 1000;
/** "The total length of multiple channels cannot exceed 4096 bytes at a time." */
export const MAX_ARGUMENTS_LENGTH = 4096;
/** Without a `ping` for this long a connection is cut, even while data flows to it. */
export const PING_WITHIN_MS = 120_000;
