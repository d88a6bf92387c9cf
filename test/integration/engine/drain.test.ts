/** A drain while the exchanges answer slowly, refuse and fill in part: what is open is finished, and nothing is started. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readJournal, readWal } from '../../support/agreement.ts';
import { complaintsOf } from '../../support/complaints.ts';
import { simConfig } from '../../support/engine-config.ts';
import { startEngine } from '../../support/engine-process.ts';
import { startSim, type TestSim } from '../../support/sim.ts';
import { until } from '../../support/until.ts';
import { openOrdersOf } from '../../support/wal-state.ts';

const VENUES = ['binance', 'okx', 'bybit'] as const;

let sim: TestSim;

beforeAll(async () => {
  sim = await startSim({ seed: 77, venues: VENUES });
  for (const venue of VENUES) await sim.plant({ venue, kind: 'slow', ms: 400, durationMs: 600_000 });
});

afterAll(() => sim.close());

it('finishes what is open and starts nothing', async () => {
  const engine = startEngine({ config: simConfig(sim.ready) });
  await engine.reached('trades', ({ legSets }) => legSets.filled >= 2, 60_000);
  // What is open then needs hedging: orders of a drain, and none of a new leg set.
  for (const venue of VENUES) await sim.plant({ venue, kind: 'partial', count: 2, fraction: 0.4 });
  const open = () => openOrdersOf(readWal(engine.dataDir)).map(({ opened }) => opened.legSet);
  await until('leg sets to be open', () => open().length >= 2, { everyMs: 20, seen: open });
  await engine.post('/v1/drain');
  const answeredAt = Date.now();
  const unfinished = open();
  await engine.endsWith(0, 20_000);

  const wal = readWal(engine.dataDir);
  expect(wal.filter((entry) => entry.kind === 'LegSetOpened' && entry.at > answeredAt)).toEqual([]);
  expect(openOrdersOf(wal)).toEqual([]);
  const closedLate = wal.filter((entry) => entry.kind === 'LegSetClosed' && entry.at >= answeredAt);
  expect(closedLate.flatMap((entry) => ('legSet' in entry ? [entry.legSet] : []))).toEqual(
    expect.arrayContaining(unfinished),
  );
  expect(unfinished.length).toBeGreaterThan(0);

  const summary = engine.summary();
  expect(summary).toMatchObject({ clean: true, faults: [], legSets: { unknown: 0, residual: 0 } });
  const after = await sim.ledger();
  expect(
    complaintsOf({
      after,
      journal: readJournal(engine.dataDir),
      wal,
      findings: [],
      ...(summary === undefined ? {} : { summary }),
    }),
  ).toEqual([]);
});
