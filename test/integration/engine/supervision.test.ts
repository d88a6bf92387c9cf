/** What a crash takes with it, and what it does not, in both topologies. One engine lives through all of a topology's
 *  crashes, and at its end every book has to agree. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { disagreements, readJournal, readWal } from '../../support/agreement.ts';
import { type EngineHere, startEngineHere } from '../../support/engine-here.ts';
import { startSim, type TestSim } from '../../support/sim.ts';
import { until } from '../../support/until.ts';

const ALL = ['detector', 'executor', 'feed:binance', 'feed:okx', 'journal'];

const restartsOf = ({ status }: Pick<EngineHere, 'status'>): Record<string, number> =>
  Object.fromEntries(
    status()
      .actors.map(({ name, restarts }) => [name, restarts] as const)
      .sort(),
  );

const venue = ({ status }: Pick<EngineHere, 'status'>, id: string) => {
  const found = status().venues.find((each) => each.id === id);
  if (found === undefined) throw new Error(`no venue ${id}`);
  return found;
};

describe.each(['fused', 'dedicated'])('%s', (topology) => {
  let sim: TestSim;
  let here: EngineHere;

  beforeAll(async () => {
    sim = await startSim({ seed: 404 });
    here = await startEngineHere(sim.ready, { topology, supervision: { maxRestarts: 20 } });
    await trades(3);
  });

  afterAll(() => sim.close());

  /** Waits for so many more leg sets that filled. */
  async function trades(more: number): Promise<void> {
    const before = here.status().legSets.filled;
    await here.reached(`${more} more trades`, ({ legSets }) => legSets.filled >= before + more, 45_000);
  }

  /** Crashes an actor, waits until everything is up again, and gives the restarts that it took. */
  async function crash(name: string, how: 'boundary' | 'uncaught'): Promise<Record<string, number>> {
    const before = restartsOf(here);
    here.engine.supervisor.crash(name, how);
    await here.reached(`${name} to be restarted`, () => (restartsOf(here)[name] ?? 0) > (before[name] ?? 0));
    await here.reached(
      'all actors and venues to be up',
      ({ actors, venues, state }) =>
        actors.every(({ up }) => up) &&
        venues.every((each) => each.state === 'live' && each.gatewayUp) &&
        state === 'running',
    );
    return Object.fromEntries(
      Object.entries(restartsOf(here)).map(([actor, count]) => [actor, count - (before[actor] ?? 0)]),
    );
  }

  const alone = (name: string): Record<string, number> =>
    Object.fromEntries(ALL.map((actor) => [actor, actor === name ? 1 : 0]));

  it('a feed that fails at its boundary is restarted alone, and its old rows are not priced', async () => {
    const okx = venue(here, 'okx');
    const binance = venue(here, 'binance');
    const dead = until(
      'rows of the dead incarnation that nobody prices',
      () => {
        const rows = here.engine.view.quotes().filter((quote) => quote.venue === 'okx');
        // Edges need two live rows: with one venue's gone there are none.
        return rows.every(({ trust }) => trust !== 'live') && here.engine.view.edges().length === 0;
      },
      { everyMs: 1 },
    );
    expect(await crash('feed:okx', 'boundary')).toEqual(alone('feed:okx'));
    await dead;
    expect(venue(here, 'okx').incarnation).toBeGreaterThan(okx.incarnation);
    expect(venue(here, 'binance')).toMatchObject({ incarnation: binance.incarnation, reconnects: binance.reconnects });
    await trades(2);
  });

  it('a detector that fails at its boundary is restarted alone', async () => {
    expect(await crash('detector', 'boundary')).toEqual(alone('detector'));
    await trades(2);
  });

  it('an executor that fails with sets open is restarted alone, and what was open is settled', async () => {
    for (const id of ['binance', 'okx']) await sim.plant({ venue: id, kind: 'slow', ms: 400, durationMs: 60_000 });
    const { legSets } = await here.reached(
      'an open leg set',
      ({ legSets: { opened, filled, unwound, missed } }) => opened > filled + unwound + missed,
    );
    const paused = until('the pause', () => here.status().reasons.includes('an actor is being restarted'), {
      everyMs: 1,
    });
    expect(await crash('executor', 'boundary')).toEqual(alone('executor'));
    await paused;
    await sim.lift();
    expect(readFileSync(join(here.dataDir, 'parallax.log'), 'utf8')).toMatch(/recovered/);
    await here.reached(
      'all that was open to be closed',
      ({ legSets: { filled, unwound, missed } }) => filled + unwound + missed >= legSets.opened,
    );
    await trades(2);
  });

  it('a journal that fails loses no record', async () => {
    expect(await crash('journal', 'boundary')).toEqual(alone('journal'));
    await trades(2);
  });

  it(`a failure past the boundary restarts ${topology === 'fused' ? 'the whole group' : 'that actor alone'}`, async () => {
    const group = topology === 'fused' ? ALL.filter((name) => name !== 'journal') : undefined;
    for (const name of ['feed:binance', 'executor', 'detector']) {
      const expected =
        group === undefined ? alone(name) : Object.fromEntries(ALL.map((each) => [each, group.includes(each) ? 1 : 0]));
      expect(await crash(name, 'uncaught'), name).toEqual(expected);
    }
    await trades(2);
  });

  it('ends with every book in agreement', async () => {
    const summary = await here.finish();
    expect(summary.legSets).toMatchObject({ residual: 0, unknown: 0 });
    expect(summary.halted).toBeUndefined();
    // Lives that follow on each other so fast may meet a venue's limit of connections; they try again.
    const faults = summary.faults.filter(({ message }) => !/Unexpected server response: 429/.test(message));
    expect(new Set(faults.map(({ code }) => code)), JSON.stringify(faults)).toEqual(new Set(['actor/crashed']));
    const journal = readJournal(here.dataDir, { sameProcess: true });
    expect(disagreements({ after: await sim.ledger(), journal, wal: readWal(here.dataDir), summary })).toEqual([]);
  });
});

describe('a restart budget that is used up', () => {
  it('halts the engine with the reason', async () => {
    const sim = await startSim({ seed: 8 });
    const here = await startEngineHere(sim.ready, { topology: 'fused', supervision: { maxRestarts: 1 } });
    here.engine.supervisor.crash('feed:okx', 'boundary');
    await here.reached('the restart', () => restartsOf(here)['feed:okx'] === 1);
    await here.reached('it to be up', ({ actors }) => actors.every(({ up }) => up));
    here.engine.supervisor.crash('feed:okx', 'boundary');
    const { reasons } = await here.reached('the halt', ({ state }) => state === 'halted');
    expect(reasons.join()).toMatch(/feed:okx.*restarts/);
    const { opened } = here.status().legSets;
    const summary = await here.finish();
    expect(summary.halted).toMatch(/feed:okx/);
    expect(summary.clean).toBe(false);
    expect(summary.faults.map(({ code }) => code)).toContain('actor/budget');
    expect(summary.legSets.opened).toBe(opened);
    await sim.close();
  });

  it('is used up by an actor that cannot be started again, and the engine lives to say so', async () => {
    const sim = await startSim({ seed: 9 });
    const here = await startEngineHere(sim.ready, { topology: 'fused', supervision: { maxRestarts: 3 } });
    await here.reached('trades', ({ legSets }) => legSets.filled > 0);
    // Where the executor's next epoch would be written, as a full disk has no place for it.
    mkdirSync(join(here.dataDir, `identity.json.${process.pid}.next`));
    here.engine.supervisor.crash('executor', 'boundary');
    const { reasons, legSets, faults } = await here.reached('the halt', ({ state }) => state === 'halted');
    expect(reasons.join()).toMatch(/executor used up its restarts: it cannot be started: EISDIR/);
    expect(faults.filter(({ code }) => code === 'actor/crashed')).toHaveLength(4);
    const summary = await here.finish();
    expect(summary).toMatchObject({ clean: false, legSets: { opened: legSets.opened } });
    await sim.close();
  });
});
