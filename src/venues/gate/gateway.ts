/** Order entry and account of Gate spot: orders and cancels over the private WebSocket, over REST while it is down;
 *  everything that is asked for over REST.
 *  https://www.gate.com/docs/developers/apiv4/en/#spot, …/apiv4/ws/en/#spot-account-trade */
import type { ClockReading } from '../../core/clock.ts';
import type { Listing } from '../../core/instrument.ts';
import { isObject, type Json, objectsOf, textOf } from '../../core/json.ts';
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
} from '../../core/order.ts';
import { type KeyPermissions, UNKNOWN_PERMISSIONS } from '../../core/permissions.ts';
import type { GatewayDeps } from '../../core/venue.ts';
import { OrderEntry } from '../../net/order-entry.ts';
import { ownPermissions, ownRates, queryOutcome, type Rates, unreadable } from '../../net/order-outcomes.ts';
import { rejectedUnsent, unsentRefusal } from '../../net/order-traits.ts';
import { OwnOrders } from '../../net/own-orders.ts';
import { allPages, type Page, readItems } from '../../net/pages.ts';
import { Session } from '../../net/session.ts';
import { needValue, type RestResult, SignedRest } from '../../net/signed-rest.ts';
import { OrderIds } from './order-ids.ts';
import { ORDER_TRAITS } from './order-traits.ts';
import {
  cancelFrame,
  EXPIRY,
  orderFrame,
  orderParams,
  readBalance,
  readFeeRates,
  readFill,
  readOrder,
  textOfClient,
} from './orders.ts';
import { mayNotAsk, PERMISSIONS_PATH, readPermissions } from './permissions.ts';
import { PushReader } from './pushes.ts';
import { readRateFrame } from './rates.ts';
import { type GateResult, restDialect } from './rest.ts';
import { heartbeat, privateScript, refusalOf } from './session.ts';

const PLACE_TIMEOUT_MS = 2000;
const CANCEL_TIMEOUT_MS = 2000;
const ORDERS = '/api/v4/spot/orders';
const ORDER_PAGE = 100;
const FILL_PAGE = 1000;
/** Trades are given for seven days from `from`. */
const FILL_WINDOW_MS = 7 * 86_400_000;
/** Pages of finished orders in which an order is looked for that is not found by its name any more. */
const FINISHED_PAGES = 3;

/** Rates of an ordinary account (VIP 0). */
export const DEFAULT_FEES = { taker: '0.001', maker: '0.001' } as const;

export class GateGateway implements Gateway {
  readonly #deps: GatewayDeps;
  readonly #rest: SignedRest<unknown>;
  readonly #session: Session;
  readonly #entry: OrderEntry<unknown>;
  readonly #ids = new OrderIds();
  readonly #own = new OwnOrders('gate');

  constructor(deps: GatewayDeps) {
    this.#deps = deps;
    const { endpoints, credentials, http, clock, log, sockets } = deps;
    const nowMs = (): number => rest.serverMs();
    const rest: SignedRest<unknown> = new SignedRest({
      dialect: restDialect(credentials, () => nowMs()),
      base: endpoints.rest,
      credentials,
      http,
      clock,
    });
    this.#rest = rest;
    this.#entry = new OrderEntry({ clock, rest, read: (frame) => this.#read(frame), orderIdOf });
    const pushes = new PushReader(deps.onEvent, log, (report) => this.#note(report));
    this.#session = new Session({
      venue: 'gate',
      name: 'private socket',
      // Order entry and private channels share one connection.
      script: async (isFirst) => {
        await rest.syncForLogon(isFirst, log);
        return privateScript(
          endpoints.wsPrivate,
          credentials,
          () => this.#seconds(),
          (error) => rest.clean(error),
        );
      },
      heartbeat: heartbeat(nowMs),
      sockets,
      clock,
      log,
      onUp: () => deps.onEvent({ kind: 'GatewayUp' }),
      onDown: (reason) => deps.onEvent({ kind: 'GatewayDown', reason }),
      onPush: (frame) => pushes.read(frame),
    });
  }

  get isUp(): boolean {
    return this.#session.isUp;
  }

  connect(): Promise<void> {
    return this.#session.start();
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  async place(order: OrderRequest): Promise<PlaceOutcome> {
    const refusal = unsentRefusal('gate', order, ORDER_TRAITS) ?? this.#own.crossing(order);
    if (refusal !== undefined) return rejectedUnsent(refusal, this.#deps.clock.monotonicNs());
    this.#own.sending(order);
    // Past this moment the venue refuses the order itself, so that one given up on cannot be accepted later.
    const expiresAt = this.#rest.serverMs() + PLACE_TIMEOUT_MS;
    const request = this.#session.request((id) => orderFrame(id, order, this.#seconds(), expiresAt), PLACE_TIMEOUT_MS);
    const options = { headers: { [EXPIRY]: String(expiresAt) }, timeoutMs: PLACE_TIMEOUT_MS };
    const outcome = await this.#entry.place(request, () =>
      this.#rest.post(ORDERS, JSON.stringify(orderParams(order)), options),
    );
    if (outcome.kind === 'acked') this.#ids.note({ clientId: order.clientId, venueOrderId: outcome.venueOrderId });
    if (outcome.kind === 'rejected') this.#own.gone(order.clientId);
    return outcome;
  }

  /** `cancelled` means that the venue took the request; the order's end comes as an event. */
  async cancel({ clientId, listing }: OrderRef): Promise<CancelOutcome> {
    const orderId = this.#ids.of(clientId) ?? textOfClient(clientId);
    const request = this.#session.request(
      (id) => cancelFrame(id, orderId, listing.symbol, this.#seconds()),
      CANCEL_TIMEOUT_MS,
    );
    const outcome = await this.#entry.cancel(request, () =>
      this.#rest.request('DELETE', `${ORDERS}/${orderId}`, { params: { currency_pair: listing.symbol } }),
    );
    if (outcome.kind === 'absent') this.#own.gone(clientId);
    return outcome;
  }

  async query(order: OrderRef): Promise<QueryOutcome> {
    const outcome = await queryOutcome({
      clock: this.#deps.clock,
      order: async () => {
        const found = await this.#find(order);
        if (!found.ok) return found;
        return { ok: true, value: isObject(found.value) ? this.#readOrder(found.value) : undefined };
      },
      fills: ({ venueOrderId }) => this.#fills(order.listing, { order_id: venueOrderId }),
    });
    if (outcome.kind === 'absent') this.#own.gone(order.clientId);
    return outcome;
  }

  async openOrders(): Promise<readonly OrderReport[]> {
    // Pages are counted within each pair.
    const ask = async (page = 1): Promise<RestResult<Page<Json, number>>> => {
      const params = { page: String(page), limit: String(ORDER_PAGE) };
      const groups = await this.#list('/api/v4/spot/open_orders', params, 'list');
      if (!groups.ok) return groups;
      const lists = groups.value.map((group) => objectsOf(group, 'orders'));
      const isLast = lists.every((list) => list.length < ORDER_PAGE);
      return { ok: true, value: { items: lists.flat(), next: isLast ? undefined : page + 1 } };
    };
    const result = await allPages(ask, (item) => this.#readOrder(item), 'open order');
    return needValue('gate', result, 'listing open orders');
  }

  async recentFills(listing: Listing, sinceMs: number): Promise<readonly Fill[]> {
    const fills: Fill[] = [];
    const now = this.#rest.serverMs();
    for (let from = sinceMs; from <= now; from += FILL_WINDOW_MS) {
      const to = from + FILL_WINDOW_MS;
      const window = {
        from: String(Math.floor(from / 1000)),
        ...(to > now ? {} : { to: String(Math.floor(to / 1000) - 1) }),
      };
      const result = await this.#fills(listing, window);
      fills.push(...needValue('gate', result, `listing fills of ${listing.symbol}`));
    }
    return fills;
  }

  async balances(): Promise<readonly Balance[]> {
    const items = needValue('gate', await this.#list('/api/v4/spot/accounts', {}, 'list'), 'reading balances');
    return needValue('gate', readItems(items, readBalance, 'balance'), 'reading balances');
  }

  /** The account's rates; those of an ordinary account, with a warning, while the venue does not say. */
  async feeRates(listing: Listing): Promise<{ taker: string; maker: string }> {
    const result = await this.#rest.get('/api/v4/wallet/fee', { currency_pair: listing.symbol });
    const read = (value: unknown): Rates | undefined => (isObject(value) ? readFeeRates(value) : undefined);
    return ownRates(result, read, DEFAULT_FEES, { venue: 'gate', symbol: listing.symbol, log: this.#deps.log });
  }

  async permissions(): Promise<KeyPermissions> {
    const result = await this.#rest.get(PERMISSIONS_PATH);
    if (mayNotAsk(result)) return UNKNOWN_PERMISSIONS;
    return ownPermissions('gate', result, (value) => readPermissions(value, this.#deps.credentials.apiKey));
  }

  venueClock(): Promise<ClockReading> {
    return this.#rest.syncTime();
  }

  async cancelAllAfter(ms: number): Promise<void> {
    // For all pairs; 0 takes the timer away. https://www.gate.com/docs/developers/apiv4/en/#countdown-cancel-orders
    const body = JSON.stringify({ timeout: Math.ceil(ms / 1000) });
    const result = await this.#rest.post('/api/v4/spot/countdown_cancel_all', body);
    needValue('gate', result, 'setting the dead-man timer');
  }

  /** By the venue's id where it is known, else by ours. The venue forgets our name of an order an hour after its end
   *  (the documentation says: at once); "not found" by that name says nothing before finished orders were looked through. */
  async #find({ clientId, listing }: OrderRef): Promise<GateResult> {
    const known = this.#ids.of(clientId);
    const currency_pair = listing.symbol;
    const byName = await this.#rest.get(`${ORDERS}/${known ?? textOfClient(clientId)}`, { currency_pair });
    if (byName.ok || byName.error.class !== 'unknown-order') return byName;
    for (let page = 1; page <= FINISHED_PAGES; page++) {
      const params = { currency_pair, status: 'finished', page: String(page), limit: String(ORDER_PAGE) };
      const finished = await this.#list(ORDERS, params, 'list of orders');
      if (!finished.ok) return finished;
      const found = finished.value.find((item) => textOf(item, 'text') === textOfClient(clientId));
      if (found !== undefined) return { ok: true, value: found };
      if (finished.value.length < ORDER_PAGE) break;
    }
    return byName;
  }

  #fills(listing: Listing, params: Readonly<Record<string, string>>): Promise<RestResult<readonly Fill[]>> {
    const pair = { currency_pair: listing.symbol };
    const ask = async (page = 1): Promise<RestResult<Page<Json, number>>> => {
      const asked = { ...pair, ...params, page: String(page), limit: String(FILL_PAGE) };
      const items = await this.#list('/api/v4/spot/my_trades', asked, 'list of fills');
      if (!items.ok) return items;
      return { ok: true, value: { items: items.value, next: items.value.length < FILL_PAGE ? undefined : page + 1 } };
    };
    // An answer about one pair does not always repeat its name.
    return allPages(ask, (item) => readFill({ ...pair, ...item }), 'fill');
  }

  async #list(
    path: string,
    params: Readonly<Record<string, string>>,
    what: string,
  ): Promise<RestResult<readonly Json[]>> {
    const result = await this.#rest.get(path, params);
    if (!result.ok) return result;
    const { value } = result;
    const isList = Array.isArray(value) && value.every(isObject);
    return isList ? { ok: true, value } : { ok: false, error: unreadable(what) };
  }

  #read(frame: Json): GateResult {
    this.#deps.onRates?.(readRateFrame(frame));
    return readAnswer(frame);
  }

  #readOrder(item: Json): OrderReport | undefined {
    const report = readOrder(item);
    if (report !== undefined) this.#note(report);
    return report;
  }

  #note(report: OrderReport): void {
    this.#ids.note(report);
    this.#own.onReport(report);
  }

  #seconds(): number {
    return Math.floor(this.#rest.serverMs() / 1000);
  }
}

/** An answer over the socket, as REST would have put it. */
function readAnswer(frame: Json): GateResult {
  const refusal = refusalOf(frame);
  if (refusal !== undefined) return { ok: false, error: refusal };
  return { ok: true, value: isObject(frame.data) ? frame.data.result : undefined };
}

const orderIdOf = (value: unknown): string => (isObject(value) ? textOf(value, 'id') : '');
