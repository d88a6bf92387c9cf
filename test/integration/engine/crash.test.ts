/** The engine is killed at seeded moments of every stage of an order's way. What comes after it finds everything again.
 *  Few kills here; `npm run test:crash -- --n 200` for many. */
import { describe, expect, it } from 'vitest';
import { CRASH_STAGES } from '../../../src/actors/crash-point.ts';
import { type Crash, crashSeries, seriesOf } from '../../support/crashes.ts';
import { keepSetsOpen } from '../../support/kills.ts';
import { startSim } from '../../support/sim.ts';

const kills = Number(process.env['PARALLAX_CRASHES'] ?? CRASH_STAGES.length);
const seed = Number(process.env['PARALLAX_TEST_SEED'] ?? Date.now() % 1_000_000);
const LANES = 2;

describe('a crash', () => {
  it(`loses nothing, whenever it comes: ${kills} kills, seed ${seed}`, {
    timeout: 120_000 + kills * 40_000,
  }, async () => {
    const series = seriesOf(kills);
    const crashes: Crash[] = [];
    const problems: string[] = [];
    let next = 0;
    const lane = async (index: number): Promise<void> => {
      // Their books come by subscribing: so many starts would use up Binance's weights with its snapshots.
      const sim = await startSim({ seed: seed + index, venues: ['okx', 'bybit'] });
      await keepSetsOpen(sim);
      for (let at = next++; at < series.length; at = next++) {
        const result = await crashSeries(sim, series[at] ?? [], seed + at);
        crashes.push(...result.crashes);
        problems.push(...result.problems.map((problem) => `series ${at}: ${problem}`));
      }
      await sim.close();
    };
    await Promise.all(Array.from({ length: Math.min(LANES, series.length) }, (_, index) => lane(index)));
    const open = crashes.filter(({ hadOpenSet }) => hadOpenSet).length;
    const byStage = CRASH_STAGES.map((stage) => `${stage} ${crashes.filter((crash) => crash.stage === stage).length}`);
    console.info(`${crashes.length} kills, seed ${seed}, ${open} of them with a leg set open: ${byStage.join(', ')}`);
    expect(problems, `seed ${seed}`).toEqual([]);
    expect(crashes.length).toBeGreaterThanOrEqual(kills);
    expect(open / crashes.length, `seed ${seed}`).toBeGreaterThanOrEqual(0.8);
  });
});
