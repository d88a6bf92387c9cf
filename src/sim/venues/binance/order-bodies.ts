/** Binance's JSON shapes of orders and fills, in answers and in user data events. */
import type { OrderCause, SimAccount, SimFill, SimOrder } from '../../port.ts';
import { amountOf, priceOf, SELF_TRADE_MODE, sizeOf, ZERO } from './bodies.ts';

export function statusOf(order: SimOrder): string {
  switch (order.status) {
    case 'new':
      return 'NEW';
    case 'partial':
      return 'PARTIALLY_FILLED';
    case 'filled':
      return 'FILLED';
    case 'canceled':
      return 'CANCELED';
    case 'expired':
      return order.selfTrade ? 'EXPIRED_IN_MATCH' : 'EXPIRED';
  }
}

const typeOf = (order: SimOrder): string => {
  if (order.type === 'market') return 'MARKET';
  return order.postOnly ? 'LIMIT_MAKER' : 'LIMIT';
};
const modeOf = ({ note }: SimOrder): string => note.stp ?? SELF_TRADE_MODE;
const sideOf = (order: SimOrder): string => order.side.toUpperCase();
/** A market order has GTC in Binance's answers, whatever it is inside. */
const tifOf = (order: SimOrder): string => (order.type === 'market' ? 'GTC' : order.tif.toUpperCase());

export function expiryReason(order: SimOrder): string | undefined {
  if (order.status !== 'expired' || order.selfTrade) return undefined;
  if (order.type === 'market') return 'INSUFFICIENT_LIQUIDITY';
  return order.tif === 'fok' ? 'UNFILLED_FOK_ORDER_EXPIRED' : 'UNFILLED_IOC_QUANTITY_EXPIRED';
}

const orderCore = (order: SimOrder): object => ({
  price: priceOf(order.instrument, order.price),
  origQty: sizeOf(order.instrument, order.size),
  executedQty: sizeOf(order.instrument, order.filled),
  origQuoteOrderQty: amountOf(order.quoteAmount),
  cummulativeQuoteQty: amountOf(order.filledQuote),
  status: statusOf(order),
  timeInForce: tifOf(order),
  type: typeOf(order),
  side: sideOf(order),
});

const optional = (order: SimOrder): object => {
  const reason = expiryReason(order);
  return reason === undefined ? {} : { expiryReason: reason };
};

export type ResponseType = 'ACK' | 'RESULT' | 'FULL';

export function placedBody(order: SimOrder, type: ResponseType): object {
  const ack = {
    symbol: order.instrument.symbol,
    orderId: order.id,
    orderListId: -1,
    clientOrderId: order.clientId,
    transactTime: order.updatedAt,
  };
  if (type === 'ACK') return ack;
  const result = {
    ...ack,
    ...orderCore(order),
    workingTime: order.createdAt,
    ...optional(order),
    selfTradePreventionMode: modeOf(order),
  };
  if (type === 'RESULT') return result;
  return {
    ...result,
    fills: order.fills.map((fill) => ({
      price: priceOf(fill.instrument, fill.price),
      qty: sizeOf(fill.instrument, fill.size),
      commission: amountOf(fill.fee),
      commissionAsset: fill.feeAsset,
      tradeId: fill.tradeId,
    })),
  };
}

export const orderBody = (order: SimOrder): object => {
  const { price, origQty, executedQty, cummulativeQuoteQty, status, timeInForce, type, side, origQuoteOrderQty } =
    orderCore(order) as Readonly<Record<string, string>>;
  return {
    symbol: order.instrument.symbol,
    orderId: order.id,
    orderListId: -1,
    clientOrderId: order.clientId,
    price,
    origQty,
    executedQty,
    cummulativeQuoteQty,
    status,
    timeInForce,
    type,
    side,
    stopPrice: ZERO,
    icebergQty: ZERO,
    time: order.createdAt,
    updateTime: order.updatedAt,
    isWorking: true,
    workingTime: order.createdAt,
    origQuoteOrderQty,
    ...optional(order),
    selfTradePreventionMode: modeOf(order),
  };
};

export const canceledBody = (order: SimOrder, cancelId: string): object => ({
  symbol: order.instrument.symbol,
  origClientOrderId: order.clientId,
  orderId: order.id,
  orderListId: -1,
  clientOrderId: cancelId,
  transactTime: order.updatedAt,
  ...orderCore(order),
  selfTradePreventionMode: modeOf(order),
});

export const myTradeBody = (fill: SimFill): object => ({
  symbol: fill.instrument.symbol,
  id: fill.tradeId,
  orderId: fill.orderId,
  orderListId: -1,
  price: priceOf(fill.instrument, fill.price),
  qty: sizeOf(fill.instrument, fill.size),
  quoteQty: amountOf(fill.quote),
  commission: amountOf(fill.fee),
  commissionAsset: fill.feeAsset,
  time: fill.at,
  isBuyer: fill.side === 'buy',
  isMaker: fill.maker,
  isBestMatch: true,
});

const EXECUTION: Readonly<Record<OrderCause, string>> = {
  new: 'NEW',
  trade: 'TRADE',
  canceled: 'CANCELED',
  expired: 'EXPIRED',
};

/** @param cancelId the id of the request that canceled it, else undefined */
export function executionReport(
  cause: OrderCause,
  order: SimOrder,
  fill: SimFill | undefined,
  executionId: number,
  cancelId: string | undefined,
): object {
  const { instrument } = order;
  const reason = expiryReason(order);
  const at = fill?.at ?? order.updatedAt;
  return {
    e: 'executionReport',
    E: at,
    s: instrument.symbol,
    c: cancelId ?? order.clientId,
    S: sideOf(order),
    o: typeOf(order),
    f: tifOf(order),
    q: sizeOf(instrument, order.size),
    p: priceOf(instrument, order.price),
    P: ZERO,
    F: ZERO,
    g: -1,
    C: cancelId === undefined ? '' : order.clientId,
    x: cause === 'expired' && order.selfTrade ? 'TRADE_PREVENTION' : EXECUTION[cause],
    X: statusOf(order),
    r: 'NONE',
    i: order.id,
    l: fill === undefined ? ZERO : sizeOf(instrument, fill.size),
    z: sizeOf(instrument, order.filled),
    L: fill === undefined ? ZERO : priceOf(instrument, fill.price),
    n: fill === undefined ? '0' : amountOf(fill.fee),
    N: fill?.feeAsset ?? null,
    T: at,
    t: fill?.tradeId ?? -1,
    I: executionId,
    w: order.status === 'new' || (order.status === 'partial' && order.tif === 'gtc'),
    m: fill?.maker ?? false,
    M: fill !== undefined,
    O: order.createdAt,
    Z: amountOf(order.filledQuote),
    Y: fill === undefined ? ZERO : amountOf(fill.quote),
    Q: amountOf(order.quoteAmount),
    W: order.createdAt,
    V: modeOf(order),
    ...(reason === undefined ? {} : { eR: reason }),
  };
}

export const accountPosition = (account: SimAccount, assets: readonly string[], at: number): object => ({
  e: 'outboundAccountPosition',
  E: at,
  u: at,
  B: assets.map((asset) => {
    const { free, locked } = account.holdings.get(asset) ?? { free: 0n, locked: 0n };
    return { a: asset, f: amountOf(free), l: amountOf(locked) };
  }),
});
