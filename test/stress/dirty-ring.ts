/** One dirty-ring stress run, for the memory under test and for its mutants alike. */
import { allocate } from '../../src/memory/layout.ts';
import type { DirtyRingJob, DirtyRingReport } from './threads/dirty-ring.worker.ts';
import { newGate } from './threads/gate.ts';
import { startNearWrap } from './threads/ring-state.ts';
import { runThreads, SEED } from './threads/run.ts';
import { layoutOf, VENUE } from './threads/shape.ts';

export interface DirtyRingRun {
  readonly rows: number;
  readonly rounds: number;
  readonly mortality?: number;
}

export async function runDirtyRing(memory: string, run: DirtyRingRun): Promise<DirtyRingReport> {
  const layout = layoutOf(run.rows);
  const buffer = allocate(layout);
  startNearWrap(new Int32Array(buffer), layout.dirtyRings[VENUE]?.offset ?? 0, 5_000);
  const shared = { memory, buffer, gate: newGate(), finals: new SharedArrayBuffer(run.rows * 8), seed: SEED };
  const jobs = (['consumer', 'producer'] as const).map((role) => {
    const data: DirtyRingJob = { ...shared, role, rows: run.rows, rounds: run.rounds, mortality: run.mortality ?? 0 };
    return { script: 'dirty-ring.worker.ts', data };
  });
  const [report] = await runThreads<DirtyRingReport>(jobs);
  if (report === undefined) throw new Error('a report is missing');
  return report;
}
