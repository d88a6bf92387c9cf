/** One connection at a time to the WebSocket API of Binance: requests and their answers, pushed events, heartbeat.
 *  Source: https://developers.binance.com/docs/binance-spot-api-docs/websocket-api/general-api-information */
import type { Clock } from '../../core/clock.ts';
import { isObject, type Json, parseJson } from '../../core/json.ts';
import type { Log } from '../../core/log.ts';
import { type Redact, redactError } from '../../core/redact.ts';
import type { Socket, SocketFactory } from '../../core/socket.ts';
import type { MonoNs } from '../../core/units.ts';
import type { GatewayDeps } from '../../core/venue.ts';
import { readSocketError } from './errors.ts';
import { readRateRows } from './rates.ts';
import type { Reply } from './reply.ts';
import type { Params } from './sign.ts';

const IDLE_MS = 1_000;
const SILENCE_MS = 5_000;
const OPEN_TIMEOUT_MS = 5_000;

export interface WsApiDeps {
  readonly url: string;
  readonly sockets: SocketFactory;
  readonly clock: Clock;
  readonly log: Log;
  readonly redact: Redact;
  /** A pushed event, wrapping included. */
  readonly onPush: (frame: Json) => void;
  /** Once for every connection that was opened, whether it came up or not; its requests are settled by then. */
  readonly onDown: (reason: string) => void;
  readonly onRates?: GatewayDeps['onRates'];
}

interface Pending {
  readonly method: string;
  readonly sentAt: MonoNs;
  readonly settle: (reply: Reply) => void;
  readonly cancelTimeout: () => void;
}

export class WsApi {
  readonly #deps: WsApiDeps;
  readonly #pending = new Map<number, Pending>();
  #socket: Socket | undefined;
  /** Which connection the handlers belong to: a late word of an old socket must not touch the new one. */
  #generation = 0;
  #lastId = 0;
  #heardAt = 0;
  #stopHeartbeat: () => void = () => {};
  /** Why this side is closing the connection; empty while it is not. */
  #closing = '';

  constructor(deps: WsApiDeps) {
    this.#deps = deps;
  }

  /** Opens a connection; resolves to undefined once it is up, else to the reason. `onDown` comes in that case too. */
  open(): Promise<string | undefined> {
    const { sockets, clock, redact } = this.#deps;
    if (this.#socket !== undefined) this.#onClosed(this.#closing || 'the connection was replaced');
    const generation = ++this.#generation;
    this.#closing = '';
    return new Promise((resolve) => {
      this.#socket = sockets.open(
        this.#deps.url,
        {
          onOpen: () => {
            if (generation !== this.#generation) return;
            this.#heardAt = clock.monotonicNs();
            this.#beat();
            resolve(undefined);
          },
          onFrame: (buffer, start, end, receivedAt) => {
            if (generation !== this.#generation) return;
            this.#heardAt = receivedAt;
            const bytes = Buffer.from(buffer.buffer, buffer.byteOffset + start, end - start);
            this.#onText(bytes.toString('utf8'), receivedAt);
          },
          onPong: () => {
            if (generation === this.#generation) this.#heardAt = clock.monotonicNs();
          },
          onClose: (code, words) => {
            const reason = redact(
              this.#closing || `the connection closed (${words === '' ? code : `${code} ${words}`})`,
            );
            if (generation === this.#generation) this.#onClosed(reason);
            resolve(reason);
          },
        },
        { openTimeoutMs: OPEN_TIMEOUT_MS },
      );
    });
  }

  /** Sends a request and settles exactly once, never by throwing. */
  request(method: string, params: Params, timeoutMs: number): Promise<Reply> {
    const { clock } = this.#deps;
    const id = ++this.#lastId;
    const text = JSON.stringify({ id, method, params });
    return new Promise((resolve) => {
      const sentAt = clock.monotonicNs();
      if (this.#closing !== '' || this.#socket?.send(text) !== true) {
        resolve({ kind: 'unsent', reason: 'the WebSocket API is not connected' });
        return;
      }
      const cancelTimeout = clock.after(timeoutMs, () => {
        this.#settle(id, { kind: 'lost', reason: `no answer to ${method} within ${timeoutMs} ms`, sentAt });
      });
      this.#pending.set(id, { method, sentAt, settle: resolve, cancelTimeout });
    });
  }

  /** Drops the connection at once; `onDown` follows with `reason`. */
  drop(reason: string): void {
    this.#closing ||= reason;
    this.#socket?.terminate();
  }

  /** Takes no more requests and closes once the last one is settled; `onDown` follows with `reason`. */
  retire(reason: string): void {
    this.#closing ||= reason;
    if (this.#pending.size === 0) this.#socket?.close();
  }

  #settle(id: number, reply: Reply): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    pending.cancelTimeout();
    pending.settle(reply);
    if (this.#closing !== '' && this.#pending.size === 0) this.#socket?.close();
  }

  #onText(text: string, receivedAt: MonoNs): void {
    const { log, redact, clock } = this.#deps;
    const frame = parseJson(text);
    if (!isObject(frame)) {
      log.warn({ bytes: text.length }, 'binance WebSocket API: a frame that is no JSON object was ignored');
      return;
    }
    const id = frame.id;
    if (typeof id === 'number') this.#onAnswer(id, frame, receivedAt);
    else if ('event' in frame || 'e' in frame) this.#deps.onPush(frame);
    else {
      const error = redactError(redact, readSocketError(Number(frame.status ?? 0), frame.error, clock.wallMs()));
      log.warn({ error }, 'binance WebSocket API: an answer to no request');
    }
  }

  #onAnswer(id: number, frame: Json, receivedAt: MonoNs): void {
    const { log, redact, clock } = this.#deps;
    const pending = this.#pending.get(id);
    if (pending === undefined) {
      log.debug({ id }, 'binance WebSocket API: an answer came after its time limit');
      return;
    }
    const { sentAt } = pending;
    this.#deps.onRates?.(readRateRows(frame));
    const status = typeof frame.status === 'number' ? frame.status : 0;
    if (status === 200) {
      this.#settle(id, { kind: 'answered', result: frame.result, sentAt, receivedAt });
      return;
    }
    const error = redactError(redact, readSocketError(status, frame.error, clock.wallMs()));
    this.#settle(id, { kind: 'refused', error, sentAt, receivedAt });
  }

  #onClosed(reason: string): void {
    this.#stopHeartbeat();
    this.#socket = undefined;
    for (const [id, { method, sentAt }] of [...this.#pending]) {
      this.#settle(id, { kind: 'lost', reason: `${reason} before ${method} was answered`, sentAt });
    }
    this.#deps.onDown(reason);
  }

  /** The server pings every 20 s, too rarely to notice a dead line: when it is silent, it is asked. */
  #beat(): void {
    const { clock } = this.#deps;
    this.#stopHeartbeat = clock.after(IDLE_MS, () => {
      const silentMs = (clock.monotonicNs() - this.#heardAt) / 1e6;
      if (silentMs >= SILENCE_MS) {
        this.drop(`nothing was heard for ${Math.round(silentMs)} ms`);
        return;
      }
      if (silentMs >= IDLE_MS) this.#socket?.ping();
      this.#beat();
    });
  }
}
