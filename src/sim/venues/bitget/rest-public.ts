/** REST endpoints that need no key. Source: https://www.bitget.com/api-doc/spot/market/Get-Symbols and its neighbours,
 *  https://www.bitget.com/api-doc/common/public/Get-Server-Time. */
import type { SimInstrument } from '../../port.ts';
import type { Limit } from '../../request-limits.ts';
import type { WireContext } from '../../wire-port.ts';
import { type ErrorCode, type WireError, wireError } from './errors.ts';
import { perSecond } from './limits.ts';
import { coinRow, restBook, restTradeRow, symbolRow } from './market-rows.ts';
import type { Tickers } from './tickers.ts';
import { msText } from './times.ts';

export type RestResult = { readonly data: unknown } | { readonly error: WireError };

export interface PublicRoute {
  readonly limit: Limit;
  run(query: URLSearchParams): RestResult;
}

export const fail = (code: ErrorCode, ...params: readonly string[]): RestResult => ({
  error: wireError(code, ...params),
});

const MAX_DEPTH = 150;
const RECENT = { usual: 100, most: 500 };
const HISTORY = { usual: 500, most: 1000 };
const PRODUCT_TYPES = [
  'USDT-FUTURES',
  'COIN-FUTURES',
  'USDC-FUTURES',
  'SUSDT-FUTURES',
  'SCOIN-FUTURES',
  'SUSDC-FUTURES',
];

/** A count of rows: the usual one where it is absent, undefined where it is no count. */
export function countOf(query: URLSearchParams, usual: number, most: number): number | undefined {
  const text = query.get('limit') ?? '';
  if (text === '') return usual;
  return /^[1-9]\d{0,5}$/.test(text) && Number(text) <= most ? Number(text) : undefined;
}

export function publicRoutes(context: WireContext, tickers: Tickers): ReadonlyMap<string, PublicRoute> {
  const { exchange, clock } = context;
  const now = (): number => clock.wallMs();

  /** The instrument that `symbol` names, or why there is none. */
  const withSymbol = (query: URLSearchParams, run: (instrument: SimInstrument) => RestResult): RestResult => {
    const symbol = query.get('symbol') ?? '';
    if (symbol === '') return fail('40019', 'symbol');
    const instrument = exchange.instrumentBySymbol(symbol);
    return instrument === undefined ? fail('40034', symbol) : run(instrument);
  };

  /** Rows of all instruments, or of the one that `symbol` names. */
  const listed = (query: URLSearchParams, row: (instrument: SimInstrument) => object): RestResult => {
    const symbol = query.get('symbol') ?? '';
    const wanted = exchange.instruments.filter((one) => symbol === '' || one.symbol === symbol);
    return wanted.length === 0 ? fail('42016', symbol) : { data: wanted.map(row) };
  };

  const coins = (query: URLSearchParams): RestResult => {
    const coin = query.get('coin') ?? '';
    const all = [...new Set(exchange.instruments.flatMap(({ base, quote }) => [base, quote]))];
    const wanted = all.filter((one) => coin === '' || one === coin);
    return wanted.length === 0 ? fail('40034', coin) : { data: wanted.map(coinRow) };
  };

  const orderbook = (query: URLSearchParams): RestResult => {
    const type = query.get('type') ?? 'step0';
    if (!/^step[0-5]$/.test(type)) return fail('40020', 'type');
    // Merged books are not simulated.
    if (type !== 'step0') return fail('40805');
    const limit = query.get('limit') ?? String(MAX_DEPTH);
    if (!/^[1-9]\d{0,5}$/.test(limit)) return fail('40020', 'limit');
    // More than there is to have is cut down, not refused.
    const depth = Math.min(Number(limit), MAX_DEPTH);
    return withSymbol(query, (one) => ({ data: restBook(one, exchange.book(one, depth), now()) }));
  };

  /** Newest first. */
  const trades =
    ({ usual, most }: { readonly usual: number; readonly most: number }) =>
    (query: URLSearchParams): RestResult => {
      const count = countOf(query, usual, most);
      if (count === undefined) return fail('40020', 'limit');
      return withSymbol(query, (one) => ({ data: exchange.trades(one, count).map(restTradeRow).reverse() }));
    };

  const contracts = (query: URLSearchParams): RestResult => {
    const type = (query.get('productType') ?? '').toUpperCase();
    if (type === '') return fail('40019', 'productType');
    return PRODUCT_TYPES.includes(type) ? { data: [] } : fail('40020', 'productType');
  };

  const twenty = perSecond(20);
  return new Map<string, PublicRoute>([
    ['/api/v2/public/time', { limit: twenty, run: () => ({ data: { serverTime: msText(now()) } }) }],
    ['/api/v2/spot/public/symbols', { limit: twenty, run: (query) => listed(query, symbolRow) }],
    ['/api/v2/spot/public/coins', { limit: perSecond(3), run: coins }],
    [
      '/api/v2/spot/market/tickers',
      { limit: twenty, run: (query) => listed(query, (one) => tickers.restRow(one, now())) },
    ],
    ['/api/v2/spot/market/orderbook', { limit: twenty, run: orderbook }],
    ['/api/v2/spot/market/fills', { limit: perSecond(10), run: trades(RECENT) }],
    ['/api/v2/spot/market/fills-history', { limit: perSecond(10), run: trades(HISTORY) }],
    // Of other products, known and empty.
    ['/api/v2/mix/market/contracts', { limit: twenty, run: contracts }],
    ['/api/v2/margin/currencies', { limit: perSecond(10), run: () => ({ data: [] }) }],
  ]);
}
