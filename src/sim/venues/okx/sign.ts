/** OKX's signatures, checked. Source: https://www.okx.com/docs-v5/en/#overview-rest-authentication-signature and
 *  https://www.okx.com/docs-v5/en/#overview-websocket-login. */
import { createHmac } from 'node:crypto';
import { type AuthResult as Checked, refuse, sameText } from '../../auth.ts';
import type { ExchangePort } from '../../port.ts';
import type { HttpIn } from '../../server.ts';
import { type WireError, wireError } from './errors.ts';

/** Requests older or younger than this are expired. */
const WINDOW_MS = 30_000;
const ISO_MS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/;

export type AuthResult = Checked<WireError>;

/** Base64 HMAC-SHA256. */
export const signatureOf = (secret: string, prehash: string): string =>
  createHmac('sha256', secret).update(prehash).digest('base64');

/** Checks a private REST request: headers there, timestamp within 30 s, key known, signature over
 *  `timestamp + method + path?query + body`, passphrase. */
export function checkRequest(request: HttpIn, exchange: ExchangePort, nowMs: number): AuthResult {
  const key = request.headers['ok-access-key'] ?? '';
  const sign = request.headers['ok-access-sign'] ?? '';
  const timestamp = request.headers['ok-access-timestamp'] ?? '';
  const passphrase = request.headers['ok-access-passphrase'] ?? '';
  if (key === '') return refuse(wireError('50103'));
  if (passphrase === '') return refuse(wireError('50104'));
  if (sign === '') return refuse(wireError('50106'));
  if (timestamp === '') return refuse(wireError('50107'));
  const sentAt = ISO_MS.test(timestamp) ? Date.parse(timestamp) : Number.NaN;
  if (Number.isNaN(sentAt)) return refuse(wireError('50112'));
  if (Math.abs(nowMs - sentAt) > WINDOW_MS) return refuse(wireError('50102'));
  const account = exchange.accountByKey(key);
  if (account === undefined) return refuse(wireError('50111'));
  const path = request.query === '' ? request.path : `${request.path}?${request.query}`;
  const expected = signatureOf(account.secret, timestamp + request.method + path + request.body);
  if (!sameText(sign, expected)) return refuse(wireError('50113'));
  if (!sameText(passphrase, account.passphrase)) return refuse(wireError('50105'));
  return { ok: true, account };
}

/** Checks the one argument of a WebSocket login. Its timestamp is in seconds. */
export function checkLogin(
  argument: Readonly<Record<string, unknown>>,
  exchange: ExchangePort,
  nowMs: number,
): AuthResult {
  const text = (name: string): string => {
    const value = argument[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  for (const name of ['apiKey', 'passphrase', 'timestamp', 'sign']) {
    if (text(name) === '') return refuse(wireError('60027', name));
  }
  const seconds = /^\d+(\.\d+)?$/.test(text('timestamp')) ? Number(text('timestamp')) : Number.NaN;
  if (Number.isNaN(seconds)) return refuse(wireError('60004'));
  if (Math.abs(nowMs - seconds * 1000) > WINDOW_MS) return refuse(wireError('60006'));
  const account = exchange.accountByKey(text('apiKey'));
  if (account === undefined) return refuse(wireError('60005'));
  const expected = signatureOf(account.secret, `${text('timestamp')}GET/users/self/verify`);
  if (!sameText(text('sign'), expected)) return refuse(wireError('60007'));
  if (!sameText(text('passphrase'), account.passphrase)) return refuse(wireError('60024'));
  return { ok: true, account };
}
