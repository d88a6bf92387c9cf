/** `parallax secrets`: what it keeps, what it says, and that it says no key. */
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommandIo, SecretInput } from '../../../src/cli/io.ts';
import { secretsCommand } from '../../../src/cli/secrets.ts';
import { keyShapes, type NamedKey, tellingParts } from '../../support/key-shapes.ts';
import { parallax } from '../../support/processes.ts';

const PASSPHRASE = 'twelve words would be better than this';
const shapes = keyShapes(99);

let dataDir: string;
let file: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'parallax-secrets-'));
  file = join(dataDir, 'secrets.enc');
});

afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const shapeOf = (venue: string, shape?: string): NamedKey => {
  const found = shapes.find((key) => key.venue === venue && key.shape === (shape ?? key.shape));
  if (found === undefined) throw new Error(`no shape of ${venue}`);
  return found;
};

const linesOf = ({ apiKey, secret, passphrase }: NamedKey): string =>
  [apiKey, secret, ...(passphrase === undefined ? [] : [passphrase])].map((value) => `${value}\n`).join('');

const piped = (text: string): SecretInput => ({
  isTerminal: false,
  ask: () => Promise.reject(new Error('nobody is there to be asked')),
  read: () => Promise.resolve(text),
});

/** A person who gives these answers, in this order, and notes what was asked. */
function person(answers: readonly string[]): SecretInput & { readonly asked: string[] } {
  const left = [...answers];
  const asked: string[] = [];
  return {
    isTerminal: true,
    asked,
    ask: async (prompt) => {
      asked.push(prompt);
      return left.shift() ?? '';
    },
    read: () => Promise.reject(new Error('a terminal is asked')),
  };
}

async function run(args: readonly string[], more: Partial<CommandIo> = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await secretsCommand(args, {
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    env: { PARALLAX_SECRETS_PASSPHRASE: PASSPHRASE },
    dataDir,
    ...more,
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

const set = (key: NamedKey, ...more: string[]) => run(['set', key.venue, ...more], { input: piped(linesOf(key)) });

function expectNothingOf(key: NamedKey, text: string): void {
  for (const part of tellingParts(key)) expect(text).not.toContain(part);
}

describe('keeping', () => {
  it('takes the most awkward shapes of keys, lists them by fingerprint, and finds them whole', async () => {
    const kept = ['kucoin', 'okx', 'kraken'].map((venue) => shapeOf(venue));
    const coinbase = shapeOf('coinbase', 'EC in PEM');
    for (const key of [...kept, coinbase]) {
      const { code, out, err } = await set(key);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toMatch(
        new RegExp(`^${file} holds of ${key.venue} \\(trading\\): apiKey [0-9a-f]{8}, secret [0-9a-f]{8}`),
      );
      expectNothingOf(key, out);
    }
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(dataDir)).toEqual(['secrets.enc']);
    const listed = await run(['list', '--json']);
    const { keys } = JSON.parse(listed.out) as {
      keys: { venue: string; role: string; fields: Record<string, string> }[];
    };
    expect(keys.map(({ venue, role, fields }) => [venue, role, Object.keys(fields).length])).toEqual(
      [...kept, coinbase].map(({ venue, passphrase }) => [venue, 'trading', passphrase === undefined ? 2 : 3]).sort(),
    );
    const table = await run(['list']);
    expect(table.out).toMatch(
      /^VENUE +role +apiKey +secret +passphrase\ncoinbase +trading +[0-9a-f]{8} +[0-9a-f]{8} +-\n/,
    );
    const check = await run(['check']);
    expect({ code: check.code, err: check.err }).toEqual({ code: 0, err: '' });
    expect(check.out).toContain('every key has what it needs');
    for (const key of [...kept, coinbase]) expectNothingOf(key, [listed.out, table.out, check.out].join());
  });

  it('replaces one part, keeps a second key beside the first, and removes by role', async () => {
    const okx = shapeOf('okx');
    await set(okx);
    const before = (await run(['list', '--json'])).out;
    const changed = await run(['set', 'okx', '--field', 'secret'], { input: piped('another-secret\n') });
    expect(changed.code).toBe(0);
    await set(okx, '--role', 'watchdog');
    const { keys } = JSON.parse((await run(['list', '--json'])).out) as {
      keys: { role: string; fields: { apiKey: string; secret: string } }[];
    };
    const [trading, watchdog] = keys;
    const [first] = (JSON.parse(before) as { keys: { fields: { apiKey: string; secret: string } }[] }).keys;
    expect([trading?.role, watchdog?.role]).toEqual(['trading', 'watchdog']);
    // The same value has the same fingerprint, another one another.
    expect(watchdog?.fields).toEqual(first?.fields);
    expect(trading?.fields.apiKey).toBe(first?.fields.apiKey);
    expect(trading?.fields.secret).not.toBe(first?.fields.secret);
    expect((await run(['remove', 'okx', '--role', 'watchdog'])).out).toContain('no longer holds okx (watchdog)');
    expect(await run(['remove', 'okx', '--role', 'watchdog'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('has no watchdog key of okx'),
    });
    expect((await run(['remove', 'okx'])).out).toContain('no longer holds okx (trading)');
    expect((await run(['list'])).out).toBe(`${file} holds no keys`);
  });

  it('asks a person for each part, and twice for the passphrase of a new file', async () => {
    const okx = shapeOf('okx');
    const input = person([PASSPHRASE, PASSPHRASE, okx.apiKey, okx.secret, okx.passphrase ?? '']);
    const { code, out } = await run(['set', 'okx'], { input, env: {} });
    expect(code).toBe(0);
    expect(input.asked).toEqual([
      `Passphrase of ${file}: `,
      'Once more, it is a new file: ',
      'apiKey of okx (trading): ',
      'secret of okx (trading): ',
      'passphrase of okx (trading): ',
    ]);
    expectNothingOf(okx, out);
    const again = person([PASSPHRASE, 'new-passphrase']);
    expect((await run(['set', 'okx', '--field', 'passphrase'], { input: again, env: {} })).code).toBe(0);
    expect(again.asked).toEqual([`Passphrase of ${file}: `, 'passphrase of okx (trading): ']);
  });
});

describe('refusing', () => {
  it('takes no key from the arguments, and does not say it back', async () => {
    const key = shapeOf('bybit');
    for (const args of [
      ['set', 'bybit', key.apiKey, key.secret],
      ['set', 'bybit', '--secret', key.secret],
      ['set', 'bybit', `--secret=${key.secret}`],
      ['set', 'bybit', '--field', key.secret],
      ['set', key.secret],
      [key.secret],
    ]) {
      const { code, out, err } = await run(args, { input: piped(linesOf(key)) });
      expect({ code, out }, args.join(' ')).toEqual({ code: 2, out: '' });
      expectNothingOf(key, err);
    }
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it.each([
    ['too few values', 'one\n', 'stdin has 1 values, and 3 are wanted, one a line: apiKey, secret, passphrase'],
    ['too many values', 'one\ntwo2\nthree\nfour\n', 'stdin has 4 values'],
    [
      'white space',
      'key-key \nse cret\npassphrase\n',
      'apiKey has white space around it\nsecret has a character that no secret has (ASCII only, on one line)',
    ],
  ])('%s change nothing', async (_, text, said) => {
    const { code, out, err } = await run(['set', 'okx'], { input: piped(text) });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(said);
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it('a weak passphrase, two that differ, or none to be had make no file', async () => {
    const weak = await run(['set', 'okx'], { input: piped('a\n'), env: { PARALLAX_SECRETS_PASSPHRASE: 'hunter2' } });
    expect(weak).toMatchObject({ code: 2, err: expect.stringContaining('shorter than 12 characters') });
    const differ = await run(['set', 'okx'], { input: person([PASSPHRASE, `${PASSPHRASE}.`]), env: {} });
    expect(differ).toMatchObject({ code: 2, err: 'the two passphrases differ' });
    const none = await run(['set', 'okx'], { input: piped('a\n'), env: {} });
    expect(none).toMatchObject({ code: 1, err: expect.stringContaining('PARALLAX_SECRETS_PASSPHRASE is not set') });
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it('says in one message what is wrong with the file, in every command', async () => {
    const okx = shapeOf('okx');
    for (const args of [['list'], ['remove', 'okx']]) {
      expect(await run(args)).toEqual({
        code: 1,
        out: '',
        err: `there is no secrets' file ${file}; "parallax secrets set" makes it`,
      });
    }
    await set(okx);
    const other = { env: { PARALLAX_SECRETS_PASSPHRASE: 'not the passphrase' }, input: piped(linesOf(okx)) };
    const sealed = readFileSync(file);
    for (const args of [['list'], ['remove', 'okx'], ['set', 'okx']]) {
      const { code, out, err } = await run(args, other);
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toContain('the passphrase does not open it');
      expect(err).not.toContain('not the passphrase');
    }
    expect(readFileSync(file).equals(sealed)).toBe(true);
    chmodSync(file, 0o640);
    expect((await run(['list'])).err).toContain('mode 640');
    expect((await run(['check'])).out).toContain('secrets.file: ');
  });

  it('names its mistakes and its commands', async () => {
    const { code, err } = await run([]);
    expect(code).toBe(2);
    for (const name of ['set VENUE', 'list', 'check', 'remove VENUE'])
      expect(err).toContain(`parallax secrets ${name}`);
    expect(await run(['set'])).toMatchObject({ code: 2, err: expect.stringContaining('VENUE is missing') });
    expect(await run(['set', 'nasdaq'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('VENUE is no venue here; known: binance'),
    });
    expect((await run(['--help'])).code).toBe(0);
    expect((await run(['set', '--help'])).out).toContain('--field apiKey|secret|passphrase');
  });
});

describe('checking a configuration', () => {
  const configOf = (text: string): string => {
    const path = join(dataDir, 'engine.yaml');
    writeFileSync(path, text);
    return path;
  };

  it('says of every venue where its key comes from, and by path what is wrong', async () => {
    const config = configOf(`
mode: live
venues:
  - id: binance
    credentials: { apiKeyEnv: B_KEY, secretEnv: B_SECRET }
  - id: okx
  - id: kraken
  - id: coinbase
`);
    await set(shapeOf('okx'));
    await run(['set', 'kraken'], { input: piped('kraken-key\nno-base64-at-all\n') });
    const { apiKey, secret } = shapeOf('binance', 'HMAC');
    const env = { PARALLAX_SECRETS_PASSPHRASE: PASSPHRASE, B_KEY: apiKey, B_SECRET: secret };
    const { code, out } = await run(['check', '--config', config, '--json'], { env });
    expect(code).toBe(1);
    const { ok, keys, problems } = JSON.parse(out);
    expect(ok).toBe(false);
    expect(keys).toEqual([
      { venue: 'binance', role: 'trading', from: 'environment', fields: ['apiKey', 'secret'] },
      { venue: 'okx', role: 'trading', from: 'file', fields: ['apiKey', 'secret', 'passphrase'] },
      { venue: 'kraken', role: 'trading', from: 'file', fields: ['apiKey', 'secret'] },
    ]);
    expect(problems).toEqual([
      { path: 'venues[3].credentials', message: expect.stringContaining('parallax secrets set coinbase') },
      { path: 'venues[2].credentials', message: expect.stringContaining('no base64') },
    ]);
    expect(out).not.toContain('no-base64-at-all');
    const plain = await run(['check', '--config', config], { env });
    expect(plain.code).toBe(1);
    expect(plain.out).toContain('venues[3].credentials: ');
  });

  it('with mistakes in it ends with 2', async () => {
    const { code, out, err } = await run(['check', '--config', configOf('mode: turbo\n')]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^mode: /);
  });
});

describe('as a process', () => {
  it('reads a pipe, and leaves no key in what it prints or writes', async () => {
    const key = shapeOf('coinbase', 'EC in PEM');
    const env = { PARALLAX_SECRETS_PASSPHRASE: PASSPHRASE };
    const setting = parallax(['secrets', 'set', 'coinbase', '--data', dataDir], { env, input: linesOf(key) });
    expect(await setting.end()).toEqual({ code: 0, signal: null });
    const checking = parallax(['secrets', 'check', '--data', dataDir, '--json'], { env });
    expect(await checking.end()).toEqual({ code: 0, signal: null });
    expect(JSON.parse(checking.out)).toMatchObject({ ok: true, keys: [{ venue: 'coinbase', from: 'file' }] });
    expectNothingOf(key, [setting.out, setting.err, checking.out, checking.err, readFileSync(file, 'latin1')].join());
    expect([setting.err, checking.err]).toEqual(['', '']);
  });
});
