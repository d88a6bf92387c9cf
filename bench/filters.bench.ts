/** filters/<venues>x<instruments>: what a changed row costs with every opportunity filter on and nothing crossed, against
 *  the same detector without any: observing, the sweep's samples and all. */
import type { FilterConfig } from '../src/core/filter-config.ts';
import { createMarket, type Market } from './market.ts';
import { type Bench, type BenchRow, type Budget, OURS, takeTurns, toRow } from './rounds.ts';

const VENUES = 7;
const INSTRUMENTS = 50;
const WARM_ROUNDS = 20;

const ALL: readonly FilterConfig[] = [
  { name: 'quote-pairs', deny: { bases: ['B0'] } },
  { name: 'min-life', ms: 20 },
  { name: 'trend', maxMoveBps: 10, withinMs: 500 },
  { name: 'liquidity', minNotional: '1000', withinBps: 10, minUpdatesPerSecond: 1, windowMs: 10_000 },
  { name: 'premium', sigmas: 3, halfLifeMs: 600_000, warmUpSamples: 1_200, untilWarm: 'hold' },
];

/** Nanoseconds a row; publishing is not counted. */
function measure(market: Market, ms: number): number {
  let spentMs = 0;
  let passes = 0;
  while (spentMs < ms) {
    market.publish();
    const from = performance.now();
    market.detector.doWork();
    spentMs += performance.now() - from;
    passes++;
  }
  return (spentMs * 1e6) / (passes * market.rows);
}

async function filtersRow(name: string, budget: Budget): Promise<BenchRow> {
  const filtered = createMarket(VENUES, INSTRUMENTS, ALL);
  const bare = createMarket(VENUES, INSTRUMENTS);
  const warmUntil = performance.now() + budget.roundMs * WARM_ROUNDS;
  while (performance.now() < warmUntil) {
    measure(filtered, 1);
    measure(bare, 1);
  }
  const rounds = await takeTurns(
    [
      { name: OURS, measure: () => measure(filtered, budget.roundMs) },
      { name: 'no-filters', measure: () => measure(bare, budget.roundMs) },
    ],
    budget.rounds,
  );
  const note = `all ${bare.rows} rows changed, none crossed; ours has all ${ALL.length} filters on, with what the sweep samples for them`;
  return toRow({ name, unit: 'ns/row', note }, rounds);
}

const NAME = `filters/${VENUES}x${INSTRUMENTS}`;

export const filtersBench: Bench = { rows: [NAME], run: async (_wanted, budget) => [await filtersRow(NAME, budget)] };
