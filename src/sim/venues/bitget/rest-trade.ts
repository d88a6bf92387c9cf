/** Signed REST endpoints that place and cancel: one order, several, all of a symbol.
 *  Source: https://www.bitget.com/api-doc/spot/trade/Place-Order, …/Cancel-Order, …/Batch-Place-Orders,
 *  …/Batch-Cancel-Orders, …/Cancel-Symbol-Orders. */
import { isObject } from '../../../core/json.ts';
import type { ExchangePort, SimAccount } from '../../port.ts';
import type { Limit } from '../../request-limits.ts';
import { type WireError, wireError } from './errors.ts';
import { perSecond } from './limits.ts';
import { type EntryResult, type Params, readSymbol, textOf } from './order-entry.ts';
import { fail, type RestResult } from './rest-public.ts';

type Orders = { readonly list: readonly Params[] } | { readonly error: WireError };

export interface TradeRoute {
  readonly limit: Limit;
  readonly action: 'place' | 'cancel';
  /** The orders that a body names. */
  orders(params: Params, account: SimAccount, exchange: ExchangePort): Orders;
  result(results: readonly EntryResult[], orders: readonly Params[], params: Params): RestResult;
}

const MAX_BATCH = 50;
const single: Pick<TradeRoute, 'orders' | 'result'> = {
  orders: (params) => ({ list: [params] }),
  result: ([result]) => {
    if (result === undefined) return fail('40409');
    if (!result.ok) return { error: result.error };
    return { data: { orderId: String(result.order.id), clientOid: result.order.clientId } };
  },
};

/** Each row of a list may name its own symbol, or the body names that of all. */
const batch: Pick<TradeRoute, 'orders' | 'result'> = {
  orders: (params) => {
    const list = Object.hasOwn(params, 'orderList') ? params.orderList : undefined;
    if (!Array.isArray(list) || list.length === 0) return { error: wireError('40019', 'orderList') };
    if (list.length > MAX_BATCH || !list.every(isObject)) return { error: wireError('40020', 'orderList') };
    const symbol = textOf(params, 'symbol');
    return { list: list.map((order) => (textOf(order, 'symbol') === '' ? { ...order, symbol } : order)) };
  },
  result: (results, orders) => {
    const successList: object[] = [];
    const failureList: object[] = [];
    results.forEach((result, index) => {
      const asked = orders[index] ?? {};
      if (result.ok) successList.push({ orderId: String(result.order.id), clientOid: result.order.clientId });
      else {
        const { code, msg } = result.error;
        const [orderId, clientOid] = [textOf(asked, 'orderId'), textOf(asked, 'clientOid')];
        failureList.push({ orderId, clientOid, errorMsg: msg, errorCode: code });
      }
    });
    return { data: { successList, failureList } };
  },
};

const allOfSymbol: Pick<TradeRoute, 'orders' | 'result'> = {
  orders: (params, account, exchange) => {
    const instrument = readSymbol(exchange, params);
    if (!instrument.ok) return { error: instrument.error };
    const open = exchange.openOrders(account, instrument.value);
    return { list: open.map(({ id }) => ({ symbol: instrument.value.symbol, orderId: String(id) })) };
  },
  result: (_, __, params) => ({ data: { symbol: textOf(params, 'symbol') } }),
};

const ten = perSecond(10);
const five = perSecond(5);

export const TRADE_ROUTES: ReadonlyMap<string, TradeRoute> = new Map<string, TradeRoute>([
  ['/api/v2/spot/trade/place-order', { limit: ten, action: 'place', ...single }],
  ['/api/v2/spot/trade/cancel-order', { limit: ten, action: 'cancel', ...single }],
  ['/api/v2/spot/trade/batch-orders', { limit: five, action: 'place', ...batch }],
  ['/api/v2/spot/trade/batch-cancel-order', { limit: ten, action: 'cancel', ...batch }],
  ['/api/v2/spot/trade/cancel-symbol-order', { limit: five, action: 'cancel', ...allOfSymbol }],
]);
