/** The types between the venue-neutral exchange core and the wires that speak for it.
 *  Prices and sizes inside are integers (doubles that hold integers): a price counts 10^-priceDecimals, a size
 *  10^-sizeDecimals. Amounts of an asset (balances, notionals, fees) are BigInt at AMOUNT_SCALE, for every asset. */
import type { Clock } from '../core/clock.ts';
import type { Side } from '../core/units.ts';
import type { SimPermissions } from './permissions.ts';
import type { ExchangePolicy, SelfTradeMode } from './policy.ts';

export type { ExchangePolicy, FeePolicy, SelfTradeMode } from './policy.ts';

/** Decimals of every amount: enough for price × size × fee rate of any listed instrument, exactly. */
export const AMOUNT_SCALE = 24;

/** What a venue lists, as decimal texts in the venue's own precision. */
export interface InstrumentSpec {
  /** Canonical id, `BASE-QUOTE`. */
  readonly id: string;
  /** The venue's own name. */
  readonly symbol: string;
  /** The venue's number for it, where it has one (OKX `instIdCode`). */
  readonly code?: number;
  readonly tick: string;
  readonly lot: string;
  readonly minSize: string;
  readonly maxSize: string;
  /** Largest size of a market order, where it differs. */
  readonly maxMarketSize?: string;
  /** Smallest order value in quote units. */
  readonly minNotional?: string;
  /** Largest value of a limit order in quote units. */
  readonly maxNotional?: string;
}

/** A listed instrument, in integers. */
export interface SimInstrument {
  readonly index: number;
  readonly id: string;
  readonly base: string;
  readonly quote: string;
  readonly symbol: string;
  readonly code: number;
  readonly spec: InstrumentSpec;
  readonly priceDecimals: number;
  readonly sizeDecimals: number;
  readonly tick: number;
  readonly lot: number;
  readonly minSize: number;
  readonly maxSize: number;
  readonly maxMarketSize: number;
  /** At AMOUNT_SCALE; 0n where there is none. */
  readonly minNotional: bigint;
  /** At AMOUNT_SCALE; undefined where there is none. */
  readonly maxNotional: bigint | undefined;
}

export interface Holding {
  free: bigint;
  locked: bigint;
}

export interface SimAccount {
  readonly index: number;
  readonly apiKey: string;
  readonly secret: string;
  /** Empty where the venue has none. */
  readonly passphrase: string;
  /** Start balances, and what was put in from outside since. */
  readonly initial: Map<string, bigint>;
  readonly holdings: Map<string, Holding>;
  permissions: SimPermissions;
  /** It pays its fees with the venue's own asset, while that lasts. */
  paysWithToken: boolean;
}

export type SimOrderType = 'limit' | 'market';
export type SimTimeInForce = 'gtc' | 'ioc' | 'fok';

/** `expired`: an IOC or market remainder, an unfillable FOK, an order that met one of its own account (then `selfTrade`),
 *  or one whose time was over (then `lapsed`). Each wire names that in its venue's words. */
export type SimOrderStatus = 'new' | 'partial' | 'filled' | 'canceled' | 'expired';

export interface SimOrder {
  readonly id: number;
  /** As the client gave it; empty when it gave none (a wire may set its venue's own default before placing). */
  readonly clientId: string;
  readonly account: SimAccount;
  readonly instrument: SimInstrument;
  readonly side: Side;
  readonly type: SimOrderType;
  readonly tif: SimTimeInForce;
  readonly postOnly: boolean;
  /** 0 for a market order. */
  readonly price: number;
  /** Base size; 0 for a market order given by quote amount until its fills set it. */
  readonly size: number;
  /** Quote amount of a market order given that way, else 0n. */
  readonly quoteAmount: bigint;
  readonly status: SimOrderStatus;
  readonly selfTrade: boolean;
  readonly lapsed: boolean;
  readonly filled: number;
  readonly filledQuote: bigint;
  /** Wall ms. */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly fills: readonly SimFill[];
  /** Whatever a wire wants to remember with an order (its tag, its ordType word); the core does not look. */
  readonly note: Readonly<Record<string, string>>;
}

export interface SimFill {
  /** Unique and rising per instrument; equals the public trade's id. */
  readonly tradeId: number;
  readonly orderId: number;
  readonly clientId: string;
  readonly account: SimAccount;
  readonly instrument: SimInstrument;
  readonly side: Side;
  readonly price: number;
  readonly size: number;
  /** price × size. */
  readonly quote: bigint;
  /** What was paid (negative: received). */
  readonly fee: bigint;
  readonly feeAsset: string;
  readonly maker: boolean;
  readonly at: number;
}

/** A public trade. */
export interface SimTrade {
  readonly id: number;
  readonly instrument: SimInstrument;
  readonly price: number;
  readonly size: number;
  readonly takerSide: Side;
  readonly buyerOrderId: number;
  readonly sellerOrderId: number;
  readonly at: number;
}

export interface PlaceRequest {
  readonly instrument: SimInstrument;
  readonly side: Side;
  readonly type: SimOrderType;
  readonly tif: SimTimeInForce;
  readonly postOnly?: boolean;
  /** Plain decimal text; needed for limit orders. Not on the tick: refused. */
  readonly price?: string;
  /** Base size, plain decimal text. Exactly one of `size` and `quoteAmount` is given. */
  readonly size?: string;
  /** Quote amount (market orders only), plain decimal text. */
  readonly quoteAmount?: string;
  readonly clientId?: string;
  /** Absent: the venue's own default. */
  readonly selfTrade?: SelfTradeMode;
  /** Wall ms at which what still rests of it ends by itself; absent: never. */
  readonly expiresAt?: number;
  readonly note?: Readonly<Record<string, string>>;
}

/** Why an order was not taken. Each wire maps these onto its venue's own codes and words. */
export const REFUSALS = [
  'malformed',
  'price-off-tick',
  'price-out-of-range',
  'size-off-lot',
  'size-too-small',
  'size-too-large',
  'notional-too-small',
  'notional-too-large',
  'insufficient-balance',
  'duplicate-client-id',
  'would-take',
  'no-liquidity',
  'rate-limit',
  'unavailable',
] as const;
export type Refusal = (typeof REFUSALS)[number];

export type PlaceResult =
  | { readonly ok: true; readonly order: SimOrder }
  | { readonly ok: false; readonly refusal: Refusal };

/** `closed`: the order is known but no longer open. */
export type CancelResult =
  | { readonly ok: true; readonly order: SimOrder }
  | { readonly ok: false; readonly refusal: 'unknown' | 'closed'; readonly order?: SimOrder };

/** By the venue's id or by the client's own (then: the newest with that client id). */
export type OrderKey = { readonly id: number } | { readonly clientId: string };

export interface LevelChange {
  readonly side: Side;
  readonly price: number;
  /** The level's new size; 0 removes it. */
  readonly size: number;
}

export interface Level {
  readonly price: number;
  readonly size: number;
}

export interface TopOfBook {
  readonly bid: Level | undefined;
  readonly ask: Level | undefined;
  /** Of the last change to the book. */
  readonly updateId: number;
}

export interface BookView extends TopOfBook {
  /** Best first. */
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
}

/** What happened to an order; `rejected` never occurs here (a refused order does not exist). */
export type OrderCause = 'new' | 'trade' | 'canceled' | 'expired';

export type ExchangeEvent =
  /** Ids `firstId … lastId` cover these changes, one id a change; they follow the previous event without a hole. */
  | {
      readonly kind: 'BookChanged';
      readonly instrument: SimInstrument;
      readonly firstId: number;
      readonly lastId: number;
      readonly changes: readonly LevelChange[];
      readonly at: number;
    }
  /** Best price or size changed; always after the BookChanged that did it. */
  | { readonly kind: 'TopChanged'; readonly instrument: SimInstrument; readonly top: TopOfBook; readonly at: number }
  | { readonly kind: 'Traded'; readonly trade: SimTrade }
  /** `order` is the state just after this event (a frozen copy); `fill` stands with cause `trade`. */
  | { readonly kind: 'OrderChanged'; readonly cause: OrderCause; readonly order: SimOrder; readonly fill?: SimFill }
  /** After the orders of one request settled: the assets that moved. */
  | {
      readonly kind: 'BalancesChanged';
      readonly account: SimAccount;
      readonly assets: readonly string[];
      readonly at: number;
    };

/** What a venue's clients know things by, where that is not what the core calls them: the ledger speaks to them. */
export interface ClientNames {
  /** On the sockets, where REST has another. */
  symbol?(instrument: SimInstrument): string;
  orderId?(id: number): string;
  tradeId?(fill: SimFill): string;
  /** What the client chose, without what the venue makes it put in front. */
  clientId?(text: string): string;
}

/** One simulated exchange. Calls act at once; a wire brings network and matching delay in through `arrive`. */
export interface ExchangePort {
  readonly venue: string;
  readonly instruments: readonly SimInstrument[];
  readonly policy: ExchangePolicy;
  readonly clock: Clock;
  instrumentBySymbol(symbol: string): SimInstrument | undefined;
  accountByKey(apiKey: string): SimAccount | undefined;
  /** Runs `task` after the matching engine's latency (and a `slow` fault's), in order of arrival. */
  arrive(task: () => void): void;
  place(account: SimAccount, request: PlaceRequest): PlaceResult;
  /** Checks only (Binance `order/test`); undefined: it would be taken. */
  check(account: SimAccount, request: PlaceRequest): Refusal | undefined;
  cancel(account: SimAccount, instrument: SimInstrument, key: OrderKey): CancelResult;
  findOrder(account: SimAccount, instrument: SimInstrument, key: OrderKey): SimOrder | undefined;
  /** Oldest first. */
  openOrders(account: SimAccount, instrument?: SimInstrument): readonly SimOrder[];
  allOrders(account: SimAccount, instrument?: SimInstrument): readonly SimOrder[];
  fills(account: SimAccount, instrument?: SimInstrument): readonly SimFill[];
  /** Newest last, at most `limit`. */
  trades(instrument: SimInstrument, limit: number): readonly SimTrade[];
  top(instrument: SimInstrument): TopOfBook;
  book(instrument: SimInstrument, depth: number): BookView;
  onEvent(listener: (event: ExchangeEvent) => void): () => void;
}
