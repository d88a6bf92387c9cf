/** Every frame and body of the simulated Bybit has the keys and value types of a recorded or documented one. Where they
 *  differ, the difference is listed here with its reason; one that is listed but not there fails too. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERRORS } from '../../../src/sim/venues/bybit/errors.ts';
import { describeWithFixtures, readJson, readJsonl } from '../../fixtures.ts';
import { emitBybit } from './bybit-emitted.ts';
import { differences } from './shape.ts';
import type { Json } from './venue-bench.ts';

const emitted = await emitBybit();

const rowsIn = (body: Json | undefined): Json[] => (body?.result as { list?: Json[] } | undefined)?.list ?? [];

/** Why a line of `differences` is as it is; a pattern stands for several lines. */
type Reasons = readonly (readonly [line: RegExp, reason: string])[];

interface Case {
  readonly name: string;
  readonly fixture: unknown;
  readonly reasons?: Reasons;
}

function check(cases: readonly Case[]): void {
  it.each(cases)('$name', ({ name, fixture, reasons = [] }) => {
    const found = differences(emitted.get(name), fixture);
    const open = found.filter((line) => !reasons.some(([pattern]) => pattern.test(line)));
    expect(open).toEqual([]);
    const idle = reasons.filter(([pattern]) => !found.some((line) => pattern.test(line)));
    expect(idle).toEqual([]);
  });
}

const IDS: Reasons = [
  [/^~ .*(orderId|execId): decimal text/, 'ids of spot are 19 digits (documented and recorded), of derivatives UUIDs'],
];

const ORDER: Reasons = [
  ...IDS,
  [/^~ .*\.isLeverage/, 'documented: 0 without a loan; empty for derivatives'],
  [/^- .*\.tpslMode$/, 'documented: spot does not have this field (the fixture is of a derivative)'],
  [/cumFeeDetail/, 'newer than the fixture; its keys are the coins of the fees'],
  [/^\+ .*\.(basePrice|marketUnit|ocoTriggerBy|parentOrderLinkId|slippageTolerance(Type)?)$/, 'newer than the fixture'],
  [/^~ .*: text, fixture decimal text$/, 'documented: empty where there is none; the fixture has zeros'],
];

describeWithFixtures('the shapes of the simulated Bybit', (root) => {
  const folder = join(root, 'bybit');
  const recorded = readJsonl<{ t: string; conn: string; data: string }>(
    join(folder, 'book_recordings/v5_spot_BTCUSDT_linear_BTC_SOL.jsonl'),
  )
    .filter(({ t, conn }) => t === 'recv' && conn === 'BYBIT.ws.3')
    .map(({ data }) => JSON.parse(data) as Json);
  const frame = (topic: string, type: string): Json | undefined =>
    recorded.find((one) => one.topic === topic && one.type === type);
  const named = (file: string): Map<string, Json> =>
    new Map(
      readJsonl<{ name: string; text: string }>(join(folder, file)).map(({ name, text }) => [
        name,
        JSON.parse(text) as Json,
      ]),
    );
  const documented = (file: string): Map<string, Json> =>
    new Map(
      readJsonl<{ name: string; response: string | Json }>(join(folder, file)).map(({ name, response }) => [
        name,
        (typeof response === 'string' ? JSON.parse(response) : response) as Json,
      ]),
    );
  const steps = (file: string, name: string): Json[] =>
    readJsonl<{ name: string; steps: { dir: string; text: string }[] }>(join(folder, file))
      .find((one) => one.name === name)
      ?.steps.filter(({ dir }) => dir !== 'client')
      .map(({ text }) => JSON.parse(text) as Json) ?? [];
  const rest = documented('rest_private/jkorf.jsonl');
  const market = documented('rest_public/jkorf.jsonl');
  const wallet = steps('ws_private/jkorf.jsonl', 'Subscriptions/V5/Private/Balance');
  const entry = steps('ws_control_and_order_entry/jkorf.jsonl', 'Socket/V5Api/Private/PlaceOrder');
  const pushes = readJsonl<Json>(join(folder, 'ws_private/gct_wsAuth.jsonl'));
  const instruments = readJson<{ body: { result: { list: Json[] } } & Json }>(
    join(folder, 'rest_public/instruments_spot_2026.json'),
  ).body;
  const spot = pushes.find(({ id }) => id === 'someID');

  describe('public frames, as recorded', () => {
    check([
      { name: 'subscribed', fixture: recorded.find(({ op }) => op === 'subscribe') },
      { name: 'snapshot', fixture: frame('orderbook.200.BTCUSDT', 'snapshot') },
      {
        name: 'delta',
        fixture: recorded.find(
          ({ topic, type, data }) =>
            topic === 'orderbook.200.BTCUSDT' && type === 'delta' && ((data as Json).b as unknown[]).length > 0,
        ),
      },
      {
        name: 'top',
        fixture: named('ws_public/nautilus.jsonl').get('ws_orderbook_snapshot'),
        reasons: [[/^\+ cts$/, 'in every recorded book message; the fixture is a documented example']],
      },
      { name: 'ticker', fixture: frame('tickers.BTCUSDT', 'snapshot') },
      { name: 'trade', fixture: frame('publicTrade.BTCUSDT', 'snapshot') },
    ]);

    it('has the keys of a book message in the recorded order', () => {
      const order = (value: unknown): string[] => Object.keys(value as Json);
      for (const [ours, theirs] of [
        ['snapshot', frame('orderbook.200.BTCUSDT', 'snapshot')],
        ['delta', frame('orderbook.200.BTCUSDT', 'delta')],
        ['ticker', frame('tickers.BTCUSDT', 'snapshot')],
      ] as const) {
        expect(order(emitted.get(ours))).toEqual(order(theirs));
        expect(order(emitted.get(ours)?.data)).toEqual(order(theirs?.data));
      }
    });
  });

  describe('public bodies', () => {
    check([
      { name: 'market/instruments-info', fixture: instruments },
      {
        name: 'market/orderbook',
        fixture: market.get('V5Api/ExchangeData/GetOrderbook'),
        reasons: [[/^\+ result\.cts$/, 'newer than the fixture']],
      },
      { name: 'market/tickers', fixture: market.get('V5Api/ExchangeData/GetSpotTickers') },
      {
        name: 'market/recent-trade',
        fixture: market.get('V5Api/ExchangeData/GetTradeHistory'),
        reasons: [[/^\+ result\.list\[\]\.(seq|isRPITrade)$/, 'newer than the fixture; documented in 2025']],
      },
    ]);

    it('lists the recorded pairs to the letter', () => {
      const ours = rowsIn(emitted.get('market/instruments-info')).filter(({ symbol }) =>
        ['SOLUSDT', 'XRPUSDT', 'DOGEUSDT'].includes(String(symbol)),
      );
      const theirs = ours.map(({ symbol }) => instruments.result.list.find((row) => row.symbol === symbol));
      expect(ours).toEqual(theirs);
    });
  });

  describe('private frames', () => {
    check([
      { name: 'private auth', fixture: wallet[0] },
      { name: 'private subscribed', fixture: wallet[1] },
      { name: 'trade auth', fixture: entry[0] },
      { name: 'order answer', fixture: entry[1], reasons: IDS },
      {
        name: 'order push',
        fixture: spot,
        reasons: [
          ...ORDER,
          [/^- .*\.createType$/, 'documented: spot does not have this key'],
          [/rpi(TakerAccess|MatchedQty)/, 'newer than the fixture'],
        ],
      },
      {
        name: 'execution push',
        fixture: pushes.find(({ topic }) => topic === 'execution'),
        reasons: [
          ...IDS,
          [/^\+ .*\.(execPnl|extraFees|feeCurrency|marketUnit)$/, 'newer than the fixture'],
          [/^~ .*\.markPrice/, 'only derivatives have one'],
        ],
      },
      {
        name: 'wallet push',
        fixture: wallet[2],
        reasons: [
          [/^\+ .*(ByMp|colRes|spotBorrow)$/, 'newer than the fixture'],
          [/^~ .*\.total(OrderIM|PositionIM|PositionMM)/, 'zero outside portfolio margin, where it is empty'],
          [/^~ .*\.availableToWithdraw/, 'deprecated for unified accounts since January 2025, and empty'],
        ],
      },
    ]);
  });

  describe('private bodies', () => {
    check([
      { name: 'order/realtime', fixture: rest.get('V5Api/Trading/GetOrders'), reasons: ORDER },
      { name: 'order/history', fixture: rest.get('V5Api/Trading/GetOrderHistory'), reasons: ORDER },
      {
        name: 'execution/list',
        fixture: rest.get('V5Api/Trading/GetUserTrades'),
        reasons: [
          ...IDS,
          [/^\+ .*\.extraFees$/, 'newer than the fixture'],
          [/^~ .*\.markPrice/, 'only derivatives have one'],
        ],
      },
      {
        name: 'account/wallet-balance',
        fixture: rest.get('V5Api/Account/GetBalances'),
        reasons: [
          [/^\+ .*(ByMp|colRes|spotBorrow)$/, 'newer than the fixture'],
          [/^~ .*\.availableTo(Withdraw|Borrow)/, 'deprecated for unified accounts since January 2025, and empty'],
        ],
      },
      { name: 'account/fee-rate', fixture: rest.get('V5Api/Account/GetFeeRate') },
      {
        name: 'account/info',
        fixture: rest.get('V5Api/Account/GetMarginAccountInfo'),
        reasons: [[/^\+ (retExtInfo|time)$/, 'every answer has them; the documented example leaves them out']],
      },
      { name: 'user/query-api', fixture: rest.get('V5Api/Account/GetApiKeyInfo') },
      {
        name: 'order/cancel-all',
        fixture: rest.get('V5Api/Trading/CancelAllOrder'),
        reasons: [[/orderLinkId: text/, 'empty where the client gave none']],
      },
    ]);
  });

  it('has the documented words for its errors, but where answers were seen with others', () => {
    const rows = readJsonl<{ code: string; text: string }>(join(folder, 'rest_errors/codes.jsonl'));
    const plain = (text: string): string => text.replace(/\.$/, '').trim();
    const others = Object.entries(ERRORS)
      .filter(([code, text]) => {
        const known = rows.filter((row) => row.code === code);
        return known.length > 0 && !known.some((row) => plain(row.text) === plain(text));
      })
      .map(([code]) => code);
    expect(others).toEqual([
      // Parameter errors say which one; 10003 and 10404 stand in the list with other meanings or both meanings.
      '10001',
      '10003',
      '10004',
      '10404',
      '20006',
      '170131',
      '170134',
      '170137',
    ]);
  });
});
