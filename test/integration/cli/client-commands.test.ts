/** The client commands against the real admin API over HTTP, on a fake engine. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningApi, startApi } from '../../../src/api/server.ts';
import { writeApiFile } from '../../../src/cli/api-file.ts';
import * as control from '../../../src/cli/control.ts';
import type { CommandIo } from '../../../src/cli/io.ts';
import { inventoryCommand, statusCommand, venuesCommand } from '../../../src/cli/status.ts';
import { adminToken } from '../../../src/cli/token.ts';
import { type FakeEngine, fakeEngine, fakeStatus } from '../api/fake-engine.ts';

let dataDir: string;
let engine: FakeEngine;
let api: RunningApi;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'parallax-client-'));
  engine = fakeEngine({ token: adminToken(undefined, dataDir).token });
  api = await startApi(engine, { host: '127.0.0.1', port: 0 });
  writeApiFile(dataDir, { url: api.url, pid: 4242, run: 'r0001' });
});

afterEach(async () => {
  await api.close();
  rmSync(dataDir, { recursive: true, force: true });
});

type Command = (args: string[], io: CommandIo) => Promise<number>;

async function run(command: Command, args: string[] = [], more: Partial<CommandIo> = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const io = {
    out: (text: string) => out.push(text),
    err: (text: string) => err.push(text),
    env: {},
    dataDir,
    ...more,
  };
  const code = await command(args, io);
  return { code, out: out.join('\n'), err: err.join('\n') };
}

describe('reading', () => {
  it('status prints what people want to know', async () => {
    const { code, out, err } = await run(statusCommand);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const part of [
      'Parallax  ● running  sim · fused · backoff  run r0001',
      '44 opened · 40 filled',
      'reducing · -12.5 USDT today · 3 losing in a row · BTC-USDT past its exposure limit',
      '200 below-fees · 31 cool-down',
      '999 records, at most 12.5 ms behind',
      'tick → trade',
      'actor/crashed: feed okx was restarted',
    ]) {
      expect(out).toContain(part);
    }
    expect(out).not.toContain('\x1b');
  });

  it('--json prints JSON alone, whole', async () => {
    const { code, out, err } = await run(statusCommand, ['--json']);
    expect({ code, err, status: JSON.parse(out) }).toEqual({ code: 0, err: '', status: fakeStatus() });
    const { venues } = fakeStatus();
    expect(JSON.parse((await run(venuesCommand, ['--json'])).out)).toEqual({ venues });
    expect(JSON.parse((await run(inventoryCommand, ['--json'])).out)).toEqual({ inventory: engine.view.inventory() });
  });

  it('venues and inventory print tables', async () => {
    expect((await run(venuesCommand)).out).toMatch(/^VENUE.*\nbinance +live +5\/5 .* up\nokx +suspect +4\/5 /);
    expect((await run(inventoryCommand)).out).toMatch(
      /^VENUE +asset +free +locked +reserved\nokx +USDT +9000\.5 +10 +600$/,
    );
  });
});

describe('steering', () => {
  it.each([
    ['pause', control.pauseCommand, 'paused (api 127.0.0.1)'],
    ['resume', control.resumeCommand, 'running'],
    ['drain', control.drainCommand, 'draining'],
    ['unhalt', control.unhaltCommand, 'paused'],
    ['halt', control.haltCommand, 'halted (asked over the admin API)'],
  ] as const)('%s', async (name, command, state) => {
    expect(await run(command)).toEqual({ code: 0, out: `${name}: the engine is ${state}`, err: '' });
    expect(engine.calls[0]).toMatch(new RegExp(`^${name} api 127\\.0\\.0\\.1`));
    const { out } = await run(command, ['--json']);
    expect(JSON.parse(out)).toMatchObject({ action: name });
  });

  it('halt says the reason', async () => {
    expect((await run(control.haltCommand, ['--reason', 'odd prices'])).out).toBe(
      'halt: the engine is halted (odd prices)',
    );
    expect(engine.calls).toEqual(['halt api 127.0.0.1 odd prices']);
  });

  it('hands on what the engine refuses', async () => {
    engine.status = fakeStatus({ state: 'halted' });
    const { code, out, err } = await run(control.resumeCommand);
    expect({ code, out, err }).toEqual({ code: 1, out: '', err: 'The engine is halted; only unhalt lifts that' });
  });
});

describe('finding the engine', () => {
  it('takes --api and the token of the environment', async () => {
    const { token } = engine;
    const elsewhere = { dataDir: join(dataDir, 'nothing-here'), env: { PARALLAX_ADMIN_TOKEN: token } };
    expect((await run(statusCommand, ['--api', `${api.url}/`], elsewhere)).code).toBe(0);
    expect((await run(statusCommand, ['--data', dataDir], { dataDir: '/nowhere' })).code).toBe(0);
  });

  it('says in one message that none runs here', async () => {
    const nowhere = join(dataDir, 'nothing-here');
    const { code, out, err } = await run(statusCommand, ['--json', '--data', nowhere]);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toBe(
      `No engine runs on the data folder ${nowhere}. Start one with "npm start", or say where it is with --data or --api`,
    );
  });

  it('says in one message that it has ended, or that nothing listens', async () => {
    await api.close();
    expect(await run(statusCommand)).toEqual({
      code: 1,
      out: '',
      err: `Nothing listens on ${api.url}: the engine that wrote this address (process 4242, run r0001) has ended`,
    });
    expect(await run(control.haltCommand, ['--api', api.url])).toEqual({
      code: 1,
      out: '',
      err: `Nothing listens on ${api.url}. Is the engine running, with this address?`,
    });
  });

  it('says that the token is missing or wrong, and never what it is', async () => {
    rmSync(join(dataDir, 'admin-token'));
    const missing = await run(statusCommand);
    expect(missing.code).toBe(1);
    expect(missing.err).toContain('No admin token');
    writeFileSync(join(dataDir, 'admin-token'), 'of-another-engine', { mode: 0o600 });
    const wrong = await run(statusCommand);
    expect(wrong.code).toBe(1);
    expect(wrong.err).toBe(`${api.url} refused the admin token: it belongs to another engine or data folder`);
    const unusable = await run(statusCommand, [], { env: { PARALLAX_ADMIN_TOKEN: 'two words' } });
    expect(unusable).toMatchObject({ code: 1, err: expect.stringContaining('PARALLAX_ADMIN_TOKEN') });
  });

  it('warns before a token goes to another machine in the clear', async () => {
    // Without a token nothing is sent.
    const { code, err } = await run(statusCommand, ['--api', 'http://192.0.2.7:8640', '--data', join(dataDir, 'none')]);
    expect(code).toBe(1);
    expect(err).toContain('Warning: the admin token goes to 192.0.2.7:8640 without encryption');
    expect(err).toContain('No admin token');
  });

  it.each([
    ['text', 200, 'hello', 'did not answer JSON'],
    ['other JSON', 200, '{"hello":1}', 'answered something else'],
    ['a failure', 502, '{}', 'answered with status 502'],
    ['null', 500, 'null', 'answered with status 500'],
  ])('says that %s is not Parallax', async (_what, status, body, said) => {
    const other: Server = createServer((_request, response) => response.writeHead(status).end(body));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = other.address() as AddressInfo;
      const { code, out, err } = await run(statusCommand, ['--api', `http://127.0.0.1:${port}`]);
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toContain(said);
      expect(err.split('\n')).toHaveLength(1);
    } finally {
      await new Promise((resolve) => other.close(resolve));
    }
  });
});

describe('usage', () => {
  it('lists every mistake and asks nothing', async () => {
    const { code, out, err } = await run(control.pauseCommand, ['--jason', 'now', '--api', 'localhost']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.split('\n')).toEqual([
      '--jason is not an option here',
      'now is not expected here',
      '--api wants an address like http://127.0.0.1:8640',
      'See: parallax pause --help',
    ]);
    expect((await run(statusCommand, ['--reason', 'x'])).code).toBe(2);
    expect((await run(statusCommand, ['--api', 'ftp://x'])).code).toBe(2);
    expect((await run(statusCommand, ['--api', 'http://x/v1'])).code).toBe(2);
    expect(engine.calls).toEqual([]);
  });

  it('--help describes the command', async () => {
    const { code, out } = await run(control.haltCommand, ['--help']);
    expect(code).toBe(0);
    expect(out).toContain('parallax halt [options]');
    expect(out).toContain('--reason TEXT');
    expect(engine.calls).toEqual([]);
  });
});
