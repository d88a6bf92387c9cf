/** REST endpoints that need no key. Source: https://www.gate.com/docs/developers/apiv4/en/#spot. */
import { lookup } from '../../lookup.ts';
import type { SimInstrument } from '../../port.ts';
import type { WireContext } from '../../wire-port.ts';
import { type WireError, wireError } from './errors.ts';
import { assetsOf, currencyRow, pairRow } from './instruments.ts';
import { restBook, restTrade } from './market-rows.ts';
import type { Tickers } from './tickers.ts';

export type RestResult = { readonly body: unknown } | { readonly error: WireError };

export interface PublicRoute {
  /** @param word what stands in the path behind the endpoint's name */
  run(query: URLSearchParams, word: string): RestResult;
}

const fail = (error: WireError): RestResult => ({ error });

/** Levels a side of one book; the page names no number, the change log of December 2020 and clients of 2026 do. */
const BOOK_LIMIT = { standard: 10, most: 100 };
const TRADES_LIMIT = { standard: 100, most: 1000 };
const TIMEZONES: Readonly<Record<string, string>> = { utc0: 'utc0', utc8: 'utc8', all: 'all' };

/** A whole number from 1 to `most`. */
export function readCount(
  query: URLSearchParams,
  name: string,
  { standard, most }: { readonly standard: number; readonly most: number },
): number | WireError {
  const text = query.get(name);
  if (text === null || text === '') return standard;
  if (!/^[1-9]\d{0,8}$/.test(text)) return wireError('INVALID_PARAM_VALUE', name, text);
  return Math.min(Number(text), most);
}

export function publicRoutes(context: WireContext, tickers: Tickers): Readonly<Record<string, PublicRoute>> {
  const { exchange, clock } = context;

  const withPair = (pair: string, run: (instrument: SimInstrument) => RestResult): RestResult => {
    if (pair === '') return fail(wireError('MISSING_REQUIRED_PARAM', 'currency_pair'));
    const instrument = exchange.instrumentBySymbol(pair);
    return instrument === undefined ? fail(wireError('INVALID_CURRENCY_PAIR')) : run(instrument);
  };
  const pairOf = (query: URLSearchParams): string => query.get('currency_pair') ?? '';

  const orderBook = (query: URLSearchParams): RestResult => {
    const limit = readCount(query, 'limit', BOOK_LIMIT);
    if (typeof limit !== 'number') return fail(limit);
    const interval = query.get('interval') ?? '0';
    // Levels are not merged here.
    if (Number(interval) !== 0) return fail(wireError('INVALID_PARAM_VALUE', 'interval', interval));
    return withPair(pairOf(query), (instrument) => {
      const now = clock.wallMs();
      const times = { now, changed: tickers.bookChangedAt(instrument) ?? now };
      return { body: restBook(instrument, exchange.book(instrument, limit), times, query.get('with_id') === 'true') };
    });
  };

  const allTickers = (query: URLSearchParams): RestResult => {
    const word = query.get('timezone') ?? '';
    const timezone = word === '' ? '' : lookup(TIMEZONES, word);
    if (timezone === undefined) return fail(wireError('INVALID_PARAM_VALUE', 'timezone', word));
    if (pairOf(query) === '') return { body: exchange.instruments.map((one) => tickers.row(one, timezone)) };
    return withPair(pairOf(query), (instrument) => ({ body: [tickers.row(instrument, timezone)] }));
  };

  const trades = (query: URLSearchParams): RestResult => {
    const limit = readCount(query, 'limit', TRADES_LIMIT);
    if (typeof limit !== 'number') return fail(limit);
    return withPair(pairOf(query), (instrument) => ({
      body: exchange.trades(instrument, limit).map(restTrade).reverse(),
    }));
  };

  const currencies = (_: URLSearchParams, word: string): RestResult => {
    const assets = assetsOf(exchange.instruments);
    if (word === '') return { body: assets.map(currencyRow) };
    return assets.includes(word) ? { body: currencyRow(word) } : fail(wireError('INVALID_CURRENCY'));
  };

  return {
    '/spot/time': { run: () => ({ body: { server_time: Math.floor(clock.wallMs()) } }) },
    '/spot/currency_pairs': {
      run: (_, word) =>
        word === ''
          ? { body: exchange.instruments.map(pairRow) }
          : withPair(word, (instrument) => ({ body: pairRow(instrument) })),
    },
    '/spot/currencies': { run: currencies },
    '/spot/order_book': { run: orderBook },
    '/spot/tickers': { run: allTickers },
    '/spot/trades': { run: trades },
    // No pair is lent on here.
    '/margin/currency_pairs': { run: () => ({ body: [] }) },
  };
}
