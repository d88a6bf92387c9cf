/** Every frame and body of the simulated Kraken has the keys and value types of a recorded or documented one. Where
 *  they differ, the difference is listed here with its reason; one that is listed but not there fails too. What no
 *  fixture has (the private channels) is compared with the member lists of the documentation, written down below. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeWithFixtures, readJsonl } from '../../fixtures.ts';
import { channelOf, newKraken, rowsOf } from './kraken-harness.ts';
import { differences } from './shape.ts';
import { type Json, settle } from './venue-bench.ts';

/** Everything that the wire sends in one short session. */
interface Emitted {
  readonly rest: ReadonlyMap<string, Json>;
  readonly market: readonly Json[];
  readonly account: readonly Json[];
}

async function emit(): Promise<Emitted> {
  const bench = newKraken();
  bench.quote('BTC-USDT', '96400', '96400.1', '0.5');
  const market = bench.publicSocket();
  for (const channel of ['book', 'ticker', 'trade']) {
    const symbol = ['BTC/USDT'];
    market.send({ method: 'subscribe', params: { channel, symbol, snapshot: true }, req_id: 1 });
  }
  market.send({ method: 'subscribe', params: { channel: 'instrument' } });
  market.send({ method: 'subscribe', params: { channel: 'book', symbol: ['XBT/USDT'] } });
  market.send({ method: 'ping', req_id: 42 });
  bench.quote('BTC-USDT', '96400', '96400.2', '0.6');
  bench.exchange.synthesizeTrade(bench.instrument('BTC-USDT'), 'buy', 1000);
  bench.clock.advanceMs(1_000);

  const own = bench.privateSocket();
  const token = await bench.token();
  for (const channel of ['executions', 'balances']) own.send({ method: 'subscribe', params: { channel, token } });
  const order = { order_type: 'limit', side: 'buy', symbol: 'BTC/USDT', order_qty: 0.01, limit_price: 90000, token };
  own.send({ method: 'add_order', params: { ...order, cl_ord_id: 'mine' }, req_id: 42 });
  await settle();
  own.send({ method: 'add_order', params: { ...order, limit_price: 96400.2, cl_ord_id: 'taker' }, req_id: 43 });
  await settle();
  own.send({ method: 'cancel_order', params: { cl_ord_id: ['mine'], token } });
  own.send({ method: 'cancel_order', params: { cl_ord_id: ['mine'], token } });
  await settle();

  const rest = new Map<string, Json>();
  for (const target of ['Time', 'SystemStatus', 'Assets', 'AssetPairs', 'Ticker', 'Depth', 'Trades']) {
    rest.set(
      target,
      (await bench.get(`${target}${['Ticker', 'Depth', 'Trades'].includes(target) ? '?pair=XBTUSDT' : ''}`)).body,
    );
  }
  const limit = { pair: 'XBTUSDT', type: 'buy', ordertype: 'limit', volume: '0.01', price: '90000' };
  const calls: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['AddOrder', limit],
    ['OpenOrders', {}],
    ['ClosedOrders', { trades: 'true' }],
    ['TradesHistory', {}],
    ['BalanceEx', {}],
    ['TradeVolume', { pair: 'XBTUSDT' }],
    ['CancelAll', {}],
    ['GetWebSocketsToken', {}],
    ['GetApiKeyInfo', {}],
  ];
  for (const [name, fields] of calls) rest.set(name, (await bench.post(name, fields)).body);
  return { rest, market: market.take(), account: own.take() };
}

const first = (table: unknown): unknown => Object.values(table as Json)[0];
const resultOf = (body: unknown): Json => (body as { result: Json }).result;

interface Case {
  readonly ours: (emitted: Emitted) => unknown;
  readonly theirs: (bodies: ReadonlyMap<string, unknown>) => unknown;
  readonly differences?: Readonly<Record<string, string>>;
}

const rest = (name: string) => (emitted: Emitted) => emitted.rest.get(name);
const body = (name: string) => (bodies: ReadonlyMap<string, unknown>) => bodies.get(name);
/** Both bodies with the row of their first key in place of the table. */
const row =
  (...path: readonly string[]) =>
  (value: unknown): unknown =>
    first(path.reduce((inner, key) => (inner as Json)[key], value));

const OPEN_2026 = {
  '+ descr.aclass': 'recorded in January 2026',
  '+ time_in_force': 'recorded in January 2026',
  '~ userref: null, fixture number': 'null where there is none, recorded in January 2026',
};

const CASES: Readonly<Record<string, Case>> = {
  Time: { ours: rest('Time'), theirs: body('http_server_time') },
  SystemStatus: { ours: rest('SystemStatus'), theirs: body('http_system_status') },
  Ticker: { ours: rest('Ticker'), theirs: body('http_ticker') },
  Depth: { ours: rest('Depth'), theirs: body('http_order_book') },
  AssetPairs: {
    ours: ({ rest: bodies }) => row()(resultOf(bodies.get('AssetPairs'))),
    theirs: (bodies) => row()(resultOf(bodies.get('http_asset_pairs'))),
    differences: {
      '+ execution_venue': 'recorded in September 2026',
      '- long_position_limit': 'only of pairs that can be traded on margin',
      '- short_position_limit': 'only of pairs that can be traded on margin',
    },
  },
  Assets: {
    ours: ({ rest: bodies }) => row()(resultOf(bodies.get('Assets'))),
    theirs: (bodies) => row()(resultOf(bodies.get('Spot/ExchangeData/GetAssets'))),
    differences: { '+ margin_rate': 'recorded in September 2026' },
  },
  Trades: {
    ours: ({ rest: bodies }) => row()(resultOf(bodies.get('Trades'))),
    theirs: (bodies) => row()(resultOf(bodies.get('Spot/ExchangeData/GetTradeHistory'))),
  },
  AddOrder: {
    ours: rest('AddOrder'),
    theirs: body('http_add_order_spot'),
    differences: Object.fromEntries(
      ['leverage', 'ordertype', 'pair', 'price', 'price2', 'type'].map((name) => [
        `- result.descr.${name}`,
        'the documentation has the sentence alone, as in Spot/Trading/PlaceOrder',
      ]),
    ),
  },
  OpenOrders: {
    ours: ({ rest: bodies }) => row('open')(resultOf(bodies.get('OpenOrders'))),
    theirs: (bodies) => row('open')(resultOf(bodies.get('http_open_orders'))),
    differences: OPEN_2026,
  },
  ClosedOrders: {
    ours: ({ rest: bodies }) => row('closed')(resultOf(bodies.get('ClosedOrders'))),
    theirs: (bodies) => row('closed')(resultOf(bodies.get('http_closed_orders'))),
    differences: {
      ...OPEN_2026,
      '+ cl_ord_id': 'documented, where the order has one',
      '+ trades': 'asked for',
      '~ reason: null, fixture text': 'this one was filled, and has none',
    },
  },
  TradesHistory: {
    ours: ({ rest: bodies }) => row('trades')(resultOf(bodies.get('TradesHistory'))),
    theirs: (bodies) => row('trades')(resultOf(bodies.get('Spot/Trading/GetUserTrades'))),
    differences: { '+ leverage': 'documented' },
  },
  BalanceEx: {
    ours: ({ rest: bodies }) => row()(resultOf(bodies.get('BalanceEx'))),
    theirs: (bodies) => row()(resultOf(bodies.get('Spot/Account/GetAvailableBalances'))),
    differences: {
      '~ balance: decimal text, fixture number': 'documented as texts',
      '~ hold_trade: decimal text, fixture number': 'documented as texts',
    },
  },
  TradeVolume: {
    ours: ({ rest: bodies }) => row('fees')(resultOf(bodies.get('TradeVolume'))),
    theirs: (bodies) => row('fees')(resultOf(bodies.get('Spot/Account/GetTradeVolume'))),
  },
  GetApiKeyInfo: {
    ours: rest('GetApiKeyInfo'),
    theirs: body('Spot/Account/GetApiKeyInfo'),
    differences: {
      '~ result.api_key: text, fixture decimal text': 'the fixture has a number in place of the key',
      '~ result.iban: text, fixture decimal text': 'the fixture has a number in its place',
    },
  },
  CancelAll: { ours: rest('CancelAll'), theirs: body('Spot/Trading/CancelAllOrders') },
  pong: {
    ours: ({ market }) => market.find(({ method }) => method === 'pong'),
    theirs: body('ws_pong'),
  },
  'book update': {
    ours: ({ market }) => channelOf(market, 'book').find(({ type }) => type === 'update'),
    theirs: body('ws_book_update'),
  },
  ticker: {
    ours: ({ market }) => channelOf(market, 'ticker')[0],
    theirs: body('ws_ticker_snapshot'),
    differences: { '+ data[].trades': 'recorded in September 2026' },
  },
  'subscribe acknowledgement': {
    ours: ({ market }) =>
      market.find(({ method, result }) => method === 'subscribe' && (result as Json)?.channel === 'ticker'),
    theirs: body('ws_subscribe_response'),
    differences: { '+ result.event_trigger': 'recorded in January 2026' },
  },
  'add_order answer': {
    ours: ({ account }) => account.find(({ method }) => method === 'add_order'),
    theirs: body('ws_add_order_response_success'),
    differences: { '- result.order_userref': 'only where the order has one, recorded in January 2026' },
  },
};

describeWithFixtures('what the simulated Kraken sends has the shape of the fixtures:', (root) => {
  const bodies = new Map<string, unknown>();
  for (const folder of ['rest_public', 'rest_private', 'ws_public', 'ws_control_and_order_entry']) {
    for (const source of ['nautilus', 'jkorf']) {
      const path = join(root, 'kraken', folder, `${source}.jsonl`);
      for (const one of readJsonl<{ name: string; text?: string; response?: string }>(path)) {
        const text = one.text ?? one.response;
        if (text !== undefined) bodies.set(one.name, JSON.parse(text));
      }
    }
  }

  it.each(Object.entries(CASES))('%s', async (_, { ours, theirs, differences: listed = {} }) => {
    const expected = theirs(bodies);
    expect(expected).toBeDefined();
    expect(differences(ours(await emit()), expected)).toEqual(Object.keys(listed).sort());
  });

  it.each(['btcusd', 'xrpusd'])('recorded socket frames, %s', async (name) => {
    const { market } = await emit();
    const recorded = readJsonl<{ t: string; data: string }>(
      join(root, `kraken/book_recordings/v2_kraken_${name}_sample.jsonl`),
    )
      .filter(({ t }) => t === 'recv')
      .map(({ data }) => JSON.parse(data) as Json);
    const is = (channel: string, type?: string) => (frame: Json) =>
      frame.channel === channel && (type === undefined || frame.type === type);
    const isAck = ({ method, result }: Json) => method === 'subscribe' && (result as Json)?.channel === 'book';
    const pairs = [
      [is('status'), ['+ data[].emergency', '+ data[].upcoming_maintenance']],
      [is('heartbeat'), []],
      [is('book', 'snapshot'), []],
      [is('book', 'update'), []],
      [isAck, ['+ req_id']],
    ] as const;
    for (const [isMeant, listed] of pairs) {
      const all = recorded.filter(isMeant);
      expect(differences([market.find(isMeant)], all).map((one) => one.replace('[].', ''))).toEqual(listed);
    }
  });
});

/** Members of updates as documented (https://docs.kraken.com/api/docs/websocket-v2/executions and …/balances) and as
 *  recorded in January 2026, in their order. */
const DOCUMENTED = {
  pending_new:
    'order_id symbol order_qty cum_cost time_in_force exec_type side order_type cl_ord_id limit_price_type limit_price stop_price order_status fee_usd_equiv fee_ccy_pref timestamp',
  new: 'timestamp order_status exec_type cl_ord_id order_id',
  trade:
    'order_id cl_ord_id exec_id exec_type trade_id symbol side last_qty last_price liquidity_ind cost order_type timestamp order_status cum_qty cum_cost fee_usd_equiv avg_price fees',
  filled: 'timestamp order_status exec_type cum_qty cum_cost fee_usd_equiv avg_price cl_ord_id order_id',
  canceled:
    'timestamp order_status exec_type cum_qty cum_cost fee_usd_equiv avg_price cl_ord_id cancel_reason reason order_id',
} as const;

describe('what the simulated Kraken pushes has the documented members:', () => {
  it.each(Object.entries(DOCUMENTED))('executions, %s', async (type, members) => {
    const { account } = await emit();
    const found = rowsOf(account, 'executions').find(({ exec_type }) => exec_type === type);
    expect(Object.keys(found ?? {})).toEqual(members.split(' '));
  });

  it('balances', async () => {
    const { account } = await emit();
    const [snapshot, update] = channelOf(account, 'balances');
    expect(Object.keys(snapshot ?? {})).toEqual(['channel', 'type', 'data', 'sequence']);
    expect(Object.keys((snapshot?.data as Json[] | undefined)?.[0] ?? {})).toEqual([
      'asset',
      'asset_class',
      'wallets',
      'balance',
    ]);
    expect(Object.keys((update?.data as Json[] | undefined)?.[0] ?? {})).toEqual(
      'ledger_id ref_id timestamp type asset asset_class category wallet_type wallet_id amount fee balance'.split(' '),
    );
  });

  it('acknowledgements and errors, in the order of the alphabet', async () => {
    const { account, market } = await emit();
    const keys = (found: Json | undefined): string => Object.keys(found ?? {}).join(' ');
    expect(keys(market.find(({ error }) => error !== undefined))).toBe('error method success symbol time_in time_out');
    expect(keys(account.find(({ error }) => error !== undefined))).toBe('error method success time_in time_out');
    expect(keys(account.find(({ method }) => method === 'add_order'))).toBe(
      'method req_id result success time_in time_out',
    );
    const executions = account.find(({ method, result }) => method === 'subscribe' && result !== undefined);
    expect(keys(executions?.result as Json)).toBe('channel maxratecount snap_orders snap_trades snapshot warnings');
  });
});
