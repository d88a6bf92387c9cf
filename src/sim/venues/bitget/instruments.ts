/** What Bitget lists, and the rules of an ordinary account.
 *  BTC, ETH and XRP are as the venue's symbols endpoint answered in September 2026; SOL and DOGE as its own trading page
 *  writes their prices and sizes (no recording of their rows was at hand).
 *  Source: https://www.bitget.com/api-doc/spot/market/Get-Symbols. */
import type { ExchangePolicy, InstrumentSpec, SimInstrument } from '../../port.ts';

interface Listing {
  readonly id: string;
  readonly pricePrecision: number;
  readonly quantityPrecision: number;
  /** Decimals of the quote amount of a market buy. */
  readonly quotePrecision: number;
  /** "0": any size on the lot. */
  readonly minTradeAmount: string;
  readonly openTime: string;
}

const LISTINGS: readonly Listing[] = [
  {
    id: 'BTC-USDT',
    pricePrecision: 2,
    quantityPrecision: 6,
    quotePrecision: 8,
    minTradeAmount: '0',
    openTime: '1532454360000',
  },
  {
    id: 'ETH-USDT',
    pricePrecision: 2,
    quantityPrecision: 4,
    quotePrecision: 6,
    minTradeAmount: '0.0005',
    openTime: '1532450400000',
  },
  {
    id: 'SOL-USDT',
    pricePrecision: 2,
    quantityPrecision: 4,
    quotePrecision: 6,
    minTradeAmount: '0',
    openTime: '1598932800000',
  },
  {
    id: 'XRP-USDT',
    pricePrecision: 4,
    quantityPrecision: 4,
    quotePrecision: 8,
    minTradeAmount: '0',
    openTime: '1557133320000',
  },
  {
    id: 'DOGE-USDT',
    pricePrecision: 5,
    quantityPrecision: 4,
    quotePrecision: 8,
    minTradeAmount: '0',
    openTime: '1590969600000',
  },
];

/** Smallest value of any order, in USDT. */
export const MIN_TRADE_USDT = '1';
/** Largest value of one limit and of one market order. */
export const MAX_LIMIT_VALUE = '20000000';
export const MAX_MARKET_VALUE = '1000000';
/** Open orders of one symbol. */
export const MAX_OPEN_ORDERS = 200;
/** How far above the market a limit buy, and below it a limit sell, may stand. */
export const PRICE_RATIO = { text: '0.02', bps: 200 } as const;
/** What the listing says of fees. Accounts pay less: their own rate is at `common/trade-rate`. */
export const LISTED_FEE = '0.002';

const unit = (decimals: number): string => (decimals === 0 ? '1' : `0.${'1'.padStart(decimals, '0')}`);

const BY_ID = new Map(LISTINGS.map((listing) => [listing.id, listing]));

export function listingOf(instrument: SimInstrument): Listing {
  const listing = BY_ID.get(instrument.id);
  if (listing === undefined) throw new Error(`${instrument.id} is not listed`);
  return listing;
}

/** The venue's largest size (9e20) is beyond what a double counts in lots, and as unreachable. */
const MAX_SIZE = '9000000000';

export const INSTRUMENTS: readonly InstrumentSpec[] = LISTINGS.map((listing) => ({
  id: listing.id,
  symbol: listing.id.replace('-', ''),
  tick: unit(listing.pricePrecision),
  lot: unit(listing.quantityPrecision),
  minSize: listing.minTradeAmount === '0' ? unit(listing.quantityPrecision) : listing.minTradeAmount,
  maxSize: MAX_SIZE,
  minNotional: MIN_TRADE_USDT,
  maxNotional: MAX_LIMIT_VALUE,
}));

/** A fifth off with BGB. https://www.bitget.com/fee */
const BGB = { asset: 'BGB', share: '0.8', price: '4', quote: 'USDT' };

export const POLICY: ExchangePolicy = {
  // VIP 0; taken from what was received, unrounded (recorded fills have all decimals of price × size × rate).
  fees: { taker: '0.001', maker: '0.001', token: BGB },
  // The documentation gives a used id no end.
  clientIds: 'ever',
  marketWithoutLiquidity: 'expire',
  // There is no code for it among the errors of order entry: the order is taken, then cancelled.
  postOnlyTaking: 'expire',
};
