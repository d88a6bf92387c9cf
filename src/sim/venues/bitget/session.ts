/** One WebSocket connection to `/v2/ws/public` or `/v2/ws/private`: ping, login, subscriptions.
 *  Source: https://www.bitget.com/api-doc/common/websocket-intro; frames as seen in September and October 2026. */
import { isObject } from '../../../core/json.ts';
import { IdleWatch } from '../../idle-watch.ts';
import { readObject } from '../../json-object.ts';
import type { SimAccount } from '../../port.ts';
import type { RequestLimits } from '../../request-limits.ts';
import type { Connection, ConnectionHandlers } from '../../server.ts';
import type { Subscriber } from '../../subscriber.ts';
import type { WireContext } from '../../wire-port.ts';
import { type AccountHub, PRIVATE_CHANNELS, type PrivateSubscription } from './account-hub.ts';
import { type SocketError, socketError } from './errors.ts';
import { MAX_ARGUMENTS_LENGTH, MAX_CHANNELS, MESSAGES, PING_WITHIN_MS, SUBSCRIPTIONS } from './limits.ts';
import { type ChannelArg, missingChannel, nameOf, type PublicHub } from './public-hub.ts';
import { checkLogin } from './sign.ts';

export type SessionKind = 'public' | 'private';

/** What all sessions of a wire share. */
export interface SessionShared {
  readonly context: WireContext;
  readonly limits: RequestLimits;
  readonly publicHub: PublicHub;
  readonly accountHub: AccountHub;
}

const MAX_MESSAGE = 65_536;
const CLOSE = { TooBig: 1009, LoginFailed: 1000 } as const;

export class Session implements ConnectionHandlers, Subscriber {
  readonly #connection: Connection;
  readonly #kind: SessionKind;
  readonly #connId: string;
  readonly #pings: IdleWatch;
  readonly #shared: SessionShared;
  readonly #public = new Set<string>();
  readonly #private = new Map<string, PrivateSubscription>();
  #account: SimAccount | undefined;

  constructor(connection: Connection, kind: SessionKind, shared: SessionShared) {
    this.#connection = connection;
    this.#kind = kind;
    this.#shared = shared;
    this.#connId = `${shared.context.random.int(0x1_0000_0000).toString(16).padStart(8, '0')}-${connection.id}`;
    // Cut without a close frame, as seen; what is sent to the client does not keep the connection up.
    this.#pings = new IdleWatch(
      shared.context.clock,
      () => PING_WITHIN_MS,
      () => connection.terminate(),
    );
  }

  push(text: string): void {
    this.#connection.send(text);
  }

  onMessage(text: string): void {
    if (!this.#shared.limits.take(`${this.#limitName}/messages`, MESSAGES)) {
      this.#error(socketError(30007));
      this.#connection.terminate();
      return;
    }
    if (text === 'ping') {
      this.#pings.touch();
      this.push('pong');
      return;
    }
    if (text.length > MAX_MESSAGE) {
      this.#connection.close(CLOSE.TooBig, 'Message too big');
      return;
    }
    const message = readObject(text);
    if (message === undefined) this.#error(socketError(30002));
    else this.#onOperation(message.op, message.args);
  }

  onClose(): void {
    this.#pings.stop();
    this.#shared.publicHub.forget(this);
    for (const subscription of this.#private.values()) this.#shared.accountHub.remove(subscription);
    this.#shared.limits.forget(this.#limitName);
  }

  #onOperation(op: unknown, args: unknown): void {
    if (op !== 'login' && op !== 'subscribe' && op !== 'unsubscribe') {
      this.#error(socketError(30003), { op: String(op) });
      return;
    }
    const list: readonly unknown[] = Array.isArray(args) ? args : [];
    if (list.length === 0 || !list.every(isObject)) {
      this.#error(socketError(30016), { op });
      return;
    }
    if (op === 'login') {
      this.#login(list[0] as ChannelArg);
      return;
    }
    const tooLong = JSON.stringify(list).length > MAX_ARGUMENTS_LENGTH;
    if (tooLong) this.#error(socketError(30016), { op });
    else if (!this.#shared.limits.take(`${this.#limitName}/subscriptions`, SUBSCRIPTIONS)) {
      this.#error(socketError(30006), { op });
    } else for (const arg of list as readonly ChannelArg[]) this.#change(op, arg);
  }

  #login(argument: ChannelArg): void {
    const { exchange, clock } = this.#shared.context;
    const result = checkLogin(argument, exchange, clock.wallMs());
    if (result.ok) {
      this.#account = result.account;
      // Seen on this socket in October 2026: a number, and no `msg`; documented is the text "0".
      this.push(JSON.stringify({ event: 'login', code: 0, connId: this.#connId }));
      return;
    }
    this.#error(result.error);
    // "If login fails, it will automatically disconnect."
    this.#connection.close(CLOSE.LoginFailed, 'login failed');
  }

  // — channels —

  #change(op: 'subscribe' | 'unsubscribe', arg: ChannelArg): void {
    if (typeof arg.channel !== 'string' || typeof arg.instType !== 'string') {
      this.#error(socketError(30016), { op, arg });
      return;
    }
    if (op === 'unsubscribe') this.#unsubscribe(arg);
    else {
      const error = this.#subscribe(arg);
      if (error !== undefined) this.#error(error, { op, arg });
    }
  }

  #subscribe(arg: ChannelArg): SocketError | undefined {
    if (this.#public.size + this.#private.size >= MAX_CHANNELS) return socketError(30006);
    const ack = (): void => this.push(JSON.stringify({ event: 'subscribe', arg }));
    const channel = PRIVATE_CHANNELS.find((one) => one === arg.channel);
    if (channel === undefined) {
      if (this.#kind === 'private') return missingChannel(arg);
      const error = this.#shared.publicHub.subscribe(arg, this, ack);
      if (error === undefined) this.#public.add(nameOf(arg));
      return error;
    }
    const account = this.#account;
    if (account === undefined) return socketError(30004);
    if (this.#kind === 'public' || !this.#isOwn(arg)) return missingChannel(arg);
    ack();
    this.#forgetPrivate(arg);
    const subscription: PrivateSubscription = { account, channel, arg, subscriber: this };
    this.#private.set(nameOf(arg), subscription);
    this.#shared.accountHub.add(subscription);
    return undefined;
  }

  /** Whether there is such a private channel: `account` knows only all coins, the others all symbols or one. */
  #isOwn({ instType, channel, instId, coin }: ChannelArg): boolean {
    if (instType !== 'SPOT') return false;
    if (channel === 'account') return coin === 'default';
    if (instId === 'default' || (channel === 'fill' && instId === undefined)) return true;
    return typeof instId === 'string' && this.#shared.context.exchange.instrumentBySymbol(instId) !== undefined;
  }

  #unsubscribe(arg: ChannelArg): void {
    this.#shared.publicHub.unsubscribe(arg, this);
    this.#public.delete(nameOf(arg));
    this.#forgetPrivate(arg);
    this.push(JSON.stringify({ event: 'unsubscribe', arg }));
  }

  #forgetPrivate(arg: ChannelArg): void {
    const subscription = this.#private.get(nameOf(arg));
    if (subscription === undefined) return;
    this.#shared.accountHub.remove(subscription);
    this.#private.delete(nameOf(arg));
  }

  // — the rest —

  #error({ code, msg }: SocketError, about: { readonly op?: string; readonly arg?: ChannelArg } = {}): void {
    const { op, arg } = about;
    this.push(
      JSON.stringify({
        event: 'error',
        ...(arg === undefined ? {} : { arg }),
        code,
        msg,
        ...(op === undefined ? {} : { op }),
      }),
    );
  }

  get #limitName(): string {
    return `socket/${this.#connId}`;
  }
}
