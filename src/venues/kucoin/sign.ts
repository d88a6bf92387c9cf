/** Signatures of KuCoin: base64 HMAC-SHA256; the passphrase is sent as one, too.
 *  https://www.kucoin.com/docs-new/authentication, …/docs-new/3470133w0 (order socket) */
import { createHmac } from 'node:crypto';
import type { Credentials } from '../../core/venue.ts';

/** Keys made today are of version 3; those of version 2 are signed alike. */
const KEY_VERSION = '3';

export const sign = (secret: string, text: string): string =>
  createHmac('sha256', secret).update(text).digest('base64');

/** Headers of a signed REST request. `path` includes the query; `timestamp` is in ms, at most 5 s from the venue's. */
export function restHeaders(
  { apiKey, secret, passphrase = '' }: Credentials,
  timestamp: number,
  method: string,
  path: string,
  body: string,
): Record<string, string> {
  return {
    'KC-API-KEY': apiKey,
    'KC-API-SIGN': sign(secret, `${timestamp}${method}${path}${body}`),
    'KC-API-TIMESTAMP': String(timestamp),
    'KC-API-PASSPHRASE': sign(secret, passphrase),
    'KC-API-KEY-VERSION': KEY_VERSION,
  };
}

/** The address of the order socket, signed with the time. */
export function tradeAddress(
  base: string,
  { apiKey, secret, passphrase = '' }: Credentials,
  timestamp: number,
): string {
  const query = new URLSearchParams({
    apikey: apiKey,
    sign: sign(secret, `${apiKey}${timestamp}`),
    passphrase: sign(secret, passphrase),
    timestamp: String(timestamp),
  });
  return `${base}?${query.toString()}`;
}

/** The answer to the order socket's challenge: the signature of its text as it came, sent as it is. */
export const challengeAnswer = (secret: string, challenge: string): string => sign(secret, challenge);
