/** Order entry and account of KuCoin spot (classic accounts): orders and cancels over the order socket, over REST while it
 *  is down; everything that is asked for over REST; pushes over a socket of their own.
 *  https://www.kucoin.com/docs-new/3470133w0, …/docs-new/rest/spot-trading/orders/add-order */
import type { ClockReading } from '../../core/clock.ts';
import { Fault } from '../../core/faults.ts';
import type { FeeRates, Listing } from '../../core/instrument.ts';
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
} from '../../core/order.ts';
import type { KeyPermissions } from '../../core/permissions.ts';
import type { GatewayDeps } from '../../core/venue.ts';
import { OrderEntry } from '../../net/order-entry.ts';
import { ownPermissions, ownRates, queryOutcome } from '../../net/order-outcomes.ts';
import { rejectedUnsent, unsentRefusal } from '../../net/order-traits.ts';
import { Session } from '../../net/session.ts';
import { SessionGroup } from '../../net/session-group.ts';
import type { SessionDeps, SessionScript } from '../../net/session-port.ts';
import { needValue, SignedRest } from '../../net/signed-rest.ts';
import { Account } from './account.ts';
import { addressOf, newConnectId, PRIVATE_PATH } from './bullet.ts';
import { ORDER_TRAITS } from './order-traits.ts';
import { cancelFrame, deadCancelBody, orderBody, orderFrame, orderIdOf, readFeeRates } from './orders.ts';
import { PERMISSIONS_PATH, readPermissions } from './permissions.ts';
import { PushReader } from './pushes.ts';
import { readRateFrame } from './rates.ts';
import { type KucoinResult, restDialect } from './rest.ts';
import { pushHeartbeat, pushScript, refusalOf, tradeHeartbeat, tradeScript } from './session.ts';
import { challengeAnswer, tradeAddress } from './sign.ts';

const PLACE_TIMEOUT_MS = 2000;
const CANCEL_TIMEOUT_MS = 2000;
/** A token is valid for 24 hours; sockets are replaced a little before. */
const MAX_AGE_MS = (24 * 60 - 10) * 60_000;

/** Rates of an ordinary account (VIP 0) for instruments of class A. The venue takes fees in the instrument's
 *  `feeCurrency`, which is the quote asset, of buys and sells alike; accounts that pay with KCS say so in their fills. */
export const DEFAULT_FEES: FeeRates = { taker: '0.001', maker: '0.001', from: 'quote' };

export class KucoinGateway implements Gateway {
  readonly #deps: GatewayDeps;
  readonly #rest: SignedRest<unknown>;
  readonly #account: Account;
  readonly #sockets: SessionGroup;
  #trade: Session | undefined;
  readonly #entry: OrderEntry<unknown>;

  constructor(deps: GatewayDeps) {
    this.#deps = deps;
    const { endpoints, credentials, http, clock } = deps;
    const rest = new SignedRest({ dialect: restDialect(credentials), base: endpoints.rest, credentials, http, clock });
    this.#rest = rest;
    this.#entry = new OrderEntry({ clock, rest, read: (frame) => this.#read(frame), orderIdOf });
    this.#account = new Account(rest, deps.log);
    const pushes = new PushReader({
      onEvent: deps.onEvent,
      log: deps.log,
      clock,
      fillsOf: ({ symbol, venueOrderId, clientId }) => this.#account.orderFills(symbol, venueOrderId, clientId),
    });
    const clean = rest.clean.bind(rest);
    this.#sockets = new SessionGroup(deps.onEvent, (hooks) => {
      const push = this.#session('private socket', hooks, {
        heartbeat: pushHeartbeat(() => clock.wallMs()),
        script: async () => pushScript(await this.#pushAddress(), clean),
        onPush: (frame) => pushes.read(frame),
      });
      this.#trade = this.#session('order socket', hooks, {
        heartbeat: tradeHeartbeat(() => rest.serverMs()),
        script: () => {
          const url = tradeAddress(endpoints.wsTrade, credentials, rest.serverMs());
          return tradeScript(url, (challenge) => challengeAnswer(credentials.secret, challenge), clean);
        },
        onPush: () => {},
      });
      return [push, this.#trade];
    });
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
    const refusal = unsentRefusal('kucoin', order, ORDER_TRAITS);
    if (refusal !== undefined) return rejectedUnsent(refusal, this.#deps.clock.monotonicNs());
    // Past its window the venue refuses the order itself, so that one given up on cannot be accepted later.
    const now = this.#rest.serverMs();
    const request = this.#trade?.request((id) => orderFrame(id, order, now, PLACE_TIMEOUT_MS), PLACE_TIMEOUT_MS);
    const body = (): string => orderBody(order, PLACE_TIMEOUT_MS);
    return this.#entry.place(request, () =>
      this.#rest.post('/api/v1/hf/orders', body(), { timeoutMs: PLACE_TIMEOUT_MS }),
    );
  }

  /** `cancelled` means that the venue took the request; the order's end comes as an event. */
  async cancel(order: OrderRef): Promise<CancelOutcome> {
    const { clientId, listing } = order;
    const request = this.#trade?.request((id) => cancelFrame(id, listing.symbol, clientId), CANCEL_TIMEOUT_MS);
    const path = `/api/v1/hf/orders/client-order/${encodeURIComponent(clientId)}`;
    return this.#entry.cancel(request, () =>
      this.#rest.request('DELETE', path, { params: { symbol: listing.symbol } }),
    );
  }

  query({ clientId, listing }: OrderRef): Promise<QueryOutcome> {
    return queryOutcome({
      clock: this.#deps.clock,
      order: () => this.#account.order(listing.symbol, clientId),
      fills: (report) => this.#account.orderFills(listing.symbol, report.venueOrderId, report.clientId),
    });
  }

  openOrders(): Promise<readonly OrderReport[]> {
    return this.#account.openOrders();
  }

  recentFills(listing: Listing, sinceMs: number): Promise<readonly Fill[]> {
    return this.#account.recentFills(listing.symbol, sinceMs);
  }

  balances(): Promise<readonly Balance[]> {
    return this.#account.balances();
  }

  /** The account's rates; those of an ordinary account, with a warning, while the venue does not say. */
  async feeRates(listing: Listing): Promise<{ taker: string; maker: string }> {
    const result = await this.#account.feeRates(listing.symbol);
    const said = { venue: 'kucoin', symbol: listing.symbol, log: this.#deps.log };
    return ownRates(result, readFeeRates, DEFAULT_FEES, said);
  }

  async permissions(): Promise<KeyPermissions> {
    return ownPermissions('kucoin', await this.#rest.get(PERMISSIONS_PATH), readPermissions);
  }

  venueClock(): Promise<ClockReading> {
    return this.#rest.syncTime();
  }

  /** The venue carries it out up to ten seconds late. */
  async cancelAllAfter(ms: number): Promise<void> {
    const result = await this.#rest.post('/api/v1/hf/orders/dead-cancel-all', deadCancelBody(ms));
    needValue('kucoin', result, 'setting the dead-man timer');
  }

  #session(
    name: string,
    hooks: Pick<SessionDeps, 'onUp' | 'onDown'>,
    {
      heartbeat,
      script,
      onPush,
    }: Pick<SessionDeps, 'heartbeat' | 'onPush'> & { script: () => Promise<SessionScript> | SessionScript },
  ): Session {
    const { sockets, clock, log } = this.#deps;
    return new Session({
      venue: 'kucoin',
      name,
      // Addresses are signed with the venue's time, and a wrong clock is refused.
      script: async (isFirst) => {
        await this.#rest.syncForLogon(isFirst, log);
        return script();
      },
      heartbeat,
      maxAgeMs: MAX_AGE_MS,
      sockets,
      clock,
      log,
      ...hooks,
      onPush,
    });
  }

  #read(frame: Json): KucoinResult {
    this.#deps.onRates?.(readRateFrame(frame));
    return readAnswer(frame);
  }

  async #pushAddress(): Promise<string> {
    const result = await this.#rest.post(PRIVATE_PATH, '');
    const address = addressOf(needValue('kucoin', result, `POST ${PRIVATE_PATH}`), newConnectId());
    if (address === undefined) {
      throw new Fault('venue/protocol', `kucoin: POST ${PRIVATE_PATH} answered without an address`);
    }
    return address;
  }
}

/** An answer over the order socket, as REST would have put it. */
function readAnswer(frame: Json): KucoinResult {
  const refusal = refusalOf(frame);
  return refusal === undefined ? { ok: true, value: frame.data } : { ok: false, error: refusal };
}
