/** Signatures of Kraken's private REST requests, and the number that makes each of them a new one.
 *  https://docs.kraken.com/api/docs/guides/spot-rest-auth */
import { createHash, createHmac } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import type { Credentials } from '../../core/venue.ts';

/** The venue asks for one in every request. */
export const USER_AGENT = 'parallax';

/** HMAC-SHA512 of `path + SHA256(nonce + body)` under the secret (which is base64), as base64. */
export function sign(secret: string, path: string, nonce: string, body: string): string {
  const digest = createHash('sha256')
    .update(nonce + body)
    .digest();
  return createHmac('sha512', Buffer.from(secret, 'base64')).update(path).update(digest).digest('base64');
}

/** Body and headers of a private request; `form` is its url-encoded parameters, '' where it has none. */
export function signedForm(
  credentials: Credentials,
  path: string,
  nonce: string,
  form: string,
): { readonly body: string; readonly headers: Readonly<Record<string, string>> } {
  const body = form === '' ? `nonce=${nonce}` : `nonce=${nonce}&${form}`;
  return {
    body,
    headers: {
      'API-Key': credentials.apiKey,
      'API-Sign': sign(credentials.secret, path, nonce, body),
      'Content-Type': 'application/x-www-form-urlencoded',
      'User-Agent': USER_AGENT,
    },
  };
}

/** The venue takes a nonce only if it is greater than every one before it under the same key. Milliseconds, as in its own
 *  examples: a key on which another scale was ever used would refuse the smaller one for ever. */
export class NonceSource {
  readonly #clock: Clock;
  #last = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  next(): string {
    this.#last = Math.max(this.#last + 1, Math.floor(this.#clock.wallMs()));
    return String(this.#last);
  }
}
