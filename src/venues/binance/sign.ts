/** Keys and request signatures of Binance: HMAC-SHA256 in hex, Ed25519 and RSA (PKCS #1 v1.5, SHA-256) in base64, over
 *  the same parameters. Which one it is shows in the secret.
 *  Source: https://developers.binance.com/docs/binance-spot-api-docs/rest-api/request-security */
import { createHmac, createPrivateKey, createSecretKey, type KeyObject, sign as signWith } from 'node:crypto';
import { hmacHex } from './hmac.ts';

export type Params = Readonly<Record<string, string | number | boolean>>;

const PEM = '-----BEGIN';
/** A DER sequence, which every PKCS #8 key is, begins with this letter in base64; nearly all HMAC secrets do not. */
const DER_IN_BASE64 = /^M[A-Za-z0-9+/]+={0,2}$/;

/** The key in a secret: PKCS #8 as PEM or as bare base64 is a private key, all else an HMAC secret. Undefined for a PEM
 *  that no request can be signed with (encrypted, damaged, of another kind). A key object saves the import at every
 *  signature. */
export function readKey(secret: string): KeyObject | undefined {
  if (secret.startsWith(PEM)) return privateKey(() => createPrivateKey(secret));
  const own = DER_IN_BASE64.test(secret)
    ? privateKey(() => createPrivateKey({ key: Buffer.from(secret, 'base64'), format: 'der', type: 'pkcs8' }))
    : undefined;
  return own ?? createSecretKey(secret, 'utf8');
}

function privateKey(read: () => KeyObject): KeyObject | undefined {
  try {
    const key = read();
    return key.asymmetricKeyType === 'ed25519' || key.asymmetricKeyType === 'rsa' ? key : undefined;
  } catch {
    return undefined;
  }
}

export const isEd25519 = (key: KeyObject | undefined): boolean => key?.asymmetricKeyType === 'ed25519';

/** The signature of `payload`'s UTF-8 bytes; a text is an HMAC secret. */
export function sign(payload: string, key: string | KeyObject): string {
  if (typeof key === 'string') return createHmac('sha256', key).update(payload, 'utf8').digest('hex');
  if (key.type === 'secret') return hmacHex(payload, key);
  return signWith(isEd25519(key) ? null : 'sha256', Buffer.from(payload, 'utf8'), key).toString('base64');
}

/** What the WebSocket API signs: `name=value` pairs sorted by name, as plain UTF-8. */
export const sortedPayload = (params: Params): string =>
  Object.keys(params)
    .sort()
    .map((name) => `${name}=${String(params[name])}`)
    .join('&');

/** What REST signs: the query as it is sent, percent-encoded (since 2026-01 the venue insists on encoding first). */
export const queryPayload = (params: Params): string =>
  Object.entries(params)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
    .join('&');

/** The parameters of a signed WebSocket API request, key and signature included. */
export function signParams(params: Params, apiKey: string, key: string | KeyObject): Params {
  const unsigned = { ...params, apiKey };
  return { ...unsigned, signature: sign(sortedPayload(unsigned), key) };
}

/** A signed REST query string. Base64 has letters that a query has not. */
export function signQuery(params: Params, key: string | KeyObject): string {
  const payload = queryPayload(params);
  return `${payload}&signature=${encodeURIComponent(sign(payload, key))}`;
}
