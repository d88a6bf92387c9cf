/** Gate's signatures, checked: hexadecimal HMAC-SHA512 everywhere, over different texts. Sources:
 *  https://www.gate.com/docs/developers/apiv4/en/#api-signature-string-generation,
 *  https://www.gate.com/docs/developers/apiv4/ws/en/#authentication and …/#login-request. */
import { createHash, createHmac } from 'node:crypto';
import { type AuthResult as Checked, refuse, sameText } from '../../auth.ts';
import type { ExchangePort } from '../../port.ts';
import type { HttpIn } from '../../server.ts';
import { type WireError, wireError } from './errors.ts';

/** Timestamps are whole seconds; the window is checked before the key is. */
const WINDOW_SECONDS = 60;
const SECONDS = /^\d{1,15}$/;

export type AuthResult = Checked<WireError>;

export const signatureOf = (secret: string, text: string): string =>
  createHmac('sha512', secret).update(text).digest('hex');

/** The query "without URL encode". */
function decoded(query: string): string {
  try {
    return decodeURIComponent(query);
  } catch {
    return query;
  }
}

/** `METHOD\npath\nquery\nsha512(body)\ntimestamp`. */
export const requestText = ({ method, path, query, body }: HttpIn, timestamp: string): string =>
  [method, path, decoded(query), createHash('sha512').update(body).digest('hex'), timestamp].join('\n');

function check(
  exchange: ExchangePort,
  nowMs: number,
  given: { readonly key: string; readonly sign: string; readonly timestamp: string },
  texts: readonly string[],
): AuthResult {
  const seconds = SECONDS.test(given.timestamp) ? Number(given.timestamp) : Number.NaN;
  if (!(Math.abs(nowMs / 1000 - seconds) <= WINDOW_SECONDS)) return refuse(wireError('REQUEST_EXPIRED'));
  const account = exchange.accountByKey(given.key);
  if (account === undefined) return refuse(wireError('INVALID_KEY'));
  const right = texts.some((text) => sameText(given.sign, signatureOf(account.secret, text)));
  return right ? { ok: true, account } : refuse(wireError('INVALID_SIGNATURE'));
}

/** Checks the headers `KEY`, `SIGN` and `Timestamp` of a private REST request. */
export function checkRequest(request: HttpIn, exchange: ExchangePort, nowMs: number): AuthResult {
  const header = (name: string): string => request.headers[name.toLowerCase()] ?? '';
  const missing = ['KEY', 'Timestamp', 'SIGN'].find((name) => header(name) === '');
  if (missing !== undefined) return refuse(wireError('MISSING_REQUIRED_HEADER', missing));
  const given = { key: header('KEY'), sign: header('SIGN'), timestamp: header('Timestamp') };
  return check(exchange, nowMs, given, [requestText(request, given.timestamp)]);
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';

/** Checks the `auth` object of a subscription; its text is `channel=…&event=…&time=…`. */
export function checkAuth(
  auth: Readonly<Record<string, unknown>>,
  request: { readonly channel: string; readonly event: string; readonly time: number },
  exchange: ExchangePort,
  nowMs: number,
): AuthResult {
  const { channel, event, time } = request;
  const given = { key: textOf(auth.KEY), sign: textOf(auth.SIGN), timestamp: String(time) };
  return check(exchange, nowMs, given, [`channel=${channel}&event=${event}&time=${time}`]);
}

/** Checks the payload of `spot.login`; its text is `api\nspot.login\n<req_param>\n<timestamp>`. The documentation has
 *  no `req_param` there and an empty text for it; ccxt sends and signs `{}`, and the venue takes that. */
export function checkLogin(
  payload: Readonly<Record<string, unknown>>,
  exchange: ExchangePort,
  nowMs: number,
): AuthResult {
  const missing = ['api_key', 'signature', 'timestamp'].find((name) => textOf(payload[name]) === '');
  if (missing !== undefined) return refuse(wireError('MISSING_REQUIRED_PARAM', missing));
  const given = {
    key: textOf(payload.api_key),
    sign: textOf(payload.signature),
    timestamp: textOf(payload.timestamp),
  };
  const param = payload.req_param === undefined ? '' : JSON.stringify(payload.req_param);
  return check(exchange, nowMs, given, [['api', 'spot.login', param, given.timestamp].join('\n')]);
}
