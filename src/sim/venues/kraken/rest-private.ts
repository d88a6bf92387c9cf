/** Signed REST endpoints that read the account. Source: https://docs.kraken.com/api/docs/rest-api/get-open-orders and
 *  its siblings under "Account Data"; that `QueryOrders` takes a `cl_ord_id` too was measured in September 2026. */
import { formatFixed, parseDecimal } from '../../../core/decimal.ts';
import { amountFixed } from '../../amounts.ts';
import { boundTo } from '../../permissions.ts';
import type { SimAccount, SimFill, SimOrder } from '../../port.ts';
import type { WireContext } from '../../wire-port.ts';
import { setDeadMan } from './dead-man.ts';
import { ERRORS, invalidArgument } from './errors.ts';
import { execIdOf, orderIdOf, orderNumberOf } from './ids.ts';
import { assetOf, byRestName } from './names.ts';
import { orderRow, statusOf, tradeHistoryRow } from './order-rows.ts';
import { type Fields, textOf } from './order-terms.ts';
import type { RestResult } from './rest-public.ts';
import { TOKEN_SECONDS, type Tokens } from './sign.ts';
import type { TradeDesk } from './trade-desk.ts';

export type PrivateRoute = (fields: Fields, account: SimAccount) => RestResult;

const PAGE = 50;
const MAX_IDS = 50;
const fail = (error: string): RestResult => ({ error });
const isTrue = (fields: Fields, name: string): boolean => ['true', '1'].includes(String(fields[name] ?? ''));

/** Fee rates in percent with four decimals: "0.004" → "0.4000". */
const percent = (rate: string): string => formatFixed(parseDecimal(rate, 6), 4);

/** What a key that trades has; one that withdraws has one more. */
const PERMISSIONS = [
  ...['query-funds', 'query-open-trades', 'query-closed-trades', 'modify-trades', 'close-trades', 'query-ledger'],
  'create-ws-token',
];

/** Names as clients have published them; https://docs.kraken.com/api-reference/account-data/get-api-key-info shows them
 *  in camel case. */
const keyInfo = (account: SimAccount, nonce: string, createdAt: number): object => ({
  api_key_name: 'simulated',
  api_key: account.apiKey,
  nonce,
  nonce_window: '0',
  permissions: [...PERMISSIONS, ...(account.permissions.withdraw ? ['withdraw-funds'] : [])],
  iban: `AA00 N84G 0000 ${String(account.index).padStart(4, '0')}`,
  valid_until: '0',
  query_from: '0',
  query_to: '0',
  created_time: String(createdAt),
  modified_time: String(createdAt),
  ip_allowlist: boundTo(account.permissions),
  last_used: String(createdAt),
});

/** Newest first, cut by `start` (exclusive) and `end` (inclusive) in seconds, and by `ofs`. */
function page<Item>(fields: Fields, items: readonly Item[], atOf: (item: Item) => number): Item[] | string {
  const numbers: Record<string, number | undefined> = {};
  for (const name of ['start', 'end', 'ofs']) {
    const text = textOf(fields, name);
    if (text !== '' && !/^\d+(\.\d+)?$/.test(text)) return invalidArgument(name);
    numbers[name] = text === '' ? undefined : Number(text);
  }
  const { start, end, ofs } = numbers;
  return items
    .filter((item) => start === undefined || atOf(item) > start * 1000)
    .filter((item) => end === undefined || atOf(item) <= end * 1000)
    .reverse()
    .slice(ofs ?? 0);
}

export function privateRoutes(
  context: WireContext,
  tokens: Tokens,
  desk: TradeDesk,
): ReadonlyMap<string, PrivateRoute> {
  const { exchange, clock } = context;
  const { fees } = exchange.policy;
  const startedAt = Math.floor(clock.wallMs() / 1000);

  const matches = (fields: Fields, order: SimOrder): boolean => {
    const [clientId, userref] = [textOf(fields, 'cl_ord_id'), textOf(fields, 'userref')];
    return (clientId === '' || order.clientId === clientId) && (userref === '' || order.note.userref === userref);
  };
  const rowsOf = (fields: Fields, orders: readonly SimOrder[]): object =>
    Object.fromEntries(
      orders.map((order) => [orderIdOf(order.id), orderRow(order, isTrue(fields, 'trades'))] as const),
    );
  const typeOf = (account: SimAccount, fill: SimFill): string =>
    exchange.findOrder(account, fill.instrument, { id: fill.orderId })?.type ?? 'limit';
  const tradeRows = (account: SimAccount, fills: readonly SimFill[]): object =>
    Object.fromEntries(fills.map((fill) => [execIdOf(fill), tradeHistoryRow(fill, typeOf(account, fill))] as const));
  const balances = (account: SimAccount, row: (free: bigint, locked: bigint, decimals: number) => unknown): object =>
    Object.fromEntries(
      [...account.holdings]
        .filter(([, { free, locked }]) => free + locked !== 0n)
        .map(([asset, { free, locked }]) => [assetOf(asset).id, row(free, locked, assetOf(asset).decimals)] as const),
    );

  return new Map<string, PrivateRoute>([
    [
      'Balance',
      (_, account) => ({
        result: balances(account, (free, locked, decimals) => amountFixed(free + locked, decimals)),
      }),
    ],
    [
      'BalanceEx',
      (_, account) => ({
        result: balances(account, (free, locked, decimals) => ({
          balance: amountFixed(free + locked, decimals),
          hold_trade: amountFixed(locked, decimals),
        })),
      }),
    ],
    [
      'TradeVolume',
      (fields) => {
        const names = textOf(fields, 'pair')
          .split(',')
          .filter((name) => name !== '');
        const pairs = names.map((name) => byRestName(exchange, name.trim()));
        if (pairs.some((pair) => pair === undefined)) return fail(ERRORS.unknownPair);
        const tier = (rate: string, lowest: string): object => ({
          fee: percent(rate),
          minfee: lowest,
          maxfee: percent(rate),
          nextfee: null,
          nextvolume: null,
          tiervolume: '0.0000',
        });
        const table = (rate: string, lowest: string): object =>
          Object.fromEntries(pairs.map((pair) => [pair?.symbol ?? '', tier(rate, lowest)]));
        return {
          result: {
            currency: 'ZUSD',
            volume: '0.0000',
            ...(pairs.length === 0
              ? { fees: null, fees_maker: null }
              : { fees: table(fees.taker, '0.1000'), fees_maker: table(fees.maker, '0.0000') }),
          },
        };
      },
    ],
    [
      'OpenOrders',
      (fields, account) => {
        const orders = exchange.openOrders(account).filter((order) => matches(fields, order));
        return { result: { open: rowsOf(fields, orders.toReversed()) } };
      },
    ],
    [
      'ClosedOrders',
      (fields, account) => {
        const closed = exchange.allOrders(account).filter((order) => statusOf(order) !== 'open');
        const kept = closed.filter((order) => matches(fields, order)).sort((a, b) => a.updatedAt - b.updatedAt);
        const shown = page(fields, kept, ({ updatedAt }) => updatedAt);
        if (typeof shown === 'string') return fail(shown);
        return { result: { closed: rowsOf(fields, shown.slice(0, PAGE)), count: kept.length } };
      },
    ],
    [
      'QueryOrders',
      (fields, account) => {
        const ids = textOf(fields, 'txid')
          .split(',')
          .map((id) => id.trim())
          .filter((id) => id !== '');
        const clientId = textOf(fields, 'cl_ord_id');
        if (ids.length > MAX_IDS || (ids.length === 0 && clientId === '')) return fail(invalidArgument('txid'));
        if (ids.some((id) => orderNumberOf(id) === undefined)) return fail(ERRORS.invalidOrder);
        const orders =
          ids.length === 0
            ? exchange.allOrders(account)
            : ids.flatMap((orderId) => desk.find(account, { orderId }) ?? []);
        // One that does not match is left out, without an error.
        return {
          result: rowsOf(
            fields,
            orders.filter((order) => matches(fields, order)),
          ),
        };
      },
    ],
    [
      'TradesHistory',
      (fields, account) => {
        const fills = exchange.fills(account);
        const shown = page(fields, fills, ({ at }) => at);
        if (typeof shown === 'string') return fail(shown);
        return { result: { count: fills.length, trades: tradeRows(account, shown.slice(0, PAGE)) } };
      },
    ],
    [
      'QueryTrades',
      (fields, account) => {
        const ids = textOf(fields, 'txid').split(',');
        if (ids.length > MAX_IDS || ids[0] === '') return fail(invalidArgument('txid'));
        const found = exchange.fills(account).filter((fill) => ids.includes(execIdOf(fill)));
        return { result: tradeRows(account, found) };
      },
    ],
    ['GetApiKeyInfo', (fields, account) => ({ result: keyInfo(account, textOf(fields, 'nonce'), startedAt) })],
    ['CancelAllOrdersAfter', (fields, account) => setDeadMan(fields.timeout, account, { desk, exchange })],
    ['GetWebSocketsToken', (_, account) => ({ result: { token: tokens.make(account), expires: TOKEN_SECONDS } })],
  ]);
}
