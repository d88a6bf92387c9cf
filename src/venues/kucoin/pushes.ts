/** Private pushes as gateway events. An order push tells how much is filled but no fee, so the fills themselves are asked
 *  for over REST; the push goes out when they have, so that whoever hears that an order is done has heard of all of its
 *  fills. */
import { type Clock, pause } from '../../core/clock.ts';
import { add, subtract } from '../../core/decimal-text.ts';
import { isObject, type Json, textOf } from '../../core/json.ts';
import type { Log } from '../../core/log.ts';
import type { Fill, GatewayEvent, OrderReport } from '../../core/order.ts';
import type { RestResult } from '../../net/signed-rest.ts';
import { BALANCE_TOPIC, isUnfilled, ORDER_TOPIC, readPushedBalance, readPushedOrder } from './orders.ts';

export interface PushDeps {
  readonly onEvent: (event: GatewayEvent) => void;
  readonly log: Log;
  readonly clock: Clock;
  /** All fills of an order. */
  readonly fillsOf: (report: OrderReport) => Promise<RestResult<readonly Fill[]>>;
}

/** Fills are listed a moment after their push. */
const TRIES = 8;
const FIRST_WAIT_MS = 25;

/** An order with fills that are still asked for. */
interface Followed {
  readonly told: Set<string>;
  /** Reports that wait for the fills that they count. */
  waiting: OrderReport[];
  isAsking: boolean;
}

export class PushReader {
  readonly #deps: PushDeps;
  readonly #orders = new Map<string, Followed>();

  constructor(deps: PushDeps) {
    this.#deps = deps;
  }

  read(frame: Json): void {
    const topic = textOf(frame, 'topic');
    const { data } = frame;
    if (!isObject(data)) return;
    if (topic === ORDER_TOPIC) this.#readOrder(data);
    else if (topic === BALANCE_TOPIC) this.#readBalance(data);
  }

  #readOrder(item: Json): void {
    const { onEvent, log } = this.#deps;
    const report = readPushedOrder(item);
    if (report === undefined) {
      log.warn({ venue: 'kucoin', orderId: textOf(item, 'orderId'), type: textOf(item, 'type') }, 'unreadable order');
      return;
    }
    const { venueOrderId } = report;
    let order = this.#orders.get(venueOrderId);
    if (order === undefined) {
      if (isUnfilled(report)) {
        onEvent({ kind: 'OrderUpdated', report });
        return;
      }
      order = { told: new Set(), waiting: [], isAsking: false };
      this.#orders.set(venueOrderId, order);
    }
    order.waiting.push(report);
    if (!order.isAsking) void this.#follow(venueOrderId, order);
  }

  async #follow(venueOrderId: string, order: Followed): Promise<void> {
    const { onEvent, clock } = this.#deps;
    order.isAsking = true;
    let isDone = false;
    let tries = 0;
    while (order.waiting.length > 0) {
      const last = order.waiting.at(-1) as OrderReport;
      const filled = await this.#tellFills(last, order);
      tries++;
      const isCovered = ({ filled: wanted }: OrderReport): boolean => !subtract(filled, wanted).startsWith('-');
      if (!isCovered(last) && tries === TRIES) this.#giveUp(last);
      const ready = tries === TRIES ? order.waiting : order.waiting.filter(isCovered);
      order.waiting = order.waiting.filter((report) => !ready.includes(report));
      for (const report of ready) {
        onEvent({ kind: 'OrderUpdated', report });
        isDone ||= report.status !== 'open';
      }
      if (ready.length > 0) tries = 0;
      else await pause(clock, FIRST_WAIT_MS * 2 ** tries);
    }
    order.isAsking = false;
    if (isDone) this.#orders.delete(venueOrderId);
  }

  /** Asks for the order's fills and tells those that are new; the base size of all of them. */
  async #tellFills(report: OrderReport, order: Followed): Promise<string> {
    const result = await this.#deps.fillsOf(report);
    if (!result.ok) {
      const details = { venue: 'kucoin', orderId: report.venueOrderId, error: result.error };
      this.#deps.log.warn(details, 'the fills of an order could not be read');
      return '0';
    }
    for (const fill of result.value) {
      if (order.told.has(fill.tradeId)) continue;
      order.told.add(fill.tradeId);
      this.#deps.onEvent({ kind: 'LegFilled', fill });
    }
    return result.value.reduce((sum, { size }) => add(sum, size), '0');
  }

  #giveUp({ venueOrderId, filled }: OrderReport): void {
    const details = { venue: 'kucoin', orderId: venueOrderId, filled };
    this.#deps.log.warn(details, 'the fills of an order are not listed; they have to be asked for');
  }

  #readBalance(item: Json): void {
    const balance = readPushedBalance(item);
    if (balance !== undefined) this.#deps.onEvent({ kind: 'BalancesChanged', balances: [balance] });
  }
}
