/** Every frame and body of the simulated KuCoin has the keys and value types of a recorded or documented one.
 *  Where they differ, the difference is listed here with its reason; one that is listed but not there fails too. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeWithFixtures, readJson, readJsonl } from '../../fixtures.ts';
import { dataOf, type ManualKucoin, manualKucoin } from './kucoin-harness.ts';
import { differences } from './shape.ts';
import { type FakeSocket, type Json, settle } from './venue-bench.ts';

type Differences = Readonly<Record<string, string>>;

/** The same reason for several paths. */
const because = (reason: string, ...paths: readonly string[]): Differences =>
  Object.fromEntries(paths.map((path) => [path, reason]));

const CLIENT_ID = (path: string): Differences =>
  because('whatever the client gave', `~ ${path}: decimal text, fixture text`);
const TRADE_ID = (path: string): Differences =>
  because('17 digits in documentation since 2024 and in recordings of 2026', `~ ${path}: decimal text, fixture text`);
/** Of private frames older than 2024. */
const ENVELOPE: Differences = {
  '+ userId': 'in every frame documented since 2024 or recorded in 2026',
  '+ data.pt': 'in frames recorded in January 2026',
};
const PERIOD = ['', '.changePrice', '.changeRate', '.high', '.low', '.open', '.vol', '.volValue'];
/** Blank where nothing was given, as documented since 2024; the fixture has an empty text. */
const blanks = (path: string, ...names: readonly string[]): Differences =>
  because(
    'null where nothing was given, as documented since 2024',
    ...names.map((name) => `~ ${path}${name}: null, fixture text`),
  );

/** Of frames that end an order. */
const DONE: Differences = because('in frames recorded in January 2026', '+ data.remainFunds');
/** Bodies that went well carry no message, as documented since 2024. */
const NO_MESSAGE: Differences = because('as documented since 2024', '- msg');
/** The envelope as every other endpoint has it; the newest documentation shows this one so too. */
const BATCH: Differences = because('as documented since 2024', '+ data[].clientOid', '- msg', '- retry', '- success');

/** Everything that the wire sends in one short session, by a name of its own. */
async function emit(): Promise<ReadonlyMap<string, unknown>> {
  const kucoin = manualKucoin();
  const all = new Map<string, unknown>();
  for (const id of ['BTC-USDT', 'ETH-USDT']) kucoin.quote(id, '3320', '3320.1', '0.5');
  await emitPublic(kucoin, all);
  await emitOrders(kucoin, all);
  for (const [name, target] of [
    ['stats', '/api/v1/market/stats?symbol=BTC-USDT'],
    ['level1', '/api/v1/market/orderbook/level1?symbol=BTC-USDT'],
    ['level2_20', '/api/v1/market/orderbook/level2_20?symbol=BTC-USDT'],
    ['allTickers', '/api/v1/market/allTickers'],
    ['histories', '/api/v1/market/histories?symbol=BTC-USDT'],
    ['markets', '/api/v1/markets'],
    ['symbols', '/api/v2/symbols'],
  ] as const) {
    all.set(name, (await kucoin.get(target)).body);
  }
  for (const [name, target] of [
    ['level2', '/api/v3/market/orderbook/level2?symbol=BTC-USDT'],
    ['accounts', '/api/v1/accounts'],
    ['base-fee', '/api/v1/base-fee'],
  ] as const) {
    all.set(name, (await kucoin.signed('GET', target)).body);
  }
  return all;
}

async function emitPublic(kucoin: ManualKucoin, all: Map<string, unknown>): Promise<void> {
  const { token } = dataOf(await kucoin.request('POST', '/api/v1/bullet-public')) as { token: string };
  const socket = kucoin.connect(`/endpoint?token=${encodeURIComponent(token)}&connectId=hQvf8jkno`);
  all.set('welcome', socket.take()[0]);
  for (const topic of [
    '/market/level2',
    '/spotMarket/level1',
    '/spotMarket/level2Depth5',
    '/market/ticker',
    '/market/snapshot',
    '/market/match',
  ]) {
    socket.send({ id: '1545910660739', type: 'subscribe', topic: `${topic}:BTC-USDT`, response: true });
    const [ack, first] = socket.take();
    all.set('ack', ack);
    all.set(topic, first);
  }
  socket.send({ id: '2', type: 'subscribe', topic: '/market/ticker:all', response: true });
  all.set('/market/ticker:all', socket.take()[1]);
  socket.send({ id: '1545910590801', type: 'ping' });
  all.set('pong', socket.take()[0]);
  kucoin.quote('BTC-USDT', '3320.1', '3320.2', '0.6');
  all.set(
    '/market/level2',
    socket.take().find(({ topic }) => topic === '/market/level2:BTC-USDT'),
  );
  kucoin.exchange.synthesizeTrade(kucoin.instrument('BTC-USDT'), 'buy', 1000);
  all.set(
    '/market/match',
    socket.take().find(({ topic }) => topic === '/market/match:BTC-USDT'),
  );
}

async function emitOrders(kucoin: ManualKucoin, all: Map<string, unknown>): Promise<void> {
  const socket = await kucoin.push('private');
  for (const topic of ['/spotMarket/tradeOrdersV2', '/spotMarket/tradeOrders', '/account/balance']) {
    socket.send({ id: '1', type: 'subscribe', topic });
  }
  const post = async (name: string, path: string, order: object): Promise<Json> => {
    const reply = await kucoin.signed('POST', path, order);
    all.set(name, reply.body);
    return dataOf(reply);
  };
  const get = async (name: string, target: string): Promise<void> =>
    void all.set(name, (await kucoin.signed('GET', target)).body);
  const del = async (name: string, target: string): Promise<void> =>
    void all.set(name, (await kucoin.signed('DELETE', target)).body);
  const open = {
    symbol: 'BTC-USDT',
    side: 'buy',
    type: 'limit',
    price: '3000',
    size: '0.01',
    clientOid: '1593487481000906',
  };
  const old = await post('old place', '/api/v1/orders', { ...open, clientOid: 'old1' });
  await get('old order', '/api/v1/order/client-order/old1');
  await del('old cancel', '/api/v1/order/client-order/old1');
  await get('old orders', '/api/v1/orders');
  await post('place multi', '/api/v1/hf/orders/multi', { orderList: [{ ...open, clientOid: 'm1' }] });
  await post('place multi sync', '/api/v1/hf/orders/multi/sync', { orderList: [{ ...open, clientOid: 'm2' }] });
  await del('cancel all', '/api/v1/hf/orders/cancelAll');
  await del('old cancel all', '/api/v1/orders');
  collect(socket, new Map());
  const resting = await post('place', '/api/v1/hf/orders', open);
  await get('order', `/api/v1/hf/orders/${resting.orderId}?symbol=BTC-USDT`);
  await get('open page', '/api/v1/hf/orders/active/page?symbol=BTC-USDT');
  await del('cancel', `/api/v1/hf/orders/${resting.orderId}?symbol=BTC-USDT`);
  await post('place sync', '/api/v1/hf/orders/sync', { ...open, clientOid: '1593487481000907' });
  await del('cancel by client id sync', '/api/v1/hf/orders/sync/client-order/1593487481000907?symbol=BTC-USDT');
  await post('again', '/api/v1/hf/orders', { ...open, clientOid: '1593487481000908' });
  await del('cancel by client id', '/api/v1/hf/orders/client-order/1593487481000908?symbol=BTC-USDT');
  const taking = { ...open, side: 'sell', price: '3300', clientOid: '1593487481000313', timeInForce: 'IOC' };
  await post('taking', '/api/v1/hf/orders', taking);
  await settle();
  collect(socket, all);
  await post('market', '/api/v1/hf/orders', { symbol: 'BTC-USDT', side: 'buy', type: 'market', funds: '12' });
  await settle();
  for (const frame of socket.take()) {
    const { type } = dataOf(frame);
    if (type !== undefined) all.set(`funds ${String(frame.topic)} ${String(type)}`, frame);
  }
  await get('done', '/api/v1/hf/orders/done?symbol=BTC-USDT');
  await get('fills', '/api/v1/hf/fills?symbol=BTC-USDT');
  await get('old fills', '/api/v1/fills');
  expect(old.orderId).toBeDefined();
  emitTrading(kucoin, all);
}

function emitTrading(kucoin: ManualKucoin, all: Map<string, unknown>): void {
  const socket = kucoin.trade();
  const args = { symbol: 'BTC-USDT', side: 'buy', type: 'limit', price: '3000', size: '0.01', clientOid: '5c52e1-x' };
  const run = (name: string, message: object): Json | undefined => {
    socket.send(message);
    const [answer] = socket.take();
    all.set(name, answer);
    return answer;
  };
  const placed = run('socket order', { id: 'request-001', op: 'spot.order', args });
  const { orderId } = dataOf(placed);
  run('socket cancel', { id: 'request-001', op: 'spot.cancel', args: { symbol: 'BTC-USDT', orderId } });
  run('socket pong', { id: 'ping-123', op: 'ping', timestamp: kucoin.clock.wallMs() });
  run('socket error', { op: 'spot.order', args });
  all.set('socket bad key', kucoin.dial({ apikey: 'nobody' }).take()[0]);
}

/** The newest order push of each kind, and the newest balance. */
function collect(socket: FakeSocket, all: Map<string, unknown>): void {
  for (const frame of socket.take()) {
    const { type } = dataOf(frame);
    all.set(type === undefined ? String(frame.topic) : `${String(frame.topic)} ${String(type)}`, frame);
  }
}

const emitted = await emit();

describeWithFixtures('the shapes of the simulated KuCoin', (root) => {
  const folder = join(root, 'kucoin');
  interface Documented {
    readonly name: string;
    readonly response?: string | Json;
    readonly steps?: readonly { readonly dir: string; readonly text: string }[];
  }
  const documented = (file: string): ReadonlyMap<string, unknown> =>
    new Map(
      readJsonl<Documented>(join(folder, file)).flatMap(({ name, response, steps }) => {
        const text = response ?? steps?.findLast(({ dir }) => dir === 'server_update')?.text ?? '{}';
        try {
          return [[name, typeof text === 'string' ? JSON.parse(text) : text] as const];
        } catch {
          return [];
        }
      }),
    );
  const restPublic = documented('rest_public/jkorf.jsonl');
  const restPrivate = documented('rest_private/jkorf.jsonl');
  const pushesPublic = documented('ws_public/jkorf.jsonl');
  const pushesPrivate = documented('ws_private/jkorf.jsonl');
  const frames = readJsonl<Json>(join(folder, 'ws_public/gct_wsHandleData.jsonl'));
  const gct = (topic: string, type?: string): Json | undefined =>
    frames.find((frame) => frame.topic === topic && (type === undefined || dataOf(frame).type === type));
  const recorded = readJsonl<{ t: string; data?: string; url?: string }>(
    join(folder, 'book_recordings/level2_BCHSV_ANKR_FET_EQZ_COV_CAPP.jsonl'),
  );
  const first = (fragment: string): unknown =>
    JSON.parse(recorded.find(({ t, data = '' }) => t === 'recv' && data.includes(fragment))?.data ?? '{}');
  const book2021: unknown = JSON.parse(recorded.find(({ t }) => t === 'http')?.data ?? '{}');
  const symbols2021 = readJson<{ body: unknown }>(join(folder, 'rest_public/symbols_2021.json')).body;
  const tardis = readJsonl<{ raw: Json }>(join(folder, 'normalised/tardis_kucoin.jsonl')).map(({ raw }) => raw);
  const control = (type: string): Json | undefined => tardis.find((raw) => raw.type === type);

  const check = (cases: Readonly<Record<string, readonly [fixture: unknown, listed?: Differences]>>): void => {
    it.each(Object.entries(cases))('%s', (name, [fixture, listed = {}]) => {
      expect(fixture).toBeDefined();
      expect(differences(emitted.get(name), fixture)).toEqual(Object.keys(listed).sort());
    });
  };

  describe('public frames', () => {
    check({
      welcome: [control('welcome')],
      ack: [control('ack')],
      pong: [control('pong'), because('microseconds, in pongs recorded in January 2026', '+ timestamp')],
      '/market/level2': [first('"/market/level2:'), because('documented since 2022', '+ data.time')],
      '/spotMarket/level1': [pushesPublic.get('Subscriptions/Spot/BestOffers')],
      '/spotMarket/level2Depth5': [gct('/spotMarket/level2Depth5:ETH-USDT')],
      '/market/ticker': [first('"trade.ticker"')],
      '/market/ticker:all': [pushesPublic.get('Subscriptions/Spot/Tickers')],
      '/market/snapshot': [
        gct('/market/snapshot:BTC'),
        because(
          'newer than the fixture; documented in 2024, recorded in October 2026',
          ...['askSize', 'bidSize', 'lastSize', 'sequence', 'siteTypes'].map((name) => `+ data.data.${name}`),
          ...['1h', '24h', '4h'].flatMap((hours) => PERIOD.map((name) => `+ data.data.marketChange${hours}${name}`)),
        ),
      ],
      '/market/match': [first('"trade.l3match"'), TRADE_ID('data.tradeId')],
    });
  });

  describe('public bodies', () => {
    check({
      symbols: [
        symbols2021,
        because(
          'newer than the recording of 2021; documented in 2025',
          ...['FirstStageStartTime', 'IsEnabled', 'PriceCeiling', 'PriceFloor', 'SecondStageStartTime'].map(
            (name) => `+ data[].callauction${name}`,
          ),
          ...['callauctionThirdStageStartTime', 'feeCategory', 'makerFeeCoefficient', 'minFunds', 'st'].map(
            (name) => `+ data[].${name}`,
          ),
          '+ data[].takerFeeCoefficient',
          '+ data[].tradingStartTime',
        ),
      ],
      level2: [book2021],
      level2_20: [restPublic.get('Spot/ExchangeData/GetAggregatedFullOrderBook')],
      level1: [restPublic.get('Spot/ExchangeData/GetTicker')],
      stats: [restPublic.get('Spot/ExchangeData/Get24HourStats')],
      allTickers: [restPublic.get('Spot/ExchangeData/GetTickers')],
      histories: [restPublic.get('Spot/ExchangeData/GetTradeHistory')],
      markets: [restPublic.get('Spot/ExchangeData/GetMarkets')],
    });
  });

  describe('private frames', () => {
    check({
      '/spotMarket/tradeOrdersV2 received': [
        pushesPrivate.get('Subscriptions/Spot/NewOrder'),
        { ...ENVELOPE, '- data.originFunds': 'of orders by funds alone, as documented' },
      ],
      '/spotMarket/tradeOrdersV2 match': [
        pushesPrivate.get('Subscriptions/Spot/MatchOrder'),
        {
          ...ENVELOPE,
          ...TRADE_ID('data.tradeId'),
          ...because('of orders by funds alone, as documented', '- data.canceledFunds', '- data.originFunds'),
        },
      ],
      '/spotMarket/tradeOrders open': [gct('/spotMarket/tradeOrders', 'open'), ENVELOPE],
      '/spotMarket/tradeOrders match': [
        gct('/spotMarket/tradeOrders', 'match'),
        { ...ENVELOPE, ...TRADE_ID('data.tradeId'), '+ data.feeType': 'documented since 2022' },
      ],
      '/spotMarket/tradeOrders filled': [gct('/spotMarket/tradeOrders', 'filled'), { ...ENVELOPE, ...DONE }],
      '/spotMarket/tradeOrders canceled': [gct('/spotMarket/tradeOrders', 'canceled'), { ...ENVELOPE, ...DONE }],
      '/account/balance': [
        gct('/account/balance'),
        {
          ...because('documented since 2024', '+ data.accountId', '+ id', '+ userId'),
          ...TRADE_ID('data.relationContext.tradeId'),
          ...because('a number as text since 2024', '~ data.relationEventId: decimal text, fixture text'),
        },
      ],
    });
  });

  describe('private bodies', () => {
    check({
      accounts: [
        restPrivate.get('Spot/Account/GetAccounts'),
        because('a number as text for spot accounts, documented since 2024', '~ data[].id: decimal text, fixture text'),
      ],
      'base-fee': [restPrivate.get('Spot/Account/GetBasicUserFee')],
      'place sync': [
        restPrivate.get('Spot/HfTrading/PlaceOrderWait'),
        because(
          'as documented since 2024',
          '+ data.clientOid',
          '~ data.matchTime: number, fixture decimal text',
          '~ data.orderTime: number, fixture decimal text',
        ),
      ],
      'place multi': [restPrivate.get('Spot/HfTrading/PlaceMultipleOrders'), BATCH],
      'place multi sync': [restPrivate.get('Spot/HfTrading/PlaceMultipleOrdersWait'), BATCH],
      order: [
        restPrivate.get('Spot/HfTrading/GetOrder'),
        {
          '+ data.tax': 'documented since 2024',
          ...CLIENT_ID('data.clientOid'),
          ...blanks('data.', 'remark', 'stp', 'tags'),
        },
      ],
      'open page': [
        restPrivate.get('Spot/HfTrading/GetOpenOrdersV2'),
        { ...CLIENT_ID('data.items[].clientOid'), ...blanks('data.items[].', 'remark') },
      ],
      done: [
        restPrivate.get('Spot/HfTrading/GetClosedOrders'),
        {
          '+ data.items[].tax': 'documented since 2024',
          ...because('whatever the client gave', '~ data.items[].clientOid: text|decimal text, fixture text'),
          ...blanks('data.items[].', 'remark', 'stp', 'tags'),
        },
      ],
      fills: [
        restPrivate.get('Spot/HfTrading/GetMarginUserTrades'),
        because('documented since 2024 for spot', '+ data.items[].tax', '+ data.items[].taxRate'),
      ],
      cancel: [restPrivate.get('Spot/HfTrading/CancelOrder')],
      'cancel by client id': [
        restPrivate.get('Spot/HfTrading/CancelOrderByClientOrderId'),
        CLIENT_ID('data.clientOid'),
      ],
      'cancel by client id sync': [
        restPrivate.get('Spot/HfTrading/CancelOrderByClientOrderIdWait'),
        because('as documented since 2024', '+ data.clientOid', '- data.orderId', '- data.originFunds'),
      ],
      'cancel all': [restPrivate.get('Spot/HfTrading/CancelAllOrders')],
      'old order': [
        restPrivate.get('Spot/Trading/GetOrderByClientOrderId'),
        { ...NO_MESSAGE, ...blanks('data.', 'remark', 'tags') },
      ],
      'old orders': [restPrivate.get('Spot/Trading/GetOrders'), blanks('data.items[].', 'remark', 'tags')],
      'old fills': [
        restPrivate.get('Spot/Trading/GetUserTrades'),
        { ...NO_MESSAGE, ...TRADE_ID('data.items[].tradeId') },
      ],
      'old cancel': [
        restPrivate.get('Spot/Trading/CancelOrderByClientOrderId'),
        because('documented since 2024', '+ data.cancelledOcoOrderIds'),
      ],
      'old cancel all': [restPrivate.get('Spot/Trading/CancelAllOrders')],
    });
  });
});

/** Shapes that no fixture has, with values of our own: the older order channel as recorded in January 2026 with a market
 *  order by funds, and the trading socket as its documentation shows it. */
const ORDER = {
  clientOid: '',
  orderId: '6a00002600000007ffffff',
  orderTime: 1,
  orderType: 'market',
  pt: 1,
  side: 'buy',
  status: 'x',
  symbol: 'x',
  ts: 1,
  type: 'x',
};
const FUNDS = { filledSize: '1', funds: '1', remainFunds: '1' };
const PUSH = { topic: 'x', type: 'x', subject: 'x', userId: 'x', channelType: 'x' };
const MATCH = { feeType: 'x', liquidity: 'x', matchPrice: '1', matchSize: '1', tradeId: '1' };
const GATEWAY = { code: '1', inTime: 1, outTime: 1 };
const LIMITS = { limit: 1, reset: 1, remaining: 1 };

describe('shapes that no fixture has', () => {
  it.each(
    Object.entries({
      'funds /spotMarket/tradeOrders match': { ...PUSH, data: { ...ORDER, ...FUNDS, ...MATCH } },
      'funds /spotMarket/tradeOrders canceled': { ...PUSH, data: { ...ORDER, ...FUNDS, remainSize: '1' } },
      'socket order': {
        ...GATEWAY,
        id: 'x',
        op: 'x',
        data: { orderId: 'x', clientOid: 'x' },
        rateLimit: LIMITS,
      },
      'socket cancel': { ...GATEWAY, id: 'x', op: 'x', data: { orderId: 'x' }, userRateLimit: LIMITS },
      'socket pong': { id: 'x', op: 'x', timestamp: 1 },
      'socket error': { ...GATEWAY, msg: 'x' },
      'socket bad key': { ...GATEWAY, msg: 'x' },
    }),
  )('%s', (name, expected) => {
    expect(differences(emitted.get(name), expected)).toEqual([]);
  });
});
