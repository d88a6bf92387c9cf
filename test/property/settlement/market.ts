/** Prices of the three venues, and the chances that they offer. */
import { pairIndex } from '../../../src/core/intent.ts';
import { TRUST } from '../../../src/core/quote.ts';
import type { Lots, Ticks } from '../../../src/core/units.ts';
import type { Desk } from '../../unit/engine/desk.ts';
import type { Watcher } from './watcher.ts';

export const VENUES = ['alpha', 'beta', 'gamma'] as const;
/** [bid, ask] in ticks: alpha sells to gamma and beta, gamma to beta. */
const PRICES = [
  [9_990, 10_000],
  [10_200, 10_210],
  [10_080, 10_090],
] as const;
/** [where to buy, where to sell]. */
export const CHANCES = [
  [0, 1],
  [0, 2],
  [2, 1],
] as const;

/** Writes a row: its usual prices moved by so many ticks. */
export function quote({ world }: Desk, watcher: Watcher, venue: number, move: number, isLive: boolean): void {
  const [bid, ask] = PRICES[venue] as (typeof PRICES)[number];
  watcher.quote(venue, bid + move, ask + move, isLive);
  world.write(venue, {
    bids: [[bid + move, 100_000]],
    asks: [[ask + move, 100_000]],
    ...(isLive ? {} : { trust: TRUST.Suspect }),
  });
}

/** Asks for a leg set; the executor may refuse it. */
export function intend(desk: Desk, chance: number, lots: number): void {
  const [buy, sell] = CHANCES[chance] as (typeof CHANCES)[number];
  const leg = { size: lots as Lots, rowVersion: 2 };
  desk.intend({
    pair: pairIndex(0, buy, sell, VENUES.length),
    legs: [
      { ...leg, row: buy, side: 'buy', limit: PRICES[buy][1] as Ticks },
      { ...leg, row: sell, side: 'sell', limit: PRICES[sell][0] as Ticks },
    ],
  });
}
