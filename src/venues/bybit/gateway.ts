/** Order entry and account of Bybit v5 spot: orders and cancels over the trade socket, over REST while that is down;
 *  pushes over the private socket; everything that is asked for over REST.
 *  https://bybit-exchange.github.io/docs/v5/websocket/trade/guideline, …/v5/order/create-order
 *  An acknowledgement says that the venue took the request, not that the order rests: what became of it comes as a push or
 *  is asked for. */
import { type ClockReading, pause } from '../../core/clock.ts';
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
import type { KeyPermissions } from '../../core/permissions.ts';
import type { GatewayDeps } from '../../core/venue.ts';
import { OrderEntry } from '../../net/order-entry.ts';
import { ownPermissions, ownRates, queryOutcome, type Rates } from '../../net/order-outcomes.ts';
import { rejectedUnsent, unsentRefusal } from '../../net/order-traits.ts';
import { allPages, type Page } from '../../net/pages.ts';
import { needValue, type RestResult, SignedRest } from '../../net/signed-rest.ts';
import { ORDER_TRAITS } from './order-traits.ts';
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
import { PERMISSIONS_PATH, readPermissions } from './permissions.ts';
import { readRateFrame } from './rates.ts';
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
  readonly #entry: OrderEntry<Json>;

  constructor(deps: GatewayDeps) {
    this.#deps = deps;
    const { endpoints, credentials, http, clock } = deps;
    this.#rest = new SignedRest({ dialect: restDialect(credentials), base: endpoints.rest, credentials, http, clock });
    this.#sockets = new Sockets(deps, this.#rest);
    this.#entry = new OrderEntry({ clock, rest: this.#rest, read: (frame) => this.#read(frame), orderIdOf });
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
    const refusal = unsentRefusal('bybit', order, ORDER_TRAITS);
    if (refusal !== undefined) return rejectedUnsent(refusal, this.#deps.clock.monotonicNs());
    const args = orderArgs(order);
    const request = this.#sockets.request(
      (id) => tradeFrame('order.create', id, args, this.#rest.serverMs(), ORDER_WINDOW_MS),
      PLACE_TIMEOUT_MS,
    );
    return this.#entry.place(request, () =>
      this.#rest.post(ORDER_PATH, JSON.stringify(args), { timeoutMs: PLACE_TIMEOUT_MS }),
    );
  }

  /** `cancelled` means that the venue took the request; the order's end comes as an event. */
  async cancel(order: OrderRef): Promise<CancelOutcome> {
    const args = cancelArgs(order.listing.symbol, order.clientId);
    const request = this.#sockets.request(
      (id) => tradeFrame('order.cancel', id, args, this.#rest.serverMs(), CANCEL_TIMEOUT_MS),
      CANCEL_TIMEOUT_MS,
    );
    return this.#entry.cancel(request, () => this.#rest.post('/v5/order/cancel', JSON.stringify(args)));
  }

  async query(order: OrderRef): Promise<QueryOutcome> {
    let isDenied = false;
    const findOrder = async (): Promise<RestResult<OrderReport | undefined>> => {
      const found = await this.#findOrder(order);
      if (found.ok || found.error !== NOT_FOUND || isDenied) return found;
      isDenied = true;
      await pause(this.#deps.clock, DENIAL_WAIT_MS);
      return findOrder();
    };
    return queryOutcome({
      clock: this.#deps.clock,
      order: findOrder,
      fills: ({ venueOrderId }) => this.#fills(order.listing, { orderId: venueOrderId }),
    });
  }

  async openOrders(): Promise<readonly OrderReport[]> {
    const params = { category: 'spot', openOnly: '0', limit: ORDER_PAGE };
    const result = await this.#pages('/v5/order/realtime', params, readOrder, 'open order');
    return needValue('bybit', result, 'listing open orders');
  }

  async recentFills(listing: Listing, sinceMs: number): Promise<readonly Fill[]> {
    const fills: Fill[] = [];
    const now = this.#rest.serverMs();
    for (let start = Math.floor(sinceMs); start <= now; start += FILLS_SPAN_MS) {
      const span = { startTime: String(start), endTime: String(start + FILLS_SPAN_MS - 1) };
      const result = await this.#fills(listing, { symbol: listing.symbol, ...span });
      fills.push(...needValue('bybit', result, `listing fills of ${listing.symbol}`));
    }
    return fills;
  }

  async balances(): Promise<readonly Balance[]> {
    const result = await this.#rest.get('/v5/account/wallet-balance', { accountType: 'UNIFIED' });
    return objectsOf(needValue('bybit', result, 'reading balances'), 'list').flatMap(readBalances);
  }

  /** The account's rates; those of an ordinary account, with a warning, while the venue does not say. */
  async feeRates(listing: Listing): Promise<{ taker: string; maker: string }> {
    const { symbol } = listing;
    const result = await this.#rest.get('/v5/account/fee-rate', { category: 'spot', symbol });
    const read = (value: Json): Rates | undefined => readFeeRates(value, symbol);
    return ownRates(result, read, DEFAULT_FEES, { venue: 'bybit', symbol, log: this.#deps.log });
  }

  async permissions(): Promise<KeyPermissions> {
    return ownPermissions('bybit', await this.#rest.get(PERMISSIONS_PATH), readPermissions);
  }

  venueClock(): Promise<ClockReading> {
    return this.#rest.syncTime();
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

  #fills(listing: Listing, params: Readonly<Record<string, string>>): Promise<RestResult<readonly Fill[]>> {
    const read = (item: Json): Fill | undefined => readFill(item, listing);
    const asked = { category: 'spot', ...params, limit: FILL_PAGE };
    return this.#pages('/v5/execution/list', asked, read, 'execution', isTrade);
  }

  /** All items of a list that are `wanted`. */
  #pages<Item>(
    path: string,
    params: Readonly<Record<string, string>>,
    read: (item: Json) => Item | undefined,
    what: string,
    wanted: (item: Json) => boolean = () => true,
  ): Promise<RestResult<readonly Item[]>> {
    const ask = async (after: string | undefined): Promise<RestResult<Page<Json, string>>> => {
      const result = await this.#rest.get(path, { ...params, cursor: after });
      if (!result.ok) return result;
      const { items, cursor } = pageOf(result.value);
      // The last page may name a cursor as well; the page behind it is empty.
      const isLast = cursor === '' || cursor === after || items.length < Number(params.limit);
      return { ok: true, value: { items: items.filter(wanted), next: isLast ? undefined : cursor } };
    };
    return allPages(ask, read, what);
  }

  #read(frame: Json): BybitResult {
    this.#deps.onRates?.(readRateFrame(frame));
    const result = answerOf(frame);
    if (!result.ok && result.error.code === RESTARTING) {
      this.#sockets.renewTrade('the venue restarts its order entry');
    }
    return result;
  }
}

const orderIdOf = (result: Json): string => textOf(result, 'orderId');
