/** Orders, trades and balances of Binance spot as our types; pure.
 *  Source: https://developers.binance.com/docs/binance-spot-api-docs/websocket-api/trading-requests */
import { formatDecimal, parseDecimal } from '../../core/decimal.ts';
import { isZero } from '../../core/decimal-text.ts';
import type { Listing } from '../../core/instrument.ts';
import {
  type Json,
  needDecimal,
  needId,
  needList,
  needNumber,
  needObject,
  needText,
  Unreadable,
} from '../../core/json.ts';
import type { Balance, Fill, OrderReport, OrderRequest, OrderStatus } from '../../core/order.ts';
import type { Side } from '../../core/units.ts';
import { ORDER_TRAITS } from './order-traits.ts';
import type { Params } from './sign.ts';

/** The parameters of a new order; the same over WebSocket and REST. */
export function orderParams(order: OrderRequest): Params {
  return {
    symbol: order.listing.symbol,
    side: order.side === 'buy' ? 'BUY' : 'SELL',
    type: order.type === 'limit' ? 'LIMIT' : 'MARKET',
    ...(order.type === 'limit' ? { timeInForce: order.tif.toUpperCase(), price: order.price ?? '' } : {}),
    ...(order.size === undefined ? { quoteOrderQty: order.quoteSize } : { quantity: order.size }),
    newClientOrderId: order.clientId,
    ...ORDER_TRAITS.selfTrade.params,
    newOrderRespType: 'FULL',
  };
}

const STATUS: Readonly<Record<string, OrderStatus>> = {
  NEW: 'open',
  PENDING_NEW: 'open',
  PARTIALLY_FILLED: 'open',
  PENDING_CANCEL: 'open',
  FILLED: 'filled',
  CANCELED: 'cancelled',
  REJECTED: 'rejected',
  EXPIRED: 'expired',
  EXPIRED_IN_MATCH: 'expired',
};

export function statusOf(from: Json, key: string): OrderStatus {
  const status = STATUS[needText(from, key)];
  if (status === undefined) throw new Unreadable(`order status "${needText(from, key)}" is not documented`);
  return status;
}

export function sideOf(from: Json, key: string): Side {
  const side = needText(from, key);
  if (side !== 'BUY' && side !== 'SELL') throw new Unreadable(`side "${side}" is not documented`);
  return side === 'BUY' ? 'buy' : 'sell';
}

/** An order as `order.status`, `openOrders.status`, `order.place` (RESULT, FULL) and `order.cancel` send it. */
export function readOrder(value: unknown): OrderReport {
  const order = needObject(value, 'an order');
  // A cancellation has an id of its own in clientOrderId; the order's stands beside it.
  const original = order.origClientOrderId;
  return {
    clientId: typeof original === 'string' && original !== '' ? original : needText(order, 'clientOrderId'),
    venueOrderId: needId(order, 'orderId'),
    symbol: needText(order, 'symbol'),
    side: sideOf(order, 'side'),
    status: statusOf(order, 'status'),
    filled: needDecimal(order, 'executedQty'),
    venueAt: needNumber(order, order.transactTime === undefined ? 'updateTime' : 'transactTime'),
  };
}

/** The fills in the FULL answer to a new order. All of them took liquidity: they happened on arrival. */
export function readPlacedFills(value: unknown): readonly Fill[] {
  const order = needObject(value, 'an order');
  if (order.fills === undefined) return [];
  const report = readOrder(value);
  return needList(order.fills, 'fills').map((each) => {
    const fill = needObject(each, 'a fill');
    return {
      clientId: report.clientId,
      venueOrderId: report.venueOrderId,
      tradeId: needId(fill, 'tradeId'),
      symbol: report.symbol,
      side: report.side,
      price: needDecimal(fill, 'price'),
      size: needDecimal(fill, 'qty'),
      fee: needDecimal(fill, 'commission'),
      feeAsset: needText(fill, 'commissionAsset'),
      maker: false,
      venueAt: report.venueAt,
    };
  });
}

/** A row of `myTrades`. It does not name the client id. */
export function readTrade(value: unknown, clientId: string): Fill {
  const trade = needObject(value, 'a trade');
  const buyer = trade.isBuyer;
  const maker = trade.isMaker;
  if (typeof buyer !== 'boolean' || typeof maker !== 'boolean') throw new Unreadable('a trade without its side');
  return {
    clientId,
    venueOrderId: needId(trade, 'orderId'),
    tradeId: needId(trade, 'id'),
    symbol: needText(trade, 'symbol'),
    side: buyer ? 'buy' : 'sell',
    price: needDecimal(trade, 'price'),
    size: needDecimal(trade, 'qty'),
    fee: needDecimal(trade, 'commission'),
    feeAsset: needText(trade, 'commissionAsset'),
    maker,
    venueAt: needNumber(trade, 'time'),
  };
}

/** The balances of `account.status`; those of nothing are left out. */
export function readBalances(value: unknown): readonly Balance[] {
  return needList(needObject(value, 'the account').balances, 'balances')
    .map((each) => {
      const balance = needObject(each, 'a balance');
      return {
        asset: needText(balance, 'asset'),
        free: needDecimal(balance, 'free'),
        locked: needDecimal(balance, 'locked'),
      };
    })
    .filter((balance) => !isZero(balance.free) || !isZero(balance.locked));
}

const RATE_SCALE = 18;

/** The account's rates for one symbol: standard, special and tax commission, each of taker or maker plus the dearer of
 *  its buyer and seller parts. The BNB discount is not counted: it holds only while there is BNB. */
export function readCommission(value: unknown): { taker: string; maker: string } {
  const body = needObject(value, 'the commission');
  let taker = 0n;
  let maker = 0n;
  for (const key of ['standardCommission', 'specialCommission', 'taxCommission']) {
    if (body[key] === undefined) continue;
    const part = needObject(body[key], key);
    const rate = (name: string): bigint =>
      part[name] === undefined ? 0n : parseDecimal(needDecimal(part, name), RATE_SCALE);
    const dearerBy = rate('seller') - rate('buyer');
    const side = rate('buyer') + (dearerBy > 0n ? dearerBy : 0n);
    taker += rate('taker') + side;
    maker += rate('maker') + side;
  }
  if (body.standardCommission === undefined) throw new Unreadable('a commission without its standard part');
  return { taker: formatDecimal(taker, RATE_SCALE), maker: formatDecimal(maker, RATE_SCALE) };
}

/** The asset that a fee of nothing would have been taken in, where the venue names none. */
export const receivedAsset = (listing: Listing | undefined, side: Side): string =>
  listing === undefined ? '' : side === 'buy' ? listing.base : listing.quote;
