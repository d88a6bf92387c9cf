/** Signatures of Bitget v2: base64 HMAC-SHA256.
 *  https://www.bitget.com/api-doc/common/signature, …/common/websocket-intro (login) */
import { createHmac } from 'node:crypto';
import type { Credentials } from '../../core/venue.ts';

export const sign = (secret: string, text: string): string =>
  createHmac('sha256', secret).update(text).digest('base64');

/** Headers of a signed REST request. `target`: path and query, as in the address; `timestamp`: milliseconds. */
export function restHeaders(
  credentials: Credentials,
  timestamp: string,
  method: string,
  target: string,
  body: string,
): Record<string, string> {
  return {
    'ACCESS-KEY': credentials.apiKey,
    'ACCESS-SIGN': sign(credentials.secret, `${timestamp}${method}${target}${body}`),
    'ACCESS-TIMESTAMP': timestamp,
    'ACCESS-PASSPHRASE': credentials.passphrase ?? '',
  };
}

/** The login message of a private socket. The page speaks of milliseconds, but its examples, and the wire, want seconds;
 *  at most 30 s from the venue's clock. */
export function loginFrame(credentials: Credentials, seconds: number): string {
  const timestamp = String(seconds);
  return JSON.stringify({
    op: 'login',
    args: [
      {
        apiKey: credentials.apiKey,
        passphrase: credentials.passphrase ?? '',
        timestamp,
        sign: sign(credentials.secret, `${timestamp}GET/user/verify`),
      },
    ],
  });
}
