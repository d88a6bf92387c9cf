import { describe, expect, it } from 'vitest';
import { NO_CLOSING_CHECK, NO_ODD_MARK } from './mutants/mutants.ts';
import { withMutant } from './mutants/plant.ts';
import { runSeqlock } from './seqlock.ts';
import { MEMORY, SEED } from './threads/run.ts';

/** Good reads to make; atomic payload words are several times slower. A mutant is allowed more, and found in a fraction. */
const CASES = [
  { payload: 'plain', reads: 300_000 },
  { payload: 'atomic', reads: 80_000 },
] as const;
const MUTANT_READS = 3_000_000;

describe.each(CASES)(`seqlock row, $payload payload (seed ${SEED})`, ({ payload, reads }) => {
  it('is never read torn, and its last version is seen', async () => {
    const report = await runSeqlock(MEMORY, payload, reads);
    expect(report.torn).toBe('');
    expect(report.reads).toBeGreaterThanOrEqual(reads);
    // Both threads ran at once, past the wrap of the sequence.
    expect(report.changes).toBeGreaterThanOrEqual(1_000);
    expect(report.published).toBeGreaterThan(60_000);
  });

  it.each([NO_CLOSING_CHECK, NO_ODD_MARK])('catches the mutant: $name', async (mutant) => {
    const report = await withMutant(mutant, (memory) => runSeqlock(memory, payload, MUTANT_READS));
    expect(report.torn).toMatch(/^row \d/);
  });
});
