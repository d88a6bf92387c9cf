import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FRAME, FrameBatch, type FrameKind } from '../../../src/core/frame.ts';
import { isObject, type Json, objectsOf, parseObject, textOf } from '../../../src/core/json.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { ErrorClass, GatewayEvent } from '../../../src/core/order.ts';
import { classOf, listedCodes } from '../../../src/venues/okx/errors.ts';
import { toListing } from '../../../src/venues/okx/instruments.ts';
import { readBalances, readFeeRates, readFill, readOrder } from '../../../src/venues/okx/orders.ts';
import { OkxParser } from '../../../src/venues/okx/parse.ts';
import { PushReader } from '../../../src/venues/okx/pushes.ts';
import { readReply } from '../../../src/venues/okx/rest.ts';
import { loginFrame, restHeaders, sign } from '../../../src/venues/okx/sign.ts';
import { describeWithFixtures, readJson, readJsonl } from '../../fixtures.ts';

interface Named {
  readonly name: string;
  readonly text?: string;
  readonly response?: string;
  readonly steps?: readonly { readonly dir: string; readonly text: string }[];
}

describeWithFixtures('okx signatures', (root) => {
  interface Vector {
    readonly name: string;
    readonly prehash: string;
    readonly expected: string;
    readonly secret: string;
    readonly api_key?: string;
    readonly passphrase?: string;
  }
  const vectors = readJson<Vector[]>(join(root, 'okx/signatures/vectors.json'));
  const vector = (name: string): Vector => vectors.find((entry) => entry.name === name) as Vector;

  it.each(vectors.map((entry) => [entry.name, entry] as const))('%s', (_, { secret, prehash, expected }) => {
    expect(sign(secret, prehash)).toBe(expected);
  });

  it('stand in the REST headers', () => {
    const { api_key = '', passphrase = '', secret, expected } = vector('v5_get_balance');
    const credentials = { apiKey: api_key, secret, passphrase };
    expect(restHeaders(credentials, '2020-12-08T09:08:57.715Z', 'GET', '/api/v5/account/balance', '')).toEqual({
      'OK-ACCESS-KEY': api_key,
      'OK-ACCESS-SIGN': expected,
      'OK-ACCESS-TIMESTAMP': '2020-12-08T09:08:57.715Z',
      'OK-ACCESS-PASSPHRASE': passphrase,
    });
  });

  it('stand in the login frame', () => {
    const { secret, expected } = vector('v5_ws_login');
    expect(JSON.parse(loginFrame({ apiKey: 'k', secret, passphrase: 'p' }, 1_538_054_050))).toEqual({
      op: 'login',
      args: [{ apiKey: 'k', passphrase: 'p', timestamp: '1538054050', sign: expected }],
    });
  });
});

describeWithFixtures('okx instruments of 2022', (root) => {
  const listings = (type: string) =>
    readJson<{ body: { data: Json[] } }>(join(root, `okx/rest_public/instruments_${type}_2022.json`)).body.data;

  it('all become listings', () => {
    const entries = listings('SPOT');
    const read = entries.flatMap((entry) => toListing(entry) ?? []);
    expect(read.length).toBeGreaterThan(200);
    // Instruments that had no ticks yet were not open.
    expect(entries.length - read.length).toBe(entries.filter((entry) => textOf(entry, 'tickSz') === '').length);
    for (const listing of read) expect(listing.symbol).toBe(listing.instrument);
  });

  it.each(['SWAP', 'FUTURES'])('leave %s out', (type) => {
    expect(listings(type).flatMap((entry) => toListing(entry) ?? [])).toEqual([]);
  });
});

describeWithFixtures('okx public frames', (root) => {
  const parser = new OkxParser(
    ['BTC-USDT', 'BTC-USD'].map((symbol) => ({ symbol, priceDecimals: 8, sizeDecimals: 8 })),
  );
  const kindOf = (text: string): FrameKind => {
    const batch = new FrameBatch();
    const bytes = Buffer.from(text);
    parser.parse(bytes, 0, bytes.length, batch);
    return batch.at(0).kind;
  };
  const files: Record<string, Record<string, FrameKind>> = {
    'live_2026-09_bytex': {
      sub_ack: FRAME.Control,
      sub_error_wrong_url: FRAME.Control,
      spot_trade: FRAME.Ignored,
      spot_books_snapshot_no_checksum: FRAME.Snapshot,
      spot_books_update_no_checksum: FRAME.Delta,
    },
    nautilus: {
      ws_bbo_tbt: FRAME.Top,
      ws_books_snapshot: FRAME.Snapshot,
      ws_books_update: FRAME.Delta,
      ws_instruments: FRAME.Ignored,
      ws_tickers: FRAME.Ignored,
      ws_trades: FRAME.Ignored,
    },
  };

  it.each(Object.keys(files))('%s', (file) => {
    const rows = readJsonl<Named>(join(root, `okx/ws_public/${file}.jsonl`));
    expect(Object.fromEntries(rows.map((row) => [row.name, kindOf(row.text ?? '')]))).toEqual(files[file]);
  });

  it('of today are read by the scanner, and chain', () => {
    const rows = readJsonl<Named>(join(root, 'okx/ws_public/live_2026-09_bytex.jsonl'));
    const books = rows.filter((row) => row.name.startsWith('spot_books'));
    const batch = new FrameBatch();
    const seqs = books.map((row) => {
      const bytes = Buffer.from(row.text ?? '');
      expect(parser.tryFast(bytes, 0, bytes.length, batch)).toBe(true);
      expect(batch.at(0).checksum).toBeNaN();
      return [batch.at(0).lastSeq, batch.at(0).prevSeq];
    });
    expect(seqs).toEqual([
      [81_625_399_056, -1],
      [81_625_399_057, 81_625_399_056],
    ]);
  });

  it('REST books are read as snapshots', () => {
    const rows = readJsonl<Named>(join(root, 'okx/rest_public/nautilus.jsonl'));
    const text = rows.find((row) => row.name === 'http_get_order_book')?.text ?? '';
    const batch = new FrameBatch();
    parser.parseSnapshot(Buffer.from(text), 0, Buffer.byteLength(text), 0, batch);
    expect([batch.at(0).kind, batch.at(0).bids.count, batch.at(0).asks.count]).toEqual([FRAME.Snapshot, 3, 3]);
  });
});

/** What the pushes of one frame become. */
function pushed(...texts: readonly string[]): GatewayEvent[] {
  const events: GatewayEvent[] = [];
  const reader = new PushReader((event) => events.push(event), silentLog);
  for (const text of texts) {
    const frame = parseObject(text);
    if (frame === undefined || !isObject(frame.arg)) throw new Error('not a push');
    reader.read(textOf(frame.arg, 'channel'), objectsOf(frame, 'data'));
  }
  return events;
}

describeWithFixtures('okx private pushes', (root) => {
  const path = (file: string) => join(root, `okx/ws_private/${file}.jsonl`);

  it('of spot orders become fills and reports', () => {
    const frames = readJsonl<object>(path('gct_wsOrders')).map((frame) => JSON.stringify(frame));
    const order = { clientId: '', venueOrderId: '620258920632008725', symbol: 'BTC-USDT', side: 'sell' };
    expect(pushed(...frames)).toEqual([
      {
        kind: 'LegFilled',
        fill: {
          clientId: 'HamsterParty14',
          venueOrderId: '452197707845865472',
          tradeId: '242589207',
          symbol: 'BTC-USDT',
          side: 'sell',
          price: '31527.1',
          size: '0.001',
          fee: '0.02522168',
          feeAsset: 'USDT',
          maker: true,
          venueAt: 1_654_084_353_263,
        },
      },
      {
        kind: 'OrderUpdated',
        report: {
          clientId: 'HamsterParty14',
          venueOrderId: '452197707845865472',
          symbol: 'BTC-USDT',
          side: 'sell',
          status: 'filled',
          filled: '0.001',
          venueAt: 1_654_084_353_264,
        },
      },
      { kind: 'OrderUpdated', report: { ...order, status: 'open', filled: '0', venueAt: 1_694_153_250_532 } },
      {
        kind: 'LegFilled',
        fill: {
          ...order,
          tradeId: '435550732',
          price: '26228.1',
          size: '0.00038128',
          fee: '0.010000249968',
          feeAsset: 'USDT',
          maker: false,
          venueAt: 1_694_153_250_535,
        },
      },
      { kind: 'OrderUpdated', report: { ...order, status: 'open', filled: '0.00038128', venueAt: 1_694_153_250_535 } },
      {
        kind: 'OrderUpdated',
        report: { ...order, status: 'filled', filled: '0.00038128', venueAt: 1_694_153_250_535 },
      },
    ]);
  });

  /** Kinds of the events of each frame, or why there are none. */
  const expected: Record<string, readonly string[] | { readonly ignored: string }> = {
    ws_account_empty: { ignored: 'an account without assets changes no balance' },
    ws_orders_adl: { ignored: 'a swap order; the subscription is for SPOT' },
    ws_orders_algo: { ignored: 'algo orders have a channel of their own, not subscribed' },
    ws_orders_optimal_limit_ioc: { ignored: 'a swap order; the subscription is for SPOT' },
    ws_sprd_orders: { ignored: 'spread trading has a channel of its own, not subscribed' },
    'Subscriptions/Unified/Account/Balance': ['BalancesChanged'],
    'Subscriptions/Unified/Account/BalanceAndPosition': { ignored: 'the account channel says it; not subscribed' },
    'Subscriptions/Unified/Account/Greeks': { ignored: 'options; not subscribed' },
    'Subscriptions/Unified/Trading/AdvancedAlgoOrder': { ignored: 'algo orders; not subscribed' },
    'Subscriptions/Unified/Trading/AlgoOrder': { ignored: 'algo orders; not subscribed' },
    'Subscriptions/Unified/Trading/Order': ['LegFilled', 'OrderUpdated'],
    'Subscriptions/Unified/Trading/UserTrade': { ignored: 'needs tier VIP6; the orders channel carries the fills' },
  };

  it('of every fixture become events or are ignored for a reason', () => {
    const seen: Record<string, readonly string[]> = {};
    for (const row of [...readJsonl<Named>(path('nautilus')), ...readJsonl<Named>(path('jkorf'))]) {
      const texts = row.steps?.filter((step) => step.dir === 'server_update').map((step) => step.text) ?? [
        row.text ?? '',
      ];
      seen[row.name] = pushed(...texts).map((event) => event.kind);
    }
    const wanted = Object.entries(expected).map(([name, kinds]) => [name, 'ignored' in kinds ? [] : kinds]);
    expect(seen).toEqual(Object.fromEntries(wanted));
  });

  it('of the account become balances', () => {
    const row = readJsonl<Named>(path('jkorf')).find((entry) => entry.name.endsWith('Account/Balance')) as Named;
    const text = row.steps?.find((step) => step.dir === 'server_update')?.text ?? '';
    expect(pushed(text)).toEqual([
      {
        kind: 'BalancesChanged',
        balances: [{ asset: 'USDT', free: '4734.371190691436', locked: '158.57998' }],
      },
    ]);
  });
});

describeWithFixtures('okx private REST bodies', (root) => {
  const items = (text: string): readonly Json[] => {
    const result = readReply({ status: 200, headers: {}, body: Buffer.from(text) });
    if (!result.ok) throw new Error(`refused: ${result.error.code}`);
    return result.value;
  };
  const single = (text: string): Json => parseObject(text) as Json;
  const order = {
    clientId: '',
    venueOrderId: '680800019749904384',
    symbol: 'BTC-USDT',
    side: 'buy',
    status: 'filled',
    filled: '0.00192834',
    venueAt: 1_708_587_373_362,
  };
  const acked = (ordId: string) => (text: string) => expect(textOf(items(text)[0] as Json, 'ordId')).toBe(ordId);
  const ignored = (reason: string) => ({ ignored: reason });
  const notSpot = ignored('positions, loans and margin are not used on spot');
  const algo = ignored('algo and spread orders are not used');
  const notOurs = ignored('the gateway does not ask for it');

  const readings: Record<string, ((text: string) => void) | { readonly ignored: string }> = {
    http_balance_detail_new_fields: (text) =>
      expect(readBalances({ details: [single(text)] })).toEqual([{ asset: 'USDT', free: '100.0', locked: '0' }]),
    http_balance_detail_old_fields: (text) =>
      expect(readBalances({ details: [single(text)] })).toEqual([{ asset: 'USDT', free: '100.0', locked: '0' }]),
    http_get_account_balance: (text) =>
      expect(items(text).flatMap(readBalances)).toEqual([
        { asset: 'USDT', free: '94.42612990333333', locked: '5.468566666666667' },
      ]),
    'http_get_account_positions-history': notSpot,
    http_get_orders_algo_history: algo,
    http_get_orders_algo_pending_close_fraction: algo,
    http_get_orders_history: (text) => expect(items(text).map(readOrder), 'a swap order').toEqual([undefined]),
    http_get_orders_pending_with_attached_tp_sl: (text) =>
      expect(items(text).map(readOrder), 'a swap order').toEqual([undefined]),
    http_get_positions: notSpot,
    http_get_spread_orders: algo,
    http_get_spread_trades: algo,
    http_get_trade_fee_response: (text) =>
      expect(readFeeRates(items(text)[0] as Json, 'USDT')).toEqual({ taker: '0.001', maker: '0.0008' }),
    http_place_algo_order_rejected: (text) =>
      expect(readReply({ status: 200, headers: {}, body: Buffer.from(text) })).toEqual({
        ok: false,
        error: { class: 'filter', code: '51000', message: 'Parameter instId error' },
      }),
    http_place_order_response: (text) =>
      acked('12345678901234567890')(JSON.stringify({ code: '0', msg: '', data: [single(text)] })),
    http_set_position_mode_response: notSpot,
    http_transaction_detail: (text) =>
      expect(readFill(single(text))).toEqual({
        clientId: 'client_123',
        venueOrderId: '987654321',
        tradeId: '123456789',
        symbol: 'BTC-USDT',
        side: 'buy',
        price: '42000.5',
        size: '0.001',
        fee: '-0.042',
        feeAsset: 'USDT',
        maker: false,
        venueAt: 1_625_097_600_000,
      }),
    http_transaction_detail_empty_fee: (text) => expect(readFill(single(text))).toMatchObject({ fee: '0' }),
    'UnifiedApi/Account/GetAccountBalance': (text) =>
      expect(items(text).flatMap(readBalances)).toEqual([
        { asset: 'USDT', free: '4834.317093622894', locked: '158.573' },
      ]),
    'UnifiedApi/Account/GetAccountPositionRisk': notSpot,
    'UnifiedApi/Account/GetAccountPositions': notSpot,
    'UnifiedApi/Account/GetAffiliateInviteeDetails': notOurs,
    'UnifiedApi/Account/GetBillArchive': notOurs,
    'UnifiedApi/Account/GetBillHistory': notOurs,
    'UnifiedApi/Account/GetBorrowInterestLimit': notSpot,
    'UnifiedApi/Account/GetBorrowRepayHistory': notSpot,
    'UnifiedApi/Account/GetEstimatedLeverageInfo': notSpot,
    'UnifiedApi/Account/GetFeeRates': (text) =>
      expect(readFeeRates(items(text)[0] as Json, 'USDT')).toEqual({ taker: '0.001', maker: '0.0008' }),
    'UnifiedApi/Account/GetFundingBalance': ignored('the funding account cannot trade'),
    'UnifiedApi/Account/GetFundingBillDetails': notOurs,
    'UnifiedApi/Account/GetFundingBillHistory': notOurs,
    'UnifiedApi/Account/GetGreeks': notSpot,
    'UnifiedApi/Account/GetInterestAccrued': notSpot,
    'UnifiedApi/Account/GetMaximumAvailableAmount': notOurs,
    'UnifiedApi/Account/PrecheckAccountModeSwitchAsync': notOurs,
    'UnifiedApi/Account/PresetAccountModeSwitch': notOurs,
    'UnifiedApi/Account/SetAccountLeverage': notSpot,
    'UnifiedApi/Account/SetAccountMode': notOurs,
    'UnifiedApi/Account/SetAutoRepay': notSpot,
    'UnifiedApi/Account/SetGreeks': notSpot,
    'UnifiedApi/Account/SetIsolatedMarginMode': notSpot,
    'UnifiedApi/Account/SetMarginAmount': notSpot,
    'UnifiedApi/Trading/AmendAlgoOrder': algo,
    'UnifiedApi/Trading/AmendOrder': ignored('orders are not amended'),
    'UnifiedApi/Trading/CancelAlgoOrder': algo,
    'UnifiedApi/Trading/CancelOrder': acked('12345689'),
    'UnifiedApi/Trading/ClosePosition': notSpot,
    'UnifiedApi/Trading/GetAccountRateLimit': notOurs,
    'UnifiedApi/Trading/GetAlgoOrderHistory': algo,
    'UnifiedApi/Trading/GetAlgoOrderList': algo,
    'UnifiedApi/Trading/GetOneClickRepayCurrencyList': notSpot,
    'UnifiedApi/Trading/GetOneClickRepayHistory': notSpot,
    'UnifiedApi/Trading/GetOrderDetails': (text) => expect(items(text).map(readOrder)).toEqual([order]),
    'UnifiedApi/Trading/GetOrderHistory': (text) => expect(items(text).map(readOrder)).toEqual([order]),
    'UnifiedApi/Trading/GetUserTradesArchive': (text) =>
      expect(items(text).map(readFill)).toEqual([
        {
          clientId: '',
          venueOrderId: '680800019749904384',
          tradeId: '744876980',
          symbol: 'BTC-USDT',
          side: 'buy',
          price: '51858',
          size: '0.00192834',
          fee: '0.00000192834',
          feeAsset: 'BTC',
          maker: false,
          venueAt: 1_708_587_373_361,
        },
      ]),
    'UnifiedApi/Trading/PlaceAlgoOrder': algo,
    'UnifiedApi/Trading/PlaceMultipleOrders': acked('12345689'),
    'UnifiedApi/Trading/PlaceOrder': acked('312269865356374016'),
  };

  const rows = ['nautilus', 'jkorf'].flatMap((file) => readJsonl<Named>(join(root, `okx/rest_private/${file}.jsonl`)));

  it('are all listed here', () => {
    expect(rows.map((row) => row.name).sort()).toEqual(Object.keys(readings).sort());
  });

  const read = rows.filter((row) => typeof readings[row.name] === 'function');
  it.each(read.map((row) => [row.name, row] as const))('%s', (name, row) => {
    const reading = readings[name];
    if (typeof reading === 'function') reading(row.text ?? row.response ?? '');
  });
});

describeWithFixtures('okx error codes', (root) => {
  const path = (file: string) => join(root, `okx/rest_errors/${file}.jsonl`);

  it('are listed once each, every documented one among them', () => {
    expect(new Set(listedCodes).size).toBe(listedCodes.length);
    const listed = new Set(listedCodes);
    const documented = readJsonl<{ code: string }>(path('codes')).map((row) => row.code);
    expect(documented.filter((code) => !listed.has(code))).toEqual([]);
    // "1" stands for the items' own codes; whatever is no special class is a plain refusal.
    expect(classOf('1')).toBe('other');
    expect(classOf('99999')).toBe('other');
  });

  /** Classes of another client for the same codes. */
  const meaning: Record<string, ErrorClass> = {
    Unauthorized: 'auth',
    InvalidTimestamp: 'clock',
    SystemError: 'maintenance',
    Timeout: 'unknown-outcome',
    RateLimitRequest: 'rate-limit',
    RateLimitOrder: 'filter',
    InvalidParameter: 'other',
    MissingParameter: 'other',
    InvalidQuantity: 'filter',
    InvalidPrice: 'filter',
    InsufficientBalance: 'insufficient-funds',
    DuplicateClientOrderId: 'duplicate-client-id',
    UnknownSymbol: 'other',
    UnknownOrder: 'unknown-order',
    UnavailableSymbol: 'maintenance',
    InvalidStopParameters: 'other',
    NoPosition: 'other',
    MaxPosition: 'filter',
    IncorrectState: 'other',
    RejectedOrderConfiguration: 'other',
  };
  const differences: Record<string, { readonly ours: ErrorClass; readonly because: string }> = {
    '50004': { ours: 'unknown-outcome', because: 'its text says that success or failure is not known' },
    '50026': { ours: 'unknown-outcome', because: 'HTTP 500: nothing is said of what was done' },
    '50036': { ours: 'clock', because: 'expTime in the past: our offset to the venue clock is wrong' },
    '50061': { ours: 'rate-limit', because: 'its text is a rate of orders, not a number of open ones' },
    '51000': { ours: 'filter', because: 'it names a price or size that the venue does not take' },
    '51021': { ours: 'other', because: 'not listed yet: waiting minutes does not help' },
    '51027': { ours: 'other', because: 'expired: waiting does not help' },
    '51180': { ours: 'filter', because: 'a range of price or size' },
    '54009': { ours: 'filter', because: 'a range of price or size' },
    '51260': { ours: 'other', because: 'a number of algo orders, which are not used' },
    '51261': { ours: 'other', because: 'a number of algo orders, which are not used' },
    '51262': { ours: 'other', because: 'a number of algo orders, which are not used' },
    '51263': { ours: 'other', because: 'a number of algo orders, which are not used' },
    '51400': { ours: 'unknown-order', because: 'its text includes that the order does not exist; nothing is open' },
  };

  it('agree with the classes of another client, but for listed differences', () => {
    const rows = readJsonl<{ code: string; class: string }>(path('class_map_jkorf'));
    const found: Record<string, ErrorClass> = {};
    for (const row of rows) {
      expect(meaning, row.class).toHaveProperty(row.class);
      if (classOf(row.code) !== meaning[row.class]) found[row.code] = classOf(row.code);
    }
    expect(found).toEqual(Object.fromEntries(Object.entries(differences).map(([code, { ours }]) => [code, ours])));
  });
});

describe('okx login vectors', () => {
  it('do not depend on fixtures: the documented prehash is timestamp, method and path', () => {
    const args = JSON.parse(loginFrame({ apiKey: 'a', secret: 's', passphrase: 'p' }, 1)).args[0];
    expect(args.sign).toBe(sign('s', '1GET/users/self/verify'));
  });
});
