/** The REST side of the wire: finds the endpoint, checks token and limits, writes the body as Coinbase writes it. */
import { isObject } from '../../../core/json.ts';
import type { SimAccount } from '../../port.ts';
import type { RequestLimits } from '../../request-limits.ts';
import type { HttpAnswer, HttpIn, HttpOut } from '../../server.ts';
import type { WireContext } from '../../wire-port.ts';
import type { Days } from './days.ts';
import { invalidArgument, REST_ERRORS, type RestError } from './errors.ts';
import { checkRequest } from './jwt.ts';
import { PRIVATE_REQUESTS, PUBLIC_REQUESTS } from './limits.ts';
import { readBody } from './order-request.ts';
import { privateRoutes } from './rest-private.ts';
import { type MarketRoutes, marketRoutes, V3 } from './rest-public.ts';
import type { Call, PrivateRoute, RestResult } from './rest-route.ts';
import type { TradeDesk } from './trade-desk.ts';

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };
const TEXT_TYPE = { 'content-type': 'text/plain; charset=utf-8' };
/** Orders that one request may cancel. */
const MAX_CANCELS = 100;
const ORDERS = `${V3}/orders`;
const CANCELS = `${V3}/orders/batch_cancel`;

const reply = (status: number, body: object): HttpOut => ({ status, headers: JSON_TYPE, body: JSON.stringify(body) });
const failure = ({ status, error, message }: RestError): HttpOut =>
  reply(status, { error, error_details: message, message });
const answerOf = (result: RestResult): HttpOut => ('error' in result ? failure(result.error) : reply(200, result.body));
/** Not JSON (published by clients). */
const UNAUTHORIZED: HttpOut = { status: 401, headers: TEXT_TYPE, body: 'Unauthorized\n' };
/** An address that goes on is turned away at the edge. */
const BANNED: HttpOut = { status: 403, headers: TEXT_TYPE, body: 'Forbidden\n' };

export class RestApi {
  readonly #context: WireContext;
  readonly #limits: RequestLimits;
  readonly #desk: TradeDesk;
  readonly #market: MarketRoutes;
  readonly #private: readonly PrivateRoute[];

  constructor(context: WireContext, limits: RequestLimits, desk: TradeDesk, days: Days) {
    this.#context = context;
    this.#limits = limits;
    this.#desk = desk;
    this.#market = marketRoutes(context, days);
    this.#private = privateRoutes(context, desk);
  }

  answer(request: HttpIn): HttpAnswer | Promise<HttpAnswer> {
    const { faults } = this.#context;
    if (faults.peek('maintenance') !== undefined) return failure(REST_ERRORS.unavailable);
    if (faults.take('http-503') !== undefined) return failure(REST_ERRORS.unavailable);
    if (faults.take('http-429') !== undefined) return this.#tooMany(PUBLIC_REQUESTS.count);
    if (faults.take('http-418') !== undefined) return BANNED;
    const { path, method } = request;
    const open = this.#market.open.find((route) => route.path.test(path));
    if (open !== undefined) {
      if (method !== 'GET') return failure(REST_ERRORS.method);
      if (!this.#limits.take('rest/public', PUBLIC_REQUESTS)) return this.#tooMany(PUBLIC_REQUESTS.count);
      return this.#recorded(request) ?? answerOf(open.run(callOf(request, open.path)));
    }
    const isTrade = path === ORDERS || path === CANCELS;
    const signed = this.#market.signed.find((route) => route.path.test(path));
    const own = this.#private.find((route) => route.path.test(path));
    if (!isTrade && signed === undefined && own === undefined) return failure(REST_ERRORS.path);
    const account = checkRequest(request, this.#context.exchange, this.#context.clock.wallMs());
    if (account === undefined) return UNAUTHORIZED;
    if (!this.#limits.take(`rest/${account.index}`, PRIVATE_REQUESTS)) return this.#tooMany(PRIVATE_REQUESTS.count);
    if (isTrade) return method === 'POST' ? this.#trade(request, account) : failure(REST_ERRORS.method);
    if (method !== 'GET') return failure(REST_ERRORS.method);
    if (signed !== undefined) return answerOf(signed.run(callOf(request, signed.path)));
    if (own !== undefined) return answerOf(own.run(callOf(request, own.path), account));
    return failure(REST_ERRORS.path);
  }

  #trade(request: HttpIn, account: SimAccount): HttpAnswer | Promise<HttpAnswer> {
    let body: unknown;
    try {
      body = JSON.parse(request.body);
    } catch {
      return failure(invalidArgument('proto: syntax error (line 1:1): unexpected token'));
    }
    if (request.path === CANCELS) return this.#cancel(body, account);
    const order = readBody(body);
    if (!order.ok) return failure(order.error);
    return new Promise((resolve) => {
      this.#desk.place(account, order.value, (result) => resolve(result === undefined ? 'hang' : reply(200, result)));
    });
  }

  #cancel(body: unknown, account: SimAccount): HttpAnswer | Promise<HttpAnswer> {
    const ids = isObject(body) ? body.order_ids : undefined;
    if (!Array.isArray(ids) || ids.length === 0 || !ids.every((id) => typeof id === 'string')) {
      return failure(invalidArgument('order_ids is required'));
    }
    if (ids.length > MAX_CANCELS) return failure(invalidArgument(`cannot cancel more than ${MAX_CANCELS} orders`));
    return new Promise((resolve) => {
      this.#desk.cancel(account, ids as string[], (result) => resolve(reply(200, result)));
    });
  }

  #recorded({ path, query }: HttpIn): HttpOut | undefined {
    const { recording } = this.#context;
    if (recording?.active !== true) return undefined;
    const product = new URLSearchParams(query).get('product_id') ?? '';
    const body = recording.httpBody(path, product);
    return body === undefined ? undefined : { status: 200, headers: JSON_TYPE, body };
  }

  #tooMany(count: number): HttpOut {
    const reset = Math.ceil(this.#context.clock.wallMs() / 1000);
    const { status, body } = reply(429, { errors: [{ id: 'rate_limit_exceeded', message: 'Too many requests' }] });
    const counts = {
      'x-ratelimit-limit': String(count),
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(reset),
    };
    return { status, headers: { ...JSON_TYPE, ...counts }, body };
  }
}

function callOf({ path, query }: HttpIn, pattern: RegExp): Call {
  const [, id = ''] = pattern.exec(path) ?? [];
  return { query: new URLSearchParams(query), id: decodePart(id) };
}

function decodePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
