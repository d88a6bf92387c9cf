/** What Coinbase lets one account and one address ask of it. It names counts in refusals alone. */
import type { RateLimits } from '../../core/rate-limits.ts';

const REST = 'https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/rest-api';
const SOCKETS = 'https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/websocket/websocket-rate-limits';

export const rateLimits: RateLimits = {
  buckets: [
    {
      name: 'private',
      scope: 'account',
      rule: { kind: 'sliding', windowMs: 1_000 },
      capacity: 30,
      // Each order is followed by a question for its fills, as is each one that is asked for.
      weights: { place: 2, cancel: 1, query: 2, openOrders: 1, recentFills: 3, balances: 1, feeRates: 1 },
      source: REST,
    },
    {
      name: 'public',
      scope: 'address',
      rule: { kind: 'sliding', windowMs: 1_000 },
      capacity: 10,
      weights: { listings: 1 },
      source: REST,
    },
  ],
  connections: { count: 8, windowMs: 1_000, source: SOCKETS },
  banStops: 'rest',
};
