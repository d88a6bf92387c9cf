/** Orders as Kraken takes them over its sockets and over REST. Pure.
 *  https://docs.kraken.com/api/docs/websocket-v2/add_order, …/cancel_order, …/rest-api/add-order */
import { canonical } from '../../core/decimal-text.ts';
import type { OrderRequest } from '../../core/order.ts';
import type { Form } from './rest.ts';

/** Members of a JSON object, whose values are JSON already: prices and sizes are numbers there, and only as texts do they
 *  keep their digits (`JSON.stringify` writes small ones with an exponent). */
type Members = readonly (readonly [key: string, json: string])[];

const object = (members: Members): string => `{${members.map(([key, json]) => `"${key}":${json}`).join(',')}}`;
const request = (method: string, params: Members, id?: string): string =>
  object([
    ['method', JSON.stringify(method)],
    ['params', object(params)],
    ...(id === undefined ? [] : [['req_id', id] as const]),
  ]);

export function subscribeFrame(channel: 'executions' | 'balances', token: string): string {
  const options: Members =
    channel === 'executions'
      ? // Open orders tell whom later, shorter messages are about; old fills are asked for when they are wanted.
        [
          ['snap_orders', 'true'],
          ['snap_trades', 'false'],
          ['order_status', 'true'],
        ]
      : [['snapshot', 'true']];
  return request('subscribe', [['channel', JSON.stringify(channel)], ...options, ['token', JSON.stringify(token)]]);
}

/** `deadline`: the venue's time in ms after which it no longer matches the order; 500 ms to 60 s ahead. */
export function addOrderFrame(id: string, order: OrderRequest, token: string, deadline: number): string {
  const isMarket = order.type === 'market';
  return request(
    'add_order',
    [
      ['order_type', JSON.stringify(order.type)],
      ['side', JSON.stringify(order.side)],
      ['order_qty', canonical(order.size)],
      ['symbol', JSON.stringify(order.listing.symbol)],
      ...(isMarket || order.price === undefined ? [] : [['limit_price', canonical(order.price)] as const]),
      ...(isMarket ? [] : [['time_in_force', JSON.stringify(order.tif)] as const]),
      ['cl_ord_id', JSON.stringify(order.clientId)],
      // Sales are otherwise charged in base.
      ['fee_preference', '"quote"'],
      ['deadline', JSON.stringify(new Date(deadline).toISOString())],
      ['token', JSON.stringify(token)],
    ],
    id,
  );
}

export const cancelFrame = (id: string, clientId: string, token: string): string =>
  request(
    'cancel_order',
    [
      ['cl_ord_id', JSON.stringify([clientId])],
      ['token', JSON.stringify(token)],
    ],
    id,
  );

/** Form of `AddOrder`. Over REST a deadline is 2 s to 60 s ahead. */
export function addOrderForm(order: OrderRequest, deadline: number): Form {
  const isMarket = order.type === 'market';
  return {
    ordertype: order.type,
    type: order.side,
    volume: canonical(order.size),
    pair: order.listing.orderCode ?? order.listing.symbol,
    price: isMarket ? undefined : order.price,
    timeinforce: isMarket ? undefined : order.tif.toUpperCase(),
    oflags: 'fciq',
    cl_ord_id: order.clientId,
    deadline: new Date(deadline).toISOString(),
  };
}
