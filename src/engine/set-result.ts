/** What a closed leg set moved, for counting losses. Amounts at ASSET_SCALE. Pure. */
import { divideCeil, divideFloor, pow10 } from '../core/decimal.ts';
import { ASSET_SCALE } from './amounts.ts';
import type { Leg } from './leg.ts';
import { changesOf, type LegSet } from './saga.ts';

export interface SetResult {
  /** Change of the quote asset, fees included. */
  readonly quote: bigint;
  /** Change of the base asset: what one side moved and the other did not. */
  readonly base: bigint;
  /** All that its orders traded: what a unit of base was worth to it is `value / filled`. */
  readonly value: bigint;
  readonly filled: bigint;
}

/** A fee that is taken in neither asset of the set (BNB, KCS) counts at the venue's taker rate, which is no less than
 *  what is paid so; `takerOf` gives the rate of a row at ASSET_SCALE. */
export function resultOf(set: LegSet, takerOf: (row: number) => bigint): SetResult {
  const changes = changesOf(set);
  let quote = changes.get(set.quote) ?? 0n;
  let value = 0n;
  let filled = 0n;
  for (const leg of set.legs) {
    value += leg.value;
    filled += leg.filled;
    if (paysElsewhere(leg, set)) quote -= divideCeil(leg.value * takerOf(leg.row), pow10(ASSET_SCALE));
  }
  return { quote, base: changes.get(set.base) ?? 0n, value, filled };
}

/** What the set itself brought, with base that it left over at the mean of its own prices; rounded against us. */
export const gainOf = (result: SetResult): bigint => result.quote + worthOf(result.base, result);

/** Base at the mean price at which the set traded, rounded down; 0 when it did not trade. */
export const worthOf = (base: bigint, { value, filled }: SetResult): bigint =>
  filled === 0n ? 0n : divideFloor(base * value, filled);

const paysElsewhere = (leg: Leg, { base, quote }: LegSet): boolean =>
  [...leg.fees.keys()].some((asset) => asset !== base && asset !== quote);
