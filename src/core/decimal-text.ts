/** Decimal texts as venues write them, reckoned with exactly. */
import { decimalsOf, formatDecimal, parseDecimal } from './decimal.ts';

const PLAIN = /^-?\d+(\.\d+)?$/;

/** Whether a text is a plain decimal number: no exponent, no plus, no space. */
export const isDecimal = (text: string): boolean => PLAIN.test(text);

export const isZero = (text: string): boolean => !/[1-9]/.test(text);

export function negate(text: string): string {
  const scale = decimalsOf(text);
  return formatDecimal(-parseDecimal(text, scale), scale);
}

export function add(a: string, b: string): string {
  const scale = Math.max(decimalsOf(a), decimalsOf(b));
  return formatDecimal(parseDecimal(a, scale) + parseDecimal(b, scale), scale);
}

export const subtract = (a: string, b: string): string => add(a, negate(b));

export function multiply(a: string, b: string): string {
  const [x, y] = [decimalsOf(a), decimalsOf(b)];
  return formatDecimal(parseDecimal(a, x) * parseDecimal(b, y), x + y);
}

/** Without trailing zeros. */
export function canonical(text: string): string {
  const scale = decimalsOf(text);
  return formatDecimal(parseDecimal(text, scale), scale);
}

export const isSame = (a: string, b: string): boolean => isDecimal(a) && isDecimal(b) && isZero(subtract(a, b));

/** A decimal that may be written with an exponent (`1e-8`, as JSON writers do) as plain text; undefined for no number. */
export function plainText(text: string): string | undefined {
  if (isDecimal(text)) return text;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?[eE]([+-]?\d{1,3})$/.exec(text) ?? [];
  if (whole === '') return undefined;
  const shift = Number(exponent) - fraction.length;
  const digits = whole + fraction;
  const plain = shift >= 0 ? digits + '0'.repeat(shift) : formatDecimal(BigInt(digits), -shift);
  return sign + canonical(plain);
}
