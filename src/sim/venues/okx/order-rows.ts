/** Orders and fills in OKX's words. Field lists: https://www.okx.com/docs-v5/en/#order-book-trading-trade-get-order-details,
 *  …-ws-order-channel, …-get-transaction-details-last-3-days; blanks as recorded replies of a spot account have them. */
import { pow10 } from '../../../core/decimal.ts';
import { amountText, baseAmount, priceText, quoteAmount, sizeText } from '../../amounts.ts';
import { AMOUNT_SCALE, type OrderCause, type SimFill, type SimOrder } from '../../port.ts';
import { msText } from './times.ts';

export type OkxState = 'live' | 'partially_filled' | 'filled' | 'canceled';

/** What the wire remembers with an order (`SimOrder.note`): words that the core does not know. */
export interface OrderNote extends Readonly<Record<string, string>> {
  readonly ordType: string;
  readonly tgtCcy: string;
  readonly tag: string;
  readonly stpMode: string;
}

/** What an account has that was never told otherwise. */
export const STP_DEFAULT = 'cancel_maker';

export const noteOf = (order: SimOrder): OrderNote => ({
  ordType: order.note.ordType ?? 'limit',
  tgtCcy: order.note.tgtCcy ?? '',
  tag: order.note.tag ?? '',
  stpMode: order.note.stpMode ?? STP_DEFAULT,
});

/** What an order's fees are taken from: what it receives. */
const feeCurrency = (order: SimOrder): string =>
  order.side === 'buy' ? order.instrument.base : order.instrument.quote;
const otherCurrency = (order: SimOrder): string =>
  order.side === 'buy' ? order.instrument.quote : order.instrument.base;

/** Fees are negative when paid. */
const feeText = (paid: bigint): string => amountText(-paid);
const feesOf = (order: SimOrder): string => feeText(order.fills.reduce((sum, fill) => sum + fill.fee, 0n));

/** Average price with up to 16 decimals; OKX's own are as long where the quotient is. */
export function averagePrice(order: SimOrder): string | undefined {
  if (order.filled === 0) return undefined;
  const decimals = 16;
  const base = baseAmount(order.instrument, order.filled);
  return amountText(((order.filledQuote * pow10(decimals)) / base) * pow10(AMOUNT_SCALE - decimals));
}

const sizeOf = (order: SimOrder): string =>
  order.quoteAmount > 0n ? amountText(order.quoteAmount) : sizeText(order.instrument, order.size);
const priceOf = (order: SimOrder): string => (order.type === 'limit' ? priceText(order.instrument, order.price) : '');

export function stateOf(order: SimOrder): OkxState {
  switch (order.status) {
    case 'new':
      return 'live';
    case 'partial':
      return 'partially_filled';
    case 'filled':
      return 'filled';
    case 'canceled':
    case 'expired':
      return 'canceled';
  }
}

/** Why an order ended unfilled, in the documented numbers of `cancelSource`. */
export function cancelSource(order: SimOrder): string {
  if (order.status === 'canceled') return '1';
  if (order.status !== 'expired') return '';
  if (order.selfTrade) return '32';
  if (order.postOnly) return '31';
  if (order.tif === 'fok') return '13';
  return order.type === 'limit' ? '14' : '0';
}

/** Fields that REST rows and pushes share. */
const common = (order: SimOrder) => ({
  accFillSz: sizeText(order.instrument, order.filled),
  algoClOrdId: '',
  algoId: '',
  attachAlgoClOrdId: '',
  attachAlgoOrds: [],
  cTime: msText(order.createdAt),
  cancelSource: cancelSource(order),
  category: 'normal',
  ccy: '',
  clOrdId: order.clientId,
  fee: feesOf(order),
  feeCcy: feeCurrency(order),
  instId: order.instrument.symbol,
  instType: 'SPOT',
  isTpLimit: 'false',
  linkedAlgoOrd: { algoId: '' },
  ordId: String(order.id),
  ordType: noteOf(order).ordType,
  pnl: '0',
  px: priceOf(order),
  pxType: '',
  pxUsd: '',
  pxVol: '',
  quickMgnType: '',
  rebate: '0',
  rebateCcy: otherCurrency(order),
  reduceOnly: 'false',
  side: order.side,
  slOrdPx: '',
  slTriggerPx: '',
  slTriggerPxType: '',
  source: '',
  stpId: '',
  stpMode: noteOf(order).stpMode,
  sz: sizeOf(order),
  tag: noteOf(order).tag,
  tdMode: 'cash',
  tgtCcy: noteOf(order).tgtCcy,
  tpOrdPx: '',
  tpTriggerPx: '',
  tpTriggerPxType: '',
  tradeQuoteCcy: order.instrument.quote,
  uTime: msText(order.updatedAt),
});

/** A row of `GET /trade/order`, `orders-pending` and `orders-history`: the last fill stands in it. */
export function orderRow(order: SimOrder): object {
  const last = order.fills.at(-1);
  return {
    ...common(order),
    avgPx: averagePrice(order) ?? '',
    cancelSourceReason: '',
    fillPx: last === undefined ? '' : priceText(order.instrument, last.price),
    fillSz: last === undefined ? '0' : sizeText(order.instrument, last.size),
    fillTime: last === undefined ? '' : msText(last.at),
    lever: '',
    posSide: 'net',
    state: stateOf(order),
    tradeId: last === undefined ? '' : String(last.tradeId),
  };
}

/** What one push tells: a fill of its own, or none. */
export interface OrderPush {
  readonly order: SimOrder;
  readonly cause: OrderCause | 'completed';
  readonly fill?: SimFill;
  readonly lastPrice: string;
}

/** A market order by quote amount ends with a push of its own that has no fill, as recorded in 2023 and documented. */
function pushState({ order, cause }: OrderPush): OkxState {
  if (cause === 'new') return 'live';
  if (cause === 'trade') return order.quoteAmount > 0n || order.filled < order.size ? 'partially_filled' : 'filled';
  return cause === 'completed' ? 'filled' : 'canceled';
}

/** A row of the `orders` channel. */
export function orderPushRow(push: OrderPush): object {
  const { order, fill } = push;
  const { instrument } = order;
  const notional =
    order.quoteAmount > 0n
      ? amountText(order.quoteAmount)
      : order.type === 'limit'
        ? amountText(quoteAmount(instrument, order.price, order.size))
        : amountText(order.filledQuote);
  return {
    ...common(order),
    amendResult: '',
    amendSource: '',
    avgPx: averagePrice(order) ?? '0',
    code: '0',
    execType: fill === undefined ? '' : fill.maker ? 'M' : 'T',
    fillFee: fill === undefined ? '0' : feeText(fill.fee),
    fillFeeCcy: fill?.feeAsset ?? '',
    fillFwdPx: '',
    fillIdxPx: fill === undefined ? '' : push.lastPrice,
    fillMarkPx: '',
    fillMarkVol: '',
    fillNotionalUsd: order.filled === 0 ? '' : amountText(order.filledQuote),
    fillPnl: '0',
    fillPx: fill === undefined ? '' : priceText(instrument, fill.price),
    fillPxUsd: '',
    fillPxVol: '',
    fillSz: fill === undefined ? '0' : sizeText(instrument, fill.size),
    fillTime: fill === undefined ? '' : msText(fill.at),
    lastPx: push.lastPrice,
    lever: '0',
    msg: '',
    notionalUsd: notional,
    posSide: '',
    reqId: '',
    state: pushState(push),
    tradeId: fill === undefined ? '' : String(fill.tradeId),
  };
}

/** A row of `GET /trade/fills` and `fills-history`. `billId` rises with every fill of the account. */
export function fillRow(fill: SimFill, billId: number, feeRate: string, tag: string): object {
  const { instrument } = fill;
  return {
    billId: String(billId),
    clOrdId: fill.clientId,
    execType: fill.maker ? 'M' : 'T',
    fee: feeText(fill.fee),
    feeCcy: fill.feeAsset,
    feeRate: `-${feeRate}`,
    fillFwdPx: '',
    fillIdxPx: priceText(instrument, fill.price),
    fillMarkPx: '',
    fillMarkVol: '',
    fillPnl: '0',
    fillPx: priceText(instrument, fill.price),
    fillPxUsd: '',
    fillPxVol: '',
    fillSz: sizeText(instrument, fill.size),
    fillTime: msText(fill.at),
    instId: instrument.symbol,
    instType: 'SPOT',
    ordId: String(fill.orderId),
    posSide: 'net',
    side: fill.side,
    subType: fill.side === 'buy' ? '1' : '2',
    tag,
    tradeId: String(fill.tradeId),
    tradeQuoteCcy: instrument.quote,
    ts: msText(fill.at),
  };
}
