/** The private topics: who listens, and what is pushed to them.
 *  Source: https://bybit-exchange.github.io/docs/v5/websocket/private/order, …/execution, …/fast-execution, …/wallet.
 *  "There is no snapshot event given at the time when the subscription is successful" (wallet). */
import type { ExchangeEvent, SimAccount, SimFill, SimInstrument, SimOrder } from '../../port.ts';
import { PushQueue } from '../../push-queue.ts';
import type { Subscriber } from '../../subscriber.ts';
import type { WireContext } from '../../wire-port.ts';
import { uidOf, walletRow } from './account-rows.ts';
import { messageId } from './ids.ts';
import { executionPushRow, fastExecutionRow, isOpen, orderPushRow } from './order-rows.ts';
import type { Sequences } from './sequences.ts';
import type { PrivateStream } from './topics.ts';

export interface PrivateSubscription {
  readonly account: SimAccount;
  /** As the client named it; pushes carry it. */
  readonly topic: string;
  readonly stream: PrivateStream;
  readonly subscriber: Subscriber;
}

export class AccountHub {
  readonly #context: WireContext;
  readonly #sequences: Sequences;
  readonly #subscriptions = new Set<PrivateSubscription>();
  /** The order of each account that was last told to be closed. */
  readonly #lastClosed = new Map<SimAccount, number>();
  readonly #queue = new PushQueue();

  constructor(context: WireContext, sequences: Sequences) {
    this.#context = context;
    this.#sequences = sequences;
  }

  add(subscription: PrivateSubscription): void {
    this.#subscriptions.add(subscription);
  }

  remove(subscription: PrivateSubscription): void {
    this.#subscriptions.delete(subscription);
  }

  close(): void {
    this.#subscriptions.clear();
    this.#queue.clear();
  }

  onEvent(event: ExchangeEvent): void {
    if (event.kind === 'OrderChanged') {
      if (event.fill !== undefined) this.#onFill(event.fill, event.order);
      this.#onOrder(event.order);
    } else if (event.kind === 'BalancesChanged') this.#onBalances(event.account, event.assets);
  }

  /** A market order by value that is done; mostly its last fill said so already. */
  onCompleted(order: SimOrder): void {
    if (this.#lastClosed.get(order.account) !== order.id) this.#onOrder(order);
  }

  #onOrder(order: SimOrder): void {
    if (!isOpen(order)) this.#lastClosed.set(order.account, order.id);
    const row = orderPushRow(order);
    this.#push(order.account, 'order', order.instrument, () => ({ id: messageId(this.#context.random), row }));
  }

  #onFill(fill: SimFill, order: SimOrder): void {
    const { exchange } = this.#context;
    const seq = this.#sequences.of(fill);
    const id = `${uidOf(fill.account)}_${fill.instrument.symbol}_${seq}`;
    this.#push(fill.account, 'execution', fill.instrument, () => ({
      id,
      row: executionPushRow(fill, order, exchange.policy.fees, seq),
    }));
    this.#push(fill.account, 'execution.fast', fill.instrument, () => ({ row: fastExecutionRow(fill, seq) }));
  }

  /** Only coins that moved are in a push. */
  #onBalances(account: SimAccount, assets: readonly string[]): void {
    this.#push(account, 'wallet', undefined, () => ({
      id: messageId(this.#context.random),
      row: walletRow(this.#context.exchange, account, assets),
    }));
  }

  #push(
    account: SimAccount,
    stream: PrivateStream,
    instrument: SimInstrument | undefined,
    make: () => { readonly id?: string; readonly row: object },
  ): void {
    const listeners = [...this.#subscriptions].filter((one) => one.account === account && one.stream === stream);
    if (listeners.length === 0) return;
    const { id, row } = make();
    this.#queue.add(() => {
      const where = instrument === undefined ? {} : { instrument: instrument.id };
      const { clock, faults } = this.#context;
      const doubled =
        instrument !== undefined && faults.take('duplicate', { scope: 'private', ...where }) !== undefined;
      for (const { topic, subscriber } of listeners) {
        const frame = JSON.stringify({
          ...(id === undefined ? {} : { id }),
          topic,
          creationTime: Math.floor(clock.wallMs()),
          data: [row],
        });
        for (let n = 0; n < (doubled ? 2 : 1); n++) subscriber.push(frame);
      }
    });
  }
}
