import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/core/clock.ts';
import { mint, readKey, uriOf } from '../../../src/venues/coinbase/sign.ts';
import { TokenPool } from '../../../src/venues/coinbase/tokens.ts';
import { claimsOf, credentials, publicKey } from './coinbase-fakes.ts';
import { settled } from './okx-fakes.ts';

const { apiKey } = credentials;
const NOW_MS = 1_786_309_548_026;

/** RFC 8037, appendix A. */
const SEED = 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A';
const PUBLIC = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo';
const base64 = (...parts: string[]): string =>
  Buffer.concat(parts.map((part) => Buffer.from(part, 'base64url'))).toString('base64');

const isSignedBy = (token: string, key: typeof publicKey, isEd25519: boolean): boolean => {
  const [header, claims, signature = ''] = token.split('.');
  const options = isEd25519 ? key : ({ key, dsaEncoding: 'ieee-p1363' } as const);
  const text = Buffer.from(`${header}.${claims}`);
  return verify(isEd25519 ? null : 'sha256', text, options, Buffer.from(signature, 'base64url'));
};

describe('coinbase tokens', () => {
  it('carry what the venue asks for, and a signature of the key', async () => {
    const uri = uriOf('POST', 'api.coinbase.com', '/api/v3/brokerage/orders');
    const token = await mint(readKey(credentials), uri, NOW_MS, 'n0nce');
    expect(claimsOf(token)).toEqual({
      header: { alg: 'ES256', typ: 'JWT', kid: apiKey, nonce: 'n0nce' },
      claims: {
        sub: apiKey,
        iss: 'cdp',
        nbf: 1_786_309_547,
        exp: 1_786_309_667,
        uri: 'POST api.coinbase.com/api/v3/brokerage/orders',
      },
    });
    expect(isSignedBy(token, publicKey, false)).toBe(true);
    expect(isSignedBy(`${token.slice(0, -4)}AAAA`, publicKey, false)).toBe(false);
  });

  it('for a socket name no request, and no two are the same', async () => {
    const key = readKey(credentials);
    const [one, two] = [await mint(key, undefined, NOW_MS), await mint(key, undefined, NOW_MS)];
    expect(claimsOf(one).claims).not.toHaveProperty('uri');
    expect(claimsOf(one).header.nonce).toMatch(/^[0-9a-f]{32}$/);
    expect(claimsOf(one).header.nonce).not.toBe(claimsOf(two).header.nonce);
  });

  it.each([
    ['seed and public key in base64', base64(SEED, PUBLIC)],
    ['the seed alone', base64(SEED)],
    ['base64 with a line end', `${base64(SEED, PUBLIC)}\n`],
  ])('are signed with an Ed25519 key: %s', async (_, secret) => {
    const key = readKey({ apiKey, secret });
    const known = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: PUBLIC }, format: 'jwk' });
    const token = await mint(key, undefined, NOW_MS);
    expect(claimsOf(token).header.alg).toBe('EdDSA');
    expect(isSignedBy(token, known, true)).toBe(true);
    // The appendix's own text and signature.
    expect(
      sign(null, Buffer.from('eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc'), key.key).toString(
        'base64url',
      ),
    ).toBe('hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg');
  });

  it('are signed with any key in PEM, also on one line', () => {
    const ed25519 = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(readKey({ apiKey, secret: ed25519 }).algorithm).toBe('EdDSA');
    expect(readKey({ apiKey, secret: credentials.secret.replaceAll('\n', '\\n') }).algorithm).toBe('ES256');
  });

  const other = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ type: 'sec1', format: 'pem' });
  it.each([
    ['none', '', 'neither a private key'],
    ['words', 'not a key at all!', 'neither a private key'],
    ['of a wrong length', Buffer.alloc(48, 7).toString('base64'), 'neither a private key'],
    ['with halves of two keys', base64(SEED, SEED), 'halves'],
    ['cut', credentials.secret.slice(0, 60), 'PEM'],
    ['with a letter changed', credentials.secret.replace('END EC PRIVATE KEY', 'END EC PRIVATE KEa'), 'PEM'],
    ['of another curve', other.toString(), 'neither P-256 nor Ed25519'],
  ])('need a usable key: not one %s', (_, secret, words) => {
    const reading = (): unknown => readKey({ apiKey, secret });
    expect(reading).toThrow(words);
    expect(reading).toThrow(/^coinbase: the secret /);
    try {
      reading();
    } catch (thrown) {
      expect(thrown).toMatchObject({ code: 'venue/auth' });
      const body = secret.split('\n')[1] ?? secret;
      if (body.length > 8) expect(`${thrown} ${JSON.stringify(thrown)}`).not.toContain(body);
    }
    expect.hasAssertions();
  });
});

describe('coinbase tokens minted ahead', () => {
  function pool() {
    const clock = new ManualClock();
    let minted = 0;
    const tokens = new TokenPool(clock, async () => `token ${++minted}`);
    const pass = async (ms: number): Promise<void> => {
      clock.advanceMs(ms);
      await settled();
    };
    return { clock, tokens, pass, minted: () => minted };
  }

  it('are at hand at once, each for one request, and are made up for afterwards', async () => {
    const { tokens, pass, minted } = pool();
    expect(tokens.take()).toBeUndefined();
    await tokens.start();
    const taken = Array.from({ length: 8 }, () => tokens.take());
    expect(new Set(taken).size).toBe(8);
    expect(taken).not.toContain(undefined);
    expect(minted()).toBe(8);
    expect(tokens.take()).toBeUndefined();
    await pass(5);
    expect(minted()).toBe(16);
    expect(tokens.take()).toBe('token 9');
  });

  it('are never older than half of their life', async () => {
    const { tokens, pass } = pool();
    await tokens.start();
    for (let minute = 1; minute <= 10; minute++) {
      await pass(30_000);
      await pass(30_000);
    }
    const number = Number(tokens.take()?.split(' ')[1]);
    // Made in the last rounds, not in the first.
    expect(number).toBeGreaterThan(8 * 9);
  });

  it('are thrown away when time was lost, or turned out to be another', async () => {
    const { clock, tokens, pass } = pool();
    await tokens.start();
    // The machine slept: no timer ran, and everything is old.
    Object.defineProperty(clock, 'monotonicNs', { value: () => 1e9 + 61_000 * 1e6 });
    expect(tokens.take()).toBeUndefined();
    await pass(5);
    expect(tokens.take()).toBe('token 9');
    tokens.renew();
    expect(tokens.take()).toBeUndefined();
  });

  it('are minted no more once stopped', async () => {
    const { tokens, pass, minted } = pool();
    await tokens.start();
    tokens.stop();
    await pass(120_000);
    expect(minted()).toBe(8);
    expect(tokens.take()).toBeUndefined();
  });
});
