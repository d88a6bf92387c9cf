/** Orders of the user channel as gateway events. The channel says how much of an order is filled, not by which fills: those
 *  are asked for, told once each, and only then the report that speaks of them, so that whoever hears of an order's end
 *  has heard of all of its fills. */
import type { Clock } from '../../core/clock.ts';
import { add, subtract } from '../../core/decimal-text.ts';
import { type Json, objectsOf, textOf } from '../../core/json.ts';
import type { Log } from '../../core/log.ts';
import type { Fill, GatewayEvent, OrderReport } from '../../core/order.ts';
import type { RestResult } from '../../net/signed-rest.ts';
import type { KnownOrder, OrderMemory } from './order-memory.ts';
import { readPushedOrder } from './orders.ts';
import { parseTime } from './times.ts';

/** The list of fills follows the order by a moment. Waits between the tries, the last one for all that follow. */
const WAITS_MS = [50, 100, 200, 400, 800, 1600] as const;
const MOST_TRIES = 15;

export interface PushDeps {
  readonly memory: OrderMemory;
  readonly clock: Clock;
  readonly log: Log;
  readonly onEvent: (event: GatewayEvent) => void;
  /** All fills of an order. */
  readonly fillsOf: (order: KnownOrder) => Promise<RestResult<readonly Fill[]>>;
}

const isLess = (a: string, b: string): boolean => subtract(a, b).startsWith('-');

export class PushReader {
  readonly #deps: PushDeps;
  /** Reports that wait for fills, by order. */
  readonly #waiting = new Map<KnownOrder, OrderReport[]>();
  readonly #timers = new Set<() => void>();
  #isClosed = false;

  constructor(deps: PushDeps) {
    this.#deps = deps;
  }

  open(): void {
    this.#isClosed = false;
  }

  /** Nothing is asked or told any more. */
  close(): void {
    this.#isClosed = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#waiting.clear();
  }

  read(frame: Json): void {
    const at = parseTime(frame.timestamp);
    for (const event of objectsOf(frame, 'events')) {
      for (const item of objectsOf(event, 'orders')) {
        const report = readPushedOrder(item, at);
        if (report !== undefined) this.#take(report);
        else if (textOf(item, 'product_type') === 'SPOT') {
          const details = { venue: 'coinbase', orderId: textOf(item, 'order_id'), status: textOf(item, 'status') };
          this.#deps.log.warn(details, 'unreadable order');
        }
      }
    }
  }

  #take(report: OrderReport): void {
    const order = this.#deps.memory.named(report.clientId, report.venueOrderId);
    if (report.status !== 'open') order.isDone = true;
    if (isLess(order.claimed, report.filled)) order.claimed = report.filled;
    const waiting = this.#waiting.get(order);
    if (waiting !== undefined) {
      waiting.push(report);
      return;
    }
    if (!isLess(order.filled, order.claimed)) {
      this.#deps.onEvent({ kind: 'OrderUpdated', report });
      return;
    }
    this.#waiting.set(order, [report]);
    void this.#ask(order);
  }

  /** Asks for the fills of an order until they make up what the venue claims. */
  async #ask(order: KnownOrder): Promise<void> {
    for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
      const result = await this.#deps.fillsOf(order);
      if (this.#isClosed) return;
      if (result.ok) this.#tell(order, result.value);
      this.#release(order);
      if (!isLess(order.filled, order.claimed)) break;
      const wait = WAITS_MS[Math.min(attempt, WAITS_MS.length - 1)] as number;
      await this.#pause(Math.max(wait, result.ok ? 0 : (result.error.retryAfterMs ?? 0)));
      if (this.#isClosed) return;
    }
    if (isLess(order.filled, order.claimed)) {
      const { clientId, venueOrderId, filled, claimed } = order;
      this.#deps.log.warn(
        { venue: 'coinbase', clientId, venueOrderId, filled, claimed },
        'fills of an order not found',
      );
    }
    const left = this.#waiting.get(order) ?? [];
    this.#waiting.delete(order);
    for (const report of left) this.#deps.onEvent({ kind: 'OrderUpdated', report });
  }

  #tell(order: KnownOrder, fills: readonly Fill[]): void {
    for (const fill of fills) {
      if (order.tradeIds.has(fill.tradeId)) continue;
      order.tradeIds.add(fill.tradeId);
      order.filled = add(order.filled, fill.size);
      this.#deps.onEvent({ kind: 'LegFilled', fill });
    }
  }

  /** Tells the reports whose fills were all told. */
  #release(order: KnownOrder): void {
    const waiting = this.#waiting.get(order) ?? [];
    while (waiting[0] !== undefined && !isLess(order.filled, waiting[0].filled)) {
      this.#deps.onEvent({ kind: 'OrderUpdated', report: waiting[0] });
      waiting.shift();
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#deps.clock.after(ms, () => {
        this.#timers.delete(cancel);
        resolve();
      });
      this.#timers.add(cancel);
    });
  }
}
