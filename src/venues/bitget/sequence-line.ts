/** Sequence ids of Bitget, which may lie beyond 2^53 (19 digits), as numbers that a double holds exactly.
 *  An id is read as two halves, its last nine digits and what stands before them, and told as its distance from an origin
 *  of its symbol: nothing is rounded, so equal ids are equal numbers and a later id is a greater one.
 *  https://www.bitget.com/api-doc/spot/websocket/public/Depth-Channel (`seq`) */
import { type BookFrame, FRAME } from '../../core/frame.ts';

const LOW_DIGITS = 9;
const LOW_UNIT = 1e9;
/** Greatest distance in upper halves: with nine digits behind it, it stays below 2^53. */
const REACH = 9_007_198;
/** An origin lies this far below the first id, so that both earlier and later ids have a place. */
const BELOW = 4_000_000;
/** Upper halves of more digits than this would be rounded. */
const MAX_DIGITS = LOW_DIGITS + 15;

/** The halves read last. */
const halves = new Float64Array(2);
export const highHalf = (): number => halves[0] as number;
export const lowHalf = (): number => halves[1] as number;

/** A JSON integer, not negative, of any length that halves can hold; see `highHalf` and `lowHalf`. Follows `bytes.ts`. */
export function readLongInteger(buffer: Uint8Array, start: number): number {
  if (start < 0) return -1;
  let end = start;
  while ((buffer[end] as number) >= 48 && (buffer[end] as number) <= 57) end++;
  const digits = end - start;
  if (digits === 0 || digits > MAX_DIGITS || (digits > 1 && buffer[start] === 48)) return -1;
  const split = Math.max(start, end - LOW_DIGITS);
  halves[0] = digitsValue(buffer, start, split);
  halves[1] = digitsValue(buffer, split, end);
  return end;
}

function digitsValue(buffer: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) value = value * 10 + ((buffer[at] as number) - 48);
  return value;
}

/** The same of a parsed id: a number, or the digits of one that a double would have rounded. False when it is neither. */
export function splitId(id: unknown): boolean {
  const text = typeof id === 'number' ? String(id) : id;
  if (typeof text !== 'string' || !/^(0|[1-9]\d*)$/.test(text) || text.length > MAX_DIGITS) return false;
  halves[0] = Number(text.slice(0, -LOW_DIGITS));
  halves[1] = Number(text.slice(-LOW_DIGITS));
  return true;
}

/** The origins of a parser's symbols. Ids of today (twelve digits) have the origin 0: they stay the venue's own. */
export class SequenceLines {
  readonly #origins: Float64Array;

  constructor(symbols: number) {
    this.#origins = new Float64Array(symbols).fill(Number.NaN);
  }

  /** Gives the frame its ids; a high half of -1 means that there is none. A snapshot may begin a new line. False: the id
   *  is too far from what came before to be compared with it. */
  place(frame: BookFrame, high: number, low: number, previousHigh: number, previousLow: number): boolean {
    if (high < 0) return true;
    let origin = this.#origins[frame.symbol] as number;
    if (Number.isNaN(origin) || (frame.kind === FRAME.Snapshot && distance(origin, high, low) < 0)) {
      origin = high <= REACH ? 0 : high - BELOW;
      this.#origins[frame.symbol] = origin;
    }
    const seq = distance(origin, high, low);
    if (seq < 0) return false;
    frame.firstSeq = seq;
    frame.lastSeq = seq;
    frame.prevSeq = previousHigh < 0 ? -1 : distance(origin, previousHigh, previousLow);
    return true;
  }
}

/** -1 when it would not be exact. */
function distance(origin: number, high: number, low: number): number {
  const upper = high - origin;
  return upper < 0 || upper > REACH ? -1 : upper * LOW_UNIT + low;
}
