/** What Bybit lets one address and one account ask of it: a rolling second for each account and endpoint, and all HTTP
 *  requests of an address. */
import { isObject, type Json } from '../../core/json.ts';
import { headerNumber, type RateBucket, type RateLimits, type RateReading } from '../../core/rate-limits.ts';

const DOCS = 'https://bybit-exchange.github.io/docs/v5/rate-limit';

const perSecond = (name: string, capacity: number, weights: RateBucket['weights']): RateBucket => ({
  name,
  scope: 'account',
  rule: { kind: 'sliding', windowMs: 1_000 },
  capacity,
  weights,
  source: DOCS,
});

const BUCKET_OF: Readonly<Record<string, string>> = {
  '/v5/order/create': 'orders',
  '/v5/order/cancel': 'cancels',
  '/v5/order/realtime': 'open-orders',
  '/v5/order/history': 'order-history',
  '/v5/execution/list': 'executions',
  '/v5/account/wallet-balance': 'balance',
  '/v5/account/fee-rate': 'fee-rates',
};
const BUCKET_OF_OPERATION: Readonly<Record<string, string>> = { 'order.create': 'orders', 'order.cancel': 'cancels' };

export const rateLimits: RateLimits = {
  buckets: [
    // REST and the trade socket count together.
    perSecond('orders', 20, { place: 1 }),
    perSecond('cancels', 20, { cancel: 1 }),
    // An order that is denied is asked for twice.
    perSecond('open-orders', 50, { query: 2, openOrders: 1 }),
    perSecond('order-history', 50, { query: 2 }),
    perSecond('executions', 50, { query: 1, recentFills: 1 }),
    perSecond('balance', 50, { balances: 1 }),
    perSecond('fee-rates', 5, { feeRates: 1 }),
    {
      name: 'http',
      scope: 'address',
      rule: { kind: 'sliding', windowMs: 5_000 },
      capacity: 600,
      // Orders and cancels as if they all went over REST.
      weights: {
        place: 1,
        cancel: 1,
        query: 5,
        openOrders: 1,
        recentFills: 1,
        balances: 1,
        feeRates: 1,
        listings: 1,
      },
      source: DOCS,
    },
  ],
  connections: { count: 500, windowMs: 300_000, source: DOCS },
  // "Terminate all HTTP sessions and wait for at least 10 minutes."
  banStops: 'rest',
  readHeaders: (path, headers) => reading(BUCKET_OF[path], headerNumber(headers, 'x-bapi-limit-status')),
};

/** What the `header` of an answer of the trade socket says. */
export function readRateFrame({ op, header }: Json): readonly RateReading[] {
  const left = isObject(header) ? Number(header['X-Bapi-Limit-Status'] ?? Number.NaN) : Number.NaN;
  return reading(BUCKET_OF_OPERATION[String(op)], Number.isFinite(left) ? left : undefined);
}

const reading = (bucket: string | undefined, left: number | undefined): RateReading[] =>
  bucket === undefined || left === undefined ? [] : [{ bucket, left }];
