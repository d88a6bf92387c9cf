/** The REST side of the wire: finds the endpoint, checks signature and limits, writes the body as KuCoin writes it. */
import type { HttpAnswer, HttpIn, HttpOut } from '../../server.ts';
import type { WireContext } from '../../wire-port.ts';
import { ERRORS, type WireError } from './errors.ts';
import { type PoolState, poolHeaders, type RatePools } from './rate-pools.ts';
import { type RestCall, type RestResult, type Route, Routes } from './routes.ts';
import { checkRequest } from './sign.ts';

/** Endpoints that are served, or refuse in words of their own, during maintenance. */
const OPEN_IN_MAINTENANCE = ['/api/v1/status', '/api/v1/timestamp'];
const ORDER_ENTRY = /^\/api\/v1\/(hf\/)?orders?(\/|$)/;

type Headers = Readonly<Record<string, string>>;
const reply = (status: number, body: string, headers: Headers = {}): HttpOut => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body,
});
const failure = ({ http, code, msg }: WireError, headers?: Headers): HttpOut =>
  reply(http, JSON.stringify({ code, msg }), headers);
/** Who is banned meets the network in front of the venue ("error code: 1015", documented as its block of an address). */
const BANNED: HttpOut = { status: 403, headers: { 'content-type': 'text/plain' }, body: 'error code: 1015' };

export class RestApi {
  readonly #context: WireContext;
  readonly #pools: RatePools;
  readonly #routes: Routes;

  constructor(context: WireContext, pools: RatePools, routes: readonly Route[]) {
    this.#context = context;
    this.#pools = pools;
    this.#routes = new Routes(routes);
  }

  answer(http: HttpIn): HttpAnswer | Promise<HttpAnswer> {
    const { faults } = this.#context;
    if (faults.take('http-503') !== undefined) return failure(ERRORS.unavailable);
    // Of an overloaded server: without the headers of a pool.
    if (faults.take('http-429') !== undefined) return failure(ERRORS.tooMany);
    if (faults.take('http-418') !== undefined) return BANNED;
    const { method, path } = http;
    const match = this.#routes.find(method, path);
    if (match === undefined) return failure(this.#routes.knows(path) ? ERRORS.notAllowed : ERRORS.notFound);
    const inOrderEntry = method !== 'GET' && ORDER_ENTRY.test(path);
    if (faults.peek('maintenance') !== undefined && !OPEN_IN_MAINTENANCE.includes(path) && !inOrderEntry) {
      return failure(ERRORS.unavailable);
    }
    const { route, named } = match;
    return this.#run(route, { http, query: new URLSearchParams(http.query), named });
  }

  #run(route: Route, call: RestCall): HttpAnswer | Promise<HttpAnswer> {
    const { exchange, clock } = this.#context;
    if ('open' in route) {
      const state = this.#pools.take(route.pool, 'address', route.weight);
      return state.fits ? (this.#recorded(call, state) ?? answerOf(route.open(call), state)) : tooMany(state);
    }
    const auth = checkRequest(call.http, exchange, clock.wallMs());
    if (!auth.ok) return failure(auth.error);
    const state = this.#pools.take(route.pool, String(auth.account.index), route.weight);
    if (!state.fits) return tooMany(state);
    const recorded = this.#recorded(call, state);
    if (recorded !== undefined) return recorded;
    const result = route.signed(call, auth.account);
    return result instanceof Promise ? result.then((late) => answerOf(late, state)) : answerOf(result, state);
  }

  /** Market data out of a recording, where one is played that has it. */
  #recorded({ http, query }: RestCall, state: PoolState): HttpOut | undefined {
    const { recording } = this.#context;
    if (recording?.active !== true || !http.path.includes('/market/')) return undefined;
    const body = recording.httpBody(http.path, query.get('symbol') ?? '');
    return body === undefined ? undefined : reply(200, body, poolHeaders(state));
  }
}

const tooMany = (state: PoolState): HttpOut => failure(ERRORS.tooMany, poolHeaders(state));

function answerOf(result: RestResult, state: PoolState): HttpAnswer {
  if (result === 'hang') return 'hang';
  const headers = poolHeaders(state);
  if ('error' in result) return failure(result.error, headers);
  return reply(200, JSON.stringify({ code: '200000', data: result.data }), headers);
}
