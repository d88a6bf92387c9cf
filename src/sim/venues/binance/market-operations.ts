/** Binance's public operations: time, listings, market data. */
import type { SimInstrument } from '../../port.ts';
import { aggTradeBody, bookTickerBody, depthBody, symbolBody, tradeBody } from './bodies.ts';
import { ORDERS_10S_LIMIT, ORDERS_DAY_LIMIT, WEIGHT_LIMIT } from './limits.ts';
import { DEFAULT_ROWS, instrumentOf, MAX_ROWS, open, readLimit, readSymbols } from './operation.ts';
import type { Params } from './params.ts';

export const ping = open(1, () => ({}));

export const time = open(1, ({ exchange }) => ({ serverTime: exchange.clock.wallMs() }));

export const exchangeInfo = open(20, (desk, params) => {
  const symbols = readSymbols(params);
  params.text('permissions');
  params.text('symbolStatus');
  const withSets = params.text('showPermissionSets') !== 'false';
  const instruments = symbols?.map((symbol) => instrumentOf(desk, symbol)) ?? desk.exchange.instruments;
  return {
    timezone: 'UTC',
    serverTime: desk.exchange.clock.wallMs(),
    rateLimits: [
      { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: WEIGHT_LIMIT },
      { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: ORDERS_10S_LIMIT },
      { rateLimitType: 'ORDERS', interval: 'DAY', intervalNum: 1, limit: ORDERS_DAY_LIMIT },
      { rateLimitType: 'RAW_REQUESTS', interval: 'MINUTE', intervalNum: 5, limit: 61_000 },
    ],
    exchangeFilters: [],
    symbols: instruments.map((instrument) => symbolBody(instrument, withSets)),
  };
});

const DEPTH_DEFAULT = 100;
const DEPTH_MAX = 5000;

const depthWeight = (params: Params): number => {
  const limit = params.integer('limit') ?? DEPTH_DEFAULT;
  if (limit <= 100) return 5;
  if (limit <= 500) return 25;
  return limit <= 1000 ? 50 : 250;
};

export const depth = open(depthWeight, (desk, params) => {
  const instrument = instrumentOf(desk, params.symbol());
  const book = desk.exchange.book(instrument, readLimit(params, DEPTH_DEFAULT, DEPTH_MAX));
  return depthBody(instrument, book);
});

export const bookTicker = open(
  (params) => (params.text('symbol') === undefined ? 4 : 2),
  (desk, params) => {
    const body = (instrument: SimInstrument): object => bookTickerBody(instrument, desk.exchange.top(instrument));
    const symbol = params.text('symbol');
    if (symbol !== undefined) return body(instrumentOf(desk, symbol));
    return (readSymbols(params)?.map((name) => instrumentOf(desk, name)) ?? desk.exchange.instruments).map(body);
  },
);

/** Here each trade is its own aggregate. */
export const aggTrades = open(4, (desk, params) => {
  const instrument = instrumentOf(desk, params.symbol());
  const fromId = params.integer('fromId');
  const from = params.integer('startTime') ?? 0;
  const until = params.integer('endTime') ?? Number.POSITIVE_INFINITY;
  const limit = readLimit(params, DEFAULT_ROWS, MAX_ROWS);
  const rows = desk.exchange
    .trades(instrument, MAX_ROWS)
    .filter(({ id, at }) => id >= (fromId ?? 0) && at >= from && at <= until);
  return (fromId !== undefined || from > 0 ? rows.slice(0, limit) : rows.slice(-limit)).map(aggTradeBody);
});

export const trades = open(25, (desk, params) => {
  const instrument = instrumentOf(desk, params.symbol());
  return desk.exchange.trades(instrument, readLimit(params, DEFAULT_ROWS, MAX_ROWS)).map(tradeBody);
});
