/** Orders as Gate takes them, and orders, fills and balances as it reports them. Pure.
 *  https://www.gate.com/docs/developers/apiv4/en/#create-an-order, …/apiv4/ws/en/#order-place */
import { isDecimal, isSame, isZero, subtract } from '../../core/decimal-text.ts';
import { type Json, textOf } from '../../core/json.ts';
import type { Balance, Fill, OrderReport, OrderRequest, OrderStatus } from '../../core/order.ts';
import { type Side, sideOf } from '../../core/units.ts';

/** The venue wants ids of ours to begin so. */
const OWN = 't-';
export const textOfClient = (clientId: string): string => OWN + clientId;
/** '' for what we did not name: the venue then says where the order came from (`apiv4`, `web`). */
const clientOf = (text: string): string => (text.startsWith(OWN) ? text.slice(OWN.length) : '');

/** What REST and WebSocket order entry take. The account is left to the venue: spot, or unified where that is on. */
export function orderParams(order: OrderRequest): Record<string, string> {
  const isMarket = order.type === 'market';
  return {
    text: textOfClient(order.clientId),
    currency_pair: order.listing.symbol,
    type: order.type,
    side: order.side,
    // A market buy is sized in quote.
    amount: order.size ?? order.quoteSize,
    ...(isMarket || order.price === undefined ? {} : { price: order.price }),
    // A market order may not rest.
    time_in_force: isMarket && order.tif === 'gtc' ? 'ioc' : order.tif,
  };
}

/** A request of the WebSocket API. Its answers repeat `id`. */
function apiFrame(channel: string, id: string, params: object, seconds: number, header?: object): string {
  return JSON.stringify({
    time: seconds,
    channel,
    event: 'api',
    payload: { req_id: id, req_param: params, ...(header === undefined ? {} : { req_header: header }) },
  });
}

/** Header and, over the socket, member of a request: past this time (ms) the venue no longer takes it. */
export const EXPIRY = 'x-gate-exptime';

export const orderFrame = (id: string, order: OrderRequest, seconds: number, expiresAt: number): string =>
  apiFrame('spot.order_place', id, orderParams(order), seconds, { [EXPIRY]: String(expiresAt) });

/** @param orderId the venue's id, or `text` while the order is open */
export const cancelFrame = (id: string, orderId: string, symbol: string, seconds: number): string =>
  apiFrame('spot.order_cancel', id, { order_id: orderId, currency_pair: symbol }, seconds);

const STATUSES: Readonly<Record<string, OrderStatus>> = { open: 'open', closed: 'filled', cancelled: 'cancelled' };

/** REST says what an order is, a push what happened to it. */
function statusOf(item: Json, filled: string): OrderStatus | undefined {
  const status = textOf(item, 'status');
  if (status !== '') return STATUSES[status];
  switch (textOf(item, 'event')) {
    case 'put':
    case 'update':
      return 'open';
    case 'finish':
      return textOf(item, 'finish_as') === 'filled' || isSame(filled, textOf(item, 'amount')) ? 'filled' : 'cancelled';
    default:
      return undefined;
  }
}

/** Base filled so far. A market buy is sized in quote, and so is what is left of it; `filled_amount` is missing in older
 *  answers, and in the documentation's examples it contradicts the rest. */
function filledOf(item: Json, side: Side): string {
  const isInQuote = side === 'buy' && textOf(item, 'type').startsWith('market');
  const amount = textOf(item, 'amount');
  const left = textOf(item, 'left');
  if (!isInQuote && isDecimal(amount) && isDecimal(left)) return subtract(amount, left);
  return textOf(item, 'filled_amount');
}

/** An order of a push, a REST answer or an answer of the socket; undefined when it lacks what a report needs. */
export function readOrder(item: Json): OrderReport | undefined {
  const side = sideOf(item.side);
  if (side === undefined || textOf(item, 'id') === '' || textOf(item, 'currency_pair') === '') return undefined;
  const filled = filledOf(item, side);
  if (!isDecimal(filled)) return undefined;
  const status = statusOf(item, filled);
  if (status === undefined) return undefined;
  return {
    clientId: clientOf(textOf(item, 'text')),
    venueOrderId: textOf(item, 'id'),
    symbol: textOf(item, 'currency_pair'),
    side,
    status,
    filled,
    venueAt: timeOf(item, 'update_time_ms'),
  };
}

/** An item of `/spot/my_trades` or of the channel `spot.usertrades`; undefined when it lacks what a fill needs, as the
 *  lite channel's do: they have no fees. */
export function readFill(item: Json): Fill | undefined {
  const side = sideOf(item.side);
  const tradeId = idOf(item.id);
  const symbol = textOf(item, 'currency_pair');
  const price = textOf(item, 'price');
  const size = textOf(item, 'amount');
  if (side === undefined || tradeId === '' || textOf(item, 'order_id') === '') return undefined;
  const paid = feeOf(item, side, symbol);
  if (!isDecimal(price) || !isDecimal(size) || paid === undefined) return undefined;
  return {
    clientId: clientOf(textOf(item, 'text')),
    venueOrderId: textOf(item, 'order_id'),
    tradeId,
    symbol,
    side,
    price,
    size,
    ...paid,
    maker: item.role === 'maker',
    venueAt: timeOf(item, 'create_time_ms'),
  };
}

/** The fee is taken from what was received, unless the account pays with GT or with points: then `fee` is 0. Pushes do
 *  not always name the currency. */
function feeOf(item: Json, side: Side, symbol: string): { fee: string; feeAsset: string } | undefined {
  const fee = textOf(item, 'fee');
  if (!isDecimal(fee)) return undefined;
  const cut = symbol.lastIndexOf('_');
  const received = side === 'buy' ? symbol.slice(0, cut) : symbol.slice(cut + 1);
  const own = { fee, feeAsset: textOf(item, 'fee_currency') || received };
  if (!isZero(fee)) return own;
  for (const [key, feeAsset] of [
    ['gt_fee', 'GT'],
    ['point_fee', 'POINT'],
  ] as const) {
    const instead = textOf(item, key);
    if (isDecimal(instead) && !isZero(instead)) return { fee: instead, feeAsset };
  }
  return own;
}

/** An item of `/spot/accounts` (`locked`) or of the channel `spot.balances` (`freeze`). */
export function readBalance(item: Json): Balance | undefined {
  const asset = textOf(item, 'currency');
  const free = textOf(item, 'available');
  const locked = textOf(item, 'locked') || textOf(item, 'freeze') || '0';
  return asset === '' || !isDecimal(free) || !isDecimal(locked) ? undefined : { asset, free, locked };
}

/** Taker and maker of `/wallet/fee`. */
export function readFeeRates(item: Json): { taker: string; maker: string } | undefined {
  const taker = textOf(item, 'taker_fee');
  const maker = textOf(item, 'maker_fee');
  return isDecimal(taker) && isDecimal(maker) ? { taker, maker } : undefined;
}

/** Numbers in pushes, texts over REST. */
const idOf = (id: unknown): string => (typeof id === 'number' || typeof id === 'string' ? String(id) : '');

/** Milliseconds as number or text, of trades with a fraction. */
const timeOf = (item: Json, key: string): number => Math.floor(Number(item[key] ?? Number.NaN));
