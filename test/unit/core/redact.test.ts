import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../../src/core/faults.ts';
import { redactError, redactor, redactThrown, redactValue } from '../../../src/core/redact.ts';
import { keyShapes, tellingParts } from '../../support/key-shapes.ts';

const redact = redactor({ apiKey: 'the-key', secret: 'the-secret', passphrase: 'the-passphrase' });

it.each([
  ['key the-key, secret the-secret, passphrase the-passphrase', 'key ***, secret ***, passphrase ***'],
  ['GET /order?id=1&signature=ab12&x=2', 'GET /order?id=1&signature=***&x=2'],
  ['wss://x/?apikey=0123456789abcdef01&sign=abcdefghij%2Bklmnop&id=7', 'wss://x/?apikey=***&sign=***&id=7'],
  ['refused Bearer eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln-_Z end', 'refused Bearer *** end'],
  ['Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ== end', 'Authorization: Basic *** end'],
  ['Basic authentication is off, token=none', 'Basic authentication is off, token=none'],
  ['nothing of ours, eyJust words', 'nothing of ours, eyJust words'],
])('takes out of "%s" what is secret', (text, shown) => {
  expect(redact(text)).toBe(shown);
});

it('leaves an error its class, and cleans a code that is made of words', () => {
  const error = { class: 'auth', code: 'no-key-the-key', message: 'bad the-secret', retryAfterMs: 5 } as const;
  expect(redactError(redact, error)).toEqual({ ...error, code: 'no-key-***', message: 'bad ***' });
});

it('hides the private key of anybody, whole or cut', () => {
  const body = 'MC4CAQAwBQYDK2VwBCIEIKg1';
  for (const text of [
    `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----`,
    `-----BEGIN EC PRIVATE KEY-----\\n${body}\\n-----END EC PRIVATE KEY-----`,
    `-----BEGIN RSA PRIVATE KEY-----\n${body}`,
  ]) {
    expect(redactor()(`bad key "${text}", it says`)).toBe('bad key "***", it says');
  }
});

it('hides a signed token whole that has a key in it', () => {
  const part = (claims: object) => Buffer.from(JSON.stringify(claims)).toString('base64url');
  const name = 'organizations/0001/apiKeys/0002';
  const token = `${part({ alg: 'ES256', kid: name })}.${part({ sub: name, iss: 'cdp' })}.c2lnbmF0dXJl`;
  const hide = redactor({ apiKey: name, secret: 'some-secret' });
  expect(hide(`failure {"jwt":"${token}"}`)).toBe('failure {"jwt":"***"}');
});

it('does not take words apart for a key of three characters', () => {
  expect(redactor({ apiKey: 'k', secret: 'key', passphrase: '' })('the key is wrong')).toBe('the key is wrong');
});

it('hides a key whole that has a passphrase in it', () => {
  const hide = redactor({ apiKey: 'AAAABBBBCCCC', secret: 'other-secret', passphrase: 'BBBB' });
  expect(hide('x AAAABBBBCCCC y BBBB')).toBe('x *** y ***');
});

const SEED = 20_261_127;
const shapes = keyShapes(SEED);

/** How a venue, a proxy or a library may say a key back. */
const ways: readonly (readonly [string, (text: string, other: string) => string])[] = [
  ['as it is', (text) => `Invalid key ${text}.`],
  ['at the very end', (text) => `key=${text}`],
  ['in JSON', (text) => JSON.stringify({ error: text })],
  ['in JSON within JSON', (text) => JSON.stringify(JSON.stringify({ error: text }))],
  ['in JSON with escaped slashes and signs', (text) => escapedJson(text)],
  ['in an address', (text) => `GET /x?key=${encodeURIComponent(text)}&y=1`],
  [
    'in an address, in small letters',
    (text) => `/x?key=${encodeURIComponent(text).replace(/%../g, (hex) => hex.toLowerCase())}`,
  ],
  ['encoded twice', (text) => `/x?to=${encodeURIComponent(`/y?key=${encodeURIComponent(text)}`)}`],
  ['in a form', (text) => new URLSearchParams({ key: text }).toString()],
  [
    'in HTML',
    (text) => `<p>${text.replace(/[&<>"'/=]/g, (char) => `&#x${char.charCodeAt(0).toString(16).toUpperCase()};`)}</p>`,
  ],
  ['in small letters', (text) => `no such key: ${text.toLowerCase()}`],
  ['in base64', (text) => Buffer.from(text).toString('base64')],
  ['in a basic authorization', (text, other) => `Basic ${Buffer.from(`${other}:${text}`).toString('base64')}`],
  ['in base64 for addresses, after other text', (text) => Buffer.from(`{"a":"${text}"}`).toString('base64url')],
  ['in hex', (text) => Buffer.from(text).toString('hex')],
];

const escapedJson = (text: string): string =>
  JSON.stringify(text)
    .replaceAll('/', '\\/')
    .replace(/[=&<>+']/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Readings of what was shown, each of which would give a key away. */
function readings(shown: string): string {
  const unescaped = shown.replace(/\\+u([0-9a-f]{4})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const plain = unescaped
    .replace(/\\+([/"\\])/g, '$1')
    .replace(/&#x([0-9a-f]+);/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const decode = (text: string): string =>
    text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const once = decode(plain);
  const base64 = (plain.match(/[\w+/-]{8,}/g) ?? []).flatMap((run) =>
    [0, 1, 2, 3].map((skip) => Buffer.from(run.slice(skip), 'base64').toString('latin1')),
  );
  const hex = (plain.match(/[0-9a-f]{16,}/gi) ?? []).map((run) => Buffer.from(run, 'hex').toString('latin1'));
  return [shown, plain, once, decode(once), once.replaceAll('+', ' '), ...base64, ...hex].join('\n').toLowerCase();
}

describe(`the keys that venues hand out (seed ${SEED})`, () => {
  it.each(shapes.map((key) => [`${key.venue}, ${key.shape}`, key] as const))('%s: hidden in every way', (_, key) => {
    const hide = redactor(key);
    for (const [way, write] of ways) {
      for (const [value, other] of [
        [key.apiKey, 'user'],
        [key.secret, key.apiKey],
        ...(key.passphrase === undefined ? [] : ([[key.passphrase, key.apiKey]] as const)),
      ] as const) {
        const text = write(value, other);
        // The reader below does find it where it was not hidden.
        const parts = tellingParts(key).filter((part) => value.includes(part) || part === value);
        expect(
          parts.some((part) => readings(text).includes(part.toLowerCase())),
          `${way}: read back`,
        ).toBe(true);
        const shown = readings(hide(text));
        for (const part of tellingParts(key)) expect(shown, `${way}: ${hide(text)}`).not.toContain(part.toLowerCase());
      }
    }
  });

  it.each(
    shapes.filter(({ secret }) => secret.includes('-----')).map((key) => [`${key.venue}, ${key.shape}`, key] as const),
  )('%s: each of its lines alone', (_, key) => {
    for (const line of tellingParts(key)) expect(redactor(key)(`line 2: ${line}!`)).toBe('line 2: ***!');
  });

  it('each knows only its own: another key stays', () => {
    const [first, second] = shapes;
    expect(redactor(first as never)(`${first?.apiKey} ${second?.apiKey}`)).toBe(`*** ${second?.apiKey}`);
  });
});

describe('whole values', () => {
  it('are cleaned at every depth, names included, and keep their shape', () => {
    const at = new Date(0);
    const value = { a: ['the-key', { 'x-the-key': 'the-secret' }], n: 1, none: undefined, nil: null, at };
    expect(redactValue(redact, value)).toEqual({
      a: ['***', { 'x-***': '***' }],
      n: 1,
      none: undefined,
      nil: null,
      at,
    });
    expect(value.a[0]).toBe('the-key');
    const deep = Array.from({ length: 12 }).reduce<object>((inner) => ({ inner }), { text: 'the-key' });
    expect(JSON.stringify(redactValue(redact, deep))).not.toContain('the-key');
  });

  it('errors are cleaned with stack and cause', () => {
    const thrown = new Fault('venue/auth', 'no the-key', { key: 'x' });
    thrown.cause = new Error('sent the-secret');
    const shown = redactThrown(redact, thrown) as Error;
    expect(shown).toBe(thrown);
    expect([shown.message, String(shown.stack), String((shown.cause as Error).stack)].join()).not.toMatch(
      /the-(key|secret)/,
    );
    expect(redactThrown(redact, 'just the-key')).toBe('just ***');
    expect(redactThrown(redact, 7)).toBe(7);
  });
});
