/** One seqlock stress run, for the memory under test and for its mutants alike. */
import { allocate, ROW_BYTES } from '../../src/memory/layout.ts';
import { newGate } from './threads/gate.ts';
import { runThreads, SEED } from './threads/run.ts';
import type { SeqlockJob, SeqlockReport } from './threads/seqlock.worker.ts';
import { FIRST_SEQUENCE, layoutOf, ROWS_BEFORE } from './threads/shape.ts';

const ROWS = 3;

export async function runSeqlock(memory: string, payload: 'plain' | 'atomic', reads: number): Promise<SeqlockReport> {
  const layout = layoutOf(ROWS);
  const buffer = allocate(layout);
  const words = new Int32Array(buffer);
  for (let row = 0; row < ROWS; row++) words[(layout.rows + (ROWS_BEFORE + row) * ROW_BYTES) / 4] = FIRST_SEQUENCE;
  const shared = { memory, payload, buffer, gate: newGate(), finals: new SharedArrayBuffer(ROWS * 8), rows: ROWS };
  const jobs = (['reader', 'writer'] as const).map((role) => {
    const data: SeqlockJob = { ...shared, role, reads, seed: SEED };
    return { script: 'seqlock.worker.ts', data };
  });
  const [reader, writer] = await runThreads<SeqlockReport>(jobs);
  if (reader === undefined || writer === undefined) throw new Error('a report is missing');
  return { ...reader, published: writer.published };
}
