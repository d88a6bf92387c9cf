/** Order entry and account of Bitget v2 spot: orders, cancels and questions over REST (orders on the socket are for accounts
 *  that the venue approved), what happens to them over the private WebSocket.
 *  https://www.bitget.com/api-doc/spot/trade/Place-Order */
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
  VenueError,
} from '../../core/order.ts';
import type { KeyPermissions } from '../../core/permissions.ts';
import type { GatewayDeps } from '../../core/venue.ts';
import {
  cancelOutcome,
  ownPermissions,
  ownRates,
  placeOutcome,
  queryOutcome,
  type Rates,
  unreadable,
} from '../../net/order-outcomes.ts';
import { rejectedUnsent, unsentRefusal } from '../../net/order-traits.ts';
import { allPages, type Page, readItems } from '../../net/pages.ts';
import { Session } from '../../net/session.ts';
import { needValue, type RestResult, SignedRest } from '../../net/signed-rest.ts';
import { ORDER_TRAITS } from './order-traits.ts';
import { cancelBody, itemsOf, orderBody, readBalance, readFeeRates, readFill, readOrder } from './orders.ts';
import { PERMISSIONS_PATH, readPermissions } from './permissions.ts';
import { PushReader } from './pushes.ts';
import { restDialect } from './rest.ts';
import { HEARTBEAT, privateScript } from './session.ts';
import { loginFrame } from './sign.ts';

const PLACE_TIMEOUT_MS = 2000;
const CANCEL_TIMEOUT_MS = 2000;
const PAGE = 100;

/** Rates of an ordinary account ("VIP 0"). The list of symbols says 0.002, which nobody pays. */
export const DEFAULT_FEES = { taker: '0.001', maker: '0.001' } as const;

const NOT_LISTED: VenueError = { class: 'unknown-order', code: '00000', message: 'no order with that client id' };

export class BitgetGateway implements Gateway {
  readonly #deps: GatewayDeps;
  readonly #rest: SignedRest<unknown>;
  readonly #session: Session;
  readonly #pushes: PushReader;

  constructor(deps: GatewayDeps) {
    this.#deps = deps;
    const { endpoints, credentials, http, clock, log, sockets } = deps;
    const rest = new SignedRest({
      dialect: restDialect(endpoints, credentials),
      base: endpoints.rest,
      credentials,
      http,
      clock,
    });
    this.#rest = rest;
    this.#pushes = new PushReader(deps.onEvent, log);
    this.#session = new Session({
      venue: 'bitget',
      name: 'private socket',
      script: async (isFirst) => {
        await rest.syncForLogon(isFirst, log);
        const login = (): string => loginFrame(credentials, Math.floor(rest.serverMs() / 1000));
        return privateScript(endpoints.wsPrivate, login, (error) => rest.clean(error));
      },
      heartbeat: HEARTBEAT,
      sockets,
      clock,
      log,
      onUp: () => deps.onEvent({ kind: 'GatewayUp' }),
      onDown: (reason) => deps.onEvent({ kind: 'GatewayDown', reason }),
      onPush: (frame) =>
        this.#pushes.read(isObject(frame.arg) ? textOf(frame.arg, 'channel') : '', objectsOf(frame, 'data')),
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
    const { clock } = this.#deps;
    const sentAt = clock.monotonicNs();
    const refusal = unsentRefusal('bitget', order, ORDER_TRAITS);
    if (refusal !== undefined) return rejectedUnsent(refusal, sentAt);
    // Past its window the venue refuses the order itself, so that one given up on cannot be accepted later.
    const body = orderBody(order, this.#rest.serverMs(), PLACE_TIMEOUT_MS);
    const result = await this.#rest.post('/api/v2/spot/trade/place-order', body, { timeoutMs: PLACE_TIMEOUT_MS });
    const outcome = placeOutcome(result, orderIdOf, sentAt, clock.monotonicNs());
    if (outcome.kind === 'acked') this.#pushes.learn(outcome.venueOrderId, order.clientId);
    return outcome;
  }

  /** `cancelled` means that the venue took the request; the order's end comes as an event. */
  async cancel(order: OrderRef): Promise<CancelOutcome> {
    const body = cancelBody(order.listing.symbol, order.clientId);
    return cancelOutcome(
      await this.#rest.post('/api/v2/spot/trade/cancel-order', body, { timeoutMs: CANCEL_TIMEOUT_MS }),
    );
  }

  async query(order: OrderRef): Promise<QueryOutcome> {
    return queryOutcome({
      clock: this.#deps.clock,
      order: async () => {
        const result = await this.#rest.get('/api/v2/spot/trade/orderInfo', { clientOid: order.clientId });
        if (!result.ok) return result;
        if (!Array.isArray(result.value)) return { ok: true, value: undefined };
        // An unknown id is answered with success and an empty list.
        if (result.value.length === 0) return { ok: false, error: NOT_LISTED };
        const report = readOrder(itemsOf(result.value)[0] ?? {});
        if (report !== undefined) this.#pushes.learn(report.venueOrderId, report.clientId);
        return { ok: true, value: report };
      },
      fills: ({ venueOrderId }) => this.#fills({ symbol: order.listing.symbol, orderId: venueOrderId }),
    });
  }

  openOrders(): Promise<readonly OrderReport[]> {
    return this.#orders('/api/v2/spot/trade/unfilled-orders', {}, 'listing open orders');
  }

  /** Fills name only the venue's order id: whose they are is known from pushes, or asked for. */
  async recentFills(listing: Listing, sinceMs: number): Promise<readonly Fill[]> {
    const params = { symbol: listing.symbol, startTime: String(sinceMs) };
    const result = await this.#fills(params);
    const fills = needValue('bitget', result, `listing fills of ${listing.symbol}`);
    const isNamed = ({ venueOrderId }: Fill): boolean => this.#pushes.clientIdOf(venueOrderId) !== undefined;
    const doing = `listing orders of ${listing.symbol}`;
    for (const list of ['unfilled-orders', 'history-orders']) {
      if (fills.every(isNamed)) break;
      const since = list === 'history-orders' ? { startTime: String(sinceMs) } : {};
      await this.#orders(`/api/v2/spot/trade/${list}`, { symbol: listing.symbol, ...since }, doing);
    }
    await this.#nameOrders(fills.filter((fill) => !isNamed(fill)));
    return fills.map((fill) => ({ ...fill, clientId: this.#pushes.clientIdOf(fill.venueOrderId) ?? '' }));
  }

  async balances(): Promise<readonly Balance[]> {
    const result = await this.#rest.get('/api/v2/spot/account/assets');
    const items = itemsOf(needValue('bitget', result, 'reading balances'));
    return needValue('bitget', readItems(items, readBalance, 'balance'), 'reading balances');
  }

  /** The account's rates; those of an ordinary account, with a warning, while the venue does not say. */
  async feeRates(listing: Listing): Promise<{ taker: string; maker: string }> {
    const { symbol } = listing;
    const result = await this.#rest.get('/api/v2/common/trade-rate', { businessType: 'spot', symbol });
    const read = (data: unknown): Rates | undefined => (isObject(data) ? readFeeRates(data) : undefined);
    return ownRates(result, read, DEFAULT_FEES, { venue: 'bitget', symbol, log: this.#deps.log });
  }

  async permissions(): Promise<KeyPermissions> {
    return ownPermissions('bitget', await this.#rest.get(PERMISSIONS_PATH), readPermissions);
  }

  venueClock(): Promise<ClockReading> {
    return this.#rest.syncTime();
  }

  /** Asks whose orders these fills are of, one by one: orders that are older than the fills asked for. */
  async #nameOrders(fills: readonly Fill[]): Promise<void> {
    for (const orderId of new Set(fills.map(({ venueOrderId }) => venueOrderId))) {
      const result = await this.#rest.get('/api/v2/spot/trade/orderInfo', { orderId });
      const [item = {}] = itemsOf(needValue('bitget', result, `asking for order ${orderId}`));
      const report = readOrder(item);
      if (report !== undefined) this.#pushes.learn(report.venueOrderId, report.clientId);
    }
  }

  async #orders(
    path: string,
    params: Readonly<Record<string, string>>,
    doing: string,
  ): Promise<readonly OrderReport[]> {
    const listed = await this.#pages(path, params, 'orderId', readOrder, 'order');
    const reports = needValue('bitget', listed, doing);
    for (const { venueOrderId, clientId } of reports) this.#pushes.learn(venueOrderId, clientId);
    return reports;
  }

  #fills(params: Readonly<Record<string, string>>): Promise<RestResult<readonly Fill[]>> {
    return this.#pages('/api/v2/spot/trade/fills', params, 'tradeId', readFill, 'fill');
  }

  /** All pages of a list, newest first; `idKey` is what its pages are asked for by. */
  #pages<Item>(
    path: string,
    params: Readonly<Record<string, string>>,
    idKey: string,
    read: (item: Json) => Item | undefined,
    what: string,
  ): Promise<RestResult<readonly Item[]>> {
    const ask = async (idLessThan: string | undefined): Promise<RestResult<Page<unknown, string>>> => {
      const result = await this.#rest.get(path, { ...params, limit: String(PAGE), idLessThan });
      if (!result.ok) return result;
      const items: unknown = result.value;
      if (!Array.isArray(items)) return { ok: false, error: unreadable(`list of ${what}s`) };
      const last = textOf(itemsOf(items).at(-1) ?? {}, idKey);
      return { ok: true, value: { items, next: items.length < PAGE || last === '' ? undefined : last } };
    };
    return allPages(ask, (item) => (isObject(item) ? read(item) : undefined), what);
  }
}

const orderIdOf = (data: unknown): string => (isObject(data) ? textOf(data, 'orderId') : '');
