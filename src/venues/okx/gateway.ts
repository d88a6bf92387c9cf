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
  VenueError,
} from '../../core/order.ts';
import type { MonoNs } from '../../core/units.ts';
import type { GatewayDeps } from '../../core/venue.ts';
import { type Answer, Session } from '../../net/session.ts';
import { faultOf, SignedRest } from '../../net/signed-rest.ts';
import { isGone, venueError } from './errors.ts';
import {
  addsUp,
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
/** Fills are listed a moment after their order says so. */
const FILL_TRIES = 4;
const FILL_WAIT_MS = 150;

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
    return placeOutcome(result, sentAt, this.#deps.clock.monotonicNs());
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
    if (result.ok) return { kind: 'cancelled' };
    return isGone(result.error) ? { kind: 'absent' } : { kind: 'failed', error: result.error };
  }

  async query(order: OrderRef): Promise<QueryOutcome> {
    const params = { instId: order.listing.symbol, clOrdId: order.clientId };
    for (let attempt = 1; ; attempt++) {
      const result = await this.#rest.get('/api/v5/trade/order', params);
      if (!result.ok) {
        return isGone(result.error) ? { kind: 'absent' } : { kind: 'failed', error: result.error };
      }
      const report = result.value[0] === undefined ? undefined : readOrder(result.value[0]);
      if (report === undefined) return { kind: 'failed', error: unreadable('order') };
      const fills = await this.#fills('/api/v5/trade/fills', order.listing, { ordId: report.venueOrderId });
      if (!fills.ok) return { kind: 'failed', error: fills.error };
      const own = fills.fills.map((fill) => ({ ...fill, clientId: fill.clientId || report.clientId }));
      if (addsUp(own, report.filled)) return { kind: 'found', report, fills: own };
      if (attempt === FILL_TRIES) {
        const message = `order says ${report.filled} filled, its fills do not add up to that`;
        return { kind: 'failed', error: { class: 'unknown-outcome', code: 'fills', message } };
      }
      await new Promise<void>((resolve) => this.#deps.clock.after(FILL_WAIT_MS, resolve));
    }
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
    return result.fills;
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
  ): Promise<{ ok: true; fills: readonly Fill[] } | { ok: false; error: VenueError }> {
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
      if (result.value.length < PAGE || after === '') return { ok: true, fills };
    }
  }

  #placed(answer: Answer, sentAt: MonoNs): PlaceOutcome {
    if (answer.kind === 'lost') return { kind: 'unknown', reason: answer.reason, sentAt };
    return placeOutcome(this.#resultOf(answer), sentAt, answer.at);
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

function placeOutcome(result: OkxResult, sentAt: MonoNs, ackedAt: MonoNs): PlaceOutcome {
  if (result.ok) {
    const venueOrderId = textOf(result.value[0] ?? ({} as Json), 'ordId');
    if (venueOrderId !== '') return { kind: 'acked', venueOrderId, sentAt, ackedAt };
    return { kind: 'unknown', reason: 'accepted without an order id', sentAt };
  }
  const { error } = result;
  if (error.class === 'unknown-outcome') return { kind: 'unknown', reason: `${error.code} ${error.message}`, sentAt };
  return { kind: 'rejected', error, sentAt, ackedAt };
}

const unreadable = (what: string): VenueError => ({
  class: 'unknown-outcome',
  code: 'protocol',
  message: `unreadable ${what} in the venue's answer`,
});
