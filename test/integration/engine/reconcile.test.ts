/** Somebody else trades with the engine's key while it trades: it says so once, with both figures, and goes on with what the
 *  venue says. Orders of ours that nobody knows are cancelled, those of a person stay. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InventoryView } from '../../../src/core/status.ts';
import { balanceChange, readJournal } from '../../support/agreement.ts';
import { simConfig } from '../../support/engine-config.ts';
import { type EngineProcess, startEngine } from '../../support/engine-process.ts';
import { exact, exactText, plain, Tally } from '../../support/exact.ts';
import { placeForeign } from '../../support/foreign-orders.ts';
import { setsClosed } from '../../support/sets-closed.ts';
import { startSim, type TestSim } from '../../support/sim.ts';
import { until } from '../../support/until.ts';

const SEED = 417;
const VENUE = 'okx';
const INSTRUMENT = 'BTC-USDT';

interface Figures {
  readonly asset: string;
  readonly ours: string;
  readonly theirs: string;
}

let sim: TestSim;
let engine: EngineProcess;

beforeAll(async () => {
  sim = await startSim({ seed: SEED });
  const execution = { reconcileEveryMs: 1_000, reconcileTolerance: '0' };
  engine = startEngine({ config: simConfig(sim.ready, { execution }) });
  await trades(2);
});

afterAll(() => sim.close());

async function trades(more: number): Promise<void> {
  const before = (await until('a status', () => engine.status(), { timeoutMs: 60_000 })).legSets.filled;
  await engine.reached(`${more} more trades`, ({ legSets }) => legSets.filled >= before + more, 60_000);
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${engine.url()}/metrics`)).text();
  return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\d+)`, 'm').exec(text)?.[1] ?? Number.NaN);
}

const drifts = (): Figures[] =>
  readJournal(engine.dataDir)
    .faults.filter(({ code }) => code === 'execution/reconcile')
    .flatMap(({ details }) => details['drifts'] as Figures[]);

describe(`an engine whose account others use (seed ${SEED})`, () => {
  it('finds nothing while nobody does, and looks again and again', async () => {
    await until('several rounds', async () => (await metric('parallax_executor_reconciliations_total')) >= 8, {
      timeoutMs: 30_000,
    });
    expect(await metric('parallax_executor_balance_drifts_total')).toBe(0);
    expect((await engine.status()).faults).toEqual([]);
  });

  it('tells once what somebody moved, with both figures, and trades on with those of the venue', async () => {
    const foreign = { venue: VENUE, instrument: INSTRUMENT, clientId: 'person1', side: 'buy', size: '0.05' } as const;
    expect(await placeForeign(sim, { ...foreign, tif: 'ioc', percentOfBid: 103 })).toMatchObject({ kind: 'acked' });
    await until('both drifts', async () => (await metric('parallax_executor_balance_drifts_total')) === 2, {
      timeoutMs: 60_000,
      seen: () => engine.process.err.slice(-2_000),
    });
    await trades(3);
    const moved = new Tally();
    for (const { clientId, size, quote, fee, feeAsset } of (await sim.ledger()).venues[VENUE]?.fills ?? []) {
      if (clientId === 'person1') moved.add('BTC', size).add('USDT', quote, -1n).add(feeAsset, fee, -1n);
    }
    const told = drifts();
    expect(told.map(({ asset }) => asset).sort()).toEqual(['BTC', 'USDT']);
    const difference = ({ ours, theirs }: Figures): string => exactText(exact(theirs) - exact(ours));
    expect(Object.fromEntries(told.map((each) => [each.asset, difference(each)]))).toEqual(moved.texts());
    const written = readJournal(engine.dataDir).balances.filter(({ reason }) => reason === 'reconcile');
    expect(new Set(written.map(({ venue }) => venue))).toEqual(new Set([VENUE]));
  });

  it('cancels an order of ours that no log knows, and leaves that of a person', async () => {
    const identity = JSON.parse(readFileSync(join(engine.dataDir, 'identity.json'), 'utf8')) as {
      readonly instance: string;
      readonly epoch: number;
    };
    const lost = `${identity.instance}${identity.epoch.toString(36).padStart(4, '0')}zzzzzzzz`;
    const order = {
      venue: VENUE,
      instrument: INSTRUMENT,
      side: 'buy',
      size: '0.01',
      tif: 'gtc',
      percentOfBid: 97,
    } as const;
    for (const clientId of [lost, 'person2']) {
      expect(await placeForeign(sim, { ...order, clientId })).toMatchObject({ kind: 'acked' });
    }
    const statusOf = async (clientId: string): Promise<string | undefined> =>
      (await sim.ledger()).venues[VENUE]?.orders.find((each) => each.clientId === clientId)?.status;
    await until('its cancel', async () => (await statusOf(lost)) === 'canceled', { timeoutMs: 30_000 });
    expect(await statusOf('person2')).toBe('new');
    await engine.reached('the fault', ({ faults }) => faults.some(({ code }) => code === 'recovery/orphan'));
    await trades(1);
  });

  it('has the books of the venues in the end, and says nothing twice', async () => {
    await engine.post('/v1/pause');
    await setsClosed(engine);
    // A report of the executor's figures is a quarter of a second old at most.
    const total = ({ free, reserved }: InventoryView): string => exactText(exact(free) + exact(reserved));
    await until('the same figures', async () => {
      const { inventory } = await engine.get<{ inventory: InventoryView[] }>('/v1/inventory');
      const { venues } = await sim.ledger();
      return inventory.every((view) => {
        const { total: theirs } = venues[view.venue]?.balances[view.asset] ?? { total: '0' };
        return total(view) === plain(theirs);
      });
    });
    engine.process.signal('SIGTERM');
    await engine.process.end();
    const summary = engine.summary();
    const codes = summary?.faults.map(({ code }) => code) ?? [];
    expect(new Set(codes)).toEqual(new Set(['execution/reconcile', 'recovery/orphan']));
    expect(drifts()).toHaveLength(2);
    expect(codes.filter((code) => code === 'recovery/orphan')).toHaveLength(1);
    // The profit of a run is what the balances changed by, whoever changed them.
    expect(new Tally().addAll(summary?.pnl ?? {}).texts()).toEqual(balanceChange(undefined, await sim.ledger()));
    expect(summary?.legSets).toMatchObject({ unknown: 0, residual: 0 });
  });
});
