/** Orders and fills in KuCoin's REST words. Field lists: https://www.kucoin.com/docs-new/rest/spot-trading/orders/
 *  (get-order-by-orderld, get-trade-history), the older ones get-order-by-orderld-old and get-trade-history-old.
 *  The newest documentation adds `cancelReason` without an example; it is left out. */
import { amountText, priceText, quoteAmount, sizeText } from '../../amounts.ts';
import type { SimFill, SimOrder } from '../../port.ts';
import { orderIdText, tradeIdText } from './ids.ts';
import { rawNumber } from './numbers.ts';

export const isActive = (order: SimOrder): boolean => order.status === 'new' || order.status === 'partial';
const byFunds = (order: SimOrder): boolean => order.quoteAmount > 0n;
const orNull = (text: string | undefined): string | null => (text === undefined || text === '' ? null : text);

/** Every amount of an order, as far as it is done. */
export interface Amounts {
  readonly size: string;
  /** What it may spend or fetch: price × size, or what a market order was given. */
  readonly funds: bigint;
  readonly dealSize: string;
  readonly remainSize: string;
  readonly canceledSize: string;
  readonly remainFunds: bigint;
  readonly canceledFunds: bigint;
}

/** @param canceled whether what is left is canceled, as far as the moment knows that is told of */
export function amountsOf(order: SimOrder, canceled = wasCanceled(order)): Amounts {
  const { instrument, filled, filledQuote } = order;
  const size = byFunds(order) ? 0 : order.size;
  const funds = byFunds(order)
    ? order.quoteAmount
    : order.type === 'limit'
      ? quoteAmount(instrument, order.price, order.size)
      : 0n;
  const left = size === 0 ? 0 : size - filled;
  const leftFunds = funds > filledQuote ? funds - filledQuote : 0n;
  const text = (lots: number): string => sizeText(instrument, lots);
  return {
    size: text(size),
    funds,
    dealSize: text(filled),
    remainSize: text(canceled ? 0 : left),
    canceledSize: text(canceled ? left : 0),
    remainFunds: canceled ? 0n : leftFunds,
    canceledFunds: canceled ? leftFunds : 0n,
  };
}

/** Whether a part of the order was canceled; of a market order by funds, the change that bought no lot (as recorded). */
export const wasCanceled = (order: SimOrder): boolean =>
  order.status === 'canceled' ||
  order.status === 'expired' ||
  (order.status === 'filled' && byFunds(order) && order.quoteAmount > order.filledQuote);

/** An order has one fee: of one that was paid in two assets, that of the last fill. */
function feesOf({ fills, instrument }: SimOrder): { fee: string; feeCurrency: string } {
  const feeCurrency = fills.at(-1)?.feeAsset ?? instrument.quote;
  const paid = fills.filter(({ feeAsset }) => feeAsset === feeCurrency);
  return { fee: amountText(paid.reduce((sum, { fee }) => sum + fee, 0n)), feeCurrency };
}

const common = (order: SimOrder) => {
  const amounts = amountsOf(order);
  return {
    id: orderIdText(order.id),
    clientOid: order.clientId,
    symbol: order.instrument.symbol,
    opType: 'DEAL',
    type: order.type,
    side: order.side,
    price: order.type === 'limit' ? priceText(order.instrument, order.price) : '0',
    size: amounts.size,
    dealSize: amounts.dealSize,
    dealFunds: amountText(order.filledQuote),
    ...feesOf(order),
    timeInForce: order.note.timeInForce ?? 'GTC',
    postOnly: order.postOnly,
    hidden: false,
    iceberg: false,
    visibleSize: '0',
    cancelAfter: Number(order.note.cancelAfter ?? '0'),
    channel: 'API',
    remark: orNull(order.note.remark),
    tags: orNull(order.note.tags),
    cancelExist: wasCanceled(order),
    createdAt: order.createdAt,
    tradeType: 'TRADE',
  };
};

/** An order as the endpoints under `/api/v1/hf` write it. */
export function orderRow(order: SimOrder): object {
  const amounts = amountsOf(order);
  return {
    ...common(order),
    stp: orNull(order.note.stp),
    funds: amountText(amounts.funds),
    remainSize: amounts.remainSize,
    remainFunds: amountText(amounts.remainFunds),
    cancelledSize: amounts.canceledSize,
    cancelledFunds: amountText(amounts.canceledFunds),
    inOrderBook: isActive(order) && order.type === 'limit',
    active: isActive(order),
    tax: '0',
    lastUpdatedAt: order.updatedAt,
  };
}

/** An order as the older endpoints write it. */
export const oldOrderRow = (order: SimOrder): object => ({
  ...common(order),
  stp: order.note.stp ?? '',
  funds: amountText(order.quoteAmount),
  stop: '',
  stopTriggered: false,
  stopPrice: '0',
  isActive: isActive(order),
});

/** What the endpoints that wait for the matching engine answer. */
export function syncRow(order: SimOrder): object {
  const { size, dealSize, remainSize, canceledSize } = amountsOf(order);
  return { originSize: size, dealSize, remainSize, canceledSize, status: isActive(order) ? 'open' : 'done' };
}

/** The type of the order that a fill belongs to, and the fee rate that it was charged. */
export interface FillContext {
  readonly type: string;
  readonly feeRate: string;
}

const fillCommon = (fill: SimFill, { type, feeRate }: FillContext) => ({
  symbol: fill.instrument.symbol,
  orderId: orderIdText(fill.orderId),
  // The other side's order is nobody's business here: an id that no order has.
  counterOrderId: orderIdText(fill.tradeId),
  side: fill.side,
  liquidity: fill.maker ? 'maker' : 'taker',
  forceTaker: false,
  price: priceText(fill.instrument, fill.price),
  size: sizeText(fill.instrument, fill.size),
  funds: amountText(fill.quote),
  fee: amountText(fill.fee),
  feeRate,
  feeCurrency: fill.feeAsset,
  stop: '',
  tradeType: 'TRADE',
  type,
  createdAt: fill.at,
});

/** A row of `GET /api/v1/hf/fills`. Its trade id is a JSON number that no double holds. */
export const fillRow = (fill: SimFill, id: number, context: FillContext): object => ({
  id,
  tradeId: rawNumber(tradeIdText(fill.instrument, fill.tradeId)),
  ...fillCommon(fill, context),
  taxRate: '0',
  tax: '0',
});

/** A row of the older `GET /api/v1/fills`. */
export const oldFillRow = (fill: SimFill, context: FillContext): object => ({
  tradeId: tradeIdText(fill.instrument, fill.tradeId),
  ...fillCommon(fill, context),
});
