/** The private channels `executions` and `balances`: who listens, and what is pushed to them. Each subscription counts
 *  its own messages (`sequence`, 1 for the snapshot).
 *  Source: https://docs.kraken.com/api/docs/websocket-v2/executions and …/balances. */
import type { ExchangeEvent, SimAccount, SimOrder } from '../../port.ts';
import { PushQueue } from '../../push-queue.ts';
import type { Subscriber } from '../../subscriber.ts';
import type { WireContext } from '../../wire-port.ts';
import {
  balanceRow,
  endRow,
  ledgerRows,
  newRow,
  openRow,
  pendingRow,
  tradeSnapshotRow,
  tradeUpdateRow,
} from './execution-rows.ts';
import { wireJson } from './wire-numbers.ts';

export type PrivateChannel = 'executions' | 'balances';

export interface PrivateSubscription {
  readonly account: SimAccount;
  readonly channel: PrivateChannel;
  readonly subscriber: Subscriber;
  readonly snapOrders: boolean;
  readonly snapTrades: boolean;
  /** Of balances. */
  readonly snapshot: boolean;
  /** Whether `pending_new` and trades are wanted too, and not only beginnings and ends. */
  readonly orderStatus: boolean;
}

const SNAPSHOT_TRADES = 50;

type OrderEvent = Extract<ExchangeEvent, { kind: 'OrderChanged' }>;

/** An update and whether it is a beginning or an end. */
interface Update {
  readonly row: object;
  readonly isBound: boolean;
}

export class AccountHub {
  readonly #context: WireContext;
  /** With the number of the last message sent. */
  readonly #subscriptions = new Map<PrivateSubscription, number>();
  /** Orders by quote amount of which `filled` was told. */
  readonly #toldFilled = new Set<number>();
  readonly #queue = new PushQueue();

  constructor(context: WireContext) {
    this.#context = context;
  }

  add(subscription: PrivateSubscription): void {
    this.#subscriptions.set(subscription, 0);
    const { exchange } = this.#context;
    const { account, channel } = subscription;
    if (channel === 'balances') {
      const held = [...account.holdings].filter(([, { free, locked }]) => free + locked !== 0n);
      if (subscription.snapshot)
        this.#send(
          subscription,
          'snapshot',
          held.map(([asset]) => balanceRow(account, asset)),
        );
      return;
    }
    if (!subscription.snapOrders && !subscription.snapTrades) return;
    const orders = subscription.snapOrders ? exchange.openOrders(account).map(openRow) : [];
    const fills = subscription.snapTrades ? exchange.fills(account).slice(-SNAPSHOT_TRADES).reverse() : [];
    const trades = fills.map((fill) =>
      tradeSnapshotRow(fill, exchange.findOrder(account, fill.instrument, { id: fill.orderId })),
    );
    this.#send(subscription, 'snapshot', [...orders, ...trades]);
  }

  remove(subscription: PrivateSubscription): void {
    this.#subscriptions.delete(subscription);
  }

  close(): void {
    this.#subscriptions.clear();
    this.#queue.clear();
  }

  onEvent(event: ExchangeEvent): void {
    if (event.kind !== 'OrderChanged') return;
    this.#tell(event.order, updatesOf(event), () => this.#toldFilled.add(event.order.id));
    if (event.fill === undefined) return;
    const rows = ledgerRows(event.fill);
    for (const subscription of this.#of(event.order.account, 'balances')) {
      this.#queue.add(() => this.#send(subscription, 'update', rows));
    }
  }

  /** A market order by quote amount that is done: its last fill may not have known that it was the last. */
  onCompleted(order: SimOrder): void {
    if (!this.#toldFilled.delete(order.id)) this.#tell(order, [{ row: endRow(order, 'filled'), isBound: true }]);
  }

  #of(account: SimAccount, channel: PrivateChannel): PrivateSubscription[] {
    return [...this.#subscriptions.keys()].filter((one) => one.account === account && one.channel === channel);
  }

  #tell(order: SimOrder, updates: readonly Update[], onFilled?: () => void): void {
    if (order.quoteAmount > 0n && order.filled > 0 && order.filled === order.size) onFilled?.();
    const listeners = this.#of(order.account, 'executions');
    if (listeners.length === 0) return;
    this.#queue.add(() => {
      const where = { instrument: order.instrument.id, scope: 'private' } as const;
      const times = this.#context.faults.take('duplicate', where) === undefined ? 1 : 2;
      for (const subscription of listeners) {
        for (const { row, isBound } of updates) {
          if (!isBound && !subscription.orderStatus) continue;
          for (let n = 0; n < times; n++) this.#send(subscription, 'update', [row]);
        }
      }
    });
  }

  #send(subscription: PrivateSubscription, type: 'snapshot' | 'update', data: readonly object[]): void {
    const last = this.#subscriptions.get(subscription);
    if (last === undefined) return;
    const sequence = last + 1;
    this.#subscriptions.set(subscription, sequence);
    subscription.subscriber.push(wireJson({ channel: subscription.channel, type, data, sequence }));
  }
}

function updatesOf({ order, cause, fill }: OrderEvent): readonly Update[] {
  switch (cause) {
    case 'new':
      return [
        { row: pendingRow(order), isBound: false },
        { row: newRow(order), isBound: true },
      ];
    case 'trade': {
      if (fill === undefined) return [];
      const trade = { row: tradeUpdateRow(order, fill), isBound: false };
      return order.filled === order.size ? [trade, { row: endRow(order, 'filled'), isBound: true }] : [trade];
    }
    case 'canceled':
    case 'expired':
      return [{ row: endRow(order, order.lapsed ? 'expired' : 'canceled'), isBound: true }];
  }
}
