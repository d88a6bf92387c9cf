/** The account's trades, for whoever asks by pair: Kraken lists those of all pairs together, at a high price, so that all
 *  who ask while a list is being read are given the same one.
 *  https://docs.kraken.com/api/docs/rest-api/get-trade-history, …/get-orders-info */
import { chunks } from '../../core/chunks.ts';
import { isObject, textOf } from '../../core/json.ts';
import { needValue } from '../../net/signed-rest.ts';
import type { Heard } from './pushes.ts';
import { ORDERS_PER_QUERY, PAGE, rowsUnder } from './reports.ts';
import type { KrakenRest } from './rest.ts';

const DOING = 'listing recent fills';

export interface Trades {
  /** By the venue's id. */
  readonly rows: ReadonlyMap<string, unknown>;
  /** What we named their orders, by the venue's id of the order; '' where they are not ours. */
  readonly clientIds: ReadonlyMap<string, string>;
}

export class TradeHistory {
  readonly #rest: KrakenRest;
  readonly #heard: Heard;
  /** By when they begin: lists that are being read. */
  readonly #underWay = new Map<number, Promise<Trades>>();

  constructor(rest: KrakenRest, heard: Heard) {
    this.#rest = rest;
    this.#heard = heard;
  }

  /** Those of the second of `sinceMs` and later. Rejects with the venue's refusal. */
  read(sinceMs: number): Promise<Trades> {
    const shared = this.#underWay.get(sinceMs);
    if (shared !== undefined) return shared;
    const reading = this.#read(sinceMs).finally(() => this.#underWay.delete(sinceMs));
    this.#underWay.set(sinceMs, reading);
    return reading;
  }

  /** Newest first, in pages; a trade that happens meanwhile moves the others on, so that one may come twice. */
  async #read(sinceMs: number): Promise<Trades> {
    const rows = new Map<string, unknown>();
    // `start` is exclusive and in whole seconds.
    const start = String(Math.floor(sinceMs / 1000) - 1);
    for (let offset = 0; ; offset += PAGE) {
      const form = { start, ofs: String(offset), without_count: 'true' };
      const result = await this.#rest.call('TradesHistory', form);
      const page = rowsUnder(needValue('kraken', result, DOING), 'trades');
      for (const [id, row] of page) rows.set(id, row);
      if (page.length < PAGE) break;
    }
    return { rows, clientIds: await this.#clientIds([...rows.values()]) };
  }

  async #clientIds(rows: readonly unknown[]): Promise<ReadonlyMap<string, string>> {
    const clientIds = new Map<string, string>();
    const unheard: string[] = [];
    for (const orderId of new Set(rows.map((row) => (isObject(row) ? textOf(row, 'ordertxid') : '')))) {
      const clientId = this.#heard.clientIdOf(orderId);
      if (clientId !== undefined) clientIds.set(orderId, clientId);
      else if (orderId !== '') unheard.push(orderId);
    }
    for (const part of chunks(unheard, ORDERS_PER_QUERY)) {
      const result = await this.#rest.call('QueryOrders', { txid: part.join(',') });
      for (const [id, row] of Object.entries(needValue('kraken', result, DOING))) {
        if (isObject(row)) clientIds.set(id, textOf(row, 'cl_ord_id'));
      }
    }
    return clientIds;
  }
}
