/** Kraken over REST: what is the venue's own of a signed request and its reply, and the order in which they go out.
 *  https://docs.kraken.com/api/docs/guides/spot-rest-intro, …/spot-rest-auth */
import { type Clock, pause } from '../../core/clock.ts';
import { isObject, type Json, parseNumberTexts, textOf } from '../../core/json.ts';
import { type ErrorClass, NOT_SENT, type VenueError } from '../../core/order.ts';
import type { HttpPort, HttpReply } from '../../core/socket.ts';
import type { Credentials, Endpoints, GatewayDeps } from '../../core/venue.ts';
import { bareError, type RestDialect, type RestResult, refused, SignedRest } from '../../net/signed-rest.ts';
import { CallBudget } from './call-budget.ts';
import { venueError } from './errors.ts';
import { CALLS } from './rates.ts';
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
    return refused(reply, venueError(refusal, nowMs));
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
    timeErrorMs: 500,
  };
}

export interface CallOptions {
  readonly timeoutMs?: number;
  /** The call is of no use any more, and is not made, when its turn comes later than this. */
  readonly withinMs?: number;
}

/** Longest wait for the call counter; who would wait longer is told so instead. */
export const MAX_WAIT_MS = 10_000;

export class KrakenRest extends SignedRest<Json> {
  readonly #clock: Clock;
  readonly budget: CallBudget;
  readonly #onRates: GatewayDeps['onRates'];
  /** Ends when the last private request was answered. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    endpoints: Endpoints,
    credentials: Credentials,
    http: HttpPort,
    clock: Clock,
    onRates?: GatewayDeps['onRates'],
  ) {
    const nonces = new NonceSource(clock);
    super({ dialect: dialect(credentials, clock, nonces), base: endpoints.rest, credentials, http, clock });
    this.#clock = clock;
    this.budget = new CallBudget(clock);
    this.#onRates = onRates;
  }

  /** A private request. One at a time: two under way could overtake each other, and the venue refuses a nonce that is
   *  smaller than the one before. `form` is made when its turn has come. */
  async call(method: string, form: Form | (() => Form) = {}, options: CallOptions = {}): Promise<KrakenResult> {
    const waitMs = this.budget.take(method);
    if (waitMs > MAX_WAIT_MS) {
      this.budget.giveBack(method);
      return notSent('rate-limit', `${method} would be too many calls`, waitMs);
    }
    if (waitMs > 0) await pause(this.#clock, waitMs);
    const calledAt = this.#clock.monotonicNs();
    const send = async (): Promise<KrakenResult> => {
      const lateMs = (this.#clock.monotonicNs() - calledAt) / 1e6;
      if (lateMs > (options.withinMs ?? Number.POSITIVE_INFINITY)) {
        return notSent('other', `${method} waited ${Math.round(lateMs)} ms for its turn`);
      }
      const given = Object.entries(typeof form === 'function' ? form() : form);
      const body = new URLSearchParams(given.filter((entry): entry is [string, string] => entry[1] !== undefined));
      const { timeoutMs } = options;
      const result = await this.post(
        `/0/private/${method}`,
        body.toString(),
        timeoutMs === undefined ? {} : { timeoutMs },
      );
      if (!result.ok && result.error.code === 'EAPI:Rate limit exceeded') this.budget.fill();
      this.#onRates?.([{ bucket: CALLS.name, used: this.budget.used() }]);
      return result;
    };
    const answer = this.#turn.then(send);
    this.#turn = answer.catch(() => {});
    return answer;
  }
}

export function notSent(errorClass: ErrorClass, message: string, retryAfterMs?: number): RestResult<never> {
  const error = { class: errorClass, code: NOT_SENT, message };
  return { ok: false, error: retryAfterMs === undefined ? error : { ...error, retryAfterMs } };
}
