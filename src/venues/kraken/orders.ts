/** Orders as Kraken takes them over its sockets and over REST. Pure.
 *  https://docs.kraken.com/api/docs/websocket-v2/add_order, …/cancel_order, …/rest-api/add-order */
import { canonical } from '../../core/decimal-text.ts';
import type { OrderRequest } from '../../core/order.ts';
import { lifeAtVenueMs } from '../../net/order-traits.ts';
import { pairOf } from './names.ts';
import { ORDER_TRAITS } from './order-traits.ts';
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
      order.size === undefined ? ['cash_order_qty', canonical(order.quoteSize)] : ['order_qty', canonical(order.size)],
      ['symbol', JSON.stringify(order.listing.symbol)],
      ...(isMarket || order.price === undefined ? [] : [['limit_price', canonical(order.price)] as const]),
      ...(isMarket ? [] : timeInForce(order, deadline)),
      ...Object.entries(ORDER_TRAITS.selfTrade.params).map(([key, value]) => [key, JSON.stringify(value)] as const),
      ['cl_ord_id', JSON.stringify(order.clientId)],
      // Sales are otherwise charged in base.
      ['fee_preference', '"quote"'],
      ['deadline', JSON.stringify(new Date(deadline).toISOString())],
      ['token', JSON.stringify(token)],
    ],
    id,
  );
}

/** An end counts from the deadline, so that no order ends early. */
function timeInForce(order: OrderRequest, deadline: number): Members {
  const life = lifeAtVenueMs(order, ORDER_TRAITS);
  if (life === undefined) return [['time_in_force', JSON.stringify(order.tif)]];
  return [
    ['time_in_force', '"gtd"'],
    ['expire_time', JSON.stringify(new Date(deadline + life).toISOString())],
  ];
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

/** `timeout` 0 takes the timer away. https://docs.kraken.com/api/docs/websocket-v2/cancel_after */
export const cancelAfterFrame = (id: string, ms: number, token: string): string =>
  request(
    'cancel_all_orders_after',
    [
      ['timeout', String(Math.ceil(ms / 1000))],
      ['token', JSON.stringify(token)],
    ],
    id,
  );

/** Form of `CancelAllOrdersAfter`. */
export const cancelAfterForm = (ms: number): Form => ({ timeout: String(Math.ceil(ms / 1000)) });

/** Form of `AddOrder`. Over REST a deadline is 2 s to 60 s ahead. */
export function addOrderForm(order: OrderRequest, deadline: number): Form {
  const isMarket = order.type === 'market';
  const life = lifeAtVenueMs(order, ORDER_TRAITS);
  return {
    ordertype: order.type,
    type: order.side,
    volume: canonical(order.size ?? order.quoteSize),
    pair: pairOf(order.listing),
    price: isMarket ? undefined : order.price,
    timeinforce: isMarket ? undefined : life === undefined ? order.tif.toUpperCase() : 'GTD',
    expiretm: life === undefined ? undefined : `+${life / 1000}`,
    oflags: order.size === undefined ? 'fciq,viqc' : 'fciq',
    stptype: 'cancel-newest',
    cl_ord_id: order.clientId,
    deadline: new Date(deadline).toISOString(),
  };
}
