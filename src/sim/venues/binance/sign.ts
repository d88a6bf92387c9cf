/** Checks keys, timestamps and signatures (HMAC or Ed25519, by the account's key) as Binance does (request security, timing
 *  security). */
import { createHmac, createPrivateKey, createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { Random } from '../../../core/random.ts';
import { sameText } from '../../auth.ts';
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
  const given = params.needed('signature');
  const isRight = hasEd25519(account) ? isSigned(account, payload, given) : isSealed(account, payload, given);
  if (!isRight) throw badSignature();
}

/** Base64 over the public key; unlike hex it is case-sensitive. */
const isSigned = (account: SimAccount, payload: string, given: string): boolean =>
  verify(null, Buffer.from(payload), publicKeyOf(account), Buffer.from(given, 'base64'));

function isSealed(account: SimAccount, payload: string, given: string): boolean {
  const expected = createHmac('sha256', account.secret).update(payload).digest('hex');
  return sameText(given.toLowerCase(), expected);
}

/** PKCS #8 of an Ed25519 key up to its 32 bytes (RFC 8410 §7). */
const ED25519_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
const ED25519_SEED_BYTES = 32;

/** The secret of a key pair whose public half the venue would have been given: PKCS #8 in base64. */
export const ed25519Secret = (random: Random): string =>
  Buffer.concat([
    ED25519_HEAD,
    Buffer.from(Array.from({ length: ED25519_SEED_BYTES }, () => random.int(256))),
  ]).toString('base64');

/** Whether an account's key is an Ed25519 one. */
export const hasEd25519 = ({ secret }: SimAccount): boolean =>
  Buffer.from(secret, 'base64').subarray(0, ED25519_HEAD.length).equals(ED25519_HEAD);

const publicKeys = new WeakMap<SimAccount, KeyObject>();

function publicKeyOf(account: SimAccount): KeyObject {
  const known = publicKeys.get(account);
  if (known !== undefined) return known;
  const der = Buffer.from(account.secret, 'base64');
  const key = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  publicKeys.set(account, key);
  return key;
}

/** What a REST request signs: query and body as they came, joined without a separator, without `signature`. */
export const restPayload = (query: string, body: string): string => withoutSignature(query) + withoutSignature(body);

const withoutSignature = (text: string): string =>
  text
    .split('&')
    .filter((part) => !part.startsWith('signature='))
    .join('&');
