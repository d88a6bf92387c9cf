/** One WebSocket connection: ping, subscriptions, and the WebSocket API. Public and private channels share one
 *  address at Gate, so every connection serves all of them. Source:
 *  https://www.gate.com/docs/developers/apiv4/ws/en/#api-overview. The answers to wrong requests and the time after
 *  which a silent connection is cut are as recorded in September 2026. */
import { isObject } from '../../../core/json.ts';
import { IdleWatch } from '../../idle-watch.ts';
import type { SimAccount } from '../../port.ts';
import type { Connection, ConnectionHandlers } from '../../server.ts';
import type { Subscriber } from '../../subscriber.ts';
import type { WireContext } from '../../wire-port.ts';
import { type AccountHub, PRIVATE_CHANNELS, type PrivateChannel } from './account-hub.ts';
import { authError, CHANNEL_ERRORS, type ChannelError, unknownChannel, unknownPair } from './errors.ts';
import { pongFrame, type RequestHead, statusFrame } from './frames.ts';
import type { PublicHub } from './public-hub.ts';
import type { PrivateRoute } from './rest-private.ts';
import { checkAuth } from './sign.ts';
import { SocketApi } from './socket-api.ts';
import { PUBLIC_CHANNELS } from './subscriptions.ts';
import { connectionId, traceId } from './times.ts';
import type { TradeDesk } from './trade-desk.ts';

/** What all sessions of a wire share. */
export interface SessionShared {
  readonly context: WireContext;
  readonly publicHub: PublicHub;
  readonly accountHub: AccountHub;
  readonly desk: TradeDesk;
  readonly orderList: PrivateRoute;
}

/** Without a frame in either direction; cut without a close frame. */
const IDLE_MS = { subscribed: 60_000, unsubscribed: 30_000 };

type Request = RequestHead & { readonly time: unknown; readonly auth: unknown };

export class Session implements ConnectionHandlers, Subscriber {
  readonly #connection: Connection;
  readonly #shared: SessionShared;
  readonly #connectionId: string;
  readonly #api: SocketApi;
  readonly #idle: IdleWatch;
  #subscribed = false;

  constructor(connection: Connection, shared: SessionShared) {
    this.#connection = connection;
    this.#shared = shared;
    const { context, desk, orderList } = shared;
    this.#connectionId = connectionId(context.random);
    const push = (text: string): void => this.push(text);
    this.#api = new SocketApi({ context, desk, orderList, connectionId: this.#connectionId, push });
    this.#idle = new IdleWatch(
      context.clock,
      () => (this.#subscribed ? IDLE_MS.subscribed : IDLE_MS.unsubscribed),
      () => connection.terminate(),
    );
  }

  push(text: string): void {
    this.#idle.touch();
    this.#connection.send(text);
  }

  onPing(): void {
    this.#idle.touch();
  }

  onPong(): void {
    this.#idle.touch();
  }

  onMessage(text: string): void {
    this.#idle.touch();
    let message: unknown;
    try {
      message = JSON.parse(text);
      // Answers repeat parts of it: what is nested too deep to be written counts as no JSON.
      JSON.stringify(message);
    } catch {
      // Recorded: no answer, and the connection stays.
      return;
    }
    if (!isObject(message) || typeof message.channel !== 'string') {
      this.#reply({ channel: '', event: '' }, CHANNEL_ERRORS.body);
      return;
    }
    const { id, time, channel, event, payload, auth } = message;
    if (channel === 'spot.ping') {
      this.push(pongFrame(this.#wallMs(), id, this.#ids()));
      return;
    }
    const request = { id, time, channel, event: typeof event === 'string' ? event : '', payload, auth };
    if (typeof time !== 'number' || !Number.isInteger(time)) this.#reply(request, CHANNEL_ERRORS.body);
    else if (request.event === 'api') this.#api.onRequest(channel, payload);
    else if (request.event === 'subscribe' || request.event === 'unsubscribe') this.#onSubscription(request);
    else this.#reply(request, CHANNEL_ERRORS.argument);
  }

  onClose(): void {
    this.#idle.stop();
    this.#shared.publicHub.forget(this);
    this.#shared.accountHub.forget(this);
  }

  #onSubscription(request: Request): void {
    const open = PUBLIC_CHANNELS.find((channel) => channel === request.channel);
    const closed = PRIVATE_CHANNELS.find((channel) => channel === request.channel);
    const { publicHub } = this.#shared;
    if (closed !== undefined) this.#onPrivate(closed, request);
    else if (open === undefined) this.#reply(request, unknownChannel(request.channel));
    else if (request.event === 'unsubscribe') this.#reply(request, publicHub.unsubscribe(open, request.payload, this));
    else {
      const error = publicHub.subscribe(open, request.payload, this, () => this.#accept(request));
      if (error !== undefined) this.#reply(request, error);
    }
  }

  #onPrivate(channel: PrivateChannel, request: Request): void {
    const account = this.#authenticate(request);
    if ('code' in account) {
      this.#reply(request, account);
      return;
    }
    const pairs = this.#pairsOf(channel, request.payload);
    if ('code' in pairs) {
      this.#reply(request, pairs);
      return;
    }
    const { accountHub } = this.#shared;
    if (request.event === 'unsubscribe') {
      accountHub.remove(account, channel, pairs, this);
      this.#reply(request);
    } else {
      this.#accept(request);
      accountHub.add(account, channel, pairs, this);
    }
  }

  /** Every private request carries its own `auth`; that a connection is logged in for orders does not count. */
  #authenticate({ channel, event, time, auth }: Request): SimAccount | ChannelError {
    if (!isObject(auth) || auth.method !== 'api_key') return CHANNEL_ERRORS.authentication;
    const { exchange } = this.#shared.context;
    const checked = checkAuth(auth, { channel, event, time: Number(time) }, exchange, this.#wallMs());
    return checked.ok ? checked.account : authError(checked.error);
  }

  /** The pairs of a private channel; balances have none. */
  #pairsOf(channel: PrivateChannel, payload: unknown): readonly string[] | ChannelError {
    if (channel === 'spot.balances') return ['!all'];
    const isList = Array.isArray(payload) && payload.length > 0 && payload.every((pair) => typeof pair === 'string');
    if (!isList) return CHANNEL_ERRORS.schema;
    const { exchange } = this.#shared.context;
    const unknown = payload.find((pair) => pair !== '!all' && exchange.instrumentBySymbol(pair) === undefined);
    return unknown === undefined ? payload : unknownPair(unknown);
  }

  #accept(request: RequestHead): void {
    this.#subscribed = true;
    this.#reply(request);
  }

  #reply({ id, channel, event, payload }: RequestHead, error?: ChannelError): void {
    this.push(statusFrame(this.#wallMs(), { id, channel, event, payload }, this.#ids(), error));
  }

  #ids(): { readonly connection: string; readonly trace: string } {
    return { connection: this.#connectionId, trace: traceId(this.#shared.context.random) };
  }

  #wallMs(): number {
    return this.#shared.context.clock.wallMs();
  }
}
