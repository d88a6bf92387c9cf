/** One connection to `/v5/public/spot`: ping, subscriptions.
 *  Source: https://bybit-exchange.github.io/docs/v5/ws/connect; refusals as seen in public logs of 2026. */
import type { Connection, ConnectionHandlers } from '../../server.ts';
import type { Subscriber } from '../../subscriber.ts';
import { IdleWatch } from './idle-watch.ts';
import { connectionName } from './ids.ts';
import { type ClientMessage, readMessage, topicsOf, undecodable } from './messages.ts';
import type { SessionShared } from './session.ts';

/** "Spot can input up to 10 args for each subscription request". */
const MOST_ARGS = 10;
/** Characters of all topics of one connection. */
const MOST_CHARACTERS = 21_000;

export class PublicSession implements ConnectionHandlers, Subscriber {
  readonly #connection: Connection;
  readonly #shared: SessionShared;
  readonly #name: string;
  readonly #idle: IdleWatch;
  readonly #topics = new Set<string>();

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
    if (message === undefined)
      this.#reply(false, undecodable(text), { op: '', args: [], requestId: undefined, header: {} });
    else if (message.op === 'ping') this.#reply(true, 'pong', message);
    else if (message.op === 'subscribe') this.#subscribe(message);
    else if (message.op === 'unsubscribe') this.#unsubscribe(message);
    else this.#reply(false, 'error:invalid op', message);
  }

  onClose(): void {
    this.#idle.stop();
    for (const topic of this.#topics) this.#shared.publicHub.remove(topic, this);
    this.#topics.clear();
    this.#shared.publicHub.forget(this);
  }

  /** One bad topic refuses the whole request. */
  #subscribe(message: ClientMessage): void {
    const topics = topicsOf(message);
    const refusal = this.#refusal(topics);
    this.#reply(refusal === undefined, refusal ?? 'subscribe', message);
    if (refusal !== undefined) return;
    for (const topic of topics) {
      this.#topics.add(topic);
      this.#shared.publicHub.add(topic, this);
    }
  }

  #refusal(topics: readonly string[]): string | undefined {
    if (topics.length > MOST_ARGS) return `args size >${MOST_ARGS}`;
    if (topics.length === 0) return 'error:empty args';
    const characters = [...this.#topics, ...topics].reduce((sum, topic) => sum + topic.length, 0);
    if (characters > MOST_CHARACTERS) return `args length >${MOST_CHARACTERS}`;
    for (const [index, topic] of topics.entries()) {
      const unknown = this.#shared.publicHub.refusal(topic);
      if (unknown !== undefined) return unknown;
      if (this.#topics.has(topic) || topics.indexOf(topic) < index) return `error:already subscribed,topic:${topic}`;
    }
    return undefined;
  }

  #unsubscribe(message: ClientMessage): void {
    for (const topic of topicsOf(message)) {
      if (this.#topics.delete(topic)) this.#shared.publicHub.remove(topic, this);
    }
    this.#reply(true, 'unsubscribe', message);
  }

  /** Recorded: without `req_id` in the request there is none in the answer (spot). */
  #reply(success: boolean, words: string, { op, requestId }: ClientMessage): void {
    const id = requestId === undefined ? {} : { req_id: String(requestId) };
    this.push(JSON.stringify({ success, ret_msg: words, conn_id: this.#name, ...id, op }));
  }
}
