import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/core/clock.ts';
import { FRAME, FrameBatch, type FrameKind } from '../../../src/core/frame.ts';
import { isObject, parseObject } from '../../../src/core/json.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { ErrorClass, GatewayEvent } from '../../../src/core/order.ts';
import { classOf, listedCodes } from '../../../src/venues/kucoin/errors.ts';
import { toListing } from '../../../src/venues/kucoin/instruments.ts';
import { orderIdOf, readBalances, readFeeRates, readFill, readOrder } from '../../../src/venues/kucoin/orders.ts';
import { KucoinParser } from '../../../src/venues/kucoin/parse.ts';
import { PushReader } from '../../../src/venues/kucoin/pushes.ts';
import { readReply } from '../../../src/venues/kucoin/rest.ts';
import { restHeaders, sign } from '../../../src/venues/kucoin/sign.ts';
import { describeWithFixtures, readJson, readJsonl } from '../../fixtures.ts';

interface Rest {
  readonly name: string;
  readonly response: string;
  readonly note?: string;
}
interface Stream {
  readonly name: string;
  readonly steps: readonly { readonly dir: string; readonly text: string }[];
}

/** Reasons by the beginning of a name. Each must be of use, and each name must have one or be read. */
class Unused {
  readonly #reasons: Readonly<Record<string, string>>;
  readonly #met = new Set<string>();

  constructor(reasons: Readonly<Record<string, string>>) {
    this.#reasons = reasons;
  }

  explains(name: string): boolean {
    const found = Object.keys(this.#reasons).find((start) => name.startsWith(start));
    if (found !== undefined) this.#met.add(found);
    return found !== undefined;
  }

  get idle(): string[] {
    return Object.keys(this.#reasons).filter((start) => !this.#met.has(start));
  }
}

const dataOf = ({ response }: Rest): unknown => {
  const result = readReply({ status: 200, headers: {}, body: Buffer.from(response) });
  return result.ok ? result.value : result;
};
const items = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : isObject(value) && Array.isArray(value.items) ? value.items : [];

describeWithFixtures('kucoin signatures', (root) => {
  interface Vector {
    readonly name: string;
    readonly prehash: string;
    readonly expected: string;
    readonly secret: string;
    readonly api_key: string;
    readonly passphrase: string;
  }
  const vectors = readJson<Vector[]>(join(root, 'kucoin/signatures/vectors.json'));

  it.each(vectors.map((entry) => [entry.name, entry] as const))('%s', (_, { secret, prehash, expected }) => {
    expect(sign(secret, prehash)).toBe(expected);
  });

  it('stand in the REST headers', () => {
    const [post, hidden] = vectors as [Vector, Vector];
    const { secret, api_key: apiKey, passphrase } = post;
    const body = '{"currency":"BTC"}';
    const path = '/api/v1/deposit-addresses';
    expect(restHeaders({ apiKey, secret, passphrase }, 1_547_015_186_532, 'POST', path, body)).toEqual({
      'KC-API-KEY': apiKey,
      'KC-API-SIGN': post.expected,
      'KC-API-TIMESTAMP': '1547015186532',
      'KC-API-PASSPHRASE': hidden.expected,
      'KC-API-KEY-VERSION': '3',
    });
  });
});

describeWithFixtures('kucoin instruments of 2021', (root) => {
  it('all become listings', () => {
    const { body } = readJson<{ body: { data: unknown[] } }>(join(root, 'kucoin/rest_public/symbols_2021.json'));
    const read = body.data.map(toListing);
    expect(read.length).toBeGreaterThan(300);
    expect(read.filter(({ symbol, instrument }) => symbol !== instrument).length).toBeGreaterThan(5);
    // The fee is taken in the quote asset, of every one of them.
    for (const entry of body.data) expect(isObject(entry) && entry.feeCurrency === entry.quoteCurrency).toBe(true);
  });
});

describeWithFixtures('kucoin REST bodies', (root) => {
  const rows = (kind: string) => readJsonl<Rest>(join(root, `kucoin/rest_${kind}/jkorf.jsonl`));

  const order = (id: string, symbol: string, status: string, filled: string) => ({
    venueOrderId: id,
    symbol,
    status,
    filled,
  });
  /** What we read of each body, through the function that reads it. */
  const READ: Record<string, readonly [read: (value: unknown) => unknown, expected: unknown]> = {
    'Spot/Account/GetAccounts': [readBalances, [{ asset: 'BTC', free: '1234356', locked: '0' }]],
    'Spot/HfTrading/GetOrder': [readOrder, order('5f3113a1c9b6d539dc614dc6', 'KCS-BTC', 'open', '0')],
    'Spot/HfTrading/GetOpenOrdersV2': [
      (value) => items(value).map(readOrder),
      [order('67c1437ea5226600071cc080', 'BTC-USDT', 'open', '0')],
    ],
    'Spot/HfTrading/GetClosedOrders': [
      (value) => items(value).map(readOrder),
      [order('63074a5a27ecbe0001e1f3ba', 'CSP-USDT', 'cancelled', '0')],
    ],
    'Spot/HfTrading/GetClosedMarginOrders': [
      (value) => items(value).map(readOrder),
      [order('63074a5a27ecbe0001e1f3ba', 'CSP-USDT', 'cancelled', '0')],
    ],
    'Spot/HfTrading/GetMarginOrder': [readOrder, order('5f3113a1c9b6d539dc614dc6', 'KCS-BTC', 'open', '0')],
    'Spot/HfTrading/GetOpenMarginOrders': [
      (value) => items(value).map(readOrder),
      [order('5c35c02703aa673ceec2a168', 'BTC-USDT', 'open', '2')],
    ],
    'Spot/Trading/GetOrderByClientOrderId': [readOrder, order('5f3113a1c9b6d539dc614dc6', 'KCS-BTC', 'open', '0')],
    'Spot/Trading/GetOrders': [
      (value) => items(value).map(readOrder),
      [order('5c35c02703aa673ceec2a168', 'BTC-USDT', 'filled', '2')],
    ],
    'Spot/HfTrading/GetMarginUserTrades': [
      (value) => items(value).map((item) => readFill(item, 'x')),
      [
        {
          tradeId: '616179312641',
          clientId: 'x',
          price: '1',
          size: '1',
          fee: '0.00021',
          feeAsset: 'USDT',
          maker: false,
        },
      ],
    ],
    'Spot/Trading/GetUserTrades': [
      (value) => items(value).map((item) => readFill(item, '')),
      [
        {
          tradeId: '5c35c02709e4f67d5266954e',
          size: '0.8424304',
          fee: '0',
          feeAsset: 'USDT',
          venueAt: 1_547_026_472_000,
        },
      ],
    ],
    'Spot/HfTrading/PlaceOrderWait': [orderIdOf, '6d539dc614db3'],
    'Spot/HfTrading/PlaceMarginOrder': [orderIdOf, '5bd6e9286d99522a52e458de'],
    'Spot/HfTrading/PlaceTestMarginOrder': [orderIdOf, '5bd6e9286d99522a52e458de'],
    'Spot/HfTrading/CancelOrder': [(value) => value, { orderId: '630625dbd9180300014c8d52' }],
    'Spot/HfTrading/CancelOrderByClientOrderId': [(value) => value, { clientOid: '6d539dc614db3' }],
    'Unified/Account/GetFeeRate': [
      (value) => readFeeRates(isObject(value) ? value.list : undefined),
      { taker: '0.001', maker: '0.001' },
    ],
  };

  const unusedPrivate = new Unused({
    'Futures/': 'another market, with an API of its own',
    'Unified/': 'the unified account has an API of its own; classic accounts are traded here',
    'Spot/Account/GetAccount': 'one account by its id; we read all of them',
    'Spot/Account/GetBasicUserFee': 'rates before those of the instrument; we ask for the actual ones',
    'Spot/Account/GetCrossMargin': 'margin',
    'Spot/Account/GetIsolatedMargin': 'margin',
    'Spot/Account/GetMargin': 'margin',
    'Spot/Account/GetSubUserInfo': 'sub-accounts are none of our business',
    'Spot/Account/GetUserInfo': 'levels and numbers of sub-accounts',
    'Spot/HfTrading/CancelAfter': 'the dead man switch: our orders do not rest',
    'Spot/HfTrading/GetCancelAfterStatus': 'the same',
    'Spot/HfTrading/CancelAllOrders': 'orders are cancelled one by one',
    'Spot/HfTrading/CancelOrderByClientOrderIdWait': 'waits for the match; the pushes tell',
    'Spot/HfTrading/CancelOrderWait': 'waits for the match; the pushes tell',
    'Spot/HfTrading/CancelMarginOrder': 'margin',
    'Spot/HfTrading/EditOrder': 'orders are not changed',
    'Spot/HfTrading/GetMarginSymbols': 'margin; the same of spot is tested with the gateway',
    'Spot/HfTrading/PlaceMultipleOrders': 'orders are placed one by one',
    'Spot/Trading/': 'the orders before the high frequency ones, stop and OCO orders',
  });

  it('of the account are read, each by the function for it', () => {
    const bodies = rows('private');
    const read = bodies.filter(({ name }) => name in READ);
    expect(read.map(({ name }) => name).sort()).toEqual(Object.keys(READ).sort());
    for (const body of read) {
      const [reader, expected] = READ[body.name] as (typeof READ)[string];
      const value = reader(dataOf(body));
      if (typeof expected === 'object') expect(value, body.name).toMatchObject(expected as object);
      else expect(value, body.name).toBe(expected);
    }
    const rest = bodies.filter(({ name }) => !(name in READ));
    expect(rest.filter(({ name }) => !unusedPrivate.explains(name)).map(({ name }) => name)).toEqual([]);
    expect(unusedPrivate.idle).toEqual([]);
  });

  it('of every kind are answers, unless they are no JSON', () => {
    for (const body of [...rows('private'), ...rows('public')]) {
      const result = readReply({ status: 200, headers: {}, body: Buffer.from(body.response) });
      expect(result.ok, body.name).toBe(body.note === undefined);
      if (!result.ok) expect(result.error.class).toBe('unknown-outcome');
    }
  });

  it('of the market: the book is a snapshot, the rest is not asked for', () => {
    const unused = new Unused({
      'Futures/': 'another market',
      'Unified/': 'the unified account has an API of its own',
      'Spot/ExchangeData/Get24HourStats': 'statistics',
      'Spot/ExchangeData/GetFiatPrices': 'statistics',
      'Spot/ExchangeData/GetLeveragedTokens': 'other products',
      'Spot/ExchangeData/GetMarkets': 'names of market groups',
      'Spot/ExchangeData/GetTicker': 'pushed',
      'Spot/ExchangeData/GetTradeHistory': 'trades of others',
    });
    const used = rows('public').filter(({ name }) => !unused.explains(name));
    expect(unused.idle).toEqual([]);
    expect(used.map(({ name }) => name)).toEqual(['Spot/ExchangeData/GetAggregatedFullOrderBook']);
    const parser = new KucoinParser([{ symbol: 'BTC-USDT', priceDecimals: 8, sizeDecimals: 8 }]);
    const batch = new FrameBatch();
    const bytes = Buffer.from(used[0]?.response ?? '');
    parser.parseSnapshot(bytes, 0, bytes.length, 0, batch);
    const book = batch.at(0);
    expect([book.kind, book.lastSeq, book.bids.count, book.asks.count]).toEqual([FRAME.Snapshot, 3_262_786_978, 2, 2]);
  });
});

describeWithFixtures('kucoin public frames', (root) => {
  const parser = new KucoinParser(
    ['BTC-USDT', 'ETH-USDT'].map((symbol) => ({ symbol, priceDecimals: 8, sizeDecimals: 8 })),
  );
  const kindOf = (text: string): FrameKind => {
    const batch = new FrameBatch();
    const bytes = Buffer.from(text);
    parser.parse(bytes, 0, bytes.length, batch);
    return batch.at(0).kind;
  };
  const topicOf = (text: string): string => String(parseObject(text)?.topic ?? '');
  /** By topic; all others are of channels that we do not ask for. */
  const KINDS: Record<string, FrameKind> = {
    '/market/level2:BTC-USDT': FRAME.Delta,
    '/spotMarket/level1:ETH-USDT': FRAME.Top,
  };

  it('of the documentation', () => {
    const rows = readJsonl<Stream>(join(root, 'kucoin/ws_public/jkorf.jsonl'));
    const updates = rows.flatMap(({ name, steps }) =>
      steps.flatMap(({ dir, text }) => (dir === 'server_update' ? [{ name, text: text.replace(/^\d+ /, '') }] : [])),
    );
    expect(new Set(updates.map(({ text }) => topicOf(text)).filter((topic) => topic in KINDS)).size).toBe(2);
    for (const { name, text } of updates) {
      const isOfAnother = name.includes('/Unified/') || !text.includes('"type"');
      // Sockets of the unified account and of futures write frames without a type; ours do not.
      const kind = isOfAnother ? FRAME.Malformed : (KINDS[topicOf(text)] ?? FRAME.Ignored);
      expect(kindOf(text), name).toBe(kind);
    }
    for (const text of rows.flatMap(({ steps }) =>
      steps.filter(({ dir }) => dir === 'server').map((step) => step.text),
    )) {
      if (text.includes('"type"')) expect(kindOf(text.replace(/^\d+ /, ''))).toBe(FRAME.Control);
    }
  });

  it('of others: level 2 is read, everything else left alone', () => {
    const rows = readJsonl<object>(join(root, 'kucoin/ws_public/gct_wsHandleData.jsonl')).map((row) =>
      JSON.stringify(row),
    );
    const kinds = rows.map((text) => [topicOf(text), kindOf(text)] as const);
    expect(kinds.filter(([, kind]) => kind === FRAME.Delta)).toEqual([['/market/level2:BTC-USDT', FRAME.Delta]]);
    const untyped = rows.filter((text) => !('type' in (parseObject(text) ?? {}))).length;
    expect(kinds.filter(([, kind]) => kind === FRAME.Malformed)).toHaveLength(untyped);
    expect(kinds.filter(([, kind]) => kind === FRAME.Ignored)).toHaveLength(rows.length - untyped - 1);
  });

  it('of 2022 and 2023, parsed and written anew', () => {
    const raws = readJsonl<{ raw: object }>(join(root, 'kucoin/normalised/tardis_kucoin.jsonl')).map(({ raw }) =>
      JSON.stringify(raw),
    );
    const depth = raws.filter((text) => topicOf(text).startsWith('/market/level2:'));
    expect(depth.length).toBeGreaterThan(6);
    for (const text of raws) {
      const isControl = !text.includes('"message"');
      const kind = depth.includes(text) ? FRAME.Delta : isControl ? FRAME.Control : FRAME.Ignored;
      expect(kindOf(text), text).toBe(kind);
    }
  });
});

describeWithFixtures('kucoin private pushes', (root) => {
  async function pushed(text: string): Promise<GatewayEvent[]> {
    const events: GatewayEvent[] = [];
    const reader = new PushReader({
      onEvent: (event) => events.push(event),
      log: silentLog,
      clock: new ManualClock(),
      fillsOf: async ({ venueOrderId, clientId, filled }) => {
        const fill = readFill(
          {
            orderId: venueOrderId,
            tradeId: '1',
            side: 'sell',
            price: '0.96738',
            size: filled,
            fee: '0.0001',
            feeCurrency: 'USDT',
          },
          clientId,
        );
        return fill === undefined
          ? { ok: false, error: { class: 'other', code: '', message: '' } }
          : { ok: true, value: [fill] };
      },
    });
    const frame = parseObject(text);
    if (frame === undefined) throw new Error('no JSON');
    reader.read(frame);
    await new Promise((resolve) => setImmediate(resolve));
    return events;
  }
  const unused = new Unused({
    'Subscriptions/Futures/': 'another market',
    'Subscriptions/Unified/': 'the unified account has sockets of its own',
    'Subscriptions/Spot/DebtRatio': 'margin',
    'Subscriptions/Spot/IsolatedMarginPosition': 'margin',
    'Subscriptions/Spot/Margin': 'margin',
    'Subscriptions/Spot/PositionStatus': 'margin',
    'Subscriptions/Spot/StopOrder': 'we place no stop orders',
  });

  it('of the documentation', async () => {
    const rows = readJsonl<Stream>(join(root, 'kucoin/ws_private/jkorf.jsonl'));
    const told: Record<string, unknown> = {};
    for (const { name, steps } of rows) {
      const events = await pushed(steps.find(({ dir }) => dir === 'server_update')?.text ?? '');
      if (unused.explains(name)) expect(events, name).toEqual([]);
      else told[name] = events;
    }
    expect(unused.idle).toEqual([]);
    expect(told).toMatchObject({
      'Subscriptions/Spot/MatchOrder': [
        { kind: 'LegFilled', fill: { clientId: '1593487481000313', size: '0.1' } },
        { kind: 'OrderUpdated', report: { status: 'open', filled: '0.1', venueAt: 1_593_487_482_038 } },
      ],
      'Subscriptions/Spot/NewOrder': [
        { kind: 'OrderUpdated', report: { status: 'open', filled: '0', clientId: '1593487481000906' } },
      ],
    });
    expect(Object.keys(told)).toHaveLength(2);
  });

  it('of others, on the first edition of the order topic', async () => {
    const rows = readJsonl<{ topic?: string; data: { type?: string } }>(
      join(root, 'kucoin/ws_public/gct_wsHandleData.jsonl'),
    );
    const orders = rows.filter(({ topic }) => topic === '/spotMarket/tradeOrders');
    const told = await Promise.all(
      orders.map(async (row) => {
        const events = await pushed(JSON.stringify({ ...row, topic: '/spotMarket/tradeOrdersV2' }));
        const last = events.at(-1);
        return [row.data.type, last?.kind === 'OrderUpdated' ? last.report.status : undefined, events.length];
      }),
    );
    expect(told).toEqual([
      ['open', 'open', 1],
      ['match', 'open', 2],
      ['filled', 'filled', 2],
      ['canceled', 'cancelled', 1],
      ['update', 'open', 1],
    ]);
    const balance = rows.find(({ topic }) => topic === '/account/balance');
    expect(await pushed(JSON.stringify(balance))).toEqual([
      { kind: 'BalancesChanged', balances: [{ asset: 'KCS', free: '88', locked: '0' }] },
    ]);
  });
});

describe('kucoin error codes', () => {
  it('are classed once each', () => {
    expect(new Set(listedCodes).size).toBe(listedCodes.length);
  });

  it.each<[string, string, ErrorClass]>([
    ['400100', 'order_not_exist_or_not_allow_to_cancel', 'unknown-order'],
    ['400100', 'The order does not exist.', 'unknown-order'],
    ['400100', 'account.available.amount', 'insufficient-funds'],
    ['400100', 'Order size below the minimum requirement.', 'filter'],
    ['400100', 'price not in the given range!', 'filter'],
    ['400100', 'validation.createOrder.clientOidIsRequired', 'other'],
    ['600100', 'Order size increment invalid.', 'filter'],
    ['200002', 'Too many requests in a short period of time, please retry later', 'rate-limit'],
    ['200002', 'Order cancel for this pair suspended', 'maintenance'],
    ['403', 'Exceeded the access frequency', 'rate-limit'],
    ['102436', 'order does not exist', 'unknown-order'],
    ['102428', 'the order is being processed', 'other'],
    ['999999', 'never heard of', 'other'],
  ])('where one code means many things, the words decide: %s %s', (code, message, expected) => {
    expect(classOf(code, message)).toBe(expected);
  });
});

describeWithFixtures('kucoin error classes beside an independent map', (root) => {
  interface Mapped {
    readonly group: string;
    readonly code: string;
    readonly class: string;
    readonly meaning: string;
  }
  const SAME: Record<string, ErrorClass> = {
    Unauthorized: 'auth',
    InvalidTimestamp: 'clock',
    SystemError: 'unknown-outcome',
    InvalidParameter: 'other',
    InvalidQuantity: 'filter',
    UnavailableSymbol: 'maintenance',
    DuplicateClientOrderId: 'duplicate-client-id',
    RateLimitOrder: 'filter',
  };

  it('agree for spot', () => {
    const rows = readJsonl<Mapped>(join(root, 'kucoin/rest_errors/class_map_jkorf.jsonl'));
    const spot = rows.filter(({ group }) => group === 'SpotErrors');
    expect(spot.length).toBeGreaterThan(15);
    for (const { code, class: theirs, meaning } of spot) {
      expect(listedCodes, code).toContain(code);
      expect(classOf(code, meaning), `${code} ${meaning}`).toBe(SAME[theirs]);
    }
  });
});
