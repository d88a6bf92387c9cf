/** Orders as OKX takes them, and orders, fills and balances as it reports them. Pure.
 *  https://www.okx.com/docs-v5/en/#order-book-trading-trade-ws-place-order, …-ws-order-channel */
import { isDecimal, isSame, isZero, negate, subtract } from '../../core/decimal-text.ts';
import { type Json, objectsOf, textOf } from '../../core/json.ts';
import type { Balance, Fill, OrderReport, OrderRequest, OrderStatus } from '../../core/order.ts';
import { sideOf } from '../../core/units.ts';
import { ORDER_TRAITS } from './order-traits.ts';

/** Stands on every order, so that the dead-man timer can be told to leave all others alone. */
const TAG = 'parallax';

/** What REST and WebSocket order entry have in common. */
function orderArgs(order: OrderRequest): Record<string, string> {
  const isMarket = order.type === 'market';
  const args: Record<string, string> = {
    tdMode: 'cash',
    clOrdId: order.clientId,
    tag: TAG,
    side: order.side,
    ordType: isMarket ? 'market' : order.tif === 'gtc' ? 'limit' : order.tif,
    sz: order.size ?? order.quoteSize,
    ...ORDER_TRAITS.selfTrade.params,
  };
  // A market buy is otherwise sized in the quote asset.
  if (isMarket) args.tgtCcy = order.size === undefined ? 'quote_ccy' : 'base_ccy';
  else if (order.price !== undefined) args.px = order.price;
  return args;
}

/** `op: order`. `orderCode` is the listing's `instIdCode`; the venue wants it as a number and refuses `instId` alone.
 *  After `expTime` (venue time, ms) the venue no longer accepts the order. */
export const orderFrame = (id: string, order: OrderRequest, orderCode: string, expTime: number): string =>
  JSON.stringify({
    id,
    op: 'order',
    expTime: String(expTime),
    args: [{ instIdCode: Number(orderCode), ...orderArgs(order) }],
  });

export const cancelFrame = (id: string, clientId: string, orderCode: string): string =>
  JSON.stringify({ id, op: 'cancel-order', args: [{ instIdCode: Number(orderCode), clOrdId: clientId }] });

/** Body of `POST /api/v5/trade/order`, which still takes `instId`. */
export const orderBody = (order: OrderRequest): string =>
  JSON.stringify({ instId: order.listing.symbol, ...orderArgs(order) });

export const cancelBody = (symbol: string, clientId: string): string =>
  JSON.stringify({ instId: symbol, clOrdId: clientId });

/** Body of `POST /api/v5/trade/cancel-all-after`; 0 takes the timer away.
 *  https://www.okx.com/docs-v5/en/#order-book-trading-trade-post-cancel-all-after */
export const cancelAllAfterBody = (ms: number): string =>
  JSON.stringify({ timeOut: String(Math.ceil(ms / 1000)), tag: TAG });

/** The subscriptions of the private socket. */
export const PRIVATE_CHANNELS: readonly Readonly<Record<string, string>>[] = [
  { channel: 'orders', instType: 'SPOT' },
  { channel: 'account' },
];
export const subscribeFrame = (): string => JSON.stringify({ op: 'subscribe', args: PRIVATE_CHANNELS });

const STATUSES: Readonly<Record<string, OrderStatus>> = {
  live: 'open',
  partially_filled: 'open',
  filled: 'filled',
  canceled: 'cancelled',
  mmp_canceled: 'cancelled',
};

/** An order of a push or of a REST answer; undefined when it lacks what a report needs or is no spot order. */
export function readOrder(item: Json): OrderReport | undefined {
  const status = STATUSES[textOf(item, 'state')];
  const side = sideOf(item.side);
  const filled = textOf(item, 'accFillSz') || '0';
  if (item.instType !== 'SPOT' || status === undefined || side === undefined) return undefined;
  if (textOf(item, 'ordId') === '' || !isDecimal(filled)) return undefined;
  return {
    clientId: textOf(item, 'clOrdId'),
    venueOrderId: textOf(item, 'ordId'),
    symbol: textOf(item, 'instId'),
    side,
    status,
    filled,
    venueAt: Number(textOf(item, 'uTime') || textOf(item, 'cTime')),
  };
}

/** What a push of the orders channel says of a fill: none, one, or one whose fee cannot be told from this push alone. */
export type PushedFill =
  | { readonly kind: 'none' }
  | { readonly kind: 'fill'; readonly fill: Fill }
  | { readonly kind: 'fee-unknown'; readonly tradeId: string };

/** Fees of OKX are negative when paid; ours are positive. Pushes of older editions lack `fillFee`: then the fee is the
 *  growth of the order's `fee` since the push before, `feeBefore` (undefined: that push was not seen). */
export function readPushedFill(item: Json, feeBefore: string | undefined): PushedFill {
  const tradeId = textOf(item, 'tradeId');
  const size = textOf(item, 'fillSz');
  const price = textOf(item, 'fillPx');
  const side = sideOf(item.side);
  if (tradeId === '' || side === undefined || !isDecimal(size) || !isDecimal(price)) return { kind: 'none' };
  if (isZero(size)) return { kind: 'none' };
  const own = textOf(item, 'fillFee');
  let fee: string;
  let feeAsset: string;
  if (isDecimal(own) && textOf(item, 'fillFeeCcy') !== '') {
    fee = own;
    feeAsset = textOf(item, 'fillFeeCcy');
  } else {
    const total = textOf(item, 'fee');
    const isFirst = isSame(textOf(item, 'accFillSz'), size);
    const before = isFirst ? '0' : feeBefore;
    if (before === undefined || !isDecimal(total)) return { kind: 'fee-unknown', tradeId };
    fee = subtract(total, before);
    feeAsset = textOf(item, 'feeCcy');
  }
  return {
    kind: 'fill',
    fill: {
      clientId: textOf(item, 'clOrdId'),
      venueOrderId: textOf(item, 'ordId'),
      tradeId,
      symbol: textOf(item, 'instId'),
      side,
      price,
      size,
      fee: negate(fee),
      feeAsset,
      maker: item.execType === 'M',
      venueAt: Number(textOf(item, 'fillTime') || textOf(item, 'uTime')),
    },
  };
}

/** An item of `/trade/fills` or `/trade/fills-history`. An empty fee is no fee. */
export function readFill(item: Json): Fill | undefined {
  const side = sideOf(item.side);
  const price = textOf(item, 'fillPx');
  const size = textOf(item, 'fillSz');
  const fee = textOf(item, 'fee') || '0';
  if (side === undefined || textOf(item, 'tradeId') === '') return undefined;
  if (!isDecimal(price) || !isDecimal(size) || !isDecimal(fee)) return undefined;
  return {
    clientId: textOf(item, 'clOrdId'),
    venueOrderId: textOf(item, 'ordId'),
    tradeId: textOf(item, 'tradeId'),
    symbol: textOf(item, 'instId'),
    side,
    price,
    size,
    fee: negate(fee),
    feeAsset: textOf(item, 'feeCcy'),
    maker: item.execType === 'M',
    venueAt: Number(textOf(item, 'fillTime') || textOf(item, 'ts')),
  };
}

/** The assets of one account object (push or REST): `availBal` is free, `frozenBal` is in orders or otherwise held. */
export function readBalances(account: Json): readonly Balance[] {
  return objectsOf(account, 'details').flatMap((detail) => {
    const asset = textOf(detail, 'ccy');
    const free = textOf(detail, 'availBal') || '0';
    const locked = textOf(detail, 'frozenBal') || '0';
    return asset === '' || !isDecimal(free) || !isDecimal(locked) ? [] : [{ asset, free, locked }];
  });
}

/** Taker and maker of `/account/trade-fee`, as rates that we pay (the venue writes them negative).
 *  Since 2025 they stand in `feeGroup`; asked for one instrument, the venue answers with its one group. Before, USDC
 *  pairs had fields of their own. */
export function readFeeRates(item: Json, quote: string): { taker: string; maker: string } | undefined {
  const groups = objectsOf(item, 'feeGroup');
  const group = groups.length === 1 ? groups[0] : undefined;
  const pick = (name: string): string =>
    (group && textOf(group, name)) || (quote === 'USDC' && textOf(item, `${name}USDC`)) || textOf(item, name);
  const taker = pick('taker');
  const maker = pick('maker');
  return isDecimal(taker) && isDecimal(maker) ? { taker: negate(taker), maker: negate(maker) } : undefined;
}
