/** REST endpoints that need no key. Source: https://www.okx.com/docs-v5/en/#public-data-rest-api and
 *  https://www.okx.com/docs-v5/en/#order-book-trading-market-data. */
import type { SimInstrument } from '../../port.ts';
import type { Limit } from '../../request-limits.ts';
import type { WireContext } from '../../wire-port.ts';
import { type WireError, wireError } from './errors.ts';
import { BOOK_DEPTH } from './instrument-feed.ts';
import { perTwoSeconds } from './limits.ts';
import { instrumentRow, restBookRow, restTradeRow } from './market-rows.ts';
import type { Tickers } from './tickers.ts';
import { msText } from './times.ts';

export type Rows = readonly object[];
export type RestResult = { readonly rows: Rows } | { readonly error: WireError };

export interface PublicRoute {
  readonly limit: Limit;
  run(query: URLSearchParams): RestResult;
}

const INSTRUMENT_TYPES = ['SPOT', 'MARGIN', 'SWAP', 'FUTURES', 'OPTION'];
const fail = (error: WireError): RestResult => ({ error });

export function publicRoutes(context: WireContext, tickers: Tickers): ReadonlyMap<string, PublicRoute> {
  const { exchange, clock } = context;
  const now = (): number => clock.wallMs();

  /** The instrument that `instId` names, or why there is none. */
  const withInstrument = (query: URLSearchParams, run: (instrument: SimInstrument) => Rows): RestResult => {
    const instId = query.get('instId') ?? '';
    if (instId === '') return fail(wireError('50014', 'instId'));
    const instrument = exchange.instrumentBySymbol(instId);
    return instrument === undefined ? fail(wireError('51001')) : { rows: run(instrument) };
  };

  /** Only spot is listed here; other types are known and empty. */
  const withType = (query: URLSearchParams, run: () => Rows): RestResult => {
    const instType = query.get('instType') ?? '';
    if (instType === '') return fail(wireError('50014', 'instType'));
    if (!INSTRUMENT_TYPES.includes(instType)) return fail(wireError('51000', 'instType'));
    return { rows: instType === 'SPOT' ? run() : [] };
  };

  return new Map<string, PublicRoute>([
    ['/api/v5/public/time', { limit: perTwoSeconds(10), run: () => ({ rows: [{ ts: msText(now()) }] }) }],
    ['/api/v5/system/status', { limit: { count: 1, windowMs: 5000 }, run: () => ({ rows: [] }) }],
    [
      '/api/v5/public/instruments',
      {
        limit: perTwoSeconds(20),
        run: (query) => {
          const instId = query.get('instId') ?? '';
          if (query.get('instType') === 'SPOT' && instId !== '' && exchange.instrumentBySymbol(instId) === undefined) {
            return fail(wireError('51001'));
          }
          return withType(query, () =>
            exchange.instruments.filter(({ symbol }) => instId === '' || symbol === instId).map(instrumentRow),
          );
        },
      },
    ],
    [
      '/api/v5/market/books',
      {
        limit: perTwoSeconds(40),
        run: (query) => {
          const sz = query.get('sz') ?? '1';
          if (!/^[1-9]\d*$/.test(sz) || Number(sz) > BOOK_DEPTH) return fail(wireError('51000', 'sz'));
          return withInstrument(query, (instrument) => [
            restBookRow(instrument, exchange.book(instrument, Number(sz)), now()),
          ]);
        },
      },
    ],
    [
      '/api/v5/market/ticker',
      {
        limit: perTwoSeconds(20),
        run: (query) => withInstrument(query, (instrument) => [tickers.row(instrument, now())]),
      },
    ],
    [
      '/api/v5/market/tickers',
      {
        limit: perTwoSeconds(20),
        run: (query) => withType(query, () => exchange.instruments.map((one) => tickers.row(one, now()))),
      },
    ],
    [
      '/api/v5/market/trades',
      {
        limit: perTwoSeconds(100),
        run: (query) => {
          const limit = query.get('limit') ?? '100';
          if (!/^[1-9]\d*$/.test(limit) || Number(limit) > 500) return fail(wireError('51000', 'limit'));
          return withInstrument(query, (instrument) =>
            exchange.trades(instrument, Number(limit)).map(restTradeRow).reverse(),
          );
        },
      },
    ],
  ]);
}
