/** One WebSocket connection to `/ws/v5/public` or `/ws/v5/private`: ping, login, subscriptions, order operations.
 *  Source: https://www.okx.com/docs-v5/en/#overview-websocket and …/#error-code-websocket-public. */
import { isObject } from '../../../core/json.ts';
import { IdleWatch } from '../../idle-watch.ts';
import { readObject } from '../../json-object.ts';
import { lookup } from '../../lookup.ts';
import type { SimAccount } from '../../port.ts';
import type { RequestLimits } from '../../request-limits.ts';
import type { Connection, ConnectionHandlers } from '../../server.ts';
import type { Subscriber } from '../../subscriber.ts';
import type { WireContext } from '../../wire-port.ts';
import type { AccountHub, PrivateSubscription } from './account-hub.ts';
import { type WireError, wireError } from './errors.ts';
import { SUBSCRIPTIONS } from './limits.ts';
import type { Arguments } from './order-entry.ts';
import type { PublicHub } from './public-hub.ts';
import { checkLogin } from './sign.ts';
import { microsText } from './times.ts';
import type { TradeAction, TradeDesk } from './trade-desk.ts';

export type SessionKind = 'public' | 'private';

/** What all sessions of a wire share. */
export interface SessionShared {
  readonly context: WireContext;
  readonly limits: RequestLimits;
  readonly publicHub: PublicHub;
  readonly accountHub: AccountHub;
  readonly desk: TradeDesk;
}

const IDLE_MS = 30_000;
const MAX_MESSAGE = 65_536;
const CLOSE = { TooBig: 1009, LoginFailed: 4001, Idle: 4004 } as const;

const TRADE_OPS: Readonly<Record<string, { readonly action: TradeAction; readonly batch: boolean }>> = {
  order: { action: 'place', batch: false },
  'batch-orders': { action: 'place', batch: true },
  'cancel-order': { action: 'cancel', batch: false },
  'batch-cancel-orders': { action: 'cancel', batch: true },
  'amend-order': { action: 'amend', batch: false },
  'batch-amend-orders': { action: 'amend', batch: true },
};
const REQUEST_ID = /^[A-Za-z0-9]{1,32}$/;
/** Channels that an ordinary account may not have. */
const VIP_ONLY: Readonly<Record<string, '60029' | '64003'>> = {
  fills: '60029',
  'books-l2-tbt': '64003',
  'books50-l2-tbt': '64003',
};

interface ClientMessage {
  readonly id?: string;
  readonly op: string;
  readonly args: readonly unknown[];
  readonly expTime?: unknown;
}

export class Session implements ConnectionHandlers, Subscriber {
  readonly #connection: Connection;
  readonly #kind: SessionKind;
  readonly #connId: string;
  readonly #idle: IdleWatch;
  readonly #shared: SessionShared;
  readonly #private = new Map<string, PrivateSubscription>();
  #account: SimAccount | undefined;

  constructor(connection: Connection, kind: SessionKind, shared: SessionShared) {
    this.#connection = connection;
    this.#kind = kind;
    this.#shared = shared;
    this.#connId = shared.context.random.int(0x1_0000_0000).toString(16).padStart(8, '0');
    const { clock } = shared.context;
    this.#idle = new IdleWatch(
      clock,
      () => IDLE_MS,
      () => connection.close(CLOSE.Idle, 'No data received in 30s'),
    );
  }

  push(text: string): void {
    this.#idle.touch();
    this.#connection.send(text);
  }

  onMessage(text: string): void {
    this.#idle.touch();
    if (text === 'ping') {
      this.push('pong');
      return;
    }
    if (text.length > MAX_MESSAGE) {
      this.#connection.close(CLOSE.TooBig, 'Request message exceeds the maximum frame length');
      return;
    }
    const message = readMessage(text);
    if (message === undefined) this.#error(wireError('60012', text));
    else this.#onOperation(message);
  }

  onClose(): void {
    this.#idle.stop();
    this.#shared.publicHub.forget(this);
    for (const subscription of this.#private.values()) this.#shared.accountHub.remove(subscription);
    this.#shared.limits.forget(`socket/${this.#connId}`);
  }

  #onOperation(message: ClientMessage): void {
    const trade = lookup(TRADE_OPS, message.op);
    if (trade !== undefined) {
      this.#trade(message, trade);
      return;
    }
    if (message.op !== 'login' && message.op !== 'subscribe' && message.op !== 'unsubscribe') {
      this.#error(wireError('60019', message.op), message.id);
      return;
    }
    if (!this.#shared.limits.take(`socket/${this.#connId}`, SUBSCRIPTIONS)) {
      this.#error(wireError('60014'), message.id);
      return;
    }
    if (message.op === 'login') this.#login(message);
    else if (message.op === 'subscribe') for (const arg of message.args) this.#subscribe(arg, message);
    else for (const arg of message.args) this.#unsubscribe(arg, message);
  }

  // — login —

  #login({ args, id }: ClientMessage): void {
    const [argument] = args;
    if (!isObject(argument) || args.length !== 1) {
      this.#error(wireError('60013'), id);
      return;
    }
    if (this.#account !== undefined) {
      this.#error(wireError('60031'), id);
      return;
    }
    const { exchange, clock } = this.#shared.context;
    const result = checkLogin(argument, exchange, clock.wallMs());
    if (result.ok) {
      this.#account = result.account;
      this.#reply({ event: 'login', code: '0', msg: '', connId: this.#connId }, id);
      return;
    }
    this.#error(result.error, id);
    this.#connection.close(CLOSE.LoginFailed, 'Login Failed');
  }

  // — subscriptions —

  #subscribe(arg: unknown, message: ClientMessage): void {
    if (!isObject(arg) || typeof arg.channel !== 'string') {
      this.#error(wireError('60012', JSON.stringify({ op: message.op, args: message.args })), message.id);
      return;
    }
    const vip = lookup(VIP_ONLY, arg.channel);
    if (vip !== undefined) {
      this.#error(wireError(this.#account === undefined ? '60011' : vip), message.id);
      return;
    }
    const ack = (): void => this.#reply({ event: 'subscribe', arg, connId: this.#connId }, message.id);
    const known =
      this.#kind === 'public'
        ? this.#shared.publicHub.subscribe(arg, this, ack)
        : this.#subscribePrivate(arg, ack, message.id);
    if (!known) this.#error(wireError('60018', 'Subscribe', describe(arg)), message.id);
  }

  #subscribePrivate(arg: Arguments, ack: () => void, id: string | undefined): boolean {
    const { channel } = arg;
    if (channel !== 'orders' && channel !== 'account') return false;
    if (channel === 'orders' && typeof arg.instType !== 'string') return false;
    const account = this.#account;
    if (account === undefined) {
      this.#error(wireError('60011'), id);
      return true;
    }
    ack();
    const key = keyOf(arg);
    const { accountHub } = this.#shared;
    const before = this.#private.get(key);
    if (before !== undefined) accountHub.remove(before);
    const subscription: PrivateSubscription = { account, channel, arg, subscriber: this };
    this.#private.set(key, subscription);
    accountHub.add(subscription);
    const connCount = String(accountHub.connections(account, channel));
    this.#reply({ event: 'channel-conn-count', channel, connCount, connId: this.#connId });
    return true;
  }

  #unsubscribe(arg: unknown, message: ClientMessage): void {
    if (!isObject(arg) || typeof arg.channel !== 'string') {
      this.#error(wireError('60012', JSON.stringify({ op: message.op, args: message.args })), message.id);
      return;
    }
    this.#shared.publicHub.unsubscribe(arg, this);
    const subscription = this.#private.get(keyOf(arg));
    if (subscription !== undefined) {
      this.#shared.accountHub.remove(subscription);
      this.#private.delete(keyOf(arg));
    }
    this.#reply({ event: 'unsubscribe', arg, connId: this.#connId }, message.id);
  }

  // — order operations —

  #trade(
    { id, op, args, expTime }: ClientMessage,
    trade: { readonly action: TradeAction; readonly batch: boolean },
  ): void {
    if (this.#kind === 'public') {
      this.#error(wireError('60028'), id);
      return;
    }
    const account = this.#account;
    if (account === undefined) {
      this.#error(wireError('60011'), id);
      return;
    }
    if (id === undefined) {
      this.#error(wireError('60027', 'id'));
      return;
    }
    const { clock } = this.#shared.context;
    const inTime = microsText(clock);
    const answer = (code: string, msg: string, data: readonly object[]): void =>
      this.push(JSON.stringify({ id, op, code, msg, data, inTime, outTime: microsText(clock) }));
    const orders = args.filter(isObject);
    const wrong = !REQUEST_ID.test(id) || orders.length === 0 || orders.length !== args.length;
    if (wrong || (!trade.batch && orders.length > 1)) {
      const error = wireError('60013');
      answer(error.code, error.msg, []);
      return;
    }
    const until = expTime === undefined || expTime === '' ? {} : { expTime: Number(expTime) };
    const request = { action: trade.action, account, orders, origin: 'socket', ...until } as const;
    this.#shared.desk.submit(request, (outcome) => {
      if (outcome === 'silence') return;
      // Documented: when every order failed, the words stand in the rows only.
      answer(outcome.code, outcome.code === '1' ? '' : outcome.msg, outcome.rows);
    });
  }

  // — replies —

  #reply(message: object, id?: string): void {
    this.push(JSON.stringify(id === undefined ? message : { id, ...message }));
  }

  #error({ code, msg }: WireError, id?: string): void {
    this.#reply({ event: 'error', msg, code, connId: this.#connId }, id);
  }
}

const keyOf = (arg: Arguments): string =>
  ['channel', 'instType', 'instId', 'ccy'].map((name) => String(arg[name] ?? '')).join('/');

/** `channel:books,instId:BTC-USDT`, as error texts name an argument. */
const describe = (arg: Arguments): string =>
  Object.entries(arg)
    .map(([name, value]) => `${name}:${String(value)}`)
    .join(',');

function readMessage(text: string): ClientMessage | undefined {
  const value = readObject(text);
  if (value === undefined) return undefined;
  const { id, op, args, expTime } = value;
  if (typeof op !== 'string' || !Array.isArray(args)) return undefined;
  const named = typeof id === 'string' || typeof id === 'number' ? { id: String(id) } : {};
  return { ...named, op, args, ...(expTime === undefined ? {} : { expTime }) };
}
