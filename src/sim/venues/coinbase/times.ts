/** Times as Coinbase writes them: RFC 3339 without trailing zeros, and Go's own form in heartbeats. */

/** `2026-08-09T21:05:44.82Z`. */
export const isoTime = (ms: number): string => new Date(Math.floor(ms)).toISOString().replace(/\.?0*Z$/, 'Z');

/** `2026-08-09 21:05:48.854 +0000 UTC m=+41691.26`: the moment, and the seconds that the server has been up. */
export function goTime(ms: number, upSeconds: number): string {
  const [date = '', time = ''] = isoTime(ms).slice(0, -1).split('T');
  return `${date} ${time} +0000 UTC m=+${upSeconds.toFixed(9)}`;
}

/** The milliseconds of an RFC 3339 time, or undefined. */
export function parseTime(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}
