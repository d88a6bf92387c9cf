/** Byte-level reading of the shapes that the market streams send. Allocates nothing.
 *  Every function takes the position where it starts and returns the position after what it read, or -1; started at -1 it
 *  returns -1, so a chain of them is judged at its end. Positions only grow, so a caller that checks the last one against
 *  the frame's end has checked them all. */
import { type DecimalScan, newDecimalScan, SCAN, scanDecimal } from '../../core/decimal.ts';
import type { BookFrame, LevelList } from '../../core/frame.ts';
import type { SymbolEntry } from '../../core/venue.ts';

export const ascii = (text: string): Uint8Array => Buffer.from(text, 'latin1');

const QUOTE = 34;
const COMMA = 44;
const OPEN = 91;
const BACKSLASH = 92;
const CLOSE = 93;

const scan: DecimalScan = newDecimalScan();

/** The integer that `readInteger` read last. A typed array holds a double without boxing it. */
const lastInteger = new Float64Array(1);
export const integer = (): number => lastInteger[0] as number;

export function expectBytes(buffer: Uint8Array, at: number, expected: Uint8Array): number {
  if (at < 0) return -1;
  for (let i = 0; i < expected.length; i++) if (buffer[at + i] !== expected[i]) return -1;
  return at + expected.length;
}

/** A JSON integer, not negative and exact in a double; see `integer()`. */
export function readInteger(buffer: Uint8Array, start: number): number {
  if (start < 0) return -1;
  let at = start;
  let value = 0;
  let byte = buffer[at] as number;
  while (byte >= 48 && byte <= 57) {
    value = value * 10 + (byte - 48);
    at++;
    byte = buffer[at] as number;
  }
  const digits = at - start;
  // JSON knows no leading zeros: such a frame is left to JSON.parse to refuse.
  if (digits === 0 || (digits > 1 && buffer[start] === 48) || value > Number.MAX_SAFE_INTEGER) return -1;
  lastInteger[0] = value;
  return at;
}

/** The position of the quote that ends a plain string; escapes and control characters are left to JSON.parse. */
export function findQuote(buffer: Uint8Array, start: number, end: number): number {
  if (start < 0) return -1;
  for (let at = start; at < end; at++) {
    const byte = buffer[at] as number;
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH || byte < 32) return -1;
  }
  return -1;
}

/** Remembers on the frame what a number scanned at `decimals` lost: a size too large for the grid may be too fine for
 *  it as well. Returns false when it is no number. */
export function noteScan(frame: BookFrame, result: DecimalScan, decimals: number, isPrice: boolean): boolean {
  if (result.status === SCAN.Malformed) return false;
  if (result.status === SCAN.Saturated) frame.saturated = true;
  if (result.neededDecimals <= decimals) return true;
  if (isPrice) frame.neededPriceDecimals = Math.max(frame.neededPriceDecimals, result.neededDecimals);
  else frame.neededSizeDecimals = Math.max(frame.neededSizeDecimals, result.neededDecimals);
  return true;
}

/** The levels after a list's opening bracket: `["price","size"],…]`. */
export function readLevels(
  buffer: Uint8Array,
  start: number,
  end: number,
  entry: SymbolEntry,
  frame: BookFrame,
  list: LevelList,
): number {
  if (start < 0) return -1;
  let at = start;
  if (buffer[at] === CLOSE) return at + 1;
  for (;;) {
    if (buffer[at] !== OPEN || buffer[at + 1] !== QUOTE) return -1;
    scanDecimal(buffer, at + 2, end, entry.priceDecimals, scan);
    if (scan.status !== SCAN.Ok && !noteScan(frame, scan, entry.priceDecimals, true)) return -1;
    const price = scan.value;
    const priceTextDecimals = scan.textDecimals;
    at = scan.end;
    if (buffer[at] !== QUOTE || buffer[at + 1] !== COMMA || buffer[at + 2] !== QUOTE) return -1;
    scanDecimal(buffer, at + 3, end, entry.sizeDecimals, scan);
    if (scan.status !== SCAN.Ok && !noteScan(frame, scan, entry.sizeDecimals, false)) return -1;
    at = scan.end;
    if (buffer[at] !== QUOTE || buffer[at + 1] !== CLOSE) return -1;
    list.push(price, scan.value, priceTextDecimals * 64 + scan.textDecimals);
    at += 2;
    if (buffer[at] === CLOSE) return at + 1;
    if (buffer[at] !== COMMA) return -1;
    at++;
  }
}

/** A best price and size: `price` + `between` + `size`, up to the closing quote. An empty side (size 0) adds no level. */
export function readTop(
  buffer: Uint8Array,
  start: number,
  end: number,
  between: Uint8Array,
  entry: SymbolEntry,
  frame: BookFrame,
  list: LevelList,
): number {
  if (start < 0) return -1;
  scanDecimal(buffer, start, end, entry.priceDecimals, scan);
  if (scan.status !== SCAN.Ok && !noteScan(frame, scan, entry.priceDecimals, true)) return -1;
  const price = scan.value;
  const priceTextDecimals = scan.textDecimals;
  const at = expectBytes(buffer, scan.end, between);
  if (at < 0) return -1;
  scanDecimal(buffer, at, end, entry.sizeDecimals, scan);
  if (scan.status !== SCAN.Ok && !noteScan(frame, scan, entry.sizeDecimals, false)) return -1;
  if (scan.value > 0) list.push(price, scan.value, priceTextDecimals * 64 + scan.textDecimals);
  return scan.end;
}
