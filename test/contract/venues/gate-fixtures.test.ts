import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FRAME, FrameBatch, type FrameKind } from '../../../src/core/frame.ts';
import { isObject, type Json, objectsOf, parseJson, parseObject } from '../../../src/core/json.ts';
import { silentLog } from '../../../src/core/log.ts';
import { ERROR_CLASSES, type ErrorClass, type GatewayEvent } from '../../../src/core/order.ts';
import { classOf, listedCodes, subscriptionError } from '../../../src/venues/gate/errors.ts';
import { toListing } from '../../../src/venues/gate/instruments.ts';
import { readBalance, readFeeRates, readFill, readOrder } from '../../../src/venues/gate/orders.ts';
import { GateParser } from '../../../src/venues/gate/parse.ts';
import { PushReader } from '../../../src/venues/gate/pushes.ts';
import { readReply } from '../../../src/venues/gate/rest.ts';
import { privateScript, refusalOf } from '../../../src/venues/gate/session.ts';
import { loginFrame, restHeaders, restText, sign, subscribeFrame } from '../../../src/venues/gate/sign.ts';
import { describeWithFixtures, readJson, readJsonl } from '../../fixtures.ts';

interface Named {
  readonly name: string;
  readonly response?: string;
  readonly note?: string;
  readonly steps?: readonly { readonly dir: string; readonly text: string }[];
}

interface Ignored {
  readonly ignored: string;
}
const ignored = (reason: string): Ignored => ({ ignored: reason });
const futures = ignored('perpetual futures; this venue is its spot market');
const alpha = ignored('Gate Alpha trades tokens on chains');
const margin = ignored('margin and unified borrowing are not used on spot');
const trigger = ignored('trigger orders are not used');
const notOurs = ignored('the gateway does not ask for it');

const replyOf = (status: number, text: string) => ({ status, headers: {}, body: Buffer.from(text) });
const NOW_MS = 1_750_000_000_000;

function parsedOf(text: string): unknown {
  const result = readReply(replyOf(200, text), NOW_MS);
  if (!result.ok) throw new Error(`refused: ${result.error.code}`);
  return result.value;
}
const items = (text: string): Json[] => (parsedOf(text) as unknown[]).filter(isObject);
const single = (text: string): Json => parsedOf(text) as Json;

describeWithFixtures('gate signatures', (root) => {
  interface Vector {
    readonly name: string;
    readonly prehash: string;
    readonly expected: string;
    readonly secret: string;
    readonly api_key: string;
    readonly body?: string;
  }
  const vectors = readJson<Vector[]>(join(root, 'gate/signatures/vectors.json'));
  const vector = (name: string): Vector => vectors.find((entry) => entry.name === name) as Vector;

  it.each(vectors.map((entry) => [entry.name, entry] as const))('%s', (_, { secret, prehash, expected }) => {
    expect(sign(secret, prehash)).toBe(expected);
  });

  it('stand in the REST headers, over the query as it is meant', () => {
    const { api_key, secret, prehash, expected, body = '' } = vector('futures_list_orders');
    const [method = '', path = '', query = '', , seconds = ''] = prehash.split('\n');
    expect(restText(method, path, query, body, Number(seconds))).toBe(prehash);
    expect(restHeaders({ apiKey: api_key, secret }, method, path, query, body, Number(seconds))).toEqual({
      KEY: api_key,
      SIGN: expected,
      Timestamp: seconds,
    });
  });

  it('stand in private subscriptions', () => {
    const { api_key, secret, expected } = vector('ws_v4_auth');
    expect(JSON.parse(subscribeFrame({ apiKey: api_key, secret }, 'spot.orders', ['!all'], 1_611_541_000))).toEqual({
      time: 1_611_541_000,
      channel: 'spot.orders',
      event: 'subscribe',
      payload: ['!all'],
      auth: { method: 'api_key', KEY: api_key, SIGN: expected },
    });
  });

  it('of order entry are over event, channel, parameter and time, each on its line', () => {
    const frame = JSON.parse(loginFrame({ apiKey: 'k', secret: 's' }, 'login', 7)) as { payload: Json };
    expect(frame.payload).toEqual({
      req_id: 'login',
      api_key: 'k',
      timestamp: '7',
      signature: sign('s', 'api\nspot.login\n\n7'),
    });
  });
});

describeWithFixtures('gate pairs', (root) => {
  const pairs = readJson<{ body: Json[] }>(join(root, 'gate/rest_public/spot_currency_pairs_2021.json')).body;

  it('of 2021 all become listings', () => {
    const listings = pairs.map(toListing);
    expect(listings).toHaveLength(874);
    for (const listing of listings) expect(listing.symbol).toBe(listing.instrument.replace('-', '_'));
    const trading = listings.filter((listing) => listing.trading).length;
    expect(trading).toBe(pairs.filter((pair) => pair.trade_status === 'tradable').length);
    expect(trading).toBeLessThan(874);
    expect(listings.find(({ symbol }) => symbol === 'ALEPH_USDT')).toEqual({
      venue: 'gate',
      instrument: 'ALEPH-USDT',
      base: 'ALEPH',
      quote: 'USDT',
      symbol: 'ALEPH_USDT',
      trading: true,
      priceTick: '0.0001',
      sizeLot: '0.001',
      minSize: '0.001',
      minNotional: '1',
    });
  });
});

describeWithFixtures('gate public bodies and frames', (root) => {
  const parser = new GateParser(
    ['BTC_USDT', 'ETH_USDT'].map((symbol) => ({ symbol, priceDecimals: 8, sizeDecimals: 8 })),
  );
  const batch = new FrameBatch();
  const snapshot = (text: string) => {
    parser.parseSnapshot(Buffer.from(text), 0, Buffer.byteLength(text), 0, batch);
    const { kind, lastSeq, bids, asks } = batch.at(0);
    return [kind, lastSeq, bids.count, asks.count];
  };

  it('every body is read, or left alone for a reason', () => {
    const readings: Record<string, ((text: string) => void) | Ignored> = {
      'Alpha/ExchangeData/GetTickers': alpha,
      'PerpetualFutures/ExchangeData/GetContract': futures,
      'PerpetualFutures/ExchangeData/GetContractStats': futures,
      'PerpetualFutures/ExchangeData/GetFundingRateHistory': futures,
      'PerpetualFutures/ExchangeData/GetIndexKlines': futures,
      'PerpetualFutures/ExchangeData/GetLiquidations': futures,
      'PerpetualFutures/ExchangeData/GetOrderBook': futures,
      'PerpetualFutures/ExchangeData/GetTrades': futures,
      'Spot/ExchangeData/GetAsset': notOurs,
      'Spot/ExchangeData/GetAssets': notOurs,
      'Spot/ExchangeData/GetDiscountTiers': margin,
      'Spot/ExchangeData/GetNetworks': notOurs,
      'Spot/ExchangeData/GetOrderBook': (text) => expect(snapshot(text)).toEqual([FRAME.Snapshot, 123456, 2, 2]),
      'Spot/ExchangeData/GetSymbols': (text) =>
        expect(items(text).map(toListing)).toEqual([
          {
            venue: 'gate',
            instrument: 'ETH-USDT',
            base: 'ETH',
            quote: 'USDT',
            symbol: 'ETH_USDT',
            trading: true,
            priceTick: '0.000001',
            sizeLot: '0.001',
            minSize: '0.001',
            maxSize: '10000',
            minNotional: '1',
          },
        ]),
    };
    const rows = readJsonl<Named>(join(root, 'gate/rest_public/jkorf.jsonl'));
    expect(rows.map(({ name }) => name).sort()).toEqual(Object.keys(readings).sort());
    for (const { name, response = '' } of rows) {
      const reading = readings[name];
      if (typeof reading === 'function') reading(response);
    }
  });

  it('a recorded book of 2025 is read, in another order of keys', () => {
    interface Routes {
      readonly routes: Record<string, { readonly GET: readonly { readonly data: object }[] }>;
    }
    const { routes } = readJson<Routes>(join(root, 'gate/rest_public/gct_spot_order_book.json'));
    const body = routes['/api/v4/spot/order_book']?.GET[0]?.data;
    expect(snapshot(JSON.stringify(body))).toEqual([FRAME.Snapshot, 27596272445, 5, 5]);
    expect(batch.at(0).venueAt).toBe(1759104757919);
  });

  it('every frame is of the kind that it should be', () => {
    const kinds = { ack: FRAME.Control, other: FRAME.Ignored } as const;
    for (const { name, steps = [] } of readJsonl<Named>(join(root, 'gate/ws_public/jkorf.jsonl'))) {
      // Two scripts at once; each text begins with its number.
      const texts = steps.filter(({ dir }) => dir !== 'client').map(({ dir, text }) => [dir, text.replace(/^\d /, '')]);
      expect(texts.length, name).toBeGreaterThan(1);
      for (const [dir, text = ''] of texts) {
        const bytes = Buffer.from(text.replaceAll('|id|', '1'));
        parser.parse(bytes, 0, bytes.length, batch);
        const expected: FrameKind = dir === 'server' ? kinds.ack : kinds.other;
        expect(batch.at(0).kind, `${name}: ${text.slice(0, 80)}`).toBe(expected);
      }
    }
  });
});

/** What the pushes of a script become. */
function pushed(steps: Named['steps'] = []): GatewayEvent[] {
  const events: GatewayEvent[] = [];
  const reader = new PushReader(
    (event) => events.push(event),
    silentLog,
    () => {},
  );
  for (const { dir, text } of steps) if (dir === 'server_update') reader.read(parseObject(text) as Json);
  return events;
}

describeWithFixtures('gate private pushes', (root) => {
  const rows = readJsonl<Named>(join(root, 'gate/ws_private/jkorf.jsonl'));
  const expected: Record<string, readonly GatewayEvent[] | Ignored> = {
    'Subscriptions/Futures/SubscribeToBalanceUpdates': futures,
    'Subscriptions/Futures/SubscribeToOrderUpdates': futures,
    'Subscriptions/Futures/SubscribeToPositionCloseUpdates': futures,
    'Subscriptions/Futures/SubscribeToReduceRiskLimitUpdates': futures,
    'Subscriptions/Futures/SubscribeToTriggerOrderUpdates': futures,
    'Subscriptions/Futures/SubscribeToUserAutoDeleverageUpdates': futures,
    'Subscriptions/Futures/SubscribeToUserTradeUpdates': futures,
    'Subscriptions/Spot/SubscribeToBalanceUpdates': [
      { kind: 'BalancesChanged', balances: [{ asset: 'USDT', free: '222244.3827', locked: '5' }] },
    ],
    'Subscriptions/Spot/SubscribeToCrossMarginBalanceUpdates': margin,
    'Subscriptions/Spot/SubscribeToFundingBalanceUpdates': ignored('lent funds cannot trade'),
    'Subscriptions/Spot/SubscribeToMarginBalanceUpdates': margin,
    'Subscriptions/Spot/SubscribeToOrderUpdates': [
      {
        kind: 'OrderUpdated',
        report: {
          clientId: 'testtext',
          venueOrderId: '399123456',
          symbol: 'BTC_USDT',
          side: 'sell',
          status: 'open',
          filled: '0',
          venueAt: 1_694_655_225_315,
        },
      },
    ],
    'Subscriptions/Spot/SubscribeToTriggerOrderUpdates': trigger,
    'Subscriptions/Spot/SubscribeToUserTradeUpdates': [
      {
        kind: 'LegFilled',
        fill: {
          clientId: '',
          venueOrderId: '30784428',
          tradeId: '5736713',
          symbol: 'BTC_USDT',
          side: 'sell',
          price: '10000.00000000',
          size: '1.00000000',
          fee: '0.00200000000000',
          feeAsset: 'USDT',
          maker: false,
          venueAt: 1_605_176_741_123,
        },
      },
    ],
  };

  it('of every fixture become events or are ignored for a reason', () => {
    expect(rows.map(({ name }) => name).sort()).toEqual(Object.keys(expected).sort());
    for (const { name, steps } of rows) {
      const wanted = expected[name] ?? [];
      expect(pushed(steps), name).toEqual('ignored' in wanted ? [] : wanted);
    }
  });
});

describeWithFixtures('gate private REST bodies', (root) => {
  const report = {
    clientId: 'abc123',
    venueOrderId: '1852454420',
    symbol: 'BTC_USDT',
    side: 'buy',
    status: 'filled',
    filled: '0.001',
    venueAt: 1_710_488_334_074,
  };
  const isOrder = (text: string): void => expect(readOrder(single(text))).toEqual(report);
  const areOrders = (text: string): void => expect(items(text).map(readOrder)).toEqual([report]);

  const readings: Record<string, ((text: string) => void) | Ignored> = {
    'Spot/Account/CrossMarginRepay': margin,
    'Spot/Account/GetBalances': (text) =>
      expect(items(text).map(readBalance)).toEqual([{ asset: 'ETH', free: '968.8', locked: '0' }]),
    'Spot/Account/GetCrossMarginAccounts': margin,
    'Spot/Account/GetCrossMarginInterestHistory': margin,
    'Spot/Account/GetCrossMarginMaxBorrowable': margin,
    'Spot/Account/GetGTDeductionStatus': ignored('each fill says in what it was paid'),
    'Spot/Account/GetMarginAccounts': margin,
    'Spot/Account/GetMarginAutoRepay': margin,
    'Spot/Account/GetMarginBalanceHistory': margin,
    'Spot/Account/GetMarginInterestHistory': margin,
    'Spot/Account/GetMarginMaxBorrowable': margin,
    'Spot/Account/GetRiskUnits': margin,
    'Spot/Account/GetSmallBalanceConversions': notOurs,
    'Spot/Account/GetTradingFee': (text) =>
      expect(readFeeRates(single(text))).toEqual({ taker: '0.002', maker: '0.002' }),
    'Spot/Account/GetUnifiedAccountInfo': margin,
    'Spot/Account/GetUnifiedLeverage': margin,
    'Spot/Account/GetUnifiedLeverageConfigs': margin,
    'Spot/Account/MarginBorrowOrRepay': margin,
    'Spot/Account/SetUnifiedAccountMode': margin,
    'Spot/Account/SetUnifiedLeverage': margin,
    'Spot/Trading/CancelAllOders': areOrders,
    'Spot/Trading/CancelAllTriggerOrders': trigger,
    'Spot/Trading/CancelOrder': isOrder,
    'Spot/Trading/CancelOrders': ignored('orders are cancelled one by one'),
    'Spot/Trading/CancelOrdersAfter': notOurs,
    'Spot/Trading/EditOrder': isOrder,
    'Spot/Trading/GetOpenOrders': (text) =>
      expect(items(text).flatMap((group) => objectsOf(group, 'orders').map(readOrder))).toEqual([
        {
          clientId: '123456',
          venueOrderId: '12332324',
          symbol: 'ETH_BTC',
          side: 'buy',
          status: 'open',
          filled: '0.5',
          venueAt: Number.NaN,
        },
      ]),
    'Spot/Trading/GetOrder': isOrder,
    'Spot/Trading/GetOrders': areOrders,
    'Spot/Trading/GetTriggerOrder': trigger,
    'Spot/Trading/PlaceMultipleOrder': (text) =>
      // `filled_amount` of the example contradicts amount and rest.
      expect(items(text).map(readOrder)).toMatchObject([{ status: 'cancelled', filled: '0.5', clientId: '123456' }]),
    'Spot/Trading/PlaceOrder': isOrder,
  };

  const rows = readJsonl<Named>(join(root, 'gate/rest_private/jkorf.jsonl'));

  it('of every fixture are read, or left alone for a reason', () => {
    const spot = rows.filter(({ name }) => name.startsWith('Spot/'));
    expect(spot.map(({ name }) => name).sort()).toEqual(Object.keys(readings).sort());
    for (const { name, response = '' } of spot) {
      const reading = readings[name];
      if (typeof reading === 'function') reading(response);
    }
    const others = rows.filter(({ name }) => !name.startsWith('Spot/')).map(({ name }) => name.split('/')[0]);
    expect([...new Set(others)].sort(), `${alpha.ignored}; ${futures.ignored}`).toEqual(['Alpha', 'PerpetualFutures']);
  });

  it('of futures are taken for no order, no fill and no balance of ours', () => {
    for (const { name, response = '' } of rows.filter(({ name }) => name.startsWith('PerpetualFutures/'))) {
      const value = parseJson(response);
      for (const item of (Array.isArray(value) ? value : [value]).filter(isObject)) {
        expect([readOrder(item), readFill(item)], name).toEqual([undefined, undefined]);
      }
    }
  });

  it('a documented trade becomes a fill', () => {
    const documented = {
      id: '1232893232',
      create_time_ms: '1548000000123.456',
      order_id: '4128442423',
      currency_pair: 'ETH_BTC',
      side: 'buy',
      role: 'maker',
      amount: '0.15',
      price: '0.03',
      fee: '0.0005',
      fee_currency: 'ETH',
      point_fee: '0',
      gt_fee: '0',
      text: 't-test',
    };
    expect(readFill(documented)).toEqual({
      clientId: 'test',
      venueOrderId: '4128442423',
      tradeId: '1232893232',
      symbol: 'ETH_BTC',
      side: 'buy',
      price: '0.03',
      size: '0.15',
      fee: '0.0005',
      feeAsset: 'ETH',
      maker: true,
      venueAt: 1_548_000_000_123,
    });
  });
});

describeWithFixtures('gate order entry over the socket', (root) => {
  const rows = readJsonl<Named>(join(root, 'gate/ws_control_and_order_entry/jkorf.jsonl'));
  const read = (text: string) => {
    const script = privateScript(
      'ws://x',
      { apiKey: 'k', secret: 's' },
      () => 1,
      (error) => error,
    );
    return script.read(text);
  };
  const frames = (name: string, dir: string): string[] =>
    rows
      .find((row) => row.name.endsWith(name))
      ?.steps?.filter((step) => step.dir === dir)
      .map(({ text }) => text) ?? [];

  it('has exactly these fixtures', () => {
    expect(rows.map(({ name }) => name).sort()).toEqual([
      'Socket/SpotApi/CancelAllOrders',
      'Socket/SpotApi/CancelOrder',
      'Socket/SpotApi/PlaceOrder',
    ]);
  });

  it('takes an answer for one, and a receipt for none', () => {
    const [, ack = ''] = frames('PlaceOrder', 'server');
    expect(read(ack)).toEqual({ kind: 'Nothing' });
    for (const [name, id] of [
      ['PlaceOrder', '1852454420'],
      ['CancelOrder', '1700664330'],
    ] as const) {
      const [text = ''] = frames(name, 'server_update');
      const step = read(text);
      expect(step).toMatchObject({ kind: 'Answer', id: '|5|' });
      if (step.kind !== 'Answer') continue;
      expect(refusalOf(step.frame)).toBeUndefined();
      const { data } = step.frame as { data: { result: Json } };
      expect(readOrder(data.result)).toMatchObject({
        venueOrderId: id,
        status: name === 'PlaceOrder' ? 'filled' : 'cancelled',
      });
    }
    const [all = ''] = frames('CancelAllOrders', 'server_update');
    expect(read(all), 'a list; the gateway does not ask for it').toMatchObject({ kind: 'Answer' });
  });
});

describeWithFixtures('gate errors', (root) => {
  const labels = readJsonl<{ label: string; text: string }>(join(root, 'gate/rest_errors/labels.jsonl'));
  const independent = readJsonl<{ code: string; class: string }>(join(root, 'gate/rest_errors/class_map_jkorf.jsonl'));

  it('are all classed, each once', () => {
    expect(new Set(listedCodes).size).toBe(listedCodes.length);
    const known = new Set(listedCodes);
    expect(labels.filter(({ label }) => !known.has(label))).toEqual([]);
    expect(independent.filter(({ code }) => !known.has(code))).toEqual([]);
    for (const code of listedCodes) expect(ERROR_CLASSES).toContain(classOf(code));
  });

  it('are read from bodies and from refused subscriptions', () => {
    for (const { label, text } of labels) {
      const body = JSON.stringify({ label, message: text });
      expect(readReply(replyOf(400, body), NOW_MS)).toEqual({
        ok: false,
        error: { class: classOf(label), code: label, message: text },
      });
      expect(readReply(replyOf(500, body), NOW_MS)).toMatchObject({ error: { class: 'unknown-outcome', code: label } });
      expect(subscriptionError({ code: 4, message: `${body}\n` })).toMatchObject({ code: label, message: text });
    }
    expect(subscriptionError({ code: 2, message: 'unknown currency pair: X' })).toMatchObject({
      code: '2',
      class: 'other',
    });
  });

  it('agree with an independent map, but for these', () => {
    const same: Record<string, readonly ErrorClass[]> = {
      Unauthorized: ['auth'],
      SystemError: ['unknown-outcome'],
      InvalidTimestamp: ['clock'],
      InvalidParameter: ['filter'],
      InvalidQuantity: ['filter'],
      UnknownOrder: ['unknown-order'],
      InsufficientBalance: ['insufficient-funds'],
      RejectedOrderConfiguration: ['other', 'unfilled'],
      IncorrectState: ['other'],
      RateLimitOrder: ['rate-limit'],
      NoPosition: ['other'],
      RiskError: ['other'],
      UnknownSymbol: ['other'],
    };
    const reasons: Record<string, string> = {
      INVALID_PROTOCOL: 'says nothing of the order',
      INVALID_ARGUMENT: 'says nothing of the order',
      INVALID_CLIENT_ORDER_ID: 'a name is no limit of size, price or value',
      ORDER_FINISHED: 'an order that is done cannot be cancelled: it is absent for whoever cancels it',
      TOO_MANY_ORDERS: 'a limit of open orders, which waiting does not lift',
    };
    const differing = independent.filter((row) => !(same[row.class] ?? []).includes(classOf(row.code)));
    expect(differing.map(({ code }) => code).sort()).toEqual(Object.keys(reasons).sort());
  });
});
