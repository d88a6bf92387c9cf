/** The REST side of the wire: finds the endpoint, checks signature and limits, writes the body as OKX writes it. */
import { isObject } from '../../../core/json.ts';
import type { DeadManTimers } from '../../dead-man.ts';
import type { SimAccount } from '../../port.ts';
import type { Limit, RequestLimits } from '../../request-limits.ts';
import type { HttpAnswer, HttpIn, HttpOut } from '../../server.ts';
import type { WireContext } from '../../wire-port.ts';
import { readTag, setDeadMan } from './dead-man.ts';
import { ERRORS, type ErrorCode, type WireError, wireError } from './errors.ts';
import { DEAD_MAN } from './limits.ts';
import type { Arguments } from './order-entry.ts';
import { type PrivateRoute, privateRoutes } from './rest-private.ts';
import { type PublicRoute, publicRoutes, type RestResult } from './rest-public.ts';
import { checkRequest } from './sign.ts';
import type { Tickers } from './tickers.ts';
import { microsText } from './times.ts';
import type { TradeAction, TradeDesk, TradeOutcome } from './trade-desk.ts';

const TRADE_ROUTES: Readonly<Record<string, { readonly action: TradeAction; readonly batch: boolean }>> = {
  '/api/v5/trade/order': { action: 'place', batch: false },
  '/api/v5/trade/batch-orders': { action: 'place', batch: true },
  '/api/v5/trade/cancel-order': { action: 'cancel', batch: false },
  '/api/v5/trade/cancel-batch-orders': { action: 'cancel', batch: true },
  '/api/v5/trade/amend-order': { action: 'amend', batch: false },
  '/api/v5/trade/amend-batch-orders': { action: 'amend', batch: true },
};
const DEAD_MAN_PATH = '/api/v5/trade/cancel-all-after';
/** Codes of a trade request that is refused as a whole. */
const isErrorCode = (code: string): code is ErrorCode => code in ERRORS;
/** What a single order must name before it is looked at; these fail as the request's own error. */
const REQUIRED: Readonly<Record<TradeAction, readonly string[]>> = {
  place: ['instId', 'tdMode', 'side', 'ordType', 'sz'],
  cancel: ['instId'],
  amend: ['instId'],
};

const reply = (status: number, body: object): HttpOut => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const failure = ({ code, msg }: WireError): HttpOut => reply(ERRORS[code].http, { code, data: [], msg });
/** Errors of the gateway in front have no `data`, as recorded. */
const gatewayFailure = ({ code, msg }: WireError, status: number = ERRORS[code].http): HttpOut =>
  reply(status, { msg, code });
const answerOf = (result: RestResult): HttpOut =>
  'error' in result ? failure(result.error) : reply(200, { code: '0', data: result.rows, msg: '' });

export class RestApi {
  readonly #context: WireContext;
  readonly #limits: RequestLimits;
  readonly #desk: TradeDesk;
  readonly #deadMan: DeadManTimers;
  readonly #public: ReadonlyMap<string, PublicRoute>;
  readonly #private: ReadonlyMap<string, PrivateRoute>;

  constructor(context: WireContext, limits: RequestLimits, desk: TradeDesk, tickers: Tickers, deadMan: DeadManTimers) {
    this.#context = context;
    this.#limits = limits;
    this.#desk = desk;
    this.#deadMan = deadMan;
    this.#public = publicRoutes(context, tickers);
    this.#private = privateRoutes(context);
  }

  answer(request: HttpIn): HttpAnswer | Promise<HttpAnswer> {
    const { faults } = this.#context;
    if (faults.take('http-503') !== undefined) return gatewayFailure(wireError('50001'), 503);
    if (faults.take('http-429') !== undefined) return gatewayFailure(wireError('50011'), 429);
    // OKX bans by sub-account and endpoint, in the same words; what bans an address is the gateway in front of it.
    if (faults.take('http-418') !== undefined) return gatewayFailure(wireError('50011'), 418);
    if (faults.peek('maintenance') !== undefined) return gatewayFailure(wireError('50001'), 503);
    const { path, method } = request;
    const open = this.#public.get(path);
    const signed = this.#private.get(path);
    const trade = TRADE_ROUTES[path];
    if (open !== undefined)
      return method === 'GET' ? this.#answerPublic(request, open) : gatewayFailure(wireError('50115'));
    if (method === 'GET' && signed !== undefined) return this.#answerPrivate(request, signed);
    if (method === 'POST' && trade !== undefined) return this.#answerTrade(request, trade.action, trade.batch);
    if (method === 'POST' && path === DEAD_MAN_PATH) return this.#answerDeadMan(request);
    if (signed !== undefined || trade !== undefined || path === DEAD_MAN_PATH)
      return gatewayFailure(wireError('50115'));
    return reply(404, {
      code: '404',
      data: {},
      detailMsg: '',
      error_code: '404',
      error_message: 'Not Found',
      msg: 'Not Found',
    });
  }

  #answerPublic(request: HttpIn, route: PublicRoute): HttpOut {
    const query = new URLSearchParams(request.query);
    const instType = query.get('instType') ?? '';
    const per = request.path.endsWith('/instruments') ? instType : '';
    if (!this.#fits(`rest/${request.path}/${per}`, route.limit)) return failure(wireError('50011'));
    const { recording } = this.#context;
    const recorded =
      recording?.active === true ? recording.httpBody(request.path, query.get('instId') ?? instType) : undefined;
    if (recorded !== undefined) return { status: 200, headers: { 'content-type': 'application/json' }, body: recorded };
    return answerOf(route.run(query));
  }

  #answerPrivate(request: HttpIn, route: PrivateRoute): HttpOut {
    const account = this.#authenticate(request);
    if ('code' in account) return gatewayFailure(account);
    const query = new URLSearchParams(request.query);
    // Order details are limited by user and instrument, everything else by user.
    const per = request.path.endsWith('/order') ? (query.get('instId') ?? '') : '';
    if (!this.#fits(`rest/${request.path}/${account.index}/${per}`, route.limit)) return failure(wireError('50011'));
    return answerOf(route.run(query, account));
  }

  #answerTrade(request: HttpIn, action: TradeAction, batch: boolean): HttpAnswer | Promise<HttpAnswer> {
    const account = this.#authenticate(request);
    if ('code' in account) return gatewayFailure(account);
    const { clock } = this.#context;
    const inTime = microsText(clock);
    const orders = readOrders(request, batch);
    if ('code' in orders) return failure(orders);
    const [first] = orders;
    if (!batch && first !== undefined) {
      const missing = REQUIRED[action].find((name) => isMissing(first, name));
      if (missing !== undefined) return failure(wireError('50014', missing));
    }
    const deadline = request.headers.exptime ?? '';
    const until = deadline === '' ? {} : { expTime: Number(deadline) };
    return new Promise((resolve) => {
      this.#desk.submit({ action, account, orders, origin: 'rest', ...until }, (outcome: TradeOutcome) => {
        if (outcome === 'silence') resolve('hang');
        else if (outcome.rows.length === 0 && isErrorCode(outcome.code)) {
          resolve(failure({ code: outcome.code, msg: outcome.msg }));
        } else {
          const { code, msg, rows } = outcome;
          resolve(reply(200, { code, data: rows, inTime, msg, outTime: microsText(clock) }));
        }
      });
    });
  }

  #answerDeadMan(request: HttpIn): HttpOut {
    const account = this.#authenticate(request);
    if ('code' in account) return gatewayFailure(account);
    const bodies = readOrders(request, false);
    if ('code' in bodies) return failure(bodies);
    const [args = {}] = bodies;
    const tag = readTag(args);
    if (tag === undefined) return failure(wireError('51000', 'tag'));
    if (!this.#fits(`rest/${DEAD_MAN_PATH}/${account.index}/${tag}`, DEAD_MAN)) return failure(wireError('50011'));
    return answerOf(setDeadMan(this.#deadMan, account, args, tag, this.#context.clock.wallMs()));
  }

  #authenticate(request: HttpIn): SimAccount | WireError {
    const { exchange, clock } = this.#context;
    const result = checkRequest(request, exchange, clock.wallMs());
    return result.ok ? result.account : result.error;
  }

  #fits(name: string, limit: Limit): boolean {
    return this.#limits.take(name, limit);
  }
}

/** `instIdCode` may stand for `instId`. */
const isMissing = (order: Arguments, name: string): boolean =>
  (order[name] === undefined || order[name] === '') && !(name === 'instId' && order.instIdCode !== undefined);

/** The orders in a body: an object, or a list of them for the batch endpoints. */
function readOrders(request: HttpIn, batch: boolean): readonly Arguments[] | WireError {
  if (request.body === '') return wireError('50000');
  if (!(request.headers['content-type'] ?? '').toLowerCase().startsWith('application/json')) return wireError('50006');
  let value: unknown;
  try {
    value = JSON.parse(request.body);
  } catch {
    return wireError('50002');
  }
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (Array.isArray(value) !== batch || list.length === 0 || !list.every(isObject)) return wireError('50002');
  return list;
}
