/** The admin API of a running engine. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LegSetRecord, OpportunityRecord } from '../../../src/core/records.ts';
import type { EdgeView, InventoryView, QuoteView } from '../../../src/core/status.ts';
import { simConfig } from '../../support/engine-config.ts';
import { type EngineProcess, startEngine } from '../../support/engine-process.ts';
import { exact } from '../../support/exact.ts';
import { setsClosed } from '../../support/sets-closed.ts';
import { startSim, type TestSim } from '../../support/sim.ts';
import { until } from '../../support/until.ts';

let sim: TestSim;
let engine: EngineProcess;

beforeAll(async () => {
  sim = await startSim({ seed: 21 });
  engine = startEngine({ config: simConfig(sim.ready) });
  await until('the address of the API', () => engine.url());
});

afterAll(() => sim.close());

const opened = async (): Promise<number> => (await engine.status()).legSets.opened;

/** The sum of the samples of a metric whose labels fit. */
async function metric(name: string, labels = ''): Promise<number> {
  const text = await (await fetch(`${engine.url()}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(name) && line.includes(labels));
  if (lines.length === 0) throw new Error(`no ${name} with ${labels} among ${text.length} characters of metrics`);
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

describe('the admin API of a running engine', () => {
  it('turns ready, without a token', async () => {
    await until('readiness', async () => (await fetch(`${engine.url()}/readyz`)).status === 200);
    expect((await fetch(`${engine.url()}/healthz`)).status).toBe(200);
  });

  it.each(['GET /v1/status', 'GET /v1/trades', 'POST /v1/pause', 'POST /v1/halt'])(
    '%s wants the token',
    async (route) => {
      const [method = '', path = ''] = route.split(' ');
      for (const authorization of [undefined, 'Bearer wrong', `Basic ${engine.token()}`]) {
        const answer = await fetch(`${engine.url()}${path}`, {
          method,
          headers: authorization === undefined ? {} : { authorization },
        });
        expect(answer.status).toBe(401);
        expect(await answer.json()).toMatchObject({ error: { code: expect.any(String), message: expect.any(String) } });
      }
      expect((await engine.status()).state).toBe('running');
    },
  );

  it('tells quotes, edges, inventory, opportunities and trades', async () => {
    await engine.reached('trades', ({ legSets }) => legSets.filled >= 3);
    const { quotes, edges } = await engine.get<{ quotes: QuoteView[]; edges: EdgeView[] }>('/v1/quotes');
    expect(quotes).toHaveLength(10);
    for (const quote of quotes.filter(({ trust }) => trust === 'live')) {
      expect(exact(quote.ask) > exact(quote.bid), JSON.stringify(quote)).toBe(true);
    }
    expect(edges.length).toBeGreaterThan(0);
    const { inventory } = await engine.get<{ inventory: InventoryView[] }>('/v1/inventory');
    expect(new Set(inventory.map(({ venue, asset }) => `${venue} ${asset}`)).size).toBe(12);
    for (const row of inventory) expect(exact(row.free) > 0n, JSON.stringify(row)).toBe(true);

    const { trades } = await until('trades of the journal', async () => {
      const answer = await engine.get<{ trades: LegSetRecord[] }>('/v1/trades?limit=1000');
      return answer.trades.length >= 3 ? answer : undefined;
    });
    const { opportunities } = await until('opportunities of the journal', async () => {
      const answer = await engine.get<{ opportunities: OpportunityRecord[] }>('/v1/opportunities?limit=1000');
      return answer.opportunities.some(({ intents }) => intents > 0) ? answer : undefined;
    });
    for (const trade of trades) expect(trade.legs.length).toBeGreaterThanOrEqual(2);
    for (const { verdict } of opportunities) expect(verdict).toMatch(/^[a-z-]+$/);
    const { run } = await engine.status();
    expect(new Set(trades.map((trade) => trade.run))).toEqual(new Set([run]));
  });

  it('serves the main metrics, and they move', async () => {
    for (const venue of ['binance', 'okx'])
      expect(await metric('parallax_feed_messages_total', `"${venue}"`)).toBeGreaterThan(0);
    const sent = await metric('parallax_executor_orders_sent_total');
    expect(sent).toBeGreaterThan(0);
    await until('more orders in the metrics', async () => (await metric('parallax_executor_orders_sent_total')) > sent);
    for (const name of [
      'parallax_tick_to_trade_seconds',
      'parallax_wire_to_decision_seconds',
      'parallax_ack_seconds',
    ]) {
      expect(await metric(`${name}_count`)).toBeGreaterThan(0);
    }
  });

  it('pause stops intents, resume goes on', async () => {
    expect(await engine.post('/v1/pause')).toMatchObject({ action: 'pause', state: 'paused' });
    await setsClosed(engine, 20_000);
    const paused = await engine.status();
    // Crossings still come and go; none is traded.
    const seen = await engine.reached(
      'crossings while paused',
      ({ opportunities, refusals }) =>
        opportunities >= paused.opportunities + 3 && (refusals['paused'] ?? 0) > (paused.refusals['paused'] ?? 0),
    );
    expect(seen.legSets.opened).toBe(paused.legSets.opened);
    expect((await fetch(`${engine.url()}/readyz`)).status).toBe(503);
    expect(await engine.post('/v1/resume')).toMatchObject({ action: 'resume', state: 'running' });
    await engine.reached('new leg sets', ({ legSets }) => legSets.opened > seen.legSets.opened);
  });

  it('halt is latched: resume is refused, unhalt lifts it', async () => {
    expect(await engine.post('/v1/halt', { reason: 'a test' })).toMatchObject({ state: 'halted' });
    const before = await engine.status();
    expect(before.reasons.join()).toContain('a test');
    await expect(engine.post('/v1/resume')).rejects.toThrow('409');
    const after = await engine.reached(
      'crossings while halted',
      ({ opportunities }) => opportunities >= before.opportunities + 3,
    );
    expect(after).toMatchObject({ state: 'halted', legSets: { opened: before.legSets.opened } });
    expect((await fetch(`${engine.url()}/readyz`)).status).toBe(503);
    expect(await engine.post('/v1/unhalt')).toMatchObject({ state: 'running' });
    await engine.reached('new leg sets', ({ legSets }) => legSets.opened > before.legSets.opened);
  });

  it('drain ends it, clean', async () => {
    expect(await opened()).toBeGreaterThan(0);
    await engine.post('/v1/drain');
    await engine.endsWith(0);
    expect(engine.summary()).toMatchObject({ clean: true });
    // Its address is gone with it.
    expect(() => engine.url()).toThrow(/ENOENT/);
  });
});
