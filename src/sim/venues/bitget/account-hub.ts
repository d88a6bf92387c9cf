/** The private channels `orders`, `fill` and `account`: who listens, and what is pushed to them.
 *  Source: https://www.bitget.com/api-doc/spot/websocket/private/Order-Channel, …/Fill-Channel, …/Account-Channel.
 *  All pushes say `snapshot`; only `account` sends one at once. Documented is that `account` follows fills and
 *  transfers; here every movement is told, also what an order freezes. */
import type { ExchangeEvent, OrderCause, SimAccount, SimFill, SimOrder } from '../../port.ts';
import { PushQueue } from '../../push-queue.ts';
import type { Subscriber } from '../../subscriber.ts';
import type { WireContext } from '../../wire-port.ts';
import { assetRow, heldCoins } from './account-rows.ts';
import { fillPushRow, orderPushRow } from './order-rows.ts';

export const PRIVATE_CHANNELS = ['orders', 'fill', 'account'] as const;
export type PrivateChannel = (typeof PRIVATE_CHANNELS)[number];

export interface PrivateSubscription {
  readonly account: SimAccount;
  readonly channel: PrivateChannel;
  /** The argument as the client gave it. */
  readonly arg: Readonly<Record<string, unknown>>;
  readonly subscriber: Subscriber;
}

export class AccountHub {
  readonly #context: WireContext;
  readonly #subscriptions = new Set<PrivateSubscription>();
  readonly #changedAt = new Map<SimAccount, Map<string, number>>();
  readonly #startedAt: number;
  readonly #queue = new PushQueue();

  constructor(context: WireContext) {
    this.#context = context;
    this.#startedAt = context.clock.wallMs();
  }

  add(subscription: PrivateSubscription): void {
    this.#subscriptions.add(subscription);
    const { account, channel } = subscription;
    if (channel === 'account') this.#push(subscription, this.#assets(account, heldCoins(account)));
  }

  remove(subscription: PrivateSubscription): void {
    this.#subscriptions.delete(subscription);
  }

  /** When a coin's balance last moved. */
  changedAt(account: SimAccount, coin: string): number {
    return this.#changedAt.get(account)?.get(coin) ?? this.#startedAt;
  }

  close(): void {
    this.#subscriptions.clear();
    this.#queue.clear();
  }

  onEvent(event: ExchangeEvent): void {
    if (event.kind === 'OrderChanged') this.#onOrder(event.order, event.cause, event.fill);
    if (event.kind !== 'BalancesChanged') return;
    const { account, assets, at } = event;
    const changed = this.#changedAt.get(account) ?? new Map<string, number>();
    for (const asset of assets) changed.set(asset, at);
    this.#changedAt.set(account, changed);
    this.#later(account, 'account', () => true, this.#assets(account, assets));
  }

  /** A market buy whose amount is used up. */
  onCompleted(order: SimOrder): void {
    this.#onOrder(order, 'completed', undefined);
  }

  #onOrder(order: SimOrder, cause: OrderCause | 'completed', fill: SimFill | undefined): void {
    const { account, instrument } = order;
    const concerns = ({ arg }: PrivateSubscription): boolean =>
      arg.instId === undefined || arg.instId === 'default' || arg.instId === instrument.symbol;
    const row = orderPushRow({ order, cause, ...(fill === undefined ? {} : { fill }) });
    const where = { instrument: instrument.id, scope: 'private' } as const;
    this.#later(account, 'orders', concerns, [row], where);
    if (fill !== undefined) this.#later(account, 'fill', concerns, [fillPushRow(fill, order.type)]);
  }

  #assets(account: SimAccount, coins: readonly string[]): object[] {
    return coins.map((coin) => assetRow(account, coin, this.changedAt(account, coin)));
  }

  /** @param repeated where a planted `duplicate` makes the frame come twice */
  #later(
    account: SimAccount,
    channel: PrivateChannel,
    concerns: (subscription: PrivateSubscription) => boolean,
    data: readonly object[],
    repeated?: { readonly instrument: string; readonly scope: 'private' },
  ): void {
    const listeners = [...this.#subscriptions].filter(
      (one) => one.account === account && one.channel === channel && concerns(one),
    );
    if (listeners.length === 0) return;
    this.#queue.add(() => {
      const twice = repeated !== undefined && this.#context.faults.take('duplicate', repeated) !== undefined;
      for (const listener of listeners) {
        this.#push(listener, data);
        if (twice) this.#push(listener, data);
      }
    });
  }

  #push({ arg, subscriber }: PrivateSubscription, data: readonly object[]): void {
    const ts = Math.floor(this.#context.clock.wallMs());
    subscriber.push(JSON.stringify({ action: 'snapshot', arg, data, ts }));
  }
}
