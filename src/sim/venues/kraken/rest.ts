/** The REST side of the wire: finds the endpoint, checks key, nonce and limits, places and cancels orders.
 *  Every answer is `{"error": [], "result": …}` with status 200, refusals too; as recorded and in
 *  https://docs.kraken.com/api/docs/guides/spot-rest-intro. */
import { readObject } from '../../json-object.ts';
import type { SimAccount } from '../../port.ts';
import type { HttpAnswer, HttpIn, HttpOut } from '../../server.ts';
import type { WireContext } from '../../wire-port.ts';
import { ERRORS, invalidArgument } from './errors.ts';
import { orderIdOf } from './ids.ts';
import { CALL_COSTS, type DecayingCounts, PUBLIC_CALLS, type Tier } from './limits.ts';
import { describeOrder } from './order-rows.ts';
import { type Fields, type OrderTerms, readRestOrder, textOf } from './order-terms.ts';
import { type PrivateRoute, privateRoutes } from './rest-private.ts';
import { type PublicRoute, publicRoutes, type RestResult } from './rest-public.ts';
import { Nonces, type Tokens } from './sign.ts';
import type { Tickers } from './tickers.ts';
import type { TradeDesk } from './trade-desk.ts';
import { sizeDigits } from './wire-numbers.ts';

export interface RestParts {
  readonly counts: DecayingCounts;
  readonly tier: Tier;
  readonly tokens: Tokens;
  readonly desk: TradeDesk;
  readonly tickers: Tickers;
}

const PUBLIC = '/0/public/';
const PRIVATE = '/0/private/';
/** Answered during maintenance too. */
const ALWAYS = ['Time', 'SystemStatus'];
/** They have counts of their own. */
const TRADING = ['AddOrder', 'CancelOrder'];

const reply = (status: number, body: object): HttpOut => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(body),
});
const failure = (error: string, status = 200): HttpOut => reply(status, { error: [error] });
const answerOf = (outcome: RestResult): HttpOut =>
  'error' in outcome ? failure(outcome.error) : reply(200, { error: [], result: outcome.result });

export class RestApi {
  readonly #context: WireContext;
  readonly #parts: RestParts;
  readonly #nonces = new Nonces();
  readonly #public: ReadonlyMap<string, PublicRoute>;
  readonly #private: ReadonlyMap<string, PrivateRoute>;

  constructor(context: WireContext, parts: RestParts) {
    this.#context = context;
    this.#parts = parts;
    this.#public = publicRoutes(context, parts.tickers);
    this.#private = privateRoutes(context, parts.tokens, parts.desk);
  }

  answer(request: HttpIn): HttpAnswer | Promise<HttpAnswer> {
    const { faults } = this.#context;
    if (faults.take('http-503') !== undefined) return failure(ERRORS.unavailable, 503);
    if (faults.take('http-429') !== undefined) return failure(ERRORS.tooMany, 429);
    // Whoever goes on after that is locked out for a while.
    if (faults.take('http-418') !== undefined) return failure(ERRORS.lockout);
    const { path } = request;
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (this.#parts.desk.inMaintenance && !ALWAYS.includes(name)) return failure(ERRORS.unavailable);
    if (path === `${PUBLIC}${name}`) return this.#answerPublic(request, name);
    if (path === `${PRIVATE}${name}` && request.method === 'POST') return this.#answerPrivate(request, name);
    return failure(ERRORS.unknownMethod);
  }

  #answerPublic(request: HttpIn, name: string): HttpOut {
    const route = this.#public.get(name);
    if (route === undefined) return failure(ERRORS.unknownMethod);
    if (!this.#parts.counts.take('public', PUBLIC_CALLS, 1)) return failure(ERRORS.tooMany);
    const query = new URLSearchParams(request.method === 'POST' ? request.body : request.query);
    const { recording } = this.#context;
    const recorded = recording?.active === true ? recording.httpBody(request.path, query.get('pair') ?? '') : undefined;
    if (recorded !== undefined) return { status: 200, headers: { 'content-type': 'application/json' }, body: recorded };
    return answerOf(route(query));
  }

  #answerPrivate(request: HttpIn, name: string): HttpAnswer | Promise<HttpAnswer> {
    const route = this.#private.get(name);
    if (route === undefined && name !== 'CancelAll' && !TRADING.includes(name)) return failure(ERRORS.unknownMethod);
    const fields = readFields(request);
    const auth = this.#nonces.check(request, nonceOf(fields), this.#context.exchange);
    if (!auth.ok) return failure(auth.error);
    if (fields === undefined) return failure(ERRORS.invalidArguments);
    const { account } = auth;
    const { counts, tier } = this.#parts;
    const cost = CALL_COSTS[name] ?? 1;
    if (!TRADING.includes(name) && !counts.take(`calls/${account.apiKey}`, tier.calls, cost)) {
      return failure(ERRORS.apiRate);
    }
    if (route !== undefined) return answerOf(route(fields, account));
    if (name === 'AddOrder') return this.#addOrder(fields, account);
    return name === 'CancelOrder' ? this.#cancelOrder(fields, account) : this.#cancelAll(account);
  }

  #addOrder(fields: Fields, account: SimAccount): HttpAnswer | Promise<HttpAnswer> {
    const terms = readRestOrder(this.#context.exchange, fields);
    if (!terms.ok) return failure(terms.error);
    return new Promise((resolve) => {
      this.#parts.desk.place(account, terms.value, (outcome) => {
        if (outcome === 'silence') resolve('hang');
        else if (!outcome.ok) resolve(failure(outcome.error));
        else {
          const txid = outcome.order === undefined ? {} : { txid: [orderIdOf(outcome.order.id)] };
          resolve(answerOf({ result: { descr: { order: describe(terms.value) }, ...txid } }));
        }
      });
    });
  }

  #cancelOrder(fields: Fields, account: SimAccount): HttpAnswer | Promise<HttpAnswer> {
    const [orderId, clientId] = [textOf(fields, 'txid'), textOf(fields, 'cl_ord_id')];
    if (orderId === '' && clientId === '') return failure(invalidArgument('txid'));
    // A number is a `userref`, and means all orders that have it.
    if (/^-?\d+$/.test(orderId)) return this.#cancelMany(account, (userref) => userref === orderId);
    return new Promise((resolve) => {
      this.#parts.desk.cancel(account, orderId === '' ? { clientId } : { orderId }, (outcome) =>
        resolve(outcome.ok ? answerOf({ result: { count: 1 } }) : failure(outcome.error)),
      );
    });
  }

  #cancelAll(account: SimAccount): Promise<HttpAnswer> {
    return this.#cancelMany(account, () => true);
  }

  async #cancelMany(account: SimAccount, isMeant: (userref: string | undefined) => boolean): Promise<HttpAnswer> {
    const meant = this.#context.exchange.openOrders(account).filter(({ note }) => isMeant(note.userref));
    const cancelled = await Promise.all(
      meant.map(
        ({ id }) =>
          new Promise<number>((resolve) => {
            const name = { orderId: orderIdOf(id) };
            this.#parts.desk.cancel(account, name, (outcome) => resolve(outcome.ok ? 1 : 0));
          }),
      ),
    );
    return answerOf({ result: { count: cancelled.reduce((sum, one) => sum + one, 0) } });
  }
}

/** The parameters in a body, form or JSON; undefined when it cannot be read. */
function readFields({ body, headers }: HttpIn): Fields | undefined {
  if (!(headers['content-type'] ?? '').toLowerCase().startsWith('application/json')) {
    return Object.fromEntries(new URLSearchParams(body));
  }
  return readObject(body);
}

/** The nonce as it stands in the body. */
const nonceOf = (fields: Fields | undefined): string => (fields === undefined ? '' : textOf(fields, 'nonce'));

/** What `AddOrder` says that it understood. */
function describe({ request }: OrderTerms): string {
  const { instrument, side, type } = request;
  const digits = (text: string, decimals: number): number => Math.round(Number(text) * 10 ** decimals);
  const size = digits(request.size ?? request.quoteAmount ?? '0', instrument.sizeDecimals);
  const price = digits(request.price ?? '0', instrument.priceDecimals);
  return describeOrder({ side, type, price, instrument }, sizeDigits(instrument, size));
}
