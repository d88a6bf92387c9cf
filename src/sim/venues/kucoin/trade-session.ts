/** One trading socket (`/v1/private`): the address is signed, then the server's first frame has to be signed too, then
 *  orders are placed and canceled as by REST. Source: https://www.kucoin.com/docs-new/3470133w0 (add order) and
 *  3470134w0 (cancel order): answers to orders carry `rateLimit`, answers to cancels call it `userRateLimit`. */
import { isObject } from '../../../core/json.ts';
import { sameText } from '../../auth.ts';
import { IdleWatch } from '../../idle-watch.ts';
import { readObject } from '../../json-object.ts';
import { lookup } from '../../lookup.ts';
import type { SimAccount, SimOrder } from '../../port.ts';
import { uuidText } from '../../random-text.ts';
import type { RequestLimits } from '../../request-limits.ts';
import type { Connection, ConnectionHandlers } from '../../server.ts';
import type { WireContext } from '../../wire-port.ts';
import { badFrame, ERRORS, type WireError } from './errors.ts';
import { orderIdText } from './ids.ts';
import { type Arguments, textOf } from './order-reading.ts';
import { syncRow } from './order-rows.ts';
import { CONNECTIONS, type PoolState, type RatePools } from './rate-pools.ts';
import { placedRow, placedSyncRow } from './rest-order-entry.ts';
import { checkAddress, signatureOf } from './sign.ts';
import { PING_INTERVAL_MS, PING_TIMEOUT_MS } from './tokens.ts';
import type { OrderOutcome, TradeDesk } from './trade-desk.ts';

export interface TradeShared {
  readonly context: WireContext;
  readonly limits: RequestLimits;
  readonly pools: RatePools;
  readonly desk: TradeDesk;
}

export const TRADE_PATH = '/v1/private';
const VERIFY_MS = 30_000;
const MAX_MESSAGE = 65_536;
const MAX_ID = 64;
const CLOSE = { Bye: 1000, TooBig: 1009 } as const;

interface Operation {
  readonly kind: 'place' | 'cancel';
  readonly row: (order: SimOrder, args: Arguments) => object;
}
/** As by REST: by the id that the client gave. */
const canceledRow = (order: SimOrder, args: Arguments): object =>
  textOf(args, 'orderId') === '' ? { clientOid: order.clientId } : { orderId: orderIdText(order.id) };
const OPERATIONS: Readonly<Record<string, Operation>> = {
  'spot.order': { kind: 'place', row: placedRow },
  'spot.sync_order': { kind: 'place', row: placedSyncRow },
  'spot.cancel': { kind: 'cancel', row: canceledRow },
  'spot.sync_cancel': {
    kind: 'cancel',
    row: (order, args) => ({ ...canceledRow(order, args), ...syncRow(order) }),
  },
};

interface Asked {
  readonly id: string;
  readonly op: string;
  readonly inTime: number;
}

export class TradeSession implements ConnectionHandlers {
  readonly #connection: Connection;
  readonly #shared: TradeShared;
  readonly #account: SimAccount | undefined;
  /** The frame that the client has to sign. */
  #challenge = '';
  readonly #sessionId: string;
  #state: 'unverified' | 'open' | 'closed' = 'unverified';
  #cancelVerify: () => void = () => {};
  #pings: IdleWatch | undefined;

  constructor(connection: Connection, shared: TradeShared) {
    const { exchange, clock, random } = shared.context;
    this.#connection = connection;
    this.#shared = shared;
    this.#sessionId = uuidText(random);
    const now = clock.wallMs();
    const auth = checkAddress(connection.query, exchange, now);
    this.#account = auth.ok ? auth.account : undefined;
    if (!auth.ok) this.#refuse(auth.error, now);
    else if (!shared.limits.take(`connections/${auth.account.index}`, CONNECTIONS)) this.#refuse(ERRORS.tooMany, now);
    else {
      this.#challenge = JSON.stringify({ sessionId: this.#sessionId, timestamp: now });
      this.#connection.send(this.#challenge);
      this.#cancelVerify = clock.after(VERIFY_MS, () => this.#refuse(ERRORS.sessionTimeout, this.#now()));
    }
  }

  onMessage(text: string): void {
    const account = this.#account;
    if (this.#state === 'closed' || account === undefined) return;
    if (text.length > MAX_MESSAGE) {
      this.#close(CLOSE.TooBig, 'Max frame length of 65536 has been exceeded.');
    } else if (this.#state === 'unverified') this.#verify(account, text);
    else this.#onFrame(account, text);
  }

  onClose(): void {
    this.#state = 'closed';
    this.#cancelVerify();
    this.#pings?.stop();
  }

  #verify(account: SimAccount, text: string): void {
    this.#cancelVerify();
    if (!sameText(text.trim(), signatureOf(account.secret, this.#challenge))) {
      this.#refuse(ERRORS.sessionUnverified, this.#now());
      return;
    }
    this.#state = 'open';
    this.#send({
      sessionId: this.#sessionId,
      data: 'welcome',
      pingInterval: PING_INTERVAL_MS,
      pingTimeout: PING_TIMEOUT_MS,
    });
    this.#pings = new IdleWatch(
      this.#shared.context.clock,
      () => PING_INTERVAL_MS + PING_TIMEOUT_MS,
      () => this.#close(CLOSE.Bye, 'Bye'),
    );
  }

  #onFrame(account: SimAccount, text: string): void {
    const inTime = this.#now();
    const frame = readObject(text);
    if (frame === undefined) {
      this.#fail(badFrame('The request must be a JSON object.'), { inTime });
      return;
    }
    const { id, op, args } = frame;
    if (typeof id !== 'string' || id === '') {
      this.#fail(badFrame("Field 'id' must be a non-empty string."), { inTime });
      return;
    }
    if (id.length > MAX_ID) {
      this.#fail(badFrame("Field 'id' too long."), { inTime });
      return;
    }
    if (op === 'ping') {
      this.#pings?.touch();
      this.#send({ id, op: 'pong', timestamp: inTime });
      return;
    }
    const operation = typeof op === 'string' ? lookup(OPERATIONS, op) : undefined;
    if (typeof op !== 'string' || operation === undefined) {
      this.#fail(badFrame("Field 'op' is not supported."), { id, inTime });
      return;
    }
    if (!isObject(args)) {
      this.#fail(badFrame("Field 'args' must be an object."), { id, op, inTime });
      return;
    }
    this.#run(account, operation, { id, op, inTime }, args);
  }

  #run(account: SimAccount, { kind, row }: Operation, asked: Asked, args: Arguments): void {
    const { desk, pools } = this.#shared;
    const state = pools.take('spot', String(account.index), 1);
    const limits = limitsOf(kind, state);
    if (!state.fits) {
      this.#fail(ERRORS.tooMany, asked, limits);
      return;
    }
    const done = (outcome: OrderOutcome): void => {
      if (outcome === 'silence') return;
      if (!outcome.ok) {
        this.#fail(outcome.error, asked, limits);
        return;
      }
      const { id, op, inTime } = asked;
      const data = row(outcome.order, args);
      this.#send({ id, op, code: '200000', data, inTime, outTime: this.#now(), ...limits });
    };
    if (kind === 'place') desk.place(account, args, false, done);
    else desk.cancel(account, args, done);
  }

  // — replies —

  #send(message: object): void {
    if (this.#state !== 'closed') this.#connection.send(JSON.stringify(message));
  }

  #fail({ code, msg }: WireError, { inTime, ...asked }: Partial<Asked>, limits: object = {}): void {
    this.#send({ ...asked, code, msg, inTime, outTime: this.#now(), ...limits });
  }

  /** Says why, then closes: not within the opening itself, where the server does not know the session yet. */
  #refuse(error: WireError, inTime: number): void {
    this.#fail(error, { inTime });
    this.#state = 'closed';
    queueMicrotask(() => this.#connection.close(CLOSE.Bye, 'Bye'));
  }

  #close(code: number, reason: string): void {
    this.#state = 'closed';
    this.#cancelVerify();
    this.#pings?.stop();
    this.#connection.close(code, reason);
  }

  #now(): number {
    return this.#shared.context.clock.wallMs();
  }
}

const limitsOf = (kind: Operation['kind'], { limit, reset, remaining }: PoolState): object =>
  kind === 'place' ? { rateLimit: { limit, reset, remaining } } : { userRateLimit: { limit, reset, remaining } };
