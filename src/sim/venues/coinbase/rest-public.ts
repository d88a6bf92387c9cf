/** REST endpoints about the market. Those under `/market` need no key; the others are the same with one.
 *  Source: https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/ (products, public) and, for `/v2`,
 *  https://docs.cdp.coinbase.com/coinbase-app/track-apis/. */
import { priceText } from '../../amounts.ts';
import type { SimInstrument } from '../../port.ts';
import type { WireContext } from '../../wire-port.ts';
import { cryptoRow, exchangeRates, FIAT_ROWS } from './account-rows.ts';
import type { Days } from './days.ts';
import { invalidArgument, REST_ERRORS } from './errors.ts';
import { priceBook, productBook, productRow, restTradeRow } from './market-rows.ts';
import { answer, type Call, fail, listParam, numberParam, type PublicRoute, type RestResult } from './rest-route.ts';
import { isoTime } from './times.ts';

const PRODUCT_TYPES = ['UNKNOWN_PRODUCT_TYPE', 'SPOT', 'FUTURE'];
const MAX_TRADES = 1000;
const MAX_BOOK = 100_000;
export const V3 = '/api/v3/brokerage';

export interface MarketRoutes {
  readonly open: readonly PublicRoute[];
  /** Need a key, although they tell nothing of the account. */
  readonly signed: readonly PublicRoute[];
}

export function marketRoutes(context: WireContext, days: Days): MarketRoutes {
  const { exchange, clock } = context;
  const now = (): number => clock.wallMs();

  const withProduct = (symbol: string, run: (instrument: SimInstrument) => RestResult): RestResult => {
    const instrument = exchange.instrumentBySymbol(symbol);
    return instrument === undefined ? fail(REST_ERRORS.product) : run(instrument);
  };

  /** Only spot is listed here; other types are known and empty. */
  const products = ({ query }: Call): RestResult => {
    const type = query.get('product_type') ?? 'SPOT';
    if (!PRODUCT_TYPES.includes(type))
      return fail(invalidArgument(`parsing field "product_type": "${type}" is not a valid value`));
    const wanted = listParam(query, 'product_ids');
    const listed = type === 'FUTURE' ? [] : exchange.instruments;
    const rows = listed.filter(({ symbol }) => wanted.length === 0 || wanted.includes(symbol));
    return answer({
      products: rows.map((instrument) => productRow(instrument, days)),
      num_products: rows.length,
      pagination: { prev_cursor: '', next_cursor: '', has_next: false, has_prev: false },
    });
  };

  const product = ({ id }: Call): RestResult => withProduct(id, (instrument) => answer(productRow(instrument, days)));

  const book = ({ query }: Call): RestResult => {
    const limit = numberParam(query, 'limit', MAX_BOOK);
    if (typeof limit !== 'number') return fail(limit);
    return withProduct(query.get('product_id') ?? '', (instrument) =>
      answer(productBook(instrument, exchange.book(instrument, limit), now())),
    );
  };

  const ticker = ({ id, query }: Call): RestResult => {
    const limit = numberParam(query, 'limit', MAX_TRADES);
    if (typeof limit !== 'number') return fail(limit);
    return withProduct(id, (instrument) => {
      const { bid, ask } = exchange.top(instrument);
      return answer({
        trades: exchange.trades(instrument, limit).map(restTradeRow).reverse(),
        best_bid: bid === undefined ? '' : priceText(instrument, bid.price),
        best_ask: ask === undefined ? '' : priceText(instrument, ask.price),
      });
    });
  };

  const bestBidAsk = ({ query }: Call): RestResult => {
    const wanted = listParam(query, 'product_ids');
    if (wanted.some((symbol) => exchange.instrumentBySymbol(symbol) === undefined)) return fail(REST_ERRORS.product);
    const rows = exchange.instruments.filter(({ symbol }) => wanted.length === 0 || wanted.includes(symbol));
    return answer({ pricebooks: rows.map((one) => priceBook(one, exchange.book(one, 1), now())) });
  };

  const time = (): RestResult => {
    const ms = Math.floor(now());
    return answer({ iso: isoTime(ms), epochSeconds: String(Math.floor(ms / 1000)), epochMillis: String(ms) });
  };
  const seconds = (): number => Math.floor(now() / 1000);
  const assets = (): string[] => [...new Set(exchange.instruments.flatMap(({ base, quote }) => [base, quote]))];

  return {
    open: [
      { path: /^\/api\/v3\/brokerage\/time$/, run: time },
      { path: /^\/api\/v3\/brokerage\/market\/products$/, run: products },
      { path: /^\/api\/v3\/brokerage\/market\/products\/([^/]+)$/, run: product },
      { path: /^\/api\/v3\/brokerage\/market\/products\/([^/]+)\/ticker$/, run: ticker },
      { path: /^\/api\/v3\/brokerage\/market\/product_book$/, run: book },
      {
        path: /^\/v2\/time$/,
        run: () => answer({ data: { iso: isoTime(seconds() * 1000), epoch: seconds() } }),
      },
      { path: /^\/v2\/currencies$/, run: () => answer({ data: FIAT_ROWS }) },
      { path: /^\/v2\/currencies\/crypto$/, run: () => answer({ data: assets().map(cryptoRow) }) },
      {
        path: /^\/v2\/exchange-rates$/,
        run: () => answer({ data: { currency: 'USD', rates: exchangeRates(exchange) } }),
      },
    ],
    signed: [
      { path: /^\/api\/v3\/brokerage\/products$/, run: products },
      { path: /^\/api\/v3\/brokerage\/products\/([^/]+)$/, run: product },
      { path: /^\/api\/v3\/brokerage\/products\/([^/]+)\/ticker$/, run: ticker },
      { path: /^\/api\/v3\/brokerage\/product_book$/, run: book },
      { path: /^\/api\/v3\/brokerage\/best_bid_ask$/, run: bestBidAsk },
    ],
  };
}
