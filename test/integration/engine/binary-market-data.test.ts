/** A whole run on Binance's binary market data: what it wants in the configuration, that it trades, and where keys are not. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RawVenue, rawVenue, simConfig } from '../../support/engine-config.ts';
import { startEngine } from '../../support/engine-process.ts';
import { startSim, type TestSim } from '../../support/sim.ts';

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

describe('marketData: sbe', () => {
  let sim: TestSim;
  let hmac: TestSim;
  beforeAll(async () => {
    [sim, hmac] = await Promise.all([
      startSim({ seed: 5, venues: ['binance', 'okx'], keys: 'ed25519' }),
      startSim({ seed: 5, venues: ['binance', 'okx'] }),
    ]);
  });
  afterAll(() => Promise.all([sim.close(), hmac.close()]));

  const binary = ({ ready }: TestSim): RawVenue[] =>
    Object.entries(ready.venues).map(([id, venue]) => {
      const raw = rawVenue(id, venue);
      if (venue.wsSbe === undefined) return raw;
      return { ...raw, marketData: 'sbe', endpoints: { ...raw.endpoints, wsSbe: venue.wsSbe } };
    });

  it('trades on it, and leaves the keys in no log and no file', async () => {
    const config = simConfig(sim.ready, { venues: binary(sim), topology: 'dedicated', log: { level: 'debug' } });
    const engine = startEngine({ config, args: ['--for', '4s'] });
    await engine.endsWith(0, 60_000);
    expect(engine.summary()).toMatchObject({
      clean: true,
      faults: [],
      venues: { binance: { state: 'live', rows: 5 } },
    });
    expect(engine.summary()?.legSets.filled).toBeGreaterThan(0);
    const { apiKey = '', secret = '' } = sim.ready.venues.binance ?? {};
    const told = [
      engine.process.out,
      engine.process.err,
      ...filesIn(engine.dataDir).map((file) => readFileSync(file, 'latin1')),
    ];
    for (const text of told) {
      expect(text.includes(secret)).toBe(false);
      expect(text.includes(apiKey)).toBe(false);
    }
  });

  it('is refused by path with a key of another kind', async () => {
    const engine = startEngine({ config: simConfig(hmac.ready, { venues: binary(hmac) }) });
    await engine.endsWith(2);
    expect(engine.process.err).toMatch(/^venues\[0\]\.marketData: sbe wants an Ed25519 key/m);
    expect(engine.process.err).not.toContain(hmac.ready.venues.binance?.secret ?? '?');
  });
});
