/** Questions for orders and fills over REST. Orders know their trades by id, trades know their order's id, and only orders
 *  know the client's id.
 *  https://docs.kraken.com/api/docs/rest-api/get-open-orders, …/get-closed-orders, …/get-orders-info, …/get-trades-info,
 *  …/get-trade-history */
import type { Clock } from '../../core/clock.ts';
import { messageOf } from '../../core/faults.ts';
import type { Listing } from '../../core/instrument.ts';
import { isObject, textOf } from '../../core/json.ts';
import type { Fill, OrderRef, OrderReport, QueryOutcome, VenueError } from '../../core/order.ts';
import { queryOutcome, unreadable } from '../../net/order-outcomes.ts';
import { readItems } from '../../net/pages.ts';
import { faultOf, needValue, type RestResult } from '../../net/signed-rest.ts';
import type { Sightings } from './look.ts';
import type { Names } from './names.ts';
import type { Heard } from './pushes.ts';
import { readOrder, readTrade, rowsUnder, tradeIdsOf } from './reports.ts';
import type { KrakenRest } from './rest.ts';
import { SharedLook } from './shared-look.ts';
import { TradeHistory } from './trade-history.ts';

export interface QuestionDeps {
  readonly rest: KrakenRest;
  readonly clock: Clock;
  readonly names: () => Promise<Names>;
  readonly heard: Heard;
}

export class OrderQuestions {
  readonly #deps: QuestionDeps;
  readonly #look: SharedLook;
  readonly #history: TradeHistory;

  constructor(deps: QuestionDeps) {
    this.#deps = deps;
    this.#look = new SharedLook(deps);
    this.#history = new TradeHistory(deps.rest, deps.heard);
  }

  async query(order: OrderRef): Promise<QueryOutcome> {
    let names: Names;
    try {
      names = await this.#deps.names();
    } catch (thrown) {
      return { kind: 'failed', error: { class: 'other', code: 'names', message: messageOf(thrown) } };
    }
    const { clientId } = order;
    let sightings: Sightings = { askedAt: 0, orders: new Map(), absent: new Set(), trades: new Map() };
    let tradeIds: readonly string[] = [];
    const outcome = await queryOutcome({
      clock: this.#deps.clock,
      order: async () => {
        const found = await this.#look.find(order);
        if (!found.ok) return found;
        sightings = found.value;
        const row = sightings.orders.get(clientId);
        if (row === undefined) return { ok: false, error: sightings.absent.has(clientId) ? NEVER_SEEN : NOT_FOUND };
        tradeIds = tradeIdsOf(row[1]);
        const report = readOrder(...row, names);
        return { ok: true, value: report && { ...report, clientId } };
      },
      fills: async () => this.#fillsOf(tradeIds, sightings, clientId, names),
    });
    return outcome.kind === 'absent' ? { ...outcome, askedAt: sightings.askedAt } : outcome;
  }

  async openOrders(): Promise<readonly OrderReport[]> {
    const names = await this.#deps.names();
    const result = await this.#deps.rest.call('OpenOrders');
    const rows = rowsUnder(needValue('kraken', result, 'listing open orders'), 'open');
    const reports = readItems(rows, ([id, row]) => readOrder(id, row, names), 'open order');
    return needValue('kraken', reports, 'listing open orders');
  }

  async recentFills(listing: Listing, sinceMs: number): Promise<readonly Fill[]> {
    const names = await this.#deps.names();
    const { rows, clientIds } = await this.#history.read(sinceMs);
    const fills: Fill[] = [];
    for (const [id, row] of rows) {
      if (!isObject(row) || names.pair(textOf(row, 'pair'))?.symbol !== listing.symbol) continue;
      const fill = readTrade(id, row, clientIds.get(textOf(row, 'ordertxid')) ?? '', names);
      if (fill === undefined) throw faultOf('kraken', unreadable('fill'), `listing fills of ${listing.symbol}`);
      if (fill.venueAt >= sinceMs) fills.push(fill);
    }
    return fills;
  }

  /** Those of them that pushes have told of are known already. */
  #fillsOf(
    tradeIds: readonly string[],
    { trades }: Sightings,
    clientId: string,
    names: Names,
  ): RestResult<readonly Fill[]> {
    const fills: Fill[] = [];
    for (const id of tradeIds) {
      const heard = this.#deps.heard.fillOf(id);
      const row = trades.get(id);
      // Not listed yet: what is there does not add up, and is asked for again.
      if (heard === undefined && row === undefined) continue;
      const fill = heard ?? readTrade(id, row, clientId, names);
      if (fill === undefined) return { ok: false, error: unreadable('fill') };
      fills.push(fill);
    }
    return { ok: true, value: fills };
  }
}

const NOT_FOUND: VenueError = {
  class: 'other',
  code: 'not-found',
  message: 'not among the newest of many closed orders',
};
const NEVER_SEEN: VenueError = {
  class: 'unknown-order',
  code: 'absent',
  message: 'neither among the open nor among the closed orders',
};
