import { describe, expect, it } from 'vitest';
import {
  completeKey,
  fingerprintOf,
  formProblem,
  noSecrets,
  storedKey,
  withKey,
  withoutKey,
} from '../../../src/core/secrets.ts';
import { keyShapes } from '../../support/key-shapes.ts';

const empty = noSecrets('ab'.repeat(32));

describe('keys in the file', () => {
  it('are put together part by part, and taken out by role or as a whole', () => {
    const key = withKey(empty, 'okx', 'trading', { apiKey: 'k1', secret: 's1' });
    const both = withKey(withKey(key, 'okx', 'trading', { secret: 's2' }), 'okx', 'watchdog', { apiKey: 'w' });
    expect(storedKey(both, 'okx', 'trading')).toEqual({ apiKey: 'k1', secret: 's2' });
    expect(storedKey(both, 'okx', 'watchdog')).toEqual({ apiKey: 'w' });
    expect(storedKey(both, 'kraken', 'trading')).toBeUndefined();
    expect(withoutKey(both, 'okx', 'watchdog').venues).toEqual({ okx: { trading: { apiKey: 'k1', secret: 's2' } } });
    expect(withoutKey(both, 'okx')).toEqual(empty);
    expect(withoutKey(withoutKey(both, 'okx', 'watchdog'), 'okx', 'trading')).toEqual(empty);
    expect(key.venues).toEqual({ okx: { trading: { apiKey: 'k1', secret: 's1' } } });
  });

  it('of names that every object has are none', () => {
    for (const name of ['constructor', '__proto__', 'toString'])
      expect(storedKey(empty, name, 'trading')).toBeUndefined();
  });

  it('are whole with a passphrase where the venue wants one', () => {
    expect(completeKey({ apiKey: 'k' }, false)).toBeUndefined();
    expect(completeKey({ apiKey: 'k', secret: 's' }, false)).toEqual({ apiKey: 'k', secret: 's' });
    expect(completeKey({ apiKey: 'k', secret: 's' }, true)).toBeUndefined();
    expect(completeKey({ apiKey: 'k', secret: 's', passphrase: 'p' }, true)).toEqual({
      apiKey: 'k',
      secret: 's',
      passphrase: 'p',
    });
  });
});

describe('a fingerprint', () => {
  it('tells values apart, stays the same, and is another in another file', () => {
    const one = fingerprintOf(empty, 'value');
    expect(one).toMatch(/^[0-9a-f]{8}$/);
    expect(fingerprintOf(withKey(empty, 'okx', 'trading', { apiKey: 'x' }), 'value')).toBe(one);
    expect(fingerprintOf(empty, 'other')).not.toBe(one);
    expect(fingerprintOf(noSecrets('cd'.repeat(32)), 'value')).not.toBe(one);
  });
});

describe('the form of a value', () => {
  it('is right for what venues hand out', () => {
    for (const { apiKey, secret, passphrase, venue, shape } of keyShapes(7)) {
      const problems = [
        formProblem('apiKey', apiKey),
        formProblem('secret', secret.trim()),
        passphrase && formProblem('passphrase', passphrase),
      ];
      expect(
        problems.filter((problem) => problem !== undefined),
        `${venue} ${shape}`,
      ).toEqual([]);
    }
  });

  it.each([
    ['apiKey', '', /empty/],
    ['secret', ' padded', /white space around/],
    ['secret', 'padded\n', /white space around/],
    ['passphrase', 'abc', /shorter than 4/],
    ['apiKey', 'two words', /no apiKey has/],
    ['secret', 'two\nlines', /no secret has/],
    ['apiKey', 'schlüssel', /no apiKey has/],
    ['passphrase', 'pass\tword', /no passphrase has/],
    ['secret', '-----BEGIN PRIVATE KEY-----\nMC4CAQAw', /not whole/],
    ['secret', '-----BEGIN PRIVATE KEY-----', /not whole/],
  ] as const)('of %s "%s" is wrong, and said without it', (field, value, problem) => {
    const said = formProblem(field, value);
    expect(said).toMatch(problem);
    if (value.length > 4) expect(said).not.toContain(value.trim().slice(0, 30));
  });
});
