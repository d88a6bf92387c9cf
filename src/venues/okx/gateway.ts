/** Order entry and account of OKX v5 spot: orders and cancels over the private WebSocket, over REST while it is down;
 *  everything that is asked for over REST.
 *  https://www.okx.com/docs-v5/en/#order-book-trading-trade */
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
import type { MonoNs } from '../../core/units.ts';
import type { GatewayDeps } from '../../core/venue.ts';
import { cancelOutcome, placeOutcome, queryOutcome, unreadable } from '../../net/order-outcomes.ts';
import { Session } from '../../net/session.ts';
import type { Answer } from '../../net/session-port.ts';
import { faultOf, type RestResult, SignedRest } from '../../net/signed-rest.ts';
import { venueError } from './errors.ts';
import {
  cancelBody,
  cancelFrame,
  orderBody,
  orderFrame,
  readBalances,
  readFeeRates,
  readFill,
  readOrder,
} from './orders.ts';
import { PushReader } from './pushes.ts';
import { type OkxResult, refusalOf, restDialect } from './rest.ts';
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
    const pushes = new PushReader(deps.onEvent, deps.log);
    this.#session = new Session({
      venue: 'okx',
      name: 'private socket',
      // A login signed with a wrong clock is refused. Order entry and private channels share one connection.
      script: async (isFirst) => {
        await rest.syncTime().catch((thrown: unknown) => {
          if (isFirst) throw thrown;
          log.warn({ venue: 'okx', reason: messageOf(thrown) }, 'venue clock not read; using the old offset');
        });
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
    // Past this moment the venue refuses the order itself, so that one given up on cannot be accepted later.
    const expTime = this.#rest.serverMs() + PLACE_TIMEOUT_MS;
    const { orderCode } = order.listing;
    const request =
      orderCode === undefined
        ? undefined
        : this.#session.request((id) => orderFrame(id, order, orderCode, expTime), PLACE_TIMEOUT_MS);
    if (request !== undefined) return this.#placed(await request.answer, request.sentAt);
    const sentAt = this.#deps.clock.monotonicNs();
    const result = await this.#rest.post('/api/v5/trade/order', orderBody(order), {
      headers: { expTime: String(expTime) },
      timeoutMs: PLACE_TIMEOUT_MS,
    });
    return placeOutcome(result, orderIdOf, sentAt, this.#deps.clock.monotonicNs());
  }

  /** `cancelled` means that the venue took the request; the order's end comes as an event. */
  async cancel(order: OrderRef): Promise<CancelOutcome> {
    const { orderCode, symbol } = order.listing;
    const request =
      orderCode === undefined
        ? undefined
        : this.#session.request((id) => cancelFrame(id, order.clientId, orderCode), CANCEL_TIMEOUT_MS);
    const result =
      request === undefined
        ? await this.#rest.post('/api/v5/trade/cancel-order', cancelBody(symbol, order.clientId))
        : this.#resultOf(await request.answer);
    return cancelOutcome(result);
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
    const reports: OrderReport[] = [];
    let after = '';
    for (;;) {
      const result = await this.#rest.get('/api/v5/trade/orders-pending', {
        instType: 'SPOT',
        limit: String(PAGE),
        ...(after === '' ? {} : { after }),
      });
      if (!result.ok) throw faultOf('okx', result.error, 'listing open orders');
      for (const item of result.value) {
        const report = readOrder(item);
        if (report === undefined) throw faultOf('okx', unreadable('open order'), 'listing open orders');
        reports.push(report);
      }
      after = textOf(result.value.at(-1) ?? {}, 'ordId');
      if (result.value.length < PAGE || after === '') return reports;
    }
  }

  async recentFills(listing: Listing, sinceMs: number): Promise<readonly Fill[]> {
    const isRecent = this.#rest.serverMs() - sinceMs < RECENT_FILLS_MS;
    const path = isRecent ? '/api/v5/trade/fills' : '/api/v5/trade/fills-history';
    const result = await this.#fills(path, listing, { begin: String(sinceMs) });
    if (!result.ok) throw faultOf('okx', result.error, `listing fills of ${listing.symbol}`);
    return result.value;
  }

  async balances(): Promise<readonly Balance[]> {
    const result = await this.#rest.get('/api/v5/account/balance');
    if (!result.ok) throw faultOf('okx', result.error, 'reading balances');
    return result.value.flatMap(readBalances);
  }

  /** The account's rates; those of an ordinary account, with a warning, while the venue does not say. */
  async feeRates(listing: Listing): Promise<{ taker: string; maker: string }> {
    const result = await this.#rest.get('/api/v5/account/trade-fee', { instType: 'SPOT', instId: listing.symbol });
    const item = result.ok ? result.value[0] : undefined;
    const rates = item === undefined ? undefined : readFeeRates(item, listing.quote);
    if (rates !== undefined) return rates;
    const error = result.ok ? unreadable('fee rates') : result.error;
    this.#deps.log.warn({ venue: 'okx', symbol: listing.symbol, error }, 'fee rates not read; assuming the usual ones');
    return DEFAULT_FEES;
  }

  async #fills(
    path: string,
    listing: Listing,
    params: Readonly<Record<string, string>>,
  ): Promise<RestResult<readonly Fill[]>> {
    const fills: Fill[] = [];
    let after = '';
    for (;;) {
      const result = await this.#rest.get(path, {
        instType: 'SPOT',
        instId: listing.symbol,
        ...params,
        limit: String(PAGE),
        ...(after === '' ? {} : { after }),
      });
      if (!result.ok) return result;
      for (const item of result.value) {
        const fill = readFill(item);
        if (fill === undefined) return { ok: false, error: unreadable('fill') };
        fills.push(fill);
      }
      after = textOf(result.value.at(-1) ?? {}, 'billId');
      if (result.value.length < PAGE || after === '') return { ok: true, value: fills };
    }
  }

  #placed(answer: Answer, sentAt: MonoNs): PlaceOutcome {
    if (answer.kind === 'lost') return { kind: 'unknown', reason: answer.reason, sentAt };
    return placeOutcome(this.#resultOf(answer), orderIdOf, sentAt, answer.at);
  }

  #resultOf(answer: Answer): OkxResult {
    if (answer.kind === 'lost') {
      return { ok: false, error: { class: 'unknown-outcome', code: 'lost', message: answer.reason } };
    }
    const refusal = refusalOf(answer.frame);
    if (refusal === undefined) return { ok: true, value: objectsOf(answer.frame, 'data') };
    const error = this.#rest.clean(venueError(refusal.code, refusal.message));
    this.#rest.noteRefusal(error);
    return { ok: false, error };
  }
}

const orderIdOf = (items: readonly Json[]): string => textOf(items[0] ?? {}, 'ordId');
