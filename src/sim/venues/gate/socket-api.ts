/** The WebSocket API of one connection: `spot.login` and the operations on orders, event `api`. Source:
 *  https://www.gate.com/docs/developers/apiv4/ws/en/#spot-account-trade. An order that is placed is acknowledged
 *  first (`ack: true`, with what was asked for) and answered when the engine has acted; everything else is answered
 *  once. Amending is not simulated. */
import { isObject } from '../../../core/json.ts';
import type { SimAccount, SimOrder } from '../../port.ts';
import { hexText } from '../../random-text.ts';
import type { WireContext } from '../../wire-port.ts';
import { type WireError, wireError } from './errors.ts';
import type { RateState } from './limits.ts';
import { type Arguments, isGiven, plainText, type Read, readMode } from './order-params.ts';
import { orderRow, userOf } from './order-rows.ts';
import { batchRow, cancelRows } from './rest-orders.ts';
import type { PrivateRoute } from './rest-private.ts';
import { checkLogin } from './sign.ts';
import { msText, traceId } from './times.ts';
import type { Outcome, TradeDesk } from './trade-desk.ts';

/** What the head of every answer says. */
interface Call {
  readonly channel: string;
  readonly requestId: string;
  readonly trace: string;
  /** When it came: wall µs, and monotonic ns. */
  readonly inMicros: number;
  readonly inNs: number;
  readonly payload: Arguments;
  readonly param: unknown;
}

/** The result of an operation, or why there is none. */
type Result = { readonly result: unknown } | { readonly error: WireError };

export interface SocketApiParts {
  readonly context: WireContext;
  readonly desk: TradeDesk;
  /** `GET /spot/orders`, which `spot.order_list` is. */
  readonly orderList: PrivateRoute;
  readonly connectionId: string;
  push(text: string): void;
}

const MAX_CANCELS = 20;

export class SocketApi {
  readonly #parts: SocketApiParts;
  readonly #clientId: string;
  readonly #connectionTrace: string;
  #account: SimAccount | undefined;

  constructor(parts: SocketApiParts) {
    this.#parts = parts;
    const { random } = parts.context;
    this.#clientId = `127.0.0.1-0x${hexText(random, 10)}`;
    this.#connectionTrace = traceId(random);
  }

  onRequest(channel: string, payload: unknown): void {
    const { clock, random } = this.#parts.context;
    const given = isObject(payload) ? payload : {};
    const call: Call = {
      channel,
      requestId: typeof given.req_id === 'string' ? given.req_id : '',
      trace: traceId(random),
      inMicros: clock.wallMs() * 1000,
      inNs: clock.monotonicNs(),
      payload: given,
      param: given.req_param,
    };
    if (call.requestId === '') this.#answer(call, { error: wireError('MISSING_REQUIRED_PARAM', 'req_id') });
    else if (channel === 'spot.login') this.#login(call);
    else if (this.#account === undefined) this.#answer(call, { error: wireError('AUTHENTICATION_FAILED') });
    else this.#operate(call, this.#account);
  }

  #login(call: Call): void {
    const { exchange, clock } = this.#parts.context;
    const checked = checkLogin(call.payload, exchange, clock.wallMs());
    if (!checked.ok) {
      this.#answer(call, { error: checked.error });
      return;
    }
    this.#account = checked.account;
    this.#answer(call, { result: { api_key: checked.account.apiKey, uid: String(userOf(checked.account)) } });
  }

  #operate(call: Call, account: SimAccount): void {
    const { desk, orderList } = this.#parts;
    const { param } = call;
    const wrong = wireError('INVALID_REQUEST_BODY');
    if (call.channel === 'spot.order_place') {
      this.#place(call, account);
      return;
    }
    if (call.channel === 'spot.order_cancel_ids') {
      const isList = Array.isArray(param) && param.length > 0 && param.length <= MAX_CANCELS && param.every(isObject);
      if (!isList) this.#answer(call, { error: wrong });
      else this.#cancel(call, account, () => ({ result: cancelRows(desk, account, param) }));
      return;
    }
    if (!isObject(param)) {
      this.#answer(call, { error: wrong });
      return;
    }
    switch (call.channel) {
      case 'spot.order_cancel':
        this.#withOrderId(call, param, (word) =>
          this.#cancel(call, account, () => rowOf(desk.entry.cancel(account, param, word), param)),
        );
        return;
      case 'spot.order_cancel_cp':
        if (!isGiven(param, 'currency_pair')) {
          this.#answer(call, { error: wireError('MISSING_REQUIRED_PARAM', 'currency_pair') });
          return;
        }
        this.#cancel(call, account, () => {
          const done = desk.entry.cancelAll(account, param);
          return done.ok ? { result: done.value.map((order) => orderRow(order)) } : { error: done.error };
        });
        return;
      case 'spot.order_status':
        this.#withOrderId(call, param, (word) => this.#answer(call, rowOf(desk.entry.find(account, param, word), {})));
        return;
      case 'spot.order_list': {
        const query = new URLSearchParams(
          Object.entries(param).map(([name, value]): [string, string] => [name, plainText(value)]),
        );
        const listed = orderList.run(query, account);
        this.#answer(call, 'error' in listed ? listed : { result: listed.body });
        return;
      }
      case 'spot.order_amend':
        this.#answer(call, { error: wireError('FORBIDDEN') });
        return;
      default:
        this.#answer(call, { error: { ...wireError('NOT_FOUND'), message: `Unknown channel ${call.channel}` } });
    }
  }

  #withOrderId(call: Call, param: Arguments, run: (word: string) => void): void {
    if (isGiven(param, 'order_id')) run(plainText(param.order_id));
    else this.#answer(call, { error: wireError('MISSING_REQUIRED_PARAM', 'order_id') });
  }

  #place(call: Call, account: SimAccount): void {
    const { entry } = this.#parts.desk;
    const { param } = call;
    const batch = Array.isArray(param);
    const orders: readonly unknown[] = batch ? param : [param];
    if (orders.length === 0 || !orders.every(isObject)) {
      this.#answer(call, { error: wireError('INVALID_REQUEST_BODY') });
      return;
    }
    const [first = {}] = orders;
    const mode = readMode(first);
    const act = (): Result => {
      if (batch) return { result: orders.map((order) => batchRow(order, entry.place(account, order, 'socket'))) };
      return mode.ok ? rowOf(entry.place(account, first, 'socket'), first) : { error: mode.error };
    };
    const onTaken = (rate: RateState): void => this.#acknowledge(call, rate);
    const request = { account, orders, cancels: 0, deadline: deadlineOf(call.payload), onTaken };
    this.#parts.desk.submit(request, act, (outcome) => this.#conclude(call, outcome, true));
  }

  #cancel(call: Call, account: SimAccount, act: () => Result): void {
    const request = { account, orders: [], cancels: 1, deadline: deadlineOf(call.payload) };
    this.#parts.desk.submit(request, act, (outcome) => this.#conclude(call, outcome, false));
  }

  // — answers —

  #conclude(call: Call, outcome: Outcome<Result>, withRate: boolean): void {
    if (outcome.kind === 'silence') return;
    const rate = withRate ? outcome.rate : undefined;
    this.#answer(call, outcome.kind === 'refused' ? { error: outcome.error } : outcome.value, rate);
  }

  #acknowledge(call: Call, rate: RateState): void {
    const { req_header: header = null } = call.payload;
    const result = {
      req_id: call.requestId,
      req_header: header,
      req_param: call.param,
      api_key: '',
      timestamp: '',
      signature: '',
    };
    this.#send({ request_id: call.requestId, ack: true, header: this.#head(call, 200, rate), data: { result } });
  }

  #answer(call: Call, result: Result, rate?: RateState): void {
    const isError = 'error' in result;
    const header = this.#head(call, isError ? result.error.http : 200, rate);
    const data = isError
      ? { errs: { label: result.error.label, message: result.error.message } }
      : { result: result.result };
    this.#send({ request_id: call.requestId, header, data });
  }

  /** The time at which a limit ends is spelled `x_gat_…` wherever it is documented but for refusals. */
  #head(call: Call, status: number, rate: RateState | undefined): object {
    const { clock } = this.#parts.context;
    const tookMicros = Math.max(0, Math.floor((clock.monotonicNs() - call.inNs) / 1000));
    const reset = status === 429 ? 'x_gate_ratelimit_reset_timestamp' : 'x_gat_ratelimit_reset_timestamp';
    return {
      response_time: msText(clock.wallMs()),
      status: String(status),
      channel: call.channel,
      event: 'api',
      client_id: this.#clientId,
      x_in_time: call.inMicros,
      x_out_time: call.inMicros + tookMicros,
      conn_id: this.#parts.connectionId,
      conn_trace_id: this.#connectionTrace,
      trace_id: call.trace,
      // "hidden if 0"
      ...(rate === undefined || rate.remain === 0 ? {} : { x_gate_ratelimit_requests_remain: rate.remain }),
      ...(rate === undefined ? {} : { x_gate_ratelimit_limit: rate.limit, [reset]: Math.floor(rate.resetAt) }),
    };
  }

  #send(message: object): void {
    this.#parts.push(JSON.stringify(message));
  }
}

function rowOf(result: Read<SimOrder>, args: Arguments): Result {
  const mode = readMode(args);
  if (!mode.ok) return { error: mode.error };
  return result.ok ? { result: orderRow(result.value, mode.value) } : { error: result.error };
}

/** `x-gate-exptime` among the headers that a payload may carry. */
function deadlineOf({ req_header: header }: Arguments): string {
  if (!isObject(header)) return '';
  const entry = Object.entries(header).find(([name]) => name.toLowerCase() === 'x-gate-exptime');
  return entry === undefined ? '' : plainText(entry[1]);
}
