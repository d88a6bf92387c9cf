/** The REST side of the wire: finds the endpoint, checks signature and limits, writes the body as Bybit writes it. */
import { readObject } from '../../json-object.ts';
import type { SimAccount } from '../../port.ts';
import type { HttpAnswer, HttpIn, HttpOut } from '../../server.ts';
import { paramsError, type WireError, wireError } from './errors.ts';
import { ADDRESS_REQUESTS, type LimitState, takeOne } from './limits.ts';
import { type PrivateRoute, privateRoutes } from './rest-private.ts';
import { type PublicRoute, publicRoutes, type RestResult } from './rest-public.ts';
import type { SessionShared } from './session.ts';
import { checkRequest } from './sign.ts';
import type { TradeAction } from './trade-desk.ts';

const TRADE_ROUTES: ReadonlyMap<string, TradeAction> = new Map([
  ['/v5/order/create', 'create'],
  ['/v5/order/amend', 'amend'],
  ['/v5/order/cancel', 'cancel'],
  ['/v5/order/cancel-all', 'cancel-all'],
]);

export class RestApi {
  readonly #shared: SessionShared;
  readonly #public: ReadonlyMap<string, PublicRoute>;
  readonly #private: ReadonlyMap<string, PrivateRoute>;

  constructor(shared: SessionShared) {
    this.#shared = shared;
    this.#public = publicRoutes(shared);
    this.#private = privateRoutes(shared);
  }

  answer(request: HttpIn): HttpAnswer | Promise<HttpAnswer> {
    const gate = this.#gate();
    if (gate !== undefined) return gate;
    const { path, method } = request;
    const open = this.#public.get(path);
    if (open !== undefined && method === 'GET') return this.#answerPublic(request, open);
    const signed = this.#private.get(path);
    if (signed !== undefined && method === 'GET') return this.#answerPrivate(request, signed);
    const trade = TRADE_ROUTES.get(path);
    if (trade !== undefined && method === 'POST') return this.#answerTrade(request, trade);
    return this.#error(wireError('10017'), undefined, 404);
  }

  /** What stands before every endpoint: planted faults, maintenance, the limit of an address. */
  #gate(): HttpOut | undefined {
    const { context, limits } = this.#shared;
    const { faults } = context;
    if (faults.take('http-503') !== undefined) return this.#error(wireError('10016'), undefined, 503);
    if (faults.take('http-429') !== undefined) return this.#error(wireError('10429'), undefined, 429);
    // "403, access too frequent": the address is out for ten minutes.
    const banned = faults.take('http-418') !== undefined || !limits.take('address', ADDRESS_REQUESTS);
    if (banned) return { status: 403, headers: { 'content-type': 'text/plain' }, body: 'access too frequent' };
    return faults.peek('maintenance') === undefined ? undefined : this.#error(wireError('10016'));
  }

  #answerPublic(request: HttpIn, route: PublicRoute): HttpOut {
    const query = new URLSearchParams(request.query);
    const { recording } = this.#shared.context;
    const recorded =
      recording?.active === true
        ? recording.httpBody(request.path, query.get('symbol') ?? query.get('category') ?? '')
        : undefined;
    if (recorded !== undefined) return { status: 200, headers: { 'content-type': 'application/json' }, body: recorded };
    return this.#result(route(query));
  }

  #answerPrivate(request: HttpIn, route: PrivateRoute): HttpOut {
    const account = this.#authenticate(request);
    if ('code' in account) return this.#error(account);
    const { limits, context } = this.#shared;
    const { fits, state } = takeOne(limits, context.clock, `${request.path}/${account.index}`, route.limit);
    if (!fits) return this.#error(wireError('10006'), state);
    return this.#result(route.run(new URLSearchParams(request.query), account), state);
  }

  #answerTrade(request: HttpIn, action: TradeAction): HttpAnswer | Promise<HttpAnswer> {
    const account = this.#authenticate(request);
    if ('code' in account) return this.#error(account);
    const args = readObject(request.body);
    if (args === undefined) return this.#error(paramsError('request body is not a JSON object'));
    return new Promise((resolve) => {
      this.#shared.desk.submit(action, account, args, (outcome) => {
        if (outcome === 'silence') resolve('hang');
        else if (outcome.entry.ok) resolve(this.#result({ result: outcome.entry.result }, outcome.limit));
        else resolve(this.#error(outcome.entry.error, outcome.limit));
      });
    });
  }

  #authenticate(request: HttpIn): SimAccount | WireError {
    const { exchange, clock } = this.#shared.context;
    const result = checkRequest(request, exchange, clock.wallMs());
    return result.ok ? result.account : result.error;
  }

  #result(outcome: RestResult, limit?: LimitState): HttpOut {
    if ('error' in outcome) return this.#error(outcome.error, limit);
    return this.#reply(200, { code: 0, msg: outcome.words ?? 'OK' }, outcome.result, limit);
  }

  #error(error: WireError, limit?: LimitState, status = 200): HttpOut {
    return this.#reply(status, error, {}, limit);
  }

  #reply(status: number, { code, msg }: WireError, result: object, limit: LimitState | undefined): HttpOut {
    const time = Math.floor(this.#shared.context.clock.wallMs());
    return {
      status,
      headers: { 'content-type': 'application/json; charset=utf-8', timenow: String(time), ...limit },
      body: JSON.stringify({ retCode: code, retMsg: msg, result, retExtInfo: {}, time }),
    };
  }
}
