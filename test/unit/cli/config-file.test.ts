import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  knownVenues,
  loadConfig,
  marketDataProblems,
  redactConfig,
  resolveCredentials,
  type StoredKeys,
} from '../../../src/cli/config-file.ts';
import { type Config, defaultConfig } from '../../../src/core/config.ts';
import type { KnownVenue } from '../../../src/core/config-check.ts';
import { ORDER_KINDS } from '../../../src/core/order.ts';
import { venueRegistry } from '../../../src/venues/registry.ts';

const KNOWN = new Map<string, KnownVenue>([
  ['binance', { environments: ['live', 'testnet'], needsPassphrase: false, hasSbe: true }],
  ['okx', { environments: ['live', 'demo'], needsPassphrase: true }],
]);

const EXAMPLES = new URL('../../../config/', import.meta.url).pathname;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parallax-config-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const stored = (opened: StoredKeys['opened']): StoredKeys => ({
  path: '/data/secrets.enc',
  opened,
  needsPassphrase: ({ id }) => KNOWN.get(id)?.needsPassphrase === true,
});

function load(text: string, name = 'c.yaml') {
  const path = join(folder, name);
  writeFileSync(path, text);
  return { path, ...loadConfig(path, KNOWN) };
}

describe('the examples', () => {
  it('sim.example.yaml loads and holds every default', () => {
    const { config, problems } = loadConfig(join(EXAMPLES, 'sim.example.yaml'), KNOWN);
    expect(problems).toEqual([]);
    expect(config).toEqual(defaultConfig());
  });

  it('sim.example.yaml names every setting', () => {
    const written = parse(readFileSync(join(EXAMPLES, 'sim.example.yaml'), 'utf8')) as object;
    // An empty file would give the defaults too; the text itself must hold them.
    expect(written).toEqual(defaultConfig());
  });

  it('load with the venues that there are', () => {
    for (const name of ['sim', 'live', 'testnet']) {
      expect(loadConfig(join(EXAMPLES, `${name}.example.yaml`), knownVenues(venueRegistry)).problems).toEqual([]);
    }
  });

  it('live.example.yaml loads and needs its five environment variables', () => {
    const { config, problems } = loadConfig(join(EXAMPLES, 'live.example.yaml'), KNOWN);
    expect(problems).toEqual([]);
    expect(config.mode).toBe('live');
    expect(resolveCredentials(config, {}).problems).toHaveLength(5);
  });

  it('testnet.example.yaml trades no real money', () => {
    const { config } = loadConfig(join(EXAMPLES, 'testnet.example.yaml'), knownVenues(venueRegistry));
    expect(config.venues.length).toBeGreaterThan(1);
    const environments = config.venues.map(({ id, environment }) => `${id} ${environment}`);
    expect(environments.filter((each) => !/ (testnet|demo)$/.test(each))).toEqual([]);
    // With its own addresses, or with a header that tells it apart: never all of those of the real venue.
    for (const { id, environment } of config.venues) {
      const { environments: known } = venueRegistry.get(id) ?? {};
      expect(known?.[environment]).not.toEqual(known?.live);
    }
  });
});

describe('reading', () => {
  it('takes YAML, JSON and an empty file', () => {
    expect(load('api: { port: 0 }').config.api.port).toBe(0);
    expect(load('{"api": {"port": 1}}', 'c.json').config.api.port).toBe(1);
    expect(load('# nothing yet\n').config).toEqual(defaultConfig());
    expect(loadConfig(undefined, KNOWN)).toEqual({ config: defaultConfig(), problems: [] });
  });

  it('names three mistakes at once, each by its path', () => {
    const { problems } = load(`
mode: turbo
api: { port: 70000 }
venues:
  - id: binanse
    credentials: { apiKeyEnv: A, secretEnv: B }
`);
    expect(problems.map(({ path }) => path).sort()).toEqual(['api.port', 'mode', 'venues[0].id']);
  });

  it('wants the first opening of a breaker no longer than the longest', () => {
    expect(load('breakers: { firstOpenMs: 3000, maxOpenMs: 2000 }\n').problems).toEqual([
      { path: 'breakers.firstOpenMs', message: 'may not be longer than breakers.maxOpenMs' },
    ]);
    expect(load('breakers: { firstOpenMs: 2000, maxOpenMs: 2000 }\n').problems).toEqual([]);
    expect(load('breakers: { threshold: 99 }\n').problems.map(({ path }) => path)).toEqual(['breakers.threshold']);
  });

  it('says where a file is no YAML', () => {
    const { path, problems } = load('mode: sim\napi:\n  port: [1, 2\nlog: {}\n');
    expect(problems).toHaveLength(1);
    expect(problems[0]?.path).toMatch(new RegExp(`^${path}:\\d+:\\d+$`));
    expect(problems[0]?.message).toContain('is not YAML or JSON');
    const doubled = load('mode: sim\nmode: live\n');
    expect(doubled.problems[0]?.path).toBe(`${doubled.path}:2:1`);
    expect(load('a: *nobody\n').problems).toHaveLength(1);
    expect(load('- a list\n').problems[0]?.message).toContain('must hold settings by name');
    expect(load('just words').problems).toHaveLength(1);
    expect(load('\u0000\u0001').problems).toHaveLength(1);
  });

  it('says in one message why a file cannot be read', () => {
    const missing = join(folder, 'missing.yaml');
    expect(loadConfig(missing, KNOWN).problems).toEqual([{ path: missing, message: 'there is no such file' }]);
    expect(loadConfig(folder, KNOWN).problems).toEqual([{ path: folder, message: 'is a folder, not a file' }]);
  });
});

const LIVE = `
mode: live
venues:
  - id: binance
    credentials: { apiKeyEnv: B_KEY, secretEnv: B_SECRET }
  - id: okx
    credentials: { apiKeyEnv: O_KEY, secretEnv: O_SECRET, passphraseEnv: O_PASS }
`;

describe('credentials', () => {
  it('come from the environment', () => {
    const env = { B_KEY: 'bk', B_SECRET: 'bs', O_KEY: 'ok', O_SECRET: 'os', O_PASS: 'op' };
    const { credentials, problems } = resolveCredentials(load(LIVE).config, env);
    expect(problems).toEqual([]);
    expect([...credentials]).toEqual([
      ['binance', { apiKey: 'bk', secret: 'bs' }],
      ['okx', { apiKey: 'ok', secret: 'os', passphrase: 'op' }],
    ]);
  });

  it('that are missing are named by path and variable, all at once', () => {
    const { problems } = resolveCredentials(load(LIVE).config, {
      B_KEY: 'bk',
      O_KEY: '',
      O_SECRET: ' os\n',
      O_PASS: 'op',
    });
    expect(problems).toEqual([
      { path: 'venues[0].credentials.secretEnv', message: 'the environment variable B_SECRET is not set' },
      { path: 'venues[1].credentials.apiKeyEnv', message: 'the environment variable O_KEY is not set' },
      {
        path: 'venues[1].credentials.secretEnv',
        message: 'the environment variable O_SECRET has white space around its value',
      },
    ]);
  });

  it('written where a name belongs are not said', () => {
    const keys = [
      '9F8E7D6C5B4A39281706F5E4D3C2B1A0',
      '9f8e7d6c-5b4a-3928-1706-f5e4d3c2b1a0',
      'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy',
    ];
    for (const key of keys) {
      const { problems } = resolveCredentials(load(LIVE.replace('B_SECRET', key)).config, {});
      expect(problems[0]?.path).toBe('venues[0].credentials.apiKeyEnv');
      expect(problems[1]).toEqual({
        path: 'venues[0].credentials.secretEnv',
        message: expect.stringContaining('must be the name of an environment variable'),
      });
      expect(JSON.stringify(problems)).not.toContain(key);
    }
  });

  it('in plain text are taken for endpoints of this machine, and redacted wherever they are shown', () => {
    const local = (id: string): Config['venues'][number] => ({
      id,
      environment: 'live',
      endpoints: {
        rest: 'http://user:hunter2@127.0.0.1:1',
        wsPublic: 'ws://127.0.0.1:2',
        wsPrivate: 'ws://127.0.0.1:3',
        wsTrade: 'ws://127.0.0.1:4',
      },
      credentials: { apiKey: 'plain-key', secret: 'plain-secret', passphrase: 'plain-pass' },
    });
    const config: Config = { ...defaultConfig(), venues: [local('binance'), local('okx')] };
    const { config: checked, problems } = load(JSON.stringify(config));
    expect(problems).toEqual([]);
    expect(resolveCredentials(checked, {}).credentials.get('okx')).toEqual({
      apiKey: 'plain-key',
      secret: 'plain-secret',
      passphrase: 'plain-pass',
    });
    const shown = redactConfig(checked);
    expect(JSON.stringify(shown)).not.toMatch(/plain-|hunter2/);
    expect(shown.venues[0]?.credentials?.secret).toBe('[redacted]');
    expect(shown.venues[0]?.endpoints?.rest).toBe('http://[redacted]@127.0.0.1:1');
    expect(shown.api).toEqual(checked.api);
    // The one in force is left alone.
    expect(checked.venues[0]?.credentials?.secret).toBe('plain-secret');
  });

  it('of a role of which nothing is said come from the file, second keys too', () => {
    const { config, problems: found } = load(`
mode: live
venues:
  - id: binance
  - id: okx
    credentials: { watchdog: { apiKeyEnv: W_KEY, secretEnv: W_SECRET, passphraseEnv: W_PASS } }
`);
    expect(found).toEqual([]);
    const env = { W_KEY: 'wk', W_SECRET: 'ws', W_PASS: 'wp' };
    const secrets = {
      fingerprintKey: '',
      venues: {
        binance: { trading: { apiKey: 'bk', secret: 'bs' }, watchdog: { apiKey: 'bwk', secret: 'bws' } },
        okx: {
          trading: { apiKey: 'ok', secret: 'os', passphrase: 'op' },
          watchdog: { apiKey: 'of the file', secret: 'not asked', passphrase: 'for' },
        },
      },
    };
    const { credentials, watchdogCredentials, problems } = resolveCredentials(config, env, stored({ secrets }));
    expect(problems).toEqual([]);
    expect([...credentials]).toEqual([
      ['binance', { apiKey: 'bk', secret: 'bs' }],
      ['okx', { apiKey: 'ok', secret: 'os', passphrase: 'op' }],
    ]);
    expect([...watchdogCredentials]).toEqual([
      ['binance', { apiKey: 'bwk', secret: 'bws' }],
      ['okx', { apiKey: 'wk', secret: 'ws', passphrase: 'wp' }],
    ]);
  });

  it('that the file lacks are named by path, with the command that sets them', () => {
    const { config } = load('{ mode: live, venues: [{ id: binance }, { id: okx }] }');
    const secrets = {
      fingerprintKey: '',
      venues: { okx: { trading: { apiKey: 'ok', secret: 'os' }, watchdog: { apiKey: 'w' } } },
    };
    const { credentials, watchdogCredentials, problems } = resolveCredentials(config, {}, stored({ secrets }));
    const lacks = (what: string) => `names no environment variables, and /data/secrets.enc has no ${what}`;
    expect(problems).toEqual([
      {
        path: 'venues[0].credentials',
        message: lacks('apiKey and no secret of binance: parallax secrets set binance'),
      },
      { path: 'venues[1].credentials', message: lacks('passphrase of okx: parallax secrets set okx') },
      {
        path: 'venues[1].credentials.watchdog',
        message: lacks('secret and no passphrase of okx: parallax secrets set okx --role watchdog'),
      },
    ]);
    expect([credentials.size, watchdogCredentials.size]).toEqual([0, 0]);
  });

  it('of a file that does not open are one problem, not one a venue', () => {
    const { config } = load('{ mode: live, venues: [{ id: binance }, { id: okx }] }');
    const { problems } = resolveCredentials(config, {}, stored({ problem: 'the passphrase does not open it' }));
    expect(problems).toEqual([{ path: 'secrets.file', message: 'the passphrase does not open it' }]);
    expect(resolveCredentials(config, {}).problems.map(({ path }) => path)).toEqual([
      'venues[0].credentials',
      'venues[1].credentials',
    ]);
  });

  it('of a second key are as strict as those of the first', () => {
    const { problems } = load(`
mode: live
venues:
  - id: binance
    credentials: { apiKeyEnv: A, secretEnv: B, watchdog: { apiKeyEnv: W } }
  - id: okx
    credentials: { apiKeyEnv: A, secretEnv: B, passphraseEnv: C, watchdog: { apiKeyEnv: A, secret: in-plain } }
`);
    expect(problems.map(({ path }) => path)).toEqual([
      'venues[0].credentials.watchdog.secretEnv',
      'venues[1].credentials.watchdog.secret',
      'venues[1].credentials.watchdog.passphraseEnv',
    ]);
    expect(JSON.stringify(problems)).not.toContain('in-plain');
  });

  it("in ccxt's options, addresses and second keys are redacted by their names", () => {
    const venue: Config['venues'][number] = {
      id: 'okx',
      adapter: 'ccxt',
      environment: 'live',
      endpoints: { rest: 'https://x/?api_key=hunter2&depth=5#a', wsPublic: 'wss://x/ws?token=hunter2' },
      options: { password: 'hunter2', deep: { apiSecret: 'hunter2', list: [{ authToken: 'hunter2' }] }, depth: 5 },
      credentials: { watchdog: { apiKey: 'hunter2', secretEnv: 'W_SECRET' } },
    };
    const [shown] = redactConfig({ ...defaultConfig(), venues: [venue] }).venues;
    expect(JSON.stringify(shown)).not.toContain('hunter2');
    expect(shown?.endpoints?.rest).toBe('https://x/?api_key=[redacted]&depth=5#a');
    expect(shown?.options).toMatchObject({ depth: 5 });
    expect(shown?.credentials?.watchdog?.secretEnv).toBe('W_SECRET');
  });

  it('keeps names of variables and settings when it redacts', () => {
    const { config } = load(LIVE);
    expect(redactConfig(config)).toEqual(config);
  });
});

describe('what orders are sent as', () => {
  const kinds = (kind: string, venues = LIVE): string => `${venues}\nexecution: { orders: { kind: ${kind} } }\n`;
  const known = knownVenues(venueRegistry);
  const problemsOf = (text: string) => loadConfig(load(text).path, known).problems;

  it('is of every kind at every venue of our own', () => {
    for (const kind of ORDER_KINDS) expect(problemsOf(kinds(kind)), kind).toEqual([]);
    for (const [id, { orders }] of venueRegistry) expect([id, orders.kinds]).toEqual([id, ORDER_KINDS]);
  });

  it('is one problem where venues do not take it, whichever they are', () => {
    const ccxt = LIVE.replace('- id: okx', '- id: kraken\n    adapter: ccxt').replace(
      '- id: binance',
      '- id: htx\n    adapter: ccxt',
    );
    expect(problemsOf(kinds('limit-for', ccxt))).toEqual([]);
    expect(problemsOf(kinds('fok', ccxt))).toEqual([
      {
        path: 'execution.orders.kind',
        message:
          '"fok" cannot be used at htx (adapter ccxt), kraken (adapter ccxt); choose another kind ("ioc" can be used everywhere)',
      },
    ]);
    // Venues of which nothing is known take what everybody takes.
    expect(load(kinds('ioc')).problems).toEqual([]);
    expect(load(kinds('market-band')).problems.map(({ path }) => path)).toEqual(['execution.orders.kind']);
  });

  it('is a kind that there is, within sense', () => {
    expect(load(kinds('stop')).problems).toEqual([
      { path: 'execution.orders.kind', message: `must be one of ${ORDER_KINDS.join(', ')}` },
    ]);
    for (const [field, value] of [
      ['restMs', 0],
      ['restMs', 60_001],
      ['bandBps', -1],
      ['bandBps', 1_001],
    ] as const) {
      const { problems } = load(`execution: { orders: { ${field}: ${value} } }\n`);
      expect(problems.map(({ path }) => path)).toEqual([`execution.orders.${field}`]);
    }
  });
});

describe('a fee asset', () => {
  const known = knownVenues(venueRegistry);
  const problemsOf = (id: string, feeAsset: string) =>
    loadConfig(load(LIVE.replace(`- id: ${id}`, `- id: ${id}\n    feeAsset: ${feeAsset}`)).path, known).problems;

  it('is one that the venue has', () => {
    expect(problemsOf('binance', '{ asset: BNB, floor: "0.05" }')).toEqual([]);
    expect(problemsOf('binance', '{ asset: KCS, floor: "1" }')).toEqual([
      { path: 'venues[0].feeAsset.asset', message: 'binance takes no fees in "KCS"; it has BNB' },
    ]);
    expect(problemsOf('okx', '{ asset: OKB, floor: "1" }')).toEqual([
      { path: 'venues[1].feeAsset.asset', message: 'okx takes no fees in "OKB"; it has none of its own' },
    ]);
    const assets = [...venueRegistry.values()].flatMap(({ feeAssets = [] }) => feeAssets);
    expect(assets.sort()).toEqual(['BGB', 'BNB', 'GT', 'KCS']);
  });

  it('has a floor', () => {
    expect(problemsOf('binance', '{ asset: BNB }').map(({ path }) => path)).toEqual(['venues[0].feeAsset']);
    expect(problemsOf('binance', '{ asset: BNB, floor: "-1" }').map(({ path }) => path)).toEqual([
      'venues[0].feeAsset.floor',
    ]);
  });
});

describe('market data in SBE', () => {
  const chosen = (id: string, marketData: string): string =>
    LIVE.replace(`- id: ${id}`, `- id: ${id}\n    marketData: ${marketData}`);
  const ED25519 = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');

  it('is taken where the venue has it, and JSON everywhere', () => {
    expect(load(chosen('binance', 'sbe')).problems).toEqual([]);
    expect(load(chosen('binance', 'json')).problems).toEqual([]);
    expect(load(chosen('okx', 'json')).problems).toEqual([]);
    expect(load(chosen('okx', 'sbe')).problems).toEqual([
      { path: 'venues[1].marketData', message: 'okx has no market data in SBE; leave it at json' },
    ]);
    expect(load(chosen('binance', 'xml')).problems).toEqual([
      { path: 'venues[0].marketData', message: 'must be one of json, sbe' },
    ]);
    expect(knownVenues(venueRegistry).get('binance')?.hasSbe).toBe(true);
    expect(knownVenues(venueRegistry).get('okx')?.hasSbe).toBe(false);
  });

  it('wants an Ed25519 key, which is said by path and without the key', () => {
    const { config } = load(chosen('binance', 'sbe'));
    const problems = (secret: string) =>
      marketDataProblems(config, new Map([['binance', { apiKey: 'k', secret }]]), venueRegistry);
    expect(problems(ED25519)).toEqual([]);
    expect(problems('some-hmac-secret')).toEqual([
      { path: 'venues[0].marketData', message: expect.stringMatching(/^sbe wants an Ed25519 key/) },
    ]);
    expect(JSON.stringify(problems('some-hmac-secret'))).not.toContain('some-hmac-secret');
    expect(
      marketDataProblems(load(LIVE).config, new Map([['binance', { apiKey: 'k', secret: 's' }]]), venueRegistry),
    ).toEqual([]);
  });

  it('in mode sim has an address of its own, on loopback like the others', () => {
    const venue = (id: string, more: object, endpoints: object = {}) => ({
      id,
      ...more,
      endpoints: {
        rest: 'http://127.0.0.1:1',
        wsPublic: 'ws://127.0.0.1:1',
        wsPrivate: 'ws://127.0.0.1:1',
        wsTrade: 'ws://127.0.0.1:1',
        ...endpoints,
      },
      credentials: { apiKey: 'k', secret: 's', passphrase: 'p' },
    });
    const problems = (endpoints: object) =>
      load(
        JSON.stringify({ venues: [venue('binance', { marketData: 'sbe' }, endpoints), venue('okx', {})] }),
      ).problems.filter(({ path }) => path.endsWith('endpoints'));
    const all = { path: 'venues[0].endpoints', message: expect.stringContaining('all five addresses') };
    expect(problems({})).toEqual([all]);
    expect(problems({ wsSbe: 'wss://stream-sbe.binance.com' })).toEqual([all]);
    expect(problems({ wsSbe: 'ws://127.0.0.1:1/sbe' })).toEqual([]);
    const { config } = load(
      JSON.stringify({ venues: [venue('binance', {}, { wsSbe: 'ws://u:hunter2@127.0.0.1:1' })] }),
    );
    expect(redactConfig(config).venues[0]?.endpoints?.wsSbe).toBe('ws://[redacted]@127.0.0.1:1');
  });
});
