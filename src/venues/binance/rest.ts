/** The REST side of Binance spot: the way that is left when the WebSocket API is down.
 *  Source: https://developers.binance.com/docs/binance-spot-api-docs/rest-api/general-api-information */
import type { KeyObject } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import { messageOf } from '../../core/faults.ts';
import { isObject, parseJson } from '../../core/json.ts';
import { type Redact, redactError } from '../../core/redact.ts';
import type { HttpPort, HttpRequest } from '../../core/socket.ts';
import { readRestError } from './errors.ts';
import type { Reply } from './reply.ts';
import type { ServerTime } from './server-time.ts';
import { type Params, signQuery } from './sign.ts';

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
    if (!time.isMeasured) await time.measure(() => this.#time());
    const query = signQuery({ ...params, timestamp: time.nowMs() }, key);
    return this.#send({
      method,
      url: `${this.#deps.base}${path}?${query}`,
      headers: { 'X-MBX-APIKEY': apiKey },
      timeoutMs,
    });
  }

  async #time(): Promise<number | undefined> {
    const reply = await this.#send({ method: 'GET', url: `${this.#deps.base}/api/v3/time`, timeoutMs: 2_000 });
    const serverTime = reply.kind === 'answered' && isObject(reply.result) ? reply.result.serverTime : undefined;
    return typeof serverTime === 'number' ? serverTime : undefined;
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
      return { kind: 'refused', error, sentAt, receivedAt };
    } catch (thrown) {
      return { kind: 'lost', reason: redact(messageOf(thrown)), sentAt };
    }
  }
}
