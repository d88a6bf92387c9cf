/** Binance's signed operations: orders, fills, account. */
import type { SimAccount, SimInstrument, SimOrder } from '../../port.ts';
import { keyText } from '../../random-text.ts';
import { accountBody, apiRestrictionsBody, commissionBody, tradeFeeBody } from './bodies.ts';
import { badCombination, cancelRejected, filterFailure, missing, refusalOf, unknownOrder } from './errors.ts';
import { MAX_OPEN_ORDERS } from './instruments.ts';
import {
  DEFAULT_ROWS,
  type Desk,
  instrumentOf,
  MAX_ROWS,
  type Operation,
  owner,
  readLimit,
  signed,
} from './operation.ts';
import { canceledBody, myTradeBody, orderBody, placedBody } from './order-bodies.ts';
import { readClientId, readNewOrder } from './order-params.ts';
import type { Params } from './params.ts';

function readOrderParams(desk: Desk, params: Params): ReturnType<typeof readNewOrder> {
  const instrument = instrumentOf(desk, params.symbol());
  const order = readNewOrder(params, instrument, () => keyText(desk.random, 22));
  params.done();
  return order;
}

export const placeOrder: Operation = {
  ...signed(1, (desk, params, account) => {
    const { request, responseType } = readOrderParams(desk, params);
    const { exchange } = desk;
    if (exchange.openOrders(owner(account), request.instrument).length >= MAX_OPEN_ORDERS) {
      throw filterFailure('MAX_NUM_ORDERS');
    }
    const placed = exchange.place(owner(account), request);
    if (!placed.ok) throw refusalOf(placed.refusal, request);
    return placedBody(placed.order, responseType);
  }),
  matching: true,
  counts: true,
};

export const testOrder = signed(1, (desk, params, account) => {
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

export const queryOrder = signed(4, (desk, params, account) => {
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

export const cancelOrder: Operation = {
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

export const cancelOpenOrders: Operation = {
  ...signed(1, (desk, params, account) => {
    const orders = desk.exchange.openOrders(owner(account), instrumentOf(desk, params.symbol()));
    params.done();
    if (orders.length === 0) throw cancelRejected();
    return orders.map((order) => cancelOne(desk, owner(account), order, keyText(desk.random, 22)));
  }),
  matching: true,
};

export const openOrders = signed(
  (params) => (params.text('symbol') === undefined ? 80 : 6),
  (desk, params, account) => {
    const symbol = params.text('symbol');
    params.done();
    const instrument = symbol === undefined ? undefined : instrumentOf(desk, symbol);
    return desk.exchange.openOrders(owner(account), instrument).map(orderBody);
  },
);

export const allOrders = signed(20, (desk, params, account) => {
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

export const accountStatus = signed(20, (desk, params, account) => {
  const omitZero = params.text('omitZeroBalances') === 'true';
  params.done();
  return accountBody(desk.exchange, owner(account), omitZero, desk.exchange.clock.wallMs());
});

/** When the simulated keys were made. */
const KEYS_MADE_AT = 1_698_645_219_000;

export const apiRestrictions = signed(1, (_, params, account) => {
  params.done();
  return apiRestrictionsBody(owner(account), KEYS_MADE_AT);
});

export const commission = signed(20, (desk, params) => {
  const instrument = instrumentOf(desk, params.symbol());
  params.done();
  return commissionBody(desk.exchange, instrument);
});

export const myTrades = signed(
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

export const tradeFee = signed(1, (desk, params) => {
  const symbol = params.text('symbol');
  params.done();
  const instruments = symbol === undefined ? desk.exchange.instruments : [instrumentOf(desk, symbol)];
  return instruments.map((instrument) => tradeFeeBody(desk.exchange, instrument));
});
