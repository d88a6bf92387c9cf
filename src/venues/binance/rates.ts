/** What Binance lets one address and one account ask of it. REST and the WebSocket API count together. */
import { isObject, objectsOf } from '../../core/json.ts';
import { headerNumber, type RateLimits, type RateReading } from '../../core/rate-limits.ts';

const LIMITS = 'https://developers.binance.com/docs/binance-spot-api-docs/rest-api/limits';
const SOCKETS = 'https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams';

/** Bucket by the type and interval in `rateLimits`, and by the header that tells how much of it is used. */
const TOLD = [
  { bucket: 'weight', type: 'REQUEST_WEIGHT', interval: 'MINUTE', header: 'x-mbx-used-weight-1m' },
  { bucket: 'orders-10s', type: 'ORDERS', interval: 'SECOND', header: 'x-mbx-order-count-10s' },
  { bucket: 'orders-day', type: 'ORDERS', interval: 'DAY', header: 'x-mbx-order-count-1d' },
] as const;

export const rateLimits: RateLimits = {
  // exchangeInfo `rateLimits`.
  buckets: [
    {
      name: 'weight',
      scope: 'address',
      rule: { kind: 'fixed', windowMs: 60_000 },
      capacity: 6_000,
      // An order with its trades: 4 and 5; fills: 20, and 4 for each order whose client id is not known.
      weights: {
        place: 1,
        cancel: 1,
        query: 9,
        openOrders: 80,
        recentFills: 40,
        balances: 20,
        feeRates: 20,
        snapshot: 50,
        listings: 20,
      },
      source: LIMITS,
    },
    {
      name: 'orders-10s',
      scope: 'account',
      rule: { kind: 'fixed', windowMs: 10_000 },
      capacity: 100,
      weights: { place: 1 },
      source: LIMITS,
    },
    {
      name: 'orders-day',
      scope: 'account',
      rule: { kind: 'fixed', windowMs: 86_400_000 },
      capacity: 200_000,
      weights: { place: 1 },
      source: LIMITS,
    },
  ],
  connections: { count: 300, windowMs: 300_000, source: SOCKETS },
  // An address that is banned from one API is banned from the other.
  banStops: 'everything',
  readHeaders: (_, headers) =>
    TOLD.flatMap(({ bucket, header }): RateReading[] => {
      const used = headerNumber(headers, header);
      return used === undefined ? [] : [{ bucket, used }];
    }),
};

/** The `rateLimits` of an answer of the WebSocket API. */
export function readRateRows(frame: unknown): readonly RateReading[] {
  if (!isObject(frame)) return [];
  return objectsOf(frame, 'rateLimits').flatMap(({ rateLimitType, interval, count }): RateReading[] => {
    const told = TOLD.find((each) => each.type === rateLimitType && each.interval === interval);
    return told === undefined || typeof count !== 'number' ? [] : [{ bucket: told.bucket, used: count }];
  });
}
