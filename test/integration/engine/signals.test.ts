/** SIGINT and SIGTERM under load: what is open is finished, the summary is written, the end is clean and in time. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ledger } from '../../../src/sim/ledger.ts';
import { disagreements, readJournal, readWal } from '../../support/agreement.ts';
import { simConfig } from '../../support/engine-config.ts';
import { type EngineProcess, startEngine } from '../../support/engine-process.ts';
import { start } from '../../support/processes.ts';
import { startSim, type TestSim } from '../../support/sim.ts';

const LONGEST_MS = 5_000;

let sim: TestSim;

beforeAll(async () => {
  sim = await startSim({ seed: 5 });
  // Sets stay open for longer, so that a signal finds some.
  for (const venue of ['binance', 'okx']) await sim.plant({ venue, kind: 'slow', ms: 150, durationMs: 600_000 });
});

afterAll(() => sim.close());

const isBusy = async (engine: EngineProcess): Promise<void> => {
  await engine.reached('trades', ({ legSets }) => legSets.filled >= 3, 60_000);
  await engine.reached(
    'an open leg set',
    ({ legSets: { opened, filled, unwound, missed } }) => opened > filled + unwound + missed,
  );
};

async function expectCleanEnd(engine: EngineProcess, before: Awaited<ReturnType<TestSim['ledger']>>): Promise<void> {
  const sentAt = Date.now();
  await engine.endsWith(0, 20_000);
  expect(Date.now() - sentAt, engine.process.err.slice(-2_000)).toBeLessThan(LONGEST_MS);
  const summary = engine.summary();
  expect(summary).toMatchObject({ clean: true, faults: [], legSets: { residual: 0, unknown: 0 } });
  const journal = readJournal(engine.dataDir);
  expect(
    disagreements({
      before,
      after: await sim.ledger(),
      journal,
      wal: readWal(engine.dataDir),
      ...(summary === undefined ? {} : { summary }),
    }),
  ).toEqual([]);
  expect(journal.runs).toMatchObject([{ clean: true }]);
}

describe('a signal under load', () => {
  it('SIGINT drains and ends clean', async () => {
    const before = await sim.ledger();
    const engine = startEngine({ config: simConfig(sim.ready) });
    await isBusy(engine);
    engine.process.signal('SIGINT');
    await expectCleanEnd(engine, before);
  });

  it('SIGTERM to npm gets through to the engine, which drains and ends clean', async () => {
    const before = await sim.ledger();
    const engine = startEngine({
      config: simConfig(sim.ready),
      launch: (args) => start('npm', ['run', '--silent', 'parallax', '--', ...args]),
    });
    await isBusy(engine);
    engine.process.signal('SIGTERM');
    await expectCleanEnd(engine, before);
  });

  it('Ctrl-C in a terminal reaches npm, the engine and the embedded exchanges at once', async () => {
    const engine = startEngine({
      config: { api: { port: 0 }, idle: 'park' },
      launch: (args) => start('npm', ['run', '--silent', 'parallax', '--', ...args], { group: true }),
    });
    await isBusy(engine);
    const sentAt = Date.now();
    engine.process.signalGroup('SIGINT');
    await engine.endsWith(0, 20_000);
    expect(Date.now() - sentAt, engine.process.err.slice(-2_000)).toBeLessThan(LONGEST_MS);
    const summary = engine.summary();
    expect(summary, engine.process.err.slice(-2_000)).toMatchObject({ clean: true, faults: [] });
    const after = JSON.parse(readFileSync(join(engine.dataDir, 'sim-ledger.json'), 'utf8')) as Ledger;
    expect(
      disagreements({
        after,
        journal: readJournal(engine.dataDir),
        wal: readWal(engine.dataDir),
        ...(summary === undefined ? {} : { summary }),
      }),
    ).toEqual([]);
  });

  it('a signal while it starts ends it as soon as it can', async () => {
    const engine = startEngine({ config: simConfig(sim.ready) });
    await engine.process.logged(/feed up/);
    engine.process.signal('SIGTERM');
    await engine.endsWith(0);
    expect(engine.summary()).toMatchObject({ faults: [], legSets: { residual: 0 } });
  });
});
