/** Times as Kraken writes them: RFC 3339 with microseconds on the sockets, seconds with decimals by REST. */
import type { Clock } from '../../../core/clock.ts';
import { wallMicros } from '../../clock-readings.ts';

/** The core's clock counts milliseconds. */
export const rfc3339 = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z');

export const secondsOf = (ms: number): number => ms / 1000;

/** Now, to the microsecond, for `time_in` and `time_out`. */
export function microsNow(clock: Clock): string {
  const micros = wallMicros(clock);
  const whole = new Date(Math.floor(micros / 1e3)).toISOString().slice(0, -1);
  return `${whole}${String(micros % 1e3).padStart(3, '0')}Z`;
}

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/** Unix ms of an RFC 3339 text; undefined when it is none. */
export function msOf(text: string): number | undefined {
  const ms = RFC3339.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** `Tue, 11 Nov 25 00:17:04 +0000`, the year in two digits. */
export function rfc1123(ms: number): string {
  const date = new Date(ms);
  const month = date.toUTCString().slice(8, 11);
  const day = String(date.getUTCDate()).padStart(2, ' ');
  return `${DAYS[date.getUTCDay()]}, ${day} ${month} ${String(date.getUTCFullYear()).slice(2)} ${date.toISOString().slice(11, 19)} +0000`;
}
