/** The main job: quotes of exchanges to settled legs, and every book of it in agreement to the last digit. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunSummary } from '../../../src/actors/summary.ts';
import type { Ledger } from '../../../src/sim/ledger.ts';
import { venueRegistry } from '../../../src/venues/registry.ts';
import { disagreements, readJournal, readWal } from '../../support/agreement.ts';
import { simConfig } from '../../support/engine-config.ts';
import { type EngineProcess, startEngine } from '../../support/engine-process.ts';
import { exact } from '../../support/exact.ts';
import { startSim } from '../../support/sim.ts';

function expectGoodRun(engine: EngineProcess, ledger: Ledger, topology: string): RunSummary {
  const venues = Object.keys(ledger.venues);
  const summary = engine.summary();
  if (summary === undefined) throw new Error('there is no summary');
  expect(summary).toMatchObject({ mode: 'sim', topology, clean: true, faults: [] });
  expect(Object.entries(summary.venues).map(([id, { state, rows }]) => [id, state, rows])).toEqual(
    venues.map((id) => [id, 'live', 5]),
  );
  expect(summary.legSets.filled).toBeGreaterThanOrEqual(20);
  expect(summary.legSets).toMatchObject({ residual: 0, unknown: 0 });
  expect(exact(summary.valued['USDT'] ?? '0') > 0n, `valued ${JSON.stringify(summary.valued)}`).toBe(true);
  const journal = readJournal(engine.dataDir);
  expect(disagreements({ after: ledger, journal, wal: readWal(engine.dataDir), summary })).toEqual([]);
  expect(journal.runs).toMatchObject([{ id: summary.run, clean: true, topology }]);
  return summary;
}

describe('the main job', () => {
  // Against exchanges of their own: dedicated here, so that with the embedded run below both topologies are seen.
  it('dedicated: agrees with the ledger of the exchanges', async () => {
    const sim = await startSim({ seed: 20_261 });
    const config = simConfig(sim.ready, { topology: 'dedicated', idle: 'park' });
    const engine = startEngine({ config, args: ['--for', '6s'] });
    await engine.endsWith(0, 60_000);
    expectGoodRun(engine, await sim.ledger(), 'dedicated');
    await sim.close();
  });

  it('with embedded exchanges, as `npm start` runs it', async () => {
    // Only the API's port is said, so that an engine that runs beside the tests is not in the way.
    const engine = startEngine({
      config: { topology: 'fused', api: { port: 0 } },
      args: ['--for', '5s', '--seed', '3'],
    });
    await engine.endsWith(0, 60_000);
    const ledger = JSON.parse(readFileSync(join(engine.dataDir, 'sim-ledger.json'), 'utf8')) as Ledger;
    expect(Object.keys(ledger.venues)).toEqual([...venueRegistry.keys()]);
    expectGoodRun(engine, ledger, 'fused');
  });
});
