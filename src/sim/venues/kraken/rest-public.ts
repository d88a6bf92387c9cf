/** Public REST endpoints. Source: https://docs.kraken.com/api/docs/rest-api/get-server-time and its siblings under
 *  "Market Data". */
import type { SimInstrument } from '../../port.ts';
import type { WireContext } from '../../wire-port.ts';
import { ERRORS, invalidArgument } from './errors.ts';
import { assetRow, depthRow, pairRow, restTradeRow } from './market-rows.ts';
import { assetOf, byRestName } from './names.ts';
import type { Tickers } from './tickers.ts';
import { rfc1123, rfc3339 } from './times.ts';

export type RestResult = { readonly result: object } | { readonly error: string };
export type PublicRoute = (query: URLSearchParams) => RestResult;

const MAX_DEPTH = 500;
const MAX_TRADES = 1000;

const fail = (error: string): RestResult => ({ error });

/** A whole number in a query, between limits; absent: `standard`. */
function countOf(query: URLSearchParams, name: string, standard: number, max: number): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return standard;
  const value = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  return value < 1 || value > max ? undefined : value;
}

export function publicRoutes(context: WireContext, tickers: Tickers): ReadonlyMap<string, PublicRoute> {
  const { exchange, clock, faults } = context;
  const assets = [...new Set(exchange.instruments.flatMap(({ base, quote }) => [base, quote]))];

  /** Pairs by the names that they were asked for by; all by their ids when none is named. */
  const pairsOf = (query: URLSearchParams): ReadonlyMap<string, SimInstrument> | undefined => {
    const names = query.get('pair') ?? '';
    if (names === '') return new Map(exchange.instruments.map((one) => [one.symbol, one]));
    const found = new Map<string, SimInstrument>();
    for (const name of names.split(',').map((text) => text.trim())) {
      const instrument = byRestName(exchange, name);
      if (instrument === undefined) return undefined;
      found.set(name, instrument);
    }
    return found;
  };
  const onePair = (query: URLSearchParams): readonly [string, SimInstrument] | undefined => {
    const name = query.get('pair') ?? '';
    const instrument = byRestName(exchange, name);
    return instrument === undefined ? undefined : [name, instrument];
  };
  const missingPair = (query: URLSearchParams): RestResult =>
    fail((query.get('pair') ?? '') === '' ? ERRORS.invalidArguments : ERRORS.unknownPair);

  return new Map<string, PublicRoute>([
    [
      'Time',
      () => {
        const at = clock.wallMs();
        return { result: { unixtime: Math.floor(at / 1000), rfc1123: rfc1123(at) } };
      },
    ],
    [
      'SystemStatus',
      () => {
        const status = faults.peek('maintenance') === undefined ? 'online' : 'maintenance';
        return { result: { status, timestamp: `${rfc3339(clock.wallMs()).slice(0, 19)}Z` } };
      },
    ],
    [
      'Assets',
      (query) => {
        const wanted = (query.get('asset') ?? '').split(',').filter((name) => name !== '');
        const known = assets.filter((asset) => {
          const { id, altname } = assetOf(asset);
          return wanted.length === 0 || [id, altname, asset].some((name) => wanted.includes(name));
        });
        if (known.length < wanted.length) return fail(ERRORS.unknownAsset);
        return { result: Object.fromEntries(known.map((asset) => [assetOf(asset).id, assetRow(asset)])) };
      },
    ],
    [
      'AssetPairs',
      (query) => {
        const pairs = pairsOf(query);
        if (pairs === undefined) return fail(ERRORS.unknownPair);
        return { result: Object.fromEntries([...pairs.values()].map((one) => [one.symbol, pairRow(one)])) };
      },
    ],
    [
      'Ticker',
      (query) => {
        const pairs = pairsOf(query);
        if (pairs === undefined) return fail(ERRORS.unknownPair);
        return { result: Object.fromEntries([...pairs].map(([name, one]) => [name, tickers.restRow(one)])) };
      },
    ],
    [
      'Depth',
      (query) => {
        const pair = onePair(query);
        if (pair === undefined) return missingPair(query);
        const count = countOf(query, 'count', 100, MAX_DEPTH);
        if (count === undefined) return fail(invalidArgument('count'));
        const [name, instrument] = pair;
        return { result: { [name]: depthRow(instrument, exchange.book(instrument, count), clock.wallMs()) } };
      },
    ],
    [
      'Trades',
      (query) => {
        const pair = onePair(query);
        if (pair === undefined) return missingPair(query);
        const count = countOf(query, 'count', MAX_TRADES, MAX_TRADES);
        if (count === undefined) return fail(invalidArgument('count'));
        const [name, instrument] = pair;
        const since = Number(query.get('since') ?? 0);
        // Seconds, or nanoseconds as `last` gives them.
        const sinceMs = since > 1e15 ? since / 1e6 : since * 1000;
        const trades = exchange.trades(instrument, MAX_TRADES).filter(({ at }) => at > sinceMs);
        // From a time on the oldest come first; without one, the newest.
        const shown = since > 0 ? trades.slice(0, count) : trades.slice(-count);
        const last = BigInt(Math.floor(shown.at(-1)?.at ?? clock.wallMs())) * 1_000_000n;
        return { result: { [name]: shown.map(restTradeRow), last: String(last) } };
      },
    ],
  ]);
}
