/** What is asked of the venue about orders and fills, page by page.
 *  https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/orders/list-orders, …/get-order, …/list-fills */
import type { Clock } from '../../core/clock.ts';
import type { Listing } from '../../core/instrument.ts';
import { isObject, type Json, objectsOf, textOf } from '../../core/json.ts';
import type { Fill, OrderRef, OrderReport } from '../../core/order.ts';
import { unreadable } from '../../net/order-outcomes.ts';
import type { RestResult, SignedRest } from '../../net/signed-rest.ts';
import { venueError } from './errors.ts';
import type { OrderMemory } from './order-memory.ts';
import { readFeeRates, readFill, readOrder } from './orders.ts';
import { Pace } from './pace.ts';
import { API } from './rest.ts';
import { formatTime } from './times.ts';

const PAGE = 100;
const ACCOUNTS_PAGE = 250;
/** Our clock, and the venue's creation of an order, may be this far apart. */
const PLACED_MARGIN_MS = 60_000;
/** How far back an order is looked for that was not placed since we started. */
const LOOK_BACK_MS = 3 * 86_400_000;
/** Half of the private requests that the venue takes a second from one user (30); the other half is for orders. */
const PER_SECOND = 15;
/** Rates are the account's, not the product's: one answer serves all products for so long. */
const RATES_AGE_MS = 60_000;

type Params = Readonly<Record<string, string>>;
interface Rates {
  readonly taker: string;
  readonly maker: string;
}

export class Questions {
  readonly #rest: SignedRest<Json>;
  readonly #memory: OrderMemory;
  readonly #clock: Clock;
  readonly #pace: Pace;
  #rates: { readonly askedAtNs: number; readonly answer: Promise<RestResult<Rates>> } | undefined;

  constructor(rest: SignedRest<Json>, memory: OrderMemory, clock: Clock) {
    this.#rest = rest;
    this.#memory = memory;
    this.#clock = clock;
    this.#pace = new Pace(clock, PER_SECOND);
  }

  async get(path: string, params: Params = {}): Promise<RestResult<Json>> {
    await this.#pace.turn();
    return this.#rest.get(API + path, params);
  }

  /** An order by our id. The venue has no such question: where it has told us its own id, that is asked for, else the
   *  orders of the product since it can have been placed are searched. */
  async order({ clientId, listing }: OrderRef): Promise<RestResult<OrderReport | undefined>> {
    const known = this.#memory.byClientId(clientId);
    if (known !== undefined && known.venueOrderId !== '') {
      const found = await this.orderById(known.venueOrderId);
      if (found.ok || found.error.class !== 'unknown-order') return found;
      // It has said that it has it: it will find it again.
      return { ok: false, error: { ...found.error, class: 'unknown-outcome' } };
    }
    const placedAtMs = known?.placedAtMs ?? Number.NaN;
    const sinceMs = Number.isNaN(placedAtMs)
      ? this.#rest.serverMs() - LOOK_BACK_MS
      : Math.min(placedAtMs, this.#rest.serverMs()) - PLACED_MARGIN_MS;
    const params = { product_ids: listing.symbol, start_date: formatTime(sinceMs) };
    const listed = await this.#orders(params, (report) => report.clientId === clientId);
    if (!listed.ok) return listed;
    const report = listed.value.find((each) => each.clientId === clientId);
    if (report !== undefined) return { ok: true, value: report };
    return { ok: false, error: venueError('ORDER_NOT_FOUND', 'not among the orders listed') };
  }

  async orderById(venueOrderId: string): Promise<RestResult<OrderReport | undefined>> {
    const result = await this.get(`/orders/historical/${encodeURIComponent(venueOrderId)}`);
    if (!result.ok) return result;
    const { order } = result.value;
    const report = isObject(order) ? readOrder(order) : undefined;
    if (report !== undefined) this.#memory.named(report.clientId, report.venueOrderId);
    return { ok: true, value: report };
  }

  openOrders(): Promise<RestResult<readonly OrderReport[]>> {
    return this.#orders({ order_status: 'OPEN', product_type: 'SPOT' }, () => false);
  }

  fillsOf(venueOrderId: string): Promise<RestResult<readonly Fill[]>> {
    return this.#fills({ order_ids: venueOrderId });
  }

  /** Fills name their orders, not our ids: those that we do not know are asked for. */
  async fillsSince({ symbol }: Listing, sinceMs: number): Promise<RestResult<readonly Fill[]>> {
    const since = formatTime(sinceMs);
    const result = await this.#fills({ product_ids: symbol, start_sequence_timestamp: since });
    if (!result.ok) return result;
    const isUnknown = ({ venueOrderId }: Fill): boolean => this.#memory.byOrderId(venueOrderId) === undefined;
    if (result.value.some(isUnknown)) {
      const listed = await this.#orders({ product_ids: symbol, start_date: since }, () => false);
      if (!listed.ok) return listed;
    }
    // What rested before then, and filled since, is left.
    for (const orderId of new Set(result.value.filter(isUnknown).map((fill) => fill.venueOrderId))) {
      const found = await this.orderById(orderId);
      if (!found.ok) return found;
    }
    return {
      ok: true,
      value: result.value.map((fill) => ({ ...fill, clientId: this.#clientIdOf(fill.venueOrderId) })),
    };
  }

  accounts(): Promise<RestResult<readonly Json[]>> {
    return this.#pages('/accounts', 'accounts', { limit: String(ACCOUNTS_PAGE) }, () => false);
  }

  /** The account's rates. */
  feeRates(): Promise<RestResult<Rates>> {
    const now = this.#clock.monotonicNs();
    if (this.#rates === undefined || now - this.#rates.askedAtNs > RATES_AGE_MS * 1e6) {
      this.#rates = { askedAtNs: now, answer: this.#askRates() };
    }
    return this.#rates.answer;
  }

  async #askRates(): Promise<RestResult<Rates>> {
    const result = await this.get('/transaction_summary', { product_type: 'SPOT' });
    const rates = result.ok ? readFeeRates(result.value) : undefined;
    if (rates !== undefined) return { ok: true, value: rates };
    this.#rates = undefined;
    return result.ok ? { ok: false, error: unreadable('fee rates') } : result;
  }

  async #orders(
    params: Params,
    isEnough: (report: OrderReport) => boolean,
  ): Promise<RestResult<readonly OrderReport[]>> {
    const reports: OrderReport[] = [];
    const path = '/orders/historical/batch';
    const result = await this.#pages(path, 'orders', { ...params, limit: String(PAGE) }, (page) => {
      for (const item of page) {
        const report = readOrder(item);
        // Of other kinds (futures) there may be any; a spot order must be readable.
        if (report === undefined && textOf(item, 'product_type') !== 'SPOT') continue;
        if (report === undefined) return unreadable('order');
        this.#memory.named(report.clientId, report.venueOrderId);
        reports.push(report);
      }
      return reports.some(isEnough);
    });
    return result.ok ? { ok: true, value: reports } : result;
  }

  async #fills(params: Params): Promise<RestResult<readonly Fill[]>> {
    const fills: Fill[] = [];
    const path = '/orders/historical/fills';
    const result = await this.#pages(path, 'fills', { ...params, limit: String(PAGE) }, (page) => {
      for (const item of page) {
        const fill = readFill(item, this.#clientIdOf(textOf(item, 'order_id')));
        if (fill === 'unreadable') return unreadable('fill');
        if (fill !== 'foreign') fills.push(fill);
      }
      return false;
    });
    return result.ok ? { ok: true, value: fills } : result;
  }

  #clientIdOf(venueOrderId: string): string {
    return this.#memory.byOrderId(venueOrderId)?.clientId ?? '';
  }

  /** Pages until the last one. `onPage`: true ends it early, an error fails it. Lists of fills have no `has_next`: they end
   *  with a page that is not full, or without a cursor. */
  async #pages(
    path: string,
    key: string,
    params: Params,
    onPage: (items: readonly Json[]) => boolean | ReturnType<typeof unreadable>,
  ): Promise<RestResult<readonly Json[]>> {
    const all: Json[] = [];
    let cursor = '';
    for (;;) {
      const result = await this.get(path, cursor === '' ? params : { ...params, cursor });
      if (!result.ok) return result;
      if (!Array.isArray(result.value[key])) return { ok: false, error: unreadable(`list of ${key}`) };
      const items = objectsOf(result.value, key);
      all.push(...items);
      const outcome = onPage(items);
      if (typeof outcome === 'object') return { ok: false, error: outcome };
      const next = textOf(result.value, 'cursor');
      const { has_next: hasNext } = result.value;
      const isLast = typeof hasNext === 'boolean' ? !hasNext : items.length < PAGE;
      if (outcome || isLast || next === '' || next === cursor) return { ok: true, value: all };
      cursor = next;
    }
  }
}
