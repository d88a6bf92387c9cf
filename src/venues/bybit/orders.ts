/** Orders as Bybit takes them, and orders, fills and balances as it reports them. Pure.
 *  https://bybit-exchange.github.io/docs/v5/order/create-order, …/v5/websocket/private/order, …/execution, …/wallet */
import { add, isDecimal, isZero, subtract } from '../../core/decimal-text.ts';
import type { Listing } from '../../core/instrument.ts';
import { type Json, objectsOf, textOf } from '../../core/json.ts';
import type { Balance, Fill, OrderReport, OrderRequest, OrderStatus } from '../../core/order.ts';
import type { Side } from '../../core/units.ts';
import { ORDER_TRAITS } from './order-traits.ts';

const SIDES = { buy: 'Buy', sell: 'Sell' } as const;

/** What REST and WebSocket order entry have in common. */
export function orderArgs(order: OrderRequest): Record<string, string> {
  const isMarket = order.type === 'market';
  return {
    category: 'spot',
    symbol: order.listing.symbol,
    side: SIDES[order.side],
    orderType: isMarket ? 'Market' : 'Limit',
    qty: order.size ?? order.quoteSize,
    // A market buy is otherwise sized in the quote asset.
    ...(isMarket
      ? { marketUnit: order.size === undefined ? 'quoteCoin' : 'baseCoin' }
      : { timeInForce: order.tif.toUpperCase() }),
    ...(isMarket || order.price === undefined ? {} : { price: order.price }),
    orderLinkId: order.clientId,
    ...ORDER_TRAITS.selfTrade.params,
  };
}

export const cancelArgs = (symbol: string, clientId: string): Record<string, string> => ({
  category: 'spot',
  symbol,
  orderLinkId: clientId,
});

/** A request of the trade socket. The venue refuses it when it is older than `windowMs` on arrival. */
export const tradeFrame = (
  op: 'order.create' | 'order.cancel',
  reqId: string,
  args: Readonly<Record<string, string>>,
  nowMs: number,
  windowMs: number,
): string =>
  JSON.stringify({
    reqId,
    header: { 'X-BAPI-TIMESTAMP': String(nowMs), 'X-BAPI-RECV-WINDOW': String(windowMs) },
    op,
    args: [args],
  });

/** https://bybit-exchange.github.io/docs/v5/enum#orderstatus */
const STATUSES: Readonly<Record<string, OrderStatus>> = {
  New: 'open',
  PartiallyFilled: 'open',
  Untriggered: 'open',
  Triggered: 'open',
  Rejected: 'rejected',
  PartiallyFilledCanceled: 'cancelled',
  Filled: 'filled',
  Cancelled: 'cancelled',
  Deactivated: 'cancelled',
};

/** An order of a push or of a REST answer; undefined when it lacks what a report needs. */
export function readOrder(item: Json): OrderReport | undefined {
  const status = STATUSES[textOf(item, 'orderStatus')];
  const side = sideOf(item);
  const filled = textOf(item, 'cumExecQty') || '0';
  const venueOrderId = textOf(item, 'orderId');
  if (status === undefined || side === undefined || venueOrderId === '' || !isDecimal(filled)) return undefined;
  return {
    clientId: textOf(item, 'orderLinkId'),
    venueOrderId,
    symbol: textOf(item, 'symbol'),
    side,
    status,
    filled,
    venueAt: Number(textOf(item, 'updatedTime') || textOf(item, 'createdTime')),
  };
}

/** Fills are executions of type `Trade`; the others (funding, deliveries, corporate actions) are of no order of ours. */
export const isTrade = (item: Json): boolean => item.execType === 'Trade';

/** An execution of a push or of a REST answer. Fees of Bybit are positive when paid, as ours are. */
export function readFill(item: Json, listing: Listing | undefined): Fill | undefined {
  const side = sideOf(item);
  const price = textOf(item, 'execPrice');
  const size = textOf(item, 'execQty');
  const own = textOf(item, 'execFee') || '0';
  const tradeId = textOf(item, 'execId');
  if (side === undefined || tradeId === '' || textOf(item, 'orderId') === '') return undefined;
  if (!isDecimal(price) || !isDecimal(size) || !isDecimal(own)) return undefined;
  const feeAsset = textOf(item, 'feeCurrency') || (listing === undefined ? '' : feeAssetOf(item, side, own, listing));
  if (feeAsset === '' && !isZero(own)) return undefined;
  return {
    clientId: textOf(item, 'orderLinkId'),
    venueOrderId: textOf(item, 'orderId'),
    tradeId,
    symbol: textOf(item, 'symbol'),
    side,
    price,
    size,
    fee: withTaxes(item, own, feeAsset),
    feeAsset,
    maker: item.isMaker === true,
    venueAt: Number(textOf(item, 'execTime')),
  };
}

/** Pushes of before 2025-08 leave the asset out: a fee is taken from what was received, a maker's rebate is paid in the
 *  other asset. https://bybit-exchange.github.io/docs/v5/enum#spot-fee-currency-instruction */
function feeAssetOf(item: Json, side: Side, fee: string, { base, quote }: Listing): string {
  const isRebate = item.isMaker === true && (fee.startsWith('-') || textOf(item, 'feeRate').startsWith('-'));
  return (side === 'buy') !== isRebate ? base : quote;
}

/** Some sites (Indonesia, India, the Emirates, the EU) take taxes beside the fee. One in another asset than the fee's cannot
 *  be told by a fill; the comparison of balances shows it. */
const withTaxes = (item: Json, fee: string, feeAsset: string): string =>
  objectsOf(item, 'extraFees')
    .filter((tax) => tax.feeCoin === feeAsset && isDecimal(textOf(tax, 'fee')))
    .reduce((sum, tax) => add(sum, textOf(tax, 'fee')), fee);

/** The assets of one account object (push or REST). Free is what the venue's own formula leaves: neither borrowed, nor in
 *  orders, nor margin of anything. https://bybit-exchange.github.io/docs/v5/account/wallet-balance */
export function readBalances(account: Json): readonly Balance[] {
  return objectsOf(account, 'coin').flatMap((coin) => {
    const asset = textOf(coin, 'coin');
    // Absent in older editions, empty under portfolio margin.
    const amount = (key: string): string => textOf(coin, key) || '0';
    const parts = ['locked', 'totalOrderIM', 'totalPositionIM', 'bonus'].map(amount);
    const numbers = [amount('walletBalance'), amount('spotBorrow'), ...parts];
    if (asset === '' || !numbers.every(isDecimal)) return [];
    const locked = parts.reduce(add, '0');
    const free = subtract(subtract(amount('walletBalance'), amount('spotBorrow')), locked);
    return [{ asset, free: free.startsWith('-') ? '0' : free, locked }];
  });
}

/** Taker and maker of `/v5/account/fee-rate` for one symbol. */
export function readFeeRates(result: Json, symbol: string): { taker: string; maker: string } | undefined {
  const item = objectsOf(result, 'list').find((each) => each.symbol === symbol);
  const taker = item === undefined ? '' : textOf(item, 'takerFeeRate');
  const maker = item === undefined ? '' : textOf(item, 'makerFeeRate');
  return isDecimal(taker) && isDecimal(maker) ? { taker, maker } : undefined;
}

function sideOf(item: Json): Side | undefined {
  if (item.side === 'Buy') return 'buy';
  return item.side === 'Sell' ? 'sell' : undefined;
}
