/** The REST side of Binance spot: the way that is left when the WebSocket API is down.
 *  Source: https://developers.binance.com/docs/binance-spot-api-docs/rest-api/general-api-information */
import type { KeyObject } from 'node:crypto';
import type { Clock, ClockReading } from '../../core/clock.ts';
import { Fault, messageOf } from '../../core/faults.ts';
import { isObject, parseJson } from '../../core/json.ts';
import { type Redact, redactError } from '../../core/redact.ts';
import type { HttpPort, HttpRequest } from '../../core/socket.ts';
import { readRestError } from './errors.ts';
import { faultOf, type Reply } from './reply.ts';
import type { ServerTime } from './server-time.ts';
import { type Params, signQuery } from './sign.ts';

const TIME_PATH = '/api/v3/time';

export interface RestDeps {
  readonly base: string;
  readonly apiKey: string;
  /** Undefined: nothing can be signed. */
  readonly key: KeyObject | undefined;
  readonly http: HttpPort;
  readonly clock: Clock;
  readonly time: ServerTime;
  readonly redact: Redact;
}

export class Rest {
  readonly #deps: RestDeps;

  constructor(deps: RestDeps) {
    this.#deps = deps;
  }

  /** A signed request. Settles without throwing; `lost` means that it may have been carried out. */
  async signed(method: HttpRequest['method'], path: string, params: Params, timeoutMs: number): Promise<Reply> {
    const { time, apiKey, key } = this.#deps;
    if (key === undefined) return { kind: 'unsent', reason: 'there is no key to sign with' };
    // Not learned: the request tries its luck with our own clock.
    if (!time.isMeasured) await this.venueClock().catch(() => {});
    const query = signQuery({ ...params, timestamp: time.nowMs() }, key);
    return this.#send({
      method,
      url: `${this.#deps.base}${path}?${query}`,
      headers: { 'X-MBX-APIKEY': apiKey },
      timeoutMs,
    });
  }

  /** The venue's clock, asked for over REST. Rejects with the refusal that it met. */
  async venueClock(): Promise<ClockReading> {
    let last: Reply | undefined;
    const reading = await this.#deps.time.measure(async () => {
      last = await this.#send({ method: 'GET', url: `${this.#deps.base}${TIME_PATH}`, timeoutMs: 2_000 });
      const serverTime = last.kind === 'answered' && isObject(last.result) ? last.result.serverTime : undefined;
      return typeof serverTime === 'number' ? serverTime : undefined;
    });
    if (reading !== undefined) return reading;
    if (last !== undefined && last.kind !== 'answered') throw faultOf('its time', last);
    throw new Fault('venue/protocol', `binance: GET ${TIME_PATH} answered without a time`);
  }

  async #send(request: HttpRequest): Promise<Reply> {
    const { http, clock, redact } = this.#deps;
    const sentAt = clock.monotonicNs();
    try {
      const reply = await http.request(request);
      const receivedAt = clock.monotonicNs();
      const text = reply.body.toString('utf8');
      const result = parseJson(text);
      if (reply.status === 200 && result !== undefined) return { kind: 'answered', result, sentAt, receivedAt };
      if (reply.status === 200) return { kind: 'lost', reason: 'the answer is not JSON', sentAt };
      const error = redactError(redact, readRestError(reply.status, reply.headers, text, clock.wallMs()));
      http.onRefusal?.(error, request.method);
      return { kind: 'refused', error, sentAt, receivedAt };
    } catch (thrown) {
      if (thrown instanceof Fault && thrown.code === 'venue/rate-limited') {
        return { kind: 'unsent', reason: thrown.message };
      }
      return { kind: 'lost', reason: redact(messageOf(thrown)), sentAt };
    }
  }
}
