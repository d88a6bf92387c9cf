/** What differs between the matching and the fees of venues, as data: a venue of the simulator is its policy and its wire. */

/** What happens when an order meets one of its own account: one of the two goes, or both; both shrink by what they would
 *  have traded, and the one that is used up goes; or they trade. The order that comes decides. */
export type SelfTradeMode = 'expire-taker' | 'expire-maker' | 'expire-both' | 'decrement' | 'trade';

/** Rates and rounding of one venue. */
export interface FeePolicy {
  /** Decimal text, "0.001" = 10 bps. */
  readonly taker: string;
  readonly maker: string;
  /** Decimals that a fee is truncated to; absent: exact. */
  readonly truncateTo?: number;
  /** Out of which asset fees come: what was `received` (default), or the `quote` asset for both sides; a buyer then
   *  locks and pays the fee on top of price × size, and of a quote amount. */
  readonly feeIn?: 'received' | 'quote';
  /** The venue's own asset that an account may pay with, while it has enough of it. */
  readonly token?: FeeToken;
}

export interface FeeToken {
  readonly asset: string;
  /** Share of the fee that is left of it: "0.75". */
  readonly share: string;
  /** What one of it is worth in `quote`, the only quote asset whose fees it pays here. */
  readonly price: string;
  readonly quote: string;
}

export interface ExchangePolicy {
  readonly fees: FeePolicy;
  /** Decimals that the value of a trade is cut to, for whoever pays and whoever receives it; absent: exact. */
  readonly valueDecimals?: number;
  /** Largest distance of a limit price from the last one, as a factor (5: from a fifth to five times); absent: any. */
  readonly priceBand?: number;
  /** `open`: a client id may return once its order is closed (Binance, OKX). `ever`: never again (Bybit). */
  readonly clientIds: 'open' | 'ever';
  /** Whether a market order bigger than the whole book is refused or filled in part and expired. */
  readonly marketWithoutLiquidity: 'expire' | 'refuse';
  /** Of an order that does not say; default `expire-maker`. */
  readonly selfTrade?: SelfTradeMode;
  /** A post-only order that would take: refused (Binance, the default), or accepted and expired at once (OKX). */
  readonly postOnlyTaking?: 'refuse' | 'expire';
}
