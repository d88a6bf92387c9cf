/** Every venue bans the engine once. A ban is left alone for as long as it lasts, which may be longer than outcomes are
 *  waited for: those are then unknown, and told; the next start learns of them. */
import { expect } from 'vitest';
import type { RunSummary } from '../../src/actors/summary.ts';
import { messageOf } from '../../src/core/faults.ts';
import { seededRandom } from '../../src/core/random.ts';
import type { EngineStatus } from '../../src/core/status.ts';
import { readWal } from './agreement.ts';
import { complaintsOf, exposureComplaints, summaryComplaints } from './complaints.ts';
import { type Cell, singleCells } from './fault-cells.ts';
import { expectObjections, tellOf } from './fault-matrix.ts';
import {
  acted,
  boundOf,
  type CellResult,
  evidenceAtEnd,
  type MatrixRun,
  SETTLE_MS,
  startMatrix,
} from './matrix-run.ts';
import { allKnown } from './sets-closed.ts';
import { startSim } from './sim.ts';
import { openOrdersOf } from './wal-state.ts';

/** The longest ban but Bybit's, which names ten minutes. */
const SOMEWHERE_MS = 70_000;

export async function throughBans({ seed, venues }: { seed: number; venues: readonly string[] }): Promise<void> {
  const sim = await startSim({ seed, venues });
  try {
    const banned = await startMatrix(sim, { policy: 'unwind' });
    const results: CellResult[] = [];
    for (const cell of singleCells(['http-418'], venues, seededRandom(seed))) results.push(await runBan(banned, cell));
    banned.engine.process.signal('SIGTERM');
    await banned.engine.process.end(20_000);
    const next = await startMatrix(sim, { policy: 'unwind', dataDir: banned.engine.dataDir });
    await allKnown(next.engine, SETTLE_MS);
    const { summary, ...evidence } = await evidenceAtEnd(next);
    tellOf(results, evidence, `bans, seed ${seed}`);
    expect(
      [
        ...results.flatMap(({ complaints }) => complaints),
        ...untold(banned.engine.summary()),
        ...complaintsOf(evidence),
        ...exposureComplaints(undefined, evidence.after, boundOf(next)),
        ...(summary === undefined ? ['there is no summary'] : summaryComplaints(summary)),
      ],
      `seed ${seed}`,
    ).toEqual([]);
    expectObjections(evidence);
  } finally {
    await sim.close();
  }
}

async function runBan({ sim, engine }: MatrixRun, cell: Cell): Promise<CellResult> {
  const startedAt = Date.now();
  const complaints: string[] = [];
  try {
    await engine.reached('two venues to trade at', hasTwo, SOMEWHERE_MS);
    if (!(await acted(sim, cell))) complaints.push('nobody met the ban');
    await engine.post('/v1/pause');
    const open = () => openOrdersOf(readWal(engine.dataDir)).map(({ opened }) => opened.legSet);
    await engine.reached(
      'leg sets to be closed, or to wait and be told',
      ({ faults }) => open().every((id) => faults.some(({ message }) => message.includes(id))),
      SETTLE_MS,
    );
    await engine.post('/v1/resume');
  } catch (thrown) {
    complaints.push(messageOf(thrown));
    if (engine.process.isRunning) await engine.post('/v1/resume').catch(() => undefined);
  }
  return { cell, tookMs: Date.now() - startedAt, complaints: complaints.map((text) => `${cell.name}: ${text}`) };
}

const hasTwo = ({ venues }: EngineStatus): boolean =>
  venues.filter(({ state, gatewayUp }) => state === 'live' && gatewayUp).length >= 2;

/** Nothing is residual, and every outcome that was given up is a fault that a person is told of. */
function untold(summary: RunSummary | undefined): string[] {
  if (summary === undefined) return ['the banned engine wrote no summary'];
  const { legSets, faults } = summary;
  const told = faults.filter(({ code }) => code === 'execution/unknown').length;
  return [
    ...(legSets.residual > legSets.held ? [`${legSets.residual - legSets.held} leg sets are residual`] : []),
    ...(legSets.unknown > told ? [`${legSets.unknown} leg sets are unknown, and ${told} were told`] : []),
  ];
}
