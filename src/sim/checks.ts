/** What an exchange checks before it takes an order: grid, limits, value, funds. Pure but for reading the book. */
import type { Side } from '../core/units.ts';
import { holdingOf } from './account.ts';
import { amountOf, baseAmount, feeOf, integerOf, isPlainDecimal, quoteAmount, sizeForQuote } from './amounts.ts';
import type { ExchangePolicy, FeePolicy, Level, PlaceRequest, Refusal, SimAccount, SimInstrument } from './port.ts';

/** A request in integers, ready for matching. */
export interface Ticket {
  readonly price: number;
  /** Base size; for a market order by quote amount, the largest size that the amount buys or needs now. */
  readonly size: number;
  readonly quoteAmount: bigint;
  /** What the order locks until it is done. */
  readonly lock: { readonly asset: string; readonly amount: bigint };
}

export type Checked =
  | { readonly ok: true; readonly ticket: Ticket }
  | { readonly ok: false; readonly refusal: Refusal };

const refuse = (refusal: Refusal): Checked => ({ ok: false, refusal });

/** What taking from `levels` (best first) comes to. */
export interface Walk {
  readonly size: number;
  readonly quote: bigint;
}

/** Takes up to `size` from levels. */
export function walkSize(instrument: SimInstrument, levels: readonly Level[], size: number): Walk {
  let left = size;
  let quote = 0n;
  for (const level of levels) {
    if (left === 0) break;
    const taken = Math.min(left, level.size);
    quote += quoteAmount(instrument, level.price, taken);
    left -= taken;
  }
  return { size: size - left, quote };
}

/** Takes from levels what `amount` pays for (or what comes to `amount`), in whole lots. */
export function walkQuote(instrument: SimInstrument, levels: readonly Level[], amount: bigint): Walk {
  let left = amount;
  let size = 0;
  for (const level of levels) {
    const taken = Math.min(level.size, sizeForQuote(instrument, level.price, left));
    size += taken;
    left -= quoteAmount(instrument, level.price, taken);
    if (taken < level.size) break;
  }
  return { size, quote: amount - left };
}

/** What a buyer's `value` may cost with its fee, where fees come out of the quote asset: taking or resting, whichever
 *  is dearer. Sums of cut fees never exceed the cut fee of the sum. */
export function withQuoteFee(value: bigint, fees: FeePolicy): bigint {
  if (fees.feeIn !== 'quote') return value;
  const taker = feeOf(value, fees.taker, fees.truncateTo);
  const maker = feeOf(value, fees.maker, fees.truncateTo);
  return value + (taker > maker ? taker : maker);
}

/** @param opposite levels that the order would take from, best first, this account's own left out
 *  @param reference the price that bands and market values are judged by */
export function checkRequest(
  account: SimAccount,
  request: PlaceRequest,
  policy: ExchangePolicy,
  opposite: readonly Level[],
  reference: number,
): Checked {
  const { instrument, side } = request;
  const texts = [request.price, request.size, request.quoteAmount].filter((text) => text !== undefined);
  if (texts.some((text) => !isPlainDecimal(text))) return refuse('malformed');
  if ((request.size === undefined) === (request.quoteAmount === undefined)) return refuse('malformed');
  if ((request.price === undefined) === (request.type === 'limit')) return refuse('malformed');
  if (request.type === 'market') return checkMarket(account, request, policy, opposite, reference);

  if (request.size === undefined || request.price === undefined) return refuse('malformed');
  const price = integerOf(request.price, instrument.priceDecimals);
  if (price === undefined || price % instrument.tick !== 0) return refuse('price-off-tick');
  if (price <= 0) return refuse('price-out-of-range');
  const size = checkSize(instrument, request.size, instrument.maxSize);
  if (typeof size === 'string') return refuse(size);
  const band = policy.priceBand;
  if (band !== undefined && reference > 0 && (price > reference * band || price < reference / band)) {
    return refuse('price-out-of-range');
  }
  const value = quoteAmount(instrument, price, size);
  if (value < instrument.minNotional) return refuse('notional-too-small');
  if (instrument.maxNotional !== undefined && value > instrument.maxNotional) return refuse('notional-too-large');
  const best = opposite[0];
  const taking = request.postOnly === true && best !== undefined && crosses(side, price, best.price);
  if (taking && policy.postOnlyTaking !== 'expire') return refuse('would-take');
  const lock =
    side === 'buy'
      ? { asset: instrument.quote, amount: withQuoteFee(value, policy.fees) }
      : { asset: instrument.base, amount: baseAmount(instrument, size) };
  if (holdingOf(account, lock.asset).free < lock.amount) return refuse('insufficient-balance');
  return { ok: true, ticket: { price, size, quoteAmount: 0n, lock } };
}

export const crosses = (side: Side, price: number, other: number): boolean =>
  side === 'buy' ? other <= price : other >= price;

function checkSize(instrument: SimInstrument, text: string, max: number): number | Refusal {
  const size = integerOf(text, instrument.sizeDecimals);
  if (size === undefined) return 'size-off-lot';
  if (size < instrument.minSize) return 'size-too-small';
  if (size > max) return 'size-too-large';
  return size % instrument.lot === 0 ? size : 'size-off-lot';
}

function checkMarket(
  account: SimAccount,
  request: PlaceRequest,
  policy: ExchangePolicy,
  opposite: readonly Level[],
  reference: number,
): Checked {
  const { instrument, side } = request;
  let walk: Walk;
  let size: number;
  let amount = 0n;
  if (request.quoteAmount !== undefined) {
    amount = amountOf(request.quoteAmount);
    if (amount <= 0n || amount < instrument.minNotional) return refuse('notional-too-small');
    walk = walkQuote(instrument, opposite, amount);
    size = walk.size;
    if (opposite.length > 0 && size < instrument.minSize) return refuse('size-too-small');
    if (size > instrument.maxMarketSize) return refuse('size-too-large');
  } else {
    const checked = checkSize(instrument, request.size ?? '', instrument.maxMarketSize);
    if (typeof checked === 'string') return refuse(checked);
    size = checked;
    walk = walkSize(instrument, opposite, size);
    if (quoteAmount(instrument, Math.round(reference), size) < instrument.minNotional) {
      return refuse('notional-too-small');
    }
  }
  if (policy.marketWithoutLiquidity === 'refuse' && walk.size < size) return refuse('no-liquidity');
  if (opposite.length === 0) return refuse('no-liquidity');
  const cost = request.quoteAmount === undefined ? walk.quote : amount;
  const need =
    side === 'buy'
      ? { asset: instrument.quote, amount: withQuoteFee(cost, policy.fees) }
      : { asset: instrument.base, amount: baseAmount(instrument, size) };
  if (holdingOf(account, need.asset).free < need.amount) return refuse('insufficient-balance');
  return { ok: true, ticket: { price: 0, size, quoteAmount: amount, lock: need } };
}
