/** Binary decimals (a 64-bit mantissa and an exponent, as SBE has them) onto an instrument's grid, exactly.
 *  Allocates nothing. Results lie in module memory, since a typed array holds a double without boxing it. */
import { GRID_MAX } from './units.ts';

/** 2^32, and the first high word that a double cannot hold together with its low one. */
const WORD = 4_294_967_296;
const UNSAFE_HIGH = 2 ** 21;
/** Powers of ten that a double holds exactly. */
const POWERS = Float64Array.from({ length: 23 }, (_, n) => Number(`1e${n}`));
/** The largest divisor whose remainders leave room for 16 more bits in an exact double. */
const STEP = 9;

const results = new Float64Array(2);
/** The grid value that `toGrid` found last; cut towards zero where it is off the grid, at GRID_MAX where too large. */
export const gridValue = (): number => results[0] as number;
/** The integer that `readInt64` read last. */
export const int64 = (): number => results[1] as number;

export const readUint16 = (bytes: Uint8Array, at: number): number =>
  (bytes[at] as number) | ((bytes[at + 1] as number) << 8);

export const readUint32 = (bytes: Uint8Array, at: number): number =>
  (readUint16(bytes, at) | (readUint16(bytes, at + 2) << 16)) >>> 0;

export const readInt8 = (bytes: Uint8Array, at: number): number => ((bytes[at] as number) << 24) >> 24;

/** A 64-bit integer that is not negative and exact in a double; see `int64()`. False for any other. */
export function readInt64(bytes: Uint8Array, at: number): boolean {
  const high = readUint32(bytes, at + 4);
  if (high >= UNSAFE_HIGH) return false;
  results[1] = high * WORD + readUint32(bytes, at);
  return true;
}

/** What became of a number, as bits: one that is too fine for the grid may be too large for it as well. */
export const PLACED = { Exact: 0, OffGrid: 1, Saturated: 2, Negative: 4 } as const;

/** Places the mantissa at `at` on a grid: `shift` is its exponent plus the grid's decimals. See `gridValue()`. */
export function toGrid(bytes: Uint8Array, at: number, shift: number): number {
  const high = readUint32(bytes, at + 4);
  if (high >= UNSAFE_HIGH) return high >= 2 ** 31 ? PLACED.Negative : divideWide(bytes, at, shift);
  const mantissa = high * WORD + readUint32(bytes, at);
  if (shift === 0 || mantissa === 0) {
    results[0] = mantissa;
    return PLACED.Exact;
  }
  if (shift > 0) {
    // A product past 2^53 is rounded, but never below it.
    const value = shift < POWERS.length ? mantissa * (POWERS[shift] as number) : GRID_MAX + 1;
    results[0] = Math.min(value, GRID_MAX);
    return value > GRID_MAX ? PLACED.Saturated : PLACED.Exact;
  }
  if (-shift >= POWERS.length) {
    results[0] = 0;
    return PLACED.OffGrid;
  }
  const divisor = POWERS[-shift] as number;
  const quotient = mantissa / divisor;
  // A whole quotient times its divisor is below 2^53 and so exact: no slow remainder is taken where there is none.
  if (Math.floor(quotient) === quotient && quotient * divisor === mantissa) {
    results[0] = quotient;
    return PLACED.Exact;
  }
  const rest = mantissa % divisor;
  results[0] = (mantissa - rest) / divisor;
  return PLACED.OffGrid;
}

/** The same for a mantissa past 2^53, by long division in words of 16 bits. */
function divideWide(bytes: Uint8Array, at: number, shift: number): number {
  let w3 = readUint16(bytes, at + 6);
  let w2 = readUint16(bytes, at + 4);
  let w1 = readUint16(bytes, at + 2);
  let w0 = readUint16(bytes, at);
  let isExact = true;
  for (let left = Math.max(0, -shift); left > 0; left -= STEP) {
    const divisor = POWERS[Math.min(left, STEP)] as number;
    // Every quotient is below 2^16, where a double tells it from the next whole number: rounding down is exact.
    let part = w3;
    w3 = Math.floor(part / divisor);
    part = (part - w3 * divisor) * 65_536 + w2;
    w2 = Math.floor(part / divisor);
    part = (part - w2 * divisor) * 65_536 + w1;
    w1 = Math.floor(part / divisor);
    part = (part - w1 * divisor) * 65_536 + w0;
    w0 = Math.floor(part / divisor);
    if (part !== w0 * divisor) isExact = false;
  }
  // Rounded where it does not fit, which then is past the limit whatever the last digits are.
  const value = ((w3 * 65_536 + w2) * 65_536 + w1) * 65_536 + w0;
  if (shift > 0) {
    results[0] = GRID_MAX;
    return PLACED.Saturated;
  }
  results[0] = Math.min(value, GRID_MAX);
  return (isExact ? PLACED.Exact : PLACED.OffGrid) | (value > GRID_MAX ? PLACED.Saturated : PLACED.Exact);
}

/** Decimals that the number at `at` needs once trailing zeros are gone. For numbers that are off a grid: it allocates. */
export function neededDecimals(bytes: Uint8Array, at: number, exponent: number): number {
  let mantissa = BigInt(readUint32(bytes, at + 4)) * BigInt(WORD) + BigInt(readUint32(bytes, at));
  let decimals = -exponent;
  while (decimals > 0 && mantissa % 10n === 0n) {
    mantissa /= 10n;
    decimals--;
  }
  return Math.max(0, decimals);
}
