import { describe, expect, it } from 'vitest';
import { runDirtyRing } from './dirty-ring.ts';
import { CLEARED_AFTER_READ } from './mutants/mutants.ts';
import { withMutant } from './mutants/plant.ts';
import { MEMORY, SEED } from './threads/run.ts';

describe(`dirty ring (seed ${SEED})`, () => {
  it.each([1, 63, 64, 200])('loses no update of %i rows, holds each at most once, never overflows', async (rows) => {
    const report = await runDirtyRing(MEMORY, { rows, rounds: 3_000 });
    expect(report.broken).toBe('');
    expect(report.rounds).toBe(3_000);
    // The slow rounds filled it to the last row.
    expect(report.fullest).toBe(rows);
  });

  it(`catches the mutant: ${CLEARED_AFTER_READ.name}`, async () => {
    const run = { rows: 64, rounds: 60_000 };
    const report = await withMutant(CLEARED_AFTER_READ, (memory) => runDirtyRing(memory, run));
    expect(report.broken).toMatch(/in the mirror/);
  });
});

describe(`consumer death beside a living producer (seed ${SEED})`, () => {
  // Few rows: the dead consumer's row is the one being marked.
  it.each([1, 2, 3, 64])('loses nothing of %i rows whatever step it dies before', async (rows) => {
    const report = await runDirtyRing(MEMORY, { rows, rounds: 3_000, mortality: 0.2 });
    expect(report.broken).toBe('');
    // A take has seven atomic steps and a recovery at least four; it died before each of them, many times.
    const died = (deaths: readonly number[], steps: number): number =>
      Math.min(...Array.from({ length: steps }, (_, step) => deaths[step] ?? 0));
    expect(died(report.deathsInTake, 7)).toBeGreaterThan(10);
    expect(died(report.deathsInRecovery, 4)).toBeGreaterThan(0);
  });
});
