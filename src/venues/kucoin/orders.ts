/** Orders as KuCoin takes them, and orders, fills and balances as it reports them. Pure.
 *  https://www.kucoin.com/docs-new/rest/spot-trading/orders/add-order, …/docs-new/3470073w0 (order pushes) */
import { isDecimal, isSame, isZero } from '../../core/decimal-text.ts';
import { isObject, type Json, textOf } from '../../core/json.ts';
import type { Balance, Fill, OrderReport, OrderRequest, OrderStatus } from '../../core/order.ts';
import { sideOf } from '../../core/units.ts';
import { lifeAtVenueMs } from '../../net/order-traits.ts';
import { ORDER_TRAITS } from './order-traits.ts';

/** `clientTimestamp`: venue time in ms; once `windowMs` are over the gateway refuses the order. */
function orderArgs(order: OrderRequest, clientTimestamp: number, windowMs: number): Record<string, string | number> {
  const args: Record<string, string | number> = {
    clientOid: order.clientId,
    symbol: order.listing.symbol,
    side: order.side,
    type: order.type,
    ...(order.size === undefined ? { funds: order.quoteSize } : { size: order.size }),
    ...ORDER_TRAITS.selfTrade.params,
    allowMaxTimeWindow: windowMs,
    clientTimestamp,
  };
  if (order.type === 'limit' && order.price !== undefined) {
    args.price = order.price;
    args.timeInForce = order.tif.toUpperCase();
    const life = lifeAtVenueMs(order, ORDER_TRAITS);
    if (life !== undefined) Object.assign(args, { timeInForce: 'GTT', cancelAfter: life / 1000 });
  }
  return args;
}

/** `op: spot.order`: the arguments are those of REST. */
export const orderFrame = (id: string, order: OrderRequest, clientTimestamp: number, windowMs: number): string =>
  JSON.stringify({ id, op: 'spot.order', args: orderArgs(order, clientTimestamp, windowMs) });

export const cancelFrame = (id: string, symbol: string, clientId: string): string =>
  JSON.stringify({ id, op: 'spot.cancel', args: { symbol, clientOid: clientId } });

/** Body of `POST /api/v1/hf/orders/dead-cancel-all`; -1 takes the timer away. Without `symbols` it is for all of them.
 *  https://www.kucoin.com/docs-new/rest/spot-trading/orders/set-dcp */
export const deadCancelBody = (ms: number): string => JSON.stringify({ timeout: ms === 0 ? -1 : Math.ceil(ms / 1000) });

/** Where signing puts the time of the request. */
export const UNSTAMPED = '"clientTimestamp":0';

/** Body of `POST /api/v1/hf/orders`, the time left open. */
export const orderBody = (order: OrderRequest, windowMs: number): string =>
  JSON.stringify(orderArgs(order, 0, windowMs));

/** The topics of the private socket. */
export const ORDER_TOPIC = '/spotMarket/tradeOrdersV2';
export const BALANCE_TOPIC = '/account/balance';

/** An order of a REST answer; undefined when it lacks what a report needs. */
export function readOrder(item: unknown): OrderReport | undefined {
  if (!isObject(item)) return undefined;
  const side = sideOf(item.side);
  const filled = textOf(item, 'dealSize');
  const venueOrderId = textOf(item, 'id');
  if (side === undefined || venueOrderId === '' || !isDecimal(filled)) return undefined;
  const active = item.active ?? item.isActive;
  if (typeof active !== 'boolean') return undefined;
  const status = active ? 'open' : isSame(filled, textOf(item, 'size')) ? 'filled' : 'cancelled';
  return {
    clientId: textOf(item, 'clientOid'),
    venueOrderId,
    symbol: textOf(item, 'symbol'),
    side,
    status,
    filled,
    venueAt: Number(item.lastUpdatedAt ?? item.createdAt ?? Number.NaN),
  };
}

const PUSHED: Readonly<Record<string, OrderStatus>> = {
  received: 'open',
  open: 'open',
  match: 'open',
  update: 'open',
  filled: 'filled',
  canceled: 'cancelled',
};

/** An order push. Of fills it tells size and price but not the fee; `filled` says how much there must be of them. */
export function readPushedOrder(item: Json): OrderReport | undefined {
  const status = PUSHED[textOf(item, 'type')];
  const side = sideOf(item.side);
  const filled = textOf(item, 'filledSize') || '0';
  const venueOrderId = textOf(item, 'orderId');
  if (status === undefined || side === undefined || venueOrderId === '' || !isDecimal(filled)) return undefined;
  return {
    clientId: textOf(item, 'clientOid'),
    venueOrderId,
    symbol: textOf(item, 'symbol'),
    side,
    status,
    filled,
    venueAt: millisOf(item.ts),
  };
}

/** An item of `/api/v1/hf/fills`. It does not name the client id. `fee` is what was paid, in `feeCurrency`: the quote
 *  asset, or KCS where the account pays with it. */
export function readFill(item: unknown, clientId: string): Fill | undefined {
  if (!isObject(item)) return undefined;
  const side = sideOf(item.side);
  const tradeId = idOf(item, 'tradeId');
  const [price, size, fee] = [textOf(item, 'price'), textOf(item, 'size'), textOf(item, 'fee')];
  if (side === undefined || tradeId === '' || textOf(item, 'orderId') === '') return undefined;
  if (!isDecimal(price) || !isDecimal(size) || !isDecimal(fee) || textOf(item, 'feeCurrency') === '') return undefined;
  return {
    clientId,
    venueOrderId: textOf(item, 'orderId'),
    tradeId,
    symbol: textOf(item, 'symbol'),
    side,
    price,
    size,
    fee,
    feeAsset: textOf(item, 'feeCurrency'),
    maker: item.liquidity === 'maker',
    venueAt: Number(item.createdAt ?? Number.NaN),
  };
}

/** An id that is a number in some answers (past 2^53 kept as text by `parseObject`) and a text in others. */
export function idOf(from: Json, key: string): string {
  const value = from[key];
  return typeof value === 'string' ? value : Number.isSafeInteger(value) ? String(value) : '';
}

/** Accounts of `/api/v1/accounts`; orders draw on those of type `trade`. */
export function readBalances(accounts: unknown): readonly Balance[] | undefined {
  if (!Array.isArray(accounts)) return undefined;
  return accounts
    .filter((account: unknown): account is Json => isObject(account) && account.type === 'trade')
    .flatMap((account) => balanceOf(account, 'holds') ?? []);
}

/** A balance push; undefined where it is of another account than the one that trades (main, margin). */
export function readPushedBalance(item: Json): Balance | undefined {
  const [account] = textOf(item, 'relationEvent').split('.');
  return account === 'trade' || account === 'trade_hf' ? balanceOf(item, 'hold') : undefined;
}

function balanceOf(item: Json, lockedKey: string): Balance | undefined {
  const asset = textOf(item, 'currency');
  const free = textOf(item, 'available');
  const locked = textOf(item, lockedKey) || '0';
  return asset === '' || !isDecimal(free) || !isDecimal(locked) ? undefined : { asset, free, locked };
}

/** The rates of `/api/v1/trade-fees`, asked for one symbol. */
export function readFeeRates(data: unknown): { taker: string; maker: string } | undefined {
  const item: unknown = Array.isArray(data) ? data[0] : undefined;
  if (!isObject(item)) return undefined;
  const [taker, maker] = [textOf(item, 'takerFeeRate'), textOf(item, 'makerFeeRate')];
  return isDecimal(taker) && isDecimal(maker) ? { taker, maker } : undefined;
}

/** Pushes tell nanoseconds, which `parseObject` keeps as text since they are past 2^53. */
function millisOf(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !/^\d{1,19}$/.test(value)) return Number.NaN;
  return value.length > 13 ? Number(BigInt(value) / 1_000_000n) : Number(value);
}

/** Whether nothing has been filled yet, so that there is nothing to ask for. */
export const isUnfilled = ({ filled }: OrderReport): boolean => isZero(filled);

/** The venue's id in the answer to an order; '' where it has none. */
export const orderIdOf = (data: unknown): string => (isObject(data) ? textOf(data, 'orderId') : '');
