/** As much Binance spot as the engine needs to start, see books, and have its orders answered: every order expires unfilled.
 *  Shapes: https://developers.binance.com/docs/binance-spot-api-docs */
import { binanceExpired } from '../order-replies.ts';
import { INSTRUMENTS, type Listed, LOT_DECIMALS, movedLevels, restingLevels, type Top } from './instruments.ts';

const FIRST_ID = 1_000;

const step = (decimals: number): string => (10 ** -decimals).toFixed(8);

const listing = ({ base, binance, decimals }: Listed): object => ({
  symbol: binance,
  status: 'TRADING',
  baseAsset: base,
  baseAssetPrecision: 8,
  quoteAsset: 'USDT',
  quotePrecision: 8,
  quoteAssetPrecision: 8,
  isSpotTradingAllowed: true,
  filters: [
    { filterType: 'PRICE_FILTER', minPrice: step(decimals), maxPrice: '1000000.00000000', tickSize: step(decimals) },
    { filterType: 'LOT_SIZE', minQty: step(LOT_DECIMALS), maxQty: '9000.00000000', stepSize: step(LOT_DECIMALS) },
    { filterType: 'NOTIONAL', minNotional: '5.00000000' },
  ],
});

const ACCOUNT = {
  balances: ['USDT', ...INSTRUMENTS.map(({ base }) => base)].map((asset) => ({
    asset,
    free: '1000000.00000000',
    locked: '0.00000000',
  })),
};

export class ScriptedBinance {
  /** Newest update id by symbol. */
  readonly #ids = new Map(INSTRUMENTS.map(({ binance }) => [binance, FIRST_ID]));
  /** Last id of the newest depth event by symbol: the next one begins right behind it, whatever tops came between. */
  readonly #depthIds = new Map(INSTRUMENTS.map(({ binance }) => [binance, FIRST_ID]));
  #orders = 0;

  /** The body of a REST answer; undefined for a path that it does not know. */
  rest(path: string, query: URLSearchParams): object | undefined {
    switch (path) {
      case '/api/v3/exchangeInfo':
        return { timezone: 'UTC', serverTime: Date.now(), rateLimits: [], symbols: INSTRUMENTS.map(listing) };
      case '/api/v3/time':
        return { serverTime: Date.now() };
      case '/api/v3/depth': {
        const asked = INSTRUMENTS.find(({ binance }) => binance === query.get('symbol'));
        if (asked === undefined) return undefined;
        return {
          lastUpdateId: this.#ids.get(asked.binance),
          bids: restingLevels(asked, 'bid'),
          asks: restingLevels(asked, 'ask'),
        };
      }
      default:
        return undefined;
    }
  }

  /** The answer to a request of the WebSocket API. */
  answer(method: string, id: number, params: Readonly<Record<string, string>>): object {
    const result = ((): object => {
      switch (method) {
        case 'time':
          return { serverTime: Date.now() };
        case 'account.status':
          return ACCOUNT;
        case 'order.place':
          return binanceExpired(params, ++this.#orders);
        default:
          return { subscriptionId: 0 };
      }
    })();
    return { id, status: 200, result };
  }

  top(instrument: Listed, top: Top): string {
    const { binance, decimals } = instrument;
    const price = (value: number): string => `${value.toFixed(decimals)}${'0'.repeat(8 - decimals)}`;
    return (
      `{"stream":"${binance.toLowerCase()}@bookTicker","data":{"u":${this.#next(binance)},"s":"${binance}",` +
      `"b":"${price(top.bid)}","B":"5.00000000","a":"${price(top.ask)}","A":"5.00000000"}}`
    );
  }

  /** Two resting levels a side get new sizes. */
  depth(instrument: Listed, at: number): string {
    const { binance } = instrument;
    const first = (this.#depthIds.get(binance) ?? 0) + 1;
    const last = this.#next(binance);
    this.#depthIds.set(binance, last);
    const levels = (side: 'bid' | 'ask'): string => JSON.stringify(movedLevels(instrument, side, at));
    return (
      `{"stream":"${binance.toLowerCase()}@depth@100ms","data":{"e":"depthUpdate","E":${Date.now()},"s":"${binance}",` +
      `"U":${first},"u":${last},"b":${levels('bid')},"a":${levels('ask')}}}`
    );
  }

  #next(symbol: string): number {
    const id = (this.#ids.get(symbol) ?? 0) + 1;
    this.#ids.set(symbol, id);
    return id;
  }
}
