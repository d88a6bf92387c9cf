/** Signed REST endpoints that place and cancel orders: those under `/api/v1/hf`, and the older ones.
 *  Source: https://www.kucoin.com/docs-new/rest/spot-trading/orders. */
import { isObject } from '../../../core/json.ts';
import { readObject } from '../../json-object.ts';
import type { OrderKey, SimAccount, SimInstrument, SimOrder } from '../../port.ts';
import type { WireContext } from '../../wire-port.ts';
import { ERRORS, invalid, type WireError } from './errors.ts';
import { orderIdText } from './ids.ts';
import { type Arguments, readSymbol } from './order-reading.ts';
import { syncRow } from './order-rows.ts';
import type { RestCall, RestResult, SignedRoute } from './routes.ts';
import { keyOf, type OrderOutcome, type TradeDesk } from './trade-desk.ts';

const MAX_BATCH = 20;

/** What the asynchronous and the waiting endpoints answer to a placed order. */
export const placedRow = (order: SimOrder): object => ({
  orderId: orderIdText(order.id),
  ...(order.clientId === '' ? {} : { clientOid: order.clientId }),
});
export const placedSyncRow = (order: SimOrder): object => ({
  ...placedRow(order),
  orderTime: order.createdAt,
  ...syncRow(order),
  matchTime: order.updatedAt,
});

export function orderEntryRoutes(context: WireContext, desk: TradeDesk): readonly SignedRoute[] {
  const { exchange } = context;
  const post = (path: string, weight: number, signed: SignedRoute['signed']): SignedRoute => ({
    method: 'POST',
    path,
    pool: 'spot',
    weight,
    signed,
  });
  const del = (path: string, weight: number, signed: SignedRoute['signed']): SignedRoute => ({
    method: 'DELETE',
    path,
    pool: 'spot',
    weight,
    signed,
  });

  const place =
    (row: (order: SimOrder) => object, needsClientId: boolean): SignedRoute['signed'] =>
    (call, account) => {
      const args = bodyOf(call);
      if ('error' in args) return args;
      return waitFor((done) => desk.place(account, args.body, needsClientId, done), row);
    };

  const test =
    (needsClientId: boolean): SignedRoute['signed'] =>
    (call, account) => {
      const args = bodyOf(call);
      if ('error' in args) return args;
      const error = desk.test(account, args.body, needsClientId);
      return error === undefined
        ? { data: { orderId: orderIdText(0), clientOid: args.body.clientOid ?? null } }
        : { error };
    };

  const batch =
    (row: (order: SimOrder) => object): SignedRoute['signed'] =>
    async (call, account) => {
      const args = bodyOf(call);
      if ('error' in args) return args;
      const { orderList } = args.body;
      if (!Array.isArray(orderList) || orderList.length === 0 || !orderList.every(isObject)) {
        return { error: invalid('createOrder', 'orderListIsRequired') };
      }
      if (orderList.length > MAX_BATCH) return { error: ERRORS.parameter };
      const rows = await Promise.all(
        orderList.map((order) => waitFor((done) => desk.place(account, order, false, done), row)),
      );
      if (rows.includes('hang')) return 'hang';
      return { data: rows.map(batchRow) };
    };

  /** Cancels the order that the path names, of the symbol in the query. */
  const cancel =
    (row: (order: SimOrder, call: RestCall) => object): SignedRoute['signed'] =>
    (call, account) => {
      const { orderId = '', clientOid = '' } = call.named;
      const args = { symbol: call.query.get('symbol') ?? '', orderId, clientOid };
      return waitFor(
        (done) => desk.cancel(account, args, done),
        (order) => row(order, call),
      );
    };

  /** The older endpoints name no symbol. */
  const cancelOld =
    (row: (order: SimOrder) => object): SignedRoute['signed'] =>
    ({ named }, account) => {
      const key = keyOf(named.orderId ?? '', named.clientOid ?? '') ?? { id: -1 };
      const instrument = instrumentOf(account, key);
      if (instrument === undefined) return { error: ERRORS.notCancelable };
      return waitFor((done) => desk.cancelAt(account, instrument, key, done), row);
    };
  const instrumentOf = (account: SimAccount, key: OrderKey): SimInstrument | undefined =>
    exchange.instruments.find((one) => exchange.findOrder(account, one, key) !== undefined);

  const cancelEvery = async (account: SimAccount, instrument?: SimInstrument): Promise<readonly SimOrder[]> => {
    const open = exchange.openOrders(account, instrument);
    await Promise.all(
      open.map((order) =>
        waitFor(
          (done) => desk.cancelAt(account, order.instrument, { id: order.id }, done),
          () => ({}),
        ),
      ),
    );
    return open;
  };
  const cancelSymbol: SignedRoute['signed'] = async ({ query }, account) => {
    const instrument = readSymbol(exchange, query.get('symbol') ?? '', 'cancelOrder');
    if (!instrument.ok) return instrument;
    await cancelEvery(account, instrument.value);
    return { data: 'success' };
  };
  const cancelAll: SignedRoute['signed'] = async (_, account) => {
    const orders = await cancelEvery(account);
    return {
      data: { succeedSymbols: [...new Set(orders.map((order) => order.instrument.symbol))], failedSymbols: [] },
    };
  };
  const cancelAllOld: SignedRoute['signed'] = async ({ query }, account) => {
    const symbol = query.get('symbol') ?? '';
    const instrument = symbol === '' ? undefined : exchange.instrumentBySymbol(symbol);
    if (symbol !== '' && instrument === undefined) return { error: ERRORS.unknownSymbol };
    const orders = await cancelEvery(account, instrument);
    return { data: { cancelledOrderIds: orders.map(({ id }) => orderIdText(id)) } };
  };

  const byId = (order: SimOrder): object => ({ orderId: orderIdText(order.id) });
  const byClientId = (_: SimOrder, call: RestCall): object => ({ clientOid: call.named.clientOid });

  return [
    post('/api/v1/hf/orders', 1, place(placedRow, false)),
    post('/api/v1/hf/orders/sync', 1, place(placedSyncRow, false)),
    post('/api/v1/hf/orders/test', 1, test(false)),
    post('/api/v1/hf/orders/multi', 1, batch(placedRow)),
    post('/api/v1/hf/orders/multi/sync', 1, batch(placedSyncRow)),
    post('/api/v1/orders', 2, place(byId, true)),
    post('/api/v1/orders/test', 2, test(true)),
    del('/api/v1/hf/orders', 2, cancelSymbol),
    del('/api/v1/hf/orders/cancelAll', 30, cancelAll),
    del(
      '/api/v1/hf/orders/sync/:orderId',
      1,
      cancel((order) => ({ ...byId(order), ...syncRow(order) })),
    ),
    del(
      '/api/v1/hf/orders/sync/client-order/:clientOid',
      1,
      cancel((order, call) => ({ ...byClientId(order, call), ...syncRow(order) })),
    ),
    del('/api/v1/hf/orders/client-order/:clientOid', 1, cancel(byClientId)),
    del('/api/v1/hf/orders/:orderId', 1, cancel(byId)),
    del('/api/v1/orders', 20, cancelAllOld),
    del(
      '/api/v1/orders/:orderId',
      3,
      cancelOld((order) => ({ cancelledOrderIds: [orderIdText(order.id)] })),
    ),
    del(
      '/api/v1/order/client-order/:clientOid',
      3,
      cancelOld((order) => ({
        cancelledOrderId: orderIdText(order.id),
        clientOid: order.clientId,
        cancelledOcoOrderIds: null,
      })),
    ),
  ];
}

function waitFor(start: (done: (outcome: OrderOutcome) => void) => void, row: (order: SimOrder) => object) {
  return new Promise<RestResult>((resolve) => {
    start((outcome) => {
      if (outcome === 'silence') resolve('hang');
      else resolve(outcome.ok ? { data: row(outcome.order) } : { error: outcome.error });
    });
  });
}

const batchRow = (result: RestResult): object => {
  if (result === 'hang') return {};
  return 'error' in result
    ? { success: false, failMsg: result.error.msg }
    : { ...(result.data as object), success: true };
};

/** The JSON object in a body. */
function bodyOf({ http }: RestCall): { readonly body: Arguments } | { readonly error: WireError } {
  if (!(http.headers['content-type'] ?? '').toLowerCase().startsWith('application/json')) {
    return { error: ERRORS.mediaType };
  }
  const body = readObject(http.body);
  return body === undefined ? { error: ERRORS.parameter } : { body };
}
