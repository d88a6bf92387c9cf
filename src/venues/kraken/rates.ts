/** What Kraken lets one account and one address ask of it: counters that go up with each request and down with time, here
 *  of the tier "Intermediate", the one of a verified account. Kraken names no counts in its answers. */
import type { RateBucket, RateLimits } from '../../core/rate-limits.ts';

const CALLS_PAGE = 'https://docs.kraken.com/api/docs/guides/spot-rest-ratelimits';
const ORDERS = 'https://docs.kraken.com/api/docs/guides/spot-ratelimits';

/** Private calls over REST. */
export const CALLS: RateBucket = {
  name: 'calls',
  scope: 'account',
  rule: { kind: 'decay', perSecond: 0.5 },
  capacity: 20,
  // Questions for orders and for fills share their calls, which the gateway counts as it makes them.
  weights: { query: 0, openOrders: 1, recentFills: 0, balances: 1, feeRates: 1 },
  source: CALLS_PAGE,
};

export const rateLimits: RateLimits = {
  buckets: [
    {
      name: 'orders',
      scope: 'account',
      per: 'instrument',
      rule: { kind: 'decay', perSecond: 2.34 },
      capacity: 125,
      // A cancel counts by the age of its order: most, and here always, within its first five seconds.
      weights: { place: 1, cancel: 8 },
      source: ORDERS,
    },
    CALLS,
    {
      name: 'public',
      scope: 'address',
      rule: { kind: 'sliding', windowMs: 1_000 },
      capacity: 1,
      weights: { listings: 1 },
      source: CALLS_PAGE,
    },
  ],
  // "About 150 within any ten minutes."
  connections: { count: 150, windowMs: 600_000, source: 'https://docs.kraken.com/api/docs/guides/spot-ws-intro' },
  // A lockout is one of the key's calls.
  banStops: 'rest',
};
