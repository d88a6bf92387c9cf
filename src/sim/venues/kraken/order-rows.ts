/** Orders and trades as REST tells them. Field lists: recorded `OpenOrders` of January 2026 and
 *  https://docs.kraken.com/api/docs/rest-api/get-orders-info, …/get-closed-orders, …/get-trade-history. */
import { pow10 } from '../../../core/decimal.ts';
import { amountFixed, baseAmount } from '../../amounts.ts';
import { AMOUNT_SCALE, type SimFill, type SimOrder } from '../../port.ts';
import { execIdOf, orderIdOf } from './ids.ts';
import { restPrice } from './tickers.ts';
import { secondsOf } from './times.ts';
import { costDigits, priceDigits, sizeDigits } from './wire-numbers.ts';

export type RestStatus = 'open' | 'closed' | 'canceled' | 'expired';

export function statusOf(order: SimOrder): RestStatus {
  if (order.status === 'new' || order.status === 'partial') return 'open';
  // A remainder that may not rest is canceled.
  if (order.lapsed) return 'expired';
  return order.status === 'filled' ? 'closed' : 'canceled';
}

/** Why an order ended unfilled. Only the client's own cancellation is recorded. */
export function reasonOf(order: SimOrder): string {
  if (order.status === 'canceled') return 'User requested';
  if (order.lapsed) return 'Order expired';
  if (order.selfTrade) return 'Self trade prevention';
  if (order.tif === 'fok') return 'Fill or kill order could not be filled';
  return order.type === 'limit' ? 'Immediate or cancel order not fully filled' : 'Insufficient liquidity';
}

export const timeInForceOf = (order: SimOrder): string => (order.note.expireMs === undefined ? order.tif : 'gtd');

export const feesOf = (order: SimOrder): bigint => order.fills.reduce((sum, fill) => sum + fill.fee, 0n);

/** Average fill price, as an amount. */
export function averageOf(order: SimOrder): bigint {
  if (order.filled === 0) return 0n;
  return (order.filledQuote * pow10(AMOUNT_SCALE)) / baseAmount(order.instrument, order.filled);
}

/** By quote amount the size is what was bought. */
const volumeOf = (order: SimOrder): string => sizeDigits(order.instrument, order.size);

/** `buy 0.00010000 XBTUSDT @ limit 81818.0` */
export function describeOrder(order: Pick<SimOrder, 'side' | 'type' | 'price' | 'instrument'>, volume: string): string {
  const { side, type, price, instrument } = order;
  const at = type === 'limit' ? `limit ${priceDigits(instrument, price)}` : 'market';
  return `${side} ${volume} ${instrument.symbol} @ ${at}`;
}

const flagsOf = (order: SimOrder): string =>
  ['fciq', ...(order.postOnly ? ['post'] : []), ...(order.quoteAmount > 0n ? ['viqc'] : [])].join(',');

/** @param withTrades whether the ids of its trades are wanted */
export function orderRow(order: SimOrder, withTrades: boolean): object {
  const { instrument, fills } = order;
  const status = statusOf(order);
  const userref = order.note.userref;
  return {
    refid: null,
    userref: userref === undefined ? null : Number(userref),
    ...(order.clientId === '' ? {} : { cl_ord_id: order.clientId }),
    status,
    opentm: secondsOf(order.createdAt),
    starttm: 0,
    expiretm: Math.floor(Number(order.note.expireMs ?? '0') / 1000),
    descr: {
      pair: instrument.symbol,
      aclass: 'forex',
      type: order.side,
      ordertype: order.type,
      price: order.type === 'limit' ? priceDigits(instrument, order.price) : '0',
      price2: '0',
      leverage: 'none',
      order: describeOrder(order, volumeOf(order)),
      close: '',
    },
    vol: volumeOf(order),
    vol_exec: sizeDigits(instrument, order.filled),
    cost: costDigits(order.filledQuote),
    fee: costDigits(feesOf(order)),
    price: amountFixed(averageOf(order), Math.max(5, instrument.priceDecimals)),
    stopprice: '0.00000',
    limitprice: '0.00000',
    misc: status === 'open' && order.filled > 0 ? 'partial' : '',
    oflags: flagsOf(order),
    ...(order.type === 'limit' ? { time_in_force: timeInForceOf(order) } : {}),
    ...(withTrades && fills.length > 0 ? { trades: fills.map(execIdOf) } : {}),
    ...(status === 'open'
      ? {}
      : { reason: status === 'closed' ? null : reasonOf(order), closetm: secondsOf(order.updatedAt) }),
  };
}

/** A trade; each fill is one (the venue may join a taker's fills at one price). */
export function tradeHistoryRow(fill: SimFill, ordertype: string): object {
  const { instrument } = fill;
  return {
    ordertxid: orderIdOf(fill.orderId),
    postxid: `TKH2SE-M7IF5-${String(100_000 + fill.account.index)}`,
    pair: instrument.symbol,
    time: secondsOf(fill.at),
    type: fill.side,
    ordertype,
    price: restPrice(instrument, fill.price),
    cost: costDigits(fill.quote),
    fee: costDigits(fill.fee),
    vol: sizeDigits(instrument, fill.size),
    margin: '0.00000',
    leverage: '0',
    misc: '',
    trade_id: fill.tradeId,
    maker: fill.maker,
  };
}
