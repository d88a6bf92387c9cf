/** Signed REST endpoints that read the account.
 *  Source: https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/ (accounts, orders, fees, data api).
 *  An order cannot be asked for by the client's own id: it has to be found in the list. */
import type { SimAccount, SimFill, SimOrder } from '../../port.ts';
import type { WireContext } from '../../wire-port.ts';
import { assetsOf, keyPermissions, transactionSummary, walletRow } from './account-rows.ts';
import { invalidArgument, REST_ERRORS, type RestError } from './errors.ts';
import { fillIdOf, orderIdOf, walletIdOf } from './ids.ts';
import { fillRow, orderRow, statusOf } from './order-rows.ts';
import { answer, type Call, fail, listParam, type PrivateRoute, pageOf, type RestResult } from './rest-route.ts';
import { parseTime } from './times.ts';
import type { TradeDesk } from './trade-desk.ts';

const MAX_WALLETS = 250;
const DEFAULT_WALLETS = 49;
const MAX_ORDERS = 1000;
const MAX_FILLS = 3000;
const STATUSES = [
  'UNKNOWN_ORDER_STATUS',
  'PENDING',
  'OPEN',
  'FILLED',
  'CANCELLED',
  'EXPIRED',
  'FAILED',
  'QUEUED',
  'CANCEL_QUEUED',
  'EDIT_QUEUED',
];

/** The parameter that limits a time, or what is wrong with it. */
function timeParam(query: URLSearchParams, name: string, absent: number): number | RestError {
  const text = query.get(name) ?? '';
  if (text === '') return absent;
  return parseTime(text) ?? invalidArgument(`parsing field "${name}": invalid google.protobuf.Timestamp value`);
}

/** Whether a list is empty or has it. */
const isWanted = (list: readonly string[], value: string): boolean => list.length === 0 || list.includes(value);

export function privateRoutes(context: WireContext, desk: TradeDesk): readonly PrivateRoute[] {
  const { exchange } = context;
  const { fees } = exchange.policy;

  const accounts = ({ query }: Call, account: SimAccount): RestResult => {
    const sized = new URLSearchParams(query);
    if ((query.get('limit') ?? '') === '') sized.set('limit', String(DEFAULT_WALLETS));
    const page = pageOf(assetsOf(exchange, account), sized, MAX_WALLETS);
    if ('status' in page) return fail(page);
    const wallets = page.items.map((asset) => walletRow(account, asset));
    return answer({ accounts: wallets, has_next: page.hasNext, cursor: page.cursor, size: wallets.length });
  };

  const wallet = ({ id }: Call, account: SimAccount): RestResult => {
    const asset = assetsOf(exchange, account).find((one) => walletIdOf(account, one) === id);
    return asset === undefined ? fail(REST_ERRORS.account) : answer({ account: walletRow(account, asset) });
  };

  const orders = ({ query }: Call, account: SimAccount): RestResult => {
    const statuses = listParam(query, 'order_status');
    const wrong = statuses.find((status) => !STATUSES.includes(status));
    if (wrong !== undefined) {
      return fail(invalidArgument(`parsing list "order_status": "${wrong}" is not valid`));
    }
    if (statuses.includes('OPEN') && statuses.length > 1) {
      return fail(invalidArgument('Cannot pair OPEN orders with other statuses'));
    }
    const from = timeParam(query, 'start_date', Number.NEGATIVE_INFINITY);
    const to = timeParam(query, 'end_date', Number.POSITIVE_INFINITY);
    if (typeof from !== 'number') return fail(from);
    if (typeof to !== 'number') return fail(to);
    const products = listParam(query, 'product_ids', 'product_id');
    const ids = listParam(query, 'order_ids');
    const side = query.get('order_side') ?? '';
    const types = listParam(query, 'order_types', 'order_type');
    const isMeant = (order: SimOrder): boolean =>
      isWanted(statuses, statusOf(order)) &&
      isWanted(products, order.instrument.symbol) &&
      isWanted(ids, orderIdOf(order)) &&
      isWanted(types, order.type.toUpperCase()) &&
      (side === '' || side === order.side.toUpperCase()) &&
      order.createdAt >= from &&
      order.createdAt < to;
    const isOther = (query.get('product_type') ?? 'SPOT') === 'FUTURE';
    const found = isOther ? [] : exchange.allOrders(account).filter(isMeant).reverse();
    const page = pageOf(found, query, MAX_ORDERS);
    if ('status' in page) return fail(page);
    const rows = page.items.map((order) => orderRow(order, fees));
    return answer({ orders: rows, sequence: '0', has_next: page.hasNext, cursor: page.cursor });
  };

  const order = ({ id }: Call, account: SimAccount): RestResult => {
    const found = desk.find(account, id);
    return found === undefined ? fail(REST_ERRORS.order) : answer({ order: orderRow(found, fees) });
  };

  const fills = ({ query }: Call, account: SimAccount): RestResult => {
    const from = timeParam(query, 'start_sequence_timestamp', Number.NEGATIVE_INFINITY);
    const to = timeParam(query, 'end_sequence_timestamp', Number.POSITIVE_INFINITY);
    if (typeof from !== 'number') return fail(from);
    if (typeof to !== 'number') return fail(to);
    const products = listParam(query, 'product_ids', 'product_id');
    const ids = listParam(query, 'order_ids', 'order_id');
    const trades = listParam(query, 'trade_ids');
    const isMeant = (fill: SimFill): boolean =>
      isWanted(products, fill.instrument.symbol) &&
      isWanted(ids, orderIdOf({ id: fill.orderId })) &&
      isWanted(trades, fillIdOf(fill)) &&
      fill.at >= from &&
      fill.at <= to;
    const page = pageOf(exchange.fills(account).filter(isMeant).reverse(), query, MAX_FILLS);
    if ('status' in page) return fail(page);
    const isByQuote = ({ instrument, orderId }: SimFill): boolean =>
      (exchange.findOrder(account, instrument, { id: orderId })?.note.quoteSize ?? '') !== '';
    return answer({ fills: page.items.map((fill) => fillRow(fill, isByQuote(fill))), cursor: page.cursor });
  };

  return [
    { path: /^\/api\/v3\/brokerage\/accounts$/, run: accounts },
    { path: /^\/api\/v3\/brokerage\/accounts\/([^/]+)$/, run: wallet },
    { path: /^\/api\/v3\/brokerage\/orders\/historical\/batch$/, run: orders },
    { path: /^\/api\/v3\/brokerage\/orders\/historical\/fills$/, run: fills },
    { path: /^\/api\/v3\/brokerage\/orders\/historical\/([^/]+)$/, run: order },
    {
      path: /^\/api\/v3\/brokerage\/transaction_summary$/,
      run: (_, account) => answer(transactionSummary(exchange, account)),
    },
    { path: /^\/api\/v3\/brokerage\/key_permissions$/, run: (_, account) => answer(keyPermissions(account)) },
  ];
}
