/** Signed REST requests to OKX v5, and the venue's clock.
 *  https://www.okx.com/docs-v5/en/#overview-rest-authentication */
import type { Clock } from '../../core/clock.ts';
import { Fault, messageOf } from '../../core/faults.ts';
import type { VenueError } from '../../core/order.ts';
import type { HttpPort, HttpReply } from '../../core/socket.ts';
import type { Credentials, Endpoints } from '../../core/venue.ts';
import { venueError } from './errors.ts';
import { type JsonObject, objectsOf, parseObject, textOf } from './json.ts';
import { restHeaders } from './sign.ts';

export type RestResult =
  | { readonly ok: true; readonly items: readonly JsonObject[] }
  | { readonly ok: false; readonly error: VenueError };

const TIME_PATH = '/api/v5/public/time';
const TIME_SAMPLES = 3;
const TIMEOUT_MS = 5000;
/** The code of an error that no venue sent: no whole reply came. */
const UNREACHABLE = 'unreachable';

/** Reads a reply. Orders are refused one by one inside a reply of code 0, 1 or 2: then the item's code counts. */
export function readReply(reply: HttpReply): RestResult {
  const body = parseObject(reply.body.toString('utf8'));
  const retryAfter = Number(reply.headers['retry-after']);
  const retryAfterMs = Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter * 1000 : undefined;
  if (body === undefined || typeof body.code !== 'string') {
    return { ok: false, error: bareError(reply.status, retryAfterMs) };
  }
  const items = objectsOf(body, 'data');
  const refusal = refusalOf(body);
  if (refusal !== undefined) {
    const error = venueError(refusal.code, refusal.message, retryAfterMs);
    // A server error says nothing of what was done before it.
    return { ok: false, error: reply.status >= 500 ? { ...error, class: 'unknown-outcome' } : error };
  }
  if (reply.status !== 200) return { ok: false, error: bareError(reply.status, retryAfterMs) };
  return { ok: true, items };
}

/** The refusal in an answer (REST or WebSocket), if it is one. */
export function refusalOf(answer: JsonObject): { code: string; message: string } | undefined {
  const item = objectsOf(answer, 'data')[0];
  const itemCode = item === undefined ? '' : textOf(item, 'sCode');
  if (item !== undefined && itemCode !== '' && itemCode !== '0') {
    return { code: itemCode, message: textOf(item, 'sMsg') };
  }
  const code = textOf(answer, 'code');
  return code === '0' ? undefined : { code, message: textOf(answer, 'msg') };
}

/** An answer without a body of the venue's: a proxy's, or cut. */
function bareError(status: number, retryAfterMs: number | undefined): VenueError {
  const isKnownRefusal = status >= 400 && status < 500 && status !== 408;
  const error: VenueError = {
    class: status === 429 ? 'rate-limit' : isKnownRefusal ? 'other' : 'unknown-outcome',
    code: `http-${status}`,
    message: `HTTP ${status} without a readable body`,
  };
  return retryAfterMs === undefined ? error : { ...error, retryAfterMs };
}

/** The fault of a refused request, for the calls that reject. */
export function faultOf(error: VenueError, doing: string): Fault {
  const code =
    error.code === UNREACHABLE ? 'venue/unreachable' : error.class === 'auth' ? 'venue/auth' : 'venue/refused';
  return new Fault(code, `okx: ${doing}: ${error.code} ${error.message}`, {
    venueCode: error.code,
    class: error.class,
  });
}

/** Demo trading lives on sockets of its own (`wspap.…`), but on the REST address of the real thing, told by a header. */
const isDemo = (endpoints: Endpoints): boolean => /^wss:\/\/ws[a-z]*pap\./.test(endpoints.wsPrivate);

export class RestClient {
  readonly #base: string;
  readonly #credentials: Credentials;
  readonly #http: HttpPort;
  readonly #clock: Clock;
  readonly #extraHeaders: Readonly<Record<string, string>>;
  #offsetMs = 0;

  constructor(endpoints: Endpoints, credentials: Credentials, http: HttpPort, clock: Clock) {
    this.#base = endpoints.rest;
    this.#credentials = credentials;
    this.#http = http;
    this.#clock = clock;
    this.#extraHeaders = isDemo(endpoints) ? { 'x-simulated-trading': '1' } : {};
  }

  /** The venue's time in ms, by the offset measured last. */
  serverMs(): number {
    return Math.round(this.#clock.wallMs() + this.#offsetMs);
  }

  /** Measures the offset to the venue's clock: of several readings the one with the shortest round trip counts, for its
   *  error is at most half of that. Rejects with `venue/unreachable`, `venue/refused` or `venue/protocol` when none
   *  succeeds; the old offset then stays. */
  async syncTime(): Promise<void> {
    let best = await this.#readTime();
    for (let sample = 1; sample < TIME_SAMPLES; sample++) {
      // One is enough; the venue allows ten requests in two seconds, which many reconnections can use up.
      const next = await this.#readTime().catch(() => best);
      if (next.tripMs < best.tripMs) best = next;
    }
    this.#offsetMs = best.offsetMs;
  }

  async #readTime(): Promise<{ readonly tripMs: number; readonly offsetMs: number }> {
    const sentAt = this.#clock.monotonicNs();
    const reply = await this.#http.request({ method: 'GET', url: this.#base + TIME_PATH, timeoutMs: TIMEOUT_MS });
    const tripMs = (this.#clock.monotonicNs() - sentAt) / 1e6;
    const result = readReply(reply);
    if (!result.ok) throw faultOf(result.error, `GET ${TIME_PATH}`);
    const serverMs = Number(result.items[0]?.ts ?? Number.NaN);
    if (!Number.isFinite(serverMs)) throw new Fault('venue/protocol', `okx: GET ${TIME_PATH} answered without a time`);
    return { tripMs, offsetMs: serverMs + tripMs / 2 - this.#clock.wallMs() };
  }

  get(path: string, params: Readonly<Record<string, string>> = {}): Promise<RestResult> {
    const query = new URLSearchParams(params).toString();
    return this.#send('GET', query === '' ? path : `${path}?${query}`, '', {}, TIMEOUT_MS);
  }

  post(
    path: string,
    body: string,
    options: { readonly headers?: Readonly<Record<string, string>>; readonly timeoutMs?: number } = {},
  ): Promise<RestResult> {
    return this.#send('POST', path, body, options.headers ?? {}, options.timeoutMs ?? TIMEOUT_MS);
  }

  async #send(
    method: 'GET' | 'POST',
    path: string,
    body: string,
    headers: Readonly<Record<string, string>>,
    timeoutMs: number,
  ): Promise<RestResult> {
    const timestamp = new Date(this.serverMs()).toISOString();
    try {
      const reply = await this.#http.request({
        method,
        url: this.#base + path,
        headers: {
          ...restHeaders(this.#credentials, timestamp, method, path, body),
          'Content-Type': 'application/json',
          ...this.#extraHeaders,
          ...headers,
        },
        ...(body === '' ? {} : { body }),
        timeoutMs,
      });
      const result = readReply(reply);
      if (result.ok) return result;
      this.noteRefusal(result.error);
      return { ok: false, error: { ...result.error, message: redact(result.error.message, this.#credentials) } };
    } catch (thrown) {
      // Whether the request had reached the venue cannot be told.
      return { ok: false, error: { class: 'unknown-outcome', code: UNREACHABLE, message: messageOf(thrown) } };
    }
  }

  /** A refusal for its time has the venue's clock read again; the request itself is not repeated. */
  noteRefusal(error: VenueError): void {
    // Unreachable now: the next refusal tries again.
    if (error.class === 'clock') this.syncTime().catch(() => {});
  }
}

/** The venue repeats malformed requests in its error messages; ours hold the key and the passphrase. */
export function redact(text: string, credentials: Credentials): string {
  const secrets = [credentials.secret, credentials.passphrase ?? '', credentials.apiKey].filter((part) => part !== '');
  return secrets.reduce((clean, part) => clean.replaceAll(part, '[redacted]'), text);
}
