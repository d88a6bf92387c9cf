/** Request signatures of Binance: HMAC-SHA256 in hex over the parameters.
 *  Source: https://developers.binance.com/docs/binance-spot-api-docs/rest-api/request-security */
import { createHmac, type KeyObject } from 'node:crypto';

export type Params = Readonly<Record<string, string | number | boolean>>;

/** HMAC-SHA256 of `payload`'s UTF-8 bytes, hex. A key object saves the import of the secret at every signature. */
export const sign = (payload: string, secret: string | KeyObject): string =>
  createHmac('sha256', secret).update(payload, 'utf8').digest('hex');

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
export function signParams(params: Params, apiKey: string, secret: string | KeyObject): Params {
  const unsigned = { ...params, apiKey };
  return { ...unsigned, signature: sign(sortedPayload(unsigned), secret) };
}

/** A signed REST query string. */
export function signQuery(params: Params, secret: string): string {
  const payload = queryPayload(params);
  return `${payload}&signature=${sign(payload, secret)}`;
}
