/** Every frame and body of the simulated Bitget has the keys and value types of a recorded or documented one.
 *  Where they differ, the difference is listed here with its reason; one that is listed but not there fails too. */
import { expect, it } from 'vitest';
import { describeWithFixtures, readJsonl } from '../../fixtures.ts';
import { framesOf, type ManualBitget, manualBitget, PRIVATE, PUBLIC } from './bitget-harness.ts';
import { differences } from './shape.ts';
import type { Json } from './venue-bench.ts';

interface Documented {
  readonly name: string;
  readonly text?: string;
  readonly response?: string;
  readonly steps?: readonly { readonly dir: string; readonly text: string }[];
}

/** Everything that the wire sends in one short session, by name. */
async function emit(): Promise<ReadonlyMap<string, Json>> {
  const bitget = manualBitget();
  const sent = new Map<string, Json>();
  bitget.quote('BTC-USDT', '96400.11', '96400.12', '0.512345');
  emitPublic(bitget, sent);
  const own = bitget.connect(PRIVATE);
  own.send(bitget.loginFrame());
  sent.set('login', own.take()[0] ?? {});
  bitget.subscribe(own, 'orders', 'fill', 'account');
  own.take();
  await emitTrade(bitget, sent);
  const pushed = own.take();
  const isFill = (frame: Json): boolean => JSON.stringify(frame).includes('fillPrice');
  sent.set('orders fill', framesOf(pushed, 'orders').find(isFill) ?? {});
  sent.set('orders live', framesOf(pushed, 'orders').find((frame) => !isFill(frame)) ?? {});
  sent.set('fill', framesOf(pushed, 'fill')[0] ?? {});
  sent.set('account', framesOf(pushed, 'account')[0] ?? {});
  const refused = await bitget.request('GET', '/api/v2/spot/account/assets');
  sent.set('refusal', refused.body);
  return sent;
}

function emitPublic(bitget: ManualBitget, sent: Map<string, Json>): void {
  const market = bitget.connect(PUBLIC);
  bitget.exchange.synthesizeTrade(bitget.instrument('BTC-USDT'), 'buy', 10);
  bitget.subscribe(market, 'books', 'books1', 'books5', 'books15', 'ticker', 'trade');
  bitget.subscribe(market, 'candle1h');
  bitget.clock.advanceMs(200);
  bitget.quote('BTC-USDT', '96400.12', '96400.13', '0.612345');
  bitget.exchange.synthesizeTrade(bitget.instrument('BTC-USDT'), 'buy', 12);
  bitget.clock.advanceMs(200);
  const frames = market.take();
  sent.set('ack', frames.find(({ event }) => event === 'subscribe') ?? {});
  sent.set('error', frames.find(({ event }) => event === 'error') ?? {});
  for (const channel of ['books', 'books1', 'books5', 'books15', 'ticker', 'trade']) {
    const all = framesOf(frames, channel);
    sent.set(channel, all[0] ?? {});
    sent.set(`${channel} update`, all.find(({ action }) => action === 'update') ?? {});
  }
}

async function emitTrade(bitget: ManualBitget, sent: Map<string, Json>): Promise<void> {
  const order = { symbol: 'BTCUSDT', side: 'buy', orderType: 'limit', force: 'gtc', price: '96000.5', size: '0.01' };
  const trade = '/api/v2/spot/trade';
  const orderList = [
    { ...order, clientOid: '11' },
    { ...order, clientOid: '11' },
  ];
  sent.set('batch-orders', (await bitget.post(`${trade}/batch-orders`, { symbol: 'BTCUSDT', orderList })).body);
  sent.set('unfilled-orders', (await bitget.get(`${trade}/unfilled-orders`)).body);
  const cancelList = { symbol: 'BTCUSDT', orderList: [{ clientOid: '11' }, { clientOid: '12' }] };
  sent.set('batch-cancel-order', (await bitget.post(`${trade}/batch-cancel-order`, cancelList)).body);
  sent.set('cancel-symbol-order', (await bitget.post(`${trade}/cancel-symbol-order`, { symbol: 'BTCUSDT' })).body);
  const market = { symbol: 'BTCUSDT', side: 'buy', orderType: 'market', size: '1000', clientOid: '13' };
  const placed = await bitget.place(market);
  sent.set('place-order', placed.body);
  sent.set('orderInfo', (await bitget.get(`${trade}/orderInfo?clientOid=13`)).body);
  sent.set('history-orders', (await bitget.get(`${trade}/history-orders?limit=1`)).body);
  sent.set('fills', (await bitget.get(`${trade}/fills`)).body);
  for (const [name, target] of [
    ['assets', '/api/v2/spot/account/assets?coin=BTC'],
    ['info', '/api/v2/spot/account/info'],
    ['trade-rate', '/api/v2/common/trade-rate?symbol=BTCUSDT&businessType=spot'],
  ] as const) {
    sent.set(name, (await bitget.get(target)).body);
  }
  for (const [name, target] of [
    ['time', '/api/v2/public/time'],
    ['symbols', '/api/v2/spot/public/symbols?symbol=BTCUSDT'],
    ['coins', '/api/v2/spot/public/coins?coin=BTC'],
    ['tickers', '/api/v2/spot/market/tickers?symbol=BTCUSDT'],
    ['orderbook', '/api/v2/spot/market/orderbook?symbol=BTCUSDT'],
    ['market fills', '/api/v2/spot/market/fills?symbol=BTCUSDT'],
    ['fills-history', '/api/v2/spot/market/fills-history?symbol=BTCUSDT'],
  ] as const) {
    sent.set(name, (await bitget.request('GET', target)).body);
  }
}

const sent = await emit();

/** What a client calls its orders is no matter of the venue. */
const unnamed = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (key, inner) => (key === 'clientOid' ? 'name' : inner));

/** https://www.bitget.com/api-doc/spot/websocket/private/Account-Channel; no fixture holds one. */
const DOCUMENTED_ACCOUNT: Json = {
  action: 'snapshot',
  arg: { instType: 'SPOT', channel: 'account', coin: 'default' },
  data: [{ coin: 'USDT', available: '1', frozen: '0', locked: '0', limitAvailable: '0', uTime: '1697092295506' }],
  ts: 1695713887792,
};

/** https://www.bitget.com/api-doc/spot/trade/Place-Order, and a refusal that ccxt quotes. */
const DOCUMENTED_ORDER: Json = {
  code: '00000',
  msg: 'success',
  requestTime: 1695808949356,
  data: { orderId: '1001', clientOid: 'a' },
};
const QUOTED_REFUSAL: Json = { code: '43012', msg: 'Insufficient balance', requestTime: 1711648951774, data: null };

const STP = 'documented since 2025';
const MASKED = 'the example hides it behind asterisks';
const NEWER = 'documented in November 2025, younger than the fixture';
const LIVE = 'recorded from the live venue in September 2026';
const OTHER = 'the example has it, recorded replies have "msg"';
const UNFILLED = 'recorded and documented for open orders; the fixture is of a single order';
const NO_FILL = 'recorded pushes without a fill have none of it';

describeWithFixtures('frames and bodies', (root) => {
  const documented = new Map(
    ['rest_public/jkorf', 'rest_private/jkorf', 'ws_public/jkorf', 'ws_private/jkorf', 'ws_public/live_2026-09_bytex']
      .flatMap((path) => readJsonl<Documented>(`${root}/bitget/${path}.jsonl`))
      .map((entry) => [entry.name, entry]),
  );
  const json = (text: string | undefined): Json => JSON.parse(text ?? 'null') as Json;
  const rest = (name: string): Json => json(documented.get(name)?.response);
  const live = (name: string): Json => json(documented.get(name)?.text);
  const step = (name: string, dir: string): Json =>
    json(documented.get(name)?.steps?.find((one) => one.dir === dir)?.text);

  const cases: readonly [ours: string, theirs: Json, listed?: Readonly<Record<string, string>>][] = [
    ['ack', live('sub_ack')],
    ['error', live('sub_error')],
    ['ticker', live('spot_ticker')],
    ['trade', step('Subscriptions/Spot/Trades', 'server_update')],
    ['trade update', live('spot_trade')],
    ['books update', live('spot_books_update_no_checksum')],
    ['books', live('spot_books_update_no_checksum')],
    ['books1', live('spot_books_update_no_checksum')],
    ['books5', live('spot_books_update_no_checksum')],
    ['books15', live('spot_books_update_no_checksum')],
    [
      'login',
      step('Subscriptions/Spot/Order', 'server'),
      {
        '+ connId': 'seen on this socket in October 2026',
        '- msg': 'seen on this socket in October 2026 without',
        '~ code: number, fixture decimal text': 'seen on this socket in October 2026 as a number',
      },
    ],
    [
      'orders fill',
      step('Subscriptions/Spot/Order', 'server_update'),
      {
        '+ data[].stpMode': STP,
      },
    ],
    [
      'orders live',
      step('Subscriptions/Spot/Order', 'server_update'),
      {
        '+ data[].price': 'recorded pushes of limit orders have it; the example is a market order',
        '+ data[].stpMode': STP,
        '- data[].baseVolume': NO_FILL,
        '- data[].fillFee': NO_FILL,
        '- data[].fillFeeCoin': NO_FILL,
        '- data[].fillPrice': NO_FILL,
        '- data[].fillTime': NO_FILL,
        '- data[].tradeId': NO_FILL,
        '- data[].tradeScope': NO_FILL,
      },
    ],
    ['fill', step('Subscriptions/Spot/UserTrade', 'server_update')],
    ['account', DOCUMENTED_ACCOUNT],
    ['place-order', DOCUMENTED_ORDER],
    ['refusal', QUOTED_REFUSAL],
    ['time', rest('Spot/ExchangeData/GetServerTime')],
    [
      'symbols',
      rest('Spot/ExchangeData/GetSymbols'),
      {
        '+ data[].areaSymbol': LIVE,
        '+ data[].maxLimitOrderValue': LIVE,
        '+ data[].maxMarketOrderValue': LIVE,
        '+ data[].offTime': LIVE,
        '+ data[].openTime': LIVE,
        '+ data[].orderQuantity': LIVE,
      },
    ],
    [
      'coins',
      rest('Spot/ExchangeData/GetAssets'),
      {
        '+ data[].chains[].congestion': NEWER,
      },
    ],
    ['tickers', rest('Spot/ExchangeData/GetTickers')],
    ['orderbook', rest('Spot/ExchangeData/GetOrderBook')],
    ['market fills', rest('Spot/ExchangeData/GetTrades')],
    ['fills-history', rest('Spot/ExchangeData/GetTrades')],
    [
      'assets',
      rest('Spot/Account/GetSpotBalances'),
      {
        '+ msg': OTHER,
        '- message': OTHER,
      },
    ],
    [
      'info',
      rest('Spot/Account/GetAccountInfo'),
      {
        '~ data.userId: decimal text, fixture text': MASKED,
      },
    ],
    ['trade-rate', rest('Spot/Account/GetTradeFee')],
    [
      'orderInfo',
      rest('Spot/Trading/GetOrder'),
      {
        '+ data[].cancelReason': NEWER,
        '~ data[].userId: decimal text, fixture text': MASKED,
      },
    ],
    [
      'history-orders',
      rest('Spot/Trading/GetOrder'),
      {
        '+ data[].cancelReason': NEWER,
        '+ data[].tpslType': NEWER,
        '+ data[].triggerPrice': NEWER,
        '~ data[].userId: decimal text, fixture text': MASKED,
      },
    ],
    [
      'unfilled-orders',
      rest('Spot/Trading/GetOrder'),
      {
        '+ data[].basePrice': UNFILLED,
        '+ data[].executeStopLossPrice': NEWER,
        '+ data[].executeTakeProfitPrice': NEWER,
        '+ data[].presetStopLossPrice': NEWER,
        '+ data[].presetTakeProfitPrice': NEWER,
        '+ data[].tpslType': NEWER,
        '+ data[].triggerPrice': NEWER,
        '- data[].feeDetail': UNFILLED,
        '- data[].price': UNFILLED,
        '~ data[].userId: decimal text, fixture text': MASKED,
      },
    ],
    [
      'fills',
      rest('Spot/Trading/GetUserTrades'),
      {
        '~ data[].userId: decimal text, fixture text': MASKED,
      },
    ],
    [
      'batch-orders',
      rest('Spot/Trading/PlaceMultipleOrders'),
      {
        '+ data.failureList[].errorCode': 'in the list of fields, not in the example',
        '~ data.failureList[].orderId: text, fixture decimal text': 'an order that was not taken has no id',
      },
    ],
    [
      'batch-cancel-order',
      rest('Spot/Trading/CancelMultipleOrders'),
      {
        '+ data.failureList[].errorCode': 'in the list of fields, not in the example',
        '+ msg': OTHER,
        '- message': OTHER,
        '~ data.failureList[].orderId: text, fixture decimal text': 'empty where the client named its own id',
      },
    ],
    ['cancel-symbol-order', rest('Spot/Trading/CancelOrdersBySymbol')],
  ];

  it.each(cases)('%s', (ours, theirs, listed = {}) => {
    expect(differences(unnamed(sent.get(ours)), unnamed(theirs))).toEqual(Object.keys(listed).sort());
  });
});
