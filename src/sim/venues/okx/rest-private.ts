/** Signed REST endpoints that read the account. Source: https://www.okx.com/docs-v5/en/#trading-account-rest-api and
 *  https://www.okx.com/docs-v5/en/#order-book-trading-trade. */
import type { SimAccount, SimInstrument, SimOrder } from '../../port.ts';
import type { Limit } from '../../request-limits.ts';
import type { WireContext } from '../../wire-port.ts';
import { balanceRow, configRow, currencyRow, feeRow } from './account-rows.ts';
import { type WireError, wireError } from './errors.ts';
import { perTwoSeconds } from './limits.ts';
import { readKey } from './order-entry.ts';
import { fillRow, noteOf, orderRow, stateOf } from './order-rows.ts';
import type { RestResult, Rows } from './rest-public.ts';

export interface PrivateRoute {
  readonly limit: Limit;
  run(query: URLSearchParams, account: SimAccount): RestResult;
}

const PAGE = 100;
const fail = (error: WireError): RestResult => ({ error });

/** Orders and fills newest first, cut by the paging parameters; `idOf` is what `after` and `before` compare. */
interface Paged {
  readonly id: number;
  readonly at: number;
  readonly row: () => object;
}

function page(query: URLSearchParams, items: readonly Paged[]): RestResult {
  const numbers: Record<string, number | undefined> = {};
  for (const name of ['after', 'before', 'begin', 'end', 'limit']) {
    const text = query.get(name) ?? '';
    if (text !== '' && !/^\d+$/.test(text)) return fail(wireError('51000', name));
    numbers[name] = text === '' ? undefined : Number(text);
  }
  const { after, before, begin, end, limit } = numbers;
  if (limit !== undefined && (limit < 1 || limit > PAGE)) return fail(wireError('51000', 'limit'));
  const kept = items.filter(
    ({ id, at }) =>
      (after === undefined || id < after) &&
      (before === undefined || id > before) &&
      (begin === undefined || at >= begin) &&
      (end === undefined || at <= end),
  );
  kept.sort((a, b) => b.id - a.id);
  return { rows: kept.slice(0, limit ?? PAGE).map(({ row }) => row()) };
}

export function privateRoutes(context: WireContext): ReadonlyMap<string, PrivateRoute> {
  const { exchange, clock } = context;
  const { fees } = exchange.policy;

  /** An `instId` filter: absent means all, unknown is refused. */
  const filterOf = (query: URLSearchParams): SimInstrument | undefined | WireError => {
    const instId = query.get('instId') ?? '';
    if (instId === '') return undefined;
    return exchange.instrumentBySymbol(instId) ?? wireError('51001');
  };
  const isError = (value: SimInstrument | undefined | WireError): value is WireError =>
    value !== undefined && 'msg' in value;
  /** Only spot orders exist. */
  const otherType = (query: URLSearchParams): boolean => (query.get('instType') ?? 'SPOT') !== 'SPOT';

  const orders = (query: URLSearchParams, all: (instrument?: SimInstrument) => readonly SimOrder[]): RestResult => {
    const instrument = filterOf(query);
    if (isError(instrument)) return fail(instrument);
    if (otherType(query)) return { rows: [] };
    const types = (query.get('ordType') ?? '').split(',').filter((type) => type !== '');
    const state = query.get('state') ?? '';
    const wanted = all(instrument).filter(
      (order) =>
        (types.length === 0 || types.includes(noteOf(order).ordType)) && (state === '' || stateOf(order) === state),
    );
    return page(
      query,
      wanted.map((order) => ({ id: order.id, at: order.createdAt, row: () => orderRow(order) })),
    );
  };

  const fills = (query: URLSearchParams, account: SimAccount): RestResult => {
    const instrument = filterOf(query);
    if (isError(instrument)) return fail(instrument);
    if (otherType(query)) return { rows: [] };
    const ordId = query.get('ordId') ?? '';
    const subType = query.get('subType') ?? '';
    // A fill's place in the account's history is its bill id.
    const numbered = exchange.fills(account).map((fill, index) => ({ fill, billId: index + 1 }));
    const wanted = numbered.filter(
      ({ fill }) =>
        (instrument === undefined || fill.instrument === instrument) &&
        (ordId === '' || String(fill.orderId) === ordId) &&
        (subType === '' || subType === (fill.side === 'buy' ? '1' : '2')),
    );
    return page(
      query,
      wanted.map(({ fill, billId }) => ({
        id: billId,
        at: fill.at,
        row: () => {
          const order = exchange.findOrder(account, fill.instrument, { id: fill.orderId });
          return fillRow(
            fill,
            billId,
            fill.maker ? fees.maker : fees.taker,
            order === undefined ? '' : noteOf(order).tag,
          );
        },
      })),
    );
  };

  const balance = (query: URLSearchParams, account: SimAccount): RestResult => {
    const asked = (query.get('ccy') ?? '').split(',').filter((asset) => asset !== '');
    const held = [...account.holdings].filter(([, { free, locked }]) => free + locked !== 0n).map(([asset]) => asset);
    const shown = asked.length === 0 ? held : held.filter((asset) => asked.includes(asset));
    return { rows: [balanceRow(exchange, account, clock.wallMs(), shown)] };
  };

  const orderDetails = (query: URLSearchParams, account: SimAccount): RestResult => {
    const instrument = filterOf(query);
    if (instrument === undefined) return fail(wireError('50014', 'instId'));
    if (isError(instrument)) return fail(instrument);
    const key = readKey(Object.fromEntries(query));
    if (key === undefined) return fail(wireError('50015', 'ordId', 'clOrdId'));
    const order = exchange.findOrder(account, instrument, key);
    return order === undefined ? fail(wireError('51603')) : { rows: [orderRow(order)] };
  };

  const tradeFee = (query: URLSearchParams): RestResult => {
    const instType = query.get('instType') ?? '';
    if (instType === '') return fail(wireError('50014', 'instType'));
    const instrument = filterOf(query);
    if (isError(instrument)) return fail(instrument);
    return { rows: instType === 'SPOT' ? [feeRow(exchange, clock.wallMs())] : [] };
  };

  const assets = (): readonly string[] => [
    ...new Set(exchange.instruments.flatMap(({ base, quote }) => [base, quote])),
  ];
  const currencies = (query: URLSearchParams): RestResult => {
    const asked = (query.get('ccy') ?? '').split(',').filter((asset) => asset !== '');
    const rows: Rows = assets()
      .filter((asset) => asked.length === 0 || asked.includes(asset))
      .map(currencyRow);
    return { rows };
  };

  const isClosed = (order: SimOrder): boolean => order.status !== 'new' && order.status !== 'partial';
  const history = (query: URLSearchParams, account: SimAccount): RestResult => {
    if ((query.get('instType') ?? '') === '') return fail(wireError('50014', 'instType'));
    return orders(query, (instrument) => exchange.allOrders(account, instrument).filter(isClosed));
  };
  const fillsHistory = (query: URLSearchParams, account: SimAccount): RestResult =>
    (query.get('instType') ?? '') === '' ? fail(wireError('50014', 'instType')) : fills(query, account);

  return new Map<string, PrivateRoute>([
    ['/api/v5/account/balance', { limit: perTwoSeconds(10), run: balance }],
    ['/api/v5/account/config', { limit: perTwoSeconds(5), run: (_, account) => ({ rows: [configRow(account)] }) }],
    ['/api/v5/account/trade-fee', { limit: perTwoSeconds(5), run: tradeFee }],
    ['/api/v5/asset/currencies', { limit: { count: 6, windowMs: 1000 }, run: currencies }],
    ['/api/v5/trade/order', { limit: perTwoSeconds(60), run: orderDetails }],
    [
      '/api/v5/trade/orders-pending',
      {
        limit: perTwoSeconds(60),
        run: (query, account) => orders(query, (instrument) => exchange.openOrders(account, instrument)),
      },
    ],
    ['/api/v5/trade/orders-history', { limit: perTwoSeconds(40), run: history }],
    ['/api/v5/trade/fills', { limit: perTwoSeconds(60), run: fills }],
    ['/api/v5/trade/fills-history', { limit: perTwoSeconds(10), run: fillsHistory }],
  ]);
}
