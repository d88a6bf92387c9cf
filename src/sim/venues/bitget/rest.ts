/** The REST side of the wire: finds the endpoint, checks limits and signature, writes the body as Bitget writes it. */
import { monotonicMs } from '../../clock-readings.ts';
import { readObject } from '../../json-object.ts';
import type { SimAccount } from '../../port.ts';
import type { RequestLimits } from '../../request-limits.ts';
import type { HttpAnswer, HttpIn, HttpOut } from '../../server.ts';
import type { WireContext } from '../../wire-port.ts';
import type { AccountHub } from './account-hub.ts';
import { ERRORS, type WireError, wireError } from './errors.ts';
import { OVERALL, OVERALL_RECOVERY_MS } from './limits.ts';
import type { Params } from './order-entry.ts';
import { type PrivateRoute, privateRoutes } from './rest-private.ts';
import { type PublicRoute, publicRoutes, type RestResult } from './rest-public.ts';
import { TRADE_ROUTES, type TradeRoute } from './rest-trade.ts';
import { checkRequest } from './sign.ts';
import type { Tickers } from './tickers.ts';
import type { TradeDesk } from './trade-desk.ts';

export interface RestParts {
  readonly desk: TradeDesk;
  readonly accountHub: AccountHub;
  readonly tickers: Tickers;
}

const HEADERS = { 'content-type': 'application/json' };

export class RestApi {
  readonly #context: WireContext;
  readonly #limits: RequestLimits;
  readonly #desk: TradeDesk;
  readonly #public: ReadonlyMap<string, PublicRoute>;
  readonly #private: ReadonlyMap<string, PrivateRoute>;
  #outUntilMs = 0;

  constructor(context: WireContext, limits: RequestLimits, parts: RestParts) {
    this.#context = context;
    this.#limits = limits;
    this.#desk = parts.desk;
    this.#public = publicRoutes(context, parts.tickers);
    this.#private = privateRoutes(context, parts.accountHub);
  }

  answer(request: HttpIn): HttpAnswer | Promise<HttpAnswer> {
    const trouble = this.#plantedTrouble() ?? (this.#fitsOverall() ? undefined : wireError('429'));
    if (trouble !== undefined) return this.#failure(trouble);
    const { path, method } = request;
    const open = this.#public.get(path);
    if (method === 'GET' && open !== undefined) return this.#answerPublic(request, open);
    const signed = this.#private.get(path);
    if (method === 'GET' && signed !== undefined) return this.#answerPrivate(request, signed);
    const trade = TRADE_ROUTES.get(path);
    if (method === 'POST' && trade !== undefined) return this.#answerTrade(request, trade);
    return this.#failure(wireError('40404'));
  }

  #plantedTrouble(): WireError | undefined {
    const { faults } = this.#context;
    if (faults.peek('maintenance') !== undefined) return wireError('40200');
    if (faults.take('http-503') !== undefined) return wireError('40725');
    if (faults.take('http-429') !== undefined) return wireError('429');
    // The words for an address that may not come in.
    if (faults.take('http-418') !== undefined) return wireError('40018');
    return undefined;
  }

  /** Who goes over the limit of all requests stays out for a while. */
  #fitsOverall(): boolean {
    const now = monotonicMs(this.#context.clock);
    if (now < this.#outUntilMs) return false;
    if (this.#limits.take('rest', OVERALL)) return true;
    this.#outUntilMs = now + OVERALL_RECOVERY_MS;
    return false;
  }

  #answerPublic({ path, query: text }: HttpIn, route: PublicRoute): HttpOut {
    const query = new URLSearchParams(text);
    if (!this.#limits.take(`rest/ip/${path}`, route.limit)) return this.#failure(wireError('429'));
    const { recording } = this.#context;
    const recorded = recording?.active === true ? recording.httpBody(path, query.get('symbol') ?? '') : undefined;
    if (recorded !== undefined) return { status: 200, headers: HEADERS, body: recorded };
    return this.#result(route.run(query));
  }

  #answerPrivate(request: HttpIn, route: PrivateRoute): HttpOut {
    const account = this.#authenticate(request);
    if ('code' in account) return this.#failure(account);
    if (!this.#fitsUser(request, account, route)) return this.#failure(wireError('429'), 0);
    return this.#result(route.run(new URLSearchParams(request.query), account), this.#leftOf(request, account, route));
  }

  #answerTrade(request: HttpIn, route: TradeRoute): HttpOut | Promise<HttpAnswer> {
    const account = this.#authenticate(request);
    if ('code' in account) return this.#failure(account);
    if (!this.#fitsUser(request, account, route)) return this.#failure(wireError('429'), 0);
    const left = this.#leftOf(request, account, route);
    const params = readBody(request);
    if (params === undefined) return this.#failure(wireError('40409'), left);
    const { exchange } = this.#context;
    const orders = route.orders(params, account, exchange);
    if ('error' in orders) return this.#failure(orders.error, left);
    return new Promise((resolve) => {
      this.#desk.submit({ action: route.action, account, orders: orders.list }, (outcome) => {
        resolve(outcome === 'silence' ? 'hang' : this.#result(route.result(outcome, orders.list, params), left));
      });
    });
  }

  #authenticate(request: HttpIn): SimAccount | WireError {
    const { exchange, clock } = this.#context;
    if (request.method === 'POST' && !isJson(request)) return wireError('40007');
    const result = checkRequest(request, exchange, clock.wallMs());
    return result.ok ? result.account : result.error;
  }

  #fitsUser({ path }: HttpIn, account: SimAccount, { limit }: PrivateRoute | TradeRoute): boolean {
    return this.#limits.take(`rest/user/${account.index}${path}`, limit);
  }

  #leftOf({ path }: HttpIn, account: SimAccount, { limit }: PrivateRoute | TradeRoute): number {
    return this.#limits.left(`rest/user/${account.index}${path}`, limit);
  }

  /** @param left how many more requests of this kind the user may make now, where it is the user that is limited */
  #result(result: RestResult, left?: number): HttpOut {
    if ('error' in result) return this.#failure(result.error, left);
    return this.#reply(200, '00000', 'success', result.data, left);
  }

  #failure({ code, msg }: WireError, left?: number): HttpOut {
    return this.#reply(ERRORS[code].http, code, msg, null, left);
  }

  #reply(status: number, code: string, msg: string, data: unknown, left: number | undefined): HttpOut {
    const requestTime = Math.floor(this.#context.clock.wallMs());
    const headers = left === undefined ? HEADERS : { ...HEADERS, 'x-mbx-used-remain-limit': String(left) };
    return { status, headers, body: JSON.stringify({ code, msg, requestTime, data }) };
  }
}

const isJson = ({ headers }: HttpIn): boolean =>
  (headers['content-type'] ?? '').toLowerCase().startsWith('application/json');

/** The object in a body; an empty body is an empty one. */
const readBody = ({ body }: HttpIn): Params | undefined => (body === '' ? {} : readObject(body));
