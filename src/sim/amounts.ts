/** Between decimal text, an instrument's integers and amounts of an asset. Exact; nothing here rounds unless it says so. */
import { decimalsOf, divideFloor, formatDecimal, formatFixed, parseDecimal, pow10 } from '../core/decimal.ts';
import type { FeeToken } from './policy.ts';
import { AMOUNT_SCALE, type InstrumentSpec, type SimInstrument } from './port.ts';

const PLAIN = /^\d{1,24}(\.\d{1,24})?$/;

/** Whether a client's text is a plain non-negative decimal (no sign, no exponent). */
export const isPlainDecimal = (text: string): boolean => PLAIN.test(text);

/** Text of an asset amount at AMOUNT_SCALE; throws `decimal/malformed`. */
export const amountOf = (text: string): bigint => parseDecimal(text, AMOUNT_SCALE);

/** An amount as canonical text (no trailing zeros). */
export const amountText = (amount: bigint): string => formatDecimal(amount, AMOUNT_SCALE);

/** An amount cut (towards zero) to `decimals`, with exactly that many written. */
export const amountFixed = (amount: bigint, decimals: number): string =>
  formatFixed(amount / pow10(AMOUNT_SCALE - decimals), decimals);

const integerText = (value: number, decimals: number): string => formatDecimal(BigInt(value), decimals);
const integerFixed = (value: number, decimals: number, written: number): string =>
  formatFixed(BigInt(value) * pow10(written - decimals), written);

export const priceText = (instrument: SimInstrument, price: number): string =>
  integerText(price, instrument.priceDecimals);
export const sizeText = (instrument: SimInstrument, size: number): string => integerText(size, instrument.sizeDecimals);

/** With exactly `decimals` decimals, as Binance writes all numbers with 8. */
export const priceFixed = (instrument: SimInstrument, price: number, decimals: number): string =>
  integerFixed(price, instrument.priceDecimals, decimals);
export const sizeFixed = (instrument: SimInstrument, size: number, decimals: number): string =>
  integerFixed(size, instrument.sizeDecimals, decimals);

/** price × size in the quote asset. */
export const quoteAmount = (instrument: SimInstrument, price: number, size: number): bigint =>
  BigInt(price) * BigInt(size) * pow10(AMOUNT_SCALE - instrument.priceDecimals - instrument.sizeDecimals);

/** A size as an amount of the base asset. */
export const baseAmount = (instrument: SimInstrument, size: number): bigint =>
  BigInt(size) * pow10(AMOUNT_SCALE - instrument.sizeDecimals);

/** The largest size on the lot whose cost at `price` is at most `amount`. */
export function sizeForQuote(instrument: SimInstrument, price: number, amount: bigint): number {
  const oneLot = quoteAmount(instrument, price, instrument.lot);
  return Number(divideFloor(amount, oneLot)) * instrument.lot;
}

/** amount × rate ("0.001"), truncated to `truncateTo` decimals when given. */
export function feeOf(amount: bigint, rate: string, truncateTo: number | undefined): bigint {
  const rateScale = decimalsOf(rate);
  return cutTo((amount * parseDecimal(rate, rateScale)) / pow10(rateScale), truncateTo);
}

/** A fee of `value` in quote, paid in the venue's own asset, whose smallest unit is 10^-8. */
export function tokenFeeOf(value: bigint, rate: string, token: FeeToken): bigint {
  const share = feeOf(feeOf(value, rate, undefined), token.share, undefined);
  return cutTo((share * pow10(AMOUNT_SCALE)) / amountOf(token.price), 8);
}

/** An amount cut (towards zero) to `decimals`, where that is given. */
export function cutTo(amount: bigint, decimals: number | undefined): bigint {
  if (decimals === undefined) return amount;
  const unit = pow10(AMOUNT_SCALE - decimals);
  return (amount / unit) * unit;
}

/** Text → integer at `decimals`, or undefined when it has more decimals or does not fit a double. */
export function integerOf(text: string, decimals: number): number | undefined {
  if (decimalsOf(text) > decimals) return undefined;
  const value = parseDecimal(text, decimals);
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : Number(value);
}

/** A spec's texts as integers. The lot and the minimum set the size precision, the tick the price precision. */
export function instrumentOf(spec: InstrumentSpec, index: number): SimInstrument {
  const [base = '', quote = ''] = spec.id.split('-');
  const priceDecimals = decimalsOf(spec.tick);
  const sizeDecimals = Math.max(decimalsOf(spec.lot), decimalsOf(spec.minSize));
  const whole = (text: string, decimals: number): number => Number(parseDecimal(text, decimals));
  // A venue may write its largest size more finely than its lots are.
  const largest = (text: string): number =>
    Math.min(Number(amountOf(text) / pow10(AMOUNT_SCALE - sizeDecimals)), Number.MAX_SAFE_INTEGER);
  return {
    index,
    id: spec.id,
    base,
    quote,
    symbol: spec.symbol,
    code: spec.code ?? index,
    spec,
    priceDecimals,
    sizeDecimals,
    tick: whole(spec.tick, priceDecimals),
    lot: whole(spec.lot, sizeDecimals),
    minSize: whole(spec.minSize, sizeDecimals),
    maxSize: largest(spec.maxSize),
    maxMarketSize: largest(spec.maxMarketSize ?? spec.maxSize),
    minNotional: spec.minNotional === undefined ? 0n : amountOf(spec.minNotional),
    maxNotional: spec.maxNotional === undefined ? undefined : amountOf(spec.maxNotional),
  };
}
