/** Order entry and account of OKX v5 spot: orders and cancels over the private WebSocket, over REST while it is down;
 *  everything that is asked for over REST.
 *  https://www.okx.com/docs-v5/en/#order-book-trading-trade */
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
import type { KeyPermissions } from '../../core/permissions.ts';
import type { GatewayDeps } from '../../core/venue.ts';
import { OrderEntry } from '../../net/order-entry.ts';
import { ownPermissions, ownRates, queryOutcome, type Rates } from '../../net/order-outcomes.ts';
import { rejectedUnsent, unsentRefusal } from '../../net/order-traits.ts';
import { allPages, type Page } from '../../net/pages.ts';
import { Session } from '../../net/session.ts';
import { needValue, type RestResult, SignedRest } from '../../net/signed-rest.ts';
import { ORDER_TRAITS } from './order-traits.ts';
import {
  cancelAllAfterBody,
  cancelBody,
  cancelFrame,
  orderBody,
  orderFrame,
  readBalances,
  readFeeRates,
  readFill,
  readOrder,
} from './orders.ts';
import { PERMISSIONS_PATH, readPermissions } from './permissions.ts';
import { PushReader } from './pushes.ts';
import { readAnswer, restDialect } from './rest.ts';
import { HEARTBEAT, privateScript } from './session.ts';
import { loginFrame } from './sign.ts';

const PLACE_TIMEOUT_MS = 2000;
const CANCEL_TIMEOUT_MS = 2000;
const PAGE = 100;
/** `/trade/fills` reaches back three days; what is older stands in `/trade/fills-history`. */
const RECENT_FILLS_MS = 3 * 86_400_000 - 3_600_000;

/** Rates of an ordinary account (tier "Regular users"). */
export const DEFAULT_FEES = { taker: '0.001', maker: '0.0008' } as const;

export class OkxGateway implements Gateway {
  readonly #deps: GatewayDeps;
  readonly #rest: SignedRest<readonly Json[]>;
  readonly #session: Session;
  readonly #entry: OrderEntry<readonly Json[]>;

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
    this.#entry = new OrderEntry({ clock, rest, read: readAnswer, orderIdOf });
    const pushes = new PushReader(deps.onEvent, deps.log);
    this.#session = new Session({
      venue: 'okx',
      name: 'private socket',
      // Order entry and private channels share one connection.
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
      onDown: (reason) => {
        pushes.forget();
        deps.onEvent({ kind: 'GatewayDown', reason });
      },
      onPush: (frame) => pushes.read(isObject(frame.arg) ? textOf(frame.arg, 'channel') : '', objectsOf(frame, 'data')),
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
    const refusal = unsentRefusal('okx', order, ORDER_TRAITS);
    if (refusal !== undefined) return rejectedUnsent(refusal, this.#deps.clock.monotonicNs());
    // Past this moment the venue refuses the order itself, so that one given up on cannot be accepted later.
    const expTime = this.#rest.serverMs() + PLACE_TIMEOUT_MS;
    const { orderCode } = order.listing;
    const request =
      orderCode === undefined
        ? undefined
        : this.#session.request((id) => orderFrame(id, order, orderCode, expTime), PLACE_TIMEOUT_MS);
    const options = { headers: { expTime: String(expTime) }, timeoutMs: PLACE_TIMEOUT_MS };
    return this.#entry.place(request, () => this.#rest.post('/api/v5/trade/order', orderBody(order), options));
  }

  /** `cancelled` means that the venue took the request; the order's end comes as an event. */
  async cancel(order: OrderRef): Promise<CancelOutcome> {
    const { orderCode, symbol } = order.listing;
    const request =
      orderCode === undefined
        ? undefined
        : this.#session.request((id) => cancelFrame(id, order.clientId, orderCode), CANCEL_TIMEOUT_MS);
    return this.#entry.cancel(request, () =>
      this.#rest.post('/api/v5/trade/cancel-order', cancelBody(symbol, order.clientId)),
    );
  }

  async query(order: OrderRef): Promise<QueryOutcome> {
    const params = { instId: order.listing.symbol, clOrdId: order.clientId };
    return queryOutcome({
      clock: this.#deps.clock,
      order: async () => {
        const result = await this.#rest.get('/api/v5/trade/order', params);
        return result.ok ? { ok: true, value: result.value[0] && readOrder(result.value[0]) } : result;
      },
      fills: ({ venueOrderId }) => this.#fills('/api/v5/trade/fills', order.listing, { ordId: venueOrderId }),
    });
  }

  async openOrders(): Promise<readonly OrderReport[]> {
    const result = await this.#pages('/api/v5/trade/orders-pending', {}, 'ordId', readOrder, 'open order');
    return needValue('okx', result, 'listing open orders');
  }

  async recentFills(listing: Listing, sinceMs: number): Promise<readonly Fill[]> {
    const isRecent = this.#rest.serverMs() - sinceMs < RECENT_FILLS_MS;
    const path = isRecent ? '/api/v5/trade/fills' : '/api/v5/trade/fills-history';
    const result = await this.#fills(path, listing, { begin: String(sinceMs) });
    return needValue('okx', result, `listing fills of ${listing.symbol}`);
  }

  async balances(): Promise<readonly Balance[]> {
    const result = await this.#rest.get('/api/v5/account/balance');
    return needValue('okx', result, 'reading balances').flatMap(readBalances);
  }

  /** The account's rates; those of an ordinary account, with a warning, while the venue does not say. */
  async feeRates(listing: Listing): Promise<{ taker: string; maker: string }> {
    const result = await this.#rest.get('/api/v5/account/trade-fee', { instType: 'SPOT', instId: listing.symbol });
    const read = ([item]: readonly Json[]): Rates | undefined => item && readFeeRates(item, listing.quote);
    return ownRates(result, read, DEFAULT_FEES, { venue: 'okx', symbol: listing.symbol, log: this.#deps.log });
  }

  async permissions(): Promise<KeyPermissions> {
    return ownPermissions('okx', await this.#rest.get(PERMISSIONS_PATH), readPermissions);
  }

  venueClock(): Promise<ClockReading> {
    return this.#rest.syncTime();
  }

  async cancelAllAfter(ms: number): Promise<void> {
    const result = await this.#rest.post('/api/v5/trade/cancel-all-after', cancelAllAfterBody(ms));
    needValue('okx', result, 'setting the dead-man timer');
  }

  #fills(
    path: string,
    listing: Listing,
    params: Readonly<Record<string, string>>,
  ): Promise<RestResult<readonly Fill[]>> {
    return this.#pages(path, { instId: listing.symbol, ...params }, 'billId', readFill, 'fill');
  }

  /** All pages of a list, newest first; `idKey` is what its pages are asked for by. */
  #pages<Item>(
    path: string,
    params: Readonly<Record<string, string>>,
    idKey: string,
    read: (item: Json) => Item | undefined,
    what: string,
  ): Promise<RestResult<readonly Item[]>> {
    const ask = async (after: string | undefined): Promise<RestResult<Page<Json, string>>> => {
      const result = await this.#rest.get(path, { instType: 'SPOT', ...params, limit: String(PAGE), after });
      if (!result.ok) return result;
      const items = result.value;
      const last = textOf(items.at(-1) ?? {}, idKey);
      return { ok: true, value: { items, next: items.length < PAGE || last === '' ? undefined : last } };
    };
    return allPages(ask, read, what);
  }
}

const orderIdOf = (items: readonly Json[]): string => textOf(items[0] ?? {}, 'ordId');
