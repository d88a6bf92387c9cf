/** Binance's JSON shapes of market data and accounts. Numbers are texts with 8 decimals; field order follows the venue's documentation. */
import { amountFixed, priceFixed, quoteAmount, sizeFixed } from '../../amounts.ts';
import type {
  BookView,
  ExchangePort,
  Level,
  SelfTradeMode,
  SimAccount,
  SimInstrument,
  SimTrade,
  TopOfBook,
} from '../../port.ts';
import { MAX_OPEN_ORDERS, MAX_PRICE } from './instruments.ts';

export const DECIMALS = 8;
export const ZERO = '0.00000000';
/** An order that does not say has the first. https://developers.binance.com/docs/binance-spot-api-docs/faqs/stp_faq */
export const SELF_TRADE_MODE = 'EXPIRE_MAKER';
export const SELF_TRADE_MODES: Readonly<Record<string, SelfTradeMode>> = {
  EXPIRE_TAKER: 'expire-taker',
  EXPIRE_MAKER: 'expire-maker',
  EXPIRE_BOTH: 'expire-both',
};

export const priceOf = (instrument: SimInstrument, price: number): string => priceFixed(instrument, price, DECIMALS);
export const sizeOf = (instrument: SimInstrument, size: number): string => sizeFixed(instrument, size, DECIMALS);
export const amountOf = (amount: bigint): string => amountFixed(amount, DECIMALS);

/** A decimal text with 8 decimals. */
export const padded = (text: string): string => {
  const [whole = '0', fraction = ''] = text.split('.');
  return `${whole}.${fraction.padEnd(DECIMALS, '0')}`;
};

const levelRow = (instrument: SimInstrument, level: Level): [string, string] => [
  priceOf(instrument, level.price),
  sizeOf(instrument, level.size),
];

export const depthBody = (instrument: SimInstrument, book: BookView): object => ({
  lastUpdateId: book.updateId,
  bids: book.bids.map((level) => levelRow(instrument, level)),
  asks: book.asks.map((level) => levelRow(instrument, level)),
});

export const levelRows = (instrument: SimInstrument, levels: readonly Level[]): [string, string][] =>
  levels.map((level) => levelRow(instrument, level));

const topTexts = (instrument: SimInstrument, level: Level | undefined): [string, string] =>
  level === undefined ? [ZERO, ZERO] : levelRow(instrument, level);

export function bookTickerBody(instrument: SimInstrument, top: TopOfBook): object {
  const [bidPrice, bidQty] = topTexts(instrument, top.bid);
  const [askPrice, askQty] = topTexts(instrument, top.ask);
  return { symbol: instrument.symbol, bidPrice, bidQty, askPrice, askQty };
}

export function bookTickerFrame(instrument: SimInstrument, top: TopOfBook): object {
  const [b, B] = topTexts(instrument, top.bid);
  const [a, A] = topTexts(instrument, top.ask);
  return { u: top.updateId, s: instrument.symbol, b, B, a, A };
}

export const tradeFrame = (trade: SimTrade): object => ({
  e: 'trade',
  E: trade.at,
  s: trade.instrument.symbol,
  t: trade.id,
  p: priceOf(trade.instrument, trade.price),
  q: sizeOf(trade.instrument, trade.size),
  T: trade.at,
  m: trade.takerSide === 'sell',
  M: true,
});

/** Here each trade is its own aggregate. */
export const aggTradeFrame = (trade: SimTrade) => ({
  e: 'aggTrade',
  E: trade.at,
  s: trade.instrument.symbol,
  a: trade.id,
  p: priceOf(trade.instrument, trade.price),
  q: sizeOf(trade.instrument, trade.size),
  f: trade.id,
  l: trade.id,
  T: trade.at,
  m: trade.takerSide === 'sell',
  M: true,
});

export function aggTradeBody(trade: SimTrade): object {
  const { e, E, s, ...row } = aggTradeFrame(trade);
  return row;
}

export const tradeBody = (trade: SimTrade): object => ({
  id: trade.id,
  price: priceOf(trade.instrument, trade.price),
  qty: sizeOf(trade.instrument, trade.size),
  quoteQty: amountOf(quoteAmount(trade.instrument, trade.price, trade.size)),
  time: trade.at,
  isBuyerMaker: trade.takerSide === 'sell',
  isBestMatch: true,
});

export function symbolBody(instrument: SimInstrument, withPermissionSets: boolean): object {
  const { spec } = instrument;
  return {
    symbol: instrument.symbol,
    status: 'TRADING',
    baseAsset: instrument.base,
    baseAssetPrecision: DECIMALS,
    quoteAsset: instrument.quote,
    quotePrecision: DECIMALS,
    quoteAssetPrecision: DECIMALS,
    baseCommissionPrecision: DECIMALS,
    quoteCommissionPrecision: DECIMALS,
    orderTypes: ['LIMIT', 'LIMIT_MAKER', 'MARKET'],
    icebergAllowed: false,
    ocoAllowed: false,
    otoAllowed: false,
    opoAllowed: false,
    quoteOrderQtyMarketAllowed: true,
    allowTrailingStop: false,
    cancelReplaceAllowed: false,
    amendAllowed: false,
    pegInstructionsAllowed: false,
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: false,
    filters: [
      {
        filterType: 'PRICE_FILTER',
        minPrice: padded(spec.tick),
        maxPrice: padded(MAX_PRICE),
        tickSize: padded(spec.tick),
      },
      {
        filterType: 'LOT_SIZE',
        minQty: padded(spec.minSize),
        maxQty: padded(spec.maxSize),
        stepSize: padded(spec.lot),
      },
      {
        filterType: 'MARKET_LOT_SIZE',
        minQty: ZERO,
        maxQty: padded(spec.maxMarketSize ?? spec.maxSize),
        stepSize: ZERO,
      },
      {
        filterType: 'PERCENT_PRICE_BY_SIDE',
        bidMultiplierUp: '5',
        bidMultiplierDown: '0.2',
        askMultiplierUp: '5',
        askMultiplierDown: '0.2',
        avgPriceMins: 5,
      },
      {
        filterType: 'NOTIONAL',
        minNotional: padded(spec.minNotional ?? '0'),
        applyMinToMarket: true,
        maxNotional: padded(spec.maxNotional ?? '0'),
        applyMaxToMarket: false,
        avgPriceMins: 5,
      },
      { filterType: 'ICEBERG_PARTS', limit: 100 },
      { filterType: 'MAX_NUM_ORDERS', maxNumOrders: MAX_OPEN_ORDERS },
      { filterType: 'MAX_NUM_ALGO_ORDERS', maxNumAlgoOrders: 5 },
    ],
    permissions: [],
    ...(withPermissionSets ? { permissionSets: [['SPOT']] } : {}),
    defaultSelfTradePreventionMode: SELF_TRADE_MODE,
    allowedSelfTradePreventionModes: Object.keys(SELF_TRADE_MODES),
  };
}

export function accountBody(exchange: ExchangePort, account: SimAccount, omitZero: boolean, at: number): object {
  const { taker, maker } = exchange.policy.fees;
  const bps = (rate: string): number => Math.round(Number(rate) * 10_000);
  return {
    makerCommission: bps(maker),
    takerCommission: bps(taker),
    buyerCommission: 0,
    sellerCommission: 0,
    commissionRates: { maker: padded(maker), taker: padded(taker), buyer: ZERO, seller: ZERO },
    canTrade: true,
    canWithdraw: true,
    canDeposit: true,
    brokered: false,
    requireSelfTradePrevention: false,
    preventSor: false,
    updateTime: at,
    accountType: 'SPOT',
    balances: [...account.holdings]
      .filter(([, holding]) => !omitZero || holding.free + holding.locked > 0n)
      .map(([asset, { free, locked }]) => ({ asset, free: amountOf(free), locked: amountOf(locked) })),
    permissions: ['SPOT'],
    uid: 354_937_868 + account.index,
  };
}

/** https://developers.binance.com/docs/wallet/account/api-key-permission */
export const apiRestrictionsBody = ({ permissions }: SimAccount, createdAt: number): object => ({
  ipRestrict: permissions.ipRestricted,
  createTime: createdAt,
  enableReading: true,
  enableWithdrawals: permissions.withdraw,
  enableInternalTransfer: false,
  enableMargin: false,
  enableFutures: false,
  permitsUniversalTransfer: false,
  enableVanillaOptions: false,
  enableFixApiTrade: false,
  enableFixReadOnly: false,
  enableSpotAndMarginTrading: true,
  enablePortfolioMarginTrading: false,
});

export function commissionBody(exchange: ExchangePort, instrument: SimInstrument): object {
  const { taker, maker } = exchange.policy.fees;
  const none = { maker: ZERO, taker: ZERO, buyer: ZERO, seller: ZERO };
  return {
    symbol: instrument.symbol,
    standardCommission: { maker: padded(maker), taker: padded(taker), buyer: ZERO, seller: ZERO },
    specialCommission: none,
    taxCommission: none,
    discount: { enabledForAccount: false, enabledForSymbol: true, discountAsset: 'BNB', discount: '0.75000000' },
  };
}

export const tradeFeeBody = (exchange: ExchangePort, instrument: SimInstrument): object => ({
  symbol: instrument.symbol,
  makerCommission: exchange.policy.fees.maker,
  takerCommission: exchange.policy.fees.taker,
});
