/** Signed REST requests to one venue, and the venue's clock. What is the venue's own stands in its dialect. */
import type { Clock, ClockReading } from '../core/clock.ts';
import { Fault, type FaultCode, messageOf } from '../core/faults.ts';
import type { Log } from '../core/log.ts';
import { errorText, NOT_SENT, type VenueError } from '../core/order.ts';
import { type Redact, redactError, redactor } from '../core/redact.ts';
import type { HttpPort, HttpReply, HttpRequest } from '../core/socket.ts';
import type { Credentials } from '../core/venue.ts';

export type RestMethod = HttpRequest['method'];

/** A request as it is signed: `query` without the question mark, '' where there is none. */
export interface RestRequest {
  readonly method: RestMethod;
  readonly path: string;
  readonly query: string;
  readonly body: string;
}

/** What goes out. Signing may add to the query (a signature) or write the body anew (a nonce). */
export interface SignedRequest {
  readonly query: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export type RestResult<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: VenueError };

/** @template Value what a reply that is no refusal holds */
export interface RestDialect<Value> {
  readonly venue: string;
  /** `nowMs`: the venue's time. */
  sign(request: RestRequest, nowMs: number): SignedRequest | Promise<SignedRequest>;
  /** The value, or the venue's refusal, classed. A 5xx is an unknown outcome whatever its body says. */
  read(reply: HttpReply): RestResult<Value>;
  /** Public path of the venue's clock, and the milliseconds in its answer (NaN where it has none). */
  readonly timePath: string;
  readTime(value: Value): number;
  /** How far from the venue's clock that may be for its being rounded, ms; absent: not at all. */
  readonly timeErrorMs?: number;
}

export interface RestDeps<Value> {
  readonly dialect: RestDialect<Value>;
  /** Base address, without trailing slash. */
  readonly base: string;
  readonly credentials: Credentials;
  readonly http: HttpPort;
  readonly clock: Clock;
}

export interface RestOptions {
  /** Left out where undefined. */
  readonly params?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

const TIME_SAMPLES = 3;
const TIMEOUT_MS = 5_000;
/** The code of an error that no venue sent: no whole reply came. */
const UNREACHABLE = 'unreachable';
/** The status of one who went on after status 429. */
const BANNED = 418;

/** The fault of a refused request, for the calls that reject. */
export function faultOf(venue: string, error: VenueError, doing: string): Fault {
  return new Fault(faultCode(error), `${venue}: ${doing}: ${errorText(error)}`, {
    venueCode: error.code,
    class: error.class,
    error,
  });
}

function faultCode(error: VenueError): FaultCode {
  if (error.code === UNREACHABLE) return 'venue/unreachable';
  if (error.code === NOT_SENT) return 'venue/rate-limited';
  return error.class === 'auth' ? 'venue/auth' : 'venue/refused';
}

/** The value, for the calls that reject. */
export function needValue<Value>(venue: string, result: RestResult<Value>, doing: string): Value {
  if (!result.ok) throw faultOf(venue, result.error, doing);
  return result.value;
}

/** The result of a reply that refuses. A server error says nothing of what was done before it. */
export const refused = (
  { status }: HttpReply,
  error: VenueError,
): { readonly ok: false; readonly error: VenueError } => ({
  ok: false,
  error: status >= 500 ? { ...error, class: 'unknown-outcome' } : status === BANNED ? banned(error) : error,
});

/** The error of one who is kept out. */
export const banned = (error: VenueError): VenueError => ({ ...error, class: 'rate-limit', isBan: true });

/** The wait that a reply's `Retry-After` names, ms. */
export function retryAfterOf(reply: HttpReply): number | undefined {
  const seconds = Number(reply.headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
}

/** An answer without a body of the venue's: a proxy's, or cut. */
export function bareError(reply: HttpReply): VenueError {
  const { status } = reply;
  const retryAfterMs = retryAfterOf(reply);
  const isKnownRefusal = status >= 400 && status < 500 && status !== 408;
  const error: VenueError = {
    class: status === 429 || status === 418 ? 'rate-limit' : isKnownRefusal ? 'other' : 'unknown-outcome',
    code: `http-${status}`,
    message: `HTTP ${status} without a readable body`,
  };
  const told = status === BANNED ? banned(error) : error;
  return retryAfterMs === undefined ? told : { ...told, retryAfterMs };
}

export class SignedRest<Value> {
  readonly #deps: RestDeps<Value>;
  readonly #redact: Redact;
  #offsetMs = 0;

  constructor(deps: RestDeps<Value>) {
    this.#deps = deps;
    this.#redact = redactor(deps.credentials);
  }

  /** The venue's time in ms, now or at a time of ours, by the offset measured last. */
  serverMs(wallMs: number = this.#deps.clock.wallMs()): number {
    return Math.round(wallMs + this.#offsetMs);
  }

  /** Measures the offset to the venue's clock: of several readings the one with the shortest round trip counts, for its
   *  error is at most half of that. Rejects with `venue/unreachable`, `venue/refused` or `venue/protocol` when none
   *  succeeds; the old offset then stays. */
  async syncTime(): Promise<ClockReading> {
    const first = await this.#readTime();
    let best = first;
    const tripsMs = [first.tripMs];
    for (let sample = 1; sample < TIME_SAMPLES; sample++) {
      // One is enough; venues limit such questions, and many reconnections can use the limit up.
      const next = await this.#readTime().catch(() => undefined);
      if (next === undefined) continue;
      tripsMs.push(next.tripMs);
      if (next.tripMs < best.tripMs) best = next;
    }
    this.#offsetMs = best.offsetMs;
    const { timeErrorMs = 0 } = this.#deps.dialect;
    return { offsetMs: best.offsetMs, errorMs: best.tripMs / 2 + timeErrorMs, tripsMs };
  }

  /** Before a log-on that is signed with the time, which a wrong clock would have refused. Only the first one needs an
   *  answer; later ones go on with the old offset. */
  async syncForLogon(isFirst: boolean, log: Log): Promise<void> {
    await this.syncTime().catch((thrown: unknown) => {
      if (isFirst) throw thrown;
      const details = { venue: this.#deps.dialect.venue, reason: messageOf(thrown) };
      log.warn(details, 'venue clock not read; using the old offset');
    });
  }

  /** A question that needs no key. */
  async ask(path: string, params: RestOptions['params'] = {}): Promise<RestResult<Value>> {
    const query = queryOf(params);
    return this.#deliver({ method: 'GET', path, query, body: '' }, { query, body: '', headers: {} }, {});
  }

  get(path: string, params: RestOptions['params'] = {}): Promise<RestResult<Value>> {
    return this.request('GET', path, { params });
  }

  post(path: string, body: string, options: Omit<RestOptions, 'body'> = {}): Promise<RestResult<Value>> {
    return this.request('POST', path, { ...options, body });
  }

  async request(method: RestMethod, path: string, options: RestOptions = {}): Promise<RestResult<Value>> {
    const request = { method, path, query: queryOf(options.params), body: options.body ?? '' };
    return this.#deliver(request, await this.#deps.dialect.sign(request, this.serverMs()), options);
  }

  /** A refusal for its time has the venue's clock read again; the request itself is not repeated. */
  noteRefusal(error: VenueError, method?: RestMethod): void {
    this.#deps.http.onRefusal?.(error, method);
    // Unreachable now: the next refusal tries again.
    if (error.class === 'clock') this.syncTime().catch(() => {});
  }

  /** The error without anything secret in its words. */
  clean(error: VenueError): VenueError {
    return redactError(this.#redact, error);
  }

  async #deliver(
    { method, path }: RestRequest,
    { query, body, headers }: SignedRequest,
    { headers: extra = {}, timeoutMs = TIMEOUT_MS }: RestOptions,
  ): Promise<RestResult<Value>> {
    const { base, dialect, http } = this.#deps;
    try {
      const reply = await http.request({
        method,
        url: `${base}${path}${query === '' ? '' : `?${query}`}`,
        headers: { ...headers, ...extra },
        ...(body === '' ? {} : { body }),
        timeoutMs,
      });
      const result = dialect.read(reply);
      if (result.ok) return result;
      this.noteRefusal(result.error, method);
      return { ok: false, error: this.clean(result.error) };
    } catch (thrown) {
      if (thrown instanceof Fault && thrown.code === 'venue/rate-limited') {
        return { ok: false, error: { class: 'rate-limit', code: NOT_SENT, message: thrown.message } };
      }
      // Whether the request had reached the venue cannot be told.
      const message = this.#redact(messageOf(thrown));
      return { ok: false, error: { class: 'unknown-outcome', code: UNREACHABLE, message } };
    }
  }

  async #readTime(): Promise<{ readonly tripMs: number; readonly offsetMs: number }> {
    const { clock, dialect } = this.#deps;
    const sentAt = clock.monotonicNs();
    const result = await this.ask(dialect.timePath);
    const tripMs = (clock.monotonicNs() - sentAt) / 1e6;
    if (!result.ok) throw faultOf(dialect.venue, result.error, `GET ${dialect.timePath}`);
    const serverMs = dialect.readTime(result.value);
    if (!Number.isFinite(serverMs)) {
      throw new Fault('venue/protocol', `${dialect.venue}: GET ${dialect.timePath} answered without a time`);
    }
    return { tripMs, offsetMs: serverMs + tripMs / 2 - clock.wallMs() };
  }
}

function queryOf(params: RestOptions['params'] = {}): string {
  const given = Object.entries(params).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return new URLSearchParams(given).toString();
}
