/** The REST side of the wire: finds the endpoint, checks signature and limits, writes the body as Gate writes it.
 *  Sources: https://www.gate.com/docs/developers/apiv4/en/#return-format, …/#frequency-limit-rule, …/#trace-id. */
import { lookup } from '../../lookup.ts';
import type { SimAccount } from '../../port.ts';
import type { RequestLimits } from '../../request-limits.ts';
import type { HttpAnswer, HttpIn, HttpOut } from '../../server.ts';
import type { WireContext } from '../../wire-port.ts';
import { type WireError, wireError } from './errors.ts';
import { ENDPOINT, type RateState, rateHeaders, rateState } from './limits.ts';
import { countdownRoutes } from './rest-countdown.ts';
import { type OrderRoute, orderRoutes } from './rest-orders.ts';
import type { PrivateRoute } from './rest-private.ts';
import { type PublicRoute, publicRoutes, type RestResult } from './rest-public.ts';
import { checkRequest } from './sign.ts';
import type { Tickers } from './tickers.ts';
import { traceId } from './times.ts';
import type { TradeDesk } from './trade-desk.ts';

const PREFIX = '/api/v4';
/** Endpoints with a name of something behind them. */
const WITH_WORD = ['/spot/orders/', '/spot/currency_pairs/', '/spot/currencies/'];
/** How long a `http-418` fault bans: Gate has no such status, and says in its headers when a limit is over. */
const BAN_MS = 60_000;

/** A request's endpoint (without the word behind it), and that word. */
interface Target {
  readonly endpoint: string;
  readonly word: string;
}

function targetOf(path: string): Target | undefined {
  if (!path.startsWith(`${PREFIX}/`)) return undefined;
  const endpoint = path.slice(PREFIX.length);
  const parent = WITH_WORD.find((one) => endpoint.startsWith(one) && endpoint.length > one.length);
  if (parent === undefined) return { endpoint, word: '' };
  const word = endpoint.slice(parent.length);
  return word.includes('/') ? undefined : { endpoint: parent, word };
}

export interface RestParts {
  readonly context: WireContext;
  readonly limits: RequestLimits;
  readonly desk: TradeDesk;
  /** Endpoints of an account that only look. */
  readonly looks: Readonly<Record<string, PrivateRoute>>;
  readonly tickers: Tickers;
}

export class RestApi {
  readonly #context: WireContext;
  readonly #limits: RequestLimits;
  readonly #public: Readonly<Record<string, PublicRoute>>;
  readonly #private: Readonly<Record<string, PrivateRoute>>;
  readonly #orders: Readonly<Record<string, OrderRoute>>;

  constructor({ context, limits, desk, looks, tickers }: RestParts) {
    this.#context = context;
    this.#limits = limits;
    this.#public = publicRoutes(context, tickers);
    this.#private = looks;
    this.#orders = { ...orderRoutes(desk), ...countdownRoutes(desk, context.exchange) };
  }

  answer(request: HttpIn): HttpAnswer | Promise<HttpAnswer> {
    const { faults } = this.#context;
    if (faults.peek('maintenance') !== undefined) return this.#failure(wireError('SERVER_ERROR'));
    if (faults.take('http-503') !== undefined) return this.#failure(wireError('TOO_BUSY'));
    if (faults.take('http-429') !== undefined) return this.#limited(ENDPOINT.windowMs);
    if (faults.take('http-418') !== undefined) return this.#limited(BAN_MS);
    const target = targetOf(request.path);
    if (target === undefined) return this.#failure(wireError('NOT_FOUND'));
    const { endpoint } = target;
    const open = lookup(this.#public, endpoint.replace(/\/$/, ''));
    const signed = lookup(this.#private, endpoint);
    const order = lookup(this.#orders, `${request.method} ${endpoint}`);
    if (order !== undefined) return this.#answerOrder(request, target, order);
    if (request.method === 'GET' && open !== undefined) return this.#answerPublic(request, target, open);
    if (request.method === 'GET' && signed !== undefined) return this.#answerPrivate(request, endpoint, signed);
    const known = ['GET', 'POST', 'DELETE'].some((method) => lookup(this.#orders, `${method} ${endpoint}`));
    const isKnown = known || open !== undefined || signed !== undefined;
    return this.#failure(wireError(isKnown ? 'METHOD_NOT_ALLOWED' : 'NOT_FOUND'));
  }

  #answerPublic(request: HttpIn, { endpoint, word }: Target, route: PublicRoute): HttpOut {
    const name = `public${endpoint}`;
    const fits = this.#limits.take(name, ENDPOINT);
    const rate = this.#rate(name);
    if (!fits) return this.#failure(wireError('TOO_MANY_REQUESTS', '100'), rate);
    const query = new URLSearchParams(request.query);
    const { recording } = this.#context;
    const pair = query.get('currency_pair') ?? word;
    const recorded = recording?.active === true ? recording.httpBody(request.path, pair) : undefined;
    if (recorded !== undefined) return this.#reply(200, recorded, rate);
    return this.#answerOf(route.run(query, word), rate);
  }

  #answerPrivate(request: HttpIn, endpoint: string, route: PrivateRoute): HttpOut {
    const account = this.#authenticate(request);
    if ('label' in account) return this.#failure(account);
    const name = `private/${account.index}${endpoint}`;
    const fits = this.#limits.take(name, ENDPOINT);
    const rate = this.#rate(name);
    if (!fits) return this.#failure(wireError('TOO_MANY_REQUESTS', '100'), rate);
    return this.#answerOf(route.run(new URLSearchParams(request.query), account), rate);
  }

  #answerOrder(request: HttpIn, { endpoint, word }: Target, route: OrderRoute): HttpAnswer | Promise<HttpAnswer> {
    const account = this.#authenticate(request);
    if ('label' in account) return this.#failure(account);
    let own: RateState | undefined;
    if (request.method === 'GET') {
      const name = `private/${account.index}${endpoint}`;
      const fits = this.#limits.take(name, ENDPOINT);
      own = this.#rate(name);
      if (!fits) return this.#failure(wireError('TOO_MANY_REQUESTS', '100'), own);
    }
    const body = readBody(request);
    if (body !== undefined && 'error' in body) return this.#failure(body.error, own);
    return new Promise((resolve) => {
      const query = Object.fromEntries(new URLSearchParams(request.query));
      const deadline = request.headers['x-gate-exptime'] ?? '';
      const call = { account, query, word: decodeWord(word), body: body?.value, deadline };
      const error = route.run(call, (outcome) => {
        if (outcome.kind === 'silence') resolve('hang');
        else if (outcome.kind === 'refused') resolve(this.#failure(outcome.error, outcome.rate));
        else if ('error' in outcome.value) resolve(this.#failure(outcome.value.error, own ?? outcome.rate));
        else resolve(this.#reply(outcome.value.status, JSON.stringify(outcome.value.body), own ?? outcome.rate));
      });
      if (error !== undefined) resolve(this.#failure(error, own));
    });
  }

  #authenticate(request: HttpIn): SimAccount | WireError {
    const { exchange, clock } = this.#context;
    const result = checkRequest(request, exchange, clock.wallMs());
    return result.ok ? result.account : result.error;
  }

  #rate(name: string): RateState {
    return rateState(this.#limits, name, ENDPOINT, this.#context.clock.wallMs());
  }

  #limited(forMs: number): HttpOut {
    const resetAt = this.#context.clock.wallMs() + forMs;
    return this.#failure(wireError('TOO_MANY_REQUESTS', '211'), { limit: ENDPOINT.count, remain: 0, resetAt });
  }

  #answerOf(result: RestResult, rate: RateState): HttpOut {
    return 'error' in result ? this.#failure(result.error, rate) : this.#reply(200, JSON.stringify(result.body), rate);
  }

  #failure({ label, message, http }: WireError, rate?: RateState): HttpOut {
    return this.#reply(http, JSON.stringify({ label, message }), rate);
  }

  #reply(status: number, body: string, rate?: RateState): HttpOut {
    const headers = {
      'content-type': 'application/json',
      'x-gate-trace-id': traceId(this.#context.random),
      ...(rate === undefined ? {} : rateHeaders(rate)),
    };
    return { status, headers, body };
  }
}

function decodeWord(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}

/** The JSON of a POST; undefined for methods without a body. */
function readBody({
  method,
  headers,
  body,
}: HttpIn): { readonly value: unknown } | { readonly error: WireError } | undefined {
  if (method !== 'POST') return undefined;
  if (!(headers['content-type'] ?? '').toLowerCase().startsWith('application/json')) {
    return { error: wireError('INVALID_CONTENT_TYPE') };
  }
  try {
    return { value: JSON.parse(body) as unknown };
  } catch {
    return { error: wireError('INVALID_REQUEST_BODY') };
  }
}
