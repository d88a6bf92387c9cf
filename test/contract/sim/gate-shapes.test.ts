/** Every frame and body of the simulated Gate has the keys and value types of a recorded or documented one. Where they
 *  differ, the difference is listed here with its reason; one that is listed but not there fails too. What no fixture
 *  has is compared with its documented field list, written here with values of no meaning. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ERRORS } from '../../../src/sim/venues/gate/errors.ts';
import { describeWithFixtures, readJson, readJsonl } from '../../fixtures.ts';
import {
  authorized,
  call,
  loggedIn,
  loginMessage,
  PRIVATE,
  PUBLIC,
  place,
  signed,
  startGate,
  subscribe,
  taken,
} from './gate-harness.ts';
import { differences } from './shape.ts';
import type { Json, ManualBench } from './venue-bench.ts';

interface Emitted {
  /** REST bodies by name. */
  readonly rest: ReadonlyMap<string, unknown>;
  /** The first push of a kind, by channel (`spot.obu full` and `spot.obu` apart). */
  readonly pushed: ReadonlyMap<string, unknown>;
  /** Other frames by name. */
  readonly frames: ReadonlyMap<string, unknown>;
}

/** Market data, once each. */
function emitPublic(bench: ManualBench, out: { pushed: Map<string, unknown>; frames: Map<string, unknown> }): void {
  const socket = bench.connect(PUBLIC);
  for (const channel of ['spot.tickers', 'spot.trades', 'spot.book_ticker']) {
    socket.send({ ...subscribe(bench, channel, ['BTC_USDT']), id: 1 });
  }
  socket.send(subscribe(bench, 'spot.obu', ['ob.BTC_USDT.400']));
  socket.send(subscribe(bench, 'spot.order_book_update', ['BTC_USDT', '100ms']));
  socket.send(subscribe(bench, 'spot.order_book', ['BTC_USDT', '5', '100ms']));
  bench.clock.advanceMs(100);
  bench.quote('BTC-USDT', '96401', '96401.1', '0.6');
  bench.exchange.synthesizeTrade(bench.instrument('BTC-USDT'), 'buy', 1000);
  bench.clock.advanceMs(100);
  socket.send(subscribe(bench, 'spot.trades', ['NOPE_USD']));
  socket.send({ time: 1, channel: 'spot.ping' });
  for (const frame of socket.take()) {
    const { channel, event, error, id } = frame;
    if (event === 'update') {
      const isFull = (frame.result as Json).full === true;
      out.pushed.set(`${String(channel)}${isFull ? ' full' : ''}`, frame);
    } else if (channel === 'spot.pong') out.frames.set('pong', frame);
    else if (error !== undefined) out.frames.set('refused', frame);
    else out.frames.set(id === undefined ? `accepted ${String(channel)}` : 'accepted with id', frame);
  }
}

async function emitPrivate(
  bench: ManualBench,
  out: { pushed: Map<string, unknown>; frames: Map<string, unknown> },
): Promise<void> {
  const fresh = bench.connect(PRIVATE);
  fresh.send(loginMessage(bench));
  out.frames.set('spot.login', fresh.take()[0]);
  const socket = loggedIn(bench);
  for (const channel of ['spot.orders', 'spot.orders_v2', 'spot.usertrades', 'spot.usertrades_v2']) {
    socket.send(authorized(bench, channel, ['!all']));
  }
  socket.send(authorized(bench, 'spot.balances'));
  const order = { currency_pair: 'BTC_USDT', amount: '0.01' };
  const sell = { ...order, side: 'sell', price: '96300', text: 't-1' };
  const buy = { ...order, side: 'buy', price: '90000', text: 't-2' };
  const key = { currency_pair: 'BTC_USDT', order_id: 't-2' };
  const requests: readonly (readonly [string, unknown])[] = [
    ['spot.order_place', sell],
    ['spot.order_place', buy],
    ['spot.order_status', key],
    ['spot.order_cancel', key],
    ['spot.order_place', buy],
    ['spot.order_cancel_ids', [{ currency_pair: 'BTC_USDT', id: 't-2' }]],
    ['spot.order_place', buy],
    ['spot.order_cancel_cp', { currency_pair: 'BTC_USDT' }],
    ['spot.order_list', { currency_pair: 'BTC_USDT', status: 'finished' }],
  ];
  for (const [channel, param] of requests) socket.send(call(bench, channel, 'r', param));
  socket.send(call(bench, 'spot.order_cancel', 'refused', key));
  for (const frame of await taken(socket)) {
    const header = frame.header as Json | undefined;
    if (frame.event === 'update') out.pushed.set(String(frame.channel), frame);
    else if (header === undefined) out.frames.set('accepted privately', frame);
    else if (frame.request_id === 'refused') out.frames.set('refused operation', frame);
    else out.frames.set(frame.ack === true ? 'ack' : String(header.channel), frame);
  }
}

async function emitRest(bench: ManualBench): Promise<Map<string, unknown>> {
  const bodies = new Map<string, unknown>();
  for (const path of [
    '/spot/time',
    '/spot/currency_pairs',
    '/spot/currencies',
    '/spot/currencies/BTC',
    '/spot/order_book?currency_pair=BTC_USDT&with_id=true',
    '/spot/tickers?currency_pair=BTC_USDT&timezone=all',
    '/spot/trades?currency_pair=BTC_USDT',
  ]) {
    bodies.set(path.split('?')[0] ?? '', (await bench.request('GET', `/api/v4${path}`)).body);
  }
  bodies.set('place', (await place(bench, { side: 'buy', amount: '0.01', price: '97000', text: 't-a' })).body);
  await place(bench, { side: 'buy', amount: '0.01', price: '90000', text: 't-b' });
  bodies.set('open', (await signed(bench, 'GET', '/spot/open_orders')).body);
  bodies.set('find', (await signed(bench, 'GET', '/spot/orders/t-b?currency_pair=BTC_USDT')).body);
  bodies.set('cancel', (await signed(bench, 'DELETE', '/spot/orders/t-b?currency_pair=BTC_USDT')).body);
  bodies.set('finished', (await signed(bench, 'GET', '/spot/orders?currency_pair=BTC_USDT&status=finished')).body);
  const batch = [{ currency_pair: 'BTC_USDT', side: 'buy', amount: '0.01', price: '90000', text: 't-c' }];
  bodies.set('batch', (await signed(bench, 'POST', '/spot/batch_orders', { body: batch })).body);
  const cancels = [{ currency_pair: 'BTC_USDT', id: 't-c' }];
  bodies.set('cancel batch', (await signed(bench, 'POST', '/spot/cancel_batch_orders', { body: cancels })).body);
  await place(bench, { side: 'buy', amount: '0.01', price: '90000', text: 't-d' });
  bodies.set('cancel all', (await signed(bench, 'DELETE', '/spot/orders?currency_pair=BTC_USDT')).body);
  for (const path of [
    '/spot/accounts?currency=USDT',
    '/spot/my_trades?currency_pair=BTC_USDT',
    '/wallet/fee',
    '/spot/fee',
    '/account/detail',
    '/account/main_keys',
  ]) {
    bodies.set(path.split('?')[0] ?? '', (await signed(bench, 'GET', path)).body);
  }
  bodies.set('refused', (await signed(bench, 'GET', '/spot/orders/1?currency_pair=BTC_USDT')).body);
  return bodies;
}

let emitted: Emitted;

beforeAll(async () => {
  const out = { pushed: new Map<string, unknown>(), frames: new Map<string, unknown>() };
  const bench = startGate();
  emitPublic(bench, out);
  await emitPrivate(bench, out);
  emitted = { ...out, rest: await emitRest(startWithTrade()) };
});

/** A bench whose public trades are not empty. */
function startWithTrade(): ManualBench {
  const bench = startGate();
  bench.exchange.synthesizeTrade(bench.instrument('BTC-USDT'), 'buy', 1000);
  return bench;
}

type Reasons = Readonly<Record<string, string>>;

/** Compares with a fixture; `reasons` are the differences. */
function check(ours: unknown, fixture: unknown, reasons: Reasons = {}): void {
  expect(ours).toBeDefined();
  expect(fixture).toBeDefined();
  expect(differences(ours, fixture)).toEqual(Object.keys(reasons).sort());
}

// — fixtures —

interface Exchange {
  readonly name: string;
  readonly response?: string;
  readonly steps?: readonly { readonly dir: string; readonly text: string }[];
}

const OPEN_ORDER_NEWER = [
  'amend_text',
  'avg_deal_price',
  'create_time_ms',
  'fill_price',
  'filled_amount',
  'finish_as',
  'gt_maker_fee',
  'gt_taker_fee',
  'iceberg',
  'update_time_ms',
];
const NEWER = 'on the page of 2025, not in the example';

describeWithFixtures('with fixtures, the simulated Gate sends', (root) => {
  const read = (file: string): Exchange[] => readJsonl<Exchange>(join(root, 'gate', file));
  const body = (file: string, name: string): unknown =>
    JSON.parse(read(`${file}/jkorf.jsonl`).find((one) => one.name === name)?.response ?? 'null');
  const frame = (file: string, name: string, dir: string, at = 0): unknown => {
    const steps = read(`${file}/jkorf.jsonl`).find((one) => one.name === name)?.steps ?? [];
    const text = steps.filter((step) => step.dir === dir)[at]?.text ?? 'null';
    return JSON.parse(text.replaceAll('"|1|"', '"r"').replaceAll('"|5|"', '"r"'));
  };
  const recorded = (channel: string, isMeant: (result: Json) => boolean = () => true): unknown =>
    readJsonl<{ readonly t: string; readonly data: string }>(
      join(root, 'gate/book_recordings/v4_spot_book_update_6syms.jsonl'),
    )
      .filter(({ t }) => t === 'recv')
      .map(({ data }) => JSON.parse(data) as Json)
      .find((one) => one.channel === channel && one.event === 'update' && isMeant(one.result as Json));
  const later = (isMeant: (raw: Json) => boolean): unknown =>
    readJsonl<{ readonly raw: Json }>(join(root, 'gate/normalised/tardis_gate-io.jsonl'))
      .map(({ raw }) => raw)
      .find(isMeant);
  const push = (name: string): unknown => emitted.pushed.get(name);
  const rest = (name: string): unknown => emitted.rest.get(name);

  it('whole books and changes of spot.obu as recorded in 2025', () => {
    const of = (full: boolean): unknown =>
      later(
        ({ channel, result }) =>
          channel === 'spot.obu' && ((result as Json).full === true) === full && (result as Json).t !== undefined,
      );
    check(push('spot.obu full'), of(true));
    check(push('spot.obu'), of(false));
  });

  it('acknowledgements as recorded in 2025', () => {
    const ack = later(({ event }) => event === 'subscribe');
    check(emitted.frames.get('accepted spot.obu'), ack);
    check(emitted.frames.get('accepted with id'), ack, { '+ id': 'the request had one' });
    check(
      emitted.frames.get('accepted privately'),
      frame('ws_private', 'Subscriptions/Spot/SubscribeToBalanceUpdates', 'server'),
      {
        '- payload': 'the request had none',
        '~ time: number, fixture decimal text': 'the fixture holds a place for a number',
      },
    );
  });

  it('changed levels as recorded', () => {
    check(
      push('spot.order_book_update'),
      recorded('spot.order_book_update', ({ a, b }) => [a, b].every((side) => (side as unknown[]).length > 0)),
      {
        '+ time_ms': NEWER,
        '+ result.l': NEWER,
      },
    );
  });

  it('the best bid and offer as recorded in 2023', () => {
    check(
      push('spot.book_ticker'),
      later(({ channel }) => channel === 'spot.book_ticker'),
    );
  });

  it('tickers as recorded', () => {
    check(push('spot.tickers'), recorded('spot.tickers'), { '+ time_ms': NEWER });
  });

  it('trades as recorded', () => {
    const more = { '+ result.id_market': NEWER, '+ result.range': NEWER, '+ result.trade_mode': 'recorded in 2026' };
    check(
      push('spot.trades'),
      later(({ channel }) => channel === 'spot.trades'),
      more,
    );
  });

  it('REST books, pairs and currencies', () => {
    check(rest('/spot/order_book'), body('rest_public', 'Spot/ExchangeData/GetOrderBook'));
    const pairs: Reasons = Object.fromEntries(
      [
        'base_name',
        'quote_name',
        'trade_quotes',
        'type',
        'trade_url',
        'st_tag',
        'up_rate',
        'down_rate',
        'slippage',
        'market_order_max_stock',
        'market_order_max_money',
      ].map((name) => [`+ [].${name}`, 'recorded in 2026']),
    );
    check(rest('/spot/currency_pairs'), body('rest_public', 'Spot/ExchangeData/GetSymbols'), pairs);
    const chains = (at: string): Reasons => ({ [`+ ${at}chains`]: NEWER, [`+ ${at}name`]: NEWER });
    check(rest('/spot/currencies'), body('rest_public', 'Spot/ExchangeData/GetAssets'), chains('[].'));
    check(rest('/spot/currencies/BTC'), body('rest_public', 'Spot/ExchangeData/GetAsset'), chains(''));
    const listed = readJson<{ readonly body: readonly Json[] }>(
      join(root, 'gate/rest_public/spot_currency_pairs_2021.json'),
    );
    const [pair = {}] = rest('/spot/currency_pairs') as Json[];
    expect(Object.keys(pair)).toEqual(expect.arrayContaining(Object.keys(listed.body[0] ?? {})));
  });

  it('orders in REST bodies', () => {
    check(rest('place'), body('rest_private', 'Spot/Trading/PlaceOrder'));
    check(rest('find'), body('rest_private', 'Spot/Trading/GetOrder'));
    check(rest('cancel'), body('rest_private', 'Spot/Trading/CancelOrder'));
    check(rest('finished'), body('rest_private', 'Spot/Trading/GetOrders'));
    check(rest('cancel all'), body('rest_private', 'Spot/Trading/CancelAllOders'), {
      '+ [].label': 'documented, not in the example',
      '+ [].message': 'documented, not in the example',
    });
    check(rest('cancel batch'), body('rest_private', 'Spot/Trading/CancelOrders'), {
      '~ [].id: text, fixture decimal text': 'canceled by its text',
      '~ [].text: text, fixture decimal text': 'a text begins with t-',
    });
  });

  it('lists of open orders and batches', () => {
    const older = (at: string): Reasons =>
      Object.fromEntries(OPEN_ORDER_NEWER.map((name) => [`+ ${at}${name}`, NEWER]));
    check(rest('open'), body('rest_private', 'Spot/Trading/GetOpenOrders'), older('[].orders[].'));
    check(rest('batch'), body('rest_private', 'Spot/Trading/PlaceMultipleOrder'), {
      '+ [].fill_price': NEWER,
      '+ [].gt_maker_fee': NEWER,
      '+ [].gt_taker_fee': NEWER,
      '- [].stp_act': 'of members of a self-trade group',
      '- [].stp_id': 'of members of a self-trade group',
    });
  });

  it('balances and rates', () => {
    check(rest('/spot/accounts'), body('rest_private', 'Spot/Account/GetBalances'));
    check(rest('/wallet/fee'), body('rest_private', 'Spot/Account/GetTradingFee'));
  });

  it('private pushes', () => {
    const of = (name: string): unknown => frame('ws_private', `Subscriptions/Spot/${name}`, 'server_update');
    check(push('spot.orders'), of('SubscribeToOrderUpdates'), { '+ result[].filled_amount': NEWER });
    check(push('spot.usertrades'), of('SubscribeToUserTradeUpdates'), {
      '+ result[].fee_currency': 'documented, not in the example',
      '+ result[].id_market': NEWER,
    });
    check(push('spot.balances'), of('SubscribeToBalanceUpdates'));
  });

  it('answers of the WebSocket API', () => {
    const of = (name: string): unknown =>
      frame('ws_control_and_order_entry', `Socket/SpotApi/${name}`, 'server_update');
    check(emitted.frames.get('spot.order_place'), of('PlaceOrder'));
    const older = (at: string): Reasons => ({
      [`+ ${at}.avg_deal_price`]: NEWER,
      [`+ ${at}.filled_amount`]: NEWER,
      [`- ${at}.stp_act`]: 'of members of a self-trade group',
      [`- ${at}.stp_id`]: 'of members of a self-trade group',
    });
    check(emitted.frames.get('spot.order_cancel'), of('CancelOrder'), older('data.result'));
    check(emitted.frames.get('spot.order_cancel_cp'), of('CancelAllOrders'), older('data.result[]'));
  });

  it('error labels that are documented', () => {
    const file = join(root, 'gate/rest_errors/labels.jsonl');
    const documented = new Set(readJsonl<{ readonly label: string }>(file).map(({ label }) => label));
    const others = Object.keys(ERRORS).filter((label) => !documented.has(label));
    expect(others.sort()).toEqual(Object.keys(LABELS_ELSEWHERE).sort());
  });
});

/** Labels that the fixture's list leaves out, and where they are. */
const PAGE = 'on the page of 2026';
const SEEN = 'in answers that clients have recorded';
const LABELS_ELSEWHERE: Readonly<Record<string, string>> = {
  AMOUNT_TOO_MUCH: PAGE,
  AUTHENTICATION_FAILED: SEEN,
  CLIENT_ID_NOT_FOUND: SEEN,
  FORBIDDEN: PAGE,
  INVALID_CURRENCY_PAIR: PAGE,
  INVALID_SIGNATURE: PAGE,
  MISSING_REQUIRED_HEADER: PAGE,
  NOT_FOUND: PAGE,
  ORDER_CLOSED: PAGE,
  POC_FILL_IMMEDIATELY: PAGE,
  PRICE_THRESHOLD_EXCEEDED: SEEN,
  REPEATED_CREATION: PAGE,
  TOO_MANY_ORDERS: PAGE,
  TOO_MANY_REQUESTS: PAGE,
};

// — field lists —

/** Values of no meaning, by type. */
const D = '0';
const T = 'x';
const N = 0;
const levels = [[D, D]];
const update = (channel: string, result: unknown): object => ({
  time: N,
  time_ms: N,
  channel,
  event: 'update',
  result,
});

const ORDER_V2 = {
  ...{ id: D, text: T, create_time: D, update_time: D, currency_pair: T, type: T, account: T, side: T, amount: D },
  ...{ price: D, time_in_force: T, left: D, filled_total: D, filled_amount: D, avg_deal_price: D, fee_currency: T },
  ...{ rebated_fee_currency: T, create_time_ms: D, update_time_ms: D, user: N, event: T, stp_id: N, stp_act: T },
  ...{ finish_as: T, biz_info: T, amend_text: T },
};
const TRADE_V2 = {
  ...{ id: N, user_id: N, order_id: D, currency_pair: T, create_time: N, create_time_ms: D, side: T, amount: D },
  ...{ role: T, price: D, text: T, id_market: N },
};
const ORDER = {
  ...{ id: D, text: T, amend_text: T, create_time: D, update_time: D, create_time_ms: N, update_time_ms: N, status: T },
  ...{ currency_pair: T, type: T, account: T, side: T, amount: D, price: D, time_in_force: T, iceberg: D, left: D },
  ...{ filled_amount: D, fill_price: D, filled_total: D, avg_deal_price: D, fee: D, fee_currency: T, point_fee: D },
  ...{ gt_fee: D, gt_maker_fee: D, gt_taker_fee: D, gt_discount: false, rebated_fee: D, rebated_fee_currency: T },
  finish_as: T,
};
const HEAD = {
  ...{ response_time: D, status: D, channel: T, event: T, client_id: T, x_in_time: N, x_out_time: N, conn_id: T },
  ...{ conn_trace_id: T, trace_id: T },
};
const RATE = { x_gate_ratelimit_requests_remain: N, x_gate_ratelimit_limit: N, x_gat_ratelimit_reset_timestamp: N };
const answer = (result: unknown): object => ({ request_id: T, header: HEAD, data: { result } });

const PUSHES: Readonly<Record<string, unknown>> = {
  'spot.order_book': update('spot.order_book', { t: N, lastUpdateId: N, s: T, l: D, bids: levels, asks: levels }),
  'spot.orders_v2': update('spot.orders_v2', [ORDER_V2]),
  'spot.usertrades_v2': update('spot.usertrades_v2', [TRADE_V2]),
};

const FRAMES: Readonly<Record<string, unknown>> = {
  pong: { time: N, time_ms: N, conn_id: T, channel: T, event: T, result: null, requestId: T },
  refused: {
    ...{ time: N, time_ms: N, conn_id: T, trace_id: T, channel: T, event: T, payload: [T], requestId: T },
    error: { code: N, message: T },
    result: { status: T },
  },
  'spot.login': answer({ api_key: T, uid: D }),
  'spot.order_status': answer(ORDER),
  'spot.order_list': answer([ORDER]),
  'spot.order_cancel_ids': answer([{ currency_pair: T, id: T, text: T, succeeded: true, label: null, message: null }]),
  'refused operation': { request_id: T, header: HEAD, data: { errs: { label: T, message: T } } },
  ack: {
    request_id: T,
    ack: true,
    header: { ...HEAD, ...RATE },
    data: {
      result: {
        ...{ req_id: T, req_header: null, api_key: T, timestamp: T, signature: T },
        req_param: { currency_pair: T, amount: D, side: T, price: D, text: T },
      },
    },
  },
};

const RATES = {
  ...{ user_id: N, taker_fee: D, maker_fee: D, gt_discount: false, gt_taker_fee: D, gt_maker_fee: D, loan_fee: D },
  ...{ point_type: D, debit_fee: N },
};
const BODIES: Readonly<Record<string, unknown>> = {
  '/spot/time': { server_time: N },
  '/spot/tickers': [
    {
      ...{ currency_pair: T, last: D, lowest_ask: D, highest_bid: D, change_percentage: D, change_utc0: D },
      ...{ change_utc8: D, base_volume: D, quote_volume: D, high_24h: D, low_24h: D },
    },
  ],
  // Recorded in 2026; the page has the fields of one's own trades there too.
  '/spot/trades': [
    {
      ...{ id: D, create_time: D, create_time_ms: D, currency_pair: T, side: T, amount: D, price: D, sequence_id: D },
    },
  ],
  '/spot/my_trades': [
    {
      ...{ id: D, create_time: D, create_time_ms: D, currency_pair: T, order_id: D, side: T, role: T, amount: D },
      ...{ price: D, fee: D, fee_currency: T, point_fee: D, gt_fee: D, amend_text: T, sequence_id: D, text: T },
    },
  ],
  '/spot/fee': { ...RATES, currency_pair: T },
  '/account/detail': {
    ...{ user_id: N, ip_whitelist: [T], currency_pairs: [T], key: { mode: N }, tier: N, copy_trading_role: N },
  },
  '/account/main_keys': [
    {
      ...{ state: N, mode: N, name: T, user_id: N, perms: [{ name: T, read_only: true }], ip_whitelist: [T] },
      ...{ currency_pairs: [T], key: T, created_at: N, update_at: N, last_access: N },
    },
  ],
  refused: { label: T, message: T },
};

describe('by its field lists, the simulated Gate sends', () => {
  it.each(Object.entries(PUSHES))('%s', (name, documented) => check(emitted.pushed.get(name), documented));
  it.each(Object.entries(FRAMES))('%s', (name, documented) => check(emitted.frames.get(name), documented));
  it.each(Object.entries(BODIES))('the body of %s', (name, documented) => check(emitted.rest.get(name), documented));

  it('nothing else than what is compared here or above', () => {
    const above = ['place', 'find', 'cancel', 'finished', 'open', 'batch', 'cancel batch', 'cancel all'];
    const listed = ['/spot/order_book', '/spot/currency_pairs', '/spot/currencies', '/spot/currencies/BTC'];
    const known = [...Object.keys(BODIES), ...above, ...listed, '/spot/accounts', '/wallet/fee'];
    expect([...emitted.rest.keys()].filter((name) => !known.includes(name))).toEqual([]);
    expect([...emitted.pushed.keys()].sort()).toEqual(
      [
        ...Object.keys(PUSHES),
        ...['spot.balances', 'spot.book_ticker', 'spot.obu', 'spot.obu full', 'spot.order_book_update', 'spot.orders'],
        ...['spot.tickers', 'spot.trades', 'spot.usertrades'],
      ].sort(),
    );
  });
});
