/** The operations by the names that each of Binance's two APIs has for them. */
import { aggTrades, bookTicker, depth, exchangeInfo, ping, time, trades } from './market-operations.ts';
import type { Operation } from './operation.ts';
import {
  accountStatus,
  allOrders,
  apiRestrictions,
  cancelOpenOrders,
  cancelOrder,
  commission,
  myTrades,
  openOrders,
  placeOrder,
  queryOrder,
  testOrder,
  tradeFee,
} from './order-operations.ts';

/** By method and path (https://developers.binance.com/docs/binance-spot-api-docs/rest-api). */
export const REST_OPERATIONS: Readonly<Record<string, Operation>> = {
  'GET /api/v3/ping': ping,
  'GET /api/v3/time': time,
  'GET /api/v3/exchangeInfo': exchangeInfo,
  'GET /api/v3/depth': depth,
  'GET /api/v3/trades': trades,
  'GET /api/v3/aggTrades': aggTrades,
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
  'GET /sapi/v1/account/apiRestrictions': apiRestrictions,
  'GET /sapi/v1/asset/tradeFee': tradeFee,
};

/** By method (https://developers.binance.com/docs/binance-spot-api-docs/websocket-api). */
export const WS_OPERATIONS: Readonly<Record<string, Operation>> = {
  ping,
  time,
  exchangeInfo,
  depth,
  'trades.recent': trades,
  'trades.aggregate': aggTrades,
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
