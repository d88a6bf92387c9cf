/** Market data in OKX's words. Field lists: https://www.okx.com/docs-v5/en/#public-data-rest-api-get-instruments,
 *  https://www.okx.com/docs-v5/en/#order-book-trading-market-data (order book, tickers, trades). */
import { priceText, sizeText } from '../../amounts.ts';
import type { BookView, Level, SimInstrument, SimTrade, TopOfBook } from '../../port.ts';
import { msText } from './times.ts';

/** Caps that OKX states for nearly every spot pair: dollars of one limit and of one market order. */
export const MAX_LIMIT_USD = '20000000';
export const MAX_MARKET_USD = '1000000';

/** A row of `GET /public/instruments`. `instIdCode` is what WebSocket order entry wants since February 2026. */
export function instrumentRow(instrument: SimInstrument): object {
  const { spec } = instrument;
  return {
    alias: '',
    auctionEndTime: '',
    baseCcy: instrument.base,
    category: '1',
    contTdSwTime: '',
    ctMult: '',
    ctType: '',
    ctVal: '',
    ctValCcy: '',
    expTime: '',
    futureSettlement: false,
    instFamily: '',
    instId: instrument.symbol,
    instIdCode: instrument.code,
    instType: 'SPOT',
    lever: '10',
    listTime: '1548133413000',
    lotSz: spec.lot,
    maxIcebergSz: spec.maxSize,
    maxLmtAmt: MAX_LIMIT_USD,
    maxLmtSz: spec.maxSize,
    maxMktAmt: MAX_MARKET_USD,
    maxMktSz: MAX_MARKET_USD,
    maxPlatOILmt: '',
    maxStopSz: MAX_MARKET_USD,
    maxTriggerSz: spec.maxSize,
    maxTwapSz: spec.maxSize,
    minSz: spec.minSize,
    openType: '',
    optType: '',
    posLmtAmt: '',
    posLmtPct: '',
    preMktSwTime: '',
    quoteCcy: instrument.quote,
    ruleType: 'normal',
    settleCcy: '',
    state: 'live',
    stk: '',
    tickSz: spec.tick,
    tradeQuoteCcyList: [instrument.quote],
    uly: '',
  };
}

/** `["price", "size", "0", "orders"]`. The core counts no orders: a level that stands has one. */
export type LevelRow = readonly [price: string, size: string, deprecated: '0', orders: string];

export const levelRow = (instrument: SimInstrument, level: Level): LevelRow => [
  priceText(instrument, level.price),
  sizeText(instrument, level.size),
  '0',
  level.size === 0 ? '0' : '1',
];

const rows = (instrument: SimInstrument, levels: readonly Level[]): LevelRow[] =>
  levels.map((level) => levelRow(instrument, level));

/** The row of `GET /market/books`. */
export const restBookRow = (instrument: SimInstrument, book: BookView, at: number): object => ({
  asks: rows(instrument, book.asks),
  bids: rows(instrument, book.bids),
  ts: msText(at),
});

/** The row of a `books` or `books5` frame. Without `prevSeqId` it is a snapshot (recorded in September 2026 without
 *  the documented `prevSeqId: -1`, and without any checksum; the recording stands). */
export const bookRow = (
  instrument: SimInstrument,
  sides: { readonly asks: readonly Level[]; readonly bids: readonly Level[] },
  at: number,
  seqId: number,
  prevSeqId?: number,
): object => ({
  asks: rows(instrument, sides.asks),
  bids: rows(instrument, sides.bids),
  instId: instrument.symbol,
  ts: msText(at),
  seqId,
  ...(prevSeqId === undefined ? {} : { prevSeqId }),
});

/** The row of a `bbo-tbt` frame. */
export const topRow = (instrument: SimInstrument, top: TopOfBook, at: number): object => ({
  asks: rows(instrument, top.ask === undefined ? [] : [top.ask]),
  bids: rows(instrument, top.bid === undefined ? [] : [top.bid]),
  ts: msText(at),
  seqId: top.updateId,
});

/** The row of a `trades` frame: one trade each (`count` 1), of ordinary liquidity (`source` 0). */
export const tradeRow = (trade: SimTrade, seqId: number): object => ({
  instId: trade.instrument.symbol,
  tradeId: String(trade.id),
  px: priceText(trade.instrument, trade.price),
  sz: sizeText(trade.instrument, trade.size),
  side: trade.takerSide,
  ts: msText(trade.at),
  count: '1',
  source: '0',
  seqId,
});

export const restTradeRow = (trade: SimTrade): object => ({
  instId: trade.instrument.symbol,
  side: trade.takerSide,
  sz: sizeText(trade.instrument, trade.size),
  source: '0',
  px: priceText(trade.instrument, trade.price),
  tradeId: String(trade.id),
  ts: msText(trade.at),
});
