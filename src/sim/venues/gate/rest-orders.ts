/** REST endpoints that act on orders. Sources: https://www.gate.com/docs/developers/apiv4/en/#create-an-order,
 *  …/#cancel-single-order, …/#cancel-all-open-orders-in-specified-currency-pair, …/#batch-place-orders,
 *  …/#cancel-batch-orders-by-specified-id-list. */
import { isObject } from '../../../core/json.ts';
import type { SimAccount, SimOrder } from '../../port.ts';
import { type WireError, wireError } from './errors.ts';
import { type Arguments, isClientText, isGiven, plainText, type Read, readMode } from './order-params.ts';
import { orderRow, textOf } from './order-rows.ts';
import type { Outcome, TradeDesk } from './trade-desk.ts';

export interface OrderCall {
  readonly account: SimAccount;
  readonly query: Arguments;
  /** What stands in the path behind `/spot/orders/`. */
  readonly word: string;
  /** The parsed body; undefined where there is none. */
  readonly body: unknown;
  readonly deadline: string;
}

/** Status and body of a request that was acted on. */
export type Answer = { readonly status: number; readonly body: unknown } | { readonly error: WireError };

export interface OrderRoute {
  run(call: OrderCall, done: (outcome: Outcome<Answer>) => void): WireError | undefined;
}

const MAX_CANCELS = 20;
const body = (status: number, value: unknown): Answer => ({ status, body: value });

export function orderRoutes(desk: TradeDesk): Readonly<Record<string, OrderRoute>> {
  const { entry } = desk;
  const of = (result: Read<SimOrder>, status: number, args: Arguments): Answer => {
    const mode = readMode(args);
    if (!mode.ok) return { error: mode.error };
    return result.ok ? body(status, orderRow(result.value, mode.value)) : { error: result.error };
  };

  const place: OrderRoute = {
    run: ({ account, body: order, deadline }, done) => {
      if (!isObject(order)) return wireError('INVALID_REQUEST_BODY');
      const mode = readMode(order);
      if (!mode.ok) return mode.error;
      desk.submit(
        { account, orders: [order], cancels: 0, deadline },
        () => of(entry.place(account, order, 'rest'), 201, order),
        done,
      );
      return undefined;
    },
  };

  const placeBatch: OrderRoute = {
    run: ({ account, body: orders, deadline }, done) => {
      if (!Array.isArray(orders) || orders.length === 0 || !orders.every(isObject)) {
        return wireError('INVALID_REQUEST_BODY');
      }
      if (orders.some((order) => !isGiven(order, 'text'))) return wireError('MISSING_REQUIRED_PARAM', 'text');
      desk.submit(
        { account, orders, cancels: 0, deadline },
        () =>
          body(
            200,
            orders.map((order) => batchRow(order, entry.place(account, order, 'rest'))),
          ),
        done,
      );
      return undefined;
    },
  };

  const cancel: OrderRoute = {
    run: ({ account, query, word, deadline }, done) => {
      const mode = readMode(query);
      if (!mode.ok) return mode.error;
      desk.submit(
        { account, orders: [], cancels: 1, deadline },
        () => of(entry.cancel(account, query, word), 200, query),
        done,
      );
      return undefined;
    },
  };

  const cancelAll: OrderRoute = {
    run: ({ account, query, deadline }, done) => {
      const act = (): Answer => {
        const result = entry.cancelAll(account, query);
        if (!result.ok) return { error: result.error };
        const rows = result.value.map((order) => ({ ...orderRow(order), succeeded: true, label: '', message: '' }));
        return body(200, rows);
      };
      desk.submit({ account, orders: [], cancels: 1, deadline }, act, done);
      return undefined;
    },
  };

  const cancelBatch: OrderRoute = {
    run: ({ account, body: orders, deadline }, done) => {
      const isList = Array.isArray(orders) && orders.length > 0 && orders.length <= MAX_CANCELS;
      if (!isList || !orders.every(isObject)) return wireError('INVALID_REQUEST_BODY');
      desk.submit(
        { account, orders: [], cancels: 1, deadline },
        () => body(200, cancelRows(desk, account, orders)),
        done,
      );
      return undefined;
    },
  };

  const find: OrderRoute = {
    run: ({ account, query, word }, done) => {
      const result = entry.find(account, query, word);
      if (!result.ok) return result.error;
      const rate = { limit: 0, remain: 0, resetAt: 0 };
      done({ kind: 'done', value: body(200, orderRow(result.value)), rate });
      return undefined;
    },
  };

  return {
    'POST /spot/orders': place,
    'POST /spot/batch_orders': placeBatch,
    'DELETE /spot/orders': cancelAll,
    'POST /spot/cancel_batch_orders': cancelBatch,
    'DELETE /spot/orders/': cancel,
    'GET /spot/orders/': find,
  };
}

/** What a batch says of one of its orders. */
export function batchRow(order: Arguments, result: Read<SimOrder>): object {
  const text = plainText(order.text);
  if (!result.ok) {
    const { label, message } = result.error;
    return { order_id: '', amend_text: '-', text, succeeded: false, label, message };
  }
  return { order_id: String(result.value.id), succeeded: true, label: '', message: '', ...orderRow(result.value) };
}

/** What a list of cancels says of each. */
export function cancelRows(desk: TradeDesk, account: SimAccount, orders: readonly Arguments[]): object[] {
  return orders.map((order) => {
    const id = plainText(order.id);
    const result = desk.entry.cancel(account, order, id);
    const head = { currency_pair: plainText(order.currency_pair), id, text: isClientText(id) ? id : '' };
    if (result.ok) return { ...head, text: textOf(result.value), succeeded: true, label: null, message: null };
    return { ...head, succeeded: false, label: result.error.label, message: result.error.message };
  });
}
