/** A venue that says "too often" and then "out" while the whole engine trades: it is not pressed, nothing is left over, and
 *  trading goes on afterwards. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LoggedRequest } from '../../../src/sim/request-log.ts';
import { disagreements, readJournal, readWal } from '../../support/agreement.ts';
import { simConfig } from '../../support/engine-config.ts';
import { type EngineProcess, startEngine } from '../../support/engine-process.ts';
import { setsClosed } from '../../support/sets-closed.ts';
import { startSim, type TestSim } from '../../support/sim.ts';
import { until } from '../../support/until.ts';

/** Takes orders over REST alone, so that a storm meets every one of them. */
const VENUE = 'bitget';

let sim: TestSim;
let engine: EngineProcess;

beforeAll(async () => {
  sim = await startSim({ seed: 91, venues: [VENUE, 'okx'] });
  engine = startEngine({ config: simConfig(sim.ready) });
  await trades(2);
});

afterAll(() => sim.close());

async function trades(more: number): Promise<void> {
  const before = (await until('a status', () => engine.status(), { timeoutMs: 60_000 })).legSets.filled;
  await engine.reached(`${more} more trades`, ({ legSets }) => legSets.filled >= before + more, 60_000);
}

async function requests(): Promise<readonly LoggedRequest[]> {
  const reply = await fetch(`${sim.ready.control}/requests`);
  return ((await reply.json()) as Record<string, LoggedRequest[]>)[VENUE] ?? [];
}

const refused = (all: readonly LoggedRequest[]): number => all.filter(({ status }) => status === 429).length;

describe('a storm of refusals', () => {
  it('is met with a handful of requests, and trading goes on after it', async () => {
    const stormMs = 4_000;
    await sim.plant({ venue: VENUE, kind: 'http-429', durationMs: stormMs });
    await until('a refusal', async () => refused(await requests()) > 0, { timeoutMs: 30_000 });
    await until('the end of the storm', async () => (await storms()) === 0, { timeoutMs: 30_000 });
    // Each lane once, and again after waits of 1 s, 2 s and 4 s.
    expect(refused(await requests())).toBeLessThanOrEqual(9);
    await trades(2);
  });

  it('leaves nothing over, and says that it was there', async () => {
    await engine.post('/v1/pause');
    await setsClosed(engine);
    engine.process.signal('SIGTERM');
    await engine.process.end();
    const summary = engine.summary();
    expect(summary?.legSets).toMatchObject({ residual: 0, unknown: 0 });
    const after = await sim.ledger();
    expect(
      disagreements({
        after,
        journal: readJournal(engine.dataDir),
        wal: readWal(engine.dataDir),
        ...(summary === undefined ? {} : { summary }),
      }),
    ).toEqual([]);
    // What is refused so often may also open a breaker for longer than its first step.
    const codes = new Set(summary?.faults.map(({ code }) => code));
    codes.delete('execution/breaker');
    expect([...codes]).toEqual(['venue/rate-limited']);
  });
});

/** Storms that still go on. */
async function storms(): Promise<number> {
  const reply = await fetch(`${sim.ready.control}/faults`);
  return ((await reply.json()) as { faults: unknown[] }).faults.length;
}
