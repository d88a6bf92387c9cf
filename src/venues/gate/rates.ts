/** What Gate lets one account and one address ask of it. */
import { isObject, type Json } from '../../core/json.ts';
import { headerNumber, type RateBucket, type RateLimits, type RateReading } from '../../core/rate-limits.ts';

const DOCS = 'https://www.gate.com/docs/developers/apiv4/en/#frequency-limit-rule';

/** Each endpoint apart: private ones by account, public ones by address. */
const endpoint = (
  name: string,
  weights: RateBucket['weights'],
  scope: RateBucket['scope'] = 'account',
): RateBucket => ({
  name,
  scope,
  rule: { kind: 'sliding', windowMs: 10_000 },
  capacity: 200,
  weights,
  source: DOCS,
});

const BUCKET_OF: Readonly<Record<string, string>> = {
  '/api/v4/spot/open_orders': 'open-orders',
  '/api/v4/spot/my_trades': 'trades',
  '/api/v4/spot/accounts': 'accounts',
  '/api/v4/wallet/fee': 'fee-rates',
};

export const rateLimits: RateLimits = {
  buckets: [
    // REST and the socket count together.
    {
      name: 'orders',
      scope: 'account',
      per: 'instrument',
      rule: { kind: 'sliding', windowMs: 1_000 },
      capacity: 10,
      weights: { place: 1 },
      source: DOCS,
    },
    {
      name: 'cancels',
      scope: 'account',
      rule: { kind: 'sliding', windowMs: 1_000 },
      capacity: 200,
      weights: { cancel: 1 },
      source: DOCS,
    },
    endpoint('order', { query: 2 }),
    endpoint('trades', { query: 1, recentFills: 1 }),
    endpoint('open-orders', { openOrders: 1 }),
    endpoint('accounts', { balances: 1 }),
    endpoint('fee-rates', { feeRates: 1 }),
    endpoint('order-book', { snapshot: 1 }, 'address'),
    endpoint('currency-pairs', { listings: 1 }, 'address'),
  ],
  // None is documented: "100 connections at most from one host are recommended".
  connections: { count: 100, windowMs: 60_000, source: 'https://github.com/gateio/gatews/issues/25' },
  banStops: 'rest',
  readHeaders: (path, headers) => {
    const bucket = BUCKET_OF[path];
    const left = headerNumber(headers, 'x-gate-ratelimit-requests-remain');
    return bucket === undefined || left === undefined ? [] : [{ bucket, left }];
  },
};

/** What the `header` of an answer of the socket to a cancel says; of an order it is not told which market is meant. */
export function readRateFrame({ header }: Json): readonly RateReading[] {
  if (!isObject(header) || header.channel !== 'spot.order_cancel') return [];
  const left = Number(header.x_gate_ratelimit_requests_remain ?? Number.NaN);
  return Number.isFinite(left) ? [{ bucket: 'cancels', left }] : [];
}
