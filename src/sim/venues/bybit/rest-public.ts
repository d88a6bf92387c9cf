/** REST endpoints that need no key. Source: https://bybit-exchange.github.io/docs/v5/market/time, …/instrument,
 *  …/orderbook, …/tickers, …/recent-trade. */
import type { SimInstrument } from '../../port.ts';
import { paramsError, type WireError, wireError } from './errors.ts';
import { instrumentRow, levelRows, restTradeRow } from './market-rows.ts';
import type { SessionShared } from './session.ts';

/** `words` stands for `OK` where an endpoint says something else. */
export type RestResult = { readonly result: object; readonly words?: string } | { readonly error: WireError };

export type PublicRoute = (query: URLSearchParams) => RestResult;

const OTHER_CATEGORIES = ['linear', 'inverse', 'option'];
const NOT_LISTED = wireError('10001', 'Not supported symbols');
const fail = (error: WireError): RestResult => ({ error });

/** A number between bounds, or the default; undefined: neither. */
export function boundedNumber(
  query: URLSearchParams,
  name: string,
  most: number,
  byDefault: number,
): number | undefined {
  const text = query.get(name) ?? '';
  if (text === '') return byDefault;
  return /^\d{1,6}$/.test(text) && Number(text) >= 1 && Number(text) <= most ? Number(text) : undefined;
}

export function publicRoutes({ context, publicHub, sequences }: SessionShared): ReadonlyMap<string, PublicRoute> {
  const { exchange, clock } = context;
  const { tickers } = publicHub;

  /** Only spot is listed here; other categories are known and empty. */
  const withSpot = (query: URLSearchParams, run: () => RestResult): RestResult => {
    const category = query.get('category') ?? '';
    if (category === 'spot') return run();
    if (OTHER_CATEGORIES.includes(category)) return { result: { category, list: [] } };
    return fail(category === '' ? paramsError('category is required') : wireError('10001', 'Illegal category'));
  };
  const withSymbol = (query: URLSearchParams, run: (instrument: SimInstrument) => RestResult): RestResult =>
    withSpot(query, () => {
      const symbol = query.get('symbol') ?? '';
      if (symbol === '') return fail(paramsError('symbol is required'));
      const instrument = exchange.instrumentBySymbol(symbol);
      return instrument === undefined ? fail(NOT_LISTED) : run(instrument);
    });
  /** The pair asked for, or all. */
  const listed = (query: URLSearchParams, row: (instrument: SimInstrument) => object): RestResult =>
    withSpot(query, () => {
      const symbol = query.get('symbol') ?? '';
      const wanted = exchange.instruments.filter((one) => symbol === '' || one.symbol === symbol);
      if (wanted.length === 0) return fail(NOT_LISTED);
      return { result: { category: 'spot', list: wanted.map(row) } };
    });

  return new Map<string, PublicRoute>([
    [
      '/v5/market/time',
      () => {
        const ms = Math.floor(clock.wallMs());
        return { result: { timeSecond: String(Math.floor(ms / 1000)), timeNano: `${ms}000000` } };
      },
    ],
    [
      '/v5/market/instruments-info',
      (query) => {
        const status = query.get('status') ?? '';
        if (status !== '' && status !== 'Trading')
          return { result: { category: query.get('category') ?? '', list: [] } };
        return listed(query, instrumentRow);
      },
    ],
    ['/v5/market/tickers', (query) => listed(query, (instrument) => tickers.restRow(instrument))],
    [
      '/v5/market/orderbook',
      (query) =>
        withSymbol(query, (instrument) => {
          const limit = boundedNumber(query, 'limit', 1000, 1);
          if (limit === undefined) return fail(paramsError('limit invalid'));
          const book = exchange.book(instrument, limit);
          const ts = Math.floor(clock.wallMs());
          return {
            result: {
              s: instrument.symbol,
              b: levelRows(instrument, book.bids),
              a: levelRows(instrument, book.asks),
              ts,
              u: publicHub.updateId(instrument),
              seq: book.updateId,
              cts: ts,
            },
          };
        }),
    ],
    [
      '/v5/market/recent-trade',
      (query) =>
        withSymbol(query, (instrument) => {
          const limit = boundedNumber(query, 'limit', 60, 60);
          if (limit === undefined) return fail(paramsError('limit invalid'));
          const rows = exchange.trades(instrument, limit).map((trade) => restTradeRow(trade, sequences.of(trade)));
          return { result: { category: 'spot', list: rows.reverse() } };
        }),
    ],
  ]);
}
