/** What the scripted venues list: five instruments at fixed prices. Only the first is ever made to cross. */

export interface Listed {
  readonly base: string;
  readonly binance: string;
  readonly okx: string;
  /** OKX's `instIdCode`. */
  readonly code: number;
  /** Middle of both books. */
  readonly middle: number;
  readonly tick: number;
  readonly decimals: number;
}

const listed = (base: string, code: number, middle: number, decimals: number): Listed => ({
  base,
  binance: `${base}USDT`,
  okx: `${base}-USDT`,
  code,
  middle,
  tick: 10 ** -decimals,
  decimals,
});

export const INSTRUMENTS: readonly Listed[] = [
  listed('BTC', 10_001, 60_000, 2),
  listed('ETH', 10_002, 3_000, 2),
  listed('SOL', 10_003, 150, 2),
  listed('XRP', 10_004, 0.6, 4),
  listed('DOGE', 10_005, 0.12, 5),
];

export const TRADED = INSTRUMENTS[0] as Listed;
export const IDS: readonly string[] = INSTRUMENTS.map(({ okx }) => okx);
export const LOT_DECIMALS = 5;
/** Of both venues, taker, as decimal text. */
export const TAKER = '0.001';

/** A best bid and ask. */
export interface Top {
  readonly bid: number;
  readonly ask: number;
}

const around = (middle: number, spread: number): Top => ({ bid: middle - spread, ask: middle + spread });

/** Tops of the traded instrument. `up` at one venue and `neutral` at the other is a chance after fees; `aBitUp` and
 *  `aBitDown` are one only together. */
export const TOPS = {
  neutral: around(TRADED.middle, 10),
  up: around(TRADED.middle + 200, 10),
  aBitUp: around(TRADED.middle + 105, 10),
  aBitDown: around(TRADED.middle - 105, 10),
} as const;

/** Levels of a side, `[price, size]`, best first. */
export type Levels = readonly (readonly [price: string, size: string])[];

const LEVELS = 20;
const resting = new Map<string, Levels>();

/** Resting levels of a side, two ticks apart, the best of them behind the neutral top. */
export function restingLevels({ base, middle, tick, decimals }: Listed, side: 'bid' | 'ask'): Levels {
  const key = `${base} ${side}`;
  const sign = side === 'bid' ? -1 : 1;
  const gap = middle * 0.0003;
  const levels =
    resting.get(key) ??
    Array.from({ length: LEVELS }, (_, level): [string, string] => [
      (middle + sign * (gap + level * 2 * tick)).toFixed(decimals),
      (1 + level / 10).toFixed(LOT_DECIMALS),
    ]);
  resting.set(key, levels);
  return levels;
}

/** Two of the resting levels with sizes that depend on `at`. */
export function movedLevels(instrument: Listed, side: 'bid' | 'ask', at: number): Levels {
  const levels = restingLevels(instrument, side);
  return [at % LEVELS, (at * 7 + 3) % LEVELS].map((index): [string, string] => [
    levels[index]?.[0] ?? '',
    (1 + (at % 97) / 10).toFixed(LOT_DECIMALS),
  ]);
}
