/** Signed REST endpoints that read the account. Source: https://bybit-exchange.github.io/docs/v5/order/open-order,
 *  …/v5/order/order-list, …/v5/order/execution, …/v5/account/wallet-balance, …/fee-rate, …/account-info,
 *  …/v5/user/apikey-info, …/v5/asset/coin-info. */
import type { SimAccount, SimInstrument, SimOrder } from '../../port.ts';
import type { Limit } from '../../request-limits.ts';
import { accountInfo, apiKeyInfo, coinInfo, feeRow, heldAssets, walletRow } from './account-rows.ts';
import { paramsError, type WireError, wireError } from './errors.ts';
import { perSecond } from './limits.ts';
import { readKey } from './order-entry.ts';
import { executionRow, isOpen, orderRow, statusOf } from './order-rows.ts';
import { type PageItem, pageOf } from './paging.ts';
import type { RestResult } from './rest-public.ts';
import type { SessionShared } from './session.ts';

export interface PrivateRoute {
  readonly limit: Limit;
  run(query: URLSearchParams, account: SimAccount): RestResult;
}

/** Closed orders that `realtime` remembers. */
const RECENT_CLOSED = 500;
const fail = (error: WireError): RestResult => ({ error });

export function privateRoutes({ context, sequences }: SessionShared): ReadonlyMap<string, PrivateRoute> {
  const { exchange, clock } = context;

  /** Runs for spot with the pair that is asked for, if any. */
  const withPair = (query: URLSearchParams, run: (instrument?: SimInstrument) => RestResult): RestResult => {
    const category = query.get('category') ?? '';
    if (category === '') return fail(paramsError('category is required'));
    if (category !== 'spot') return fail(wireError('10001', 'Illegal category'));
    const symbol = query.get('symbol') ?? '';
    if (symbol === '') return run();
    const instrument = exchange.instrumentBySymbol(symbol);
    return instrument === undefined ? fail(wireError('170121')) : run(instrument);
  };
  const orderItem = (order: SimOrder): PageItem => ({ id: order.id, at: order.createdAt, row: () => orderRow(order) });
  /** "The system will process them according to this priority: orderId > orderLinkId > symbol" */
  const named = (query: URLSearchParams, account: SimAccount): readonly SimOrder[] | undefined => {
    const key = readKey(Object.fromEntries(query));
    if (key === undefined) return undefined;
    return exchange.instruments.flatMap((instrument) => exchange.findOrder(account, instrument, key) ?? []);
  };
  /** Stop and take-profit orders do not exist here. */
  const isPlain = (query: URLSearchParams): boolean => ['', 'Order'].includes(query.get('orderFilter') ?? '');

  const realtime = (query: URLSearchParams, account: SimAccount): RestResult =>
    withPair(query, (instrument) => {
      const closed = (): readonly SimOrder[] =>
        exchange
          .allOrders(account)
          .filter((order) => !isOpen(order))
          .slice(-RECENT_CLOSED)
          .filter((order) => instrument === undefined || order.instrument === instrument);
      const wanted =
        named(query, account) ?? (query.get('openOnly') === '1' ? closed() : exchange.openOrders(account, instrument));
      return pageOf(query, (isPlain(query) ? wanted : []).map(orderItem), { most: 50, byDefault: 20 });
    });

  const history = (query: URLSearchParams, account: SimAccount): RestResult =>
    withPair(query, (instrument) => {
      const status = query.get('orderStatus') ?? '';
      const wanted = (named(query, account) ?? exchange.allOrders(account, instrument)).filter(
        (order) => !isOpen(order) && (status === '' || statusOf(order) === status),
      );
      return pageOf(query, (isPlain(query) ? wanted : []).map(orderItem), { most: 50, byDefault: 20 });
    });

  const executions = (query: URLSearchParams, account: SimAccount): RestResult =>
    withPair(query, (instrument) => {
      const orders = named(query, account);
      const type = query.get('execType') ?? '';
      const numbered = exchange.fills(account).map((fill, index) => ({ fill, index }));
      const wanted = numbered.filter(
        ({ fill }) =>
          (type === '' || type === 'Trade') &&
          (instrument === undefined || fill.instrument === instrument) &&
          (orders === undefined || orders.some(({ id }) => id === fill.orderId)),
      );
      const items = wanted.map(({ fill, index }) => ({
        id: index + 1,
        at: fill.at,
        row: () => {
          const order = exchange.findOrder(account, fill.instrument, { id: fill.orderId });
          return executionRow(fill, order, exchange.policy.fees, sequences.of(fill));
        },
      }));
      return pageOf(query, items, { most: 100, byDefault: 50 });
    });

  const wallet = (query: URLSearchParams, account: SimAccount): RestResult => {
    if (query.get('accountType') !== 'UNIFIED') return fail(wireError('10001', 'accountType only support UNIFIED.'));
    const asked = (query.get('coin') ?? '').split(',').filter((asset) => asset !== '');
    return { result: { list: [walletRow(exchange, account, asked.length === 0 ? heldAssets(account) : asked)] } };
  };

  const feeRates = (query: URLSearchParams): RestResult =>
    withPair(query, (instrument) => {
      const wanted = instrument === undefined ? exchange.instruments : [instrument];
      return { result: { list: wanted.map((one) => feeRow(exchange, one)) } };
    });

  const coins = (query: URLSearchParams): RestResult => {
    const asked = query.get('coin') ?? '';
    const all = [...new Set(exchange.instruments.flatMap(({ base, quote }) => [base, quote]))];
    const rows = all.filter((asset) => asked === '' || asset === asked).map(coinInfo);
    return { result: { rows }, words: '' };
  };

  return new Map<string, PrivateRoute>([
    ['/v5/order/realtime', { limit: perSecond(50), run: realtime }],
    ['/v5/order/history', { limit: perSecond(50), run: history }],
    ['/v5/execution/list', { limit: perSecond(50), run: executions }],
    ['/v5/account/wallet-balance', { limit: perSecond(50), run: wallet }],
    ['/v5/account/fee-rate', { limit: perSecond(5), run: feeRates }],
    ['/v5/account/info', { limit: perSecond(50), run: () => ({ result: accountInfo(Math.floor(clock.wallMs())) }) }],
    ['/v5/user/query-api', { limit: perSecond(10), run: (_, account) => ({ result: apiKeyInfo(account), words: '' }) }],
    ['/v5/asset/coin/query-info', { limit: perSecond(5), run: coins }],
  ]);
}
