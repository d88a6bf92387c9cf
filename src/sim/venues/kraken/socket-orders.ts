/** Order operations of the private socket: `add_order`, `cancel_order` (one answer an order), `cancel_all` and
 *  `cancel_all_orders_after`. Sources: https://docs.kraken.com/api/docs/websocket-v2/add_order, …/cancel_order,
 *  …/cancel_all, …/cancel_after. */
import type { ExchangePort, SimAccount } from '../../port.ts';
import { setDeadMan } from './dead-man.ts';
import { ERRORS, invalidArgument } from './errors.ts';
import { orderIdOf } from './ids.ts';
import { type Fields, readSocketOrder, wrongField } from './order-terms.ts';
import type { OrderName, TradeDesk } from './trade-desk.ts';

/** A refusal, and what the venue names beside its words. */
export interface Refused {
  readonly error: string;
  readonly symbol?: string;
  readonly channel?: string;
  readonly status?: string;
}

/** What stands in an answer beside method, times and id. */
export type Answer = { readonly result: object } | Refused;

interface Parts {
  readonly desk: TradeDesk;
  readonly exchange: ExchangePort;
}

/** `add_order` waits five seconds for the engine unless it says otherwise. */
const DEADLINE_MS = 5_000;

const CANCEL_FIELDS = { order_id: 'array', cl_ord_id: 'array', order_userref: 'array', token: 'string' } as const;

export function answerOrders(
  method: string,
  params: Fields,
  account: SimAccount,
  parts: Parts,
  answer: (answer: Answer) => void,
): void {
  if (method === 'add_order') addOrder(params, account, parts, answer);
  else if (method === 'cancel_order') cancelOrders(params, account, parts, answer);
  else if (method === 'cancel_all_orders_after') cancelAllAfter(params, account, parts, answer);
  else cancelAll(params, account, parts, answer);
}

function addOrder(
  params: Fields,
  account: SimAccount,
  { desk, exchange }: Parts,
  answer: (answer: Answer) => void,
): void {
  const terms = readSocketOrder(exchange, params);
  if (!terms.ok) {
    answer({ error: terms.error });
    return;
  }
  const { request, deadlineMs = exchange.clock.wallMs() + DEADLINE_MS } = terms.value;
  desk.place(account, { ...terms.value, deadlineMs }, (outcome) => {
    if (outcome === 'silence') return;
    if (!outcome.ok) {
      answer({ error: outcome.error });
      return;
    }
    const { order } = outcome;
    answer({
      result: {
        ...(request.clientId === undefined ? {} : { cl_ord_id: request.clientId }),
        ...(order === undefined ? {} : { order_id: orderIdOf(order.id) }),
        ...(request.note?.userref === undefined ? {} : { order_userref: Number(request.note.userref) }),
      },
    });
  });
}

/** Every named order is answered by itself, under the name by which it was named. */
function cancelOrders(params: Fields, account: SimAccount, parts: Parts, answer: (answer: Answer) => void): void {
  const wrong = wrongField(params, CANCEL_FIELDS, 'cancel_order');
  if (wrong !== undefined) {
    answer({ error: wrong });
    return;
  }
  const texts = (name: string): readonly string[] => (Array.isArray(params[name]) ? params[name].map(String) : []);
  const userrefs = texts('order_userref');
  const orders = parts.exchange.openOrders(account);
  const names: readonly OrderName[] = [
    ...texts('order_id').map((orderId) => ({ orderId })),
    ...texts('cl_ord_id').map((clientId) => ({ clientId })),
    ...orders
      .filter(({ note }) => note.userref !== undefined && userrefs.includes(note.userref))
      .map(({ id }) => ({ orderId: orderIdOf(id) })),
  ];
  if (names.length === 0) {
    answer({ error: userrefs.length > 0 ? ERRORS.unknownOrder : invalidArgument('order_id') });
    return;
  }
  for (const name of names) {
    parts.desk.cancel(account, name, (outcome) => {
      if (!outcome.ok) answer({ error: outcome.error });
      else answer({ result: 'orderId' in name ? { order_id: name.orderId } : { cl_ord_id: name.clientId } });
    });
  }
}

function cancelAllAfter(params: Fields, account: SimAccount, parts: Parts, answer: (answer: Answer) => void): void {
  const wrong = wrongField(params, { timeout: 'integer', token: 'string' }, 'cancel_all_orders_after');
  if (wrong !== undefined) answer({ error: wrong });
  else if (parts.desk.inMaintenance) answer({ error: ERRORS.unavailable });
  else answer(setDeadMan(params.timeout, account, parts));
}

function cancelAll(params: Fields, account: SimAccount, parts: Parts, answer: (answer: Answer) => void): void {
  const wrong = wrongField(params, { token: 'string' }, 'cancel_all');
  if (wrong !== undefined) {
    answer({ error: wrong });
    return;
  }
  if (parts.desk.inMaintenance) {
    answer({ error: ERRORS.unavailable });
    return;
  }
  const orders = parts.exchange.openOrders(account);
  let left = orders.length;
  let count = 0;
  if (left === 0) answer({ result: { count } });
  for (const { id } of orders) {
    parts.desk.cancel(account, { orderId: orderIdOf(id) }, (outcome) => {
      if (outcome.ok) count++;
      left--;
      if (left === 0) answer({ result: { count } });
    });
  }
}
