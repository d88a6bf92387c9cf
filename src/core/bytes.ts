/** Byte-level reading of frames whose shape is known. Allocates nothing (but `textIn`).
 *  Every function takes the position where it starts and returns the position after what it read, or -1; started at -1 it
 *  returns -1, so a chain of them is judged at its end. Positions only grow, so a caller that checks the last one against
 *  the frame's end has checked them all. */

/** Bytes [start, end) as text, for what is not read from its bytes: it allocates. */
export const textIn = (buffer: Uint8Array, start: number, end: number): string =>
  Buffer.from(buffer.buffer, buffer.byteOffset + start, end - start).toString('utf8');

export const ascii = (text: string): Uint8Array => Buffer.from(text, 'latin1');

const QUOTE = 34;
const BACKSLASH = 92;

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
