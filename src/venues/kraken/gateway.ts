/** Order entry and account of Kraken spot: orders and cancels over the private socket, over REST while it is down;
 *  everything that is asked for over REST.
 *  https://docs.kraken.com/api/docs/websocket-v2/add_order, …/rest-api/add-order */
import type { ClockReading } from '../../core/clock.ts';
import { Fault } from '../../core/faults.ts';
import type { Listing } from '../../core/instrument.ts';
import { isObject, type Json, textOf } from '../../core/json.ts';
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
import {
  cancelOutcome,
  ownPermissions,
  ownRates,
  placeOutcome,
  type Rates,
  unreadable,
} from '../../net/order-outcomes.ts';
import { rejectedUnsent, unsentRefusal } from '../../net/order-traits.ts';
import { Session } from '../../net/session.ts';
import type { SessionScript } from '../../net/session-port.ts';
import { faultOf, needValue } from '../../net/signed-rest.ts';
import { venueError } from './errors.ts';
import { FeeTable } from './fee-table.ts';
import { loadNames } from './instruments.ts';
import { type Names, pairOf } from './names.ts';
import { ORDER_TRAITS } from './order-traits.ts';
import { addOrderForm, addOrderFrame, cancelAfterForm, cancelAfterFrame, cancelFrame } from './orders.ts';
import { PERMISSIONS_METHOD, readPermissions } from './permissions.ts';
import { PushReader } from './pushes.ts';
import { OrderQuestions } from './questions.ts';
import { readBalances, readFeeRates } from './reports.ts';
import { KrakenRest, type KrakenResult } from './rest.ts';
import { HEARTBEAT, privateScript } from './session.ts';

const PLACE_TIMEOUT_MS = 2000;
const CANCEL_TIMEOUT_MS = 2000;
/** Past this the venue no longer matches the order, so that one given up on cannot trade later. Its clock is read in whole
 *  seconds, so this may be half a second out either way: it stays before our own timeout, and after the least that the
 *  venue takes (500 ms over the socket, 2 s over REST). */
const DEADLINE_MS = 1400;
const REST_DEADLINE_MS = 2900;
/** An order that had to wait for its turn is one for prices that were. */
const REST_PLACE = { timeoutMs: 4000, withinMs: 500 } as const;

/** Rates of an ordinary account (no volume within 30 days). Always taken in quote: orders ask for it. */
export const DEFAULT_FEES = { taker: '0.004', maker: '0.0025', from: 'quote' } as const;

export class KrakenGateway implements Gateway {
  readonly #deps: GatewayDeps;
  readonly #rest: KrakenRest;
  readonly #session: Session;
  readonly #entry: OrderEntry<Json>;
  readonly #pushes: PushReader;
  readonly #questions: OrderQuestions;
  readonly #fees: FeeTable;
  #token = '';
  #names: Promise<Names> | undefined;

  constructor(deps: GatewayDeps) {
    this.#deps = deps;
    const { endpoints, credentials, http, clock, log, sockets, onRates } = deps;
    this.#rest = new KrakenRest(endpoints, credentials, http, clock, onRates);
    const orderIdOf = (result: Json): string => textOf(result, 'order_id');
    this.#entry = new OrderEntry({ clock, rest: this.#rest, read: (frame) => this.#read(frame), orderIdOf });
    this.#pushes = new PushReader(deps.onEvent, log);
    this.#fees = new FeeTable(this.#rest, clock, deps.listings);
    this.#questions = new OrderQuestions({
      rest: this.#rest,
      clock,
      names: () => this.#loadNames(),
      heard: this.#pushes,
    });
    this.#session = new Session({
      venue: 'kraken',
      name: 'private socket',
      script: (isFirst) => this.#script(isFirst),
      heartbeat: HEARTBEAT,
      sockets,
      clock,
      log,
      onUp: () => deps.onEvent({ kind: 'GatewayUp' }),
      onDown: (reason) => deps.onEvent({ kind: 'GatewayDown', reason }),
      onPush: (frame) => this.#pushes.read(frame),
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
    const refusal = unsentRefusal('kraken', order, ORDER_TRAITS);
    if (refusal !== undefined) return rejectedUnsent(refusal, this.#deps.clock.monotonicNs());
    const deadline = this.#rest.serverMs() + DEADLINE_MS;
    const request = this.#session.request((id) => addOrderFrame(id, order, this.#token, deadline), PLACE_TIMEOUT_MS);
    if (request === undefined) return this.#placeOverRest(order);
    const outcome = await this.#entry.placed(request);
    this.#note(order, outcome);
    return outcome;
  }

  /** `cancelled` means that the venue took the request; the order's end comes as an event. */
  async cancel(order: OrderRef): Promise<CancelOutcome> {
    const request = this.#session.request((id) => cancelFrame(id, order.clientId, this.#token), CANCEL_TIMEOUT_MS);
    if (request !== undefined) return cancelOutcome(this.#entry.resultOf(await request.answer));
    const result = await this.#rest.call('CancelOrder', { cl_ord_id: order.clientId });
    return result.ok && textOf(result.value, 'count') === '0' ? { kind: 'absent' } : cancelOutcome(result);
  }

  query(order: OrderRef): Promise<QueryOutcome> {
    return this.#questions.query(order);
  }

  openOrders(): Promise<readonly OrderReport[]> {
    return this.#questions.openOrders();
  }

  recentFills(listing: Listing, sinceMs: number): Promise<readonly Fill[]> {
    return this.#questions.recentFills(listing, sinceMs);
  }

  async balances(): Promise<readonly Balance[]> {
    const names = await this.#loadNames();
    const result = await this.#rest.call('BalanceEx');
    const balances = result.ok ? readBalances(result.value, names) : undefined;
    if (balances !== undefined) return balances;
    throw faultOf('kraken', result.ok ? unreadable('balances') : result.error, 'reading balances');
  }

  /** The account's rates; those of an ordinary account, with a warning, while the venue does not say. */
  async feeRates(listing: Listing): Promise<{ taker: string; maker: string }> {
    const result = await this.#fees.read(listing);
    const read = (value: Json): Rates | undefined => readFeeRates(value, pairOf(listing));
    const usual = { taker: DEFAULT_FEES.taker, maker: DEFAULT_FEES.maker };
    return ownRates(result, read, usual, { venue: 'kraken', symbol: listing.symbol, log: this.#deps.log });
  }

  async permissions(): Promise<KeyPermissions> {
    return ownPermissions('kraken', await this.#rest.call(PERMISSIONS_METHOD), readPermissions);
  }

  venueClock(): Promise<ClockReading> {
    return this.#rest.syncTime();
  }

  /** Over the socket while it is up: there it does not count as a call. */
  async cancelAllAfter(ms: number): Promise<void> {
    const request = this.#session.request((id) => cancelAfterFrame(id, ms, this.#token), CANCEL_TIMEOUT_MS);
    const result =
      request === undefined
        ? await this.#rest.call('CancelAllOrdersAfter', cancelAfterForm(ms))
        : this.#entry.resultOf(await request.answer);
    needValue('kraken', result, 'setting the dead-man timer');
  }

  /** Each connection has a token of its own: one must be used within 15 minutes, and is good until the connection ends. */
  async #script(isFirst: boolean): Promise<SessionScript> {
    const { endpoints, clock, log } = this.#deps;
    await this.#rest.syncForLogon(isFirst, log);
    // Questions need them; the first one need not wait.
    this.#loadNames().catch(() => {});
    const result = await this.#rest.call('GetWebSocketsToken');
    const token = textOf(needValue('kraken', result, 'asking for a token of the private socket'), 'token');
    if (token === '') throw new Fault('venue/protocol', 'kraken: the venue gave an empty token of the private socket');
    this.#token = token;
    const clean = (error: Parameters<KrakenRest['clean']>[0]) => hiding(token, this.#rest.clean(error));
    return privateScript(endpoints.wsPrivate, token, clean, () => clock.wallMs());
  }

  async #placeOverRest(order: OrderRequest): Promise<PlaceOutcome> {
    const { clock } = this.#deps;
    let sentAt = clock.monotonicNs();
    const form = () => {
      sentAt = clock.monotonicNs();
      return addOrderForm(order, this.#rest.serverMs() + REST_DEADLINE_MS);
    };
    const result = await this.#rest.call('AddOrder', form, REST_PLACE);
    const idOf = ({ txid }: Json): string => (Array.isArray(txid) && typeof txid[0] === 'string' ? txid[0] : '');
    const outcome = placeOutcome(result, idOf, sentAt, clock.monotonicNs());
    this.#note(order, outcome);
    return outcome;
  }

  /** What is known of an order by quote comes with its first push. */
  #note({ clientId, listing, side, size }: OrderRequest, outcome: PlaceOutcome): void {
    if (outcome.kind !== 'acked' || size === undefined) return;
    this.#pushes.note(outcome.venueOrderId, { clientId, symbol: listing.symbol, side, size, filled: '0' });
  }

  /** An answer over the socket, as REST would have put it. */
  #read({ success, result, error }: Json): KrakenResult {
    if (success === true) return { ok: true, value: isObject(result) ? result : {} };
    if (typeof error !== 'string' || error === '') return { ok: false, error: unreadable('refusal') };
    return { ok: false, error: hiding(this.#token, venueError(error, this.#deps.clock.wallMs())) };
  }

  /** Read once; what failed is tried again by the next who needs them. */
  #loadNames(): Promise<Names> {
    const { endpoints, http } = this.#deps;
    this.#names ??= loadNames(endpoints, http).catch((thrown: unknown) => {
      this.#names = undefined;
      throw thrown;
    });
    return this.#names;
  }
}

/** The token is as secret as the key that it stands for. */
function hiding<Refusal extends { readonly message: string }>(token: string, error: Refusal): Refusal {
  return token === '' ? error : { ...error, message: error.message.replaceAll(token, '***') };
}
