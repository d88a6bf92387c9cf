/** Tokens of Coinbase Advanced Trade: JWTs that the account's key signs, one a request and one a subscription.
 *  https://docs.cdp.coinbase.com/get-started/authentication/jwt-authentication, and the venue's own client (June 2026),
 *  whose claims these are. */
import { createPrivateKey, type KeyObject, randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import { Fault } from '../../core/faults.ts';
import type { Credentials } from '../../core/venue.ts';

export interface SigningKey {
  /** `organizations/…/apiKeys/…` */
  readonly name: string;
  readonly algorithm: 'ES256' | 'EdDSA';
  readonly key: KeyObject;
}

/** The venue refuses a token at this age. */
export const TOKEN_LIFE_S = 120;
/** Whatever our measure of the venue's clock is off by, a token must not be from its future. */
const BACKDATE_S = 1;
const ED25519_SEED = 32;

/** The key of an account: an EC key in PEM, or an Ed25519 one, in PEM or as base64 (seed, or seed and public key).
 *  Rejects with a `venue/auth` that says what is wrong and shows nothing of it. */
export function readKey({ apiKey, secret }: Credentials): SigningKey {
  const key = keyOf(secret);
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ed25519') return { name: apiKey, algorithm: 'EdDSA', key };
  if (type === 'ec' && details?.namedCurve === 'prime256v1') return { name: apiKey, algorithm: 'ES256', key };
  throw unusable(`is a key of type ${type ?? 'unknown'}, neither P-256 nor Ed25519`);
}

/** Undefined where `readKey` throws. */
export function tryReadKey(credentials: Credentials): SigningKey | undefined {
  try {
    return readKey(credentials);
  } catch {
    return undefined;
  }
}

function keyOf(secret: string): KeyObject {
  if (secret.trimStart().startsWith('-----BEGIN')) {
    // Line ends get lost where a secret was stored on one line.
    const pem = secret.replaceAll('\\n', '\n').trim();
    try {
      return createPrivateKey(pem);
    } catch {
      throw unusable('is no private key in PEM that can be read');
    }
  }
  const bytes = /^[\w+/=\s-]+$/.test(secret) ? Buffer.from(secret, 'base64') : Buffer.alloc(0);
  if (bytes.length !== ED25519_SEED && bytes.length !== 2 * ED25519_SEED) {
    throw unusable('is neither a private key in PEM nor an Ed25519 key of 32 or 64 bytes in base64');
  }
  const d = bytes.subarray(0, ED25519_SEED).toString('base64url');
  const x = bytes.subarray(ED25519_SEED).toString('base64url');
  try {
    // The seed in its DER frame: the public half follows from it.
    const key = createPrivateKey({
      key: Buffer.concat([PKCS8_ED25519, bytes.subarray(0, ED25519_SEED)]),
      format: 'der',
      type: 'pkcs8',
    });
    const own = key.export({ format: 'jwk' });
    if (own.d === d && (x === '' || own.x === x)) return key;
  } catch {
    // Told below, without anything of the key in it.
  }
  throw unusable('is an Ed25519 key whose halves do not belong together');
}

/** RFC 8410: everything of an Ed25519 private key but its seed. */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

const unusable = (what: string): Fault => new Fault('venue/auth', `coinbase: the secret ${what}`);

/** What a token for one REST request is bound to: method, host and path, without the query. */
export const uriOf = (method: string, host: string, path: string): string => `${method} ${host}${path}`;

/** A token; without `uri` one for a subscription. `nowMs`: the venue's time. */
export function mint(
  { name, algorithm, key }: SigningKey,
  uri: string | undefined,
  nowMs: number,
  nonce: string = randomBytes(16).toString('hex'),
): Promise<string> {
  const notBefore = Math.floor(nowMs / 1000) - BACKDATE_S;
  const claims = {
    sub: name,
    iss: 'cdp',
    nbf: notBefore,
    exp: notBefore + TOKEN_LIFE_S,
    ...(uri === undefined ? {} : { uri }),
  };
  return new SignJWT(claims).setProtectedHeader({ alg: algorithm, typ: 'JWT', kid: name, nonce }).sign(key);
}
