/** Bybit's signatures, checked. Source: https://bybit-exchange.github.io/docs/v5/guide#authentication and
 *  https://bybit-exchange.github.io/docs/v5/ws/connect#authentication. */
import { createHmac } from 'node:crypto';
import { type AuthResult as Checked, refuse, sameText } from '../../auth.ts';
import type { ExchangePort } from '../../port.ts';
import type { HttpIn } from '../../server.ts';
import { paramsError, type WireError, wireError } from './errors.ts';

const DEFAULT_WINDOW = '5000';
/** A timestamp may be this much ahead of the venue's clock. */
const AHEAD_MS = 1000;

export type AuthResult = Checked<WireError>;

/** Lower-case hexadecimal HMAC-SHA256. */
export const signatureOf = (secret: string, prehash: string): string =>
  createHmac('sha256', secret).update(prehash).digest('hex');

/** `server_time - recv_window <= timestamp < server_time + 1000`; undefined: it is. */
export function checkTime(timestamp: string, recvWindow: string, nowMs: number): WireError | undefined {
  const window = recvWindow === '' ? DEFAULT_WINDOW : recvWindow;
  if (!/^\d{1,15}$/.test(window)) return paramsError('recv_window invalid');
  const sentAt = /^\d{1,15}$/.test(timestamp) ? Number(timestamp) : Number.NaN;
  if (sentAt >= nowMs - Number(window) && sentAt < nowMs + AHEAD_MS) return undefined;
  return wireError('10002', timestamp, String(nowMs), window);
}

/** Checks a private REST request: signature over `timestamp + key + recv_window + (query or body)`. */
export function checkRequest(request: HttpIn, exchange: ExchangePort, nowMs: number): AuthResult {
  const { headers } = request;
  const key = headers['x-bapi-api-key'] ?? '';
  const sign = headers['x-bapi-sign'] ?? '';
  const timestamp = headers['x-bapi-timestamp'] ?? '';
  const window = headers['x-bapi-recv-window'] ?? '';
  if (key === '' || sign === '' || timestamp === '') {
    const words = `empty value: apiTimestamp[${timestamp}] apiKey[${key}] apiSignature[${sign}]`;
    return refuse(wireError('10001', words));
  }
  const stale = checkTime(timestamp, window, nowMs);
  if (stale !== undefined) return refuse(stale);
  const account = exchange.accountByKey(key);
  if (account === undefined) return refuse(wireError('10003'));
  const prehash = timestamp + key + window + (request.method === 'GET' ? request.query : request.body);
  if (!sameText(sign, signatureOf(account.secret, prehash))) return refuse(wireError('10004', prehash));
  return { ok: true, account };
}

/** Checks the arguments of a WebSocket `auth`: key, expiry in Unix ms, signature over `GET/realtime` and the expiry. */
export function checkAuth(args: readonly unknown[], exchange: ExchangePort, nowMs: number): AuthResult {
  const [key, expires, sign] = args;
  const expiry = typeof expires === 'string' || typeof expires === 'number' ? String(expires) : '';
  const shaped = typeof key === 'string' && typeof sign === 'string' && /^\d{1,15}$/.test(expiry);
  // "expires; is greater than your current timestamp"
  if (!shaped || args.length !== 3 || Number(expiry) <= nowMs) return refuse(wireError('10001', 'Params Error'));
  const account = exchange.accountByKey(key);
  if (account === undefined) return refuse({ code: 10003, msg: 'Invalid apikey' });
  const expected = signatureOf(account.secret, `GET/realtime${expiry}`);
  return sameText(sign, expected) ? { ok: true, account } : refuse({ code: 10004, msg: 'Invalid sign' });
}
