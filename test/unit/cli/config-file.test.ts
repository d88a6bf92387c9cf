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
} from '../../../src/cli/config-file.ts';
import { type Config, defaultConfig } from '../../../src/core/config.ts';
import type { KnownVenue } from '../../../src/core/config-check.ts';
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

  it('keeps names of variables and settings when it redacts', () => {
    const { config } = load(LIVE);
    expect(redactConfig(config)).toEqual(config);
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
