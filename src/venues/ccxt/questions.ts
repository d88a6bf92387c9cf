/** What became of an order, asked of the venue in the ways that its class of ccxt offers. Thread: the ccxt worker. */
import type { Exchange } from 'ccxt';
import type { Clock } from '../../core/clock.ts';
import { isSame } from '../../core/decimal-text.ts';
import { isObject, type Json } from '../../core/json.ts';
import type { Fill, OrderReport } from '../../core/order.ts';
import { addsUp } from '../../net/order-outcomes.ts';
import { within } from './deadline.ts';
import { isA } from './errors.ts';
import { idOf, readFill, readOrder } from './orders.ts';
import { clientIdOf, type Track, type Tracks } from './tracks.ts';

const ASK_MS = 10_000;
/** How far back orders are looked for that have no known id, ms. */
const LOOK_BACK_MS = 15 * 60_000;

export interface QuestionsDeps {
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly tracks: Tracks;
  /** Its `fetchOrder` takes the client id. */
  readonly findsByClientId: boolean;
}

/** `absent`: the venue says that it has no such order. Rejections are ccxt's. */
export type Found = { readonly order: Json } | 'absent';

export class Questions {
  readonly #deps: QuestionsDeps;

  constructor(deps: QuestionsDeps) {
    this.#deps = deps;
  }

  async order(track: Track, market: string): Promise<Found> {
    const { exchange, findsByClientId } = this.#deps;
    const { orderId, clientId } = track;
    if (exchange.has.fetchOrder === true && (orderId !== '' || findsByClientId)) {
      try {
        const params = orderId === '' ? { clientOrderId: clientId } : {};
        const order: unknown = await this.#ask(() => exchange.fetchOrder(orderId, market, params));
        if (isObject(order)) return { order };
      } catch (thrown) {
        if (!isA(thrown, 'OrderNotFound') && !isA(thrown, 'NotSupported')) throw thrown;
        // An id that we have was given by the venue: then it may list the order elsewhere.
        if (orderId === '' && isA(thrown, 'OrderNotFound')) return 'absent';
      }
    }
    return this.#search(track, market);
  }

  /** The fills of an order whose id is known. */
  async fills({ orderId, clientId, symbol }: Track, market: string): Promise<readonly Fill[]> {
    const { exchange, clock } = this.#deps;
    const name = { clientId, symbol };
    const read = (trades: readonly unknown[]): readonly Fill[] =>
      trades.flatMap((trade) =>
        isObject(trade) && (idOf(trade.order) === orderId || idOf(trade.order) === '')
          ? (readFill(trade, name) ?? [])
          : [],
      );
    if (exchange.has.fetchOrderTrades === true) {
      return read(await this.#ask(() => exchange.fetchOrderTrades(orderId, market)));
    }
    const all = await this.#ask(() => exchange.fetchMyTrades(market, clock.wallMs() - LOOK_BACK_MS));
    return read(all.filter((trade) => idOf(trade?.order) === orderId));
  }

  /** The order and its fills; `tracks` hears of all of it. */
  async learn(track: Track, market: string): Promise<'absent' | { report: OrderReport; fills: readonly Fill[] }> {
    const { tracks } = this.#deps;
    const found = await this.order(track, market);
    if (found === 'absent') return 'absent';
    tracks.name(track, idOf(found.order.id));
    const report = readOrder(found.order, track, track.size);
    if (report === undefined) throw new TypeError('the order cannot be read');
    const known = [...track.fills.values()];
    if (isSame(report.filled, '0') || addsUp(known, report.filled)) {
      tracks.onOrder(found.order, false);
      return { report, fills: known };
    }
    const own = Array.isArray(found.order.trades)
      ? found.order.trades.flatMap((each) => readFill(each, track) ?? [])
      : [];
    const fills = addsUp(own, report.filled) ? own : await this.fills(track, market);
    for (const fill of fills) tracks.onFill(track, fill);
    tracks.onOrder(found.order, false);
    return { report, fills: [...track.fills.values()] };
  }

  /** What is missing of an order: its end, or fills that its last word speaks of. */
  async catchUp(track: Track, market: string): Promise<void> {
    const { tracks } = this.#deps;
    const { report, hasNews } = track;
    track.hasNews = false;
    if (report === undefined || report.status === 'open' || hasNews) await this.learn(track, market);
    else for (const fill of await this.fills(track, market)) tracks.onFill(track, fill);
  }

  async #search({ orderId, clientId }: Track, market: string): Promise<Found> {
    const { exchange, clock, tracks } = this.#deps;
    const { has } = exchange;
    const since = clock.wallMs() - LOOK_BACK_MS;
    const lists: (() => Promise<readonly unknown[]>)[] = [];
    if (has.fetchOpenOrders === true) lists.push(() => exchange.fetchOpenOrders(market));
    if (has.fetchClosedOrders === true) lists.push(() => exchange.fetchClosedOrders(market, since));
    if (has.fetchCanceledOrders === true) lists.push(() => exchange.fetchCanceledOrders(market, since));
    if (has.fetchClosedOrders !== true && has.fetchOrders === true)
      lists.push(() => exchange.fetchOrders(market, since));
    for (const list of lists) {
      for (const order of await this.#ask(list)) {
        if (!isObject(order)) continue;
        const isIt = orderId === '' ? clientIdOf(order) === clientId : idOf(order.id) === orderId;
        if (isIt || tracks.ownerOf(order, idOf(order.id))?.clientId === clientId) return { order };
      }
    }
    // Unknown stays unknown where a list without it would prove nothing.
    if (lists.length < 2 || !tracks.areClientIdsKept) throw new TypeError('the venue cannot be asked by client id');
    return 'absent';
  }

  #ask<T>(call: () => Promise<T>): Promise<T> {
    return within(this.#deps.clock, ASK_MS, call);
  }
}
