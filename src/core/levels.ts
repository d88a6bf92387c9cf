/** Price levels: from the bytes of a frame, or from parsed JSON, onto an instrument's grid.
 *  The byte functions follow the convention of `bytes.ts` and allocate nothing. */
import { expectBytes } from './bytes.ts';
import { type DecimalScan, newDecimalScan, SCAN, scanDecimal } from './decimal.ts';
import type { BookFrame, LevelList } from './frame.ts';
import type { SymbolEntry } from './venue.ts';

const QUOTE = 34;
const COMMA = 44;
const OPEN = 91;
const CLOSE = 93;

const scan: DecimalScan = newDecimalScan();

/** Text decimals of a level in one number, so that a checksum can be made of the text. Beyond 63 decimals no text can be
 *  given back. */
export const levelShape = (priceTextDecimals: number, sizeTextDecimals: number): number =>
  Math.min(priceTextDecimals, 63) * 64 + Math.min(sizeTextDecimals, 63);

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
    list.push(price, scan.value, levelShape(priceTextDecimals, scan.textDecimals));
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
  if (scan.value > 0) list.push(price, scan.value, levelShape(priceTextDecimals, scan.textDecimals));
  return scan.end;
}

/** Levels of a frame that took the `JSON.parse` path: `[["price","size",…],…]`. False when one cannot be read. */
export function fillLevels(entry: SymbolEntry, levels: unknown, frame: BookFrame, list: LevelList): boolean {
  if (!Array.isArray(levels)) return false;
  return levels.every(
    (level: unknown) => Array.isArray(level) && fillLevel(entry, level[0], level[1], frame, list, true),
  );
}

/** One such level. An empty one (size 0) is left out unless `keepEmpty`: in a delta it removes, in a top it says that the
 *  side is empty. */
export function fillLevel(
  entry: SymbolEntry,
  price: unknown,
  size: unknown,
  frame: BookFrame,
  list: LevelList,
  keepEmpty: boolean,
): boolean {
  if (!scanText(price, entry.priceDecimals) || !noteScan(frame, scan, entry.priceDecimals, true)) return false;
  const priceValue = scan.value;
  const priceTextDecimals = scan.textDecimals;
  if (!scanText(size, entry.sizeDecimals) || !noteScan(frame, scan, entry.sizeDecimals, false)) return false;
  if (keepEmpty || scan.value > 0) list.push(priceValue, scan.value, levelShape(priceTextDecimals, scan.textDecimals));
  return true;
}

function scanText(text: unknown, decimals: number): boolean {
  if (typeof text !== 'string') return false;
  const bytes = Buffer.from(text, 'utf8');
  scanDecimal(bytes, 0, bytes.length, decimals, scan);
  return scan.end === bytes.length;
}
