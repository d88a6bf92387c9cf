/** Orders as Bitget takes them, and orders, fills and balances as it reports them. Pure.
 *  https://www.bitget.com/api-doc/spot/trade/Place-Order, …/Get-Order-Info, …/Get-Fills,
 *  …/spot/websocket/private/Order-Channel, …/Fill-Channel, …/Account-Channel */
import { add, isDecimal, isZero, negate, plainText } from '../../core/decimal-text.ts';
import { isObject, type Json, objectsOf, textOf } from '../../core/json.ts';
import type { Balance, Fill, OrderReport, OrderRequest, OrderStatus } from '../../core/order.ts';
import { sideOf } from '../../core/units.ts';
import { ORDER_TRAITS } from './order-traits.ts';

/** Body of `POST /api/v2/spot/trade/place-order`. `requestTime` (venue time, ms) and `receiveWindow` are the order's
 *  expiry: what arrives later is refused. `size` is base, of a market buy quote. */
export const orderBody = (order: OrderRequest, requestTime: number, receiveWindowMs: number): string =>
  JSON.stringify({
    symbol: order.listing.symbol,
    side: order.side,
    orderType: order.type,
    // Needed and without meaning for market orders.
    force: order.type === 'market' ? 'gtc' : order.tif,
    ...(order.type === 'market' ? {} : { price: order.price }),
    size: order.size ?? order.quoteSize,
    ...ORDER_TRAITS.selfTrade.params,
    clientOid: order.clientId,
    requestTime: String(requestTime),
    receiveWindow: String(receiveWindowMs),
  });

/** Body of `POST /api/v2/spot/trade/cancel-order`. */
export const cancelBody = (symbol: string, clientId: string): string => JSON.stringify({ symbol, clientOid: clientId });

/** `new` and `init`: examples of the page, older than its list of states. */
const STATUSES: Readonly<Record<string, OrderStatus>> = {
  init: 'open',
  new: 'open',
  live: 'open',
  partially_filled: 'open',
  filled: 'filled',
  cancelled: 'cancelled',
};

/** An order of a REST answer; undefined when it lacks what a report needs. */
export const readOrder = (item: Json): OrderReport | undefined =>
  reportOf(item, textOf(item, 'symbol'), textOf(item, 'baseVolume'));

/** An order of a push, where `baseVolume` is the last fill's. */
export const readPushedOrder = (item: Json): OrderReport | undefined =>
  reportOf(item, textOf(item, 'instId'), textOf(item, 'accBaseVolume'));

function reportOf(item: Json, symbol: string, volume: string): OrderReport | undefined {
  const status = STATUSES[textOf(item, 'status')];
  const side = sideOf(item.side);
  const filled = volume || '0';
  const venueOrderId = textOf(item, 'orderId');
  if (status === undefined || side === undefined || venueOrderId === '' || symbol === '' || !isDecimal(filled)) {
    return undefined;
  }
  return {
    clientId: textOf(item, 'clientOid'),
    venueOrderId,
    symbol: shout(symbol),
    side,
    status,
    filled,
    venueAt: timeOf(item, 'uTime', 'cTime'),
  };
}

/** The fill that a push of the orders channel tells of; undefined when it tells of none, or not of its fee. */
export function readFillOfOrder(item: Json): Fill | undefined {
  const side = sideOf(item.side);
  const tradeId = textOf(item, 'tradeId');
  const price = textOf(item, 'fillPrice');
  const size = textOf(item, 'baseVolume');
  const fee = plainText(textOf(item, 'fillFee'));
  const feeAsset = textOf(item, 'fillFeeCoin');
  if (side === undefined || tradeId === '' || fee === undefined || feeAsset === '') return undefined;
  if (!isDecimal(price) || !isDecimal(size) || isZero(size)) return undefined;
  return {
    clientId: textOf(item, 'clientOid'),
    venueOrderId: textOf(item, 'orderId'),
    tradeId,
    symbol: textOf(item, 'instId'),
    side,
    price,
    size,
    fee: negate(fee),
    feeAsset,
    maker: textOf(item, 'tradeScope') === 'M',
    venueAt: timeOf(item, 'fillTime', 'uTime'),
  };
}

/** An item of `/spot/trade/fills`, or of the fill channel; neither names the client id. */
export function readFill(item: Json): Fill | undefined {
  const side = sideOf(item.side);
  const price = textOf(item, 'priceAvg');
  const size = textOf(item, 'size');
  const fee = feeOf(item.feeDetail);
  if (side === undefined || textOf(item, 'tradeId') === '' || textOf(item, 'orderId') === '') return undefined;
  if (fee === undefined || !isDecimal(price) || !isDecimal(size)) return undefined;
  return {
    clientId: '',
    venueOrderId: textOf(item, 'orderId'),
    tradeId: textOf(item, 'tradeId'),
    symbol: textOf(item, 'symbol'),
    side,
    price,
    size,
    ...fee,
    // The page's own example says "marker".
    maker: textOf(item, 'tradeScope').startsWith('m'),
    venueAt: timeOf(item, 'uTime', 'cTime'),
  };
}

/** REST gives one object, negative when paid; the channel gives a list, positive when paid. Nothing paid: an empty
 *  text. Undefined when there is no fee to be read, or it was paid in several assets, which a fill cannot say. */
function feeOf(detail: unknown): Pick<Fill, 'fee' | 'feeAsset'> | undefined {
  const isList = Array.isArray(detail);
  const entries = (isList ? detail : [detail]).filter(isObject).map((entry) => ({
    asset: textOf(entry, 'feeCoin'),
    paid: plainText(textOf(entry, 'totalFee') || '0'),
  }));
  let fee = '0';
  let feeAsset = entries[0]?.asset ?? '';
  for (const { asset, paid } of entries) {
    if (paid === undefined) return undefined;
    if (isZero(paid)) continue;
    if (!isZero(fee) && asset !== feeAsset) return undefined;
    fee = add(fee, isList ? paid : negate(paid));
    feeAsset = asset;
  }
  return feeAsset === '' ? undefined : { fee, feeAsset };
}

/** An asset of a push or a REST answer: `frozen` is in orders, `locked` is held otherwise. */
export function readBalance(item: Json): Balance | undefined {
  const asset = shout(textOf(item, 'coin'));
  const free = textOf(item, 'available') || '0';
  const frozen = textOf(item, 'frozen') || '0';
  const locked = textOf(item, 'locked') || '0';
  if (asset === '' || ![free, frozen, locked].every(isDecimal)) return undefined;
  return { asset, free, locked: isZero(locked) ? frozen : add(frozen, locked) };
}

/** Taker and maker of `/common/trade-rate`. */
export function readFeeRates(item: Json): { taker: string; maker: string } | undefined {
  const taker = textOf(item, 'takerFeeRate');
  const maker = textOf(item, 'makerFeeRate');
  return isDecimal(taker) && isDecimal(maker) ? { taker, maker } : undefined;
}

/** The `data` of an answer as its items. */
export const itemsOf = (data: unknown): readonly Json[] => objectsOf({ data }, 'data');

/** The page writes names in small letters here and there (`usdt`, `btcusdt`); the wire of today does not. */
const shout = (name: string): string => (name === name.toLowerCase() ? name.toUpperCase() : name);

/** Milliseconds; the page's older examples are seconds. */
function timeOf(item: Json, ...keys: readonly string[]): number {
  const text = keys.map((key) => textOf(item, key)).find((found) => found !== '') ?? '';
  return text === '' ? Number.NaN : Number(text) * (text.length <= 10 ? 1000 : 1);
}
