/** Orders, trades and balances as ccxt gives them, in our words. Pure. The exchange object gives numbers as texts.
 *  https://docs.ccxt.com/#/README?id=order-structure, …?id=trade-structure, …?id=balance-structure */
import { add, isDecimal } from '../../core/decimal-text.ts';
import { isObject, type Json } from '../../core/json.ts';
import type { Balance, Fill, OrderReport, OrderStatus } from '../../core/order.ts';
import type { Side } from '../../core/units.ts';
import { numberText } from './frames.ts';

const STATUSES: Readonly<Record<string, OrderStatus>> = {
  open: 'open',
  closed: 'filled',
  canceled: 'cancelled',
  canceling: 'open',
  expired: 'expired',
  expired_in_match: 'expired',
  rejected: 'rejected',
};

export interface OrderName {
  readonly clientId: string;
  readonly symbol: string;
}

/** Undefined when it lacks what a report needs. `size`: what was asked for, '' when that is not known. */
export function readOrder(order: unknown, { clientId, symbol }: OrderName, size: string): OrderReport | undefined {
  if (!isObject(order)) return undefined;
  const status = STATUSES[String(order.status)];
  const venueOrderId = idOf(order.id);
  const side = sideOf(order.side);
  const filled = numberText(order.filled ?? '0') || '0';
  if (status === undefined || venueOrderId === '' || side === undefined) return undefined;
  // Some venues call an order closed that ended with a rest.
  const whole = size !== '' ? size : numberText(order.amount);
  const isShort = status === 'filled' && isDecimal(whole) && Number(filled) < Number(whole);
  return {
    clientId,
    venueOrderId,
    symbol,
    side,
    status: isShort ? 'cancelled' : status,
    filled,
    venueAt: timeOf(order.lastUpdateTimestamp) ?? timeOf(order.lastTradeTimestamp) ?? timeOf(order.timestamp) ?? 0,
  };
}

/** Undefined when the trade lacks what a fill needs, its fee included: a fee that is not known is not nothing. */
export function readFill(trade: unknown, { clientId, symbol }: OrderName): Fill | undefined {
  if (!isObject(trade)) return undefined;
  const side = sideOf(trade.side);
  const price = numberText(trade.price);
  const size = numberText(trade.amount);
  const fee = feeOf(trade);
  const tradeId = idOf(trade.id);
  if (side === undefined || tradeId === '' || price === '' || size === '' || fee === undefined) return undefined;
  return {
    clientId,
    venueOrderId: idOf(trade.order),
    tradeId,
    symbol,
    side,
    price,
    size,
    ...fee,
    maker: trade.takerOrMaker === 'maker',
    venueAt: timeOf(trade.timestamp) ?? 0,
  };
}

function feeOf(trade: Json): { fee: string; feeAsset: string } | undefined {
  const listed = Array.isArray(trade.fees) && trade.fees.length > 0 ? trade.fees : [trade.fee];
  let fee = '0';
  let feeAsset = '';
  for (const each of listed as unknown[]) {
    if (!isObject(each) || typeof each.currency !== 'string') continue;
    const cost = numberText(each.cost);
    if (cost === '' || (feeAsset !== '' && feeAsset !== each.currency)) continue;
    fee = add(fee, cost);
    feeAsset = each.currency;
  }
  return feeAsset === '' ? undefined : { fee, feeAsset };
}

export function readBalances(balance: unknown): readonly Balance[] {
  if (!isObject(balance)) return [];
  const { free, used } = balance;
  if (!isObject(free)) return [];
  return Object.entries(free).flatMap(([asset, each]) => {
    const text = numberText(each ?? '0') || '0';
    const locked = numberText((isObject(used) ? used[asset] : undefined) ?? '0') || '0';
    return [{ asset, free: text, locked }];
  });
}

export const idOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

const timeOf = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : typeof value === 'string' && value !== '' ? Number(value) : undefined;

function sideOf(side: unknown): Side | undefined {
  return side === 'buy' || side === 'sell' ? side : undefined;
}
