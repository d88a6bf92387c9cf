/** Checks keys, timestamps and HMAC signatures as Binance does (request security, timing security). */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ExchangePort, SimAccount } from '../../port.ts';
import { badRecvWindow, badSignature, malformedKey, missing, tooEarly, tooLate, unknownKey } from './errors.ts';
import type { Params } from './params.ts';

const DEFAULT_RECV_WINDOW_MS = 5000;
const MAX_RECV_WINDOW_MS = 60_000;
/** A request may be this far ahead of the server's clock. */
const AHEAD_MS = 1000;

export function accountOf(exchange: ExchangePort, apiKey: string | undefined): SimAccount {
  if (apiKey === undefined || !/^[A-Za-z0-9]{64}$/.test(apiKey)) throw malformedKey();
  const account = exchange.accountByKey(apiKey);
  if (account === undefined) throw unknownKey();
  return account;
}

export function checkTiming(params: Params, nowMs: number): void {
  const text = params.needed('timestamp');
  const sent = Number(text);
  if (!/^\d{1,19}$/.test(text)) throw missing('timestamp');
  const window = params.text('recvWindow');
  const recvWindow = window === undefined ? DEFAULT_RECV_WINDOW_MS : Number(window);
  if (!(recvWindow >= 0)) throw missing('recvWindow');
  if (recvWindow > MAX_RECV_WINDOW_MS) throw badRecvWindow();
  // Sixteen digits are microseconds.
  const timestamp = sent >= 1e15 ? sent / 1000 : sent;
  if (timestamp >= nowMs + AHEAD_MS) throw tooEarly();
  if (nowMs - timestamp > recvWindow) throw tooLate();
}

export function checkSignature(account: SimAccount, payload: string, params: Params): void {
  const given = params.needed('signature').toLowerCase();
  const expected = createHmac('sha256', account.secret).update(payload).digest('hex');
  // In bytes: a text of as many characters may have more of them.
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  if (left.length !== right.length || !timingSafeEqual(left, right)) throw badSignature();
}

/** What a REST request signs: query and body as they came, joined without a separator, without `signature`. */
export const restPayload = (query: string, body: string): string => withoutSignature(query) + withoutSignature(body);

const withoutSignature = (text: string): string =>
  text
    .split('&')
    .filter((part) => !part.startsWith('signature='))
    .join('&');
