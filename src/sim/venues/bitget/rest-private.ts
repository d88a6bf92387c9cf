/** Signed REST endpoints that read the account. Source: https://www.bitget.com/api-doc/spot/account/Get-Account-Assets,
 *  https://www.bitget.com/api-doc/spot/trade/Get-Order-Info and their neighbours. */
import type { OrderKey, SimAccount, SimInstrument, SimOrder } from '../../port.ts';
import type { Limit } from '../../request-limits.ts';
import type { WireContext } from '../../wire-port.ts';
import type { AccountHub } from './account-hub.ts';
import { assetRow, heldCoins, infoRow } from './account-rows.ts';
import { perSecond } from './limits.ts';
import { readKey } from './order-entry.ts';
import { fillRow, historyRow, openRow, orderRow } from './order-rows.ts';
import { countOf, fail, type RestResult } from './rest-public.ts';

export interface PrivateRoute {
  readonly limit: Limit;
  run(query: URLSearchParams, account: SimAccount): RestResult;
}

const PAGE = 100;
const BUSINESS_TYPES = ['spot', 'margin', 'mix'];

/** Orders and fills newest first, cut by the paging parameters; `id` is what `idLessThan` compares. */
interface Paged {
  readonly id: number;
  readonly at: number;
  readonly row: () => object;
}

function page(query: URLSearchParams, items: readonly Paged[]): RestResult {
  const bounds: Record<string, number | undefined> = {};
  for (const name of ['idLessThan', 'startTime', 'endTime']) {
    const text = query.get(name) ?? '';
    if (text !== '' && !/^\d{1,15}$/.test(text)) return fail('40020', name);
    bounds[name] = text === '' ? undefined : Number(text);
  }
  const { idLessThan, startTime, endTime } = bounds;
  const count = countOf(query, PAGE, PAGE);
  if (count === undefined) return fail('40020', 'limit');
  const kept = items.filter(
    ({ id, at }) =>
      (idLessThan === undefined || id < idLessThan) &&
      (startTime === undefined || at >= startTime) &&
      (endTime === undefined || at <= endTime),
  );
  kept.sort((a, b) => b.at - a.at || b.id - a.id);
  return { data: kept.slice(0, count).map(({ row }) => row()) };
}

const isClosed = ({ status }: SimOrder): boolean => status !== 'new' && status !== 'partial';

export function privateRoutes(context: WireContext, hub: AccountHub): ReadonlyMap<string, PrivateRoute> {
  const { exchange, clock } = context;
  const startedAt = clock.wallMs();

  /** A `symbol` filter: absent means all, unknown is refused. */
  const filtered = (query: URLSearchParams, run: (instrument?: SimInstrument) => RestResult): RestResult => {
    const symbol = query.get('symbol') ?? '';
    if (symbol === '') return run();
    const instrument = exchange.instrumentBySymbol(symbol);
    return instrument === undefined ? fail('40034', symbol) : run(instrument);
  };

  const orders = (
    query: URLSearchParams,
    all: (instrument?: SimInstrument) => readonly SimOrder[],
    row: (order: SimOrder) => object,
  ): RestResult =>
    filtered(query, (instrument) => {
      const orderId = query.get('orderId') ?? '';
      // Trigger orders are not simulated: there are none.
      if ((query.get('tpslType') || 'normal') !== 'normal') return { data: [] };
      const wanted = all(instrument).filter(({ id }) => orderId === '' || String(id) === orderId);
      return page(
        query,
        wanted.map((order) => ({ id: order.id, at: order.createdAt, row: () => row(order) })),
      );
    });

  /** The order that `key` names, of whatever symbol. */
  const found = (account: SimAccount, key: OrderKey): SimOrder | undefined => {
    for (const instrument of exchange.instruments) {
      const order = exchange.findOrder(account, instrument, key);
      if (order !== undefined) return order;
    }
    return undefined;
  };

  /** Whoever is not known is not there: no error, no row. */
  const orderInfo = (query: URLSearchParams, account: SimAccount): RestResult => {
    const key = readKey(Object.fromEntries(query));
    if (key === undefined) return fail('40924');
    const order = found(account, key);
    return { data: order === undefined ? [] : [orderRow(order)] };
  };

  const fills = (query: URLSearchParams, account: SimAccount): RestResult =>
    filtered(query, (instrument) => {
      const orderId = query.get('orderId') ?? '';
      const wanted = exchange
        .fills(account, instrument)
        .filter((fill) => orderId === '' || String(fill.orderId) === orderId);
      return page(
        query,
        wanted.map((fill) => ({
          id: fill.tradeId,
          at: fill.at,
          row: () => {
            const order = exchange.findOrder(account, fill.instrument, { id: fill.orderId });
            return fillRow(fill, order?.type ?? 'limit');
          },
        })),
      );
    });

  const assets = (query: URLSearchParams, account: SimAccount): RestResult => {
    const coin = query.get('coin') ?? '';
    const type = query.get('assetType') || 'hold_only';
    if (type !== 'hold_only' && type !== 'all') return fail('40020', 'assetType');
    const coins = coin !== '' ? [coin] : type === 'all' ? [...account.holdings.keys()] : heldCoins(account);
    return { data: coins.map((one) => assetRow(account, one, hub.changedAt(account, one))) };
  };

  const tradeRate = (query: URLSearchParams): RestResult => {
    const { fees } = exchange.policy;
    const type = query.get('businessType') ?? '';
    if ((query.get('symbol') ?? '') === '') return fail('40019', 'symbol');
    if (type === '') return fail('40019', 'businessType');
    if (!BUSINESS_TYPES.includes(type)) return fail('40020', 'businessType');
    return filtered(query, () => ({ data: { makerFeeRate: fees.maker, takerFeeRate: fees.taker } }));
  };

  const ten = perSecond(10);
  const twenty = perSecond(20);
  return new Map<string, PrivateRoute>([
    ['/api/v2/spot/account/assets', { limit: ten, run: assets }],
    [
      '/api/v2/spot/account/info',
      { limit: perSecond(1), run: (_, account) => ({ data: infoRow(account, startedAt) }) },
    ],
    ['/api/v2/common/trade-rate', { limit: ten, run: tradeRate }],
    ['/api/v2/spot/trade/orderInfo', { limit: twenty, run: orderInfo }],
    [
      '/api/v2/spot/trade/unfilled-orders',
      {
        limit: twenty,
        run: (query, account) => orders(query, (one) => exchange.openOrders(account, one), openRow),
      },
    ],
    [
      '/api/v2/spot/trade/history-orders',
      {
        limit: twenty,
        run: (query, account) => orders(query, (one) => exchange.allOrders(account, one).filter(isClosed), historyRow),
      },
    ],
    ['/api/v2/spot/trade/fills', { limit: ten, run: fills }],
    // The unified account is another kind of account.
    ['/api/v3/account/settings', { limit: twenty, run: () => fail('40084') }],
  ]);
}
