/** Every body and frame that the simulated Binance emits has the keys and value types of a recorded or documented one.
 *  Where it differs, the difference stands here with its reason. */
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type ReadyVenue, type RunningSim, runSim } from '../../../src/sim/main.ts';
import { describeWithFixtures, readJson, readJsonl } from '../../fixtures.ts';
import { differences } from './shape.ts';
import { until } from './until.ts';

interface Named {
  readonly name: string;
  readonly text?: string;
  readonly response?: unknown;
}

describeWithFixtures('shapes of the simulated Binance', (root) => {
  let sim: RunningSim;
  let venue: ReadyVenue;
  const emitted = new Map<string, unknown>();

  const file = (path: string): Named[] => readJsonl<Named>(join(root, 'binance', path));
  const fixture = (path: string, name: string): unknown => {
    const row = file(path).find((candidate) => candidate.name === name);
    if (row === undefined) throw new Error(`no "${name}" in ${path}`);
    return row.text === undefined ? row.response : JSON.parse(row.text);
  };
  /** A frame of the recording by its stream's channel. */
  const recorded = (channel: string): unknown => {
    const rows = readJsonl<{ t: string; data: string }>(
      join(root, 'binance/book_recordings/spot_depth100ms_NKNUSDT_LRCBTC.jsonl'),
    );
    const texts = rows.filter((row) => row.t === 'recv' && row.data.includes(`@${channel}`)).map((row) => row.data);
    const frames = texts.map((text) => JSON.parse(text) as { data: { b?: unknown; a?: unknown } });
    // One with levels on both sides, where there are any.
    return (
      frames.find(({ data }) => [data.b, data.a].every((side) => !Array.isArray(side) || side.length > 0)) ?? frames[0]
    );
  };
  const tardis = (event: string): unknown => {
    const rows = readJsonl<{ raw: { data?: { e?: string } } }>(join(root, 'binance/normalised/tardis_binance.jsonl'));
    return rows.find(({ raw }) => raw.data?.e === event)?.raw;
  };

  const sign = (payload: string): string => createHmac('sha256', venue.secret).update(payload).digest('hex');

  async function rest(
    name: string,
    method: string,
    path: string,
    params: Record<string, string> = {},
    signed = true,
  ): Promise<unknown> {
    const query = new URLSearchParams(signed ? { ...params, timestamp: String(Date.now()) } : params).toString();
    const full = signed ? `${query}&signature=${sign(query)}` : query;
    const response = await fetch(`${venue.rest}${path}?${full}`, { method, headers: { 'X-MBX-APIKEY': venue.apiKey } });
    const body: unknown = await response.json();
    emitted.set(name, body);
    return body;
  }

  beforeAll(async () => {
    sim = await runSim({ venues: ['binance'], market: 'still', seed: 11 });
    const own = sim.ready.venues.binance;
    if (own === undefined) throw new Error('binance is not simulated');
    venue = own;
    const api = new WebSocket(venue.wsTrade);
    const market = new WebSocket(
      `${venue.wsPublic}/stream?streams=${['depth@100ms', 'bookTicker', 'trade', 'aggTrade'].map((name) => `btcusdt@${name}`).join('/')}`,
    );
    await Promise.all([api, market].map((socket) => new Promise((resolve) => socket.once('open', resolve))));
    market.on('message', (data) => {
      const frame = JSON.parse(data.toString()) as { stream: string; data: { b?: unknown; a?: unknown } };
      const channel = frame.stream.replace('btcusdt@', '');
      const full = [frame.data.b, frame.data.a].every((side) => !Array.isArray(side) || side.length > 0);
      if (full) emitted.set(`stream ${channel}`, frame);
    });
    api.on('message', (data) => {
      const frame = JSON.parse(data.toString()) as { id?: string; event?: { e: string; x?: string } };
      if (frame.event === undefined) emitted.set(`ws ${frame.id}`, frame);
      else emitted.set(`event ${frame.event.e}${frame.event.x === undefined ? '' : ` ${frame.event.x}`}`, frame);
    });
    const ask = (id: string, method: string, params: Record<string, string> = {}): void => {
      const all: Record<string, string> = { ...params, apiKey: venue.apiKey, timestamp: String(Date.now()) };
      const names = Object.keys(all).sort();
      const signature = sign(names.map((key) => `${key}=${all[key]}`).join('&'));
      api.send(JSON.stringify({ id, method, params: { ...all, signature } }));
    };
    const waitFor = (name: string): Promise<void> => until(() => expect(emitted.has(name)).toBe(true));

    ask('subscribe', 'userDataStream.subscribe.signature');
    await waitFor('ws subscribe');
    await rest('ping', 'GET', '/api/v3/ping', {}, false);
    await rest('time', 'GET', '/api/v3/time', {}, false);
    await rest('exchangeInfo', 'GET', '/api/v3/exchangeInfo', {}, false);
    await rest('depth', 'GET', '/api/v3/depth', { symbol: 'BTCUSDT', limit: '5' }, false);
    await rest('bookTicker', 'GET', '/api/v3/ticker/bookTicker', { symbol: 'BTCUSDT' }, false);
    const market1 = { symbol: 'BTCUSDT', side: 'SELL', type: 'MARKET', quantity: '0.001' };
    const limit = {
      symbol: 'BTCUSDT',
      side: 'BUY',
      type: 'LIMIT',
      timeInForce: 'GTC',
      quantity: '0.001',
      price: '50000',
    };
    await rest('new order', 'POST', '/api/v3/order', market1);
    await rest('resting order', 'POST', '/api/v3/order', { ...limit, newClientOrderId: 'one' });
    await rest('order', 'GET', '/api/v3/order', { symbol: 'BTCUSDT', origClientOrderId: 'one' });
    await rest('open orders', 'GET', '/api/v3/openOrders', { symbol: 'BTCUSDT' });
    await rest('canceled', 'DELETE', '/api/v3/order', { symbol: 'BTCUSDT', origClientOrderId: 'one' });
    await rest('another', 'POST', '/api/v3/order', limit);
    await rest('canceled all', 'DELETE', '/api/v3/openOrders', { symbol: 'BTCUSDT' });
    await rest('all orders', 'GET', '/api/v3/allOrders', { symbol: 'BTCUSDT' });
    await rest('account', 'GET', '/api/v3/account');
    await rest('trades', 'GET', '/api/v3/trades', { symbol: 'BTCUSDT' }, false);
    await rest('trade fees', 'GET', '/sapi/v1/asset/tradeFee');
    await rest('error', 'GET', '/api/v3/depth', { symbol: 'NOSUCH' }, false);
    ask('ioc', 'order.place', { ...limit, timeInForce: 'IOC' });
    await waitFor('event executionReport EXPIRED');
    ask('fill', 'order.place', market1);
    await waitFor('ws fill');
    for (const channel of ['depth@100ms', 'bookTicker', 'trade', 'aggTrade']) await waitFor(`stream ${channel}`);
    api.terminate();
    market.terminate();
  });

  afterAll(() => sim.close());

  type Reason =
    | 'documented since the fixture was made'
    | 'replaced by a newer filter since the fixture was made'
    | 'gone from the documentation since the fixture was made'
    | 'the fixture is a cut-down frame; recorded ones have it';

  interface Case {
    readonly emitted: string;
    readonly name: string;
    readonly fixture: () => unknown;
    /** As `differences` writes them. */
    readonly differs?: Readonly<Record<string, Reason>>;
  }

  const wrapped = (event: unknown): unknown => ({ subscriptionId: 0, event });
  const pushed = (name: string): unknown => fixture('ws_private/nautilus.jsonl', name);
  const pushedData = (name: string): unknown => wrapped((pushed(name) as { data: unknown }).data);

  const since = (paths: readonly string[]): Record<string, Reason> =>
    Object.fromEntries(paths.map((path) => [path, 'documented since the fixture was made' as const]));

  const exchangeInfo: Readonly<Record<string, Reason>> = {
    ...since([
      '+ symbols[].allowTrailingStop',
      '+ symbols[].allowedSelfTradePreventionModes',
      '+ symbols[].amendAllowed',
      '+ symbols[].cancelReplaceAllowed',
      '+ symbols[].defaultSelfTradePreventionMode',
      '+ symbols[].filters[].applyMaxToMarket',
      '+ symbols[].filters[].applyMinToMarket',
      '+ symbols[].filters[].askMultiplierDown',
      '+ symbols[].filters[].askMultiplierUp',
      '+ symbols[].filters[].bidMultiplierDown',
      '+ symbols[].filters[].bidMultiplierUp',
      '+ symbols[].filters[].maxNotional',
      '+ symbols[].opoAllowed',
      '+ symbols[].otoAllowed',
      '+ symbols[].pegInstructionsAllowed',
      '+ symbols[].permissionSets',
    ]),
    // MIN_NOTIONAL became NOTIONAL, PERCENT_PRICE became PERCENT_PRICE_BY_SIDE.
    '- symbols[].filters[].applyToMarket': 'replaced by a newer filter since the fixture was made',
    '- symbols[].filters[].multiplierDown': 'replaced by a newer filter since the fixture was made',
    '- symbols[].filters[].multiplierUp': 'replaced by a newer filter since the fixture was made',
  };

  const cutDown: Readonly<Record<string, Reason>> = Object.fromEntries(
    ['F', 'I', 'M', 'Q', 'V', 'W', 'Y', 'g'].map((key) => [
      `+ event.${key}`,
      'the fixture is a cut-down frame; recorded ones have it' as const,
    ]),
  );

  /** The WebSocket API's envelope as documented (web-socket-api, response format), around a fixture of the result. */
  const envelope = (result: unknown): unknown => ({
    id: 'fill',
    status: 200,
    result,
    rateLimits: [{ rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 100, count: 1 }],
  });

  const publicNautilus = (name: string): unknown => fixture('rest_public/nautilus.jsonl', name);
  const privateNautilus = (name: string): unknown => fixture('rest_private/nautilus.jsonl', name);
  const CASES: readonly Case[] = [
    { emitted: 'ping', name: 'documented', fixture: () => publicNautilus('ping_response') },
    { emitted: 'time', name: 'recorded', fixture: () => publicNautilus('py_http_spot_market_time') },
    {
      emitted: 'exchangeInfo',
      name: 'recorded 2021, one',
      fixture: () => publicNautilus('py_http_spot_market_exchange_info'),
      differs: exchangeInfo,
    },
    {
      emitted: 'exchangeInfo',
      name: 'recorded 2021, many',
      fixture: () => readJson<{ body: unknown }>(join(root, 'binance/rest_public/exchangeInfo_spot_2021.json')).body,
      differs: exchangeInfo,
    },
    { emitted: 'depth', name: 'recorded', fixture: () => publicNautilus('py_http_spot_market_depth') },
    { emitted: 'bookTicker', name: 'recorded', fixture: () => publicNautilus('py_http_spot_market_book_ticker') },
    { emitted: 'trades', name: 'recorded', fixture: () => publicNautilus('py_http_spot_market_trades') },
    { emitted: 'new order', name: 'documented', fixture: () => privateNautilus('new_order_full_response') },
    { emitted: 'order', name: 'documented', fixture: () => privateNautilus('order_response') },
    {
      emitted: 'open orders',
      name: 'recorded',
      fixture: () => fixture('rest_private/gct_recorded_rest.jsonl', 'GET /api/v3/openOrders #0'),
      differs: since([
        '+ [].orderListId',
        '+ [].origQuoteOrderQty',
        '+ [].selfTradePreventionMode',
        '+ [].workingTime',
      ]),
    },
    { emitted: 'all orders', name: 'documented', fixture: () => privateNautilus('all_orders_response') },
    { emitted: 'canceled', name: 'documented', fixture: () => privateNautilus('cancel_order_response') },
    {
      emitted: 'canceled all',
      name: 'documented',
      fixture: () => (privateNautilus('cancel_open_orders_response') as unknown[]).slice(0, 1),
    },
    { emitted: 'account', name: 'documented', fixture: () => privateNautilus('account_response') },
    { emitted: 'trade fees', name: 'recorded', fixture: () => privateNautilus('py_http_wallet_trading_fees') },
    {
      emitted: 'error',
      name: 'recorded',
      fixture: () => fixture('rest_errors/gct_recorded_errors.jsonl', 'GET /fapi/v1/ticker/24hr #0'),
    },
    { emitted: 'stream depth@100ms', name: 'recorded', fixture: () => recorded('depth@100ms') },
    { emitted: 'stream depth@100ms', name: 'recorded by Tardis', fixture: () => tardis('depthUpdate') },
    { emitted: 'stream bookTicker', name: 'recorded', fixture: () => recorded('bookTicker') },
    { emitted: 'stream aggTrade', name: 'recorded', fixture: () => recorded('aggTrade') },
    {
      emitted: 'stream trade',
      name: 'recorded by Tardis',
      fixture: () => tardis('trade'),
      // Buyer and seller order ids.
      differs: {
        '- data.a': 'gone from the documentation since the fixture was made',
        '- data.b': 'gone from the documentation since the fixture was made',
      },
    },
    {
      emitted: 'event outboundAccountPosition',
      name: 'documented',
      fixture: () => pushed('account_position_wrapped'),
    },
    {
      emitted: 'event executionReport NEW',
      name: 'cut down',
      fixture: () => wrapped(pushed('execution_report_new')),
      differs: cutDown,
    },
    {
      emitted: 'event executionReport EXPIRED',
      name: 'cut down',
      fixture: () => wrapped(pushed('execution_report_expired')),
      differs: cutDown,
    },
    {
      emitted: 'event executionReport TRADE',
      name: 'recorded',
      fixture: () => pushedData('py_ws_spot_execution_report_binance_us'),
    },
    {
      emitted: 'event executionReport CANCELED',
      name: 'recorded',
      fixture: () => pushedData('py_ws_spot_execution_report_pending_cancel'),
    },
    { emitted: 'ws fill', name: 'documented', fixture: () => envelope(privateNautilus('new_order_full_response')) },
  ];

  it.each(CASES.map((entry) => [entry.emitted, entry.name, entry] as const))('%s, as %s', (_emitted, _name, entry) => {
    expect(differences(emitted.get(entry.emitted), entry.fixture())).toEqual(Object.keys(entry.differs ?? {}).sort());
  });
});
