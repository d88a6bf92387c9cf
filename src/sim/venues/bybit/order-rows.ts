/** Orders and executions in Bybit's words. Field lists: https://bybit-exchange.github.io/docs/v5/order/open-order,
 *  …/v5/order/execution, …/v5/websocket/private/order, …/execution, …/fast-execution; spot orders have neither `tpslMode`
 *  nor `createType` (documented, and how clients tell them from derivatives). */
import { pow10 } from '../../../core/decimal.ts';
import { amountText, baseAmount, priceText, quoteAmount, sizeText } from '../../amounts.ts';
import { AMOUNT_SCALE, type ExchangePolicy, type SimFill, type SimOrder } from '../../port.ts';
import { execIdText, msText, orderIdText, orderIdTextOf } from './ids.ts';
import { sideText } from './market-rows.ts';

export type BybitStatus = 'New' | 'PartiallyFilled' | 'PartiallyFilledCanceled' | 'Filled' | 'Cancelled';

/** What the wire remembers with an order (`SimOrder.note`). */
export interface OrderNote {
  readonly timeInForce: string;
  readonly marketUnit: string;
  readonly smpType: string;
  /** Last price when it was placed. */
  readonly basePrice: string;
}

export const noteOf = ({ note }: SimOrder): OrderNote => ({
  timeInForce: note.timeInForce ?? 'GTC',
  marketUnit: note.marketUnit ?? '',
  smpType: note.smpType ?? 'None',
  basePrice: note.basePrice ?? '',
});

export const isOpen = ({ status }: SimOrder): boolean => status === 'new' || status === 'partial';

/** A market order by value nearly always leaves change that no lot fits into, and so ends `PartiallyFilledCanceled`. */
export function statusOf(order: SimOrder): BybitStatus {
  switch (order.status) {
    case 'new':
      return 'New';
    case 'partial':
      return 'PartiallyFilled';
    case 'filled':
      return order.quoteAmount > order.filledQuote ? 'PartiallyFilledCanceled' : 'Filled';
    case 'canceled':
    case 'expired':
      return order.filled > 0 ? 'PartiallyFilledCanceled' : 'Cancelled';
  }
}

function cancelType(order: SimOrder): string {
  if (order.status === 'canceled') return 'CancelByUser';
  return order.selfTrade ? 'CancelBySmp' : 'UNKNOWN';
}

function rejectReason(order: SimOrder): string {
  if (order.status === 'canceled') return 'EC_PerCancelRequest';
  if (order.status !== 'expired' || order.selfTrade) return 'EC_NoError';
  if (order.postOnly) return 'EC_PostOnlyWillTakeLiquidity';
  if (order.tif === 'fok') return 'EC_NoEnoughQtyToFill';
  return order.filled === 0 ? 'EC_NoImmediateQtyToFill' : 'EC_CancelForNoFullFill';
}

const byValue = (order: SimOrder): boolean => order.quoteAmount > 0n;
const priceOf = (order: SimOrder): string => (order.type === 'limit' ? priceText(order.instrument, order.price) : '0');
const qtyOf = (order: SimOrder): string =>
  byValue(order) ? amountText(order.quoteAmount) : sizeText(order.instrument, order.size);
const typeOf = (order: SimOrder): 'Limit' | 'Market' => (order.type === 'limit' ? 'Limit' : 'Market');

/** Average price with up to 10 decimals. */
function averagePrice(order: SimOrder): string {
  if (order.filled === 0) return '';
  const decimals = 10;
  const base = baseAmount(order.instrument, order.filled);
  return amountText(((order.filledQuote * pow10(decimals)) / base) * pow10(AMOUNT_SCALE - decimals));
}

/** What is left to fill: nothing of an order that is closed; of one by value, in the quote asset. */
function leaves(order: SimOrder): { readonly qty: string; readonly value: string } {
  if (!isOpen(order)) return { qty: '0', value: '0' };
  if (byValue(order)) {
    const left = amountText(order.quoteAmount - order.filledQuote);
    return { qty: left, value: left };
  }
  const left = order.size - order.filled;
  return {
    qty: sizeText(order.instrument, left),
    value: order.type === 'limit' ? amountText(quoteAmount(order.instrument, order.price, left)) : '0',
  };
}

function feesOf(order: SimOrder): Readonly<Record<string, string>> {
  const totals = new Map<string, bigint>();
  for (const { feeAsset, fee } of order.fills) totals.set(feeAsset, (totals.get(feeAsset) ?? 0n) + fee);
  return Object.fromEntries([...totals].map(([asset, fee]) => [asset, amountText(fee)]));
}

/** A row of `GET /v5/order/realtime` and `history`. */
export function orderRow(order: SimOrder) {
  const note = noteOf(order);
  const left = leaves(order);
  const fees = feesOf(order);
  return {
    symbol: order.instrument.symbol,
    orderId: orderIdTextOf(order),
    orderLinkId: order.clientId,
    parentOrderLinkId: '',
    blockTradeId: '',
    side: sideText(order.side),
    positionIdx: 0,
    orderStatus: statusOf(order),
    orderType: typeOf(order),
    cancelType: cancelType(order),
    rejectReason: rejectReason(order),
    timeInForce: note.timeInForce,
    isLeverage: '0',
    price: priceOf(order),
    qty: qtyOf(order),
    avgPrice: averagePrice(order),
    leavesQty: left.qty,
    leavesValue: left.value,
    cumExecQty: sizeText(order.instrument, order.filled),
    cumExecValue: amountText(order.filledQuote),
    // Deprecated in favour of `cumFeeDetail`.
    cumExecFee: Object.values(fees)[0] ?? '0',
    cumFeeDetail: fees,
    stopOrderType: '',
    orderIv: '',
    marketUnit: note.marketUnit,
    slippageToleranceType: 'UNKNOWN',
    slippageTolerance: '',
    triggerPrice: '',
    takeProfit: '',
    stopLoss: '',
    ocoTriggerBy: '',
    tpTriggerBy: '',
    slTriggerBy: '',
    tpLimitPrice: '',
    slLimitPrice: '',
    triggerDirection: 0,
    triggerBy: '',
    lastPriceOnCreated: '',
    basePrice: note.basePrice,
    reduceOnly: false,
    closeOnTrigger: false,
    placeType: '',
    smpType: note.smpType,
    smpGroup: 0,
    smpOrderId: '',
    createdTime: msText(order.createdAt),
    updatedTime: msText(order.updatedAt),
  };
}

/** A row of an `order` message. */
export function orderPushRow(order: SimOrder): object {
  const { basePrice: _, ...row } = orderRow(order);
  return {
    category: 'spot',
    ...row,
    closedPnl: '0',
    feeCurrency: '',
    rpiTakerAccess: false,
    rpiMatchedQty: '0',
  };
}

/** A row of `GET /v5/execution/list`; `order` is its order, as it is now or was just after it. */
export function executionRow(fill: SimFill, order: SimOrder | undefined, fees: ExchangePolicy['fees'], seq: number) {
  const { instrument } = fill;
  const size = order === undefined || byValue(order) ? 0 : order.size;
  const filled = filledBy(fill, order);
  return {
    symbol: instrument.symbol,
    orderId: orderIdText(fill.orderId),
    orderLinkId: fill.clientId,
    side: sideText(fill.side),
    orderPrice: order === undefined ? '0' : priceOf(order),
    orderQty: order === undefined ? '0' : qtyOf(order),
    leavesQty: sizeText(instrument, Math.max(size - filled, 0)),
    orderType: order === undefined ? 'Limit' : typeOf(order),
    stopOrderType: '',
    execFee: amountText(fill.fee),
    execId: execIdText(fill),
    execPrice: priceText(instrument, fill.price),
    execQty: sizeText(instrument, fill.size),
    execType: 'Trade',
    execValue: amountText(fill.quote),
    execTime: msText(fill.at),
    feeCurrency: fill.feeAsset,
    isMaker: fill.maker,
    feeRate: fill.maker ? fees.maker : fees.taker,
    tradeIv: '',
    markIv: '',
    markPrice: '',
    indexPrice: '',
    underlyingPrice: '',
    blockTradeId: '',
    closedSize: '',
    extraFees: '',
    seq,
  };
}

/** Size that the order had filled once this fill was done. */
function filledBy(fill: SimFill, order: SimOrder | undefined): number {
  let filled = 0;
  for (const one of order?.fills ?? []) {
    filled += one.size;
    if (one.tradeId === fill.tradeId) break;
  }
  return filled;
}

/** A row of an `execution` message. */
export const executionPushRow = (
  fill: SimFill,
  order: SimOrder,
  fees: ExchangePolicy['fees'],
  seq: number,
): object => ({
  category: 'spot',
  ...executionRow(fill, order, fees, seq),
  isLeverage: '0',
  execPnl: '0',
  marketUnit: noteOf(order).marketUnit,
});

/** A row of an `execution.fast` message: "maker trade is always """ for `orderLinkId`. */
export const fastExecutionRow = (fill: SimFill, seq: number): object => ({
  category: 'spot',
  symbol: fill.instrument.symbol,
  execId: execIdText(fill),
  execPrice: priceText(fill.instrument, fill.price),
  execQty: sizeText(fill.instrument, fill.size),
  orderId: orderIdText(fill.orderId),
  isMaker: fill.maker,
  orderLinkId: fill.maker ? '' : fill.clientId,
  side: sideText(fill.side),
  execTime: msText(fill.at),
  seq,
});
