/** RFC 3339 times of the sockets (`2026-08-02T03:35:51.302928Z`) as milliseconds. */
import { ascii, expectBytes } from '../../core/bytes.ts';

const DASH = ascii('-');
const T = ascii('T');
const COLON = ascii(':');
const Z = ascii('Z');
const DOT = 46;
const DAY_MS = 86_400_000;

/** What `readIsoTime` read last. */
const lastMs = new Float64Array(1);
export const isoMs = (): number => lastMs[0] as number;

const lastDigits = new Float64Array(1);
const number = (): number => lastDigits[0] as number;

/** Follows the convention of `bytes.ts`; see `isoMs()`. Only UTC; digits past the millisecond are cut. Allocates nothing. */
export function readIsoTime(buffer: Uint8Array, start: number): number {
  let at = readDigits(buffer, start, 4);
  const year = number();
  at = readDigits(buffer, expectBytes(buffer, at, DASH), 2);
  const month = number();
  at = readDigits(buffer, expectBytes(buffer, at, DASH), 2);
  const day = number();
  at = readDigits(buffer, expectBytes(buffer, at, T), 2);
  const hour = number();
  at = readDigits(buffer, expectBytes(buffer, at, COLON), 2);
  const minute = number();
  at = readDigits(buffer, expectBytes(buffer, at, COLON), 2);
  const second = number();
  if (at < 0 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return -1;
  let fraction = 0;
  if (buffer[at] === DOT) {
    at++;
    let digits = 0;
    for (let byte = buffer[at] as number; byte >= 48 && byte <= 57; byte = buffer[at] as number) {
      if (digits < 3) fraction = fraction * 10 + (byte - 48);
      digits++;
      at++;
    }
    if (digits === 0) return -1;
    for (; digits < 3; digits++) fraction *= 10;
  }
  lastMs[0] = daysSince1970(year, month, day) * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000 + fraction;
  return expectBytes(buffer, at, Z);
}

/** The milliseconds of a text; NaN when it is no such time. */
export function parseIsoTime(text: unknown): number {
  if (typeof text !== 'string') return Number.NaN;
  const bytes = Buffer.from(text, 'utf8');
  return readIsoTime(bytes, 0) === bytes.length ? isoMs() : Number.NaN;
}

function readDigits(buffer: Uint8Array, start: number, count: number): number {
  if (start < 0) return -1;
  let value = 0;
  for (let at = start; at < start + count; at++) {
    const byte = buffer[at] as number;
    if (!(byte >= 48 && byte <= 57)) return -1;
    value = value * 10 + (byte - 48);
  }
  lastDigits[0] = value;
  return start + count;
}

/** Days of the Gregorian calendar: years are counted from March, so that the leap day is their last. */
function daysSince1970(year: number, month: number, day: number): number {
  const from = month > 2 ? year : year - 1;
  const leaps = Math.floor(from / 4) - Math.floor(from / 100) + Math.floor(from / 400);
  return from * 365 + leaps + Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1 - 719_468;
}
