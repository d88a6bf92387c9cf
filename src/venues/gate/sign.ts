/** Signatures of Gate v4: hex HMAC-SHA512. Times are whole seconds, at most 60 from the venue's own.
 *  https://www.gate.com/docs/developers/apiv4/en/#api-signature-string-generation, …/apiv4/ws/en/#authentication, …#login */
import { createHash, createHmac } from 'node:crypto';
import type { Credentials } from '../../core/venue.ts';

export const sign = (secret: string, text: string): string => createHmac('sha512', secret).update(text).digest('hex');

/** What a REST request is signed over. `query` is not URL-encoded, but in the order of the address. */
export const restText = (method: string, path: string, query: string, body: string, seconds: number): string =>
  [method, path, query, createHash('sha512').update(body).digest('hex'), seconds].join('\n');

export function restHeaders(
  { apiKey, secret }: Credentials,
  method: string,
  path: string,
  query: string,
  body: string,
  seconds: number,
): Record<string, string> {
  return {
    KEY: apiKey,
    SIGN: sign(secret, restText(method, path, query, body, seconds)),
    Timestamp: String(seconds),
  };
}

/** A subscription to a private channel. Each has its own signature, logged on or not. */
export function subscribeFrame(
  { apiKey, secret }: Credentials,
  channel: string,
  payload: readonly string[] | undefined,
  seconds: number,
): string {
  const event = 'subscribe';
  return JSON.stringify({
    time: seconds,
    channel,
    event,
    ...(payload === undefined ? {} : { payload }),
    auth: {
      method: 'api_key',
      KEY: apiKey,
      SIGN: sign(secret, `channel=${channel}&event=${event}&time=${seconds}`),
    },
  });
}

/** Logs order entry on; its parameter is always empty. */
export function loginFrame({ apiKey, secret }: Credentials, id: string, seconds: number): string {
  const channel = 'spot.login';
  return JSON.stringify({
    time: seconds,
    channel,
    event: 'api',
    payload: {
      req_id: id,
      api_key: apiKey,
      timestamp: String(seconds),
      signature: sign(secret, `api\n${channel}\n\n${seconds}`),
    },
  });
}
