/** Private pushes as gateway events. Orders and their trades come on channels of their own, in no order that is promised:
 *  the report that an order is done may come before its last fill.
 *  https://www.gate.com/docs/developers/apiv4/ws/en/#orders-channel-v2-lite, …#user-trades-channel, …#spot-balance-channel */
import { type Json, objectsOf, textOf } from '../../core/json.ts';
import type { Log } from '../../core/log.ts';
import type { GatewayEvent, OrderReport } from '../../core/order.ts';
import { readBalance, readFill, readOrder } from './orders.ts';

/** The lite channel of orders is the faster one; what it lacks, fees, comes with the trades. Of those the full channel is
 *  taken. */
export const PRIVATE_CHANNELS: readonly { readonly channel: string; readonly payload?: readonly string[] }[] = [
  { channel: 'spot.orders_v2', payload: ['!all'] },
  { channel: 'spot.usertrades', payload: ['!all'] },
  { channel: 'spot.balances' },
];

export class PushReader {
  readonly #onEvent: (event: GatewayEvent) => void;
  readonly #onOrder: (report: OrderReport) => void;
  readonly #log: Log;

  /** @param onOrder hears of each order before the event goes out */
  constructor(onEvent: (event: GatewayEvent) => void, log: Log, onOrder: (report: OrderReport) => void) {
    this.#onEvent = onEvent;
    this.#log = log;
    this.#onOrder = onOrder;
  }

  read(frame: Json): void {
    const items = objectsOf(frame, 'result');
    switch (textOf(frame, 'channel')) {
      case 'spot.orders':
      case 'spot.orders_v2':
        for (const item of items) this.#readOrder(item);
        break;
      case 'spot.usertrades':
        for (const item of items) this.#readFill(item);
        break;
      case 'spot.balances':
        this.#readBalances(items);
        break;
      default:
    }
  }

  #readOrder(item: Json): void {
    const report = readOrder(item);
    if (report === undefined) return this.#unreadable('order', textOf(item, 'id'));
    this.#onOrder(report);
    this.#onEvent({ kind: 'OrderUpdated', report });
  }

  #readFill(item: Json): void {
    const fill = readFill(item);
    if (fill === undefined) return this.#unreadable('fill', textOf(item, 'order_id'));
    this.#onEvent({ kind: 'LegFilled', fill });
  }

  #readBalances(items: readonly Json[]): void {
    const balances = items.flatMap((item) => readBalance(item) ?? []);
    if (balances.length < items.length) this.#unreadable('balance', '');
    if (balances.length > 0) this.#onEvent({ kind: 'BalancesChanged', balances });
  }

  #unreadable(what: string, orderId: string): void {
    this.#log.warn({ venue: 'gate', orderId }, `unreadable ${what}`);
  }
}
