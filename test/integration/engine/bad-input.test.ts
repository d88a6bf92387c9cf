/** Bad configuration and bad usage: every mistake named at once, nothing started. */
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { simConfig } from '../../support/engine-config.ts';
import { startEngine } from '../../support/engine-process.ts';
import { newFolder } from '../../support/folders.ts';
import { parallax } from '../../support/processes.ts';

/** Somebody at the addresses of a configuration who notices every call. */
let calls = 0;
const listener = createServer((_, response) => {
  calls++;
  response.end('{}');
});

beforeAll(async () => {
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  listener.on('connection', () => calls++);
});

afterAll(() => void listener.close());

const venue = () => {
  const at = `127.0.0.1:${(listener.address() as AddressInfo).port}`;
  const [rest, ws] = [`http://${at}`, `ws://${at}`];
  return { rest, wsPublic: ws, wsPrivate: ws, wsTrade: ws, apiKey: 'k', secret: 's', passphrase: 'p', instruments: [] };
};

const good = () =>
  simConfig({ ready: true, control: '', seed: 1, market: '', venues: { binance: venue(), okx: venue() } });

describe('three mistakes at once', () => {
  it('exits 2, names all three by path, starts nothing', async () => {
    const config = good();
    const engine = startEngine({
      config: {
        ...config,
        idle: 'sleepy',
        strategy: { minEdgeBps: 'one' },
        venues: [config.venues[0], { ...config.venues[1], id: 'nasdaq' }],
      },
    });
    await engine.endsWith(2);
    const lines = engine.process.err.trim().split('\n');
    for (const path of ['idle', 'strategy.minEdgeBps', 'venues[1].id']) {
      expect(
        lines.filter((line) => line.startsWith(`${path}: `)),
        engine.process.err,
      ).toHaveLength(1);
    }
    expect(lines).toHaveLength(3);
    expect(engine.process.out).toBe('');
    expect(readdirSync(engine.dataDir)).toEqual([]);
    expect(engine.summary()).toBeUndefined();
    expect(calls).toBe(0);
  });

  it('names unknown settings, a missing key and an address that is not on this machine', async () => {
    const config = good();
    const [binance, okx] = config.venues;
    const engine = startEngine({
      config: {
        ...config,
        limit: { maxOpenLegSets: 1 },
        venues: [
          { ...binance, endpoints: { ...binance?.endpoints, rest: 'https://api.binance.com' } },
          { ...okx, credentials: { apiKeyEnv: 'NO_SUCH_KEY', secret: 's', passphrase: 'p' } },
        ],
      },
    });
    await engine.endsWith(2);
    expect(engine.process.err).toMatch(/^limit: /m);
    expect(engine.process.err).toMatch(/^venues\[0\]\.endpoints: /m);
    expect(engine.process.err).not.toContain('"s"');
    expect(readdirSync(engine.dataDir)).toEqual([]);
    expect(calls).toBe(0);
  });
});

describe('bad usage', () => {
  it.concurrent.each([
    {
      args: ['run', '--fro', '5s', '--for', 'soon', '--seed', '1.5', 'now'],
      says: ['--fro', '--for', '--seed', 'now'],
    },
    { args: ['run', '--config', '/no/such/file.yaml', '--market', 'bull'], says: ['/no/such/file.yaml', '--market'] },
    { args: ['sim', '--venues', 'nasdaq'], says: ['nasdaq'] },
  ])('$args exits 2 and says all of $says', async ({ args, says }) => {
    const data = newFolder();
    const [command = '', ...rest] = args;
    const child = parallax([command, ...rest, ...(command === 'run' ? ['--data', data] : [])]);
    expect(await child.end()).toEqual({ code: 2, signal: null });
    for (const each of says) expect(child.err).toContain(each);
    expect(child.out).toBe('');
    expect(readdirSync(data)).toEqual([]);
  });
});
