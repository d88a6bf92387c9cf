/** What venues and configurations do wrong: one clear message each, no crash, and whoever can trade does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { disagreements, readJournal, readWal } from '../../support/agreement.ts';
import { closedPort } from '../../support/closed-port.ts';
import { type RawConfig, simConfig } from '../../support/engine-config.ts';
import { type EngineProcess, startEngine } from '../../support/engine-process.ts';
import { startSim, type TestSim } from '../../support/sim.ts';
import { startWsProxy } from '../../support/ws-proxy.ts';

const venueOf = (config: RawConfig, id: string): RawConfig['venues'][number] => {
  const found = config.venues.find((venue) => venue.id === id);
  if (found === undefined) throw new Error(`no venue ${id}`);
  return found;
};

const toClosed = (url: string, port: number): string => url.replace(/:\d+/, `:${port}`);

/** Counts of faults by code, as the summary tells them. */
const faultsOf = (engine: EngineProcess): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { code } of engine.summary()?.faults ?? []) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
};

const crashes = (engine: EngineProcess): string[] =>
  engine.process
    .logs()
    .map(({ msg }) => msg)
    .filter((msg) => /crash|thread died|unhandled/i.test(msg));

const ordersOf = async (sim: TestSim): Promise<number> =>
  Object.values((await sim.ledger()).venues).reduce((sum, { orders }) => sum + orders.length, 0);

/** For the tests in which nobody may send an order. */
let idle: TestSim;

beforeAll(async () => {
  idle = await startSim({ seed: 12 });
});

afterAll(async () => {
  expect(await ordersOf(idle)).toBe(0);
  await idle.close();
});

describe('a key that the venue refuses', () => {
  it.concurrent.each(['binance', 'okx'])('of %s: one message, no order, no crash', async (id) => {
    const config = simConfig(idle.ready);
    const { credentials } = venueOf(config, id);
    credentials.secret = `${credentials.secret.slice(0, -4)}AAAA`;
    const engine = startEngine({ config });
    await engine.reached(
      'a view of both books',
      ({ venues, opportunities }) => venues.every(({ state }) => state === 'live') && opportunities >= 2,
    );
    expect((await engine.status()).venues.map(({ id: name, gatewayUp }) => [name, gatewayUp])).toEqual([
      ['binance', id !== 'binance'],
      ['okx', id !== 'okx'],
    ]);
    engine.process.signal('SIGTERM');
    await engine.process.end();
    expect(faultsOf(engine)['venue/auth']).toBe(1);
    const said = engine.summary()?.faults.find(({ code }) => code === 'venue/auth');
    expect(said?.message).toContain(id);
    expect(engine.process.err).not.toContain(credentials.secret);
    expect(engine.summary()?.orders.sent).toBe(0);
    expect(await ordersOf(idle)).toBe(0);
    expect(crashes(engine)).toEqual([]);
  });
});

describe('a venue that is not there', () => {
  it.concurrent('at the start: one clear message, and no trading with one venue', async () => {
    const config = simConfig(idle.ready);
    const { endpoints } = venueOf(config, 'okx');
    const port = await closedPort();
    for (const name of ['rest', 'wsPublic', 'wsPrivate', 'wsTrade'] as const) {
      endpoints[name] = toClosed(endpoints[name], port);
    }
    const engine = startEngine({ config });
    await engine.endsWith(1);
    const words = engine.process.err.split('\n').filter((line) => line.startsWith('venue/unreachable: '));
    expect(words, engine.process.err).toHaveLength(1);
    expect(words[0]).toContain('okx');
    expect(await ordersOf(idle)).toBe(0);
  });

  it.concurrent('only its order entry: one clear message, books are watched, nothing is sent', async () => {
    const config = simConfig(idle.ready);
    const { endpoints } = venueOf(config, 'binance');
    endpoints.wsTrade = toClosed(endpoints.wsTrade, await closedPort());
    endpoints.wsPrivate = endpoints.wsTrade;
    const engine = startEngine({ config });
    await engine.reached(
      'both books',
      ({ venues, opportunities }) => venues.every(({ state }) => state === 'live') && opportunities >= 2,
    );
    engine.process.signal('SIGTERM');
    await engine.process.end();
    expect(faultsOf(engine)['venue/unreachable'], JSON.stringify(engine.summary()?.faults)).toBe(1);
    expect(engine.summary()?.orders.sent).toBe(0);
    expect(crashes(engine)).toEqual([]);
  });

  it.concurrent('any more: one clear message, its rows are not priced, what is known is kept', async () => {
    // A sim of its own for each venue, so that one can die.
    const [okx, binance] = await Promise.all([
      startSim({ seed: 15, venues: ['okx'] }),
      startSim({ seed: 15, venues: ['binance'] }),
    ]);
    const venues = { ...binance.ready.venues, ...okx.ready.venues };
    const engine = startEngine({ config: simConfig({ ...okx.ready, venues }) });
    await engine.reached('both books', ({ venues: seen }) => seen.every(({ state }) => state === 'live'));
    okx.process.signal('SIGKILL');
    await okx.process.ended;
    const { legSets } = await engine.reached('the loss to be seen', ({ venues: seen }) =>
      seen.some(({ id, state, gatewayUp }) => id === 'okx' && state !== 'live' && !gatewayUp),
    );
    const still = await engine.reached('messages of the other venue', ({ venues: seen }) =>
      seen.some(({ id, state, messagesPerSecond }) => id === 'binance' && state === 'live' && messagesPerSecond > 0),
    );
    expect(still.legSets.opened).toBe(legSets.opened);
    engine.process.signal('SIGTERM');
    await engine.process.end();
    const told = engine.process.logs().filter(({ level, msg }) => level >= 40 && /feed down/.test(msg));
    expect(told.length, engine.process.err).toBe(1);
    expect(crashes(engine)).toEqual([]);
    await binance.close();
  });
});

describe('garbage on the wire', () => {
  it.concurrent.each([
    { id: 'binance', shape: 'stream' },
    { id: 'okx', shape: 'ws/v5/public' },
  ])('of $id is counted, the books are fetched anew, trading goes on', async ({ id }) => {
    const sim = await startSim({ seed: 16 });
    const config = simConfig(sim.ready);
    const { endpoints } = venueOf(config, id);
    const proxy = await startWsProxy(endpoints.wsPublic);
    endpoints.wsPublic = proxy.url;
    const engine = startEngine({ config });
    await engine.reached('trades', ({ legSets }) => legSets.filled >= 2);
    const malformed = async (): Promise<number> => {
      const text = await (await fetch(`${engine.url()}/metrics`)).text();
      const line = text
        .split('\n')
        .find((each) => /malformed/.test(each) && !each.startsWith('#') && each.includes(id));
      return Number(line?.split(' ').at(-1) ?? Number.NaN);
    };
    for (const frame of [
      '}{ no JSON',
      '{"stream":"btcusdt@depth@100ms","data":{"e":',
      '',
      Buffer.from([0, 255, 128, 1, 2, 3]),
    ]) {
      const before = await malformed();
      proxy.inject(frame);
      await expect.poll(malformed, { timeout: 10_000 }).toBeGreaterThan(before);
      await engine.reached('the books again', ({ venues }) => venues.every(({ state }) => state === 'live'));
    }
    const before = await malformed();
    proxy.truncateNext(3);
    await expect.poll(malformed, { timeout: 10_000 }).toBeGreaterThan(before);
    const { legSets, venues } = await engine.reached('the books again', ({ venues: seen }) =>
      seen.every(({ state }) => state === 'live'),
    );
    const hit = venues.find((venue) => venue.id === id);
    expect((hit?.resyncs ?? 0) + (hit?.reconnects ?? 0)).toBeGreaterThan(0);
    await engine.reached('more trades', (status) => status.legSets.filled >= legSets.filled + 2);
    engine.process.signal('SIGTERM');
    await engine.process.end();
    const summary = engine.summary();
    expect(summary?.legSets).toMatchObject({ residual: 0, unknown: 0 });
    expect(crashes(engine)).toEqual([]);
    expect(
      disagreements({
        after: await sim.ledger(),
        journal: readJournal(engine.dataDir),
        wal: readWal(engine.dataDir),
        ...(summary === undefined ? {} : { summary }),
      }),
    ).toEqual([]);
    proxy.close();
    await sim.close();
  });
});

describe('an instrument that no venue lists', () => {
  it.concurrent('is named once for each venue, and the rest is traded', async () => {
    const sim = await startSim({ seed: 17 });
    const config = simConfig(sim.ready, { instruments: ['BTC-USDT', 'NOPE-USDT', 'ETH-USDT', 'SOL-USDT'] });
    const engine = startEngine({ config });
    await engine.reached('trades', ({ legSets }) => legSets.filled >= 3);
    engine.process.signal('SIGTERM');
    await engine.endsWith(0);
    const told = (engine.summary()?.faults ?? []).filter(({ code }) => code === 'venue/unknown-symbol');
    expect(told.map(({ message }) => message).sort()).toEqual([
      'NOPE-USDT is not listed at binance; it is left out there',
      'NOPE-USDT is not listed at okx; it is left out there',
    ]);
    expect(Object.keys(faultsOf(engine))).toEqual(['venue/unknown-symbol']);
    expect(crashes(engine)).toEqual([]);
    await sim.close();
  });
});
