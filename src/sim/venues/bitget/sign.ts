/** Bitget's signatures, checked. Source: https://www.bitget.com/api-doc/common/signature and the login of
 *  https://www.bitget.com/api-doc/common/websocket-intro. */
import { createHmac } from 'node:crypto';
import { type AuthResult, refuse, sameText } from '../../auth.ts';
import type { ExchangePort } from '../../port.ts';
import type { HttpIn } from '../../server.ts';
import { type ErrorCode, type SocketError, socketError, type WireError, wireError } from './errors.ts';

/** Requests older or younger than this are expired. */
const WINDOW_MS = 30_000;
const MILLIS = /^\d{13}$/;
/** The page says milliseconds in its prose and seconds in its example; Bitget's own clients send seconds. */
const SECONDS = /^\d{10}$/;

/** Base64 HMAC-SHA256. */
export const signatureOf = (secret: string, prehash: string): string =>
  createHmac('sha256', secret).update(prehash).digest('base64');

/** A query as clients may have signed it: as it came, or before it was escaped. */
function querySpellings(query: string): readonly string[] {
  if (!query.includes('%')) return [query];
  try {
    return [query, decodeURIComponent(query)];
  } catch {
    return [query];
  }
}

const REQUIRED: readonly (readonly [header: string, code: ErrorCode])[] = [
  ['access-key', '40001'],
  ['access-sign', '40002'],
  ['access-timestamp', '40005'],
  ['access-passphrase', '40011'],
];

/** Checks a private REST request: headers there, timestamp within 30 s, key known, signature over
 *  `timestamp + method + path?query + body`, passphrase. */
export function checkRequest(request: HttpIn, exchange: ExchangePort, nowMs: number): AuthResult<WireError> {
  const missing = REQUIRED.find(([header]) => (request.headers[header] ?? '') === '');
  if (missing !== undefined) return refuse(wireError(missing[1]));
  const [key, sign, timestamp, passphrase] = REQUIRED.map(([header]) => request.headers[header] ?? '') as [
    string,
    string,
    string,
    string,
  ];
  if (!MILLIS.test(timestamp)) return refuse(wireError('40005'));
  if (Math.abs(nowMs - Number(timestamp)) > WINDOW_MS) return refuse(wireError('40008'));
  const account = exchange.accountByKey(key);
  if (account === undefined) return refuse(wireError('40006'));
  const signed = querySpellings(request.query).some((query) => {
    const path = query === '' ? request.path : `${request.path}?${query}`;
    return sameText(sign, signatureOf(account.secret, timestamp + request.method + path + request.body));
  });
  if (!signed) return refuse(wireError('40009'));
  if (!sameText(passphrase, account.passphrase)) return refuse(wireError('40012'));
  return { ok: true, account };
}

/** Checks the one argument of a login. */
export function checkLogin(
  argument: Readonly<Record<string, unknown>>,
  exchange: ExchangePort,
  nowMs: number,
): AuthResult<SocketError> {
  const text = (name: string): string => {
    const value = argument[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  const timestamp = text('timestamp');
  if (!SECONDS.test(timestamp)) return refuse(socketError(30013));
  if (Math.abs(nowMs - Number(timestamp) * 1000) > WINDOW_MS) return refuse(socketError(30014));
  const account = exchange.accountByKey(text('apiKey'));
  if (account === undefined) return refuse(socketError(30011));
  if (!sameText(text('sign'), signatureOf(account.secret, `${timestamp}GET/user/verify`))) {
    return refuse(socketError(30015));
  }
  if (!sameText(text('passphrase'), account.passphrase)) return refuse(socketError(30012));
  return { ok: true, account };
}
