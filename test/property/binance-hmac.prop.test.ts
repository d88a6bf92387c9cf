/** Binance's signature by two hashes against OpenSSL's HMAC, and against the vectors of RFC 4231. */
import { createHmac, createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hmacHex } from '../../src/venues/binance/hmac.ts';

const keyOf = (bytes: Uint8Array) => createSecretKey(Buffer.from(bytes));

describe('hmacHex', () => {
  it.each([
    ['1', Buffer.alloc(20, 0x0b), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    [
      '2',
      Buffer.from('Jefe'),
      'what do ya want for nothing?',
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      '6',
      Buffer.alloc(131, 0xaa),
      'Test Using Larger Than Block-Size Key - Hash Key First',
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
  ])('gives what RFC 4231 says of its case %s', (_, key, message, digest) => {
    expect(hmacHex(message, createSecretKey(key))).toBe(digest);
  });

  it('gives what OpenSSL gives, for every length of key and message, one after the other with the same keys', () => {
    const keys = fc.array(fc.uint8Array({ minLength: 1, maxLength: 150 }), { minLength: 1, maxLength: 3 });
    const messages = fc.array(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 400 }),
        fc.string({ unit: 'grapheme-ascii', minLength: 1300, maxLength: 1500 }),
        fc.string({ unit: 'binary', minLength: 1300, maxLength: 1500 }),
      ),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(keys, messages, (secrets, texts) => {
        const objects = secrets.map(keyOf);
        for (const text of texts) {
          for (const key of objects) {
            expect(hmacHex(text, key)).toBe(createHmac('sha256', key).update(text, 'utf8').digest('hex'));
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
