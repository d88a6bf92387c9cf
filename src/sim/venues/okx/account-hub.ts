/** The private channels `orders` and `account`: who listens, and what is pushed to them.
 *  Source: https://www.okx.com/docs-v5/en/#order-book-trading-trade-ws-order-channel and
 *  https://www.okx.com/docs-v5/en/#trading-account-websocket-account-channel. */
import type { ExchangeEvent, OrderCause, SimAccount, SimFill, SimOrder } from '../../port.ts';
import { PushQueue } from '../../push-queue.ts';
import type { Subscriber } from '../../subscriber.ts';
import type { WireContext } from '../../wire-port.ts';
import { balanceRow, uidOf } from './account-rows.ts';
import { orderPushRow } from './order-rows.ts';
import type { Tickers } from './tickers.ts';

export interface PrivateSubscription {
  readonly account: SimAccount;
  readonly channel: 'orders' | 'account';
  /** The argument as the client gave it. */
  readonly arg: Readonly<Record<string, unknown>>;
  readonly subscriber: Subscriber;
}

/** Account events within this time go out as one push. */
const ACCOUNT_CADENCE_MS = 50;
/** Whole snapshots go out this often too, unless the subscription asked not to. */
const REGULAR_PUSH_MS = 5000;

export class AccountHub {
  readonly #context: WireContext;
  readonly #tickers: Tickers;
  readonly #subscriptions = new Map<PrivateSubscription, () => void>();
  readonly #dirty = new Map<SimAccount, Set<string>>();
  #cancelAccounts: (() => void) | undefined;
  readonly #queue = new PushQueue();

  constructor(context: WireContext, tickers: Tickers) {
    this.#context = context;
    this.#tickers = tickers;
  }

  add(subscription: PrivateSubscription): void {
    this.#subscriptions.set(subscription, () => {});
    if (subscription.channel !== 'account') return;
    this.#pushAccount(subscription);
    if (!wantsOnlyEvents(subscription.arg)) this.#armRegular(subscription);
  }

  remove(subscription: PrivateSubscription): void {
    this.#subscriptions.get(subscription)?.();
    this.#subscriptions.delete(subscription);
  }

  /** Connections of an account that listen to a channel. */
  connections(account: SimAccount, channel: PrivateSubscription['channel']): number {
    return new Set(this.#of(account, channel).map(({ subscriber }) => subscriber)).size;
  }

  close(): void {
    for (const cancel of this.#subscriptions.values()) cancel();
    this.#subscriptions.clear();
    this.#cancelAccounts?.();
    this.#queue.clear();
  }

  onEvent(event: ExchangeEvent): void {
    if (event.kind === 'OrderChanged') this.#onOrder(event.order, event.cause, event.fill);
    if (event.kind !== 'BalancesChanged' || this.#of(event.account, 'account').length === 0) return;
    const assets = this.#dirty.get(event.account) ?? new Set();
    for (const asset of event.assets) assets.add(asset);
    this.#dirty.set(event.account, assets);
    this.#cancelAccounts ??= this.#context.clock.after(ACCOUNT_CADENCE_MS, () => this.#tellAccounts());
  }

  /** A market order by quote amount that is done. */
  onCompleted(order: SimOrder): void {
    this.#onOrder(order, 'completed', undefined);
  }

  #of(account: SimAccount, channel: PrivateSubscription['channel']): PrivateSubscription[] {
    return [...this.#subscriptions.keys()].filter((one) => one.account === account && one.channel === channel);
  }

  // — orders —

  #onOrder(order: SimOrder, cause: OrderCause | 'completed', fill: SimFill | undefined): void {
    const listeners = this.#of(order.account, 'orders').filter(({ arg }) => concerns(arg, order));
    if (listeners.length === 0) return;
    const lastPrice = this.#tickers.last(order.instrument);
    const row = orderPushRow({ order, cause, lastPrice, ...(fill === undefined ? {} : { fill }) });
    this.#queue.add(() => {
      const where = { instrument: order.instrument.id, scope: 'private' } as const;
      const times = this.#context.faults.take('duplicate', where) === undefined ? 1 : 2;
      for (const { arg, account, subscriber } of listeners) {
        const frame = JSON.stringify({ arg: { ...arg, uid: uidOf(account) }, data: [row] });
        for (let n = 0; n < times; n++) subscriber.push(frame);
      }
    });
  }

  // — account —

  #tellAccounts(): void {
    this.#cancelAccounts = undefined;
    for (const [account, assets] of this.#dirty) {
      for (const subscription of this.#of(account, 'account')) this.#pushAccount(subscription, [...assets]);
    }
    this.#dirty.clear();
  }

  /** @param changed absent: a snapshot of everything */
  #pushAccount({ account, arg, subscriber }: PrivateSubscription, changed?: readonly string[]): void {
    const { exchange, clock } = this.#context;
    const only = typeof arg.ccy === 'string' && arg.ccy !== '' ? arg.ccy : undefined;
    const wanted =
      changed ?? [...account.holdings].filter(([, held]) => held.free + held.locked !== 0n).map(([asset]) => asset);
    const assets = wanted.filter((asset) => only === undefined || only === asset);
    if (assets.length === 0 && changed !== undefined) return;
    const { extraParams: _, ...shown } = arg;
    const kind =
      changed === undefined ? { eventType: 'snapshot', curPage: 1, lastPage: true } : { eventType: 'event_update' };
    subscriber.push(
      JSON.stringify({
        arg: { ...shown, uid: uidOf(account) },
        ...kind,
        data: [balanceRow(exchange, account, clock.wallMs(), assets)],
      }),
    );
  }

  #armRegular(subscription: PrivateSubscription): void {
    const cancel = this.#context.clock.after(REGULAR_PUSH_MS, () => {
      this.#pushAccount(subscription);
      this.#armRegular(subscription);
    });
    this.#subscriptions.set(subscription, cancel);
  }
}

/** Whether an `orders` subscription means this order. */
function concerns(arg: PrivateSubscription['arg'], order: SimOrder): boolean {
  if (arg.instType !== 'SPOT' && arg.instType !== 'ANY') return false;
  return arg.instId === undefined || arg.instId === order.instrument.symbol;
}

/** `extraParams` is JSON in a text: `{"updateInterval": "0"}` turns the regular pushes off. */
function wantsOnlyEvents(arg: PrivateSubscription['arg']): boolean {
  return typeof arg.extraParams === 'string' && /"updateInterval"\s*:\s*"?0"?/.test(arg.extraParams);
}
