/** REST endpoints that need no key.
 *  Source: https://www.kucoin.com/docs-new/rest/spot-trading/market-data; weights as each page states them. */
import type { SimInstrument } from '../../port.ts';
import type { WireContext } from '../../wire-port.ts';
import { ERRORS } from './errors.ts';
import { currenciesOf, currencyRow, symbolRow } from './listing.ts';
import { bookBody, historyRow } from './market-rows.ts';
import { readSymbol } from './order-reading.ts';
import type { PublicHub } from './public-hub.ts';
import type { OpenRoute, RestCall, RestResult } from './routes.ts';
import type { Tokens } from './tokens.ts';

export function publicRoutes(context: WireContext, hub: PublicHub, tokens: Tokens): readonly OpenRoute[] {
  const { exchange, clock, faults } = context;
  const { tickers } = hub;
  const now = (): number => clock.wallMs();
  const get = (path: string, weight: number, open: (call: RestCall) => RestResult): OpenRoute => ({
    method: 'GET',
    path,
    pool: 'public',
    weight,
    open,
  });
  const of = (symbol: string, body: (instrument: SimInstrument) => unknown): RestResult => {
    const instrument = readSymbol(exchange, symbol, 'market');
    return instrument.ok ? { data: body(instrument.value) } : instrument;
  };
  /** An endpoint of the one symbol in its query. */
  const bySymbol = (path: string, weight: number, body: (instrument: SimInstrument) => unknown): OpenRoute =>
    get(path, weight, ({ query }) => of(query.get('symbol') ?? '', body));
  const book = (depth: number) => (instrument: SimInstrument) =>
    bookBody(instrument, exchange.book(instrument, depth), hub.sequence(instrument), now());
  const symbols = (): RestResult => ({ data: exchange.instruments.map(symbolRow) });
  const currencies = currenciesOf(exchange.instruments);
  const status = (): RestResult => ({
    data:
      faults.peek('maintenance') === undefined
        ? { status: 'open', msg: '' }
        : { status: 'close', msg: 'System maintenance' },
  });

  return [
    get('/api/v1/timestamp', 3, () => ({ data: now() })),
    get('/api/v1/status', 3, status),
    get('/api/v2/symbols', 4, symbols),
    get('/api/v2/symbols/:symbol', 4, ({ named }) => of(named.symbol ?? '', symbolRow)),
    get('/api/v1/symbols', 4, symbols),
    get('/api/v3/currencies', 3, () => ({ data: currencies.map(currencyRow) })),
    get('/api/v3/currencies/:currency', 3, ({ named }) => {
      const currency = named.currency ?? '';
      return currencies.includes(currency) ? { data: currencyRow(currency) } : { error: ERRORS.parameter };
    }),
    get('/api/v1/markets', 3, () => ({ data: ['USDS'] })),
    bySymbol('/api/v1/market/orderbook/level1', 2, (one) => tickers.top(one, hub.sequence(one), now())),
    bySymbol('/api/v1/market/orderbook/level2_20', 2, book(20)),
    bySymbol('/api/v1/market/orderbook/level2_100', 4, book(100)),
    bySymbol('/api/v1/market/stats', 15, (one) => tickers.stats(one, now())),
    bySymbol('/api/v1/market/histories', 3, (one) => exchange.trades(one, 100).map(historyRow)),
    get('/api/v1/market/allTickers', 15, () => ({
      data: { time: now(), ticker: exchange.instruments.map((one) => tickers.row(one)) },
    })),
    // Margin is not simulated: no symbol has it.
    get('/api/v3/margin/symbols', 3, () => ({ data: { timestamp: now(), items: [] } })),
    get('/api/v1/isolated/symbols', 3, () => ({ data: [] })),
    {
      method: 'POST',
      path: '/api/v1/bullet-public',
      pool: 'public',
      weight: 10,
      open: ({ http }) => ({ data: tokens.issue(http, undefined) }),
    },
  ];
}
