/** Fifty seeded kills with a leg set open. */
import { describe, expect, it } from 'vitest';
import { keepSetsOpen, killSeries } from '../support/kills.ts';
import { startSim } from '../support/sim.ts';

const KILLS = 50;
const LANES = 2;
const seed = Number(process.env['PARALLAX_TEST_SEED'] ?? Date.now() % 1_000_000);

describe('SIGKILL, many times', () => {
  it(`${KILLS} moments with a leg set open, seed ${seed}`, async () => {
    const sim = await startSim({ seed: 99 });
    await keepSetsOpen(sim);
    const lanes = Array.from({ length: LANES }, (_, lane) => killSeries(sim, KILLS / LANES, seed + lane));
    const results = (await Promise.all(lanes)).flat();
    expect(results.flatMap(({ problems }) => problems)).toEqual([]);
    expect(results).toHaveLength(KILLS);
    const withOpenSet = results.filter(({ hadOpenSet }) => hadOpenSet).length;
    console.info(`${withOpenSet} of ${KILLS} kills found a leg set open (seed ${seed})`);
    expect(withOpenSet).toBeGreaterThanOrEqual(KILLS * 0.9);
    await sim.close();
  });
});
