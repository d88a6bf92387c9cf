/** CDP API keys: a name, and a private key as PEM (P-256) or as base64 (Ed25519).
 *  Source: https://docs.cdp.coinbase.com/get-started/authentication/cdp-api-keys. */
import { createECDH, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { Random } from '../../../core/random.ts';
import type { AccountKeys } from '../../account.ts';

const randomBytes = (random: Random, length: number): Buffer =>
  Buffer.from(Array.from({ length }, () => random.int(256)));

function randomUuid(random: Random): string {
  const hex = randomBytes(random, 16).toString('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20)];
  return parts.join('-');
}

/** A seeded P-256 key in the form that the portal hands out: SEC 1, `-----BEGIN EC PRIVATE KEY-----`. */
function randomPem(random: Random): string {
  const scalar = randomBytes(random, 32);
  // Within 1 … n−1: n begins with ffffffff00000000.
  scalar[0] = (scalar[0] ?? 0) & 0x7f;
  scalar[31] = (scalar[31] ?? 0) | 1;
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(scalar);
  const point = curve.getPublicKey();
  const key = {
    kty: 'EC',
    crv: 'P-256',
    d: scalar.toString('base64url'),
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  };
  return createPrivateKey({ key, format: 'jwk' }).export({ type: 'sec1', format: 'pem' }).toString();
}

export const newKeys = (random: Random): AccountKeys => ({
  apiKey: `organizations/${randomUuid(random)}/apiKeys/${randomUuid(random)}`,
  secret: randomPem(random),
  passphrase: '',
});

export interface VerifyKey {
  readonly alg: 'ES256' | 'EdDSA';
  readonly key: KeyObject;
}

/** What an Ed25519 seed needs before it to be PKCS 8. */
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const cache = new Map<string, VerifyKey>();

/** The public half of an account's secret. */
export function verifyKeyOf(secret: string): VerifyKey {
  const known = cache.get(secret);
  if (known !== undefined) return known;
  const made: VerifyKey = secret.startsWith('-----BEGIN')
    ? pemKey(secret)
    : { alg: 'EdDSA', key: createPublicKey(ed25519Key(secret)) };
  cache.set(secret, made);
  return made;
}

function pemKey(pem: string): VerifyKey {
  const key = createPublicKey(pem);
  return { alg: key.asymmetricKeyType === 'ed25519' ? 'EdDSA' : 'ES256', key };
}

/** Base64 of the seed, with or without the public key after it. */
const ed25519Key = (secret: string): KeyObject =>
  createPrivateKey({
    key: Buffer.concat([ED25519_PKCS8, Buffer.from(secret, 'base64').subarray(0, 32)]),
    format: 'der',
    type: 'pkcs8',
  });
