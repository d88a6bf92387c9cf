/** The main job as the README runs it, for as long, on several seeds and in both topologies. */
import { describe, expect, it } from 'vitest';
import { venueRegistry } from '../../src/venues/registry.ts';
import { disagreements, readJournal, readWal } from '../support/agreement.ts';
import { simConfig } from '../support/engine-config.ts';
import { startEngine } from '../support/engine-process.ts';
import { exact } from '../support/exact.ts';
import { startSim } from '../support/sim.ts';

describe('the main job for 20 s', () => {
  it.each([
    { topology: 'fused', idle: 'backoff', seed: 1 },
    { topology: 'fused', idle: 'park', seed: 987_654 },
    { topology: 'dedicated', idle: 'park', seed: 20_261 },
    { topology: 'dedicated', idle: 'backoff', seed: 4 },
    { topology: 'fused', idle: 'backoff', seed: 7, venues: [...venueRegistry.keys()] },
  ])(
    '$topology, idle $idle, seed $seed, $venues.length venues',
    async ({ topology, idle, seed, venues = ['binance', 'okx'] }) => {
      const sim = await startSim({ seed, venues });
      const engine = startEngine({ config: simConfig(sim.ready, { topology, idle }), args: ['--for', '20s'] });
      await engine.endsWith(0, 60_000);
      const summary = engine.summary();
      if (summary === undefined) throw new Error('there is no summary');
      expect(summary).toMatchObject({ clean: true, faults: [], legSets: { residual: 0, unknown: 0 } });
      expect(summary.legSets.filled).toBeGreaterThanOrEqual(20);
      expect(exact(summary.valued['USDT'] ?? '0') > 0n).toBe(true);
      const journal = readJournal(engine.dataDir);
      expect(disagreements({ after: await sim.ledger(), journal, wal: readWal(engine.dataDir), summary })).toEqual([]);
      await sim.close();
    },
  );
});
