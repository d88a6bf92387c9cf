/** What is asked of a KuCoin account over REST: orders, fills, balances, fee rates.
 *  https://www.kucoin.com/docs-new/rest/spot-trading/orders/get-order-by-clientoid and its neighbours */
import { isObject } from '../../core/json.ts';
import type { Log } from '../../core/log.ts';
import type { Balance, Fill, OrderReport } from '../../core/order.ts';
import { unreadable } from '../../net/order-outcomes.ts';
import { readItems } from '../../net/pages.ts';
import { faultOf, needValue, type RestOptions, type RestResult, type SignedRest } from '../../net/signed-rest.ts';
import { venueError } from './errors.ts';
import { idOf, readBalances, readFill, readOrder } from './orders.ts';

const PAGE = 100;
/** Where the venue does not heed the limit, its pages have this many items. */
const DEFAULT_PAGE = 20;
/** The longest time that one question for fills may cover. */
const WINDOW_MS = 7 * 86_400_000;

export class Account {
  readonly #rest: SignedRest<unknown>;
  readonly #log: Log;

  constructor(rest: SignedRest<unknown>, log: Log) {
    this.#rest = rest;
    this.#log = log;
  }

  /** By client id; refused as an unknown order also where the venue answers with no order at all. */
  async order(symbol: string, clientId: string): Promise<RestResult<OrderReport | undefined>> {
    return this.#order(`/api/v1/hf/orders/client-order/${encodeURIComponent(clientId)}`, symbol);
  }

  orderFills(symbol: string, venueOrderId: string, clientId: string): Promise<RestResult<readonly Fill[]>> {
    return this.#fills({ symbol, orderId: venueOrderId }, clientId);
  }

  /** The venue lists open orders by symbol, and the symbols that have some. */
  async openOrders(): Promise<readonly OrderReport[]> {
    const doing = 'listing open orders';
    const listed = await this.#rest.get('/api/v1/hf/orders/active/symbols');
    const value = needValue('kucoin', listed, doing);
    // Null where there are none.
    const symbols: unknown = isObject(value) ? (value.symbols ?? []) : undefined;
    if (!Array.isArray(symbols)) throw faultOf('kucoin', unreadable('list of symbols'), doing);
    const reports: OrderReport[] = [];
    for (const symbol of symbols) {
      const orders = await this.#rest.get('/api/v1/hf/orders/active', { symbol: String(symbol) });
      const items = needValue('kucoin', orders, doing) ?? [];
      if (!Array.isArray(items)) throw faultOf('kucoin', unreadable('list of open orders'), doing);
      reports.push(...needValue('kucoin', readItems(items, readOrder, 'open order'), doing));
    }
    return reports;
  }

  /** Fills do not name the client id, so each order is asked for once. */
  async recentFills(symbol: string, sinceMs: number): Promise<readonly Fill[]> {
    const doing = `listing fills of ${symbol}`;
    const now = this.#rest.serverMs();
    const fills = new Map<string, Fill>();
    for (let from = sinceMs; from <= now; from += WINDOW_MS) {
      // A little beyond now, for a venue's clock that is ahead of what we know.
      const endAt = String(Math.min(from + WINDOW_MS, now + 60_000));
      const found = await this.#fills({ symbol, startAt: String(from), endAt }, '');
      for (const fill of needValue('kucoin', found, doing)) fills.set(fill.tradeId, fill);
    }
    const clientIds = new Map<string, string>();
    for (const { venueOrderId } of fills.values()) {
      if (clientIds.has(venueOrderId)) continue;
      const order = await this.#order(`/api/v1/hf/orders/${encodeURIComponent(venueOrderId)}`, symbol);
      if (!order.ok && order.error.class !== 'unknown-order') throw faultOf('kucoin', order.error, doing);
      clientIds.set(venueOrderId, order.ok ? (order.value?.clientId ?? '') : '');
    }
    return [...fills.values()].map((fill) => ({ ...fill, clientId: clientIds.get(fill.venueOrderId) ?? '' }));
  }

  async balances(): Promise<readonly Balance[]> {
    const result = await this.#rest.get('/api/v1/accounts', { type: 'trade' });
    const balances = readBalances(needValue('kucoin', result, 'reading balances'));
    if (balances === undefined) throw faultOf('kucoin', unreadable('list of accounts'), 'reading balances');
    return balances;
  }

  feeRates(symbol: string): Promise<RestResult<unknown>> {
    return this.#rest.get('/api/v1/trade-fees', { symbols: symbol });
  }

  async #order(path: string, symbol: string): Promise<RestResult<OrderReport | undefined>> {
    const result = await this.#rest.get(path, { symbol });
    if (!result.ok) return result;
    if (result.value === null || result.value === undefined) {
      return { ok: false, error: venueError('order_not_exist', 'answered without an order') };
    }
    const report = readOrder(result.value);
    if (report === undefined) this.#log.warn({ venue: 'kucoin', path }, 'unreadable order');
    return { ok: true, value: report };
  }

  /** All pages; a fill that stands on two of them is taken once. */
  async #fills(params: NonNullable<RestOptions['params']>, clientId: string): Promise<RestResult<readonly Fill[]>> {
    const fills = new Map<string, Fill>();
    let lastId: string | undefined;
    for (;;) {
      const result = await this.#rest.get('/api/v1/hf/fills', { ...params, limit: String(PAGE), lastId });
      if (!result.ok) return result;
      const { value } = result;
      const items: unknown = isObject(value) ? (value.items ?? []) : undefined;
      if (!isObject(value) || !Array.isArray(items)) return { ok: false, error: unreadable('list of fills') };
      const before = fills.size;
      for (const item of items) {
        const fill = readFill(item, clientId);
        if (fill === undefined) return { ok: false, error: unreadable('fill') };
        fills.set(fill.tradeId, fill);
      }
      lastId = idOf(value, 'lastId');
      const isLast = items.length < DEFAULT_PAGE || fills.size === before || lastId === '' || lastId === '0';
      if (isLast) return { ok: true, value: [...fills.values()] };
    }
  }
}
