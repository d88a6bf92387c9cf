/** The private socket: logs on, subscribes, matches answers to requests, pings, and comes back when it dies.
 *  https://www.okx.com/docs-v5/en/#overview-websocket-connect */

import { backoffMs } from '../../core/backoff.ts';
import type { Clock } from '../../core/clock.ts';
import { Fault, messageOf } from '../../core/faults.ts';
import type { Log } from '../../core/log.ts';
import { type Random, seededRandom } from '../../core/random.ts';
import type { Socket, SocketFactory } from '../../core/socket.ts';
import type { MonoNs } from '../../core/units.ts';
import type { Credentials } from '../../core/venue.ts';
import { venueError } from './errors.ts';
import { isObject, type JsonObject, objectsOf, parseObject, textOf } from './json.ts';
import { PRIVATE_CHANNELS, subscribeFrame } from './orders.ts';
import { faultOf, redact } from './rest.ts';
import { loginFrame } from './sign.ts';

export interface SessionDeps {
  readonly url: string;
  readonly credentials: Credentials;
  readonly sockets: SocketFactory;
  readonly clock: Clock;
  readonly log: Log;
  /** Venue time, ms. */
  readonly serverMs: () => number;
  /** Runs before each login; a login signed with a wrong clock is refused. */
  readonly syncTime: () => Promise<void>;
  readonly onUp: () => void;
  readonly onDown: (reason: string) => void;
  readonly onPush: (channel: string, items: readonly JsonObject[]) => void;
}

/** What became of a request that was written. */
export type Answer =
  | { readonly kind: 'answered'; readonly frame: JsonObject; readonly at: MonoNs }
  | { readonly kind: 'lost'; readonly reason: string };

/** The venue drops a socket that was silent for 30 s; we ping long before, and do not wait long for the pong. */
const CHECK_MS = 1000;
const IDLE_MS = 5000;
const SILENCE_MS = 10_000;
const LOGIN_TIMEOUT_MS = 10_000;
const BACKOFF = { baseMs: 250, maxMs: 15_000 } as const;
const UPGRADE_NOTICE = '64008';

export class Session {
  readonly #deps: SessionDeps;
  readonly #random: Random;
  readonly #pending = new Map<string, (answer: Answer) => void>();
  #socket: Socket | undefined;
  #phase: 'idle' | 'opening' | 'up' = 'idle';
  #closed = false;
  #attempt = 0;
  #sequence = 0;
  #acks = 0;
  #heardAt = 0;
  #pingedAt = 0;
  /** Why the socket is about to be dropped by us; the close callback reports it. */
  #fault: Fault | undefined;
  #leaving = false;
  #cancelTimer: () => void = () => {};
  #onGone: () => void = () => {};
  /** Settles the first start; later ones have nobody waiting. */
  #firstStart: { resolve: () => void; reject: (fault: Fault) => void } | undefined;

  constructor(deps: SessionDeps) {
    this.#deps = deps;
    // Only spreads reconnections of many processes apart; nothing is decided by it.
    this.#random = seededRandom(deps.clock.wallMs());
  }

  get isUp(): boolean {
    return this.#phase === 'up' && this.#socket?.isOpen === true;
  }

  /** Resolves once logged on and subscribed; rejects with the first refusal, and then does not try again by itself. */
  async start(): Promise<void> {
    if (this.#phase !== 'idle') throw new Error('the session is already started');
    this.#closed = false;
    await this.#deps.syncTime();
    await new Promise<void>((resolve, reject) => {
      this.#firstStart = { resolve, reject };
      this.#open();
    });
  }

  /** Writes one request. Undefined: nothing was written. Otherwise the answer comes within `timeoutMs`, or `lost`. */
  request(
    build: (id: string) => string,
    timeoutMs: number,
  ): { readonly sentAt: MonoNs; readonly answer: Promise<Answer> } | undefined {
    const socket = this.#socket;
    if (socket === undefined || !this.isUp) return undefined;
    const id = String(++this.#sequence);
    const text = build(id);
    const sentAt = this.#deps.clock.monotonicNs();
    if (!socket.send(text)) return undefined;
    const answer = new Promise<Answer>((resolve) => {
      const cancel = this.#deps.clock.after(timeoutMs, () =>
        this.#settle(id, { kind: 'lost', reason: `no answer within ${timeoutMs} ms` }),
      );
      this.#pending.set(id, (outcome) => {
        cancel();
        resolve(outcome);
      });
    });
    return { sentAt, answer };
  }

  /** Resolves when the socket is gone. */
  close(): Promise<void> {
    this.#closed = true;
    this.#cancelTimer();
    const socket = this.#socket;
    if (socket === undefined) {
      this.#phase = 'idle';
      return Promise.resolve();
    }
    return new Promise<void>((resolve) => {
      this.#onGone = resolve;
      this.#fault = new Fault('venue/unreachable', 'okx: private socket closed by us');
      socket.close();
    });
  }

  #open(): void {
    this.#phase = 'opening';
    this.#acks = 0;
    this.#fault = undefined;
    this.#leaving = false;
    this.#heard();
    const startedAt = this.#heardAt;
    this.#socket = this.#deps.sockets.open(this.#deps.url, {
      onOpen: () => {
        this.#heard();
        this.#socket?.send(loginFrame(this.#deps.credentials, Math.floor(this.#deps.serverMs() / 1000)));
      },
      onFrame: (buffer, start, end, receivedAt) => {
        this.#heard();
        this.#onText(Buffer.from(buffer.buffer, buffer.byteOffset + start, end - start).toString('utf8'), receivedAt);
      },
      onPong: () => this.#heard(),
      onClose: (code, reason) => this.#onClose(code, reason),
    });
    this.#watch(startedAt);
  }

  #heard(): void {
    this.#heardAt = this.#deps.clock.monotonicNs();
  }

  /** Looks after the socket once a second: pings it, or gives it up. */
  #watch(startedAt: number): void {
    this.#cancelTimer = this.#deps.clock.after(CHECK_MS, () => {
      const now = this.#deps.clock.monotonicNs();
      const silentMs = (now - this.#heardAt) / 1e6;
      if (silentMs >= SILENCE_MS) return this.#drop(`silent for ${Math.round(silentMs)} ms`);
      if (this.#phase === 'opening' && (now - startedAt) / 1e6 >= LOGIN_TIMEOUT_MS) {
        return this.#drop(`not logged on within ${LOGIN_TIMEOUT_MS} ms`);
      }
      if (silentMs >= IDLE_MS && (now - this.#pingedAt) / 1e6 >= IDLE_MS && this.#socket?.send('ping') === true) {
        this.#pingedAt = now;
      }
      this.#watch(startedAt);
    });
  }

  #drop(reason: string): void {
    this.#fault ??= new Fault('venue/unreachable', `okx: private socket ${reason}`);
    this.#socket?.terminate();
  }

  #onText(text: string, receivedAt: MonoNs): void {
    if (text === 'pong') return;
    const frame = parseObject(text);
    if (frame === undefined) {
      this.#deps.log.warn({ venue: 'okx', bytes: text.length }, 'unreadable private frame ignored');
      return;
    }
    const id = textOf(frame, 'id');
    if (id !== '') this.#settle(id, { kind: 'answered', frame, at: receivedAt });
    else if (typeof frame.event === 'string') this.#onEvent(frame.event, frame);
    else if (isObject(frame.arg)) this.#deps.onPush(textOf(frame.arg, 'channel'), objectsOf(frame, 'data'));
  }

  #onEvent(event: string, frame: JsonObject): void {
    const code = textOf(frame, 'code');
    const message = redact(textOf(frame, 'msg'), this.#deps.credentials);
    if (event === 'error' || (event === 'login' && code !== '0') || event === 'channel-conn-count-error') {
      const error = venueError(code, message);
      if (this.#phase === 'up') {
        this.#deps.log.warn({ venue: 'okx', code, message }, 'the venue refused a private request');
        return;
      }
      this.#fault = faultOf(error, 'logging on to the private socket');
      this.#socket?.terminate();
    } else if (event === 'login') {
      this.#socket?.send(subscribeFrame());
    } else if (event === 'subscribe' && this.#phase === 'opening') {
      this.#acks++;
      if (this.#acks === PRIVATE_CHANNELS.length) this.#onUp();
    } else if (event === 'notice') {
      this.#deps.log.info({ venue: 'okx', code, message }, 'notice on the private socket');
      if (code === UPGRADE_NOTICE) {
        this.#leaving = true;
        this.#leaveWhenQuiet();
      }
    }
  }

  #onUp(): void {
    this.#phase = 'up';
    this.#attempt = 0;
    this.#deps.onUp();
    this.#firstStart?.resolve();
    this.#firstStart = undefined;
  }

  #onClose(code: number, reason: string): void {
    this.#cancelTimer();
    const fault =
      this.#fault ?? new Fault('venue/unreachable', `okx: private socket closed: ${code} ${reason}`.trimEnd());
    const wasUp = this.#phase === 'up';
    this.#socket = undefined;
    this.#phase = 'idle';
    // What was written may have been acted upon: nobody may send it again.
    for (const id of [...this.#pending.keys()]) this.#settle(id, { kind: 'lost', reason: fault.message });
    if (wasUp) this.#deps.onDown(fault.message);
    const first = this.#firstStart;
    this.#firstStart = undefined;
    if (first !== undefined) first.reject(fault);
    else if (!this.#closed) this.#reopenLater(fault);
    this.#onGone();
  }

  #reopenLater(fault: Fault): void {
    this.#phase = 'opening';
    const waitMs = backoffMs(this.#attempt++, this.#random, BACKOFF);
    this.#deps.log.warn({ venue: 'okx', code: fault.code, reason: fault.message, waitMs }, 'private socket lost');
    this.#cancelTimer = this.#deps.clock.after(waitMs, () => void this.#reopen());
  }

  async #reopen(): Promise<void> {
    try {
      await this.#deps.syncTime();
    } catch (thrown) {
      this.#deps.log.warn({ venue: 'okx', reason: messageOf(thrown) }, 'venue clock not read; using the old offset');
    }
    if (!this.#closed) this.#open();
  }

  #settle(id: string, answer: Answer): void {
    const settle = this.#pending.get(id);
    if (settle === undefined) return;
    this.#pending.delete(id);
    settle(answer);
    this.#leaveWhenQuiet();
  }

  /** The venue will close this connection for an upgrade: replace it between requests. */
  #leaveWhenQuiet(): void {
    if (this.#leaving && this.#pending.size === 0) this.#drop('replaced before a service upgrade of the venue');
  }
}
