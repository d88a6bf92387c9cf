/** Signatures of OKX v5: base64 HMAC-SHA256.
 *  https://www.okx.com/docs-v5/en/#overview-rest-authentication, …/#overview-websocket-login */
import { createHmac } from 'node:crypto';
import type { Credentials } from '../../core/venue.ts';

export const sign = (secret: string, text: string): string =>
  createHmac('sha256', secret).update(text).digest('base64');

/** Headers of a signed REST request. `path` includes the query; `timestamp` is ISO 8601 with milliseconds. */
export function restHeaders(
  credentials: Credentials,
  timestamp: string,
  method: string,
  path: string,
  body: string,
): Record<string, string> {
  return {
    'OK-ACCESS-KEY': credentials.apiKey,
    'OK-ACCESS-SIGN': sign(credentials.secret, `${timestamp}${method}${path}${body}`),
    'OK-ACCESS-TIMESTAMP': timestamp,
    'OK-ACCESS-PASSPHRASE': credentials.passphrase ?? '',
  };
}

/** The login message of a private socket. The venue wants whole seconds, at most 30 s from its own clock. */
export function loginFrame(credentials: Credentials, seconds: number): string {
  const timestamp = String(seconds);
  return JSON.stringify({
    op: 'login',
    args: [
      {
        apiKey: credentials.apiKey,
        passphrase: credentials.passphrase ?? '',
        timestamp,
        sign: sign(credentials.secret, `${timestamp}GET/users/self/verify`),
      },
    ],
  });
}
