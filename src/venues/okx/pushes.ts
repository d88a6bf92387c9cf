/** Private pushes as gateway events. */

import { type Json, textOf } from '../../core/json.ts';
import type { Log } from '../../core/log.ts';
import type { GatewayEvent } from '../../core/order.ts';
import { readBalances, readOrder, readPushedFill } from './orders.ts';

export class PushReader {
  readonly #onEvent: (event: GatewayEvent) => void;
  readonly #log: Log;
  /** Cumulative fee of each open order, for pushes that lack the fill's own. */
  readonly #fees = new Map<string, string>();

  constructor(onEvent: (event: GatewayEvent) => void, log: Log) {
    this.#onEvent = onEvent;
    this.#log = log;
  }

  read(channel: string, items: readonly Json[]): void {
    for (const item of items) {
      if (channel === 'orders') this.#readOrder(item);
      else if (channel === 'account') this.#readAccount(item);
    }
  }

  /** After a lost connection pushes were missed: cumulative fees seen before no longer tell those of one fill. */
  forget(): void {
    this.#fees.clear();
  }

  #readOrder(item: Json): void {
    const report = readOrder(item);
    if (report === undefined) {
      if (item.instType === 'SPOT') {
        this.#log.warn(
          { venue: 'okx', ordId: textOf(item, 'ordId'), state: textOf(item, 'state') },
          'unreadable order',
        );
      }
      return;
    }
    const pushed = readPushedFill(item, this.#fees.get(report.venueOrderId));
    if (report.status === 'open') this.#fees.set(report.venueOrderId, textOf(item, 'fee') || '0');
    else this.#fees.delete(report.venueOrderId);
    // The fill first: whoever hears that the order is done has then heard of all of its fills.
    if (pushed.kind === 'fill') this.#onEvent({ kind: 'LegFilled', fill: pushed.fill });
    else if (pushed.kind === 'fee-unknown') {
      const details = { venue: 'okx', ordId: report.venueOrderId, tradeId: pushed.tradeId };
      this.#log.warn(details, 'a fill without its fee; it has to be asked for');
    }
    this.#onEvent({ kind: 'OrderUpdated', report });
  }

  #readAccount(item: Json): void {
    const balances = readBalances(item);
    if (balances.length > 0) this.#onEvent({ kind: 'BalancesChanged', balances });
  }
}
