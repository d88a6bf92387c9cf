/** What Binance can be asked, whichever of its two APIs asks. An operation reads its parameters, acts on the exchange
 *  and returns the result's JSON; it throws a `BinanceRefusal` otherwise. */
import type { Random } from '../../../core/random.ts';
import { keyText } from '../../account.ts';
import type { ExchangePort, SimAccount, SimInstrument, SimOrder } from '../../port.ts';
import {
  accountBody,
  bookTickerBody,
  canceledBody,
  commissionBody,
  depthBody,
  myTradeBody,
  orderBody,
  placedBody,
  symbolBody,
  tradeBody,
  tradeFeeBody,
} from './bodies.ts';
import { badCombination, badParameter, badSymbol, cancelRejected, missing, refusalOf, unknownOrder } from './errors.ts';
import { type Limits, ORDERS_10S_LIMIT, ORDERS_DAY_LIMIT, WEIGHT_LIMIT } from './limits.ts';
import { readClientId, readNewOrder } from './order-params.ts';
import { checkSymbol, type Params } from './params.ts';

/** What operations share. */
export interface Desk {
  readonly exchange: ExchangePort;
  readonly limits: Limits;
  readonly random: Random;
  /** Ids of cancel requests by order, for the order's last execution report. */
  readonly cancelIds: Map<number, string>;
}

export type Security = 'none' | 'signed';

export interface Operation {
  /** Read before the parameters are, like the venue's own gateway does. */
  readonly weight: (params: Params) => number;
  readonly security: Security;
  /** Goes through the matching engine: takes its latency, and counts as an order when `counts`. */
  readonly matching: boolean;
  readonly counts: boolean;
  run(desk: Desk, params: Params, account: SimAccount | undefined): unknown;
}

const DEFAULT_ROWS = 500;
const MAX_ROWS = 1000;

function instrumentOf(desk: Desk, symbol: string): SimInstrument {
  const instrument = desk.exchange.instrumentBySymbol(checkSymbol(symbol));
  if (instrument === undefined) throw badSymbol();
  return instrument;
}

/** Signed operations are only run with an account. */
function owner(account: SimAccount | undefined): SimAccount {
  if (account === undefined) throw missing('signature');
  return account;
}

const open = (weight: number | ((params: Params) => number), run: Operation['run']): Operation => ({
  weight: typeof weight === 'number' ? () => weight : weight,
  security: 'none',
  matching: false,
  counts: false,
  run,
});

const signed = (weight: number | ((params: Params) => number), run: Operation['run']): Operation => ({
  ...open(weight, run),
  security: 'signed',
});

function readSymbols(params: Params): string[] | undefined {
  const one = params.text('symbol');
  const many = params.text('symbols');
  if (one !== undefined && many !== undefined) throw badCombination();
  if (one !== undefined) return [one];
  if (many === undefined) return undefined;
  try {
    const list: unknown = JSON.parse(many);
    if (Array.isArray(list) && list.every((entry): entry is string => typeof entry === 'string')) return list;
  } catch {
    // Not JSON: refused below like any other wrong text.
  }
  throw badParameter('symbols');
}

function readLimit(params: Params, fallback: number, max: number): number {
  const limit = params.integer('limit') ?? fallback;
  if (limit < 1) throw badParameter('limit');
  return Math.min(limit, max);
}

const ping = open(1, () => ({}));

const time = open(1, ({ exchange }) => ({ serverTime: exchange.clock.wallMs() }));

const exchangeInfo = open(20, (desk, params) => {
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

const depth = open(depthWeight, (desk, params) => {
  const instrument = instrumentOf(desk, params.symbol());
  const book = desk.exchange.book(instrument, readLimit(params, DEPTH_DEFAULT, DEPTH_MAX));
  return depthBody(instrument, book);
});

const bookTicker = open(
  (params) => (params.text('symbol') === undefined ? 4 : 2),
  (desk, params) => {
    const body = (instrument: SimInstrument): object => bookTickerBody(instrument, desk.exchange.top(instrument));
    const symbol = params.text('symbol');
    if (symbol !== undefined) return body(instrumentOf(desk, symbol));
    return (readSymbols(params)?.map((name) => instrumentOf(desk, name)) ?? desk.exchange.instruments).map(body);
  },
);

const trades = open(25, (desk, params) => {
  const instrument = instrumentOf(desk, params.symbol());
  return desk.exchange.trades(instrument, readLimit(params, DEFAULT_ROWS, MAX_ROWS)).map(tradeBody);
});

function readOrderParams(desk: Desk, params: Params): ReturnType<typeof readNewOrder> {
  const instrument = instrumentOf(desk, params.symbol());
  const order = readNewOrder(params, instrument, () => keyText(desk.random, 22));
  params.done();
  return order;
}

const placeOrder: Operation = {
  ...signed(1, (desk, params, account) => {
    const { request, responseType } = readOrderParams(desk, params);
    const placed = desk.exchange.place(owner(account), request);
    if (!placed.ok) throw refusalOf(placed.refusal, request);
    return placedBody(placed.order, responseType);
  }),
  matching: true,
  counts: true,
};

const testOrder = signed(1, (desk, params, account) => {
  params.text('computeCommissionRates');
  const { request } = readOrderParams(desk, params);
  const refusal = desk.exchange.check(owner(account), request);
  // A test reaches no matching engine: funds and client ids are not looked at.
  if (refusal !== undefined && refusal !== 'insufficient-balance' && refusal !== 'duplicate-client-id') {
    throw refusalOf(refusal, request);
  }
  return {};
});

/** The order that `orderId` and `origClientOrderId` mean: both must agree when both are given. */
function findOrder(desk: Desk, account: SimAccount, instrument: SimInstrument, params: Params): SimOrder | undefined {
  const id = params.integer('orderId');
  const clientId = params.text('origClientOrderId');
  if (id === undefined && clientId === undefined) throw missing('orderId');
  const key = id !== undefined ? { id } : { clientId: clientId ?? '' };
  const order = desk.exchange.findOrder(account, instrument, key);
  return clientId === undefined || order?.clientId === clientId ? order : undefined;
}

const queryOrder = signed(4, (desk, params, account) => {
  const order = findOrder(desk, owner(account), instrumentOf(desk, params.symbol()), params);
  params.done();
  if (order === undefined) throw unknownOrder();
  return orderBody(order);
});

function cancelOne(desk: Desk, account: SimAccount, order: SimOrder, cancelId: string): object {
  desk.cancelIds.set(order.id, cancelId);
  const result = desk.exchange.cancel(account, order.instrument, { id: order.id });
  desk.cancelIds.delete(order.id);
  if (!result.ok) throw cancelRejected();
  return canceledBody(result.order, cancelId);
}

const cancelOrder: Operation = {
  ...signed(1, (desk, params, account) => {
    const order = findOrder(desk, owner(account), instrumentOf(desk, params.symbol()), params);
    const cancelId = readClientId(params, 'newClientOrderId') ?? keyText(desk.random, 22);
    params.text('cancelRestrictions');
    params.done();
    if (order === undefined) throw cancelRejected();
    return cancelOne(desk, owner(account), order, cancelId);
  }),
  matching: true,
};

const cancelOpenOrders: Operation = {
  ...signed(1, (desk, params, account) => {
    const orders = desk.exchange.openOrders(owner(account), instrumentOf(desk, params.symbol()));
    params.done();
    if (orders.length === 0) throw cancelRejected();
    return orders.map((order) => cancelOne(desk, owner(account), order, keyText(desk.random, 22)));
  }),
  matching: true,
};

const openOrders = signed(
  (params) => (params.text('symbol') === undefined ? 80 : 6),
  (desk, params, account) => {
    const symbol = params.text('symbol');
    params.done();
    const instrument = symbol === undefined ? undefined : instrumentOf(desk, symbol);
    return desk.exchange.openOrders(owner(account), instrument).map(orderBody);
  },
);

const allOrders = signed(20, (desk, params, account) => {
  const instrument = instrumentOf(desk, params.symbol());
  const from = params.integer('orderId') ?? 0;
  const since = params.integer('startTime') ?? 0;
  const until = params.integer('endTime') ?? Number.POSITIVE_INFINITY;
  const limit = readLimit(params, DEFAULT_ROWS, MAX_ROWS);
  params.done();
  const orders = desk.exchange
    .allOrders(owner(account), instrument)
    .filter((order) => order.id >= from && order.createdAt >= since && order.createdAt <= until);
  return (from > 0 || since > 0 ? orders.slice(0, limit) : orders.slice(-limit)).map(orderBody);
});

const accountStatus = signed(20, (desk, params, account) => {
  const omitZero = params.text('omitZeroBalances') === 'true';
  params.done();
  return accountBody(desk.exchange, owner(account), omitZero, desk.exchange.clock.wallMs());
});

const commission = signed(20, (desk, params) => {
  const instrument = instrumentOf(desk, params.symbol());
  params.done();
  return commissionBody(desk.exchange, instrument);
});

const myTrades = signed(
  (params) => (params.text('orderId') === undefined ? 20 : 5),
  (desk, params, account) => {
    const instrument = instrumentOf(desk, params.symbol());
    const orderId = params.integer('orderId');
    const fromId = params.integer('fromId');
    const startTime = params.integer('startTime');
    const endTime = params.integer('endTime');
    const limit = readLimit(params, DEFAULT_ROWS, MAX_ROWS);
    params.done();
    const timed = startTime !== undefined || endTime !== undefined;
    if (timed && (fromId !== undefined || orderId !== undefined)) throw badCombination();
    const fills = desk.exchange
      .fills(owner(account), instrument)
      .filter(
        (fill) =>
          (orderId === undefined || fill.orderId === orderId) &&
          fill.tradeId >= (fromId ?? 0) &&
          fill.at >= (startTime ?? 0) &&
          fill.at <= (endTime ?? Number.POSITIVE_INFINITY),
      );
    const fromStart = fromId !== undefined || startTime !== undefined;
    return (fromStart ? fills.slice(0, limit) : fills.slice(-limit)).map(myTradeBody);
  },
);

const tradeFee = signed(1, (desk, params) => {
  const symbol = params.text('symbol');
  params.done();
  const instruments = symbol === undefined ? desk.exchange.instruments : [instrumentOf(desk, symbol)];
  return instruments.map((instrument) => tradeFeeBody(desk.exchange, instrument));
});

/** By method and path (https://developers.binance.com/docs/binance-spot-api-docs/rest-api). */
export const REST_OPERATIONS: Readonly<Record<string, Operation>> = {
  'GET /api/v3/ping': ping,
  'GET /api/v3/time': time,
  'GET /api/v3/exchangeInfo': exchangeInfo,
  'GET /api/v3/depth': depth,
  'GET /api/v3/trades': trades,
  'GET /api/v3/ticker/bookTicker': bookTicker,
  'POST /api/v3/order': placeOrder,
  'POST /api/v3/order/test': testOrder,
  'GET /api/v3/order': queryOrder,
  'DELETE /api/v3/order': cancelOrder,
  'DELETE /api/v3/openOrders': cancelOpenOrders,
  'GET /api/v3/openOrders': openOrders,
  'GET /api/v3/allOrders': allOrders,
  'GET /api/v3/account': accountStatus,
  'GET /api/v3/account/commission': commission,
  'GET /api/v3/myTrades': myTrades,
  'GET /sapi/v1/asset/tradeFee': tradeFee,
};

/** By method (https://developers.binance.com/docs/binance-spot-api-docs/websocket-api). */
export const WS_OPERATIONS: Readonly<Record<string, Operation>> = {
  ping,
  time,
  exchangeInfo,
  depth,
  'trades.recent': trades,
  'ticker.book': bookTicker,
  'order.place': placeOrder,
  'order.test': testOrder,
  'order.status': queryOrder,
  'order.cancel': cancelOrder,
  'openOrders.cancelAll': cancelOpenOrders,
  'openOrders.status': openOrders,
  allOrders,
  'account.status': accountStatus,
  'account.commission': commission,
  myTrades,
};
