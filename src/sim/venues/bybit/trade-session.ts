/** One connection to `/v5/trade`: ping, auth, order operations.
 *  Source: https://bybit-exchange.github.io/docs/v5/websocket/trade/guideline. */
import { isObject } from '../../../core/json.ts';
import { lookup } from '../../lookup.ts';
import type { SimAccount } from '../../port.ts';
import type { Connection, ConnectionHandlers } from '../../server.ts';
import { type WireError, wireError } from './errors.ts';
import { IdleWatch } from './idle-watch.ts';
import { connectionName, msText, traceId } from './ids.ts';
import { ADDRESS_OPERATIONS, type LimitState } from './limits.ts';
import { type ClientMessage, readMessage, undecodable } from './messages.ts';
import type { SessionShared } from './session.ts';
import { checkAuth, checkTime } from './sign.ts';
import type { TradeAction } from './trade-desk.ts';

const OPERATIONS: Readonly<Record<string, TradeAction>> = {
  'order.create': 'create',
  'order.amend': 'amend',
  'order.cancel': 'cancel',
};
const LONGEST_ID = 36;
/** Request ids that are remembered. */
const MOST_IDS = 10_000;

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

export class TradeSession implements ConnectionHandlers {
  readonly #connection: Connection;
  readonly #shared: SessionShared;
  readonly #name: string;
  readonly #idle: IdleWatch;
  readonly #ids = new Set<string>();
  #account: SimAccount | undefined;

  constructor(connection: Connection, shared: SessionShared) {
    this.#connection = connection;
    this.#shared = shared;
    this.#name = connectionName(shared.context.random);
    this.#idle = new IdleWatch(connection, shared.context.clock);
  }

  onMessage(text: string): void {
    if (!this.#idle.admits(text)) return;
    const message = readMessage(text, 'reqId');
    if (message === undefined) this.#refuse({ code: 10001, msg: undecodable(text) }, undefined, '');
    else if (message.op === 'ping') this.#pong(message);
    else if (message.op === 'auth') this.#auth(message);
    else this.#operate(message);
  }

  onClose(): void {
    this.#idle.stop();
  }

  #pong({ requestId }: ClientMessage): void {
    const data = [msText(this.#shared.context.clock.wallMs())];
    this.#send({ ...idOf(requestId), retCode: 0, retMsg: 'OK', op: 'pong', data, connId: this.#name });
  }

  #auth({ args, op, requestId }: ClientMessage): void {
    const { exchange, clock } = this.#shared.context;
    const result =
      this.#account === undefined
        ? checkAuth(args, exchange, clock.wallMs())
        : ({ ok: false, error: wireError('20001') } as const);
    if (!result.ok) {
      this.#refuse(result.error, requestId, op);
      return;
    }
    this.#account = result.account;
    this.#send({ ...idOf(requestId), retCode: 0, retMsg: 'OK', op, connId: this.#name });
  }

  #operate(message: ClientMessage): void {
    const { op, requestId, args } = message;
    const action = lookup(OPERATIONS, op);
    const account = this.#account;
    const [order] = args;
    const refused = this.#refusal(message, action);
    if (refused !== undefined || action === undefined || account === undefined || !isObject(order)) {
      this.#refuse(refused ?? wireError('10404'), requestId, op);
      return;
    }
    this.#shared.desk.submit(action, account, order, (outcome) => {
      if (outcome === 'silence') return;
      const { entry, limit } = outcome;
      if (!entry.ok) this.#answer(requestId, op, entry.error, {}, limit);
      else this.#answer(requestId, op, { code: 0, msg: 'OK' }, entry.result, limit);
    });
  }

  #refusal({ requestId, args, header }: ClientMessage, action: TradeAction | undefined): WireError | undefined {
    const { context, limits } = this.#shared;
    if (!limits.take('operations', ADDRESS_OPERATIONS)) return wireError('10403');
    if (action === undefined) return wireError('10404');
    if (this.#account === undefined) return wireError('10007');
    if (context.faults.peek('maintenance') !== undefined) return wireError('10019');
    const id = textOf(requestId);
    if (id.length > LONGEST_ID) return wireError('10001', 'reqId is too long');
    if (id !== '' && this.#ids.has(id)) return wireError('20006');
    if (id !== '' && this.#ids.size < MOST_IDS) this.#ids.add(id);
    const [order] = args;
    if (args.length !== 1 || !isObject(order)) return wireError('10001', 'Request parameter error.');
    const timestamp = textOf(header['X-BAPI-TIMESTAMP']);
    if (timestamp === '') return wireError('10001', 'params error: X-BAPI-TIMESTAMP is required');
    const stale = checkTime(timestamp, textOf(header['X-BAPI-RECV-WINDOW']), context.clock.wallMs());
    if (stale !== undefined) return stale;
    // "`category` is not correct/supported"
    return order.category === undefined || order.category === 'spot' ? undefined : wireError('10404');
  }

  #answer(
    requestId: ClientMessage['requestId'],
    op: string,
    { code, msg }: WireError,
    data: object,
    limit: LimitState,
  ): void {
    const { random, clock } = this.#shared.context;
    const header = { ...limit, Traceid: traceId(random), Timenow: msText(clock.wallMs()) };
    this.#send({
      ...idOf(requestId),
      retCode: code,
      retMsg: msg,
      op,
      data,
      retExtInfo: {},
      header,
      connId: this.#name,
    });
  }

  /** A refusal before any limit was looked at. */
  #refuse({ code, msg }: WireError, requestId: ClientMessage['requestId'], op: string): void {
    this.#send({ ...idOf(requestId), retCode: code, retMsg: msg, op, connId: this.#name });
  }

  #send(message: object): void {
    this.#idle.touch();
    this.#connection.send(JSON.stringify(message));
  }
}

/** "If not passed, this field will not be returned". */
const idOf = (requestId: ClientMessage['requestId']): object =>
  requestId === undefined ? {} : { reqId: String(requestId) };
