/** One connection to `/v5/private`: ping, auth, subscriptions. Source: https://bybit-exchange.github.io/docs/v5/ws/connect
 *  and https://bybit-exchange.github.io/docs/v5/websocket/private/order. */
import type { SimAccount } from '../../port.ts';
import type { Connection, ConnectionHandlers } from '../../server.ts';
import type { Subscriber } from '../../subscriber.ts';
import type { PrivateSubscription } from './account-hub.ts';
import { IdleWatch } from './idle-watch.ts';
import { connectionName, msText } from './ids.ts';
import { type ClientMessage, readMessage, topicsOf, undecodable } from './messages.ts';
import type { SessionShared } from './session.ts';
import { checkAuth } from './sign.ts';
import { familyOf, privateStream } from './topics.ts';

export class PrivateSession implements ConnectionHandlers, Subscriber {
  readonly #connection: Connection;
  readonly #shared: SessionShared;
  readonly #name: string;
  readonly #idle: IdleWatch;
  readonly #topics = new Map<string, PrivateSubscription>();
  #account: SimAccount | undefined;

  constructor(connection: Connection, shared: SessionShared) {
    this.#connection = connection;
    this.#shared = shared;
    this.#name = connectionName(shared.context.random);
    this.#idle = new IdleWatch(connection, shared.context.clock);
  }

  push(text: string): void {
    this.#idle.touch();
    this.#connection.send(text);
  }

  onMessage(text: string): void {
    if (!this.#idle.admits(text)) return;
    const message = readMessage(text, 'req_id');
    if (message === undefined) {
      this.#reply(false, undecodable(text), { op: '', args: [], requestId: undefined, header: {} });
      return;
    }
    switch (message.op) {
      case 'ping':
        this.#pong(message);
        break;
      case 'auth':
        this.#auth(message);
        break;
      case 'subscribe':
        this.#subscribe(message);
        break;
      case 'unsubscribe':
        this.#unsubscribe(message);
        break;
      default:
        this.#reply(false, 'error:invalid op', message);
    }
  }

  onClose(): void {
    this.#idle.stop();
    for (const subscription of this.#topics.values()) this.#shared.accountHub.remove(subscription);
    this.#topics.clear();
  }

  #pong({ requestId }: ClientMessage): void {
    const id = requestId === undefined ? {} : { req_id: String(requestId) };
    const at = msText(this.#shared.context.clock.wallMs());
    this.push(JSON.stringify({ ...id, op: 'pong', args: [at], conn_id: this.#name }));
  }

  #auth(message: ClientMessage): void {
    if (this.#account !== undefined) {
      this.#reply(false, 'Repeat auth', message);
      return;
    }
    const { exchange, clock } = this.#shared.context;
    const result = checkAuth(message.args, exchange, clock.wallMs());
    if (result.ok) this.#account = result.account;
    this.#reply(result.ok, result.ok ? '' : result.error.msg, message);
  }

  #subscribe(message: ClientMessage): void {
    const account = this.#account;
    if (account === undefined) {
      this.#reply(false, 'Request not authorized', message);
      return;
    }
    const topics = topicsOf(message);
    const refusal = this.#refusal(topics);
    this.#reply(refusal === undefined, refusal ?? '', message);
    if (refusal !== undefined) return;
    for (const topic of topics) {
      const stream = privateStream(topic) ?? 'nothing';
      const subscription: PrivateSubscription = { account, topic, stream, subscriber: this };
      this.#topics.set(topic, subscription);
      this.#shared.accountHub.add(subscription);
    }
  }

  #refusal(topics: readonly string[]): string | undefined {
    if (topics.length === 0) return 'error:empty args';
    for (const [index, topic] of topics.entries()) {
      if (privateStream(topic) === undefined) return `error:handler not found,topic:${topic}`;
      if (this.#topics.has(topic) || topics.indexOf(topic) < index) return `error:already subscribed,topic:${topic}`;
      // "All-In-One topic and Categorised topic cannot be in the same subscription request"
      const family = familyOf(topic);
      const clash = topics.find((other) => {
        const theirs = familyOf(other);
        return theirs?.name === family?.name && theirs?.whole !== family?.whole;
      });
      if (clash !== undefined) return `error:all-in-one and categorised topics in one request,topic:${topic}`;
    }
    return undefined;
  }

  #unsubscribe(message: ClientMessage): void {
    for (const topic of topicsOf(message)) {
      const subscription = this.#topics.get(topic);
      if (subscription !== undefined) this.#shared.accountHub.remove(subscription);
      this.#topics.delete(topic);
    }
    this.#reply(true, '', message);
  }

  /** As recorded: `req_id` stands first, and only when the request had one. */
  #reply(success: boolean, words: string, { op, requestId }: ClientMessage): void {
    const id = requestId === undefined ? {} : { req_id: String(requestId) };
    this.push(JSON.stringify({ ...id, success, ret_msg: words, op, conn_id: this.#name }));
  }
}
