/** Exact decimal text ↔ integers. A binary float never decides a size, a fee or a balance. */
import { Fault } from './faults.ts';
import { GRID_MAX } from './units.ts';

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d+))?$/;
const POWERS = Array.from({ length: 64 }, (_, n) => 10n ** BigInt(n));

/** 10^n for 0 ≤ n < 64. */
export function pow10(n: number): bigint {
  const power = POWERS[n];
  if (power === undefined) throw new RangeError(`pow10(${n})`);
  return power;
}

/** Digits that a double adds up exactly. */
const SHORT = 15;
const ZERO = 48;
const DOT = 46;
const MINUS = 45;
const isDigit = (code: number): boolean => code >= ZERO && code <= 57;

/** `text` as an integer at `scale` decimals. Throws `decimal/malformed`, or `decimal/off-grid` when digits would be lost. */
export function parseDecimal(text: string, scale: number): bigint {
  return parseShort(text, scale) ?? parseAny(text, scale);
}

/** What nearly all texts are, in one pass; undefined for what is long, off the grid or no number. */
function parseShort(text: string, scale: number): bigint | undefined {
  const isNegative = text.charCodeAt(0) === MINUS;
  let value = 0;
  let digits = 0;
  let dotAt = -1;
  for (let at = isNegative ? 1 : 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === DOT && dotAt < 0 && digits > 0) {
      dotAt = at;
      continue;
    }
    if (!isDigit(code) || ++digits > SHORT) return undefined;
    value = value * 10 + (code - ZERO);
  }
  const decimals = dotAt < 0 ? 0 : text.length - dotAt - 1;
  if (digits === 0 || dotAt === text.length - 1 || decimals > scale) return undefined;
  const magnitude = BigInt(value) * pow10(scale - decimals);
  return isNegative ? -magnitude : magnitude;
}

function parseAny(text: string, scale: number): bigint {
  const match = DECIMAL.exec(text);
  if (match === null) throw new Fault('decimal/malformed', `not a decimal number: "${text.slice(0, 40)}"`, { text });
  const fraction = (match[3] ?? '').replace(/0+$/, '');
  if (fraction.length > scale) {
    throw new Fault('decimal/off-grid', `"${text}" has more than ${scale} decimals`, { text, scale });
  }
  const value = BigInt((match[2] ?? '0') + fraction.padEnd(scale, '0'));
  return match[1] === '-' ? -value : value;
}

/** An integer at `scale` decimals as plain text without trailing zeros. */
export function formatDecimal(value: bigint, scale: number): string {
  const text = formatFixed(value, scale);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** An integer at `scale` decimals as text with exactly `scale` decimals. */
export function formatFixed(value: bigint, scale: number): string {
  const negative = value < 0n;
  const digits = (negative ? -value : value).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const text = scale === 0 ? whole : `${whole}.${digits.slice(digits.length - scale)}`;
  return negative ? `-${text}` : text;
}

/** Decimals that `text` needs once trailing zeros are gone: "0.350" → 2, "1E-8" is malformed. */
export function decimalsOf(text: string): number {
  const match = DECIMAL.exec(text);
  if (match === null) throw new Fault('decimal/malformed', `not a decimal number: "${text.slice(0, 40)}"`, { text });
  return (match[3] ?? '').replace(/0+$/, '').length;
}

/** Moves an integer from one scale to another; throws `decimal/off-grid` when digits would be lost. */
export function rescale(value: bigint, from: number, to: number): bigint {
  if (to >= from) return value * pow10(to - from);
  const divisor = pow10(from - to);
  if (value % divisor !== 0n) {
    throw new Fault('decimal/off-grid', `${formatDecimal(value, from)} has more than ${to} decimals`, { from, to });
  }
  return value / divisor;
}

/** Integer division rounded towards minus infinity. `divisor` > 0. */
export function divideFloor(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value % divisor !== 0n && value < 0n ? quotient - 1n : quotient;
}

/** Integer division rounded towards plus infinity. `divisor` > 0. */
export function divideCeil(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value % divisor !== 0n && value > 0n ? quotient + 1n : quotient;
}

export const SCAN = { Ok: 0, OffGrid: 1, Saturated: 2, Malformed: 3 } as const;
export type ScanStatus = (typeof SCAN)[keyof typeof SCAN];

/** What `scanDecimal` leaves behind; one object, reused. */
export interface DecimalScan {
  /** The grid value; meaningless when malformed. */
  value: number;
  status: ScanStatus;
  /** Index of the first byte after the number. */
  end: number;
  /** Decimals in the text, trailing zeros included; with the value they give the text back. */
  textDecimals: number;
  /** Decimals in the text, trailing zeros not counted. */
  neededDecimals: number;
}

export const newDecimalScan = (): DecimalScan => ({
  value: 0,
  status: SCAN.Ok,
  end: 0,
  textDecimals: 0,
  neededDecimals: 0,
});

/** Reads an unsigned decimal from ASCII bytes onto a grid of `decimals`, digit by digit. Allocates nothing.
 *  Stops at the first byte that is neither digit nor dot. Exponents and signs are malformed (the caller falls back). */
export function scanDecimal(bytes: Uint8Array, start: number, end: number, decimals: number, out: DecimalScan): void {
  let at = start;
  let value = 0;
  let status: ScanStatus = SCAN.Ok;
  while (at < end && isDigit(bytes[at] as number)) {
    value = value * 10 + ((bytes[at] as number) - ZERO);
    at++;
  }
  const wholeDigits = at - start;
  let textDecimals = 0;
  let neededDecimals = 0;
  if (at < end && bytes[at] === DOT) {
    at++;
    while (at < end && isDigit(bytes[at] as number)) {
      const digit = (bytes[at] as number) - ZERO;
      textDecimals++;
      if (digit !== 0) neededDecimals = textDecimals;
      if (textDecimals <= decimals) value = value * 10 + digit;
      at++;
    }
    if (textDecimals === 0) status = SCAN.Malformed;
  }
  for (let missing = decimals - textDecimals; missing > 0; missing--) value *= 10;
  if (wholeDigits === 0) status = SCAN.Malformed;
  else if (status === SCAN.Ok) {
    if (value > GRID_MAX) {
      value = GRID_MAX;
      status = SCAN.Saturated;
    } else if (neededDecimals > decimals) status = SCAN.OffGrid;
  }
  out.value = value;
  out.status = status;
  out.end = at;
  out.textDecimals = textDecimals;
  out.neededDecimals = neededDecimals;
}

/** A grid value as canonical text ("0.35", no trailing zeros). */
export const gridText = (value: number, decimals: number): string => formatDecimal(BigInt(value), decimals);
