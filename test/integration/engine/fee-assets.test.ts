/** The whole engine at a venue whose account pays its fees in the venue's own asset: what is bought is sold whole while that
 *  lasts, and every book agrees when it runs out. */
import { describe, expect, it } from 'vitest';
import type { LegSetRecord } from '../../../src/core/records.ts';
import type { InventoryView } from '../../../src/core/status.ts';
import { disagreements, readJournal, readWal } from '../../support/agreement.ts';
import { simConfig } from '../../support/engine-config.ts';
import { closedSets, type EngineProcess, startEngine } from '../../support/engine-process.ts';
import { exact } from '../../support/exact.ts';
import { startSim, type TestSim } from '../../support/sim.ts';

const seed = 2_611;

async function start(venue: string, asset: string, amount: string, floor: string): Promise<[TestSim, EngineProcess]> {
  const sim = await startSim({ seed, venues: [venue, 'bybit'] });
  await sim.payFeesIn(venue, asset, amount);
  const config = simConfig(sim.ready);
  for (const each of config.venues) if (each.id === venue) each.feeAsset = { asset, floor };
  return [sim, startEngine({ config })];
}

async function end(sim: TestSim, engine: EngineProcess) {
  engine.process.signal('SIGTERM');
  await engine.process.end();
  const summary = engine.summary();
  if (summary === undefined) throw new Error(`there is no summary, seed ${seed}: ${engine.process.err.slice(-2_000)}`);
  const journal = readJournal(engine.dataDir);
  const story = { after: await sim.ledger(), journal, wal: readWal(engine.dataDir), summary };
  expect(disagreements(story)).toEqual([]);
  expect(summary.legSets).toMatchObject({ residual: 0, unknown: 0 });
  await sim.close();
  return { summary, journal };
}

/** Of matched sets that were bought at the venue: base sold less than bought, as a share of it. */
const keptBack = (sets: readonly LegSetRecord[], venue: string): number[] =>
  sets.flatMap(({ legs: [buy, sell], state }) =>
    state === 'filled' && buy?.venue === venue && buy.side === 'buy' && sell !== undefined
      ? 1 - Number(exact(sell.size)) / Number(exact(buy.size))
      : [],
  );

describe('fees in the asset of a venue', () => {
  it('leave what was bought whole, and the run clean', async () => {
    const [sim, engine] = await start('binance', 'BNB', '100', '1');
    await engine.reached('filled sets', ({ legSets }) => legSets.filled >= 20, 60_000);
    const { inventory } = await engine.get<{ inventory: InventoryView[] }>('/v1/inventory');
    const left = inventory.find((entry) => entry.venue === 'binance' && entry.asset === 'BNB')?.free ?? '0';
    expect(exact(left) > exact('90') && exact(left) < exact('100'), left).toBe(true);
    const { summary, journal } = await end(sim, engine);
    expect(summary).toMatchObject({ clean: true, faults: [] });
    expect(Number(summary.fees['BNB'])).toBeGreaterThan(0);
    expect(summary.pnl['BNB']).toBe(`-${summary.fees['BNB']}`);
    const shares = keptBack(journal.legSets, 'binance');
    // A tenth of a per cent before the first fill was heard; then what the lot cuts off, and no fee.
    expect(shares.length).toBeGreaterThan(3);
    expect(shares.filter((share) => share < 0.0009).length).toBeGreaterThan(shares.length / 2);
  });

  it.each([
    ['binance', 'BNB', '0.05', '0.03'],
    ['kucoin', 'KCS', '3', '2'],
  ])('run out at %s: it is told once, and the books agree', async (venue, asset, amount, floor) => {
    const [sim, engine] = await start(venue, asset, amount, floor);
    const { legSets } = await engine.reached(
      'the fault',
      ({ faults }) => faults.some(({ code }) => code === 'execution/fee-asset'),
      60_000,
    );
    await engine.reached('sets after it', (status) => closedSets(status) >= closedSets({ legSets }) + 10, 60_000);
    const metrics = await (await fetch(`${engine.url()}/metrics`)).text();
    expect(metrics).toContain('\nparallax_executor_fee_asset_lapses_total 1\n');
    const { summary, journal } = await end(sim, engine);
    expect(summary.faults.map(({ code }) => code)).toEqual(['execution/fee-asset']);
    expect(journal.fills.filter((fill) => fill.venue === venue && fill.feeAsset === asset).length).toBeGreaterThan(0);
    const told = journal.faults.map(({ code, details }) => [code, details['venue'], details['asset']]);
    expect(told).toEqual([['execution/fee-asset', venue, asset]]);
  });
});
