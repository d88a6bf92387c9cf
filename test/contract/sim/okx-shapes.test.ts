/** Every frame and body of the simulated OKX has the keys and value types of a recorded or documented one.
 *  Where they differ, the difference is listed here with its reason; one that is listed but not there fails too. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERRORS } from '../../../src/sim/venues/okx/errors.ts';
import { describeWithFixtures, readJson, readJsonl } from '../../fixtures.ts';
import { type ManualOkx, manualOkx } from './okx-harness.ts';
import { type Json, settle } from './venue-bench.ts';

type Differences = Readonly<Record<string, string>>;

/** Paths with their types; an array is described by its elements together. */
function shapeOf(value: unknown, path = '', out = new Map<string, Set<string>>()): Map<string, Set<string>> {
  const add = (type: string): void => {
    const types = out.get(path) ?? new Set();
    out.set(path, types.add(type));
  };
  if (Array.isArray(value)) {
    add('array');
    for (const element of value) shapeOf(element, `${path}[]`, out);
  } else if (typeof value === 'object' && value !== null) {
    add('object');
    for (const [key, inner] of Object.entries(value)) shapeOf(inner, path === '' ? key : `${path}.${key}`, out);
  } else add(value === null ? 'null' : typeof value);
  return out;
}

/** `-key` is missing in ours, `+key` is more than the fixture has, `~key` has another type. */
function compare(ours: unknown, fixture: unknown): string[] {
  const [mine, theirs] = [shapeOf(ours), shapeOf(fixture)];
  const found: string[] = [];
  for (const [path, types] of theirs) {
    const own = mine.get(path);
    if (own === undefined) found.push(`-${path}`);
    else if (![...own].every((type) => types.has(type))) found.push(`~${path}`);
  }
  for (const path of mine.keys()) if (!theirs.has(path)) found.push(`+${path}`);
  return found.sort();
}

interface Case {
  readonly name: string;
  readonly fixture: unknown;
  readonly ours: unknown;
  readonly differences?: Differences;
}

function check(cases: readonly Case[]): void {
  it.each(cases)('$name', ({ ours, fixture, differences = {} }) => {
    expect(compare(ours, fixture)).toEqual(Object.keys(differences).sort());
  });
}

/** Everything that the wire sends in one short session. */
interface Emitted {
  readonly rest: ReadonlyMap<string, Json>;
  readonly acks: readonly Json[];
  readonly books: readonly Json[];
  readonly channel: ReadonlyMap<string, Json>;
  readonly loginAck: Json | undefined;
  readonly accounts: readonly Json[];
  readonly orders: readonly Json[];
  readonly answers: ReadonlyMap<string, Json>;
  readonly unknownChannel: Json | undefined;
}

async function emit(): Promise<Emitted> {
  const okx = manualOkx();
  okx.quote('BTC-USDT', '96400', '96400.1', '0.5');
  const market = okx.connect('/ws/v5/public');
  for (const channel of ['books', 'books5', 'bbo-tbt', 'tickers', 'trades']) {
    market.send({ op: 'subscribe', args: [{ channel, instId: 'BTC-USDT' }] });
  }
  market.send({ op: 'subscribe', args: [{ channel: 'instruments', instType: 'SPOT' }] });
  okx.clock.advanceMs(100);
  okx.quote('BTC-USDT', '96400.1', '96400.2', '0.6');
  okx.exchange.synthesizeTrade(okx.instrument('BTC-USDT'), 'buy', 1000);
  okx.clock.advanceMs(100);
  const frames = market.take();
  market.send({ op: 'subscribe', args: [{ channel: 'candle1m', instId: 'BTC-USDT' }] });
  const [unknownChannel] = market.take();

  const account = okx.connect('/ws/v5/private');
  account.hangUp();
  const own = okx.login();
  const loginAck = JSON.parse(own.sent[0] ?? 'null') as Json;
  own.send({ op: 'subscribe', args: [{ channel: 'orders', instType: 'SPOT' }, { channel: 'account' }] });
  const answers = new Map<string, Json>();
  const order = { instIdCode: okx.instrument('BTC-USDT').code, tdMode: 'cash', side: 'sell' };
  const run = async (op: string, args: readonly object[]): Promise<void> => {
    own.send({ id: '1', op, args });
    await settle();
  };
  await run('batch-orders', [{ ...order, ordType: 'market', sz: '10', tgtCcy: 'quote_ccy' }]);
  await run('order', [{ ...order, ordType: 'limit', sz: '0.01', px: '97000', clOrdId: 'a1' }]);
  await run('batch-cancel-orders', [{ instIdCode: order.instIdCode, clOrdId: 'a1' }]);
  await run('amend-order', [{ instIdCode: order.instIdCode, clOrdId: 'a1', newSz: '1' }]);
  okx.clock.advanceMs(60);
  const pushed = own.take();
  for (const frame of pushed) if (typeof frame.op === 'string') answers.set(frame.op, frame);
  const of = (list: readonly Json[], channel: string): Json[] =>
    list.filter((frame) => frame.data !== undefined && (frame.arg as Json | undefined)?.channel === channel);
  return {
    rest: await emitRest(okx),
    acks: frames.filter((frame) => frame.event === 'subscribe'),
    books: of(frames, 'books'),
    channel: new Map(
      ['books5', 'bbo-tbt', 'tickers', 'trades', 'instruments'].map((name) => [name, of(frames, name).at(-1) ?? {}]),
    ),
    loginAck,
    accounts: of(pushed, 'account'),
    orders: of(pushed, 'orders'),
    answers,
    unknownChannel,
  };
}

async function emitRest(okx: ManualOkx): Promise<Map<string, Json>> {
  const bodies = new Map<string, Json>();
  for (const path of [
    '/api/v5/public/time',
    '/api/v5/public/instruments?instType=SPOT',
    '/api/v5/market/books?instId=BTC-USDT&sz=5',
    '/api/v5/market/ticker?instId=BTC-USDT',
    '/api/v5/market/trades?instId=BTC-USDT',
  ]) {
    bodies.set(path.split('?')[0] ?? '', (await okx.get(path)).body);
  }
  const limit = { instId: 'BTC-USDT', tdMode: 'cash', side: 'buy', ordType: 'limit', sz: '0.01', px: '90000' };
  bodies.set('place', (await okx.signed('POST', '/api/v5/trade/order', { ...limit, clOrdId: 'r1' })).body);
  bodies.set('pending', (await okx.signed('GET', '/api/v5/trade/orders-pending')).body);
  bodies.set(
    'cancel',
    (await okx.signed('POST', '/api/v5/trade/cancel-order', { instId: 'BTC-USDT', clOrdId: 'r1' })).body,
  );
  bodies.set(
    'batch',
    (await okx.signed('POST', '/api/v5/trade/batch-orders', [{ ...limit, ordType: 'ioc', px: '99000' }])).body,
  );
  const [filled] = (bodies.get('batch')?.data as Json[] | undefined) ?? [];
  for (const [name, path] of [
    ['order', `/api/v5/trade/order?instId=BTC-USDT&ordId=${String(filled?.ordId)}`],
    ['history', '/api/v5/trade/orders-history?instType=SPOT'],
    ['fills', '/api/v5/trade/fills-history?instType=SPOT'],
    ['fee', '/api/v5/account/trade-fee?instType=SPOT'],
    ['balance', '/api/v5/account/balance'],
  ] as const) {
    bodies.set(name, (await okx.signed('GET', path)).body);
  }
  return bodies;
}

/** Fields that came to OKX after the fixture was made, as the newest documentation has them. */
const NEWER_ORDER: Differences = {
  '+data[].tradeQuoteCcy': 'newer than the fixture; documented in 2025',
};
const SUB_CODE: Differences = { '+data[].subCode': 'in replies recorded since April 2026, newer than the fixture' };
const NEWER_INSTRUMENT = [
  'auctionEndTime',
  'contTdSwTime',
  'futureSettlement',
  'instFamily',
  'instIdCode',
  'maxLmtAmt',
  'maxMktAmt',
  'maxPlatOILmt',
  'openType',
  'posLmtAmt',
  'posLmtPct',
  'preMktSwTime',
  'ruleType',
  'tradeQuoteCcyList',
];

const emitted = await emit();

describeWithFixtures('the shapes of the simulated OKX', (root) => {
  const folder = join(root, 'okx');
  const named = (file: string): Map<string, Json> =>
    new Map(
      readJsonl<{ name: string; text: string }>(join(folder, file)).map(({ name, text }) => [
        name,
        JSON.parse(text) as Json,
      ]),
    );
  const documented = (file: string): Map<string, Json> =>
    new Map(
      readJsonl<{ name: string; response?: string | Json; steps?: { dir: string; text: string }[] }>(
        join(folder, file),
      ).map(({ name, response, steps }) => {
        const text = response ?? steps?.findLast(({ dir }) => dir === 'server_update')?.text ?? '{}';
        return [name, (typeof text === 'string' ? JSON.parse(text) : text) as Json];
      }),
    );
  const live = named('ws_public/live_2026-09_bytex.jsonl');
  const market = named('ws_public/nautilus.jsonl');
  const rest = documented('rest_private/jkorf.jsonl');
  const restPublic = documented('rest_public/jkorf.jsonl');
  const operations = documented('ws_control_and_order_entry/jkorf.jsonl');
  const subscriptions = documented('ws_private/jkorf.jsonl');
  const orderPushes = readJsonl<Json>(join(folder, 'ws_private/gct_wsOrders.jsonl'));
  const recordedPrivate = named('rest_private/nautilus.jsonl');

  describe('public frames', () => {
    check([
      { name: 'acknowledgement', ours: emitted.acks[0], fixture: live.get('sub_ack') },
      { name: 'unknown channel', ours: emitted.unknownChannel, fixture: live.get('sub_error_wrong_url') },
      { name: 'books snapshot', ours: emitted.books[0], fixture: live.get('spot_books_snapshot_no_checksum') },
      { name: 'books update', ours: emitted.books[1], fixture: live.get('spot_books_update_no_checksum') },
      { name: 'trade', ours: emitted.channel.get('trades'), fixture: live.get('spot_trade') },
      { name: 'best bid and offer', ours: emitted.channel.get('bbo-tbt'), fixture: market.get('ws_bbo_tbt') },
      { name: 'ticker', ours: emitted.channel.get('tickers'), fixture: market.get('ws_tickers') },
      {
        name: 'instruments',
        ours: emitted.channel.get('instruments'),
        fixture: market.get('ws_instruments'),
        differences: Object.fromEntries([
          ...NEWER_INSTRUMENT.filter((key) => !['instFamily', 'maxLmtAmt', 'maxMktAmt', 'ruleType'].includes(key)).map(
            (key) => [`+data[].${key}`, 'newer than the fixture; in recorded REST rows of 2025'],
          ),
          ['+data[].tradeQuoteCcyList[]', 'spot instruments name their quote currency'],
        ]),
      },
    ]);
  });

  describe('public bodies', () => {
    const instruments2022 = readJson<{ body: { data: Json[] } }>(
      join(folder, 'rest_public/instruments_SPOT_2022.json'),
    );
    const swaps = named('rest_public/nautilus.jsonl').get('http_get_instruments_swap');
    const ours = emitted.rest.get('/api/v5/public/instruments')?.data;
    check([
      {
        name: 'time',
        ours: emitted.rest.get('/api/v5/public/time'),
        fixture: restPublic.get('UnifiedApi/ExchangeData/GetServerTime'),
      },
      {
        name: 'book',
        ours: emitted.rest.get('/api/v5/market/books'),
        fixture: restPublic.get('UnifiedApi/ExchangeData/GetOrderBook'),
      },
      {
        name: 'ticker',
        ours: emitted.rest.get('/api/v5/market/ticker'),
        fixture: restPublic.get('UnifiedApi/ExchangeData/GetTicker'),
      },
      {
        name: 'trades',
        ours: emitted.rest.get('/api/v5/market/trades'),
        fixture: restPublic.get('UnifiedApi/ExchangeData/GetTradeHistory'),
        differences: { '+data[].source': 'newer than the fixture; documented in 2025' },
      },
      {
        name: 'spot instruments of 2022',
        ours,
        fixture: instruments2022.body.data,
        differences: Object.fromEntries([
          ...NEWER_INSTRUMENT.map((key) => [`+[].${key}`, 'newer than the fixture']),
          ['+[].tradeQuoteCcyList[]', 'newer than the fixture'],
        ]),
      },
      {
        name: 'instruments with instIdCode (swaps of 2025)',
        ours,
        fixture: swaps?.data,
        differences: { '+[].tradeQuoteCcyList[]': 'empty for swaps' },
      },
    ]);
  });

  describe('private frames', () => {
    const loginSteps = readJsonl<{ steps: { dir: string; text: string }[] }>(join(folder, 'ws_private/jkorf.jsonl'));
    const login = loginSteps[0]?.steps.find(({ dir }) => dir === 'server')?.text ?? '{}';
    const [opened, part, done] = emitted.orders;
    const pushed: Differences = {
      '+data[].attachAlgoOrds': 'newer than the fixture',
      '+data[].cancelSource': '',
      '+data[].fillIdxPx': 'newer than the fixture; documented in 2025',
      '+data[].isTpLimit': 'newer than the fixture',
      '+data[].lastPx': 'newer than the fixture',
      '+data[].linkedAlgoOrd': 'newer than the fixture; documented in 2025',
      '+data[].linkedAlgoOrd.algoId': 'newer than the fixture; documented in 2025',
      '+data[].tradeQuoteCcy': 'newer than the fixture; documented in 2025',
    };
    const { '+data[].cancelSource': _, ...recorded2023 } = pushed;
    check([
      { name: 'login', ours: emitted.loginAck, fixture: JSON.parse(login) },
      { name: 'order opened', ours: opened, fixture: orderPushes[1], differences: recorded2023 },
      { name: 'order filled in part', ours: part, fixture: orderPushes[2], differences: recorded2023 },
      { name: 'market order done', ours: done, fixture: orderPushes[3], differences: recorded2023 },
      {
        name: 'order, as documented',
        ours: part,
        fixture: subscriptions.get('Subscriptions/Unified/Trading/Order'),
        differences: {
          '+arg.uid': 'in every recorded push',
          '+data[].fillIdxPx': 'newer than the fixture; documented in 2025',
          '+data[].linkedAlgoOrd': 'newer than the fixture; documented in 2025',
          '+data[].linkedAlgoOrd.algoId': 'newer than the fixture; documented in 2025',
          ...NEWER_ORDER,
        },
      },
      {
        name: 'account snapshot',
        ours: emitted.accounts[0],
        fixture: subscriptions.get('Subscriptions/Unified/Account/Balance'),
        differences: Object.fromEntries(
          [
            ['+arg.uid', '+curPage', '+eventType', '+lastPage', '+data[].availEq'],
            ['+data[].notionalUsdForBorrow', '+data[].notionalUsdForFutures', '+data[].notionalUsdForOption'],
            ['+data[].notionalUsdForSwap'],
            [
              'accAvgPx autoLendAmt autoLendMtAmt autoLendStatus autoStakingStatus colBorrAutoConversion colRes',
              'collateralEnabled collateralRestrict frpType openAvgPx smtSyncEq spotBal spotCopyTradingEq spotUpl',
              'spotUplRatio totalPnl totalPnlRatio',
            ].flatMap((line) => line.split(' ').map((key) => `+data[].details[].${key}`)),
          ]
            .flat()
            .map((path) => [path, 'in pushes recorded in 2026 (kept in the source of ccxt), newer than the fixture']),
        ),
      },
      {
        name: 'orders placed',
        ours: emitted.answers.get('batch-orders'),
        fixture: operations.get('Socket/UnifiedApi/PlaceMultipleOrders'),
        differences: SUB_CODE,
      },
      {
        name: 'order placed',
        ours: emitted.answers.get('order'),
        fixture: operations.get('Socket/UnifiedApi/PlaceMultipleOrders'),
        differences: SUB_CODE,
      },
      {
        name: 'orders canceled',
        ours: emitted.answers.get('batch-cancel-orders'),
        fixture: operations.get('Socket/UnifiedApi/CancelMultipleOrders'),
      },
      {
        name: 'order not amended',
        ours: emitted.answers.get('amend-order'),
        fixture: operations.get('Socket/UnifiedApi/AmendOrder'),
      },
    ]);
  });

  describe('private bodies', () => {
    const newerBalance =
      'autoLendAmt autoLendMtAmt autoLendStatus autoStakingStatus coinUsdPrice colBorrAutoConversion colRes collateralRestrict frpType';
    check([
      {
        name: 'placed',
        ours: emitted.rest.get('place'),
        fixture: rest.get('UnifiedApi/Trading/PlaceOrder'),
        differences: SUB_CODE,
      },
      {
        name: 'placed in a batch',
        ours: emitted.rest.get('batch'),
        fixture: rest.get('UnifiedApi/Trading/PlaceMultipleOrders'),
        differences: SUB_CODE,
      },
      { name: 'canceled', ours: emitted.rest.get('cancel'), fixture: rest.get('UnifiedApi/Trading/CancelOrder') },
      {
        name: 'order',
        ours: emitted.rest.get('order'),
        fixture: rest.get('UnifiedApi/Trading/GetOrderDetails'),
        differences: NEWER_ORDER,
      },
      {
        name: 'open orders',
        ours: emitted.rest.get('pending'),
        fixture: rest.get('UnifiedApi/Trading/GetOrderDetails'),
        differences: NEWER_ORDER,
      },
      {
        name: 'order history',
        ours: emitted.rest.get('history'),
        fixture: rest.get('UnifiedApi/Trading/GetOrderHistory'),
        differences: NEWER_ORDER,
      },
      {
        name: 'fills',
        ours: emitted.rest.get('fills'),
        fixture: rest.get('UnifiedApi/Trading/GetUserTradesArchive'),
        differences: NEWER_ORDER,
      },
      {
        name: 'fee rates',
        ours: emitted.rest.get('fee'),
        fixture: rest.get('UnifiedApi/Account/GetFeeRates'),
        differences: { '+data[].ruleType': 'newer than the fixture; documented in 2025' },
      },
      {
        name: 'balance, as recorded',
        ours: emitted.rest.get('balance'),
        fixture: recordedPrivate.get('http_get_account_balance'),
        differences: Object.fromEntries([
          ['+data[].availEq', 'newer than the recording'],
          ...newerBalance.split(' ').map((key) => [`+data[].details[].${key}`, 'newer than the recording']),
        ]),
      },
    ]);
  });

  describe('errors', () => {
    const rows = readJsonl<{ code: string; text: string; http?: string }>(join(folder, 'rest_errors/codes.jsonl'));
    const plain = (text: string): string =>
      text
        .replace(/\{[a-z]*\d?\}/g, '{}')
        .replace(/[“”]/g, '"')
        .replace(/\s+/g, ' ')
        .replace(/\.$/, '')
        .trim();
    /** Codes whose words or status here are not the table's. */
    const others: Differences = {
      '1': 'recorded replies say "All operations failed"; the table says "Operation failed."',
    };
    it('have the documented status and words', () => {
      const differing: string[] = [];
      for (const [code, { http, text }] of Object.entries(ERRORS)) {
        const documentedRows = rows.filter((row) => row.code === code);
        if (documentedRows.length === 0) continue;
        const same = documentedRows.some(
          (row) => plain(row.text) === plain(text) && (row.http === undefined || row.http === String(http)),
        );
        if (!same) differing.push(code);
      }
      expect(differing.sort()).toEqual(Object.keys(others).sort());
    });
  });
});
