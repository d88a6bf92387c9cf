/** Requests of Binance's WebSocket API as they are read from the wire. */
import { BinanceRefusal } from './errors.ts';
import { Params } from './params.ts';

export interface Request {
  readonly id: string | number | null;
  readonly method: string;
  readonly params: Params;
  readonly returnRateLimits: boolean;
}

export type ReadRequest =
  | { readonly ok: true; readonly request: Request }
  | { readonly ok: false; readonly id: Request['id']; readonly refusal: BinanceRefusal };

export function readRequest(text: string, returnRateLimits: boolean): ReadRequest {
  const refuse = (id: Request['id'], code: number, message: string): ReadRequest => ({
    ok: false,
    id,
    refusal: new BinanceRefusal(400, code, message),
  });
  let message: Readonly<Record<string, unknown>>;
  try {
    message = JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return refuse(null, -1135, 'Invalid JSON Request');
  }
  if (typeof message !== 'object' || message === null) return refuse(null, -1135, 'Invalid JSON Request');
  const { id = null, method, params = {} } = message;
  if (id !== null && typeof id !== 'string' && typeof id !== 'number') {
    return refuse(null, -1130, "Data sent for parameter 'id' is not valid.");
  }
  if (typeof method !== 'string')
    return refuse(id, -1102, "Mandatory parameter 'method' was not sent, was empty/null, or malformed.");
  if (typeof params !== 'object' || params === null || Array.isArray(params)) {
    return refuse(id, -1130, "Data sent for parameter 'params' is not valid.");
  }
  const given = params as Readonly<Record<string, unknown>>;
  const asked = given.returnRateLimits;
  const read = Params.fromJson(given);
  read.text('returnRateLimits');
  return {
    ok: true,
    request: {
      id,
      method,
      params: read,
      returnRateLimits: typeof asked === 'boolean' ? asked : returnRateLimits,
    },
  };
}
