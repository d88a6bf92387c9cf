/** Orders as Coinbase takes them, and orders, fills, balances and rates as it reports them. Pure.
 *  https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/orders/create-order, …/get-order, …/list-fills */
import { formatDecimal, parseDecimal, pow10 } from '../../core/decimal.ts';
import { add, isDecimal } from '../../core/decimal-text.ts';
import { isObject, type Json, objectsOf, textOf } from '../../core/json.ts';
import type { Balance, Fill, OrderReport, OrderRequest, OrderStatus, VenueError } from '../../core/order.ts';
import type { Side } from '../../core/units.ts';
import { lifeAtVenueMs } from '../../net/order-traits.ts';
import { venueError } from './errors.ts';
import { ORDER_TRAITS } from './order-traits.ts';
import { parseTime } from './times.ts';

/** Body of `POST /api/v3/brokerage/orders`. @param nowMs venue time, from which an end counts */
export const orderBody = (order: OrderRequest, nowMs: number): string =>
  JSON.stringify({
    client_order_id: order.clientId,
    product_id: order.listing.symbol,
    side: order.side === 'buy' ? 'BUY' : 'SELL',
    order_configuration: configurationOf(order, nowMs),
  });

/** The venue's only immediate-or-cancel limit order is the one of its smart order router. */
function configurationOf(order: OrderRequest, nowMs: number): Json {
  const { type, tif, size, quoteSize, price } = order;
  if (type === 'market')
    return { market_market_ioc: size === undefined ? { quote_size: quoteSize } : { base_size: size } };
  const limit = { base_size: size, limit_price: price };
  if (tif === 'ioc') return { sor_limit_ioc: limit };
  if (tif === 'fok') return { limit_limit_fok: limit };
  const life = lifeAtVenueMs(order, ORDER_TRAITS);
  if (life === undefined) return { limit_limit_gtc: { ...limit, post_only: false } };
  return { limit_limit_gtd: { ...limit, end_time: new Date(nowMs + life).toISOString(), post_only: false } };
}

export const cancelBody = (orderId: string): string => JSON.stringify({ order_ids: [orderId] });

/** The order id in the answer to a placed order, '' where it has none. */
export function placedId(answer: Json): string {
  const success = answer.success_response;
  return (isObject(success) && textOf(success, 'order_id')) || textOf(answer, 'order_id');
}

/** The reason for which a cancel was refused; undefined when it was taken. */
export function cancelRefusal(answer: Json): VenueError | undefined {
  const [result] = objectsOf(answer, 'results');
  if (result?.success === true) return undefined;
  return venueError((result && textOf(result, 'failure_reason')) || 'UNKNOWN_CANCEL_FAILURE_REASON', 'not cancelled');
}

const STATUSES: Readonly<Record<string, OrderStatus>> = {
  PENDING: 'open',
  QUEUED: 'open',
  OPEN: 'open',
  EDIT_QUEUED: 'open',
  CANCEL_QUEUED: 'open',
  FILLED: 'filled',
  CANCELLED: 'cancelled',
  EXPIRED: 'expired',
  FAILED: 'rejected',
};

const isSpot = (order: Json): boolean => order.product_type === 'SPOT' || order.product_type === undefined;

/** An order of a REST answer; undefined when it lacks what a report needs or is no spot order. */
export function readOrder(order: Json): OrderReport | undefined {
  const time = textOf(order, 'last_fill_time') || textOf(order, 'created_time');
  return reportOf(order, textOf(order, 'side'), textOf(order, 'filled_size') || '0', parseTime(time));
}

/** An order of the user channel; `at` is the frame's time, for the order has none of its own. */
export const readPushedOrder = (order: Json, at: number): OrderReport | undefined =>
  reportOf(order, textOf(order, 'order_side'), textOf(order, 'cumulative_quantity') || '0', at);

function reportOf(order: Json, wireSide: string, filled: string, venueAt: number): OrderReport | undefined {
  const status = STATUSES[textOf(order, 'status')];
  const side = sideOf(wireSide);
  const venueOrderId = textOf(order, 'order_id');
  if (!isSpot(order) || status === undefined || side === undefined || venueOrderId === '') return undefined;
  if (!isDecimal(filled)) return undefined;
  return {
    clientId: textOf(order, 'client_order_id'),
    venueOrderId,
    symbol: textOf(order, 'product_id'),
    side,
    status,
    filled,
    venueAt,
  };
}

/** What an entry of the list of fills is: a fill; one that is none of ours (corrections of old trades are booked by hand);
 *  or unreadable. Fees are always paid in the quote asset. Fills of an order by quote are sized in quote themselves. */
export type ListedFill = Fill | 'foreign' | 'unreadable';

export function readFill(item: Json, clientId: string): ListedFill {
  if ((textOf(item, 'trade_type') || 'FILL') !== 'FILL') return 'foreign';
  const side = sideOf(textOf(item, 'side'));
  const symbol = textOf(item, 'product_id');
  const tradeId = textOf(item, 'trade_id');
  const price = textOf(item, 'price');
  const size = textOf(item, 'size');
  const fee = textOf(item, 'commission') || '0';
  const isWhole = side !== undefined && tradeId !== '' && symbol.includes('-');
  if (!isWhole || !isDecimal(price) || !isDecimal(size) || !isDecimal(fee)) return 'unreadable';
  return {
    clientId,
    venueOrderId: textOf(item, 'order_id'),
    tradeId,
    symbol,
    side,
    price,
    ...(item.size_in_quote === true ? { size: baseFor(size, price), value: size } : { size }),
    fee,
    feeAsset: symbol.slice(symbol.lastIndexOf('-') + 1),
    maker: item.liquidity_indicator === 'MAKER',
    venueAt: parseTime(item.trade_time),
  };
}

/** No base increment of the venue is finer. */
const BASE_DECIMALS = 8;

/** The base that so much quote is at a price: the nearest that the venue can have filled. */
function baseFor(quote: string, price: string): string {
  const perUnit = parseDecimal(price, RATIO_SCALE);
  const scaled = parseDecimal(quote, RATIO_SCALE) * pow10(BASE_DECIMALS);
  return perUnit === 0n ? '0' : formatDecimal((scaled + perUnit / 2n) / perUnit, BASE_DECIMALS);
}
const RATIO_SCALE = 24;

/** What does not trade on spot. */
const OTHER_ACCOUNTS = ['ACCOUNT_TYPE_VAULT', 'ACCOUNT_TYPE_PERP_FUTURES'];
const OTHER_PLATFORMS = ['ACCOUNT_PLATFORM_CFM_CONSUMER', 'ACCOUNT_PLATFORM_INTX'];

/** The sum of an asset's accounts: `available_balance` is free, `hold` is in orders or otherwise held. Undefined when an
 *  account cannot be read. */
export function readBalances(accounts: readonly Json[]): readonly Balance[] | undefined {
  const sums = new Map<string, Balance>();
  for (const account of accounts) {
    if (OTHER_ACCOUNTS.includes(textOf(account, 'type')) || OTHER_PLATFORMS.includes(textOf(account, 'platform')))
      continue;
    const asset = textOf(account, 'currency');
    const free = amountOf(account.available_balance);
    const locked = amountOf(account.hold ?? { value: '0' });
    if (asset === '' || free === undefined || locked === undefined) return undefined;
    const sum = sums.get(asset);
    sums.set(
      asset,
      sum === undefined
        ? { asset, free, locked }
        : { asset, free: add(sum.free, free), locked: add(sum.locked, locked) },
    );
  }
  return [...sums.values()];
}

function amountOf(amount: unknown): string | undefined {
  const value = isObject(amount) ? textOf(amount, 'value') : '';
  return isDecimal(value) ? value : undefined;
}

/** Taker and maker of `/transaction_summary`. */
export function readFeeRates(summary: Json): { taker: string; maker: string } | undefined {
  const tier = isObject(summary.fee_tier) ? summary.fee_tier : {};
  const taker = textOf(tier, 'taker_fee_rate');
  const maker = textOf(tier, 'maker_fee_rate');
  return isDecimal(taker) && isDecimal(maker) ? { taker, maker } : undefined;
}

function sideOf(text: string): Side | undefined {
  if (text === 'BUY') return 'buy';
  return text === 'SELL' ? 'sell' : undefined;
}
