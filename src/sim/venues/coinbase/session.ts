/** One WebSocket connection: its numbering, its subscriptions, its heartbeats.
 *  Source: https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/websocket/websocket-overview. `sequence_num`
 *  counts every message of a connection from 0, acknowledgements and heartbeats included, over all channels and
 *  products (recorded; the overview says "for each product"); errors have none. A channel's snapshots come before the
 *  acknowledgement of its subscription (recorded). */
import { monotonicMs } from '../../clock-readings.ts';
import type { DepthFaults } from '../../depth-faults.ts';
import { IdleWatch } from '../../idle-watch.ts';
import { readObject } from '../../json-object.ts';
import type { RequestLimits } from '../../request-limits.ts';
import type { Connection, ConnectionHandlers } from '../../server.ts';
import type { WireContext } from '../../wire-port.ts';
import { AUTHENTICATION_FAILURE } from './errors.ts';
import { userIdOf } from './ids.ts';
import { checkSubscription } from './jwt.ts';
import { UNSIGNED_MESSAGES } from './limits.ts';
import { FEED_CHANNELS, type FeedChannel } from './market-feed.ts';
import { statusRow } from './market-rows.ts';
import type { PublicHub, ReplaySubscriber } from './public-hub.ts';
import { goTime, isoTime } from './times.ts';
import type { UserHub, UserSubscriber } from './user-hub.ts';

export type SessionKind = 'public' | 'private';

/** What all sessions of a wire share. */
export interface SessionShared {
  readonly context: WireContext;
  readonly limits: RequestLimits;
  readonly publicHub: PublicHub;
  readonly userHub: UserHub;
  /** When the server came up, monotonic ms. */
  readonly startedAtMs: number;
}

/** A subscribe message must come within this time. */
const FIRST_SUBSCRIBE_MS = 5000;
const HEARTBEAT_MS = 1000;
/** "Most channels close within 60-90 seconds if no updates are sent." */
const IDLE_MS = 75_000;
const MAX_MESSAGE = 65_536;
const CLOSE = { Normal: 1000, Policy: 1008, TooBig: 1009 } as const;

const CHANNELS = [...FEED_CHANNELS, 'heartbeats', 'status', 'user'] as const;
type Channel = (typeof CHANNELS)[number];
/** What the host of user data serves; the one of market data serves all, as its documented failover. */
const PRIVATE_CHANNELS: readonly Channel[] = ['heartbeats', 'user'];

interface ClientMessage {
  readonly type: 'subscribe' | 'unsubscribe';
  readonly channel: string;
  readonly products: readonly string[];
  readonly jwt: unknown;
}

export class Session implements ConnectionHandlers, ReplaySubscriber, UserSubscriber {
  readonly #connection: Connection;
  readonly #kind: SessionKind;
  readonly #shared: SessionShared;
  readonly #idle: IdleWatch;
  /** What each channel is subscribed for, as the acknowledgement lists it. */
  readonly #subscribed = new Map<Channel, Set<string>>();
  #sequence = 0;
  #last = '';
  #cancelFirst: () => void;
  #cancelHeartbeat: () => void = () => {};

  constructor(connection: Connection, kind: SessionKind, shared: SessionShared) {
    this.#connection = connection;
    this.#kind = kind;
    this.#shared = shared;
    const { clock } = shared.context;
    this.#cancelFirst = clock.after(FIRST_SUBSCRIBE_MS, () => connection.close(CLOSE.Policy, 'no subscribe message'));
    this.#idle = new IdleWatch(
      clock,
      () => IDLE_MS,
      () => connection.close(CLOSE.Normal, ''),
    );
  }

  push(channel: string, events: string, depth?: DepthFaults): void {
    const timestamp = isoTime(this.#shared.context.clock.wallMs());
    const text = `{"channel":"${channel}","timestamp":"${timestamp}","sequence_num":${this.#sequence++},"events":${events}}`;
    for (const frame of depth === undefined ? [text] : depth.shape(text)) this.#send(frame);
  }

  repeat(): void {
    this.#connection.send(this.#last);
  }

  replay(frame: string, skipped: number): void {
    this.#sequence += skipped;
    this.#send(frame.replace(/"sequence_num":\d+/, `"sequence_num":${this.#sequence++}`));
  }

  onMessage(text: string): void {
    if (text.length > MAX_MESSAGE) {
      this.#connection.close(CLOSE.TooBig, 'message too big');
      return;
    }
    const message = readMessage(text);
    if (typeof message === 'string') {
      this.#error(message);
      return;
    }
    const { limits } = this.#shared;
    if (message.jwt === undefined && !limits.take('socket/unsigned', UNSIGNED_MESSAGES)) {
      this.#error('rate limit exceeded');
      return;
    }
    const channel = CHANNELS.find((one) => one === message.channel);
    // A channel that does not exist is answered like one that needs another key (so published of `heartbeat`).
    if (channel === undefined || (this.#kind === 'private' && !PRIVATE_CHANNELS.includes(channel))) {
      this.#error(AUTHENTICATION_FAILURE);
    } else if (message.type === 'subscribe') this.#subscribe(channel, message);
    else this.#unsubscribe(channel, message);
  }

  onClose(): void {
    this.#cancelFirst();
    this.#idle.stop();
    this.#cancelHeartbeat();
    this.#shared.publicHub.forget(this);
    this.#shared.userHub.remove(this);
  }

  #subscribe(channel: Channel, { products, jwt }: ClientMessage): void {
    const { context, publicHub, userHub } = this.#shared;
    const { exchange, clock } = context;
    const account = checkSubscription(jwt, exchange, clock.wallMs());
    if (account === undefined && (channel === 'user' || jwt !== undefined)) {
      this.#error(AUTHENTICATION_FAILURE);
      return;
    }
    const isListed = (product: string): boolean => exchange.instrumentBySymbol(product) !== undefined;
    const needsProducts = channel !== 'user' && channel !== 'heartbeats';
    const unknown = products.find((product) => !isListed(product));
    if (needsProducts && products.length === 0) this.#error('product_ids is required');
    else if (unknown !== undefined && !publicHub.plays) this.#error(`invalid product_id: ${unknown}`);
    else {
      this.#cancelFirst();
      const listed = this.#subscribed.get(channel) ?? new Set<string>();
      this.#subscribed.set(channel, listed);
      if (channel === 'user' && account !== undefined) {
        listed.add(userIdOf(account));
        userHub.add({ account, products: new Set(products), subscriber: this });
      } else if (channel === 'heartbeats') {
        listed.add('heartbeats');
        this.#armHeartbeat();
      } else {
        for (const product of products) listed.add(product);
        this.#start(channel, products);
      }
      this.#acknowledge();
    }
  }

  #start(channel: Channel, products: readonly string[]): void {
    const feed = feedOf(channel);
    if (feed !== undefined) for (const product of products) this.#shared.publicHub.subscribe(feed, product, this);
    else if (channel === 'status') {
      const { instruments } = this.#shared.context.exchange;
      const rows = instruments.filter(({ symbol }) => products.includes(symbol)).map(statusRow);
      this.push('status', JSON.stringify([{ type: 'snapshot', products: rows }]));
    }
  }

  #unsubscribe(channel: Channel, { products }: ClientMessage): void {
    const listed = this.#subscribed.get(channel);
    if (channel === 'user') this.#shared.userHub.remove(this);
    else if (channel === 'heartbeats') this.#cancelHeartbeat();
    if (channel === 'user' || channel === 'heartbeats') listed?.clear();
    const feed = feedOf(channel);
    for (const product of products.length === 0 ? [...(listed ?? [])] : products) {
      listed?.delete(product);
      if (feed !== undefined) this.#shared.publicHub.unsubscribe(feed, product, this);
    }
    if (listed?.size === 0) this.#subscribed.delete(channel);
    this.#acknowledge();
  }

  /** Lists everything that the connection is subscribed for. */
  #acknowledge(): void {
    const names = [...this.#subscribed].sort(([a], [b]) => (a < b ? -1 : 1));
    const subscriptions = Object.fromEntries(names.map(([channel, ids]) => [channel, [...ids]]));
    this.push('subscriptions', JSON.stringify([{ subscriptions }]));
  }

  #armHeartbeat(): void {
    this.#cancelHeartbeat();
    const { clock } = this.#shared.context;
    this.#cancelHeartbeat = clock.after(HEARTBEAT_MS, () => {
      const upSeconds = (monotonicMs(clock) - this.#shared.startedAtMs) / 1000;
      const current_time = goTime(clock.wallMs(), upSeconds);
      this.push('heartbeats', JSON.stringify([{ current_time, heartbeat_counter: Math.floor(upSeconds) }]));
      this.#armHeartbeat();
    });
  }

  #error(message: string): void {
    this.#connection.send(JSON.stringify({ type: 'error', message }));
  }

  #send(text: string): void {
    this.#idle.touch();
    this.#last = text;
    this.#connection.send(text);
  }
}

const feedOf = (channel: Channel): FeedChannel | undefined => FEED_CHANNELS.find((one) => one === channel);

/** The message, or what is wrong with it. */
function readMessage(text: string): ClientMessage | string {
  const value = readObject(text);
  if (value === undefined) return 'invalid message';
  const { type, channel, product_ids: products = [], jwt } = value;
  if (type !== 'subscribe' && type !== 'unsubscribe') return 'invalid message type';
  if (typeof channel !== 'string') return 'channel is required';
  const isList = Array.isArray(products) && products.every((product) => typeof product === 'string');
  return isList ? { type, channel, products: [...new Set(products as string[])], jwt } : 'invalid product_ids';
}
