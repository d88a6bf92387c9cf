/** One WebSocket connection to `/v2` (public) or `/auth/v2` (private): status, heartbeat, ping, subscriptions, order
 *  operations. Sources: https://docs.kraken.com/api/docs/guides/spot-ws-intro, …/websocket-v2/status, …/heartbeat,
 *  …/ping; as recorded in 2026, heartbeats come every second from the first subscription on, also between data. */
import { isObject } from '../../../core/json.ts';
import { monotonicMs } from '../../clock-readings.ts';
import { readObject } from '../../json-object.ts';
import { lookup } from '../../lookup.ts';
import type { SimAccount } from '../../port.ts';
import type { Connection, ConnectionHandlers } from '../../server.ts';
import type { Subscriber } from '../../subscriber.ts';
import type { WireContext } from '../../wire-port.ts';
import type { AccountHub, PrivateSubscription } from './account-hub.ts';
import { ERRORS, unsupportedField, wrongType } from './errors.ts';
import { type DecayingCounts, SOCKET_REQUESTS } from './limits.ts';
import { type Fields, textOf } from './order-terms.ts';
import type { PublicHub } from './public-hub.ts';
import type { Tokens } from './sign.ts';
import { type Answer, answerOrders, type Refused } from './socket-orders.ts';
import { readPrivateTopic, readPublicTopics, type TopicRequest } from './socket-topics.ts';
import { microsNow } from './times.ts';
import type { TradeDesk } from './trade-desk.ts';
import { WireNumber, wireJson } from './wire-numbers.ts';

export type SessionKind = 'public' | 'private';

/** What all sessions of a wire share. */
export interface SessionShared {
  readonly context: WireContext;
  readonly counts: DecayingCounts;
  readonly publicHub: PublicHub;
  readonly accountHub: AccountHub;
  readonly desk: TradeDesk;
  readonly tokens: Tokens;
}

const HEARTBEAT_MS = 1000;
const IDLE_MS = 60_000;
const MAX_MESSAGE = 65_536;
const CLOSE = { Idle: 1000, TooBig: 1009 } as const;
const HEARTBEAT = '{"channel":"heartbeat"}';

/** Fields that stand beside `params`. */
const TOP_FIELDS = ['method', 'params', 'req_id'];

interface Request {
  readonly method: string;
  readonly params: Fields;
  readonly reqId?: number;
  readonly timeIn: string;
}

export class Session implements ConnectionHandlers, Subscriber {
  readonly #connection: Connection;
  readonly #kind: SessionKind;
  readonly #shared: SessionShared;
  readonly #name: string;
  /** Subscriptions by their names, each with its end. */
  readonly #topics = new Map<string, () => void>();
  /** Tokens that this connection used while they were young; they go on working here. */
  readonly #tokens = new Map<string, SimAccount>();
  #heardAtMs: number;
  #isBeating = false;
  #cancelTimer: () => void = () => {};

  constructor(connection: Connection, kind: SessionKind, shared: SessionShared) {
    this.#connection = connection;
    this.#kind = kind;
    this.#shared = shared;
    // Twenty digits, more than a double counts; as recorded.
    const { random } = shared.context;
    this.#name = String((BigInt(random.int(2 ** 32)) << 32n) + BigInt(random.int(2 ** 32)));
    this.#heardAtMs = this.#nowMs();
    this.tellStatus();
    this.#arm();
  }

  push(text: string): void {
    this.#connection.send(text);
  }

  /** On connecting, and whenever the state of the engine changes. */
  tellStatus(): void {
    const row = {
      version: '2.0.10',
      system: this.#shared.desk.inMaintenance ? 'maintenance' : 'online',
      api_version: 'v2',
      connection_id: new WireNumber(this.#name),
      upcoming_maintenance: [],
      emergency: [],
    };
    this.push(wireJson({ channel: 'status', type: 'update', data: [row] }));
  }

  onMessage(text: string): void {
    this.#heardAtMs = this.#nowMs();
    const timeIn = this.#now();
    if (text.length > MAX_MESSAGE) {
      this.#connection.close(CLOSE.TooBig, 'Message too big');
      return;
    }
    const message = readMessage(text);
    if (message === undefined) {
      this.#answer({ method: 'error', params: {}, timeIn }, { error: ERRORS.malformed });
      return;
    }
    const { method, params = {}, req_id } = message;
    const request: Request = {
      method: String(method),
      params: params as Fields,
      timeIn,
      ...(typeof req_id === 'number' ? { reqId: req_id } : {}),
    };
    const error = this.#refuse(message, request);
    if (error !== undefined) this.#answer(request, { error });
    else this.#onRequest(request);
  }

  onClose(): void {
    this.#cancelTimer();
    for (const end of this.#topics.values()) end();
    this.#topics.clear();
    this.#shared.publicHub.forget(this);
    this.#shared.counts.forget(`socket/${this.#name}`);
  }

  /** What is wrong with a message before its method is looked at. */
  #refuse(message: Fields, { method, params }: Request): string | undefined {
    if (!this.#shared.counts.take(`socket/${this.#name}`, SOCKET_REQUESTS, 1)) return ERRORS.tooFast;
    const strange = Object.keys(message).find((name) => !TOP_FIELDS.includes(name));
    if (strange !== undefined) return unsupportedField(strange, method);
    if (message.req_id !== undefined && !Number.isSafeInteger(message.req_id)) return wrongType('req_id', 'integer');
    if (!isObject(params)) return wrongType('params', 'object');
    return undefined;
  }

  #onRequest(request: Request): void {
    const { method, params } = request;
    if (method === 'ping') {
      if (Object.keys(params).length > 0) this.#answer(request, { error: unsupportedField('params', 'ping') });
      else this.push(wireJson({ method: 'pong', ...this.#frame(request) }));
    } else if (method === 'subscribe' || method === 'unsubscribe') {
      this.#changeTopics(request);
    } else if (lookup(ORDER_METHODS, method) !== true) {
      this.#answer(request, { error: ERRORS.unsupportedEvent });
    } else if (this.#kind === 'public') {
      this.#answer(request, { error: ERRORS.privateElsewhere });
    } else {
      this.#onOrders(request);
    }
  }

  // — subscriptions —

  #changeTopics(request: Request): void {
    const { channel } = request.params;
    if (typeof channel !== 'string') {
      this.#answer(request, { error: wrongType('channel', 'string') });
      return;
    }
    const isPrivate = channel === 'executions' || channel === 'balances';
    if (isPrivate !== (this.#kind === 'private')) {
      const isKnown = isPrivate || ['book', 'ticker', 'trade', 'instrument'].includes(channel);
      const elsewhere = this.#kind === 'public' ? ERRORS.privateElsewhere : ERRORS.publicElsewhere;
      this.#answer(request, { error: isKnown ? elsewhere : ERRORS.unsupportedEvent });
      return;
    }
    const topics = isPrivate ? this.#privateTopics(request) : this.#publicTopics(request);
    for (const topic of topics) {
      if ('error' in topic) this.#answer(request, topic);
      else if (request.method === 'subscribe') this.#begin(request, topic);
      else this.#end(request, topic);
    }
  }

  #begin(request: Request, topic: TopicRequest): void {
    if (this.#topics.has(topic.name)) {
      this.#answer(request, { error: ERRORS.alreadySubscribed, ...topic.symbol });
      return;
    }
    this.#answer(request, { result: topic.result });
    this.#topics.set(topic.name, () => topic.end());
    if (!this.#isBeating) {
      this.#isBeating = true;
      this.#arm();
    }
    topic.begin();
  }

  #end(request: Request, topic: TopicRequest): void {
    const end = this.#topics.get(topic.name);
    if (end === undefined) {
      this.#answer(request, { error: ERRORS.notSubscribed, ...topic.symbol });
      return;
    }
    end();
    this.#topics.delete(topic.name);
    this.#answer(request, { result: topic.endResult });
  }

  #publicTopics({ method, params }: Request): readonly (TopicRequest | Refused)[] {
    const { publicHub, context } = this.#shared;
    return readPublicTopics(method, params, { hub: publicHub, exchange: context.exchange, subscriber: this });
  }

  #privateTopics({ method, params }: Request): readonly (TopicRequest | Refused)[] {
    const { accountHub, desk } = this.#shared;
    const account = this.#accountOf(params);
    if (account === undefined) {
      const refused = params.token === undefined ? ERRORS.noToken : ERRORS.invalidSession;
      return [{ error: refused, channel: textOf(params, 'channel'), status: 'error' }];
    }
    const add = (subscription: PrivateSubscription): (() => void) => {
      accountHub.add(subscription);
      return () => accountHub.remove(subscription);
    };
    return [readPrivateTopic(method, params, { account, subscriber: this, maxRateCount: desk.maxRateCount, add })];
  }

  // — orders —

  #onOrders(request: Request): void {
    const { desk, context } = this.#shared;
    const account = this.#accountOf(request.params);
    if (account === undefined) {
      const error = request.params.token === undefined ? ERRORS.noToken : ERRORS.invalidSession;
      this.#answer(request, { error });
      return;
    }
    answerOrders(request.method, request.params, account, { desk, exchange: context.exchange }, (answer) =>
      this.#answer(request, answer),
    );
  }

  #accountOf({ token }: Fields): SimAccount | undefined {
    if (typeof token !== 'string') return undefined;
    const account = this.#tokens.get(token) ?? this.#shared.tokens.accountOf(token);
    if (account !== undefined) this.#tokens.set(token, account);
    return account;
  }

  // — replies —

  #frame({ reqId, timeIn }: Request): object {
    return { ...(reqId === undefined ? {} : { req_id: reqId }), time_in: timeIn, time_out: this.#now() };
  }

  /** Members in the order of the alphabet, as recorded. */
  #answer(request: Request, answer: Answer): void {
    const whole = { method: request.method, ...answer, success: !('error' in answer), ...this.#frame(request) };
    const sorted = Object.entries(whole).sort(([a], [b]) => (a < b ? -1 : 1));
    this.push(wireJson(Object.fromEntries(sorted)));
  }

  /** One timer: the heartbeat, or the end of a connection that nobody uses. */
  #arm(): void {
    this.#cancelTimer();
    const { clock } = this.#shared.context;
    const waitMs = this.#isBeating ? HEARTBEAT_MS : Math.max(1, this.#heardAtMs + IDLE_MS - this.#nowMs());
    this.#cancelTimer = clock.after(Math.ceil(waitMs), () => {
      if (this.#isBeating) this.push(HEARTBEAT);
      else if (this.#nowMs() - this.#heardAtMs >= IDLE_MS) {
        this.#connection.close(CLOSE.Idle, '');
        return;
      }
      this.#arm();
    });
  }

  #now(): string {
    return microsNow(this.#shared.context.clock);
  }

  #nowMs(): number {
    return monotonicMs(this.#shared.context.clock);
  }
}

const ORDER_METHODS: Readonly<Record<string, true>> = {
  add_order: true,
  cancel_order: true,
  cancel_all: true,
  cancel_all_orders_after: true,
};

function readMessage(text: string): Fields | undefined {
  const value = readObject(text);
  return typeof value?.method === 'string' ? value : undefined;
}
