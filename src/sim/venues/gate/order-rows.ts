/** Orders and fills in Gate's words. Sources: https://www.gate.com/docs/developers/apiv4/en/#create-an-order,
 *  …/#list-all-open-orders, …/#query-personal-trading-records and
 *  https://www.gate.com/docs/developers/apiv4/ws/en/#orders-channel, …/#orders-channel-v2-lite,
 *  …/#user-trades-channel. Nothing is paid in GT or points here, and nobody is in a self-trade group. */
import { pow10 } from '../../../core/decimal.ts';
import { amountText, baseAmount, priceText, sizeText } from '../../amounts.ts';
import { AMOUNT_SCALE, type SimAccount, type SimFill, type SimOrder } from '../../port.ts';
import { msText, seconds, secondsText, tradeTime } from './times.ts';

/** What the wire remembers with an order (`SimOrder.note`). */
export interface OrderNote extends Readonly<Record<string, string>> {
  /** `time_in_force` as it was given. */
  readonly tif: string;
  /** The text of an order that was given none: how it was made. */
  readonly origin: string;
}

export const noteOf = ({ note, postOnly, tif }: SimOrder): OrderNote => ({
  tif: note.tif ?? (postOnly ? 'poc' : tif),
  origin: note.origin ?? 'apiv4',
});

/** The user behind an account; a number of the size that Gate gives out. */
export const userOf = (account: SimAccount): number => 10_406_147 + account.index;

export const textOf = (order: SimOrder): string => (order.clientId === '' ? noteOf(order).origin : order.clientId);

/** Fees come off what is received. */
const feeCurrency = ({ side, instrument }: SimOrder): string => (side === 'buy' ? instrument.base : instrument.quote);
const otherCurrency = ({ side, instrument }: SimOrder): string => (side === 'buy' ? instrument.quote : instrument.base);

const AVERAGE_DECIMALS = 12;
/** Average price, cut to twelve decimals; "0" before the first fill. */
export function averagePrice({ filled, filledQuote, instrument }: SimOrder): string {
  if (filled === 0) return '0';
  const average = (filledQuote * pow10(AVERAGE_DECIMALS)) / baseAmount(instrument, filled);
  return amountText(average * pow10(AMOUNT_SCALE - AVERAGE_DECIMALS));
}

/** A market buy counts its `amount` and its `left` in quote units, everything else in base units. */
const amountOfOrder = (order: SimOrder): string =>
  order.quoteAmount > 0n ? amountText(order.quoteAmount) : sizeText(order.instrument, order.size);
const leftOf = (order: SimOrder): string =>
  order.quoteAmount > 0n
    ? amountText(order.quoteAmount - order.filledQuote)
    : sizeText(order.instrument, order.size - order.filled);

const isOpen = ({ status }: SimOrder): boolean => status === 'new' || status === 'partial';
export const statusOf = (order: SimOrder): 'open' | 'closed' | 'cancelled' =>
  isOpen(order) ? 'open' : order.status === 'filled' ? 'closed' : 'cancelled';

/** Why an order ended, in the documented words. */
export function finishedAs(order: SimOrder): string {
  if (isOpen(order)) return 'open';
  if (order.status === 'filled') return 'filled';
  if (order.status === 'canceled') return 'cancelled';
  if (order.selfTrade) return 'stp';
  if (order.postOnly) return 'poc';
  if (order.tif === 'fok') return 'fok';
  if (order.type === 'market') return order.filled > 0 ? 'depth_not_enough' : 'trader_not_enough';
  return 'ioc';
}

/** What every row of an order has. */
const core = (order: SimOrder) => ({
  id: String(order.id),
  text: textOf(order),
  amend_text: '-',
  currency_pair: order.instrument.symbol,
  type: order.type,
  account: 'spot',
  side: order.side,
  amount: amountOfOrder(order),
  price: order.type === 'limit' ? priceText(order.instrument, order.price) : '0',
  time_in_force: noteOf(order).tif,
  left: leftOf(order),
  filled_amount: sizeText(order.instrument, order.filled),
  filled_total: amountText(order.filledQuote),
  avg_deal_price: averagePrice(order),
  finish_as: finishedAs(order),
});

const feeIn = (fills: readonly SimFill[], asset: string): string =>
  amountText(fills.reduce((sum, { fee, feeAsset }) => (feeAsset === asset ? sum + fee : sum), 0n));

/** A fee in GT stands beside one of nothing in what was received. */
const feesOfFill = (fill: SimFill) => {
  const { base, quote } = fill.instrument;
  const received = fill.side === 'buy' ? base : quote;
  return { fee: feeIn([fill], received), fee_currency: received, point_fee: '0', gt_fee: feeIn([fill], 'GT') };
};

const feesOf = (order: SimOrder) => ({
  fee: feeIn(order.fills, feeCurrency(order)),
  fee_currency: feeCurrency(order),
  point_fee: '0',
  gt_fee: feeIn(order.fills, 'GT'),
  rebated_fee: '0',
  rebated_fee_currency: otherCurrency(order),
});

/** How much of an order an answer tells: `FULL` is the default. */
export type ActionMode = 'ACK' | 'RESULT' | 'FULL';

/** An order in REST bodies and in answers of the WebSocket API. */
export function orderRow(order: SimOrder, mode: ActionMode = 'FULL'): object {
  const { id, text, amend_text, ...rest } = core(order);
  if (mode === 'ACK') return { id, text, amend_text };
  const result = {
    id,
    text,
    amend_text,
    create_time: secondsText(order.createdAt),
    update_time: secondsText(order.updatedAt),
    create_time_ms: order.createdAt,
    update_time_ms: order.updatedAt,
    status: statusOf(order),
    iceberg: '0',
    fill_price: amountText(order.filledQuote),
    ...rest,
  };
  if (mode === 'RESULT') return result;
  const gt = { gt_maker_fee: '0', gt_taker_fee: '0', gt_discount: false };
  return { ...result, ...feesOf(order), ...gt };
}

/** The event of a pushed order. */
export type OrderEvent = 'put' | 'update' | 'finish';

/** A row of `spot.orders_v2`, and with its fees of `spot.orders`. Times in milliseconds are texts here. */
export const orderPush = (order: SimOrder, event: OrderEvent, withFees: boolean): object => ({
  ...core(order),
  create_time: secondsText(order.createdAt),
  update_time: secondsText(order.updatedAt),
  ...(withFees ? feesOf(order) : { fee_currency: feeCurrency(order), rebated_fee_currency: otherCurrency(order) }),
  create_time_ms: msText(order.createdAt),
  update_time_ms: msText(order.updatedAt),
  user: userOf(order.account),
  event,
  stp_id: 0,
  stp_act: '-',
  biz_info: '-',
});

/** A row of `spot.usertrades_v2`, and with its fees of `spot.usertrades`. */
export const tradePush = (fill: SimFill, text: string, withFees: boolean): object => ({
  id: fill.tradeId,
  user_id: userOf(fill.account),
  order_id: String(fill.orderId),
  currency_pair: fill.instrument.symbol,
  create_time: seconds(fill.at),
  create_time_ms: tradeTime(fill.at),
  side: fill.side,
  amount: sizeText(fill.instrument, fill.size),
  role: fill.maker ? 'maker' : 'taker',
  price: priceText(fill.instrument, fill.price),
  ...(withFees ? feesOfFill(fill) : {}),
  text,
  id_market: fill.tradeId,
});

/** A row of `GET /spot/my_trades`. */
export const tradeRow = (fill: SimFill, text: string): object => ({
  id: String(fill.tradeId),
  create_time: secondsText(fill.at),
  create_time_ms: tradeTime(fill.at),
  currency_pair: fill.instrument.symbol,
  side: fill.side,
  role: fill.maker ? 'maker' : 'taker',
  amount: sizeText(fill.instrument, fill.size),
  price: priceText(fill.instrument, fill.price),
  order_id: String(fill.orderId),
  ...feesOfFill(fill),
  amend_text: '-',
  sequence_id: String(fill.tradeId),
  text,
});
