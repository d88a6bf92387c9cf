/** SIGKILL with leg sets open: journal and log open and read, no order is unknown to the log, nobody is left behind. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readJournal } from '../../support/agreement.ts';
import { simConfig } from '../../support/engine-config.ts';
import { startEngine } from '../../support/engine-process.ts';
import { keepSetsOpen, killSeries } from '../../support/kills.ts';
import { startSim, type TestSim } from '../../support/sim.ts';
import { until } from '../../support/until.ts';

let sim: TestSim;

beforeAll(async () => {
  sim = await startSim({ seed: 31 });
  await keepSetsOpen(sim);
});

afterAll(() => sim.close());

const seed = Number(process.env['PARALLAX_TEST_SEED'] ?? Date.now() % 1_000_000);

describe('SIGKILL', () => {
  it.concurrent.each([0, 1])(`two moments each with a leg set open, seed ${seed} + %i`, async (lane) => {
    const results = await killSeries(sim, 2, seed + lane);
    expect(results.flatMap(({ problems }) => problems)).toEqual([]);
    expect(results).toHaveLength(2);
    // One set may have closed between the look and the kill, hardly both.
    expect(results.filter(({ hadOpenSet }) => hadOpenSet).length).toBeGreaterThanOrEqual(1);
  });

  it('frees the data folder, on which nobody else may work before', async () => {
    const config = simConfig(sim.ready);
    const first = startEngine({ config });
    const { dataDir } = first;
    await first.reached('trading', ({ legSets }) => legSets.opened > 0, 60_000);
    const second = startEngine({ config, dataDir });
    await second.endsWith(2);
    expect(second.process.err).toMatch(/^--data: an engine \(process \d+\) is at work on /);
    expect(second.process.err).toContain(dataDir);
    first.process.signal('SIGKILL');
    await first.process.end();
    const next = startEngine({ config, dataDir });
    await next.reached('trading', ({ legSets }) => legSets.opened > 0, 60_000);
    next.process.signal('SIGTERM');
    await next.endsWith(0);
    expect(readJournal(dataDir).runs).toHaveLength(2);
  });

  it('takes the embedded exchanges along', async () => {
    const engine = startEngine({ config: { api: { port: 0 }, idle: 'park' } });
    const { control } = (await engine.process.logged(/exchanges are up/)) as unknown as { control: string };
    expect((await fetch(`${control}/ready`)).status).toBe(200);
    await engine.process.logged(/admin API/);
    engine.process.signal('SIGKILL');
    // The pipes to it are closed only once its child is gone too: the child writes its log to the same stderr.
    expect(await engine.process.end(10_000)).toEqual({ code: null, signal: 'SIGKILL' });
    await until('the exchanges to be gone', async () =>
      fetch(`${control}/ready`).then(
        () => false,
        () => true,
      ),
    );
  });
});
