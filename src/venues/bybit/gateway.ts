/** Order entry and account of Bybit v5 spot: orders and cancels over the trade socket, over REST while that is down;
 *  pushes over the private socket; everything that is asked for over REST.
 *  https://bybit-exchange.github.io/docs/v5/websocket/trade/guideline, …/v5/order/create-order
 *  An acknowledgement says that the venue took the request, not that the order rests: what became of it comes as a push or
 *  is asked for. */
import type { Listing } from '../../core/instrument.ts';
import { type Json, objectsOf, textOf } from '../../core/json.ts';
import type {
  Balance,
  CancelOutcome,
  Fill,
  Gateway,
  OrderRef,
  OrderReport,
  OrderRequest,
  PlaceOutcome,
  QueryOutcome,
  VenueError,
} from '../../core/order.ts';
import type { MonoNs } from '../../core/units.ts';
import type { GatewayDeps } from '../../core/venue.ts';
import { cancelOutcome, placeOutcome, queryOutcome, unreadable } from '../../net/order-outcomes.ts';
import type { Answer } from '../../net/session-port.ts';
import { faultOf, type RestResult, SignedRest } from '../../net/signed-rest.ts';
import {
  cancelArgs,
  isTrade,
  orderArgs,
  readBalances,
  readFeeRates,
  readFill,
  readOrder,
  tradeFrame,
} from './orders.ts';
import { answerOf, type BybitResult, ORDER_PATH, ORDER_WINDOW_MS, pageOf, restDialect } from './rest.ts';
import { Sockets } from './sockets.ts';

const PLACE_TIMEOUT_MS = ORDER_WINDOW_MS;
const CANCEL_TIMEOUT_MS = 2000;
const ORDER_PAGE = '50';
const FILL_PAGE = '100';
const DAY_MS = 86_400_000;
/** One question for executions spans at most this. */
const FILLS_SPAN_MS = 7 * DAY_MS;
/** The venue takes orders before its lists know of them: a denial counts when it is repeated after this. */
const DENIAL_WAIT_MS = 300;
/** "ws trade service is restarting, do not accept new request": another connection leads to one that works. */
const RESTARTING = '10019';

/** Rates of an ordinary account (VIP 0). */
export const DEFAULT_FEES = { taker: '0.001', maker: '0.001' } as const;

const NOT_FOUND: VenueError = {
  class: 'unknown-order',
  code: 'not-listed',
  message: 'neither among the open and recent orders nor in the history',
};

export class BybitGateway implements Gateway {
  readonly #deps: GatewayDeps;
  readonly #rest: SignedRest<Json>;
  readonly #sockets: Sockets;

  constructor(deps: GatewayDeps) {
    this.#deps = deps;
    const { endpoints, credentials, http, clock } = deps;
    this.#rest = new SignedRest({ dialect: restDialect(credentials), base: endpoints.rest, credentials, http, clock });
    this.#sockets = new Sockets(deps, this.#rest);
  }

  get isUp(): boolean {
    return this.#sockets.isUp;
  }

  connect(): Promise<void> {
    return this.#sockets.connect();
  }

  close(): Promise<void> {
    return this.#sockets.close();
  }

  async place(order: OrderRequest): Promise<PlaceOutcome> {
    const args = orderArgs(order);
    const request = this.#sockets.request(
      (id) => tradeFrame('order.create', id, args, this.#rest.serverMs(), ORDER_WINDOW_MS),
      PLACE_TIMEOUT_MS,
    );
    if (request !== undefined) return this.#placed(await request.answer, request.sentAt);
    const sentAt = this.#deps.clock.monotonicNs();
    const result = await this.#rest.post(ORDER_PATH, JSON.stringify(args), { timeoutMs: PLACE_TIMEOUT_MS });
    return placeOutcome(result, orderIdOf, sentAt, this.#deps.clock.monotonicNs());
  }

  /** `cancelled` means that the venue took the request; the order's end comes as an event. */
  async cancel(order: OrderRef): Promise<CancelOutcome> {
    const args = cancelArgs(order.listing.symbol, order.clientId);
    const request = this.#sockets.request(
      (id) => tradeFrame('order.cancel', id, args, this.#rest.serverMs(), CANCEL_TIMEOUT_MS),
      CANCEL_TIMEOUT_MS,
    );
    const result =
      request === undefined
        ? await this.#rest.post('/v5/order/cancel', JSON.stringify(args))
        : this.#resultOf(await request.answer);
    return cancelOutcome(result);
  }

  async query(order: OrderRef): Promise<QueryOutcome> {
    let isDenied = false;
    const findOrder = async (): Promise<RestResult<OrderReport | undefined>> => {
      const found = await this.#findOrder(order);
      if (found.ok || found.error !== NOT_FOUND || isDenied) return found;
      isDenied = true;
      await new Promise<void>((resolve) => this.#deps.clock.after(DENIAL_WAIT_MS, resolve));
      return findOrder();
    };
    return queryOutcome({
      clock: this.#deps.clock,
      order: findOrder,
      fills: ({ venueOrderId }) => this.#fills(order.listing, { orderId: venueOrderId }),
    });
  }

  async openOrders(): Promise<readonly OrderReport[]> {
    const result = await this.#pages('/v5/order/realtime', { category: 'spot', openOnly: '0', limit: ORDER_PAGE });
    if (!result.ok) throw faultOf('bybit', result.error, 'listing open orders');
    return result.value.map((item) => {
      const report = readOrder(item);
      if (report === undefined) throw faultOf('bybit', unreadable('open order'), 'listing open orders');
      return report;
    });
  }

  async recentFills(listing: Listing, sinceMs: number): Promise<readonly Fill[]> {
    const fills: Fill[] = [];
    const now = this.#rest.serverMs();
    for (let start = Math.floor(sinceMs); start <= now; start += FILLS_SPAN_MS) {
      const span = { startTime: String(start), endTime: String(start + FILLS_SPAN_MS - 1) };
      const result = await this.#fills(listing, { symbol: listing.symbol, ...span });
      if (!result.ok) throw faultOf('bybit', result.error, `listing fills of ${listing.symbol}`);
      fills.push(...result.value);
    }
    return fills;
  }

  async balances(): Promise<readonly Balance[]> {
    const result = await this.#rest.get('/v5/account/wallet-balance', { accountType: 'UNIFIED' });
    if (!result.ok) throw faultOf('bybit', result.error, 'reading balances');
    return objectsOf(result.value, 'list').flatMap(readBalances);
  }

  /** The account's rates; those of an ordinary account, with a warning, while the venue does not say. */
  async feeRates(listing: Listing): Promise<{ taker: string; maker: string }> {
    const { symbol } = listing;
    const result = await this.#rest.get('/v5/account/fee-rate', { category: 'spot', symbol });
    const rates = result.ok ? readFeeRates(result.value, symbol) : undefined;
    if (rates !== undefined) return rates;
    const error = result.ok ? unreadable('fee rates') : result.error;
    this.#deps.log.warn({ venue: 'bybit', symbol, error }, 'fee rates not read; assuming the usual ones');
    return DEFAULT_FEES;
  }

  /** Open orders and the last 500 closed ones are in one list, which a restart of the venue empties; older ones are in the
   *  history. */
  async #findOrder({ clientId }: OrderRef): Promise<RestResult<OrderReport | undefined>> {
    for (const path of ['/v5/order/realtime', '/v5/order/history']) {
      const result = await this.#rest.get(path, { category: 'spot', orderLinkId: clientId });
      if (!result.ok && result.error.class !== 'unknown-order') return result;
      const item = result.ok
        ? pageOf(result.value).items.find((each) => textOf(each, 'orderLinkId') === clientId)
        : undefined;
      if (item !== undefined) return { ok: true, value: readOrder(item) };
    }
    return { ok: false, error: NOT_FOUND };
  }

  async #fills(listing: Listing, params: Readonly<Record<string, string>>): Promise<RestResult<readonly Fill[]>> {
    const result = await this.#pages('/v5/execution/list', { category: 'spot', ...params, limit: FILL_PAGE });
    if (!result.ok) return result;
    const fills: Fill[] = [];
    for (const item of result.value.filter(isTrade)) {
      const fill = readFill(item, listing);
      if (fill === undefined) return { ok: false, error: unreadable('execution') };
      fills.push(fill);
    }
    return { ok: true, value: fills };
  }

  /** All items of a list, page by page. */
  async #pages(path: string, params: Readonly<Record<string, string>>): Promise<RestResult<readonly Json[]>> {
    const all: Json[] = [];
    let after = '';
    for (;;) {
      const result = await this.#rest.get(path, { ...params, ...(after === '' ? {} : { cursor: after }) });
      if (!result.ok) return result;
      const { items, cursor } = pageOf(result.value);
      all.push(...items);
      // The last page may name a cursor as well; the page behind it is empty.
      if (cursor === '' || cursor === after || items.length < Number(params.limit)) return { ok: true, value: all };
      after = cursor;
    }
  }

  #placed(answer: Answer, sentAt: MonoNs): PlaceOutcome {
    if (answer.kind === 'lost') return { kind: 'unknown', reason: answer.reason, sentAt };
    return placeOutcome(this.#resultOf(answer), orderIdOf, sentAt, answer.at);
  }

  #resultOf(answer: Answer): BybitResult {
    if (answer.kind === 'lost') {
      return { ok: false, error: { class: 'unknown-outcome', code: 'lost', message: answer.reason } };
    }
    const result = answerOf(answer.frame);
    if (result.ok) return result;
    const error = this.#rest.clean(result.error);
    this.#rest.noteRefusal(error);
    if (error.code === RESTARTING) this.#sockets.renewTrade('the venue restarts its order entry');
    return { ok: false, error };
  }
}

const orderIdOf = (result: Json): string => textOf(result, 'orderId');
