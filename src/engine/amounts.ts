/** Exact money. An amount is a BigInt of 10^-18 of its asset: more decimals than any venue reports (their finest, OKX's
 *  exact fees, stay below 17), so that nothing is ever rounded; what would not fit is a fault, not a truncation. */
import { divideFloor, formatDecimal, parseDecimal, pow10, rescale } from '../core/decimal.ts';
import type { Fill } from '../core/order.ts';
import type { Grid } from '../core/units.ts';

export const ASSET_SCALE = 18;

/** Changes by asset. */
export type Amounts = ReadonlyMap<string, bigint>;

export const parseAmount = (text: string): bigint => parseDecimal(text, ASSET_SCALE);
export const amountText = (amount: bigint): string => formatDecimal(amount, ASSET_SCALE);

/** A venue's decimal text without its padding ("0.00030570" → "0.0003057"). */
export const canonicalText = (text: string): string => amountText(parseAmount(text));

export const canonicalFill = (fill: Fill): Fill => ({
  ...fill,
  price: canonicalText(fill.price),
  size: canonicalText(fill.size),
  fee: canonicalText(fill.fee),
  ...(fill.value === undefined ? {} : { value: canonicalText(fill.value) }),
});

export const baseAmount = (lots: bigint, grid: Grid): bigint => lots * pow10(ASSET_SCALE - grid.sizeDecimals);

/** Exact value of `lots` at `ticks`. Throws `decimal/off-grid` when the grid is finer than the asset scale. */
export function quoteAmount(ticks: bigint, lots: bigint, grid: Grid): bigint {
  return rescale(ticks * lots, grid.priceDecimals + grid.sizeDecimals, ASSET_SCALE);
}

/** Whole lots (a multiple of `lot`) that `amount` of base holds, towards zero. */
export function wholeLots(amount: bigint, grid: Grid, lot: bigint): bigint {
  const unit = pow10(ASSET_SCALE - grid.sizeDecimals) * lot;
  const magnitude = (amount < 0n ? -amount : amount) / unit;
  return (amount < 0n ? -magnitude : magnitude) * lot;
}

/** What can be sold of `bought` lots after a fee of `rate` (at ASSET_SCALE) taken in base, on the seller's lot. */
export function lotsAfterFee(bought: bigint, rate: bigint, lot: bigint): bigint {
  const one = pow10(ASSET_SCALE);
  return (divideFloor(bought * (one - rate), one) / lot) * lot;
}

export function plus(amounts: Amounts, asset: string, change: bigint): Amounts {
  const next = new Map(amounts);
  const sum = (next.get(asset) ?? 0n) + change;
  if (sum === 0n) next.delete(asset);
  else next.set(asset, sum);
  return next;
}

export function plusAll(amounts: Amounts, changes: Amounts): Amounts {
  let next = amounts;
  for (const [asset, change] of changes) next = plus(next, asset, change);
  return next;
}

/** What a fill is worth in quote units, fee apart: as the venue rounded it, else price × size, exact. */
export function fillValue(fill: Fill): bigint {
  if (fill.value !== undefined) return parseAmount(fill.value);
  const product = parseDecimal(fill.price, ASSET_SCALE) * parseDecimal(fill.size, ASSET_SCALE);
  return rescale(product, 2 * ASSET_SCALE, ASSET_SCALE);
}

/** How a fill changes the balances: base and quote, and the fee in whatever asset it was taken. */
export function fillChanges(fill: Fill, base: string, quote: string): Amounts {
  const size = parseAmount(fill.size);
  const value = fillValue(fill);
  const sign = fill.side === 'buy' ? 1n : -1n;
  const moved = plus(plus(new Map(), base, sign * size), quote, -sign * value);
  return plus(moved, fill.feeAsset, -parseAmount(fill.fee));
}

/** What `after` has more than `before`. */
export function difference(after: Amounts, before: Amounts): Amounts {
  let out = after;
  for (const [asset, amount] of before) out = plus(out, asset, -amount);
  return out;
}

export const toTexts = (amounts: Amounts): Record<string, string> =>
  Object.fromEntries(
    [...amounts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([asset, amount]) => [asset, amountText(amount)]),
  );
