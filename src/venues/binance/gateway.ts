/** Order entry and account of Binance spot.
 *  Thread: executor. Events go out through `onEvent` as they arrive; an answer's fills go out before its promise settles.
 *  Source: https://developers.binance.com/docs/binance-spot-api-docs/websocket-api */

import type { ClockReading } from '../../core/clock.ts';
import { isZero } from '../../core/decimal-text.ts';
import { Fault, messageOf } from '../../core/faults.ts';
import type { Listing } from '../../core/instrument.ts';
import { type Json, needList, needObject } from '../../core/json.ts';
import type {
  Balance,
  CancelOutcome,
  Fill,
  Gateway,
  GatewayEvent,
  OrderRef,
  OrderReport,
  OrderRequest,
  PlaceOutcome,
  QueryOutcome,
} from '../../core/order.ts';
import type { KeyPermissions } from '../../core/permissions.ts';
import type { GatewayDeps } from '../../core/venue.ts';
import { rejectedUnsent, unsentRefusal } from '../../net/order-traits.ts';
import { ORDER_TRAITS } from './order-traits.ts';
import { orderParams, readBalances, readCommission, readOrder, readPlacedFills, readTrade } from './orders.ts';
import { PERMISSIONS_PATH, readPermissions, whereMissing } from './permissions.ts';
import { errorOf, faultOf, type Reply } from './reply.ts';
import { CALLS, Session } from './session.ts';
import type { Params } from './sign.ts';
import { readUserEvent } from './user-events.ts';

/** An order that is not answered in this time has an unknown outcome. */
const PLACE_TIMEOUT_MS = 2_000;
/** The venue refuses an order that reaches it later than this after its timestamp. Not more than the time that we wait:
 *  what we have given up must not be carried out afterwards. */
const PLACE_WINDOW_MS = 2_000;
const CANCEL_TIMEOUT_MS = 5_000;
const PAGE = 1000;

type Unanswered = Exclude<Reply, { kind: 'answered' }>;

export class BinanceGateway implements Gateway {
  readonly #deps: GatewayDeps;
  readonly #session: Session;
  readonly #listings: ReadonlyMap<string, Listing>;
  readonly #defaultFees: { readonly taker: string; readonly maker: string };

  constructor(deps: GatewayDeps, defaultFees: { readonly taker: string; readonly maker: string }) {
    this.#deps = deps;
    this.#defaultFees = defaultFees;
    this.#listings = new Map(deps.listings.map((listing) => [listing.symbol, listing]));
    this.#session = new Session(deps, {
      onUp: () => this.#emit({ kind: 'GatewayUp' }),
      onDown: (reason) => this.#emit({ kind: 'GatewayDown', reason }),
      onPush: (frame) => this.#onPush(frame),
    });
  }

  get isUp(): boolean {
    return this.#session.state === 'up';
  }

  connect(): Promise<void> {
    return this.#session.connect();
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  async place(order: OrderRequest): Promise<PlaceOutcome> {
    const refusal = unsentRefusal('binance', order, ORDER_TRAITS);
    if (refusal !== undefined) return rejectedUnsent(refusal, this.#deps.clock.monotonicNs());
    const params = { ...orderParams(order), recvWindow: PLACE_WINDOW_MS };
    return this.#placed(await this.#session.call(CALLS.place, params, PLACE_TIMEOUT_MS));
  }

  async cancel(order: OrderRef): Promise<CancelOutcome> {
    const params = { symbol: order.listing.symbol, origClientOrderId: order.clientId };
    const reply = await this.#session.call(CALLS.cancel, params, CANCEL_TIMEOUT_MS);
    if (reply.kind !== 'answered') return absentOr(reply);
    const report = this.#read('the answer to order.cancel', () => readOrder(reply.result));
    if (report !== undefined) this.#emit({ kind: 'OrderUpdated', report });
    return { kind: 'cancelled' };
  }

  async query(order: OrderRef): Promise<QueryOutcome> {
    const { symbol } = order.listing;
    const reply = await this.#session.ask(CALLS.order, { symbol, origClientOrderId: order.clientId });
    if (reply.kind !== 'answered') return absentOr(reply);
    try {
      const report = readOrder(reply.result);
      if (isZero(report.filled)) return { kind: 'found', report, fills: [] };
      const trades = await this.#trades({ symbol, orderId: orderIdParam(report.venueOrderId) });
      if ('kind' in trades) return { kind: 'failed', error: errorOf(trades) };
      return { kind: 'found', report, fills: trades.map((trade) => readTrade(trade, order.clientId)) };
    } catch (thrown) {
      return { kind: 'failed', error: { class: 'other', code: 'unreadable', message: messageOf(thrown) } };
    }
  }

  async openOrders(): Promise<readonly OrderReport[]> {
    const reply = await this.#session.ask(CALLS.openOrders, {});
    if (reply.kind !== 'answered') throw faultOf('openOrders', reply);
    return needList(reply.result, 'the open orders').map(readOrder);
  }

  async balances(): Promise<readonly Balance[]> {
    const reply = await this.#session.ask(CALLS.account, { omitZeroBalances: true });
    if (reply.kind !== 'answered') throw faultOf('account', reply);
    return readBalances(reply.result);
  }

  async recentFills(listing: Listing, sinceMs: number): Promise<readonly Fill[]> {
    const { symbol } = listing;
    const trades = await this.#trades({ symbol, startTime: sinceMs });
    if ('kind' in trades) throw faultOf('myTrades', trades);
    // Trades do not name the client id; each order is asked once.
    const clientIds = new Map<string, string>();
    const fills: Fill[] = [];
    for (const trade of trades) {
      const fill = readTrade(trade, '');
      let clientId = clientIds.get(fill.venueOrderId);
      if (clientId === undefined) {
        const reply = await this.#session.ask(CALLS.order, { symbol, orderId: orderIdParam(fill.venueOrderId) });
        if (reply.kind !== 'answered') throw faultOf('order', reply);
        clientId = readOrder(reply.result).clientId;
        clientIds.set(fill.venueOrderId, clientId);
      }
      fills.push({ ...fill, clientId });
    }
    return fills;
  }

  async feeRates(listing: Listing): Promise<{ taker: string; maker: string }> {
    const reply = await this.#session.restOnly('/api/v3/account/commission', { symbol: listing.symbol });
    const rates =
      reply.kind === 'answered' ? this.#read('the commission', () => readCommission(reply.result)) : undefined;
    if (rates !== undefined) return rates;
    const error = reply.kind === 'answered' ? undefined : errorOf(reply);
    this.#deps.log.warn({ symbol: listing.symbol, error }, 'binance: own fees unknown, the ordinary ones are used');
    return { ...this.#defaultFees };
  }

  async permissions(): Promise<KeyPermissions> {
    const doing = 'the permissions of the key';
    const reply = await this.#session.restOnly(PERMISSIONS_PATH, {});
    const permissions = reply.kind === 'answered' ? readPermissions(reply.result) : whereMissing(reply);
    if (permissions !== undefined) return permissions;
    throw reply.kind === 'answered'
      ? new Fault('venue/protocol', `binance: ${doing} cannot be read`)
      : faultOf(doing, reply);
  }

  venueClock(): Promise<ClockReading> {
    return this.#session.venueClock();
  }

  /** All trades that match, page by page; or the reply that ended the search. */
  async #trades(filter: Params): Promise<readonly unknown[] | Unanswered> {
    const found: unknown[] = [];
    let params: Params = { ...filter, limit: PAGE };
    for (;;) {
      const reply = await this.#session.ask(CALLS.trades, params);
      if (reply.kind !== 'answered') return reply;
      const page = needList(reply.result, 'the trades');
      found.push(...page);
      if (page.length < PAGE) return found;
      const lastId = Number(needObject(page[page.length - 1], 'a trade').id);
      // `fromId` goes with symbol and orderId, but not with startTime.
      const { startTime: _, ...rest } = filter;
      params = { ...rest, fromId: lastId + 1, limit: PAGE };
    }
  }

  #placed(reply: Reply): PlaceOutcome {
    switch (reply.kind) {
      case 'answered': {
        const { result, sentAt, receivedAt } = reply;
        const read = this.#read('the answer to order.place', () => ({
          report: readOrder(result),
          fills: readPlacedFills(result),
        }));
        if (read === undefined) return { kind: 'unknown', reason: 'the answer to order.place cannot be read', sentAt };
        for (const fill of read.fills) this.#emit({ kind: 'LegFilled', fill });
        this.#emit({ kind: 'OrderUpdated', report: read.report });
        return { kind: 'acked', venueOrderId: read.report.venueOrderId, sentAt, ackedAt: receivedAt };
      }
      case 'refused': {
        const { error, sentAt, receivedAt } = reply;
        if (error.class === 'unknown-outcome') {
          return { kind: 'unknown', reason: `${error.message} (${error.code})`, sentAt };
        }
        return { kind: 'rejected', error, sentAt, ackedAt: receivedAt };
      }
      case 'lost':
        return { kind: 'unknown', reason: reply.reason, sentAt: reply.sentAt };
      case 'unsent': {
        const now = this.#deps.clock.monotonicNs();
        return { kind: 'rejected', error: errorOf(reply), sentAt: now, ackedAt: now };
      }
    }
  }

  #onPush(frame: Json): void {
    const event = this.#read('an event of the user data stream', () =>
      readUserEvent(frame, (symbol) => this.#listings.get(symbol)),
    );
    switch (event?.kind) {
      case 'Events':
        for (const each of event.events) this.#emit(each);
        break;
      case 'Ignored':
        this.#deps.log.debug({ event: event.event, reason: event.reason }, 'binance user data event ignored');
        break;
      case 'Terminated':
        this.#session.renew('the venue ended the user data stream');
        break;
      case 'Goodbye':
        this.#session.renew('the venue announced its shutdown');
        break;
    }
  }

  /** Runs a reader; what it cannot read is logged and gives undefined. */
  #read<T>(what: string, reader: () => T): T | undefined {
    try {
      return reader();
    } catch (thrown) {
      this.#deps.log.error({ code: 'venue/protocol', reason: messageOf(thrown) }, `binance: ${what} cannot be read`);
      return undefined;
    }
  }

  #emit(event: GatewayEvent): void {
    this.#deps.onEvent(event);
  }
}

/** "No such order" is an answer; everything else is a failure. */
function absentOr(reply: Unanswered): { kind: 'absent' } | { kind: 'failed'; error: ReturnType<typeof errorOf> } {
  const error = errorOf(reply);
  return error.class === 'unknown-order' ? { kind: 'absent' } : { kind: 'failed', error };
}

/** A number on the wire wherever a number holds it exactly. */
const orderIdParam = (id: string): string | number => (Number.isSafeInteger(Number(id)) ? Number(id) : id);
