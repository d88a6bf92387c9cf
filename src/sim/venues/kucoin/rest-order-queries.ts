/** Signed REST endpoints that tell of orders and fills: those under `/api/v1/hf`, and the older ones.
 *  Source: https://www.kucoin.com/docs-new/rest/spot-trading/orders. */
import type { SimAccount, SimFill, SimInstrument, SimOrder } from '../../port.ts';
import type { WireContext } from '../../wire-port.ts';
import { ERRORS, invalid, type WireError } from './errors.ts';
import { orderIdText } from './ids.ts';
import { readSymbol } from './order-reading.ts';
import { type FillContext, fillRow, isActive, oldFillRow, oldOrderRow, orderRow } from './order-rows.ts';
import type { RestCall, RestResult, SignedRoute } from './routes.ts';
import { keyOf } from './trade-desk.ts';

/** Ids of fills count up from here. */
const FIRST_FILL = 19_814_995_255_305;

export function orderQueryRoutes({ exchange }: WireContext): readonly SignedRoute[] {
  const { fees } = exchange.policy;
  const get = (path: string, weight: number, signed: SignedRoute['signed']): SignedRoute => ({
    method: 'GET',
    path,
    pool: 'spot',
    weight,
    signed,
  });
  const withSymbol = (call: RestCall, answer: (instrument: SimInstrument) => RestResult): RestResult => {
    const instrument = readSymbol(exchange, call.query.get('symbol') ?? '', 'queryOrder');
    return instrument.ok ? answer(instrument.value) : instrument;
  };
  const newestFirst = (orders: readonly SimOrder[]): SimOrder[] => [...orders].sort((a, b) => b.id - a.id);

  // — one order —

  const one: SignedRoute['signed'] = (call, account) =>
    withSymbol(call, (instrument) => {
      const { orderId = '', clientOid = '' } = call.named;
      const order = exchange.findOrder(account, instrument, keyOf(orderId, clientOid) ?? { id: -1 });
      return order === undefined ? { error: ERRORS.unknownOrder } : { data: orderRow(order) };
    });
  /** By client id the older endpoint knows active orders only. */
  const oneOld =
    (activeOnly: boolean): SignedRoute['signed'] =>
    ({ named }, account) => {
      const key = keyOf(named.orderId ?? '', named.clientOid ?? '') ?? { id: -1 };
      const orders = exchange.instruments.map((instrument) => exchange.findOrder(account, instrument, key));
      const order = orders.find((found) => found !== undefined && (!activeOnly || isActive(found)));
      return order === undefined ? { error: ERRORS.unknownOrder } : { data: oldOrderRow(order) };
    };

  // — lists —

  const active: SignedRoute['signed'] = (call, account) =>
    withSymbol(call, (instrument) => ({ data: newestFirst(exchange.openOrders(account, instrument)).map(orderRow) }));
  const activePage: SignedRoute['signed'] = (call, account) =>
    withSymbol(call, (instrument) =>
      numbered(call.query, 'pageNum', 20, newestFirst(exchange.openOrders(account, instrument)), orderRow),
    );
  const activeSymbols: SignedRoute['signed'] = (_, account) => {
    const symbols = exchange.openOrders(account).map(({ instrument }) => instrument.symbol);
    return { data: { symbols: [...new Set(symbols)] } };
  };
  const done: SignedRoute['signed'] = (call, account) =>
    withSymbol(call, (instrument) => {
      const { side, type, startAt, endAt } = filtersOf(call.query);
      const orders = newestFirst(exchange.allOrders(account, instrument)).filter(
        (order) =>
          !isActive(order) &&
          (side === '' || order.side === side) &&
          (type === '' || order.type === type) &&
          order.createdAt >= startAt &&
          order.createdAt <= endAt,
      );
      return since(call.query, orders, ({ id }) => id, orderRow);
    });
  const fills: SignedRoute['signed'] = (call, account) =>
    withSymbol(call, (instrument) => {
      const { side, type, startAt, endAt } = filtersOf(call.query);
      const orderId = call.query.get('orderId') ?? '';
      const wanted = fillsOf(account).filter(
        ({ fill, context }) =>
          fill.instrument === instrument &&
          (orderId === '' || orderIdText(fill.orderId) === orderId) &&
          (side === '' || fill.side === side) &&
          (type === '' || context.type === type) &&
          fill.at >= startAt &&
          fill.at <= endAt,
      );
      return since(
        call.query,
        wanted,
        ({ id }) => id,
        ({ fill, id, context }) => fillRow(fill, id, context),
      );
    });

  const ordersOld: SignedRoute['signed'] = (call, account) => {
    const { side, type, symbol, startAt, endAt } = filtersOf(call.query);
    const wantsDone = (call.query.get('status') || 'done') === 'done';
    const orders = newestFirst(exchange.allOrders(account)).filter(
      (order) =>
        isActive(order) !== wantsDone &&
        (symbol === '' || order.instrument.symbol === symbol) &&
        (side === '' || order.side === side) &&
        (type === '' || order.type === type) &&
        order.createdAt >= startAt &&
        order.createdAt <= endAt,
    );
    return numbered(call.query, 'currentPage', 50, orders, oldOrderRow);
  };
  const fillsOld: SignedRoute['signed'] = (call, account) => {
    const { side, symbol, startAt, endAt } = filtersOf(call.query);
    const orderId = call.query.get('orderId') ?? '';
    const wanted = fillsOf(account).filter(
      ({ fill }) =>
        (symbol === '' || fill.instrument.symbol === symbol) &&
        (orderId === '' || orderIdText(fill.orderId) === orderId) &&
        (side === '' || fill.side === side) &&
        fill.at >= startAt &&
        fill.at <= endAt,
    );
    return numbered(call.query, 'currentPage', 50, wanted, ({ fill, context }) => oldFillRow(fill, context));
  };

  /** Newest first. A fill's place in the account's history is its id. */
  const fillsOf = (account: SimAccount): { fill: SimFill; id: number; context: FillContext }[] =>
    exchange
      .fills(account)
      .map((fill, index) => ({ fill, id: FIRST_FILL + index, context: contextOf(fill) }))
      .reverse();
  const contextOf = (fill: SimFill): FillContext => ({
    type: exchange.findOrder(fill.account, fill.instrument, { id: fill.orderId })?.type ?? 'limit',
    feeRate: fill.maker ? fees.maker : fees.taker,
  });

  return [
    get('/api/v1/hf/orders/active', 2, active),
    get('/api/v1/hf/orders/active/page', 2, activePage),
    get('/api/v1/hf/orders/active/symbols', 2, activeSymbols),
    get('/api/v1/hf/orders/done', 2, done),
    get('/api/v1/hf/orders/client-order/:clientOid', 2, one),
    get('/api/v1/hf/orders/:orderId', 2, one),
    get('/api/v1/hf/fills', 2, fills),
    get('/api/v1/orders', 2, ordersOld),
    get('/api/v1/orders/:orderId', 2, oneOld(false)),
    get('/api/v1/order/client-order/:clientOid', 3, oneOld(true)),
    get('/api/v1/fills', 10, fillsOld),
  ];
}

function filtersOf(query: URLSearchParams) {
  const text = (name: string): string => query.get(name) ?? '';
  return {
    side: text('side'),
    type: text('type'),
    symbol: text('symbol'),
    startAt: Number(text('startAt') || 0),
    endAt: Number(text('endAt') || Number.MAX_SAFE_INTEGER),
  };
}

/** A whole number in the query, within bounds. */
function countOf(query: URLSearchParams, name: string, fallback: number, most: number): number | WireError {
  const text = query.get(name) ?? '';
  if (text === '') return fallback;
  if (!/^\d{1,15}$/.test(text) || Number(text) < 1 || Number(text) > most) return invalid('page', `${name}IsInvalid`);
  return Number(text);
}

/** Pages that go on from the last id. */
function since<Item>(
  query: URLSearchParams,
  items: readonly Item[],
  idOf: (item: Item) => number,
  row: (item: Item) => object,
): RestResult {
  const limit = countOf(query, 'limit', 20, 100);
  if (typeof limit !== 'number') return { error: limit };
  const before = Number(query.get('lastId') || Number.MAX_SAFE_INTEGER);
  const page = items.filter((item) => idOf(item) < before).slice(0, limit);
  const last = page.at(-1);
  return { data: { lastId: last === undefined ? 0 : idOf(last), items: page.map(row) } };
}

/** Numbered pages. */
function numbered<Item>(
  query: URLSearchParams,
  pageName: string,
  defaultSize: number,
  items: readonly Item[],
  row: (item: Item) => object,
): RestResult {
  const currentPage = countOf(query, pageName, 1, Number.MAX_SAFE_INTEGER);
  const pageSize = countOf(query, 'pageSize', defaultSize, 500);
  if (typeof currentPage !== 'number') return { error: currentPage };
  if (typeof pageSize !== 'number') return { error: pageSize };
  const from = (currentPage - 1) * pageSize;
  return {
    data: {
      currentPage,
      pageSize,
      totalNum: items.length,
      totalPage: Math.ceil(items.length / pageSize),
      items: items.slice(from, from + pageSize).map(row),
    },
  };
}
