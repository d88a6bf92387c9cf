/** The life of the order-entry connection of Binance spot: log-on, replacement, reconnecting, and which way a request
 *  takes. Requests go over the WebSocket API; REST takes what the socket did not. */

import type { KeyObject } from 'node:crypto';
import { backoffMs } from '../../core/backoff.ts';
import type { ClockReading } from '../../core/clock.ts';
import { Fault, messageOf } from '../../core/faults.ts';
import { isObject, type Json } from '../../core/json.ts';
import { type Random, seededRandom } from '../../core/random.ts';
import { redactor } from '../../core/redact.ts';
import type { HttpRequest } from '../../core/socket.ts';
import type { GatewayDeps } from '../../core/venue.ts';
import { faultOf, type Reply, VenueFault } from './reply.ts';
import { Rest } from './rest.ts';
import { ServerTime } from './server-time.ts';
import { isEd25519, type Params, readKey, signParams } from './sign.ts';
import { WsApi } from './ws-api.ts';

const CALL_TIMEOUT_MS = 5_000;
const CALL_WINDOW_MS = 5_000;
const RETRY = { baseMs: 200, maxMs: 10_000 };
/** Connections end after 24 hours; they are replaced a little before, between two requests. */
const MAX_AGE_MS = (24 * 60 - 10) * 60_000;
/** Clocks drift: the offset is measured again every few minutes. */
const TIME_CHECK_MS = 5 * 60_000;
const RATES_EVERY_MS = 1_000;

/** A request of the WebSocket API and the same one over REST. */
export interface Call {
  readonly method: string;
  readonly rest: readonly [method: HttpRequest['method'], path: string];
}

export const CALLS = {
  place: { method: 'order.place', rest: ['POST', '/api/v3/order'] },
  cancel: { method: 'order.cancel', rest: ['DELETE', '/api/v3/order'] },
  order: { method: 'order.status', rest: ['GET', '/api/v3/order'] },
  openOrders: { method: 'openOrders.status', rest: ['GET', '/api/v3/openOrders'] },
  trades: { method: 'myTrades', rest: ['GET', '/api/v3/myTrades'] },
  account: { method: 'account.status', rest: ['GET', '/api/v3/account'] },
} as const satisfies Record<string, Call>;

export interface SessionHooks {
  readonly onUp: () => void;
  readonly onDown: (reason: string) => void;
  readonly onPush: (frame: Json) => void;
}

type State = 'idle' | 'connecting' | 'up' | 'waiting' | 'closed';

export class Session {
  readonly #deps: GatewayDeps;
  readonly #key: KeyObject | undefined;
  readonly #hooks: SessionHooks;
  readonly #api: WsApi;
  readonly #rest: Rest;
  readonly #time: ServerTime;
  readonly #random: Random;
  #state: State = 'idle';
  #connected = false;
  /** The connection itself is logged on: its requests need neither key nor signature. */
  #isAuthenticated = false;
  #ratesAt = Number.NEGATIVE_INFINITY;
  #cancelRetry: () => void = () => {};
  #cancelTimers: () => void = () => {};
  #onClosed: () => void = () => {};

  constructor(deps: GatewayDeps, hooks: SessionHooks) {
    this.#deps = deps;
    this.#key = readKey(deps.credentials.secret);
    this.#hooks = hooks;
    const { clock, log, sockets, http, credentials, endpoints } = deps;
    this.#random = seededRandom(clock.wallMs() ^ clock.monotonicNs());
    const redact = redactor(credentials);
    this.#time = new ServerTime(clock);
    this.#rest = new Rest({
      base: endpoints.rest,
      apiKey: credentials.apiKey,
      key: this.#key,
      http,
      clock,
      time: this.#time,
      redact,
    });
    this.#api = new WsApi({
      url: endpoints.wsTrade,
      sockets,
      clock,
      log,
      redact,
      onPush: hooks.onPush,
      onDown: (reason) => this.#onDown(reason),
      onRates: deps.onRates,
    });
  }

  get state(): State {
    return this.#state;
  }

  /** Resolves once logged on; rejects with the first refusal and stays idle then. */
  async connect(): Promise<void> {
    if (this.#state !== 'idle') return;
    if (this.#key === undefined)
      throw new Fault('venue/auth', 'binance: the secret is a PEM, but holds no Ed25519 or RSA key that can be read');
    try {
      await this.#logOn();
    } catch (thrown) {
      if (this.state === 'connecting') this.#state = 'idle';
      throw thrown;
    }
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    const isLoggedOn = this.#state === 'up';
    this.#state = 'closed';
    this.#cancelRetry();
    this.#cancelTimers();
    if (!this.#connected) return;
    await new Promise<void>((resolve) => {
      this.#onClosed = resolve;
      if (isLoggedOn) this.#api.retire('the gateway was closed');
      else this.#api.drop('the gateway was closed');
    });
  }

  /** Replaces the connection as soon as no request waits for its answer. */
  renew(reason: string): void {
    this.#api.retire(reason);
  }

  /** A signed request that may change something: over REST only when nothing of it was written to the socket. */
  async call(call: Call, params: Params, timeoutMs: number): Promise<Reply> {
    if (this.#state === 'closed') return { kind: 'unsent', reason: 'the gateway is closed' };
    let reply: Reply = { kind: 'unsent', reason: 'the gateway is down' };
    if (this.#state === 'up') {
      const returnRateLimits = this.#wantsRates();
      reply = await this.#api.request(call.method, this.#sign({ ...params, returnRateLimits }), timeoutMs);
    }
    if (reply.kind === 'unsent') reply = await this.#rest.signed(...call.rest, params, timeoutMs);
    // A clock that went wrong refuses everything from now on: measure at once.
    if (reply.kind === 'refused' && reply.error.class === 'clock') void this.#time.measure(() => this.#askTime());
    return reply;
  }

  /** A signed request that changes nothing: asked again over REST when the socket lost it. */
  async ask(call: Call, params: Params): Promise<Reply> {
    const windowed = { ...params, recvWindow: CALL_WINDOW_MS };
    const reply = await this.call(call, windowed, CALL_TIMEOUT_MS);
    return reply.kind === 'lost' ? this.#rest.signed(...call.rest, windowed, CALL_TIMEOUT_MS) : reply;
  }

  /** A signed request that only REST knows. */
  restOnly(path: string, params: Params): Promise<Reply> {
    return this.#rest.signed('GET', path, { ...params, recvWindow: CALL_WINDOW_MS }, CALL_TIMEOUT_MS);
  }

  /** The venue's clock, asked for over REST. */
  venueClock(): Promise<ClockReading> {
    return this.#rest.venueClock();
  }

  async #logOn(): Promise<void> {
    this.#state = 'connecting';
    this.#connected = true;
    const failed = await this.#api.open();
    if (failed !== undefined) throw new Fault('venue/unreachable', `binance WebSocket API: ${failed}`);
    await this.#time.measure(() => this.#askTime());
    const reply = await this.#subscribe();
    if (reply.kind !== 'answered') {
      this.#api.drop('the log-on failed');
      throw faultOf('the user data stream', reply);
    }
    // It may have died after its last answer: nobody else notices that before it is up.
    if (!this.#connected || this.state !== 'connecting')
      throw new Fault('venue/unreachable', 'binance: the connection went during log-on');
    this.#state = 'up';
    this.#startTimers();
    this.#hooks.onUp();
  }

  /** Logs the account on and asks for its events. An Ed25519 key logs the connection on once, and no order waits for a
   *  signature; other keys sign every request. */
  async #subscribe(): Promise<Reply> {
    if (!isEd25519(this.#key)) {
      const params = this.#sign({ recvWindow: CALL_WINDOW_MS });
      return this.#api.request('userDataStream.subscribe.signature', params, CALL_TIMEOUT_MS);
    }
    const reply = await this.#api.request('session.logon', this.#sign({ recvWindow: CALL_WINDOW_MS }), CALL_TIMEOUT_MS);
    if (reply.kind !== 'answered') return reply;
    this.#isAuthenticated = true;
    return this.#api.request('userDataStream.subscribe', {}, CALL_TIMEOUT_MS);
  }

  #onDown(reason: string): void {
    const wasUp = this.#state === 'up';
    this.#connected = false;
    this.#isAuthenticated = false;
    this.#cancelTimers();
    this.#onClosed();
    // A failed log-on is dealt with where it was begun.
    if (!wasUp) return;
    this.#state = 'waiting';
    this.#deps.log.warn({ reason }, 'binance gateway down');
    this.#hooks.onDown(reason);
    this.#retry(0);
  }

  /** `pauseMs`: a wait that the venue named; to come back sooner would lengthen a ban. */
  #retry(attempt: number, pauseMs = 0): void {
    if (this.#state === 'closed') return;
    const waitMs = Math.max(pauseMs, backoffMs(attempt, this.#random, RETRY));
    this.#cancelRetry = this.#deps.clock.after(waitMs, () => {
      this.#logOn().catch((thrown: unknown) => {
        if (this.state === 'closed') return;
        this.#state = 'waiting';
        this.#deps.log.warn({ attempt, reason: messageOf(thrown) }, 'binance gateway: reconnecting failed');
        this.#retry(attempt + 1, thrown instanceof VenueFault ? thrown.error.retryAfterMs : 0);
      });
    });
  }

  #startTimers(): void {
    const { clock } = this.#deps;
    const cancelAge = clock.after(MAX_AGE_MS, () => this.renew('the connection is near its 24 hours'));
    let cancelCheck = (): void => {};
    const check = (): void => {
      cancelCheck = clock.after(TIME_CHECK_MS, () => {
        void this.#time.measure(() => this.#askTime());
        check();
      });
    };
    check();
    this.#cancelTimers = () => {
      cancelAge();
      cancelCheck();
    };
  }

  /** The limits that every answer would repeat are asked for now and then. */
  #wantsRates(): boolean {
    const now = this.#deps.clock.monotonicNs();
    if (now - this.#ratesAt < RATES_EVERY_MS * 1e6) return false;
    this.#ratesAt = now;
    return true;
  }

  async #askTime(): Promise<number | undefined> {
    const reply = await this.#api.request('time', {}, 2_000);
    const serverTime = reply.kind === 'answered' && isObject(reply.result) ? reply.result.serverTime : undefined;
    return typeof serverTime === 'number' ? serverTime : undefined;
  }

  #sign(params: Params): Params {
    const timed = { ...params, timestamp: this.#time.nowMs() };
    // Without a key nothing gets here: `connect` has refused.
    if (this.#isAuthenticated || this.#key === undefined) return timed;
    return signParams(timed, this.#deps.credentials.apiKey, this.#key);
  }
}
