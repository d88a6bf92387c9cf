/** Orders, their events and the gateway port that a venue implements. */
import type { Listing } from './instrument.ts';
import type { MonoNs, Side } from './units.ts';

export type OrderType = 'limit' | 'market';
export type TimeInForce = 'ioc' | 'gtc' | 'fok';

export interface OrderRequest {
  /** At most 18 characters of [0-9a-z]. */
  readonly clientId: string;
  readonly listing: Listing;
  readonly side: Side;
  readonly type: OrderType;
  readonly tif: TimeInForce;
  /** Exact text on the venue's tick; absent for market orders. */
  readonly price?: string;
  /** Base size, exact text on the venue's lot. */
  readonly size: string;
}

/** Venue errors, classed once. */
export const ERROR_CLASSES = [
  'insufficient-funds',
  'filter',
  'rate-limit',
  'unknown-order',
  'duplicate-client-id',
  'maintenance',
  'clock',
  'auth',
  'unknown-outcome',
  'other',
] as const;
export type ErrorClass = (typeof ERROR_CLASSES)[number];

export interface VenueError {
  readonly class: ErrorClass;
  /** The venue's own code and words. */
  readonly code: string;
  readonly message: string;
  /** The wait that the venue named, for `rate-limit` and `maintenance`. */
  readonly retryAfterMs?: number;
  /** A code that no documentation lists: whether it refused can only be guessed. */
  readonly isUnlisted?: true;
}

/** What became of sending an order. `unknown` is neither filled nor rejected: ask by client id. Never a throw. */
export type PlaceOutcome =
  | { readonly kind: 'acked'; readonly venueOrderId: string; readonly sentAt: MonoNs; readonly ackedAt: MonoNs }
  | { readonly kind: 'rejected'; readonly error: VenueError; readonly sentAt: MonoNs; readonly ackedAt: MonoNs }
  | { readonly kind: 'unknown'; readonly reason: string; readonly sentAt: MonoNs };

/** Terminal and open states of an order as every venue knows them. */
export type OrderStatus = 'open' | 'filled' | 'cancelled' | 'expired' | 'rejected';

export interface Fill {
  readonly clientId: string;
  readonly venueOrderId: string;
  /** Unique per venue and symbol; fills are deduplicated by it. */
  readonly tradeId: string;
  readonly symbol: string;
  readonly side: Side;
  /** Decimal texts as the venue sent them; fee is what was paid (positive) or received (negative). */
  readonly price: string;
  readonly size: string;
  readonly fee: string;
  readonly feeAsset: string;
  /** What moved in quote, fee apart, where the venue rounds it; absent: price × size. */
  readonly value?: string;
  readonly maker: boolean;
  /** Venue time, ms. */
  readonly venueAt: number;
}

export interface OrderReport {
  readonly clientId: string;
  readonly venueOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly status: OrderStatus;
  /** Cumulative base size filled, decimal text. */
  readonly filled: string;
  readonly venueAt: number;
}

export interface Balance {
  readonly asset: string;
  readonly free: string;
  readonly locked: string;
}

/** What a venue says unasked, on its private stream (or in the answer to an order). */
export type GatewayEvent =
  | { readonly kind: 'OrderUpdated'; readonly report: OrderReport }
  | { readonly kind: 'LegFilled'; readonly fill: Fill }
  | { readonly kind: 'BalancesChanged'; readonly balances: readonly Balance[] }
  | { readonly kind: 'GatewayUp' }
  | { readonly kind: 'GatewayDown'; readonly reason: string };

/** The answer to a query by client id: `absent` is the venue saying that it does not know the id. */
export type QueryOutcome =
  | { readonly kind: 'found'; readonly report: OrderReport; readonly fills: readonly Fill[] }
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly error: VenueError };

export type CancelOutcome =
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly error: VenueError };

export interface OrderRef {
  readonly clientId: string;
  readonly listing: Listing;
}

/** Order entry and account of one venue. Reconnects by itself, saying so in events.
 *  Methods never reject for a reason that the venue or the network can cause, except `connect`, `balances`,
 *  `openOrders` and `recentFills`, which reject with a `Fault` (`venue/auth`, `venue/refused`, `venue/unreachable`). */
export interface Gateway {
  /** Resolves when order entry and the private stream are logged on; rejects with the first refusal. */
  connect(): Promise<void>;
  readonly isUp: boolean;
  place(order: OrderRequest): Promise<PlaceOutcome>;
  cancel(order: OrderRef): Promise<CancelOutcome>;
  query(order: OrderRef): Promise<QueryOutcome>;
  openOrders(): Promise<readonly OrderReport[]>;
  recentFills(listing: Listing, sinceMs: number): Promise<readonly Fill[]>;
  balances(): Promise<readonly Balance[]>;
  /** The account's own taker and maker rates, decimal texts. */
  feeRates(listing: Listing): Promise<{ taker: string; maker: string }>;
  close(): Promise<void>;
}
