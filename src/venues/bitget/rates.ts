/** What Bitget lets one account ask of each endpoint, and one address of all. */
import { headerNumber, type RateBucket, type RateLimits } from '../../core/rate-limits.ts';

const SPOT = 'https://www.bitget.com/api-doc/spot/intro';

/** The "Frequency limit" line of the endpoint. */
const perSecond = (
  name: string,
  capacity: number,
  weights: RateBucket['weights'],
  scope: RateBucket['scope'] = 'account',
): RateBucket => ({ name, scope, rule: { kind: 'sliding', windowMs: 1_000 }, capacity, weights, source: SPOT });

const BUCKET_OF: Readonly<Record<string, string>> = {
  '/api/v2/spot/trade/place-order': 'orders',
  '/api/v2/spot/trade/cancel-order': 'cancels',
  '/api/v2/spot/trade/orderInfo': 'order-info',
  '/api/v2/spot/trade/fills': 'fills',
  '/api/v2/spot/trade/unfilled-orders': 'open-orders',
  '/api/v2/spot/account/assets': 'assets',
  '/api/v2/common/trade-rate': 'fee-rates',
};

export const rateLimits: RateLimits = {
  buckets: [
    perSecond('orders', 10, { place: 1 }),
    perSecond('cancels', 10, { cancel: 1 }),
    // Fills do not name the client id: orders that are not known are asked for.
    perSecond('order-info', 20, { query: 1, recentFills: 3 }),
    perSecond('fills', 10, { query: 1, recentFills: 1 }),
    perSecond('open-orders', 20, { openOrders: 1 }),
    perSecond('assets', 10, { balances: 1 }),
    perSecond('fee-rates', 10, { feeRates: 1 }),
    perSecond('symbols', 20, { listings: 1 }, 'address'),
    {
      name: 'all',
      scope: 'address',
      rule: { kind: 'sliding', windowMs: 60_000 },
      capacity: 6_000,
      weights: {
        place: 1,
        cancel: 1,
        query: 2,
        openOrders: 1,
        recentFills: 4,
        balances: 1,
        feeRates: 1,
        listings: 1,
      },
      source: 'https://www.bitget.com/api-doc/common/quick-start',
    },
  ],
  connections: { count: 300, windowMs: 300_000, source: 'https://www.bitget.com/api-doc/common/websocket-intro' },
  banStops: 'rest',
  readHeaders: (path, headers) => {
    const bucket = BUCKET_OF[path];
    const left = headerNumber(headers, 'x-mbx-used-remain-limit');
    return bucket === undefined || left === undefined ? [] : [{ bucket, left }];
  },
};
