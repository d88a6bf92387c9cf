/** KuCoin's signatures, checked. Source: https://www.kucoin.com/docs-new/authentication and
 *  https://www.kucoin.com/docs-new/3470133w0 (the trading socket). */
import { createHmac } from 'node:crypto';
import { type AuthResult as Checked, refuse, sameText } from '../../auth.ts';
import type { ExchangePort } from '../../port.ts';
import type { HttpIn } from '../../server.ts';
import { ERRORS, type WireError } from './errors.ts';

/** Requests older or younger than this are refused. */
const WINDOW_MS = 5000;

export type AuthResult = Checked<WireError>;

/** Base64 HMAC-SHA256: of a request, and of the passphrase since version 2 of keys. */
export const signatureOf = (secret: string, text: string): string =>
  createHmac('sha256', secret).update(text).digest('base64');

const isFresh = (timestamp: string, nowMs: number): boolean =>
  /^\d{1,16}$/.test(timestamp) && Math.abs(nowMs - Number(timestamp)) <= WINDOW_MS;

/** "The URL must use the content that has not been URL-encoded to participate in the signature." */
function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Checks a private request: the headers there, the timestamp within 5 s, the key known, the encrypted passphrase, the
 *  signature over `timestamp + method + path?query + body`. */
export function checkRequest(request: HttpIn, exchange: ExchangePort, nowMs: number): AuthResult {
  const header = (name: string): string => request.headers[name] ?? '';
  const [key, sign, timestamp, passphrase] = [
    header('kc-api-key'),
    header('kc-api-sign'),
    header('kc-api-timestamp'),
    header('kc-api-passphrase'),
  ];
  if (key === '' || sign === '' || timestamp === '' || passphrase === '') return refuse(ERRORS.headersMissing);
  // Keys of version 1 sent the passphrase itself; there are none any more.
  if (!['2', '3'].includes(header('kc-api-key-version'))) return refuse(ERRORS.badKeyVersion);
  if (!isFresh(timestamp, nowMs)) return refuse(ERRORS.badTimestamp);
  const account = exchange.accountByKey(key);
  if (account === undefined) return refuse(ERRORS.badKey);
  if (!sameText(passphrase, signatureOf(account.secret, account.passphrase))) return refuse(ERRORS.badPassphrase);
  const target = request.query === '' ? request.path : `${request.path}?${request.query}`;
  const fits = [target, plain(target)].some((url) =>
    sameText(sign, signatureOf(account.secret, timestamp + request.method + url + request.body)),
  );
  return fits ? { ok: true, account } : refuse(ERRORS.badSign);
}

/** Checks the address of a trading socket: `apikey`, `timestamp`, `sign` over both, `passphrase`. */
export function checkAddress(query: string, exchange: ExchangePort, nowMs: number): AuthResult {
  const params = new URLSearchParams(query);
  const text = (name: string): string => params.get(name) ?? '';
  const timestamp = text('timestamp');
  const account = exchange.accountByKey(text('apikey'));
  if (account === undefined) return refuse(ERRORS.badKey);
  if (!isFresh(timestamp, nowMs)) return refuse(ERRORS.badTimestamp);
  if (!sameText(text('passphrase'), signatureOf(account.secret, account.passphrase))) {
    return refuse(ERRORS.badPassphrase);
  }
  return sameText(text('sign'), signatureOf(account.secret, account.apiKey + timestamp))
    ? { ok: true, account }
    : refuse(ERRORS.badSign);
}
