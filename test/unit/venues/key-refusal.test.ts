import { describe, expect, it } from 'vitest';
import { venueRegistry } from '../../../src/venues/registry.ts';
import { keyShapes } from '../../support/key-shapes.ts';

const refusalOf = (venue: string, secret: string): string | undefined =>
  venueRegistry.get(venue)?.keyRefusal?.({ apiKey: 'an-api-key', secret });

describe('a key that nothing can be signed with', () => {
  it('is none of those that venues hand out', () => {
    for (const { venue, shape, secret } of keyShapes(3)) {
      // Of the made 64 bytes the halves do not belong together.
      if (venue === 'coinbase' && shape === 'Ed25519 in base64') continue;
      expect(refusalOf(venue, secret), `${venue} ${shape}`).toBeUndefined();
    }
  });

  it.each([
    ['kraken', 'not!base64', /no base64/],
    ['kraken', 'aGFsZiBvZiBpdA=', /no base64/],
    ['binance', '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIE\n-----END PRIVATE KEY-----', /no private key/],
    ['coinbase', 'a-legacy-secret-of-hmac', /neither an EC key/],
  ])('%s: "%s" is refused without being said', (venue, secret, said) => {
    const refusal = refusalOf(venue, secret);
    expect(refusal).toMatch(said);
    expect(refusal).not.toContain(secret);
  });
});
