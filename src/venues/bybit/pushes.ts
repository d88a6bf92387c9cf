/** Private pushes as gateway events. */
import type { Listing } from '../../core/instrument.ts';
import { type Json, objectsOf, textOf } from '../../core/json.ts';
import type { Log } from '../../core/log.ts';
import type { GatewayEvent } from '../../core/order.ts';
import { isTrade, readBalances, readFill, readOrder } from './orders.ts';

export class PushReader {
  readonly #onEvent: (event: GatewayEvent) => void;
  readonly #listings: ReadonlyMap<string, Listing>;
  readonly #log: Log;

  constructor(onEvent: (event: GatewayEvent) => void, listings: readonly Listing[], log: Log) {
    this.#onEvent = onEvent;
    this.#listings = new Map(listings.map((listing) => [listing.symbol, listing]));
    this.#log = log;
  }

  read(frame: Json): void {
    // `order` or `order.spot`, by the topic that was subscribed to.
    const [topic, ...rest] = textOf(frame, 'topic').split('.');
    const items = objectsOf(frame, 'data');
    if (topic === 'wallet') this.#readWallet(items);
    // `execution.fast` has no fees; it is not subscribed to.
    if (rest.includes('fast')) return;
    // One topic tells of all products.
    for (const item of items.filter(({ category }) => category === 'spot')) {
      if (topic === 'order') this.#readOrder(item);
      else if (topic === 'execution') this.#readExecution(item);
    }
  }

  /** The venue tells of executions in a topic of their own, so an order may be said to be done before its fills are. */
  #readOrder(item: Json): void {
    const report = readOrder(item);
    if (report !== undefined) this.#onEvent({ kind: 'OrderUpdated', report });
    else this.#warn(item, 'unreadable order');
  }

  #readExecution(item: Json): void {
    if (!isTrade(item)) return this.#warn(item, 'an execution that is no trade');
    const fill = readFill(item, this.#listings.get(textOf(item, 'symbol')));
    if (fill !== undefined) this.#onEvent({ kind: 'LegFilled', fill });
    else this.#warn(item, 'unreadable execution; it has to be asked for');
  }

  #readWallet(accounts: readonly Json[]): void {
    const balances = accounts.flatMap(readBalances);
    if (balances.length > 0) this.#onEvent({ kind: 'BalancesChanged', balances });
  }

  #warn(item: Json, what: string): void {
    const details = {
      venue: 'bybit',
      orderId: textOf(item, 'orderId'),
      execId: textOf(item, 'execId'),
      status: textOf(item, 'orderStatus'),
    };
    this.#log.warn(details, what);
  }
}
