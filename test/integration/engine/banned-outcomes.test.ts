/** An order is taken and not answered, its private socket is dead, and then the venue bans the address: nothing may be asked
 *  for longer than an unknown outcome is given. The sets wait; when the venue may be asked again all books agree. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { disagreements, readJournal, readWal } from '../../support/agreement.ts';
import { simConfig } from '../../support/engine-config.ts';
import { type EngineProcess, startEngine } from '../../support/engine-process.ts';
import { setsClosed } from '../../support/sets-closed.ts';
import { startSim, type TestSim } from '../../support/sim.ts';
import { until } from '../../support/until.ts';
import { openOrdersOf } from '../../support/wal-state.ts';

const SEED = 92;
/** Takes orders over REST alone, and a ban stops REST. */
const VENUE = 'bitget';
const RESOLVE_MS = 1_000;
/** Bitget names no time: a first ban keeps the engine away for half a minute. */
const BAN_MS = 10_000;

let sim: TestSim;
let engine: EngineProcess;

beforeAll(async () => {
  sim = await startSim({ seed: SEED, venues: [VENUE, 'okx'] });
  const execution = { orderTimeoutMs: 300, resolveTimeoutMs: RESOLVE_MS };
  engine = startEngine({ config: simConfig(sim.ready, { execution }) });
  await trades(2);
});

afterAll(() => sim.close());

async function trades(more: number): Promise<void> {
  const before = (await until('a status', () => engine.status(), { timeoutMs: 60_000 })).legSets.filled;
  await engine.reached(`${more} more trades`, ({ legSets }) => legSets.filled >= before + more, 90_000);
}

describe(`unknown outcomes at a venue that bans (seed ${SEED})`, () => {
  it('wait for the end of the ban, with their instruments paused and a person told once of each', async () => {
    await sim.plant({ venue: VENUE, kind: 'half-open', scope: 'private' });
    await sim.plant({ venue: VENUE, kind: 'timeout-after-accept', count: 1 });
    await until('the lost answer', async () => ((await sim.faultsUsed())[`${VENUE}/timeout-after-accept`] ?? 0) > 0, {
      timeoutMs: 30_000,
      everyMs: 10,
    });
    await sim.plant({ venue: VENUE, kind: 'http-418', durationMs: BAN_MS });
    const waiting = await engine.reached(
      'the wait to be told',
      ({ faults }) => faults.some(({ code }) => code === 'execution/unknown'),
      30_000,
    );
    expect(waiting.legSets).toMatchObject({ unknown: 0 });
    expect(openOrdersOf(readWal(engine.dataDir)).length).toBeGreaterThan(0);
    await setsClosed(engine, 90_000);
    await trades(2);
  }, 240_000);

  it('leave nothing unknown, and every book agrees', async () => {
    await engine.post('/v1/pause');
    await setsClosed(engine, 60_000);
    engine.process.signal('SIGTERM');
    await engine.process.end();
    const summary = engine.summary();
    expect(summary?.legSets, engine.process.err.slice(-3_000)).toMatchObject({ residual: 0, unknown: 0 });
    const journal = readJournal(engine.dataDir);
    const wal = readWal(engine.dataDir);
    const after = await sim.ledger();
    expect(disagreements({ after, journal, wal, ...(summary === undefined ? {} : { summary }) })).toEqual([]);
    const told = journal.faults
      .filter(({ code }) => code === 'execution/unknown')
      .map(({ details }) => details['legSet']);
    expect(told.length).toBeGreaterThan(0);
    expect(new Set(told).size).toBe(told.length);
  }, 120_000);
});
