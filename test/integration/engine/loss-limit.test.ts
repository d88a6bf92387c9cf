/** Losses that reach a limit halt the engine: latched on the disk, through restarts, until a person lifts it; then they
 *  count anew. The engine is told that nobody takes a fee, in a market whose crossings never pay for one: every set that
 *  it fills loses. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineStatus } from '../../../src/core/status.ts';
import { readWal } from '../../support/agreement.ts';
import { simConfig } from '../../support/engine-config.ts';
import { closedSets, type EngineProcess, startEngine } from '../../support/engine-process.ts';
import { newFolder } from '../../support/folders.ts';
import { startSim, type TestSim } from '../../support/sim.ts';

const SEED = 83;

/** What the fee leaves over is unwound where it is enough for an order. */
const traded = ({ legSets }: EngineStatus): number => legSets.filled + legSets.unwound;

let sim: TestSim;

beforeAll(async () => {
  sim = await startSim({ seed: SEED, market: 'calm' });
});

afterAll(() => sim.close());

describe.each([
  ['a loss streak', { maxLossStreak: 2 }, /^[2-9] leg sets lost one after the other, limits\.maxLossStreak is 2$/],
  ['a daily loss', { maxDailyLoss: '0.01' }, /^\d+(\.\d+)? USDT lost today \(UTC\), limits\.maxDailyLoss is 0\.01$/],
] as const)(`%s (seed ${SEED})`, (_, limits, reason) => {
  const dataDir = newFolder();
  let engine: EngineProcess;

  function start(): void {
    const config = simConfig(sim.ready, { limits });
    const venues = config.venues.map((venue) => ({ ...venue, fees: { taker: '0', maker: '0' } }));
    engine = startEngine({ config: { ...config, venues }, dataDir });
  }

  async function end(how: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    engine.process.signal(how);
    await engine.process.end();
  }

  const halts = (): number => readWal(dataDir).filter(({ kind }) => kind === 'LossLimitReached').length;

  async function halted(): Promise<void> {
    // The word that halts is there before the message that says why.
    const isTold = ({ state, reasons }: EngineStatus): boolean =>
      state === 'halted' && reasons.some((text) => reason.test(text));
    const { risk, reasons } = await engine.reached('to be halted, and why', isTold, 90_000);
    expect({ risk: risk.state, reasons }).toEqual({ risk: 'halted', reasons: [expect.stringMatching(reason)] });
    const latched = JSON.parse(readFileSync(join(dataDir, 'halt.json'), 'utf8')) as { reason: string };
    expect(latched.reason).toMatch(reason);
  }

  it('halts, says why, and finishes what is open', async () => {
    start();
    await halted();
    const isFinished = 'every set to be closed';
    const status = await engine.reached(isFinished, (now) => now.legSets.opened === closedSets(now), 60_000);
    expect(status.legSets).toMatchObject({ unknown: 0, residual: 0 });
    expect(traded(status)).toBeGreaterThan(0);
    expect(status.faults.map(({ code }) => code)).toContain('execution/loss-limit');
    expect(halts()).toBe(1);
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)('is halted still after %s', async (how) => {
    await end(how);
    start();
    await halted();
    await engine.reached('every venue to be live', ({ venues }) => venues.every(({ state }) => state === 'live'));
    await engine.reached('a crossing', ({ opportunities }) => opportunities > 3, 60_000);
    expect((await engine.status()).orders.sent).toBe(0);
    expect(halts()).toBe(1);
  });

  it('is lifted by a person, for the next run too, in which it trades', async () => {
    // Lifted while it is paused, it loses nothing before it ends.
    await engine.post('/v1/pause');
    expect(await engine.post('/v1/unhalt')).toMatchObject({
      action: 'unhalt',
      state: 'paused',
      reasons: [expect.any(String)],
    });
    // The figures are those of the executor's last report.
    const { risk } = await engine.reached('to count anew', (now) => now.risk.lossStreak === 0);
    expect(risk).toMatchObject({ state: 'active', dayGains: {} });
    await end('SIGTERM');
    expect(halts()).toBe(1);
    start();
    await engine.reached('a trade', (now) => traded(now) > 0, 90_000);
  });

  it('halts again by what was lost from there', async () => {
    await halted();
    expect(halts()).toBe(2);
    await engine.post('/v1/halt', { reason: 'enough' });
    await engine.post('/v1/unhalt');
    expect(readWal(dataDir).filter(({ kind }) => kind === 'LossLimitLifted')).toHaveLength(2);
    await end('SIGTERM');
  });
});
