/** A venue that takes orders and says nothing of them: its breaker opens, the others trade on, and it heals. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineStatus, VenueStatus } from '../../../src/core/status.ts';
import { disagreements, readJournal, readWal } from '../../support/agreement.ts';
import { simConfig } from '../../support/engine-config.ts';
import { type EngineProcess, startEngine } from '../../support/engine-process.ts';
import { setsClosed } from '../../support/sets-closed.ts';
import { startSim, type TestSim } from '../../support/sim.ts';
import { until } from '../../support/until.ts';

const SILENT = 'okx';
const OTHERS = ['binance', 'bybit'] as const;

let sim: TestSim;
let engine: EngineProcess;

beforeAll(async () => {
  sim = await startSim({ seed: 61, venues: [...OTHERS, SILENT] });
  // Sets that wait for the silent venue may not keep the others from being opened.
  engine = startEngine({ config: simConfig(sim.ready, { limits: { maxOpenLegSets: 30 } }) });
});

afterAll(() => sim.close());

const of = ({ venues }: EngineStatus, id: string): VenueStatus => {
  const found = venues.find((venue) => venue.id === id);
  if (found === undefined) throw new Error(`no venue ${id}`);
  return found;
};

const acceptedAt = async (venue: string): Promise<number> => (await sim.ledger()).venues[venue]?.orders.length ?? 0;

async function metric(name: string, venue: string): Promise<number> {
  const text = await (await fetch(`${engine.url()}/metrics`)).text();
  const start = `${name}{venue="${venue}",instrument="all"} `;
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(start))
      ?.slice(start.length),
  );
}

describe('a venue that answers no order', () => {
  it('is traded at first', async () => {
    // A busy machine is a slow venue: a breaker may have been open for a moment.
    const isWell = ({ legSets, venues }: EngineStatus): boolean =>
      legSets.filled >= 5 && venues.every(({ breaker }) => breaker.state === 'closed');
    await engine.reached('trades, with every breaker closed', isWell, 90_000);
    await until('an order at it', async () => (await acceptedAt(SILENT)) > 0);
  });

  it('opens its breaker, which keeps new sets away from it', async () => {
    await sim.plant({ venue: SILENT, kind: 'timeout-before-accept', count: 10_000 });
    const status = await engine.reached(
      'the breaker to open',
      (now) => of(now, SILENT).breaker.state === 'open',
      45_000,
    );
    expect(of(status, SILENT).breaker.until).toBeGreaterThan(Date.now() - 5_000);
    await engine.reached('a refusal for it', ({ refusals }) => (refusals['breaker-venue'] ?? 0) > 0, 45_000);
    expect(await metric('parallax_breaker_opened_total', SILENT)).toBeGreaterThan(0);
  });

  it('does not keep the other venues from trading', async () => {
    // No set with a leg at the silent venue can fill.
    const { legSets } = await engine.status();
    const doWell = (now: EngineStatus): boolean =>
      now.legSets.filled >= legSets.filled + 3 && OTHERS.every((venue) => of(now, venue).breaker.state === 'closed');
    await engine.reached('more trades, with their breakers closed', doWell, 60_000);
  });

  it('is traded again once it answers', async () => {
    await sim.lift();
    const before = await acceptedAt(SILENT);
    await engine.reached('its breaker to close', (status) => of(status, SILENT).breaker.state === 'closed', 90_000);
    await until('new orders at it', async () => (await acceptedAt(SILENT)) >= before + 3, {
      timeoutMs: 60_000,
      everyMs: 100,
    });
    expect(await metric('parallax_breaker_closed_total', SILENT)).toBeGreaterThan(0);
    expect(await metric('parallax_breaker_probes_total', SILENT)).toBeGreaterThan(0);
  });

  it('leaves nothing over', async () => {
    await engine.post('/v1/pause');
    await setsClosed(engine);
    engine.process.signal('SIGTERM');
    await engine.process.end();
    const summary = engine.summary();
    expect(summary?.legSets).toMatchObject({ residual: 0, unknown: 0 });
    const codes = new Set(summary?.faults.map(({ code }) => code));
    expect([...codes].filter((code) => code !== 'execution/breaker')).toEqual([]);
    expect(
      disagreements({
        after: await sim.ledger(),
        journal: readJournal(engine.dataDir),
        wal: readWal(engine.dataDir),
        ...(summary === undefined ? {} : { summary }),
      }),
    ).toEqual([]);
  });
});
