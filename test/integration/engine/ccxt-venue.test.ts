/** A native venue and one of ccxt's trade with each other, and every book of it agrees to the last digit. */
import { describe, expect, it } from 'vitest';
import { disagreements, readJournal, readWal } from '../../support/agreement.ts';
import { simConfig } from '../../support/engine-config.ts';
import { startEngine } from '../../support/engine-process.ts';
import { startSim } from '../../support/sim.ts';

describe('a venue of ccxt', () => {
  it('trades beside a native one, marked as slower', async () => {
    const sim = await startSim({ seed: 20_262, venues: ['binance', 'okx'] });
    const config = simConfig(sim.ready, { topology: 'fused', idle: 'park', limits: { maxIntentAgeMs: 1_000 } });
    const venues = config.venues.map((venue) =>
      venue.id === 'okx'
        ? { ...venue, adapter: 'ccxt', options: { fetchMarkets: { types: ['spot'] } }, fees: { taker: '0.001' } }
        : venue,
    );
    const engine = startEngine({ config: { ...config, venues }, args: ['--for', '20s'] });
    const status = await engine.reached('every row to be live', ({ venues: all }) =>
      all.every(({ state, gatewayUp }) => state === 'live' && gatewayUp),
    );
    expect(status.venues.map(({ id, slow }) => [id, slow])).toEqual([
      ['binance', undefined],
      ['okx', true],
    ]);
    await engine.endsWith(0, 60_000);
    const summary = engine.summary();
    expect(summary).toMatchObject({ mode: 'sim', clean: true, faults: [], legSets: { residual: 0, unknown: 0 } });
    expect(summary?.legSets.filled).toBeGreaterThanOrEqual(5);
    const journal = readJournal(engine.dataDir);
    const wal = readWal(engine.dataDir);
    expect(disagreements({ after: await sim.ledger(), journal, wal, ...(summary && { summary }) })).toEqual([]);
    await sim.close();
  });
});
