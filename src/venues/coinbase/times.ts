/** Times as Coinbase writes them: RFC 3339 in UTC, with up to nine decimals of a second. Milliseconds with us.
 *  The byte function follows the convention of `core/bytes.ts`. */

const DAY_MS = 86_400_000;
const DASH = 45;
const DOT = 46;
const COLON = 58;
const T = 84;
const Z = 90;
/** Whole part of a time, `2026-08-09T21:05:48`, and its punctuation. */
const WHOLE = 19;

/** The time that `readTime` read last. A typed array holds a double without boxing it. */
const lastTime = new Float64Array(1);
export const timeMs = (): number => lastTime[0] as number;

/** Two digits, or NaN. */
function pair(buffer: Uint8Array, at: number): number {
  const tens = (buffer[at] as number) - 48;
  const ones = (buffer[at + 1] as number) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/** Days from 1970 to a date of the Gregorian calendar, counted from March so that leap days stand last. */
function daysTo(year: number, month: number, day: number): number {
  const shifted = month > 2 ? year : year - 1;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** A time that ends in `Z`, cut to whole milliseconds; see `timeMs()`. */
export function readTime(buffer: Uint8Array, start: number): number {
  if (start < 0) return -1;
  const isPunctuated =
    buffer[start + 4] === DASH &&
    buffer[start + 7] === DASH &&
    buffer[start + 10] === T &&
    buffer[start + 13] === COLON &&
    buffer[start + 16] === COLON;
  if (!isPunctuated) return -1;
  const year = pair(buffer, start) * 100 + pair(buffer, start + 2);
  const month = pair(buffer, start + 5);
  const day = pair(buffer, start + 8);
  const hour = pair(buffer, start + 11);
  const minute = pair(buffer, start + 14);
  const second = pair(buffer, start + 17);
  const isDate = year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
  if (!isDate || !(hour <= 23 && minute <= 59 && second <= 59)) return -1;
  let at = start + WHOLE;
  let millis = 0;
  if (buffer[at] === DOT) {
    at++;
    const first = at;
    let weight = 100;
    for (;;) {
      const digit = (buffer[at] as number) - 48;
      if (!(digit >= 0 && digit <= 9)) break;
      millis += digit * weight;
      weight = weight === 100 ? 10 : weight === 10 ? 1 : 0;
      at++;
    }
    if (at === first || at - first > 9) return -1;
  }
  if (buffer[at] !== Z) return -1;
  lastTime[0] = daysTo(year, month, day) * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000 + millis;
  return at + 1;
}

/** The milliseconds of a time's text; NaN for what is none. */
export function parseTime(text: unknown): number {
  if (typeof text !== 'string') return Number.NaN;
  const bytes = Buffer.from(text, 'utf8');
  return readTime(bytes, 0) === bytes.length ? timeMs() : Math.floor(Date.parse(text));
}

export const formatTime = (ms: number): string => new Date(ms).toISOString();
