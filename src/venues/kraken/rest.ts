/** Kraken over REST: what is the venue's own of a signed request and its reply, and the order in which they go out.
 *  https://docs.kraken.com/api/docs/guides/spot-rest-intro, …/spot-rest-auth */
import type { Clock } from '../../core/clock.ts';
import { isObject, type Json, parseNumberTexts, textOf } from '../../core/json.ts';
import type { VenueError } from '../../core/order.ts';
import type { HttpPort, HttpReply } from '../../core/socket.ts';
import type { Credentials, Endpoints } from '../../core/venue.ts';
import { bareError, type RestDialect, type RestResult, SignedRest } from '../../net/signed-rest.ts';
import { venueError } from './errors.ts';
import { NonceSource, signedForm } from './sign.ts';

/** What stands in `result`; its numbers are texts. */
export type KrakenResult = RestResult<Json>;
export type Form = Readonly<Record<string, string | undefined>>;

/** Reads a reply. Refusals come with status 200; another status means that the request did not get as far. */
export function readReply(reply: HttpReply, nowMs: number): KrakenResult {
  const body = parseNumberTexts(reply.body.toString('utf8'));
  const texts = isObject(body) && Array.isArray(body.error) ? body.error.map(String) : undefined;
  if (!isObject(body) || texts === undefined) return { ok: false, error: bareError(reply) };
  // `W…` is a warning beside an answer.
  const refusal = texts.find((text) => !text.startsWith('W'));
  if (refusal !== undefined) {
    const error = venueError(refusal, nowMs);
    // A server error says nothing of what was done before it.
    return { ok: false, error: reply.status >= 500 ? { ...error, class: 'unknown-outcome' } : error };
  }
  if (reply.status !== 200) return { ok: false, error: bareError(reply) };
  return isObject(body.result) ? { ok: true, value: body.result } : { ok: false, error: noResult(reply) };
}

const noResult = (reply: HttpReply): VenueError => ({
  class: 'unknown-outcome',
  code: 'protocol',
  message: `HTTP ${reply.status} without error and result`,
});

function dialect(credentials: Credentials, clock: Clock, nonces: NonceSource): RestDialect<Json> {
  return {
    venue: 'kraken',
    sign: ({ path, query, body }) => ({ query, ...signedForm(credentials, path, nonces.next(), body) }),
    read: (reply) => readReply(reply, clock.wallMs()),
    timePath: '/0/public/Time',
    // Whole seconds: the middle of the one that it is.
    readTime: (result) => Number(textOf(result, 'unixtime') || Number.NaN) * 1000 + 500,
  };
}

export class KrakenRest extends SignedRest<Json> {
  /** Ends when the last private request was answered. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(endpoints: Endpoints, credentials: Credentials, http: HttpPort, clock: Clock) {
    const nonces = new NonceSource(clock);
    super({ dialect: dialect(credentials, clock, nonces), base: endpoints.rest, credentials, http, clock });
  }

  /** A private request. One at a time: two under way could overtake each other, and the venue refuses a nonce that is
   *  smaller than the one before. `form` is made when its turn has come. */
  call(method: string, form: Form | (() => Form) = {}, timeoutMs?: number): Promise<KrakenResult> {
    const send = (): Promise<KrakenResult> => {
      const given = Object.entries(typeof form === 'function' ? form() : form);
      const body = new URLSearchParams(given.filter((entry): entry is [string, string] => entry[1] !== undefined));
      return this.post(`/0/private/${method}`, body.toString(), timeoutMs === undefined ? {} : { timeoutMs });
    };
    const answer = this.#turn.then(send);
    this.#turn = answer.catch(() => {});
    return answer;
  }
}
