/** Market data in Gate's words. Sources: https://www.gate.com/docs/developers/apiv4/en/#get-market-depth-information,
 *  …/#query-market-transaction-records, and https://www.gate.com/docs/developers/apiv4/ws/en/#order-book-channel,
 *  …/#order-book-v2-api, …/#public-trades-channel; fields that were recorded in 2026 and are not on the page
 *  (`sequence_id`, `trade_mode`) are there. */
import { priceText, sizeText } from '../../amounts.ts';
import type { BookView, Level, SimInstrument, SimTrade, TopOfBook } from '../../port.ts';
import { seconds, secondsText, tradeTime } from './times.ts';

/** `["price", "amount"]`; amount "0" removes the level. */
export type LevelRow = readonly [price: string, amount: string];

export const levelRows = (instrument: SimInstrument, levels: readonly Level[]): LevelRow[] =>
  levels.map(({ price, size }) => [priceText(instrument, price), sizeText(instrument, size)]);

/** Levels that stand before levels that go, each best first: the order of the recordings of `spot.obu`. Clients may
 *  not rely on it (recorded deltas of other channels have none). */
export const changeRows = (instrument: SimInstrument, changes: readonly Level[]): LevelRow[] =>
  levelRows(instrument, [...changes.filter(({ size }) => size > 0), ...changes.filter(({ size }) => size === 0)]);

/** Body of `GET /spot/order_book`; the id only where it was asked for. */
export const restBook = (
  instrument: SimInstrument,
  book: BookView,
  times: { readonly now: number; readonly changed: number },
  withId: boolean,
): object => ({
  ...(withId ? { id: book.updateId } : {}),
  current: Math.floor(times.now),
  update: Math.floor(times.changed),
  asks: levelRows(instrument, book.asks),
  bids: levelRows(instrument, book.bids),
});

export interface Sides {
  readonly bids: readonly LevelRow[];
  readonly asks: readonly LevelRow[];
}

/** `result` of a `spot.obu` frame: `full` without `U`, or a change without `full`. */
export const obuResult = (
  stream: string,
  at: number,
  ids: { readonly first?: number; readonly last: number },
  { bids, asks }: Sides,
): object =>
  ids.first === undefined
    ? { t: at, full: true, s: stream, u: ids.last, b: bids, a: asks }
    : { t: at, s: stream, u: ids.last, U: ids.first, b: bids, a: asks };

/** `result` of a `spot.order_book_update` frame. The documented `full` is for whole books, which this channel does not
 *  send here: its base is the REST book. */
export const updateResult = (
  instrument: SimInstrument,
  depth: number,
  at: number,
  ids: { readonly first: number; readonly last: number },
  { bids, asks }: Sides,
): object => ({
  t: at,
  l: String(depth),
  e: 'depthUpdate',
  E: seconds(at),
  s: instrument.symbol,
  U: ids.first,
  u: ids.last,
  b: bids,
  a: asks,
});

/** `result` of a `spot.order_book` frame. */
export const snapshotResult = (instrument: SimInstrument, depth: number, at: number, book: BookView): object => ({
  t: at,
  lastUpdateId: book.updateId,
  s: instrument.symbol,
  l: String(depth),
  bids: levelRows(instrument, book.bids),
  asks: levelRows(instrument, book.asks),
});

/** `result` of a `spot.book_ticker` frame; a side without levels is two empty texts. */
export const topResult = (instrument: SimInstrument, top: TopOfBook, at: number): object => {
  const [bid] = levelRows(instrument, top.bid === undefined ? [] : [top.bid]);
  const [ask] = levelRows(instrument, top.ask === undefined ? [] : [top.ask]);
  return {
    t: at,
    u: top.updateId,
    s: instrument.symbol,
    b: bid?.[0] ?? '',
    B: bid?.[1] ?? '',
    a: ask?.[0] ?? '',
    A: ask?.[1] ?? '',
  };
};

/** `result` of a `spot.trades` frame: one trade each. */
export const tradeResult = (trade: SimTrade): object => ({
  id: trade.id,
  id_market: trade.id,
  create_time: seconds(trade.at),
  create_time_ms: tradeTime(trade.at),
  side: trade.takerSide,
  currency_pair: trade.instrument.symbol,
  amount: sizeText(trade.instrument, trade.size),
  price: priceText(trade.instrument, trade.price),
  range: `${trade.id}-${trade.id}`,
  trade_mode: 0,
});

/** A row of `GET /spot/trades`. */
export const restTrade = (trade: SimTrade): object => ({
  id: String(trade.id),
  create_time: secondsText(trade.at),
  create_time_ms: tradeTime(trade.at),
  currency_pair: trade.instrument.symbol,
  side: trade.takerSide,
  amount: sizeText(trade.instrument, trade.size),
  price: priceText(trade.instrument, trade.price),
  sequence_id: String(trade.id),
});
