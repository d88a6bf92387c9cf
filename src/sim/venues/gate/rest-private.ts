/** REST endpoints of an account that only look. Sources: https://www.gate.com/docs/developers/apiv4/en/#spot,
 *  …/#query-personal-trading-fees, …/#retrieve-user-account-information, …/#query-all-main-account-key-information.
 *  Pages are as documented: newest first, `page` from 1, `limit` 100 if not given; times are seconds, of an order's end. */
import { amountText } from '../../amounts.ts';
import { boundTo } from '../../permissions.ts';
import type { SimAccount, SimInstrument, SimOrder } from '../../port.ts';
import type { WireContext } from '../../wire-port.ts';
import type { AccountHub } from './account-hub.ts';
import { type WireError, wireError } from './errors.ts';
import { orderRow, statusOf, textOf, tradeRow, userOf } from './order-rows.ts';
import { type RestResult, readCount } from './rest-public.ts';

export interface PrivateRoute {
  run(query: URLSearchParams, account: SimAccount): RestResult;
}

/** By endpoint; the list of orders is asked for over sockets too. */
export type PrivateRoutes = Readonly<Record<string, PrivateRoute>> & { readonly '/spot/orders': PrivateRoute };

const fail = (error: WireError): RestResult => ({ error });
const PAGE = { standard: 100, most: 1000 };
const FIRST_PAGE = { standard: 1, most: 100_000 };

/** One page of rows, newest first. */
function paged<Row extends { readonly at: number }>(query: URLSearchParams, rows: readonly Row[]): Row[] | WireError {
  const limit = readCount(query, 'limit', PAGE);
  if (typeof limit !== 'number') return limit;
  const page = readCount(query, 'page', FIRST_PAGE);
  if (typeof page !== 'number') return page;
  const [from, to] = ['from', 'to'].map((name) => Number(query.get(name) ?? '') * 1000);
  const meant = rows.filter(({ at }) => !(from && at < from) && !(to && at > to + 999));
  return meant.toReversed().slice((page - 1) * limit, page * limit);
}
const isError = <Row>(page: Row[] | WireError): page is WireError => !Array.isArray(page);

/** How much of a key is shown; stars stand for the rest. */
const SHOWN = 12;

/** The page lists no permission for withdrawing, although keys can be given one: its name here is a guess. */
const keyRow = (account: SimAccount, createdAt: number): object => ({
  state: 1,
  mode: 1,
  name: 'simulated',
  user_id: userOf(account),
  perms: [
    { name: 'account', read_only: true },
    { name: 'spot', read_only: false },
    ...(account.permissions.withdraw ? [{ name: 'withdraw', read_only: false }] : []),
  ],
  ip_whitelist: boundTo(account.permissions),
  currency_pairs: [],
  key: `${account.apiKey.slice(0, SHOWN)}*****`,
  created_at: createdAt,
  update_at: createdAt,
  last_access: createdAt,
});

export function privateRoutes(context: WireContext, hub: AccountHub): PrivateRoutes {
  const { exchange, clock } = context;
  const { fees } = exchange.policy;
  const startedAt = Math.floor(clock.wallMs() / 1000);

  /** Runs with the pair that is asked for, with none, or not at all for one that is not listed. */
  const withPair = (query: URLSearchParams, run: (instrument?: SimInstrument) => RestResult): RestResult => {
    const account = query.get('account') ?? '';
    if (account !== '' && account !== 'spot') return fail(wireError('INVALID_PARAM_VALUE', 'account', account));
    const pair = query.get('currency_pair') ?? '';
    if (pair === '') return run();
    const instrument = exchange.instrumentBySymbol(pair);
    return instrument === undefined ? fail(wireError('INVALID_CURRENCY_PAIR')) : run(instrument);
  };

  const accounts = (query: URLSearchParams, account: SimAccount): RestResult => {
    const only = query.get('currency') ?? '';
    const shown = [...account.holdings].filter(
      ([asset, { free, locked }]) => free + locked !== 0n && (only === '' || only === asset),
    );
    return {
      body: shown.map(([asset, { free, locked }]) => ({
        currency: asset,
        available: amountText(free),
        locked: amountText(locked),
        update_id: hub.version(account, asset),
      })),
    };
  };

  const openOrders = (query: URLSearchParams, account: SimAccount): RestResult =>
    // The page knows no `currency_pair` here: it is ignored, as everything that is not documented.
    withPair(new URLSearchParams({ account: query.get('account') ?? '' }), () => {
      const groups: object[] = [];
      for (const instrument of exchange.instruments) {
        const open = exchange.openOrders(account, instrument).map((order) => ({ at: order.createdAt, order }));
        if (open.length === 0) continue;
        const page = paged(query, open);
        if (isError(page)) return fail(page);
        const orders = page.map(({ order }) => orderRow(order));
        groups.push({ currency_pair: instrument.symbol, total: open.length, orders });
      }
      return { body: groups };
    });

  const orders = (query: URLSearchParams, account: SimAccount): RestResult => {
    const status = query.get('status') ?? '';
    if (status === '') return fail(wireError('MISSING_REQUIRED_PARAM', 'status'));
    if (status !== 'open' && status !== 'finished') return fail(wireError('INVALID_PARAM_VALUE', 'status', status));
    const side = query.get('side') ?? '';
    return withPair(query, (instrument) => {
      if (instrument === undefined && status === 'open') {
        return fail(wireError('MISSING_REQUIRED_PARAM', 'currency_pair'));
      }
      const isMeant = (order: SimOrder): boolean =>
        (statusOf(order) === 'open') === (status === 'open') &&
        (status === 'open' || side === '' || side === order.side);
      const rows = exchange.allOrders(account, instrument).filter(isMeant);
      const page = paged(
        query,
        rows.map((order) => ({ at: order.updatedAt, order })),
      );
      return isError(page) ? fail(page) : { body: page.map(({ order }) => orderRow(order)) };
    });
  };

  const myTrades = (query: URLSearchParams, account: SimAccount): RestResult =>
    withPair(query, (instrument) => {
      const orderId = query.get('order_id') ?? '';
      if (orderId !== '' && instrument === undefined) {
        return fail(wireError('MISSING_REQUIRED_PARAM', 'currency_pair'));
      }
      const rows = exchange
        .fills(account, instrument)
        .filter((fill) => orderId === '' || String(fill.orderId) === orderId);
      const page = paged(query, rows);
      if (isError(page)) return fail(page);
      return {
        body: page.map((fill) => {
          const order = exchange.findOrder(account, fill.instrument, { id: fill.orderId });
          return tradeRow(fill, order === undefined ? fill.clientId : textOf(order));
        }),
      };
    });

  const rates = (account: SimAccount) => ({
    user_id: userOf(account),
    taker_fee: fees.taker,
    maker_fee: fees.maker,
    gt_discount: false,
    gt_taker_fee: '0',
    gt_maker_fee: '0',
    loan_fee: '0.18',
    point_type: '1',
    debit_fee: 3,
  });
  const futures = {
    futures_taker_fee: '0.0005',
    futures_maker_fee: '0.0002',
    delivery_taker_fee: '0.0005',
    delivery_maker_fee: '0.0002',
  };

  return {
    '/spot/accounts': { run: accounts },
    '/spot/open_orders': { run: openOrders },
    '/spot/orders': { run: orders },
    '/spot/my_trades': { run: myTrades },
    '/wallet/fee': { run: (query, account) => withPair(query, () => ({ body: { ...rates(account), ...futures } })) },
    '/spot/fee': {
      run: (query, account) =>
        withPair(query, (instrument) => ({
          body: { ...rates(account), currency_pair: (instrument ?? exchange.instruments[0])?.symbol ?? '' },
        })),
    },
    '/account/detail': {
      run: (_, account) => ({
        body: {
          user_id: userOf(account),
          ip_whitelist: boundTo(account.permissions),
          currency_pairs: [],
          // A classic account: what is traded is what stands in the spot account.
          key: { mode: 1 },
          tier: 0,
          copy_trading_role: 0,
        },
      }),
    },
    '/account/main_keys': { run: (_, account) => ({ body: [keyRow(account, startedAt)] }) },
  };
}
