/** Private pushes as gateway events. Fills come on two channels: on `orders` with the client id, but only the latest of a
 *  push; on `fill` all of them, but under the venue's order id alone. Each is told once, as soon as its client id is known. */
import { type Json, textOf } from '../../core/json.ts';
import type { Log } from '../../core/log.ts';
import { dropOldest } from '../../core/oldest.ts';
import type { Fill, GatewayEvent } from '../../core/order.ts';
import { readBalance, readFill, readFillOfOrder, readPushedOrder } from './orders.ts';

/** Orders, and trades, that are remembered. Far more than are under way at any time. */
const REMEMBERED = 4096;

export class PushReader {
  readonly #onEvent: (event: GatewayEvent) => void;
  readonly #log: Log;
  /** Client ids by the venue's order id. */
  readonly #clientIds = new Map<string, string>();
  /** Fills whose order is not known yet, by the venue's order id. */
  readonly #nameless = new Map<string, Fill[]>();
  readonly #told = new Set<string>();

  constructor(onEvent: (event: GatewayEvent) => void, log: Log) {
    this.#onEvent = onEvent;
    this.#log = log;
  }

  read(channel: string, items: readonly Json[]): void {
    if (channel === 'orders') for (const item of items) this.#readOrder(item);
    else if (channel === 'fill') for (const item of items) this.#readFill(item);
    else if (channel === 'account') this.#readAccount(items);
  }

  clientIdOf(venueOrderId: string): string | undefined {
    return this.#clientIds.get(venueOrderId);
  }

  /** Whose order it is, from whatever answer says so; fills that waited for it go out. */
  learn(venueOrderId: string, clientId: string): void {
    if (venueOrderId === '' || clientId === '') return;
    if (!this.#clientIds.has(venueOrderId)) {
      this.#clientIds.set(venueOrderId, clientId);
      dropOldest(this.#clientIds, REMEMBERED);
    }
    const waiting = this.#nameless.get(venueOrderId) ?? [];
    this.#nameless.delete(venueOrderId);
    for (const fill of waiting) this.#tell({ ...fill, clientId });
  }

  #readOrder(item: Json): void {
    const report = readPushedOrder(item);
    if (report === undefined) {
      const details = { venue: 'bitget', orderId: textOf(item, 'orderId'), status: textOf(item, 'status') };
      this.#log.warn(details, 'unreadable order');
      return;
    }
    // Fills first: whoever hears that the order is done has then heard of the fills that are known.
    this.learn(report.venueOrderId, report.clientId);
    const fill = readFillOfOrder(item);
    if (fill !== undefined) this.#tell(fill);
    this.#onEvent({ kind: 'OrderUpdated', report });
  }

  #readFill(item: Json): void {
    const fill = readFill(item);
    if (fill === undefined) {
      const details = { venue: 'bitget', orderId: textOf(item, 'orderId'), tradeId: textOf(item, 'tradeId') };
      this.#log.warn(details, 'unreadable fill; it has to be asked for');
      return;
    }
    const clientId = this.#clientIds.get(fill.venueOrderId);
    if (clientId !== undefined) return this.#tell({ ...fill, clientId });
    const waiting = this.#nameless.get(fill.venueOrderId);
    if (waiting !== undefined) return void waiting.push(fill);
    this.#nameless.set(fill.venueOrderId, [fill]);
    dropOldest(this.#nameless, REMEMBERED);
  }

  #readAccount(items: readonly Json[]): void {
    const balances = items.flatMap((item) => readBalance(item) ?? []);
    if (balances.length > 0) this.#onEvent({ kind: 'BalancesChanged', balances });
  }

  #tell(fill: Fill): void {
    const key = `${fill.symbol}/${fill.tradeId}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    dropOldest(this.#told, REMEMBERED);
    this.#onEvent({ kind: 'LegFilled', fill });
  }
}
