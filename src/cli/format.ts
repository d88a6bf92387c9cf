/** How figures are written for people. Amounts stay decimal text: nothing here makes a float of money. */

/** `1234567` → `1,234,567` */
export const grouped = (value: number): string =>
  Number.isFinite(value)
    ? Math.round(value)
        .toString()
        .replace(/\B(?=(\d{3})+$)/g, ',')
    : '-';

/** At most five characters for a count: `9,999`, `12.3k`, `1.23M`. */
export function shortCount(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (value < 10_000) return grouped(value);
  for (const [unit, size] of [
    ['k', 1e3],
    ['M', 1e6],
    ['G', 1e9],
  ] as const) {
    // 999.5 of a unit is written as 1.00 of the next.
    if (value < 999.5 * size) return `${(value / size).toPrecision(3)}${unit}`;
  }
  return value.toExponential(0);
}

/** `440000` → `440 µs` */
export function nanoseconds(ns: number): string {
  if (!Number.isFinite(ns)) return '-';
  for (const [unit, size] of [
    ['ns', 1],
    ['µs', 1e3],
    ['ms', 1e6],
  ] as const) {
    if (ns < 999.5 * size) return `${size === 1 ? Math.round(ns) : (ns / size).toPrecision(3)} ${unit}`;
  }
  const seconds = ns / 1e9;
  return `${seconds < 999.5 ? seconds.toPrecision(3) : grouped(seconds)} s`;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** `83000` → `00:01:23`; `2d 03:04:05` past a day. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const days = Math.floor(seconds / 86_400);
  const time = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':');
  return days > 0 ? `${days}d ${time}` : time;
}

/** Time of day, UTC: `15:06:40` */
export const timeOfDay = (epochMs: number): string => new Date(epochMs).toISOString().slice(11, 19);

/** Decimal text cut (not rounded) to `digits` decimals; a value that would vanish keeps its first digit. */
export function shortDecimal(text: string, digits: number): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null) return text;
  const [, sign = '', whole = '0', fraction = ''] = match;
  const first = fraction.search(/[1-9]/);
  const keep = /^0*$/.test(whole) && first >= digits ? first + 1 : digits;
  const cut = fraction.slice(0, keep).replace(/0+$/, '');
  const isZero = /^0*$/.test(whole) && cut === '';
  return `${isZero ? '' : sign}${whole}${cut === '' ? '' : `.${cut}`}`;
}

/** With its sign also when positive: a gain is seen at once. */
export const signed = (text: string): string => (/^-/.test(text) || !/[1-9]/.test(text) ? text : `+${text}`);

/** `{ USDT: '1.5', BTC: '0' }` → `+1.5 USDT`; what is zero is left out. */
export function amounts(byAsset: Readonly<Record<string, string>>, digits = 4): string {
  const parts = Object.entries(byAsset).filter(([, amount]) => /[1-9]/.test(amount));
  return parts.map(([asset, amount]) => `${signed(shortDecimal(amount, digits))} ${asset}`).join('  ') || '0';
}
