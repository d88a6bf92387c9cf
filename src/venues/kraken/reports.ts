/** Orders, trades, balances and fees as Kraken reports them over REST; numbers are texts here. Pure.
 *  https://docs.kraken.com/api/docs/rest-api/get-orders-info, …/get-trade-history, …/get-extended-balance,
 *  …/get-trade-volume */
import { add, isDecimal, isSame, multiply, plainText, subtract } from '../../core/decimal-text.ts';
import { isObject, type Json, textOf } from '../../core/json.ts';
import type { Balance, Fill, OrderReport, OrderStatus } from '../../core/order.ts';
import type { Side } from '../../core/units.ts';
import type { Names } from './names.ts';

const STATUSES: Readonly<Record<string, OrderStatus>> = {
  pending: 'open',
  open: 'open',
  closed: 'filled',
  canceled: 'cancelled',
  expired: 'expired',
};

/** Rows of one reply to a question for a list. */
export const PAGE = 50;
/** Ids that QueryOrders takes. */
export const ORDERS_PER_QUERY = 50;

/** What stands under one id in a list. */
export type Row = readonly [id: string, row: unknown];

export function rowsUnder(result: Json, key: string): readonly Row[] {
  const rows = result[key];
  return isObject(rows) ? Object.entries(rows) : [];
}

/** A row of OpenOrders, ClosedOrders or QueryOrders; undefined when it lacks what a report needs. */
export function readOrder(id: string, row: unknown, names: Names): OrderReport | undefined {
  if (!isObject(row) || !isObject(row.descr)) return undefined;
  const status = STATUSES[textOf(row, 'status')];
  const side = sideOf(row.descr.type);
  const filled = decimalOf(row.vol_exec);
  const volume = decimalOf(row.vol);
  if (status === undefined || side === undefined || filled === undefined || volume === undefined) return undefined;
  const pair = textOf(row.descr, 'pair');
  return {
    clientId: textOf(row, 'cl_ord_id'),
    venueOrderId: id,
    symbol: names.pair(pair)?.symbol ?? pair,
    side,
    // "Closed" says only that nothing more comes. The volume of an order by quote is money.
    status: status === 'filled' && !isByQuote(row) && !isSame(filled, volume) ? 'cancelled' : status,
    filled,
    venueAt: millis(row.closetm ?? row.opentm),
  };
}

const isByQuote = (row: Json): boolean => textOf(row, 'oflags').split(',').includes('viqc');

/** Ids of the trades that made an order's fills; asked for with `trades: true`. */
export const tradeIdsOf = (row: unknown): readonly string[] =>
  isObject(row) && Array.isArray(row.trades) ? row.trades.map(String) : [];

/** A row of TradesHistory or QueryTrades, which do not know the order's client id. Fees are in quote. */
export function readTrade(id: string, row: unknown, clientId: string, names: Names): Fill | undefined {
  if (!isObject(row)) return undefined;
  const pair = names.pair(textOf(row, 'pair'));
  const side = sideOf(row.type);
  const price = decimalOf(row.price);
  const size = decimalOf(row.vol);
  const fee = decimalOf(row.fee);
  const value = decimalOf(row.cost);
  const venueOrderId = textOf(row, 'ordertxid');
  if (pair === undefined || side === undefined || venueOrderId === '') return undefined;
  if (price === undefined || size === undefined || fee === undefined) return undefined;
  return {
    clientId,
    venueOrderId,
    tradeId: id,
    symbol: pair.symbol,
    side,
    price,
    size,
    fee,
    feeAsset: pair.quote,
    ...(value === undefined ? {} : { value }),
    maker: row.maker === true,
    venueAt: millis(row.time),
  };
}

/** The result of BalanceEx. What may be traded is the balance and what may be borrowed beyond it, less what is held for
 *  open orders. Undefined when a number cannot be read. */
export function readBalances(result: Json, names: Names): readonly Balance[] | undefined {
  const balances: Balance[] = [];
  for (const [id, row] of Object.entries(result)) {
    if (!isObject(row)) return undefined;
    const balance = decimalOf(row.balance);
    const held = decimalOf(row.hold_trade ?? '0');
    const credit = decimalOf(row.credit ?? '0');
    const used = decimalOf(row.credit_used ?? '0');
    if (balance === undefined || held === undefined || credit === undefined || used === undefined) return undefined;
    const free = subtract(add(balance, subtract(credit, used)), held);
    balances.push({ asset: names.asset(id), free, locked: held });
  }
  return balances;
}

/** The result of TradeVolume for one pair. The venue writes percents; a pair without maker fees has one fee for both. */
export function readFeeRates(result: Json, pairId: string): { taker: string; maker: string } | undefined {
  const taker = rateOf(result.fees, pairId);
  const maker = rateOf(result.fees_maker, pairId) ?? taker;
  return taker === undefined || maker === undefined ? undefined : { taker, maker };
}

function rateOf(fees: unknown, pairId: string): string | undefined {
  const row = isObject(fees) ? fees[pairId] : undefined;
  const percent = isObject(row) ? decimalOf(row.fee) : undefined;
  return percent === undefined ? undefined : multiply(percent, '0.01');
}

/** A number's text without an exponent; undefined for what is no number. */
export function decimalOf(value: unknown): string | undefined {
  const text = typeof value === 'string' ? plainText(value) : undefined;
  return text !== undefined && isDecimal(text) ? text : undefined;
}

export const sideOf = (value: unknown): Side | undefined => (value === 'buy' || value === 'sell' ? value : undefined);

/** Seconds with a fraction, as milliseconds. */
const millis = (seconds: unknown): number => Math.floor(Number(seconds ?? Number.NaN) * 1000);
