/** The `user` channel: who listens, and what is pushed to them. It tells of orders only: a fill shows as a larger
 *  `cumulative_quantity`, and balances are not told of at all.
 *  Source: https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/websocket/websocket-channels#user-channel. */
import type { ExchangeEvent, SimAccount, SimOrder } from '../../port.ts';
import { PushQueue } from '../../push-queue.ts';
import type { WireContext } from '../../wire-port.ts';
import type { Subscriber } from './market-feed.ts';
import { type OrderStatus, statusOf, userOrderRow } from './order-rows.ts';

export interface UserSubscriber extends Subscriber {
  /** Sends the last message again, number and all. */
  repeat(): void;
}

export interface UserSubscription {
  readonly account: SimAccount;
  /** Product ids; empty: all. */
  readonly products: ReadonlySet<string>;
  readonly subscriber: UserSubscriber;
}

/** Open orders come in messages of this many; the first one with fewer is the last. */
const SNAPSHOT_BATCH = 50;
/** Positions are of derivatives. */
const NO_POSITIONS = {
  perpetual_futures_positions: [],
  expiring_futures_positions: [],
  prediction_market_positions: [],
};

export class UserHub {
  readonly #context: WireContext;
  readonly #subscriptions = new Map<UserSubscriber, UserSubscription>();
  readonly #queue = new PushQueue();
  /** The last status that the task under way told of each order. */
  readonly #told = new Map<number, OrderStatus>();

  constructor(context: WireContext) {
    this.#context = context;
  }

  add(subscription: UserSubscription): void {
    const { account, subscriber } = subscription;
    const { exchange } = this.#context;
    this.#subscriptions.set(subscriber, subscription);
    const open = exchange.openOrders(account).filter((order) => concerns(subscription, order));
    for (let from = 0; from <= open.length; from += SNAPSHOT_BATCH) {
      const rows = open
        .slice(from, from + SNAPSHOT_BATCH)
        .map((order) => userOrderRow(order, statusOf(order), exchange.policy.fees));
      subscriber.push('user', events('snapshot', rows));
    }
  }

  remove(subscriber: UserSubscriber): void {
    this.#subscriptions.delete(subscriber);
  }

  close(): void {
    this.#subscriptions.clear();
    this.#queue.clear();
  }

  onEvent(event: ExchangeEvent): void {
    if (event.kind !== 'OrderChanged') return;
    const { order, cause } = event;
    if (cause === 'new') {
      this.#tell(order, 'PENDING');
      return;
    }
    // Canceling is asked for first, and done after.
    if (cause === 'canceled') this.#tell(order, 'CANCEL_QUEUED');
    this.#tell(order, statusOf(order));
  }

  /** After placing: tells how the order stands, unless its events said so. */
  onPlaced(order: SimOrder): void {
    if (this.#told.get(order.id) !== statusOf(order)) this.#tell(order, statusOf(order));
  }

  #tell(order: SimOrder, status: OrderStatus): void {
    const listeners = [...this.#subscriptions.values()].filter((one) => concerns(one, order));
    if (listeners.length === 0) return;
    this.#told.set(order.id, status);
    const { exchange, faults } = this.#context;
    const text = events('update', [userOrderRow(order, status, exchange.policy.fees)]);
    if (this.#queue.isEmpty) this.#queue.add(() => this.#told.clear());
    this.#queue.add(() => {
      const twice = faults.take('duplicate', { instrument: order.instrument.id, scope: 'private' }) !== undefined;
      for (const { subscriber } of listeners) {
        if (this.#subscriptions.get(subscriber) === undefined) continue;
        subscriber.push('user', text);
        if (twice) subscriber.repeat();
      }
    });
  }
}

const concerns = ({ account, products }: UserSubscription, order: SimOrder): boolean =>
  order.account === account && (products.size === 0 || products.has(order.instrument.symbol));

const events = (type: 'snapshot' | 'update', orders: readonly object[]): string =>
  JSON.stringify([{ type, orders, positions: NO_POSITIONS }]);
