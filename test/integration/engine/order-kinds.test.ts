/** The whole engine with its legs sent as each kind: sets fill, what finds too little ends as its kind does, nothing is left
 *  open, and every book of it agrees. */
import { describe, expect, it } from 'vitest';
import type { OrderKind } from '../../../src/core/order.ts';
import type { EngineStatus } from '../../../src/core/status.ts';
import type { Ledger } from '../../../src/sim/ledger.ts';
import { disagreements, readJournal, readWal } from '../../support/agreement.ts';
import { simConfig } from '../../support/engine-config.ts';
import { startEngine } from '../../support/engine-process.ts';
import { exact } from '../../support/exact.ts';
import { startSim } from '../../support/sim.ts';
import { until } from '../../support/until.ts';

interface Case {
  readonly kind: OrderKind;
  readonly tif: string;
  readonly venues: readonly string[];
}

/** Each with venues of another way: ends at the venue (KuCoin), a refusal for a kill (Gate), fees in quote (Kraken). */
const CASES: readonly Case[] = [
  { kind: 'fok', tif: 'fok', venues: ['binance', 'gate'] },
  { kind: 'limit-for', tif: 'gtc', venues: ['kucoin', 'okx'] },
  { kind: 'market-band', tif: 'ioc', venues: ['kraken', 'bybit'] },
];

describe('legs of the whole engine', () => {
  it.each(CASES)('are sent as $kind by $venues', async ({ kind, tif, venues }) => {
    const seed = 2_610;
    const sim = await startSim({ seed, venues });
    const execution = { orders: { kind, restMs: 300, bandBps: 1 } };
    const engine = startEngine({ config: simConfig(sim.ready, { execution }) });
    const first = await engine.reached(`filled sets, seed ${seed}`, ({ legSets }) => legSets.filled >= 10, 60_000);
    // Some orders find less than they want.
    for (const venue of venues) await sim.plant({ venue, kind: 'partial', fraction: 0.5, count: 5 });
    const endedShort = ({ orders }: EngineStatus): number => orders.cancelled + orders.rejected;
    await engine.reached('orders that found too little', (now) => endedShort(now) > endedShort(first), 60_000);
    const later = await engine.status();
    await engine.reached('more filled sets', ({ legSets }) => legSets.filled >= later.legSets.filled + 5, 60_000);
    const metrics = await (await fetch(`${engine.url()}/metrics`)).text();
    const [, timedOut] = /^parallax_executor_orders_timed_out_total (\d+)$/m.exec(metrics) ?? [];
    expect(Number(timedOut) > 0).toBe(kind === 'limit-for');
    engine.process.signal('SIGTERM');
    await engine.process.end();
    const summary = engine.summary();
    if (summary === undefined) throw new Error(`there is no summary: ${engine.process.err.slice(-2_000)}`);
    expect(summary.faults).toEqual([]);
    expect(summary).toMatchObject({ clean: true, legSets: { residual: 0, unknown: 0 } });
    const after = await sim.ledger();
    const journal = readJournal(engine.dataDir);
    expect(disagreements({ after, journal, wal: readWal(engine.dataDir), summary })).toEqual([]);
    const legs = journal.orders.filter(({ role }) => role === 'leg');
    expect(new Set(legs.map(({ orderKind, tif: told }) => `${orderKind} ${told}`))).toEqual(
      new Set([`${kind} ${tif}`]),
    );
    const inPart = legs.filter(({ filled, size }) => exact(filled) !== 0n && exact(filled) !== exact(size));
    if (kind === 'fok') expect(inPart).toEqual([]);
    const hedges = journal.orders.filter(({ role }) => role !== 'leg');
    expect(hedges.filter(({ orderKind }) => orderKind !== 'ioc')).toEqual([]);
    expect(openIn(after)).toEqual([]);
    await sim.close();
  });

  it('that rest are found and ended by whoever comes after a SIGKILL', async () => {
    const sim = await startSim({ seed: 2_612, venues: ['binance', 'okx'] });
    const execution = { orders: { kind: 'limit-for', restMs: 60_000 } };
    const config = simConfig(sim.ready, { execution, safety: { watchdog: false } });
    const before = await sim.ledger();
    const killed = startEngine({ config });
    await killed.reached('filled sets', ({ legSets }) => legSets.filled >= 3, 60_000);
    for (const venue of ['binance', 'okx']) await sim.plant({ venue, kind: 'partial', fraction: 0.5, count: 3 });
    const resting = await until('an order that rests', async () => {
      const ids = openIn(await sim.ledger());
      return ids.length > 0 ? ids : undefined;
    });
    killed.process.signal('SIGKILL');
    await killed.process.end();
    const { dataDir } = killed;
    const next = startEngine({ config: simConfig(sim.ready), dataDir });
    await next.reached('trades of the next one', ({ legSets }) => legSets.filled >= 3, 60_000);
    next.process.signal('SIGTERM');
    await next.endsWith(0);
    const after = await sim.ledger();
    expect(openIn(after)).toEqual([]);
    const journal = readJournal(dataDir);
    const told = journal.orders.filter(({ id }) => resting.includes(id));
    expect(new Set(told.map(({ orderKind }) => orderKind))).toEqual(new Set(['limit-for']));
    // A dead run has no last balances: what counts is what the first one started with and the last one ended with.
    const [first, last] = [journal.runs[0]?.id, journal.runs.at(-1)?.id];
    const balances = journal.balances.filter(({ run, reason }) => run === (reason === 'start' ? first : last));
    expect(disagreements({ before, after, journal: { ...journal, balances }, wal: readWal(dataDir) })).toEqual([]);
    await sim.close();
  });
});

/** Client ids of orders that stand open at a venue. */
const openIn = ({ venues }: Ledger): string[] =>
  Object.values(venues).flatMap(({ orders }) =>
    orders.filter(({ status }) => status === 'new' || status === 'partial').map(({ clientId }) => clientId),
  );
