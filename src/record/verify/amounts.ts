/** Exact money for the verifier, written apart from the engine's booking so that both cannot err alike. An amount is a
 *  BigInt of 10^-36: a price and a size have at most 18 decimals each, so their product is exact. Pure. */
import { decimalsOf, formatDecimal, parseDecimal, pow10 } from '../../core/decimal.ts';
import { isDecimal, multiply } from '../../core/decimal-text.ts';
import type { Fill } from '../../core/order.ts';

export const SCALE = 36;
/** Most decimals of a text that is to be reckoned with. */
const MOST_DECIMALS = 18;

export const isAmount = (text: unknown): text is string =>
  typeof text === 'string' && isDecimal(text) && decimalsOf(text) <= MOST_DECIMALS;

export const amountOf = (text: string): bigint => parseDecimal(text, SCALE);
export const textOf = (amount: bigint): string => formatDecimal(amount, SCALE);
/** One spelling of a number, for comparing texts. */
export const plain = (text: string): string => textOf(amountOf(text));
/** One unit of the last of so many decimals. */
export const unitOf = (decimals: number): bigint => pow10(SCALE - decimals);

/** What a fill is worth in quote, fee apart: as the venue rounded it, else price × size. */
export const worthOf = ({ price, size, value }: Pick<Fill, 'price' | 'size' | 'value'>): bigint =>
  amountOf(value ?? multiply(price, size));

export const assetsOf = (instrument: string): readonly [base: string, quote: string] => {
  const [base = '', quote = ''] = instrument.split('-');
  return [base, quote];
};

/** Sums by asset. */
export class Sums {
  readonly #sums = new Map<string, bigint>();

  add(asset: string, amount: bigint): this {
    this.#sums.set(asset, this.of(asset) + amount);
    return this;
  }

  /** How a fill of ours changed balances: base against quote, and the fee in whatever asset it was taken. */
  addFill(fill: Fill, instrument: string): this {
    const [base, quote] = assetsOf(instrument);
    const sign = fill.side === 'buy' ? 1n : -1n;
    return this.add(base, sign * amountOf(fill.size))
      .add(quote, -sign * worthOf(fill))
      .add(fill.feeAsset, -amountOf(fill.fee));
  }

  addTexts(texts: Readonly<Record<string, string>>): this {
    for (const [asset, text] of Object.entries(texts)) this.add(asset, amountOf(text));
    return this;
  }

  of(asset: string): bigint {
    return this.#sums.get(asset) ?? 0n;
  }

  /** Assets whose sum is not that of `other`, in order. */
  unlike(other: Sums): string[] {
    const assets = new Set([...this.#sums.keys(), ...other.#sums.keys()]);
    return [...assets].filter((asset) => this.of(asset) !== other.of(asset)).sort();
  }
}
