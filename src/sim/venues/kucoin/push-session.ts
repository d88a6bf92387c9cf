/** One classic push socket: its token, `welcome`, `ping`, subscriptions.
 *  Source: https://www.kucoin.com/docs-new/websocket-api/base-info/introduction, errors from …/error-code/websocket. As
 *  recorded in January 2026: a pong carries microseconds, acknowledgements their id as text even where it was a number,
 *  and after "exceed max permits per second" the socket is closed with 1000 "Bye". */
import { IdleWatch } from '../../idle-watch.ts';
import { readObject } from '../../json-object.ts';
import type { SimAccount } from '../../port.ts';
import { keyText } from '../../random-text.ts';
import type { RequestLimits } from '../../request-limits.ts';
import type { Connection, ConnectionHandlers } from '../../server.ts';
import type { Subscriber } from '../../subscriber.ts';
import type { WireContext } from '../../wire-port.ts';
import { type AccountHub, PRIVATE_TOPICS, type PrivateTopic } from './account-hub.ts';
import { SOCKET_ERRORS, type SocketError } from './errors.ts';
import { micros } from './numbers.ts';
import { textOf } from './order-reading.ts';
import { type PublicHub, type PublicTopic, publicTopic } from './public-hub.ts';
import { CONNECTIONS, TOPICS_PER_MESSAGE, TOPICS_PER_SESSION, UPLINK } from './rate-pools.ts';
import { PING_INTERVAL_MS, PING_TIMEOUT_MS, type Tokens } from './tokens.ts';

export interface PushShared {
  readonly context: WireContext;
  readonly limits: RequestLimits;
  readonly tokens: Tokens;
  readonly publicHub: PublicHub;
  readonly accountHub: AccountHub;
}

const MAX_MESSAGE = 65_536;
const BYE = 1000;
const TOO_BIG = 1009;
/** `/prefix/name`, and symbols behind a colon. */
const TOPIC = /^(\/[A-Za-z0-9]+\/[A-Za-z0-9]+)(?::([^:]+))?$/;

type Topic =
  | { readonly kind: 'public'; readonly of: readonly PublicTopic[] }
  | { readonly kind: 'private'; readonly of: PrivateTopic };

export class PushSession implements ConnectionHandlers, Subscriber {
  readonly #connection: Connection;
  readonly #shared: PushShared;
  readonly #id: string;
  readonly #account: SimAccount | undefined;
  readonly #topics = new Map<string, PublicTopic | PrivateTopic>();
  /** Only pings keep a socket open. */
  #pings: IdleWatch | undefined;
  #closed = false;

  constructor(connection: Connection, shared: PushShared) {
    const { context, tokens, limits } = shared;
    this.#connection = connection;
    this.#shared = shared;
    const connectId = new URLSearchParams(connection.query).get('connectId') ?? '';
    this.#id = connectId === '' ? keyText(context.random, 11) : connectId;
    const token = tokens.ofQuery(connection.query);
    this.#account = token?.account;
    if (token === undefined) this.#refuse(SOCKET_ERRORS.badToken);
    else if (!limits.take(`connections/${token.account?.index ?? 'address'}`, CONNECTIONS)) {
      this.#refuse(SOCKET_ERRORS.busy);
    } else {
      this.#reply({ id: this.#id, type: 'welcome' });
      this.#pings = new IdleWatch(
        context.clock,
        () => PING_INTERVAL_MS + PING_TIMEOUT_MS,
        () => this.#refuse(SOCKET_ERRORS.pingTimeout),
      );
    }
  }

  push(text: string): void {
    this.#connection.send(text);
  }

  onMessage(text: string): void {
    if (this.#closed) return;
    if (!this.#shared.limits.take(this.#limitName(), UPLINK)) {
      this.#refuse(SOCKET_ERRORS.tooFast);
      return;
    }
    if (text.length > MAX_MESSAGE) {
      this.#closed = true;
      this.#connection.close(TOO_BIG, 'Max frame length of 65536 has been exceeded.');
      return;
    }
    // Anything that is no JSON object has no type, and is refused for that.
    const message = readObject(text) ?? {};
    const id = textOf(message, 'id');
    switch (message.type) {
      case 'ping': {
        this.#pings?.touch();
        const timestamp = micros(this.#shared.context.clock.wallMs());
        this.#reply({ ...(id === '' ? {} : { id }), type: 'pong', timestamp });
        break;
      }
      case 'subscribe':
      case 'unsubscribe':
        this.#onTopic(message.type, textOf(message, 'topic'), id, message.response === true);
        break;
      default:
        this.#error(SOCKET_ERRORS.badCommand, id);
    }
  }

  onClose(): void {
    this.#closed = true;
    this.#pings?.stop();
    this.#shared.publicHub.forget(this);
    for (const topic of this.#topics.values()) this.#drop(topic);
    this.#topics.clear();
    this.#shared.limits.forget(this.#limitName());
  }

  // — subscriptions —

  #onTopic(type: 'subscribe' | 'unsubscribe', text: string, id: string, wantsAck: boolean): void {
    const topic = this.#readTopic(text);
    if ('code' in topic) {
      this.#error(topic, id);
      return;
    }
    const named: readonly (readonly [string, PublicTopic | PrivateTopic])[] =
      topic.kind === 'private'
        ? [[topic.of, topic.of]]
        : topic.of.map((one) => [`${one.feed}:${one.symbol}`, one] as const);
    const fresh = type === 'subscribe' ? named.filter(([name]) => !this.#topics.has(name)) : [];
    if (this.#topics.size + fresh.length > TOPICS_PER_SESSION) {
      this.#error(SOCKET_ERRORS.perSession, id);
      return;
    }
    if (wantsAck) this.#reply({ id, type: 'ack' });
    if (type === 'subscribe') {
      for (const [name, one] of fresh) {
        this.#topics.set(name, one);
        this.#take(one);
      }
    } else {
      for (const [name, one] of named) if (this.#topics.delete(name)) this.#drop(one);
    }
  }

  #readTopic(text: string): Topic | SocketError {
    if (text === '') return SOCKET_ERRORS.noTopic;
    const [, prefix = '', list] = TOPIC.exec(text) ?? [];
    if (prefix === '') return SOCKET_ERRORS.badTopic;
    const own = PRIVATE_TOPICS.find((topic) => topic === prefix);
    if (own !== undefined && list === undefined) {
      return this.#account === undefined ? SOCKET_ERRORS.loginRequired : { kind: 'private', of: own };
    }
    if (list === undefined) return SOCKET_ERRORS.unknownTopic;
    const symbols = list.split(',');
    if (symbols.length > TOPICS_PER_MESSAGE) return SOCKET_ERRORS.perTime;
    const of: PublicTopic[] = [];
    for (const symbol of symbols) {
      const topic = publicTopic(prefix, symbol);
      if (topic === undefined || !this.#shared.publicHub.has(topic)) return SOCKET_ERRORS.unknownTopic;
      of.push(topic);
    }
    return { kind: 'public', of };
  }

  #take(topic: PublicTopic | PrivateTopic): void {
    if (typeof topic !== 'string') this.#shared.publicHub.subscribe(topic, this);
    else if (this.#account !== undefined) this.#shared.accountHub.add(this.#account, topic, this);
  }

  #drop(topic: PublicTopic | PrivateTopic): void {
    if (typeof topic !== 'string') this.#shared.publicHub.unsubscribe(topic, this);
    else if (this.#account !== undefined) this.#shared.accountHub.remove(this.#account, topic, this);
  }

  // — replies —

  #reply(message: object): void {
    this.push(JSON.stringify(message));
  }

  #error({ code, data }: SocketError, id: string): void {
    this.#reply({ id: id === '' ? this.#id : id, type: 'error', code, data });
  }

  /** Says why, then closes: not within the opening itself, where the server does not know the session yet. */
  #refuse(error: SocketError): void {
    this.#closed = true;
    this.#error(error, '');
    queueMicrotask(() => this.#connection.close(BYE, 'Bye'));
  }

  #limitName(): string {
    return `uplink/${this.#connection.id}/`;
  }
}
