/** What OKX lets one address and one account ask of it. It names no counts in its answers. */
import type { RateBucket, RateLimits } from '../../core/rate-limits.ts';

const DOCS = 'https://www.okx.com/docs-v5/en/';

/** OKX states nearly all of its limits per two seconds. */
const perTwoSeconds = (
  name: string,
  capacity: number,
  weights: RateBucket['weights'],
  more: Partial<Pick<RateBucket, 'per' | 'scope'>> = {},
): RateBucket => ({
  name,
  scope: 'account',
  rule: { kind: 'sliding', windowMs: 2_000 },
  capacity,
  weights,
  source: DOCS,
  ...more,
});

export const rateLimits: RateLimits = {
  buckets: [
    // REST and the socket count together; placing and canceling apart.
    perTwoSeconds('orders', 60, { place: 1 }, { per: 'instrument' }),
    perTwoSeconds('cancels', 60, { cancel: 1 }, { per: 'instrument' }),
    perTwoSeconds('account-orders', 1_000, { place: 1 }),
    perTwoSeconds('order-details', 60, { query: 1 }, { per: 'instrument' }),
    perTwoSeconds('open-orders', 60, { openOrders: 1 }),
    perTwoSeconds('fills', 60, { query: 1, recentFills: 1 }),
    perTwoSeconds('balance', 10, { balances: 1 }),
    perTwoSeconds('fee-rates', 5, { feeRates: 1 }),
    perTwoSeconds('instruments', 20, { listings: 1 }, { scope: 'address' }),
  ],
  connections: { count: 3, windowMs: 1_000, source: `${DOCS}#overview-websocket-connect` },
  banStops: 'rest',
};
