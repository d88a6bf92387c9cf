/** One whole run through a storm: exchanges, engine, faults, calm, end, and the judgement of all of it. */
import { expect } from 'vitest';
import { descriptorOf } from '../../src/venues/registry.ts';
import { readJournal } from './agreement.ts';
import { simConfig } from './engine-config.ts';
import { startEngine } from './engine-process.ts';
import { startSim } from './sim.ts';
import { judgeStorm, raiseStorm, type StormOptions } from './storm.ts';

/** After the last fault every venue has to be live again within this. */
const CALM_MS = 10_000;
/** A venue that said 418 is left alone for as long as it named, or for half a minute and twice as long each time: until
 *  then its order entry does not log on again, however well its books are. */
const BAN_MS = 300_000;
/** Tries of one row to get a fresh book, on the whole: what a storm of subscriptions would exceed many times over. */
const RESYNCS_PER_FAULT = 12;

const SYMBOLS = [{ symbol: 'BTCUSDT', priceDecimals: 2, sizeDecimals: 8 }];

function silenceMs(venue: string): number {
  const nowhere = { rest: 'http://x', wsPublic: 'ws://x', wsPrivate: 'ws://x', wsTrade: 'ws://x' };
  const [plan] = descriptorOf(venue).stream.plan(nowhere, SYMBOLS);
  return plan?.heartbeat.silenceMs ?? Number.NaN;
}

export async function throughStorm(options: StormOptions): Promise<void> {
  const { seed, venues, durationMs } = options;
  const sim = await startSim({ seed, venues });
  const engine = startEngine({
    // What a storm does to actors is not what is tested here; a fault that asks for many restarts must show.
    config: simConfig(sim.ready, { log: { level: 'warn' } }),
  });
  const banned = new Set<string>();
  const isCalm = (status: { venues: readonly { id: string; state: string; gatewayUp: boolean }[] }): boolean =>
    status.venues.length === venues.length &&
    status.venues.every(({ id, state, gatewayUp }) => state === 'live' && (gatewayUp || banned.has(id)));
  try {
    await engine.reached('all venues live', isCalm, 30_000);
    const storm = await raiseStorm(sim, options);
    for (const { kind, what, venue, at } of await sim.faultHistory()) {
      if (kind === 'http-418' && what === 'acted' && at > storm.endedAt - BAN_MS) banned.add(venue);
    }
    await engine.reached(`every venue live again after the storm (seed ${seed})`, isCalm, CALM_MS);
    const history = await sim.faultHistory();
    engine.process.signal('SIGTERM');
    await engine.process.end(15_000);
    const { trust, legSets } = readJournal(engine.dataDir);
    const judged = judgeStorm({ history, trust, legSets, silenceMs, readWithinMs: 500 });
    const summary = engine.summary();
    const resyncs = Object.values(summary?.venues ?? {}).reduce((sum, venue) => sum + venue.resyncs, 0);
    console.log(
      `storm of ${durationMs / 1000} s, seed ${seed}: ${storm.planted} faults ${JSON.stringify(storm.byKind)}; ` +
        `${judged.revealed} revealed, ${judged.silences} silences, ${judged.outages} outages of rows, ` +
        `${resyncs} resyncs, ${legSets.length} leg sets`,
    );
    expect(judged.violations, `seed ${seed}`).toEqual([]);
    expect(judged.outages).toBeGreaterThan(storm.planted / 4);
    expect(legSets.length).toBeGreaterThan(0);
    expect(resyncs).toBeLessThan(storm.planted * RESYNCS_PER_FAULT);
  } finally {
    if (engine.process.isRunning) engine.process.signal('SIGKILL');
    await sim.close();
  }
}
