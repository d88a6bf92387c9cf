/** One look for several orders by the names that we gave them, in as few calls as Kraken lets it be.
 *  https://docs.kraken.com/api/docs/rest-api/get-orders-info, …/get-open-orders, …/get-closed-orders, …/get-trades-info */
import { chunks } from '../../core/chunks.ts';
import type { Clock } from '../../core/clock.ts';
import { isObject, type Json, textOf } from '../../core/json.ts';
import type { OrderRef, VenueError } from '../../core/order.ts';
import type { RestResult } from '../../net/signed-rest.ts';
import type { Heard } from './pushes.ts';
import { ORDERS_PER_QUERY, PAGE, type Row, rowsUnder, tradeIdsOf } from './reports.ts';
import type { KrakenRest } from './rest.ts';

const TRADES_PER_QUERY = 20;
/** Of those who are not on these only one is asked for by name, since that costs as much as a page. */
const MAX_PAGES = 3;
/** Searches go by Kraken's clock: what is not listed for a clock that jumped further would be taken for never sent. More than
 *  this fills pages with orders that nobody asked for. */
const MARGIN_MS = 20_000;
/** By the venue's id, open ones, closed ones, trades: more than most looks take. */
export const LOOK_CALLS = 5;

export interface Sightings {
  /** When the look began, wall ms. */
  readonly askedAt: number;
  /** By client id. */
  readonly orders: ReadonlyMap<string, Row>;
  /** Client ids that are neither open nor closed. Of one that is not here either there was no telling. */
  readonly absent: ReadonlySet<string>;
  /** By trade id: those of the orders that no push has told of. */
  readonly trades: ReadonlyMap<string, unknown>;
}

export interface LookDeps {
  readonly rest: KrakenRest;
  readonly heard: Heard;
  readonly clock: Clock;
}

export async function lookFor(wanted: readonly OrderRef[], deps: LookDeps): Promise<RestResult<Sightings>> {
  const look = new Look(wanted, deps);
  const error = await look.run();
  return error === undefined ? { ok: true, value: look } : { ok: false, error };
}

class Look implements Sightings {
  readonly orders = new Map<string, Row>();
  readonly absent = new Set<string>();
  readonly trades = new Map<string, unknown>();
  readonly askedAt: number;
  readonly #wanted: readonly OrderRef[];
  readonly #rest: KrakenRest;
  readonly #heard: Heard;

  constructor(wanted: readonly OrderRef[], { rest, heard, clock }: LookDeps) {
    this.askedAt = clock.wallMs();
    this.#wanted = wanted;
    this.#rest = rest;
    this.#heard = heard;
  }

  /** Open ones are asked for before closed ones: one that ends in between is then found closed. */
  async run(): Promise<VenueError | undefined> {
    return (
      (await this.#byId()) ?? (await this.#amongOpen()) ?? (await this.#amongClosed()) ?? (await this.#unheardTrades())
    );
  }

  get #missing(): readonly OrderRef[] {
    return this.#wanted.filter(({ clientId }) => !this.orders.has(clientId));
  }

  async #byId(): Promise<VenueError | undefined> {
    const names = new Map(
      this.#wanted.flatMap(({ clientId }) => {
        const id = this.#heard.orderIdOf(clientId);
        return id === undefined ? [] : [[id, clientId] as const];
      }),
    );
    for (const part of chunks([...names.keys()], ORDERS_PER_QUERY)) {
      const result = await this.#rest.call('QueryOrders', { txid: part.join(','), trades: 'true' });
      if (!result.ok && result.error.class !== 'unknown-order') return result.error;
      if (!result.ok) continue;
      for (const id of part) {
        const row = result.value[id];
        if (row !== undefined) this.orders.set(names.get(id) ?? '', [id, row]);
      }
    }
    return undefined;
  }

  async #amongOpen(): Promise<VenueError | undefined> {
    const missing = this.#missing;
    if (missing.length === 0) return undefined;
    const result = await this.#rest.call('OpenOrders', { trades: 'true', ...nameOfOnly(missing) });
    if (!result.ok) return result.error;
    this.#note(result.value, 'open');
    return undefined;
  }

  async #amongClosed(): Promise<VenueError | undefined> {
    const missing = this.#missing;
    const dated = missing.filter(isDated).sort((a, b) => a.sentAt - b.sentAt);
    const undated = missing.filter((order) => !isDated(order));
    const [oldest] = dated;
    if (oldest === undefined || dated.length === 1) return this.#closedByName(missing);
    const isThrough = await this.#closedSince(oldest.sentAt);
    if (typeof isThrough === 'object') return isThrough;
    const left = dated.filter(({ clientId }) => !this.orders.has(clientId));
    if (isThrough) for (const { clientId } of left) this.absent.add(clientId);
    return this.#closedByName(isThrough ? undated : [...left.slice(0, 1), ...undated]);
  }

  async #closedByName(orders: readonly OrderRef[]): Promise<VenueError | undefined> {
    for (const { clientId } of orders) {
      const result = await this.#rest.call('ClosedOrders', { trades: 'true', cl_ord_id: clientId });
      if (!result.ok) return result.error;
      this.#note(result.value, 'closed');
      if (!this.orders.has(clientId)) this.absent.add(clientId);
    }
    return undefined;
  }

  /** True: all that were closed since were gone through, or all that are wanted were found. */
  async #closedSince(sentAt: number): Promise<boolean | VenueError> {
    const start = String(Math.floor((this.#rest.serverMs(sentAt) - MARGIN_MS) / 1000));
    for (let page = 0; page < MAX_PAGES; page++) {
      const form = { trades: 'true', start, ofs: String(page * PAGE), without_count: 'true' };
      const result = await this.#rest.call('ClosedOrders', form);
      if (!result.ok) return result.error;
      const count = this.#note(result.value, 'closed');
      if (count < PAGE || this.#missing.length === 0) return true;
    }
    return false;
  }

  async #unheardTrades(): Promise<VenueError | undefined> {
    const ids = [...this.orders.values()].flatMap(([, row]) => tradeIdsOf(row));
    const unheard = ids.filter((id) => this.#heard.fillOf(id) === undefined);
    for (const part of chunks(unheard, TRADES_PER_QUERY)) {
      const result = await this.#rest.call('QueryTrades', { txid: part.join(',') });
      if (!result.ok) return result.error;
      for (const [id, row] of Object.entries(result.value)) this.trades.set(id, row);
    }
    return undefined;
  }

  /** Keeps the rows of the wanted orders; returns how many rows there were. */
  #note(result: Json, key: string): number {
    const rows = rowsUnder(result, key);
    const missing = new Set(this.#missing.map(({ clientId }) => clientId));
    for (const [id, row] of rows) {
      const clientId = isObject(row) ? textOf(row, 'cl_ord_id') : '';
      if (missing.has(clientId)) this.orders.set(clientId, [id, row]);
    }
    return rows.length;
  }
}

const isDated = (order: OrderRef): order is OrderRef & { readonly sentAt: number } => order.sentAt !== undefined;

const nameOfOnly = (orders: readonly OrderRef[]): { cl_ord_id?: string } =>
  orders.length === 1 && orders[0] !== undefined ? { cl_ord_id: orders[0].clientId } : {};
