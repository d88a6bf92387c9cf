/** Orders and fills in Coinbase's words. Field lists: https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/
 *  rest-api/orders/ (get order, list fills) and the `user` channel of https://docs.cdp.coinbase.com/coinbase-app/
 *  advanced-trade-apis/websocket/websocket-channels; blanks as published replies of spot accounts have them. */
import { pow10 } from '../../../core/decimal.ts';
import { amountOf, amountText, baseAmount, feeOf, priceText, quoteAmount, sizeText } from '../../amounts.ts';
import { AMOUNT_SCALE, type FeePolicy, type SimFill, type SimOrder } from '../../port.ts';
import { entryIdOf, fillIdOf, orderIdOf, portfolioIdOf, userIdOf } from './ids.ts';
import { isoTime } from './times.ts';

/** What the wire remembers with an order (`SimOrder.note`). */
export interface OrderNote extends Readonly<Record<string, string>> {
  /** The `order_configuration` as it is given back, as JSON. */
  readonly configuration: string;
  /** `quote_size`, where the order was given by it. */
  readonly quoteSize: string;
}

export type OrderStatus = 'PENDING' | 'OPEN' | 'FILLED' | 'CANCEL_QUEUED' | 'CANCELLED' | 'EXPIRED';

/** A partly filled order is `OPEN`; what was left of an IOC order is `CANCELLED`. */
export function statusOf({ status, lapsed }: SimOrder): OrderStatus {
  if (lapsed) return 'EXPIRED';
  if (status === 'new' || status === 'partial') return 'OPEN';
  return status === 'filled' ? 'FILLED' : 'CANCELLED';
}

const TIME_IN_FORCE = { gtc: 'GOOD_UNTIL_CANCELLED', ioc: 'IMMEDIATE_OR_CANCEL', fok: 'FILL_OR_KILL' } as const;
const timeInForceOf = (order: SimOrder): string =>
  (order.note.configuration ?? '').includes('limit_limit_gtd') ? 'GOOD_UNTIL_DATE_TIME' : TIME_IN_FORCE[order.tif];
const AVERAGE_DECIMALS = 16;

const isByQuote = (order: SimOrder): boolean => (order.note.quoteSize ?? '') !== '';
const feesOf = (order: SimOrder): bigint => order.fills.reduce((sum, fill) => sum + fill.fee, 0n);
const sideOf = (order: { readonly side: 'buy' | 'sell' }): 'BUY' | 'SELL' => (order.side === 'buy' ? 'BUY' : 'SELL');

export const configurationOf = (order: SimOrder): unknown => JSON.parse(order.note.configuration ?? 'null') as unknown;

function averagePrice(order: SimOrder): string {
  if (order.filled === 0) return '0';
  const base = baseAmount(order.instrument, order.filled);
  const average = (order.filledQuote * pow10(AVERAGE_DECIMALS)) / base;
  return amountText(average * pow10(AMOUNT_SCALE - AVERAGE_DECIMALS));
}

/** What a buyer paid in all, or a seller was left with. */
function afterFees(order: SimOrder): string {
  const fees = feesOf(order);
  return amountText(order.side === 'buy' ? order.filledQuote + fees : order.filledQuote - fees);
}

/** What an open order holds back: a buyer's with the fee that it may cost. */
function holdOf(order: SimOrder, fees: FeePolicy): string {
  if (statusOf(order) !== 'OPEN' || order.type === 'market') return '0';
  const left = order.size - order.filled;
  if (order.side === 'sell') return sizeText(order.instrument, left);
  const value = quoteAmount(order.instrument, order.price, left);
  return amountText(value + feeOf(value, fees.taker, fees.truncateTo));
}

function completion(order: SimOrder): number {
  if (order.status === 'filled') return 100;
  return order.size === 0 ? 0 : (order.filled / order.size) * 100;
}

/** What is left, in the currency that the order was sized in. */
function leaves(order: SimOrder): string {
  if (!isByQuote(order)) return sizeText(order.instrument, order.size - order.filled);
  if (order.status === 'filled') return '0';
  return amountText(amountOf(order.note.quoteSize ?? '0') - order.filledQuote - feesOf(order));
}

const lastFillTime = (order: SimOrder): string | null => {
  const last = order.fills.at(-1);
  return last === undefined ? null : isoTime(last.at);
};

/** An order of the REST endpoints. */
export const orderRow = (order: SimOrder, fees: FeePolicy): object => ({
  order_id: orderIdOf(order),
  product_id: order.instrument.symbol,
  user_id: userIdOf(order.account),
  order_configuration: configurationOf(order),
  side: sideOf(order),
  client_order_id: order.clientId,
  status: statusOf(order),
  time_in_force: timeInForceOf(order),
  created_time: isoTime(order.createdAt),
  completion_percentage: completion(order)
    .toFixed(2)
    .replace(/\.?0+$/, ''),
  filled_size: sizeText(order.instrument, order.filled),
  average_filled_price: averagePrice(order),
  fee: '',
  number_of_fills: String(order.fills.length),
  filled_value: amountText(order.filledQuote),
  pending_cancel: false,
  size_in_quote: isByQuote(order),
  total_fees: amountText(feesOf(order)),
  size_inclusive_of_fees: isByQuote(order),
  total_value_after_fees: afterFees(order),
  trigger_status: 'INVALID_ORDER_TYPE',
  order_type: order.type === 'limit' ? 'LIMIT' : 'MARKET',
  reject_reason: 'REJECT_REASON_UNSPECIFIED',
  settled: statusOf(order) !== 'OPEN',
  product_type: 'SPOT',
  reject_message: '',
  cancel_message: order.status === 'canceled' ? 'User requested cancel' : '',
  order_placement_source: 'RETAIL_ADVANCED',
  outstanding_hold_amount: holdOf(order, fees),
  is_liquidation: false,
  last_fill_time: lastFillTime(order),
  edit_history: [],
  leverage: '',
  margin_type: 'UNKNOWN_MARGIN_TYPE',
  retail_portfolio_id: portfolioIdOf(order.account),
  originating_order_id: '',
  attached_order_id: '',
  attached_order_configuration: null,
});

const NO_TIME = '0001-01-01T00:00:00Z';

/** An order of the `user` channel. */
export const userOrderRow = (order: SimOrder, status: OrderStatus, fees: FeePolicy): object => ({
  avg_price: averagePrice(order),
  cancel_reason: status === 'CANCELLED' && order.status === 'canceled' ? 'User requested cancel' : '',
  client_order_id: order.clientId,
  completion_percentage: completion(order).toFixed(2),
  contract_expiry_type: 'UNKNOWN_CONTRACT_EXPIRY_TYPE',
  cumulative_quantity: sizeText(order.instrument, order.filled),
  filled_value: amountText(order.filledQuote),
  leaves_quantity: leaves(order),
  limit_price: order.type === 'limit' ? priceText(order.instrument, order.price) : '0',
  number_of_fills: String(order.fills.length),
  order_id: orderIdOf(order),
  order_side: sideOf(order),
  order_type: order.type === 'limit' ? 'Limit' : 'Market',
  outstanding_hold_amount: holdOf(order, fees),
  post_only: String(order.postOnly),
  product_id: order.instrument.symbol,
  product_type: 'SPOT',
  reject_reason: '',
  retail_portfolio_id: portfolioIdOf(order.account),
  risk_managed_by: 'UNKNOWN_RISK_MANAGEMENT_TYPE',
  status,
  stop_price: '',
  time_in_force: timeInForceOf(order),
  total_fees: amountText(feesOf(order)),
  total_value_after_fees: afterFees(order),
  trigger_status: 'INVALID_ORDER_TYPE',
  creation_time: isoTime(order.createdAt),
  end_time: NO_TIME,
  start_time: NO_TIME,
});

/** A fill. Those of an order given by quote are sized in quote too (`size_in_quote`).
 *  @param byQuote whether its order was */
export const fillRow = (fill: SimFill, byQuote: boolean): object => ({
  entry_id: entryIdOf(fill),
  trade_id: fillIdOf(fill),
  order_id: orderIdOf({ id: fill.orderId }),
  trade_time: isoTime(fill.at),
  trade_type: 'FILL',
  price: priceText(fill.instrument, fill.price),
  size: byQuote ? amountText(fill.quote) : sizeText(fill.instrument, fill.size),
  commission: amountText(fill.fee),
  product_id: fill.instrument.symbol,
  sequence_timestamp: isoTime(fill.at),
  liquidity_indicator: fill.maker ? 'MAKER' : 'TAKER',
  size_in_quote: byQuote,
  user_id: userIdOf(fill.account),
  side: sideOf(fill),
  retail_portfolio_id: portfolioIdOf(fill.account),
});
