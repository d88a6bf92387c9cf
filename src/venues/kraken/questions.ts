/** Questions for orders and fills over REST. Orders know their trades by id, trades know their order's id, and only orders
 *  know the client's id.
 *  https://docs.kraken.com/api/docs/rest-api/get-open-orders, …/get-closed-orders, …/get-orders-info, …/get-trades-info,
 *  …/get-trade-history */
import { chunks } from '../../core/chunks.ts';
import type { Clock } from '../../core/clock.ts';
import { messageOf } from '../../core/faults.ts';
import type { Listing } from '../../core/instrument.ts';
import { isObject, type Json, textOf } from '../../core/json.ts';
import type { Fill, OrderRef, OrderReport, QueryOutcome, VenueError } from '../../core/order.ts';
import { queryOutcome, unreadable } from '../../net/order-outcomes.ts';
import { readItems } from '../../net/pages.ts';
import { faultOf, needValue, type RestResult } from '../../net/signed-rest.ts';
import type { Names } from './names.ts';
import type { Heard } from './pushes.ts';
import { readOrder, readTrade, tradeIdsOf } from './reports.ts';
import type { KrakenRest, KrakenResult } from './rest.ts';

const TRADES_PER_QUERY = 20;
const ORDERS_PER_QUERY = 50;
const PAGE = 50;

export interface QuestionDeps {
  readonly rest: KrakenRest;
  readonly clock: Clock;
  readonly names: () => Promise<Names>;
  readonly heard: Heard;
}

type Row = readonly [id: string, row: unknown];

export class OrderQuestions {
  readonly #deps: QuestionDeps;

  constructor(deps: QuestionDeps) {
    this.#deps = deps;
  }

  async query({ clientId }: OrderRef): Promise<QueryOutcome> {
    let names: Names;
    try {
      names = await this.#deps.names();
    } catch (thrown) {
      return { kind: 'failed', error: { class: 'other', code: 'names', message: messageOf(thrown) } };
    }
    let tradeIds: readonly string[] = [];
    return queryOutcome({
      clock: this.#deps.clock,
      order: async () => {
        const found = await this.#find(clientId);
        if (!found.ok) return found;
        const [id, row] = found.value;
        tradeIds = tradeIdsOf(row);
        const report = readOrder(id, row, names);
        return { ok: true, value: report && { ...report, clientId } };
      },
      fills: () => this.#trades(tradeIds, clientId, names),
    });
  }

  async openOrders(): Promise<readonly OrderReport[]> {
    const names = await this.#deps.names();
    const result = await this.#deps.rest.call('OpenOrders');
    const rows = rowsUnder(needValue('kraken', result, 'listing open orders'), 'open');
    const reports = readItems(rows, ([id, row]) => readOrder(id, row, names), 'open order');
    return needValue('kraken', reports, 'listing open orders');
  }

  /** Newest first, in pages; a trade that happens meanwhile moves the others on, so that one may come twice. */
  async recentFills(listing: Listing, sinceMs: number): Promise<readonly Fill[]> {
    const { rest } = this.#deps;
    const names = await this.#deps.names();
    const doing = `listing fills of ${listing.symbol}`;
    const fills = new Map<string, Fill>();
    // `start` is exclusive and in whole seconds.
    const start = String(Math.floor(sinceMs / 1000) - 1);
    for (let offset = 0; ; offset += PAGE) {
      const result = await rest.call('TradesHistory', { start, ofs: String(offset), without_count: 'true' });
      const rows = rowsUnder(needValue('kraken', result, doing), 'trades');
      for (const [id, row] of rows) {
        if (!isObject(row) || names.pair(textOf(row, 'pair'))?.symbol !== listing.symbol) continue;
        const fill = readTrade(id, row, '', names);
        if (fill === undefined) throw faultOf('kraken', unreadable('fill'), doing);
        if (fill.venueAt >= sinceMs) fills.set(id, fill);
      }
      if (rows.length < PAGE) break;
    }
    const clientIds = await this.#clientIds([...fills.values()], doing);
    return [...fills.values()].map((fill) => ({ ...fill, clientId: clientIds.get(fill.venueOrderId) ?? '' }));
  }

  /** The order that we named `clientId`. Open ones are asked first: one that ends in between is then found closed. */
  async #find(clientId: string): Promise<RestResult<Row>> {
    const { rest, heard } = this.#deps;
    const txid = heard.orderIdOf(clientId);
    if (txid !== undefined) {
      const result = await rest.call('QueryOrders', { txid, trades: 'true' });
      if (!result.ok && result.error.class !== 'unknown-order') return result;
      if (result.ok && result.value[txid] !== undefined) return { ok: true, value: [txid, result.value[txid]] };
    }
    for (const [method, key] of [
      ['OpenOrders', 'open'],
      ['ClosedOrders', 'closed'],
    ] as const) {
      const result: KrakenResult = await rest.call(method, { trades: 'true', cl_ord_id: clientId });
      if (!result.ok) return result;
      const own = rowsUnder(result.value, key).find(([, row]) => isObject(row) && row.cl_ord_id === clientId);
      if (own !== undefined) return { ok: true, value: own };
    }
    return { ok: false, error: NEVER_SEEN };
  }

  async #trades(ids: readonly string[], clientId: string, names: Names): Promise<RestResult<readonly Fill[]>> {
    const { heard } = this.#deps;
    const fills = ids.flatMap((id) => heard.fillOf(id) ?? []);
    const unheard = ids.filter((id) => heard.fillOf(id) === undefined);
    for (const part of chunks(unheard, TRADES_PER_QUERY)) {
      const result = await this.#deps.rest.call('QueryTrades', { txid: part.join(',') });
      if (!result.ok) return result;
      for (const [id, row] of Object.entries(result.value)) {
        const fill = readTrade(id, row, clientId, names);
        if (fill === undefined) return { ok: false, error: unreadable('fill') };
        fills.push(fill);
      }
    }
    return { ok: true, value: fills };
  }

  async #clientIds(fills: readonly Fill[], doing: string): Promise<ReadonlyMap<string, string>> {
    const clientIds = new Map<string, string>();
    const ids: string[] = [];
    for (const id of new Set(fills.map((fill) => fill.venueOrderId))) {
      const known = this.#deps.heard.clientIdOf(id);
      if (known === undefined) ids.push(id);
      else clientIds.set(id, known);
    }
    for (const part of chunks(ids, ORDERS_PER_QUERY)) {
      const result = await this.#deps.rest.call('QueryOrders', { txid: part.join(',') });
      for (const [id, row] of Object.entries(needValue('kraken', result, doing))) {
        if (isObject(row)) clientIds.set(id, textOf(row, 'cl_ord_id'));
      }
    }
    return clientIds;
  }
}

const NEVER_SEEN: VenueError = {
  class: 'unknown-order',
  code: 'absent',
  message: 'neither among the open nor among the closed orders',
};

function rowsUnder(result: Json, key: string): readonly Row[] {
  const rows = result[key];
  return isObject(rows) ? Object.entries(rows) : [];
}
