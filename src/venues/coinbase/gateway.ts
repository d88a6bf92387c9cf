/** Order entry and account of Coinbase Advanced Trade spot. Orders and questions go over REST, the only way there is;
 *  what becomes of orders comes over the user socket.
 *  https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/rest-api */
import type { ClockReading } from '../../core/clock.ts';
import { Fault } from '../../core/faults.ts';
import type { Listing } from '../../core/instrument.ts';
import type { Json } from '../../core/json.ts';
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
  unreadable,
} from '../../net/order-outcomes.ts';
import { rejectedUnsent, unsentRefusal } from '../../net/order-traits.ts';
import { Session } from '../../net/session.ts';
import type { SessionScript } from '../../net/session-port.ts';
import { faultOf, needValue, SignedRest } from '../../net/signed-rest.ts';
import { OrderMemory } from './order-memory.ts';
import { ORDER_TRAITS } from './order-traits.ts';
import { cancelBody, cancelRefusal, orderBody, placedId, readBalances } from './orders.ts';
import { PERMISSIONS_PATH, readPermissions } from './permissions.ts';
import { PushReader } from './pushes.ts';
import { Questions } from './questions.ts';
import { API, restDialect } from './rest.ts';
import { HEARTBEAT, userScript } from './session.ts';
import { mint, readKey, type SigningKey, tryReadKey, uriOf } from './sign.ts';
import { TokenPool } from './tokens.ts';

const PLACE_TIMEOUT_MS = 2000;
const ORDERS = `${API}/orders`;

/** Rates of an account that trades little (below 10,000 USD in 30 days; the first 1,000 may cost more). */
export const DEFAULT_FEES = { taker: '0.006', maker: '0.004', from: 'quote' } as const;

export class CoinbaseGateway implements Gateway {
  readonly #deps: GatewayDeps;
  readonly #rest: SignedRest<Json>;
  readonly #session: Session;
  readonly #memory = new OrderMemory();
  readonly #questions: Questions;
  readonly #pushes: PushReader;
  readonly #tokens: TokenPool;
  readonly #host: string;
  /** Read on connecting; undefined before, and when it was of no use. */
  #key: SigningKey | undefined;

  constructor(deps: GatewayDeps) {
    this.#deps = deps;
    const { endpoints, credentials, http, clock, log, sockets, onEvent } = deps;
    this.#host = URL.parse(endpoints.rest)?.host ?? '';
    this.#rest = new SignedRest({
      dialect: restDialect((method, path, nowMs) => this.#bearer(method, path, nowMs)),
      base: endpoints.rest,
      credentials,
      http,
      clock,
    });
    this.#tokens = new TokenPool(clock, () => this.#mintFor('POST', ORDERS, this.#rest.serverMs()));
    this.#questions = new Questions(this.#rest, this.#memory, clock);
    this.#pushes = new PushReader({
      memory: this.#memory,
      clock,
      log,
      onEvent,
      fillsOf: ({ venueOrderId }) => this.#questions.fillsOf(venueOrderId),
    });
    this.#session = new Session({
      venue: 'coinbase',
      name: 'user socket',
      script: (isFirst) => this.#script(isFirst),
      heartbeat: HEARTBEAT,
      sockets,
      clock,
      log,
      onUp: () => onEvent({ kind: 'GatewayUp' }),
      onDown: (reason) => onEvent({ kind: 'GatewayDown', reason }),
      onPush: (frame) => this.#pushes.read(frame),
    });
  }

  get isUp(): boolean {
    return this.#session.isUp;
  }

  async connect(): Promise<void> {
    this.#key = readKey(this.#deps.credentials);
    this.#pushes.open();
    await this.#session.start();
    await this.#tokens.start();
  }

  close(): Promise<void> {
    this.#tokens.stop();
    this.#pushes.close();
    return this.#session.close();
  }

  /** The venue takes no expiry, and an id that it has seen before brings the first order back: nothing is sent twice. */
  async place(order: OrderRequest): Promise<PlaceOutcome> {
    const { clock } = this.#deps;
    const sentAt = clock.monotonicNs();
    const refusal = unsentRefusal('coinbase', order, ORDER_TRAITS);
    if (refusal !== undefined) return rejectedUnsent(refusal, sentAt);
    this.#memory.placing(order.clientId, clock.wallMs());
    const result = await this.#rest.post(ORDERS, orderBody(order, this.#rest.serverMs()), {
      timeoutMs: PLACE_TIMEOUT_MS,
    });
    const outcome = placeOutcome(result, placedId, sentAt, clock.monotonicNs());
    if (outcome.kind === 'acked') this.#memory.named(order.clientId, outcome.venueOrderId);
    if (outcome.kind === 'rejected') this.#doubtClock(outcome.error);
    return outcome;
  }

  /** `cancelled` means that the venue took the request; the order's end comes as an event. */
  async cancel(order: OrderRef): Promise<CancelOutcome> {
    let known = this.#memory.byClientId(order.clientId);
    if (known === undefined || known.venueOrderId === '') {
      const found = await this.#questions.order(order);
      if (!found.ok) return cancelOutcome(found);
      known = this.#memory.byClientId(order.clientId);
    }
    const result = await this.#rest.post(`${ORDERS}/batch_cancel`, cancelBody(known?.venueOrderId ?? ''));
    if (!result.ok) return cancelOutcome(result);
    const refusal = cancelRefusal(result.value);
    if (refusal === undefined) return { kind: 'cancelled' };
    // Asked before: that one stands, unless the order has ended since.
    if (refusal.code === 'DUPLICATE_CANCEL_REQUEST') return { kind: known?.isDone === true ? 'absent' : 'cancelled' };
    return cancelOutcome({ ok: false, error: this.#rest.clean(refusal) });
  }

  query(order: OrderRef): Promise<QueryOutcome> {
    return queryOutcome({
      clock: this.#deps.clock,
      order: () => this.#questions.order(order),
      fills: ({ venueOrderId }) => this.#questions.fillsOf(venueOrderId),
    });
  }

  async openOrders(): Promise<readonly OrderReport[]> {
    const result = await this.#questions.openOrders();
    return needValue('coinbase', result, 'listing open orders');
  }

  async recentFills(listing: Listing, sinceMs: number): Promise<readonly Fill[]> {
    const result = await this.#questions.fillsSince(listing, sinceMs);
    return needValue('coinbase', result, `listing fills of ${listing.symbol}`);
  }

  async balances(): Promise<readonly Balance[]> {
    const result = await this.#questions.accounts();
    const balances = readBalances(needValue('coinbase', result, 'reading balances'));
    if (balances === undefined) throw faultOf('coinbase', unreadable('account'), 'reading balances');
    return balances;
  }

  /** The account's rates, of its tier (the venue asks less for pairs of stable coins, and does not list that); the usual
   *  ones, with a warning, while it does not say. */
  async feeRates(listing: Listing): Promise<{ taker: string; maker: string }> {
    const result = await this.#questions.feeRates();
    const usual = { taker: DEFAULT_FEES.taker, maker: DEFAULT_FEES.maker };
    const said = { venue: 'coinbase', symbol: listing.symbol, log: this.#deps.log };
    return ownRates(result, (rates) => rates, usual, said);
  }

  async permissions(): Promise<KeyPermissions> {
    return ownPermissions('coinbase', await this.#questions.get(PERMISSIONS_PATH), readPermissions);
  }

  venueClock(): Promise<ClockReading> {
    return this.#rest.syncTime();
  }

  async #script(isFirst: boolean): Promise<SessionScript> {
    await this.#rest.syncForLogon(isFirst, this.#deps.log);
    if (isFirst) await this.#checkPermissions();
    const nowMs = this.#rest.serverMs();
    const key = this.#key ?? readKey(this.#deps.credentials);
    const tokens = { user: await mint(key, undefined, nowMs), heartbeats: await mint(key, undefined, nowMs) };
    return userScript(this.#deps.endpoints.wsPrivate, tokens, (error) => this.#rest.clean(error));
  }

  /** The user socket lets a key in that may only look. */
  async #checkPermissions(): Promise<void> {
    const result = await this.#questions.get(PERMISSIONS_PATH);
    if (result.ok) {
      if (result.value.can_trade === false) throw new Fault('venue/auth', 'coinbase: the key may not trade');
    } else if (result.error.class === 'auth') {
      throw faultOf('coinbase', result.error, 'checking the key');
    }
  }

  /** The token for one request: one minted ahead where there is one. */
  async #bearer(method: string, path: string, nowMs: number): Promise<string | undefined> {
    const ahead = method === 'POST' && path === ORDERS ? this.#tokens.take() : undefined;
    if (ahead !== undefined) return ahead;
    // Fees and fills are asked for before anybody connects. A key that cannot be read is told by `connect`.
    const key = this.#key ?? tryReadKey(this.#deps.credentials);
    return key === undefined ? undefined : mint(key, uriOf(method, this.#host, path), nowMs);
  }

  #mintFor(method: string, path: string, nowMs: number): Promise<string> {
    const key = this.#key ?? readKey(this.#deps.credentials);
    return mint(key, uriOf(method, this.#host, path), nowMs);
  }

  /** A token from another time is refused like one from another key: the venue's clock is read again, for the next. */
  #doubtClock(error: VenueError): void {
    if (error.class !== 'auth') return;
    this.#rest.syncTime().then(
      () => this.#tokens.renew(),
      // Unreachable now: the next refusal tries again.
      () => {},
    );
  }
}
