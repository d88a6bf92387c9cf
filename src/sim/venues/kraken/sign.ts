/** Kraken's keys: signature and nonce of private REST calls, and the tokens of the private socket.
 *  Sources: https://docs.kraken.com/api/docs/guides/spot-rest-auth and …/rest-api/get-websockets-token. */
import { createHash, createHmac } from 'node:crypto';
import type { Clock } from '../../../core/clock.ts';
import type { Random } from '../../../core/random.ts';
import { type AuthResult as Checked, refuse, sameText } from '../../auth.ts';
import { monotonicMs } from '../../clock-readings.ts';
import type { ExchangePort, SimAccount } from '../../port.ts';
import { keyText } from '../../random-text.ts';
import type { HttpIn } from '../../server.ts';
import { ERRORS } from './errors.ts';

export type AuthResult = Checked<string>;

/** Base64 HMAC-SHA512 of path and SHA256(nonce + body), with the secret decoded from base64. */
export function signatureOf(secret: string, path: string, nonce: string, body: string): string {
  const digest = createHash('sha256')
    .update(nonce + body)
    .digest();
  return createHmac('sha512', Buffer.from(secret, 'base64')).update(path).update(digest).digest('base64');
}

/** The newest nonce of each key: the next one must be larger. */
export class Nonces {
  readonly #newest = new Map<string, bigint>();

  /** @param nonce as it stood in the body */
  check(request: HttpIn, nonce: string, exchange: ExchangePort): AuthResult {
    const key = request.headers['api-key'] ?? '';
    const account = exchange.accountByKey(key);
    if (account === undefined) return refuse(ERRORS.invalidKey);
    if (!/^\d{1,20}$/.test(nonce)) return refuse(ERRORS.invalidNonce);
    const expected = signatureOf(account.secret, request.path, nonce, request.body);
    if (!sameText(request.headers['api-sign'] ?? '', expected)) return refuse(ERRORS.invalidSignature);
    const value = BigInt(nonce);
    if (value <= (this.#newest.get(key) ?? 0n)) return refuse(ERRORS.invalidNonce);
    this.#newest.set(key, value);
    return { ok: true, account };
  }
}

/** Seconds in which a token must be used; a socket that used it keeps it. */
export const TOKEN_SECONDS = 900;

export class Tokens {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #known = new Map<string, { readonly account: SimAccount; readonly untilMs: number }>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  make(account: SimAccount): string {
    const token = keyText(this.#random, 43);
    this.#known.set(token, { account, untilMs: this.#nowMs() + TOKEN_SECONDS * 1000 });
    return token;
  }

  /** Whose it is, unless it has expired. */
  accountOf(token: string): SimAccount | undefined {
    const known = this.#known.get(token);
    return known === undefined || this.#nowMs() > known.untilMs ? undefined : known.account;
  }

  #nowMs(): number {
    return monotonicMs(this.#clock);
  }
}
