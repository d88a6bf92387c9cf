/** Where the keys of a run come from, and where they are while it lasts. */
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ToThread } from '../../../src/actors/messages.ts';
import { noSecrets, type Secrets, withKey } from '../../../src/core/secrets.ts';
import { writeSecretFile } from '../../../src/record/secret-file.ts';
import { simConfig } from '../../support/engine-config.ts';
import { startEngineHere } from '../../support/engine-here.ts';
import { startEngine } from '../../support/engine-process.ts';
import { newFolder } from '../../support/folders.ts';
import { ROOT, type Running, start } from '../../support/processes.ts';
import { startSim, type TestSim } from '../../support/sim.ts';
import type { ProbedThread } from '../../support/thread-probe.ts';
import { until } from '../../support/until.ts';

const PASSPHRASE = 'twelve words would be better than this';
const CHEAP = { logN: 15, r: 8, p: 1 } as const;

let sim: TestSim;

beforeAll(async () => {
  sim = await startSim({ seed: 611 });
});

afterAll(() => sim.close());

const keyOf = (id: string) => {
  const venue = sim.ready.venues[id];
  if (venue === undefined) throw new Error(`no ${id}`);
  const { apiKey, secret, passphrase } = venue;
  return { apiKey, secret, ...(passphrase === undefined ? {} : { passphrase }) };
};

/** Binance's key is in the file, OKX's in the environment. */
function mixedConfig() {
  const config = simConfig(sim.ready, { topology: 'dedicated', idle: 'park' });
  return {
    ...config,
    venues: config.venues.map(({ credentials: _, ...venue }) =>
      venue.id === 'binance'
        ? venue
        : { ...venue, credentials: { apiKeyEnv: 'OKX_KEY', secretEnv: 'OKX_SECRET', passphraseEnv: 'OKX_PASS' } },
    ),
  };
}

function mixedEnvironment(): Record<string, string> {
  const { apiKey, secret, passphrase = '' } = keyOf('okx');
  return { OKX_KEY: apiKey, OKX_SECRET: secret, OKX_PASS: passphrase, PARALLAX_SECRETS_PASSPHRASE: PASSPHRASE };
}

function dataWith(secrets: Secrets): string {
  const folder = newFolder();
  writeSecretFile(join(folder, 'secrets.enc'), secrets, PASSPHRASE, CHEAP);
  return folder;
}

const withBinance = (): Secrets => withKey(noSecrets('77'.repeat(32)), 'binance', 'trading', keyOf('binance'));

/** All that would give one of the keys away. */
const canaries = (): string[] => [keyOf('binance'), keyOf('okx')].flatMap((key) => [key.secret, key.apiKey]);

/** `parallax …` with the probe in it and in each of its threads. */
function probed(folder: string, args: readonly string[], env: Readonly<Record<string, string>>): Running {
  const probe = pathToFileURL(join(ROOT, 'test/support/thread-probe.ts'));
  probe.searchParams.set('folder', folder);
  return start(process.execPath, ['--import', probe.href, join(ROOT, 'src/main.ts'), ...args], { env });
}

const probesIn = (folder: string): ProbedThread[] =>
  readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as ProbedThread);

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));

describe('a run whose file is not as it has to be ends with 2, says so by path, and starts nothing', () => {
  async function problemsOf(dataDir: string, env: Record<string, string>): Promise<string[]> {
    const engine = startEngine({ config: mixedConfig(), dataDir, env });
    await engine.endsWith(2);
    expect(engine.process.out).toBe('');
    expect(readdirSync(dataDir).filter((name) => !name.startsWith('secrets.enc'))).toEqual([]);
    for (const canary of [...canaries(), PASSPHRASE]) expect(engine.process.err).not.toContain(canary);
    return engine.process.err.trim().split('\n');
  }

  it('missing, exposed, damaged', async () => {
    const env = mixedEnvironment();
    const folder = newFolder();
    const file = join(folder, 'secrets.enc');
    expect(await problemsOf(folder, env)).toEqual([
      `secrets.file: there is no secrets' file ${file}; "parallax secrets set" makes it`,
    ]);
    writeSecretFile(file, withBinance(), PASSPHRASE, CHEAP);
    chmodSync(file, 0o644);
    expect(await problemsOf(folder, env)).toEqual([
      expect.stringMatching(/^secrets\.file: .* \(mode 644\): chmod 600/),
    ]);
    chmodSync(file, 0o600);
    writeFileSync(file, readFileSync(file).subarray(0, -1));
    expect(await problemsOf(folder, env)).toEqual([
      expect.stringMatching(/^secrets\.file: .* is not what was written/),
    ]);
  });

  it('locked, without its passphrase, without the key', async () => {
    const env = mixedEnvironment();
    const folder = dataWith(noSecrets('77'.repeat(32)));
    expect(await problemsOf(folder, env)).toEqual([
      expect.stringMatching(
        /^venues\[0\]\.credentials: .* has no apiKey and no secret of binance: parallax secrets set/,
      ),
    ]);
    expect(await problemsOf(folder, { ...env, PARALLAX_SECRETS_PASSPHRASE: 'some other passphrase' })).toEqual([
      expect.stringMatching(/^secrets\.file: .* the passphrase does not open it/),
    ]);
    const { PARALLAX_SECRETS_PASSPHRASE: _, OKX_PASS: __, ...bare } = env;
    expect(await problemsOf(folder, bare)).toEqual([
      expect.stringMatching(/^secrets\.file: .* PARALLAX_SECRETS_PASSPHRASE is not set, and stdin is no terminal/),
      'venues[1].credentials.passphraseEnv: the environment variable OKX_PASS is not set',
    ]);
  });
});

describe('keys from file and environment', () => {
  it('trade, and are in no environment and no data of any thread or child process', async () => {
    const probes = newFolder();
    const dataDir = dataWith(withBinance());
    const env = mixedEnvironment();
    const engine = startEngine({
      config: mixedConfig(),
      dataDir,
      launch: (args) => probed(probes, args, env),
    });
    await engine.reached(
      'trades',
      ({ legSets, venues }) => legSets.filled > 0 && venues.every((venue) => venue.gatewayUp),
      60_000,
    );
    expect(JSON.stringify(await engine.get('/v1/config'))).not.toContain(keyOf('okx').secret);
    engine.process.signal('SIGTERM');
    await engine.endsWith(0);
    const exporting = probed(
      probes,
      ['export', '--what', 'orders', '--format', 'jsonl', '--out', join(newFolder(), 'x'), '--data', dataDir],
      env,
    );
    expect(await exporting.end()).toEqual({ code: 0, signal: null });
    const threads = probesIn(probes);
    // The main threads of both processes have what they were started with: the probe does see environments.
    const mains = threads.filter((thread) => thread.isMainThread);
    expect(mains.map(({ environment }) => environment['OKX_SECRET'])).toEqual([env['OKX_SECRET'], env['OKX_SECRET']]);
    const workers = threads.filter((thread) => !thread.isMainThread);
    for (const actor of ['feed:binance', 'feed:okx', 'detector', 'executor', 'journal']) {
      expect(
        workers.some(({ data }) => data.includes(`"actors":["${actor}"]`)),
        actor,
      ).toBe(true);
    }
    expect(workers.length).toBeGreaterThanOrEqual(6);
    for (const { environment, data } of workers) {
      expect(environment).toEqual({});
      for (const canary of canaries()) expect(data).not.toContain(canary);
    }
    // Nor in anything that was written: log, journal, write-ahead log, summary, address, audit.
    const written = [engine.process.err, engine.process.out, JSON.stringify(engine.summary()), ...filesBelow(dataDir)];
    for (const text of written) for (const canary of canaries()) expect(text.includes(canary)).toBe(false);
  });

  it('are not in the environment of the embedded exchanges', async (context) => {
    // Where there is no /proc, nobody can look.
    if (!existsSync('/proc/self/environ')) return context.skip('no /proc here');
    const engine = startEngine({ args: ['--for', '60s'], env: { ...mixedEnvironment(), LIVE_SECRET: 'c4n4ry' } });
    const read = (pid: number | string, what: string): string => readFileSync(`/proc/${pid}/${what}`, 'latin1');
    const children = await until('the exchanges', () => {
      const { pid } = engine.process;
      const pids = read(pid, `task/${pid}/children`).trim().split(' ');
      // Just after the fork a child still looks like its parent.
      return pids.some((child) => child !== '' && read(child, 'cmdline').includes('\0sim\0')) ? pids : undefined;
    });
    expect(read(engine.process.pid, 'environ')).toContain('c4n4ry');
    for (const child of children) expect(read(child, 'environ')).toBe('');
    engine.process.signal('SIGTERM');
    await engine.process.end();
  });
});

describe('what threads are told', () => {
  it('holds keys in the spec of the executor alone, and the shared memory holds none', async () => {
    const posting = vi.spyOn(Worker.prototype, 'postMessage');
    const here = await startEngineHere(sim.ready, { topology: 'dedicated', idle: 'park' });
    await here.reached('a trade', ({ legSets }) => legSets.filled > 0, 60_000);
    const shared = Buffer.from(new Uint8Array(here.engine.context.buffer));
    await here.finish();
    const told = posting.mock.calls.map(([message]) => message as ToThread);
    posting.mockRestore();
    const started = told.flatMap((message) => (message.kind === 'StartActor' ? [message.spec.name] : []));
    expect(started.sort()).toEqual(['detector', 'executor', 'feed:binance', 'feed:okx', 'journal']);
    for (const canary of canaries()) {
      const holders = told.filter((message) => JSON.stringify(message).includes(canary));
      expect(holders).toMatchObject([{ kind: 'StartActor', spec: { kind: 'executor' } }]);
      expect(shared.includes(canary)).toBe(false);
    }
  });
});
