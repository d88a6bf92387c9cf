/** Signatures of Bybit v5: lower-case hex HMAC-SHA256.
 *  https://bybit-exchange.github.io/docs/v5/guide#authentication, …/v5/ws/connect#authentication */
import { createHmac } from 'node:crypto';
import type { Credentials } from '../../core/venue.ts';

export const sign = (secret: string, text: string): string => createHmac('sha256', secret).update(text).digest('hex');

/** Headers of a signed REST request. `payload`: the query as it is sent, or the body. `timestamp` in ms. */
export function restHeaders(
  credentials: Credentials,
  timestamp: number,
  recvWindowMs: number,
  payload: string,
): Record<string, string> {
  const { apiKey, secret } = credentials;
  return {
    'X-BAPI-API-KEY': apiKey,
    'X-BAPI-TIMESTAMP': String(timestamp),
    'X-BAPI-RECV-WINDOW': String(recvWindowMs),
    'X-BAPI-SIGN': sign(secret, `${timestamp}${apiKey}${recvWindowMs}${payload}`),
  };
}

/** The log-on of a private or a trade socket. It must arrive before `expires`, ms of the venue's clock. */
export const authFrame = ({ apiKey, secret }: Credentials, expires: number): string =>
  JSON.stringify({ op: 'auth', args: [apiKey, expires, sign(secret, `GET/realtime${expires}`)] });
