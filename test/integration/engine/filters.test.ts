/** The whole engine with filters on, against simulated exchanges. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readJournal } from '../../support/agreement.ts';
import { simConfig } from '../../support/engine-config.ts';
import { startEngine } from '../../support/engine-process.ts';
import { startSim, type TestSim } from '../../support/sim.ts';

const FILTERS = [
  // Never bought at binance to be sold at okx; XRP not at all.
  { name: 'quote-pairs', deny: { bases: ['XRP'], venuePairs: [{ buy: 'binance', sell: 'okx' }] } },
  // Two seconds of samples; the market comes apart so often that three deviations would let nothing through.
  { name: 'premium', sigmas: 1.5, halfLifeMs: 60_000, warmUpSamples: 40 },
];

let sim: TestSim;
beforeAll(async () => {
  sim = await startSim({ seed: 44 });
});
afterAll(() => sim.close());

it('trades nothing that is denied, waits for a baseline, and counts both', async () => {
  const engine = startEngine({ config: simConfig(sim.ready, { filters: FILTERS }) });
  await engine.reached(
    'chances held back by each filter, and some let through',
    ({ refusals, legSets }) =>
      (refusals['filter-quote-pairs'] ?? 0) > 0 && (refusals['filter-premium'] ?? 0) > 0 && legSets.filled >= 3,
    60_000,
  );
  const metrics = await (await fetch(`${engine.url()}/metrics`)).text();
  for (const labels of [
    'filter="quote-pairs",outcome="held"',
    'filter="quote-pairs",outcome="passed"',
    'filter="premium",outcome="held"',
    'filter="premium",outcome="passed"',
  ]) {
    expect(metrics).toMatch(new RegExp(`^parallax_filter_checks_total\\{${labels}\\} [1-9]`, 'm'));
  }
  expect(metrics).toMatch(/^parallax_filter_checks_total\{filter="trend",outcome="held"\} 0$/m);
  await engine.post('/v1/drain');
  await engine.endsWith(0);

  const summary = engine.summary();
  expect(summary?.clean).toBe(true);
  expect(summary?.refusals['filter-quote-pairs']).toBeGreaterThan(0);
  expect(summary?.refusals['filter-premium']).toBeGreaterThan(0);

  const { opportunities, legSets } = readJournal(engine.dataDir);
  const isDenied = (instrument: string, buy: string | undefined, sell: string | undefined): boolean =>
    instrument === 'XRP-USDT' || (buy === 'binance' && sell === 'okx');
  const denied = opportunities.filter(({ instrument, buyVenue, sellVenue }) =>
    isDenied(instrument, buyVenue, sellVenue),
  );
  // Chances enough, none taken; their profit is told.
  const heldBack = denied.filter(({ verdict }) => verdict === 'filter-quote-pairs');
  expect(heldBack.length).toBeGreaterThan(0);
  for (const each of heldBack) expect(Number(each.profit), JSON.stringify(each)).toBeGreaterThan(0);
  expect(denied.filter(({ intents }) => intents > 0)).toEqual([]);
  expect(legSets.length).toBeGreaterThanOrEqual(3);
  for (const { instrument, legs } of legSets) {
    const at = (side: string) => legs.find((leg) => leg.role === 'leg' && leg.side === side)?.venue;
    expect(isDenied(instrument, at('buy'), at('sell')), `${instrument} ${JSON.stringify(legs)}`).toBe(false);
  }
  const { venues } = await sim.ledger();
  const traded = Object.values(venues).flatMap(({ orders }) => orders.map(({ instrument }) => instrument));
  expect(traded.length).toBeGreaterThan(0);
  expect(traded).not.toContain('XRP-USDT');
});
