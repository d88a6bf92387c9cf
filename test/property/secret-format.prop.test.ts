import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../src/core/faults.ts';
import { noSecrets, type Secrets, withKey } from '../../src/core/secrets.ts';
import { openSecrets, sealSecrets } from '../../src/record/secret-format.ts';
import { keyShapes } from '../support/key-shapes.ts';

/** The least that a file may ask for: each try costs a tenth of a second all the same. */
const CHEAP = { logN: 15, r: 8, p: 1 } as const;
const SEED = 20_261_127;
const PASSPHRASE = 'correct horse battery staple';

const text = fc.string({ unit: 'grapheme', maxLength: 300 });
const anyKey = fc.record({ apiKey: text, secret: text, passphrase: text }, { requiredKeys: [] });
const anySecrets: fc.Arbitrary<Secrets> = fc.record({
  fingerprintKey: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex')),
  venues: fc.dictionary(
    fc.stringMatching(/^[a-z]{2,10}$/),
    fc.record({ trading: anyKey, watchdog: anyKey }, { requiredKeys: [] }),
  ),
});

const real = keyShapes(SEED).reduce(
  (secrets, { venue, apiKey, secret, passphrase }, index) =>
    withKey(secrets, venue, index % 2 === 0 ? 'trading' : 'watchdog', {
      apiKey,
      secret,
      ...(passphrase === undefined ? {} : { passphrase }),
    }),
  noSecrets('5a'.repeat(32)),
);

function faultOf(open: () => unknown): Fault {
  try {
    open();
  } catch (thrown) {
    if (thrown instanceof Fault) return thrown;
    throw thrown;
  }
  throw new Error('it opened');
}

/** As whoever changes a file on purpose would do it. */
function withSum(bytes: Buffer): Buffer {
  const body = bytes.subarray(0, -32);
  return Buffer.concat([body, createHash('sha256').update(body).digest()]);
}

const flipped = (bytes: Buffer, at: number, bit: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] as number) ^ (1 << bit);
  return copy;
};

describe(`the secrets' file (seed ${SEED})`, () => {
  const sealed = sealSecrets(real, PASSPHRASE, CHEAP);

  it('gives back what was put in, whatever it is', () => {
    fc.assert(
      fc.property(anySecrets, fc.string({ minLength: 1 }), (secrets, passphrase) => {
        expect(openSecrets(sealSecrets(secrets, passphrase, CHEAP), passphrase)).toEqual(secrets);
      }),
      { seed: SEED, numRuns: 10 },
    );
  });

  it('is never the same twice, and shows nothing of what it holds', () => {
    const again = sealSecrets(real, PASSPHRASE, CHEAP);
    expect(again.subarray(12, 40).equals(sealed.subarray(12, 40))).toBe(false);
    expect(again.length).toBe(sealed.length);
    for (const { apiKey, secret, venue } of keyShapes(SEED)) {
      for (const word of [apiKey, secret, venue]) expect(sealed.includes(word)).toBe(false);
    }
  });

  it('opens with no byte changed: each gives the one message of a damaged file', () => {
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.nat(7), (at, bit) => {
        const fault = faultOf(() => openSecrets(flipped(sealed, at, bit), PASSPHRASE));
        expect([fault.code, fault.message]).toEqual([
          'secrets/damaged',
          "it is not what was written, or no secrets' file at all",
        ]);
      }),
      { seed: SEED, numRuns: 3_000 },
    );
  });

  it('opens with no byte changed on purpose either: sum mended, and the content authenticated', () => {
    const figures = Array.from({ length: 12 }, (_, at) => at);
    const random = Array.from({ length: 7 }, (_, index) => 12 + index * 4 + (SEED % 4));
    const content = Array.from({ length: 10 }, (_, index) => 40 + ((index * 7919 + SEED) % (sealed.length - 72)));
    const tag = sealed.length - 33;
    for (const at of [...figures, ...random, ...content, tag]) {
      const { code, message } = faultOf(() => openSecrets(withSum(flipped(sealed, at, at % 8)), PASSPHRASE));
      // Figures that ask for too little or too much are refused before a key is made with them.
      const expected = at < 9 ? ['secrets/damaged'] : ['secrets/locked', ...(at < 12 ? ['secrets/damaged'] : [])];
      expect(expected, `byte ${at}`).toContain(code);
      expect(message).not.toContain(PASSPHRASE);
    }
  });

  it('opens with no other passphrase', () => {
    fc.assert(
      fc.property(fc.string(), (other) => {
        fc.pre(other.normalize('NFC') !== PASSPHRASE);
        expect(faultOf(() => openSecrets(sealed, other)).code).toBe('secrets/locked');
      }),
      { seed: SEED, numRuns: 6 },
    );
  });

  it('opens cut short nowhere', () => {
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), (length) => {
        expect(faultOf(() => openSecrets(sealed.subarray(0, length), PASSPHRASE)).code).toBe('secrets/damaged');
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});
