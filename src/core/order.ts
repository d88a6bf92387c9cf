/** Orders, their events and the gateway port that a venue implements. */
import type { ClockReading } from './clock.ts';
import type { Listing } from './instrument.ts';
import type { KeyPermissions } from './permissions.ts';
import type { Lane } from './rate-limits.ts';
import type { MonoNs, Side } from './units.ts';

export type OrderType = 'limit' | 'market';
export type TimeInForce = 'ioc' | 'gtc' | 'fok';

/** What a leg can be sent as: `ioc` takes what stands at its limit or better; `fok` all of it or nothing; `limit-for` rests
 *  at its limit for a time; `market-band` takes up to so far beyond the price that was decided on. */
export const ORDER_KINDS = ['ioc', 'fok', 'limit-for', 'market-band'] as const;
export type OrderKind = (typeof ORDER_KINDS)[number];

export interface OrderTerms {
  /** At most 18 characters of [0-9a-z]. */
  readonly clientId: string;
  readonly listing: Listing;
  readonly side: Side;
  readonly type: OrderType;
  readonly tif: TimeInForce;
  /** Exact text on the venue's tick; absent for market orders. */
  readonly price?: string;
  /** A resting order ends at the venue itself so long after its arrival, or a little later, where `OrderTraits.life` says
   *  that it can: a net for the case that our own cancel does not get through. Elsewhere it is not looked at. */
  readonly lifeMs?: number;
  /** Which part of the venue's rate limits it may use. Absent: all of it, as for what reduces risk. */
  readonly lane?: Lane;
}

export interface BaseOrder extends OrderTerms {
  /** Base size, exact text on the venue's lot. */
  readonly size: string;
  readonly quoteSize?: undefined;
}

/** A market buy. */
export interface QuoteOrder extends OrderTerms {
  /** What it may spend in quote, exact text; whether a fee in quote is part of that is the venue's rule. */
  readonly quoteSize: string;
  readonly size?: undefined;
}

/** By base or by quote, never both. */
export type OrderRequest = BaseOrder | QuoteOrder;

/** What a venue's orders can do, and how an account is kept from trading with itself. */
export interface OrderTraits {
  readonly kinds: readonly OrderKind[];
  readonly selfTrade: SelfTradeRule;
  /** By what a market buy can be sized; limit orders and sales are sized in base everywhere. */
  readonly marketBuys: readonly ('base' | 'quote')[];
  /** How long a resting order may be given at the venue itself: the least, and the steps. Absent: it cannot. */
  readonly life?: { readonly leastMs: number; readonly stepMs: number; readonly source: string };
}

/** What happens when an order meets one of its own account. Either way nothing is traded between the two. */
export interface SelfTradeRule {
  /** Who sees to it: the venue or, where it offers nothing without further set-up, the gateway, which does not send what
   *  would cross an order that it has resting. */
  readonly by: 'venue' | 'gateway';
  /** Which of the two goes: the one that comes, or the smaller one, by whose size the other shrinks. */
  readonly ends: 'newest' | 'smaller';
  /** What every order says for it, by the names of the order socket. */
  readonly params: Readonly<Record<string, string>>;
  /** The documentation's page. */
  readonly source: string;
}

/** Venue errors, classed once. */
export const ERROR_CLASSES = [
  'insufficient-funds',
  'filter',
  // A fill-or-kill order that found too little: no trouble, where a venue calls it a refusal.
  'unfilled',
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
  /** The address or key is kept out: whoever goes on before the wait is over is kept out for longer. */
  readonly isBan?: true;
  /** A code that no documentation lists: whether it refused can only be guessed. */
  readonly isUnlisted?: true;
}

/** A venue's words, with its code where they do not begin with it: Kraken's codes are its words. */
export const errorText = ({ code, message }: Pick<VenueError, 'code' | 'message'>): string =>
  message.startsWith(code) ? message : `${code} ${message}`;

/** Code of a refusal of our own, for want of room in a rate budget: nothing left this machine. */
export const NOT_SENT = 'not-sent';
/** The same for an order that would have met one of its own account. */
export const SELF_TRADE = 'self-trade';

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

/** The answer to a query by client id: `absent` is the venue saying that it does not know the id; `askedAt`, wall ms, where
 *  the question had to wait for its turn. */
export type QueryOutcome =
  | { readonly kind: 'found'; readonly report: OrderReport; readonly fills: readonly Fill[] }
  | { readonly kind: 'absent'; readonly askedAt?: number }
  | { readonly kind: 'failed'; readonly error: VenueError };

export type CancelOutcome =
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly error: VenueError };

export interface OrderRef {
  readonly clientId: string;
  readonly listing: Listing;
  /** It was sent no earlier, wall ms: nothing older need be looked through for it. Absent: not known. */
  readonly sentAt?: number;
}

/** Order entry and account of one venue. Reconnects by itself, saying so in events.
 *  Methods never reject for a reason that the venue or the network can cause, except `connect`, `balances`,
 *  `openOrders`, `recentFills`, `permissions`, `venueClock` and `cancelAllAfter`, which reject with a `Fault`
 *  (`venue/auth`, `venue/refused`, `venue/unreachable`). What only asks (`balances`, `feeRates`, `permissions`,
 *  `venueClock`) needs no `connect`. */
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
  /** What the key may do. Absent: there is no way to ask. */
  permissions?(): Promise<KeyPermissions>;
  /** The venue's clock, read over REST; requests are signed by it from then on. Absent: an adapter keeps it to itself. */
  venueClock?(): Promise<ClockReading>;
  /** Sets the venue's own dead-man timer: open orders are cancelled there unless this is called again within `ms`; 0 takes
   *  it away. At most venues it cancels ALL orders of the account, also those that a person placed (`DeadMan.scope`).
   *  Absent where the venue has none. */
  cancelAllAfter?(ms: number): Promise<void>;
  close(): Promise<void>;
}
