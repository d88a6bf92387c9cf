/** What stands between a request and the matching engine: the engine's delay, the faults that make an answer
 *  disappear, and the answers themselves.
 *  Source: https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/orders/ (create order, cancel orders). */
import type { FaultKind } from '../../fault-port.ts';
import type { OrderKey, SimAccount, SimOrder } from '../../port.ts';
import type { WireContext } from '../../wire-port.ts';
import { type CancelFailure, type OrderError, REFUSAL_ERRORS } from './errors.ts';
import { generatedClientId, orderIdOf, orderNumber } from './ids.ts';
import { type OrderRequest, readOrder } from './order-request.ts';
import { configurationOf } from './order-rows.ts';

export class TradeDesk {
  readonly #context: WireContext;
  /** Told of every order after it was placed. */
  readonly #placed: (order: SimOrder) => void;
  #generated = 0;

  constructor(context: WireContext, placed: (order: SimOrder) => void) {
    this.#context = context;
    this.#placed = placed;
  }

  /** Calls `done` once with the answer's body; undefined: nothing is ever answered. */
  place(account: SimAccount, request: OrderRequest, done: (body: object | undefined) => void): void {
    if (this.#lost('timeout-before-accept', request)) {
      done(undefined);
      return;
    }
    this.#context.exchange.arrive(() => {
      const body = this.#place(account, request);
      done(this.#lost('timeout-after-accept', request) ? undefined : body);
    });
  }

  cancel(account: SimAccount, ids: readonly string[], done: (body: object) => void): void {
    this.#context.exchange.arrive(() => {
      const seen = new Set<string>();
      const results = ids.map((id) => {
        const failure = seen.has(id) ? 'DUPLICATE_CANCEL_REQUEST' : this.#cancel(account, id);
        seen.add(id);
        return {
          success: failure === undefined,
          failure_reason: failure ?? 'UNKNOWN_CANCEL_FAILURE_REASON',
          order_id: id,
        };
      });
      done({ results });
    });
  }

  /** An order of an account by Coinbase's id. */
  find(account: SimAccount, id: string): SimOrder | undefined {
    const number = orderNumber(id);
    return number === undefined ? undefined : this.#findBy(account, { id: number });
  }

  #findBy(account: SimAccount, key: OrderKey): SimOrder | undefined {
    const { exchange } = this.#context;
    for (const instrument of exchange.instruments) {
      const order = exchange.findOrder(account, instrument, key);
      if (order !== undefined) return order;
    }
    return undefined;
  }

  #place(account: SimAccount, request: OrderRequest): object {
    const { exchange } = this.#context;
    const clientId = request.clientId === '' ? generatedClientId(account, ++this.#generated) : request.clientId;
    // Documented: a client id that is not unique creates nothing and returns the order that has it.
    const known = this.#findBy(account, { clientId });
    if (known !== undefined) return accepted(known);
    const order = readOrder(exchange, { ...request, clientId });
    if (!order.ok) return refused(order.error, request);
    const result = exchange.place(account, order.value);
    if (!result.ok) return refused(REFUSAL_ERRORS[result.refusal], request);
    this.#placed(result.order);
    return accepted(result.order);
  }

  #cancel(account: SimAccount, id: string): CancelFailure | undefined {
    const order = this.find(account, id);
    if (order === undefined) return 'UNKNOWN_CANCEL_ORDER';
    const result = this.#context.exchange.cancel(account, order.instrument, { id: order.id });
    if (result.ok) return undefined;
    return order.status === 'filled' ? 'ORDER_IS_FULLY_FILLED' : 'UNKNOWN_CANCEL_ORDER';
  }

  /** Only new orders get lost. */
  #lost(kind: FaultKind, { product }: OrderRequest): boolean {
    const instrument = this.#context.exchange.instrumentBySymbol(product)?.id;
    const where = { ...(instrument === undefined ? {} : { instrument }), scope: 'private' } as const;
    return this.#context.faults.take(kind, where) !== undefined;
  }
}

const accepted = (order: SimOrder): object => ({
  success: true,
  success_response: {
    order_id: orderIdOf(order),
    product_id: order.instrument.symbol,
    side: order.side === 'buy' ? 'BUY' : 'SELL',
    client_order_id: order.clientId,
    attached_order_id: '',
  },
  order_configuration: configurationOf(order),
});

const refused = (error: OrderError, request: OrderRequest): object => ({
  success: false,
  error_response: error,
  order_configuration: request.configuration,
});
