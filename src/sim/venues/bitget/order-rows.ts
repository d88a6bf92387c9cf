/** Orders and fills in Bitget's words. Field lists: https://www.bitget.com/api-doc/spot/trade/Get-Order-Info,
 *  …/Get-Unfilled-Orders, …/Get-History-Orders, …/Get-Fills, https://www.bitget.com/api-doc/spot/websocket/private/Order-Channel
 *  and …/Fill-Channel; number formats as recorded replies of a spot account have them. */
import { pow10 } from '../../../core/decimal.ts';
import { amountFixed, amountText, baseAmount, priceText, quoteAmount, sizeText } from '../../amounts.ts';
import { AMOUNT_SCALE, type OrderCause, type SimFill, type SimOrder } from '../../port.ts';
import { userIdOf } from './account-rows.ts';
import { msText } from './times.ts';

export type BitgetStatus = 'live' | 'partially_filled' | 'filled' | 'cancelled';

/** What the wire remembers with an order (`SimOrder.note`). */
export interface OrderNote extends Readonly<Record<string, string>> {
  readonly force: string;
  readonly stpMode: string;
}

const noteOf = (order: SimOrder): OrderNote => ({
  force: order.note.force ?? 'gtc',
  stpMode: order.note.stpMode ?? 'none',
});

export function statusOf(order: SimOrder): BitgetStatus {
  switch (order.status) {
    case 'new':
      return 'live';
    case 'partial':
      return 'partially_filled';
    case 'filled':
      return 'filled';
    case 'canceled':
    case 'expired':
      return 'cancelled';
  }
}

/** REST writes the amounts of single orders and of closed ones with 16 decimals. */
const LONG = 16;
const priceAmount = ({ instrument, price }: SimOrder): bigint =>
  BigInt(price) * pow10(AMOUNT_SCALE - instrument.priceDecimals);
const sizeAmount = (order: SimOrder): bigint =>
  order.quoteAmount > 0n ? order.quoteAmount : baseAmount(order.instrument, order.size);

function averagePrice(order: SimOrder): bigint {
  if (order.filled === 0) return 0n;
  const base = baseAmount(order.instrument, order.filled);
  return ((order.filledQuote * pow10(LONG)) / base) * pow10(AMOUNT_SCALE - LONG);
}

/** JSON in a text. Its numbers are written out, so that none is rounded. */
function feeDetail(order: SimOrder): string {
  if (order.fills.length === 0) return '';
  const coin = feeCoin(order);
  const total = amountText(-feesOf(order));
  const own = `"${coin}":{"deduction":false,"feeCoinCode":"${coin}","totalDeductionFee":0,"totalFee":${total}}`;
  return `{${own},"newFees":{"c":0,"d":0,"deduction":false,"r":${total},"t":${total},"totalDeductionFee":0}}`;
}

/** Fees are taken from what an order receives, or in BGB; of an order that paid in both, the last. */
const feeCoin = (order: SimOrder): string =>
  order.fills.at(-1)?.feeAsset ?? (order.side === 'buy' ? order.instrument.base : order.instrument.quote);
const feesOf = (order: SimOrder): bigint =>
  order.fills.reduce((sum, fill) => (fill.feeAsset === feeCoin(order) ? sum + fill.fee : sum), 0n);

const cancelReason = (order: SimOrder): string => {
  if (statusOf(order) !== 'cancelled') return '';
  return order.selfTrade ? 'stp_cancel' : 'normal_cancel';
};

const common = (order: SimOrder) => ({
  userId: userIdOf(order.account),
  symbol: order.instrument.symbol,
  orderId: String(order.id),
  clientOid: order.clientId,
});
const source = (order: SimOrder) => ({
  enterPointSource: 'API',
  orderSource: order.type === 'market' ? 'market' : 'normal',
});

/** A row of `GET /spot/trade/orderInfo`. */
export function orderRow(order: SimOrder): object {
  const average = averagePrice(order);
  return {
    ...common(order),
    price: order.type === 'market' ? '0' : amountFixed(priceAmount(order), LONG),
    size: amountFixed(sizeAmount(order), LONG),
    orderType: order.type,
    side: order.side,
    status: statusOf(order),
    priceAvg: average === 0n ? '0' : amountFixed(average, LONG),
    baseVolume: amountFixed(baseAmount(order.instrument, order.filled), LONG),
    quoteVolume: amountFixed(order.filledQuote, LONG),
    feeDetail: feeDetail(order),
    ...source(order),
    cancelReason: cancelReason(order),
    cTime: msText(order.createdAt),
    uTime: msText(order.updatedAt),
  };
}

/** A row of `GET /spot/trade/history-orders`. */
export const historyRow = (order: SimOrder): object => ({ ...orderRow(order), tpslType: 'normal', triggerPrice: null });

/** A row of `GET /spot/trade/unfilled-orders`: here `priceAvg` is the limit, and `basePrice` the average. */
export const openRow = (order: SimOrder): object => ({
  ...common(order),
  priceAvg: order.type === 'market' ? '0' : priceText(order.instrument, order.price),
  size: amountText(sizeAmount(order)),
  orderType: order.type,
  side: order.side,
  status: statusOf(order),
  basePrice: amountText(averagePrice(order)),
  baseVolume: sizeText(order.instrument, order.filled),
  quoteVolume: amountText(order.filledQuote),
  ...source(order),
  presetTakeProfitPrice: '',
  executeTakeProfitPrice: '',
  presetStopLossPrice: '',
  executeStopLossPrice: '',
  cTime: msText(order.createdAt),
  uTime: msText(order.updatedAt),
  tpslType: 'normal',
  triggerPrice: null,
});

const fillCommon = (fill: SimFill, orderType: string) => ({
  symbol: fill.instrument.symbol,
  orderType,
  side: fill.side,
  priceAvg: priceText(fill.instrument, fill.price),
  size: sizeText(fill.instrument, fill.size),
  amount: amountText(fill.quote),
  tradeScope: fill.maker ? 'maker' : 'taker',
  cTime: msText(fill.at),
  uTime: msText(fill.at),
});

/** A row of `GET /spot/trade/fills`: fees are negative when paid. It does not tell the client's id. */
export const fillRow = (fill: SimFill, orderType: string): object => ({
  userId: userIdOf(fill.account),
  orderId: String(fill.orderId),
  tradeId: String(fill.tradeId),
  ...fillCommon(fill, orderType),
  feeDetail: {
    deduction: 'no',
    feeCoin: fill.feeAsset,
    totalDeductionFee: '',
    totalFee: amountText(-fill.fee),
  },
});

/** A row of the `fill` channel: here fees are positive when paid, as recorded. */
export const fillPushRow = (fill: SimFill, orderType: string): object => ({
  orderId: String(fill.orderId),
  tradeId: String(fill.tradeId),
  ...fillCommon(fill, orderType),
  feeDetail: [{ feeCoin: fill.feeAsset, deduction: 'no', totalDeductionFee: '0', totalFee: amountText(fill.fee) }],
});

/** What one push of the `orders` channel tells: a fill of its own, or none. */
export interface OrderPush {
  readonly order: SimOrder;
  readonly cause: OrderCause | 'completed';
  readonly fill?: SimFill;
}

/** A market buy is filled only when its amount is used up: that is told by a push of its own. */
function pushStatus({ order, cause }: OrderPush): BitgetStatus {
  if (cause === 'new') return 'live';
  if (cause === 'trade') return order.quoteAmount > 0n || order.filled < order.size ? 'partially_filled' : 'filled';
  return cause === 'completed' ? 'filled' : 'cancelled';
}

/** A row of the `orders` channel. Fields of a fill are there only when a fill is told of, `price` only for a limit. */
export function orderPushRow(push: OrderPush): object {
  const { order, fill } = push;
  const { instrument } = order;
  const value =
    order.type === 'limit' ? quoteAmount(instrument, order.price, order.size) : order.quoteAmount || order.filledQuote;
  const fees = feesOf(order);
  return {
    instId: instrument.symbol,
    orderId: String(order.id),
    ...(order.type === 'limit' ? { price: priceText(instrument, order.price) } : {}),
    clientOid: order.clientId,
    // A buy's `size` is its value; what was asked for stands in `newSize`.
    size: order.side === 'buy' ? amountText(value) : sizeText(instrument, order.size),
    newSize: amountText(sizeAmount(order)),
    notional: amountText(value),
    orderType: order.type,
    force: noteOf(order).force,
    side: order.side,
    ...(fill === undefined ? {} : fillFields(fill)),
    accBaseVolume: sizeText(instrument, order.filled),
    priceAvg: amountText(averagePrice(order)),
    status: pushStatus(push),
    cTime: msText(order.createdAt),
    uTime: msText(order.updatedAt),
    stpMode: noteOf(order).stpMode,
    feeDetail: order.fills.length === 0 ? [] : [{ feeCoin: feeCoin(order), fee: amountText(-fees) }],
    enterPointSource: 'API',
  };
}

const fillFields = (fill: SimFill) => ({
  fillPrice: priceText(fill.instrument, fill.price),
  tradeId: String(fill.tradeId),
  baseVolume: sizeText(fill.instrument, fill.size),
  fillTime: msText(fill.at),
  fillFee: amountText(-fill.fee),
  fillFeeCoin: fill.feeAsset,
  tradeScope: fill.maker ? 'M' : 'T',
});
