/** Books and trades in KuCoin's words. Field lists: https://www.kucoin.com/docs-new/rest/spot-trading/market-data/
 *  (get-full-orderbook, get-trade-history) and the public channels of the classic spot WebSocket. */
import { priceText, sizeText } from '../../amounts.ts';
import type { BookView, Level, SimInstrument, SimTrade } from '../../port.ts';
import { orderIdText, tradeIdText } from './ids.ts';
import { nanos, nanosText } from './numbers.ts';

export type LevelRow = readonly [price: string, size: string];

export const levelRow = (instrument: SimInstrument, level: Level): LevelRow => [
  priceText(instrument, level.price),
  sizeText(instrument, level.size),
];
export const levelRows = (instrument: SimInstrument, levels: readonly Level[]): LevelRow[] =>
  levels.map((level) => levelRow(instrument, level));

/** `level2`, `level2_20` and `level2_100`. */
export const bookBody = (instrument: SimInstrument, book: BookView, sequence: number, at: number): object => ({
  time: at,
  sequence: String(sequence),
  bids: levelRows(instrument, book.bids),
  asks: levelRows(instrument, book.asks),
});

/** A row of `GET /api/v1/market/histories`. */
export const historyRow = (trade: SimTrade): object => ({
  sequence: tradeIdText(trade.instrument, trade.id),
  price: priceText(trade.instrument, trade.price),
  size: sizeText(trade.instrument, trade.size),
  side: trade.takerSide,
  time: nanos(trade.at),
});

/** The data of a `/market/match` frame. */
export function matchData(trade: SimTrade): object {
  const [taker, maker] =
    trade.takerSide === 'buy' ? [trade.buyerOrderId, trade.sellerOrderId] : [trade.sellerOrderId, trade.buyerOrderId];
  const id = tradeIdText(trade.instrument, trade.id);
  return {
    makerOrderId: orderIdText(maker),
    price: priceText(trade.instrument, trade.price),
    sequence: id,
    side: trade.takerSide,
    size: sizeText(trade.instrument, trade.size),
    symbol: trade.instrument.symbol,
    takerOrderId: orderIdText(taker),
    time: nanosText(trade.at),
    tradeId: id,
    type: 'match',
  };
}

/** A push frame of a public channel. */
export const frameText = (topic: string, subject: string, data: object): string =>
  JSON.stringify({ topic, type: 'message', subject, data });
