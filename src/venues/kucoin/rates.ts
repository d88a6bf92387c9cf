/** What KuCoin lets one account and one address ask of it: weights out of pools that are full again 30 s after the first
 *  request, here of VIP 0. The pools of higher levels are larger, which the headers tell. */
import { isObject, type Json } from '../../core/json.ts';
import { headerNumber, type RateBucket, type RateLimits, type RateReading } from '../../core/rate-limits.ts';

const DOCS = 'https://www.kucoin.com/docs-new/rate-limit';

const pool = (
  name: string,
  scope: RateBucket['scope'],
  capacity: number,
  weights: RateBucket['weights'],
): RateBucket => ({
  name,
  scope,
  rule: { kind: 'fixed', windowMs: 30_000 },
  capacity,
  weights,
  source: DOCS,
});

const SPOT = /^\/api\/v\d\/(hf\/(orders|fills|accounts)|trade-fees|base-fee)/;
const MANAGEMENT = /^\/api\/v\d\/(accounts|user)/;

export const rateLimits: RateLimits = {
  buckets: [
    // Orders over REST and over the order socket count together.
    // Each order's fills are asked for, twice where they come in parts.
    pool('spot', 'account', 4_000, { place: 5, cancel: 1, query: 4, openOrders: 6, recentFills: 10, feeRates: 3 }),
    pool('management', 'account', 2_000, { balances: 5 }),
    pool('public', 'address', 2_000, { snapshot: 4, listings: 4 }),
  ],
  connections: {
    count: 30,
    windowMs: 60_000,
    source: 'https://www.kucoin.com/docs-new/websocket-api/base-info/introduction',
  },
  // "error code: 1015": the network in front of the REST address.
  banStops: 'rest',
  readHeaders: (path, headers) => {
    const left = headerNumber(headers, 'gw-ratelimit-remaining');
    const bucket = SPOT.test(path) ? 'spot' : MANAGEMENT.test(path) ? 'management' : 'public';
    return left === undefined ? [] : [{ bucket, left }];
  },
};

/** What an answer of the order socket says. */
export function readRateFrame(frame: Json): readonly RateReading[] {
  const told = frame.rateLimit ?? frame.userRateLimit;
  return isObject(told) && typeof told.remaining === 'number' ? [{ bucket: 'spot', left: told.remaining }] : [];
}
