/** A start among old files of the log: what nobody needs is gone soon after it, what is open stays. */
import { mkdirSync, readdirSync, utimesSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { WalEntry } from '../../../src/core/records.ts';
import { walFolder } from '../../../src/record/journal-store.ts';
import { WriteAheadLog } from '../../../src/record/wal.ts';
import { simConfig } from '../../support/engine-config.ts';
import { startEngine } from '../../support/engine-process.ts';
import { newFolder } from '../../support/folders.ts';
import { startSim } from '../../support/sim.ts';
import { until } from '../../support/until.ts';

const HOUR_MS = 3_600_000;

async function oldLog(folder: string, run: string, at: number, more: readonly WalEntry[] = []): Promise<void> {
  const log = new WriteAheadLog({ folder, run, onFault: () => {} });
  const losses = { day: 0, gains: {}, streak: [], stock: {} };
  const sums = { dust: { 'BTC-USDT': '0.00001' }, held: {}, losses };
  for (const entry of [{ kind: 'RunOpened', run, epoch: 1, at, ...sums } as const, ...more]) log.append(entry);
  await log.close();
  utimesSync(log.path, at / 1000, at / 1000);
}

describe('an engine with an old log', () => {
  it('removes files of which nothing is needed, and goes on with what they had left over', async () => {
    const dataDir = newFolder();
    const folder = walFolder(dataDir);
    mkdirSync(folder, { recursive: true });
    const at = Date.now() - 200 * HOUR_MS;
    await oldLog(folder, 'first', at);
    await oldLog(folder, 'second', at + HOUR_MS);
    const order = {
      clientId: 'x1',
      role: 'leg',
      row: 0,
      symbol: 'BTCUSD',
      side: 'buy',
      price: '1',
      size: '1',
    } as const;
    const open = {
      kind: 'LegSetOpened',
      legSet: 'third-1',
      intent: 1,
      opportunity: '',
      instrument: 'BTC-USDT',
      edgeBps: 1,
      at: at + 2 * HOUR_MS,
      // A venue that is not configured: it cannot be settled.
      orders: [{ ...order, venue: 'coinbase' }],
    } as const;
    await oldLog(folder, 'third', at + 2 * HOUR_MS, [open]);
    await oldLog(folder, 'fourth', at + 3 * HOUR_MS);
    const sim = await startSim({ seed: 12, market: 'still' });
    try {
      const engine = startEngine({ config: simConfig(sim.ready), dataDir });
      await engine.reached('running', ({ state }) => state === 'running', 60_000);
      const names = (): string[] => readdirSync(folder).sort();
      await until('the first two to be gone', () => names()[0] === '00000003-third.wal', {
        timeoutMs: 60_000,
        seen: names,
      });
      expect(names().slice(0, 2)).toEqual(['00000003-third.wal', '00000004-fourth.wal']);
      expect(names()).toHaveLength(3);
      const { faults } = await engine.status();
      expect(faults.map(({ code }) => code)).toEqual(['recovery/stranded']);
      engine.process.signal('SIGTERM');
      await engine.process.end();
      expect(engine.summary()?.dust).toEqual({ BTC: '0.00001' });
    } finally {
      await sim.close();
    }
  }, 120_000);
});
