/** Order entry and account of Gate spot: orders and cancels over the private WebSocket, over REST while it is down;
 *  everything that is asked for over REST.
 *  https://www.gate.com/docs/developers/apiv4/en/#spot, …/apiv4/ws/en/#spot-account-trade */
import { messageOf } from '../../core/faults.ts';
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
import type { GatewayDeps } from '../../core/venue.ts';
import { cancelOutcome, placeOutcome, queryOutcome, unreadable } from '../../net/order-outcomes.ts';
import { Session } from '../../net/session.ts';
import type { Answer } from '../../net/session-port.ts';
import { faultOf, type RestResult, SignedRest } from '../../net/signed-rest.ts';
import { OrderIds } from './order-ids.ts';
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
import { PushReader } from './pushes.ts';
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
  readonly #ids = new OrderIds();

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
    const pushes = new PushReader(deps.onEvent, log, (report) => this.#ids.note(report));
    this.#session = new Session({
      venue: 'gate',
      name: 'private socket',
      // A login signed with a wrong clock is refused. Order entry and private channels share one connection.
      script: async (isFirst) => {
        await rest.syncTime().catch((thrown: unknown) => {
          if (isFirst) throw thrown;
          log.warn({ venue: 'gate', reason: messageOf(thrown) }, 'venue clock not read; using the old offset');
        });
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
    const { clock } = this.#deps;
    if (order.type === 'market' && order.side === 'buy') return marketBuyRefused(clock.monotonicNs());
    // Past this moment the venue refuses the order itself, so that one given up on cannot be accepted later.
    const expiresAt = this.#rest.serverMs() + PLACE_TIMEOUT_MS;
    const request = this.#session.request((id) => orderFrame(id, order, this.#seconds(), expiresAt), PLACE_TIMEOUT_MS);
    const sentAt = request?.sentAt ?? clock.monotonicNs();
    let result: GateResult;
    let ackedAt = sentAt;
    if (request === undefined) {
      result = await this.#rest.post(ORDERS, JSON.stringify(orderParams(order)), {
        headers: { [EXPIRY]: String(expiresAt) },
        timeoutMs: PLACE_TIMEOUT_MS,
      });
      ackedAt = clock.monotonicNs();
    } else {
      const answer = await request.answer;
      if (answer.kind === 'lost') return { kind: 'unknown', reason: answer.reason, sentAt };
      result = this.#resultOf(answer);
      ackedAt = answer.at;
    }
    const outcome = placeOutcome(result, orderIdOf, sentAt, ackedAt);
    if (outcome.kind === 'acked') this.#ids.note({ clientId: order.clientId, venueOrderId: outcome.venueOrderId });
    return outcome;
  }

  /** `cancelled` means that the venue took the request; the order's end comes as an event. */
  async cancel({ clientId, listing }: OrderRef): Promise<CancelOutcome> {
    const orderId = this.#ids.of(clientId) ?? textOfClient(clientId);
    const request = this.#session.request(
      (id) => cancelFrame(id, orderId, listing.symbol, this.#seconds()),
      CANCEL_TIMEOUT_MS,
    );
    const result =
      request === undefined
        ? await this.#rest.request('DELETE', `${ORDERS}/${orderId}`, { params: { currency_pair: listing.symbol } })
        : this.#resultOf(await request.answer);
    return cancelOutcome(result);
  }

  async query(order: OrderRef): Promise<QueryOutcome> {
    return queryOutcome({
      clock: this.#deps.clock,
      order: async () => {
        const found = await this.#find(order);
        if (!found.ok) return found;
        const report = isObject(found.value) ? readOrder(found.value) : undefined;
        if (report !== undefined) this.#ids.note(report);
        return { ok: true, value: report };
      },
      fills: ({ venueOrderId }) => this.#fills(order.listing, { order_id: venueOrderId }),
    });
  }

  async openOrders(): Promise<readonly OrderReport[]> {
    const reports: OrderReport[] = [];
    // Pages are counted within each pair.
    for (let page = 1; ; page++) {
      const params = { page: String(page), limit: String(ORDER_PAGE) };
      const groups = await this.#list('/api/v4/spot/open_orders', params, 'listing open orders');
      const lists = groups.map((group) => objectsOf(group, 'orders'));
      for (const item of lists.flat()) {
        const report = readOrder(item);
        if (report === undefined) throw faultOf('gate', unreadable('open order'), 'listing open orders');
        this.#ids.note(report);
        reports.push(report);
      }
      if (lists.every((list) => list.length < ORDER_PAGE)) return reports;
    }
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
      if (!result.ok) throw faultOf('gate', result.error, `listing fills of ${listing.symbol}`);
      fills.push(...result.value);
    }
    return fills;
  }

  async balances(): Promise<readonly Balance[]> {
    const items = await this.#list('/api/v4/spot/accounts', {}, 'reading balances');
    return items.map((item) => {
      const balance = readBalance(item);
      if (balance === undefined) throw faultOf('gate', unreadable('balance'), 'reading balances');
      return balance;
    });
  }

  /** The account's rates; those of an ordinary account, with a warning, while the venue does not say. */
  async feeRates(listing: Listing): Promise<{ taker: string; maker: string }> {
    const result = await this.#rest.get('/api/v4/wallet/fee', { currency_pair: listing.symbol });
    const rates = result.ok && isObject(result.value) ? readFeeRates(result.value) : undefined;
    if (rates !== undefined) return rates;
    const error = result.ok ? unreadable('fee rates') : result.error;
    this.#deps.log.warn(
      { venue: 'gate', symbol: listing.symbol, error },
      'fee rates not read; assuming the usual ones',
    );
    return DEFAULT_FEES;
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
      const finished = await this.#rest.get(ORDERS, params);
      if (!finished.ok) return finished;
      const items = listOf(finished.value);
      if (items === undefined) return { ok: false, error: unreadable('list of orders') };
      const found = items.find((item) => textOf(item, 'text') === textOfClient(clientId));
      if (found !== undefined) return { ok: true, value: found };
      if (items.length < ORDER_PAGE) break;
    }
    return byName;
  }

  async #fills(listing: Listing, params: Readonly<Record<string, string>>): Promise<RestResult<readonly Fill[]>> {
    const fills: Fill[] = [];
    for (let page = 1; ; page++) {
      const result = await this.#rest.get('/api/v4/spot/my_trades', {
        currency_pair: listing.symbol,
        ...params,
        page: String(page),
        limit: String(FILL_PAGE),
      });
      if (!result.ok) return result;
      const items = listOf(result.value);
      if (items === undefined) return { ok: false, error: unreadable('list of fills') };
      for (const item of items) {
        // An answer about one pair does not always repeat its name.
        const fill = readFill({ currency_pair: listing.symbol, ...item });
        if (fill === undefined) return { ok: false, error: unreadable('fill') };
        fills.push(fill);
      }
      if (items.length < FILL_PAGE) return { ok: true, value: fills };
    }
  }

  async #list(path: string, params: Readonly<Record<string, string>>, doing: string): Promise<readonly Json[]> {
    const result = await this.#rest.get(path, params);
    if (!result.ok) throw faultOf('gate', result.error, doing);
    const items = listOf(result.value);
    if (items === undefined) throw faultOf('gate', unreadable('list'), doing);
    return items;
  }

  #resultOf(answer: Answer): GateResult {
    if (answer.kind === 'lost') {
      return { ok: false, error: { class: 'unknown-outcome', code: 'lost', message: answer.reason } };
    }
    const refusal = refusalOf(answer.frame);
    if (refusal === undefined) {
      return { ok: true, value: isObject(answer.frame.data) ? answer.frame.data.result : undefined };
    }
    const error = this.#rest.clean(refusal);
    this.#rest.noteRefusal(error);
    return { ok: false, error };
  }

  #seconds(): number {
    return Math.floor(this.#rest.serverMs() / 1000);
  }
}

const listOf = (value: unknown): readonly Json[] | undefined =>
  Array.isArray(value) && value.every(isObject) ? value : undefined;

const orderIdOf = (value: unknown): string => (isObject(value) ? textOf(value, 'id') : '');

/** The venue sizes a market buy in the quote asset; nobody can say in advance how much base that is. */
function marketBuyRefused(at: PlaceOutcome['sentAt']): PlaceOutcome {
  const message = 'gate: a market buy is sized in the quote asset, not in base; use a limit order';
  return { kind: 'rejected', error: { class: 'filter', code: 'market-buy', message }, sentAt: at, ackedAt: at };
}
