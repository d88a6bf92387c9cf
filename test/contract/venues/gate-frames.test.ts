/** Our frames and requests beside those that ccxt writes for the same orders, both captured on loopback. */
import ccxt from 'ccxt';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import type { Listing } from '../../../src/core/instrument.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { BaseOrder, Gateway, GatewayEvent, OrderRequest } from '../../../src/core/order.ts';
import { httpClient } from '../../../src/net/http-client.ts';
import { wsSockets } from '../../../src/net/ws-socket.ts';
import { gate } from '../../../src/venues/gate/index.ts';
import { toListing } from '../../../src/venues/gate/instruments.ts';
import { restText, sign } from '../../../src/venues/gate/sign.ts';
import { type ClientFrame, type HttpCall, type Loopback, loopback } from './gate-loopback.ts';

const credentials = { apiKey: 'the-api-key', secret: 'the-secret' };

/** Both read this one entry of the list of pairs. */
const pair = {
  id: 'BTC_USDT',
  base: 'BTC',
  base_name: 'Bitcoin',
  quote: 'USDT',
  quote_name: 'Tether',
  fee: '0.2',
  min_base_amount: '0.00001',
  min_quote_amount: '3',
  max_quote_amount: '5000000',
  amount_precision: 6,
  precision: 1,
  trade_status: 'tradable',
  sell_start: 0,
  buy_start: 0,
  type: 'normal',
};

/** Fields in which frames may differ in value, and why. */
const VARYING: Record<string, string> = {
  time: 'the time of sending',
  timestamp: 'the same, in a login',
  req_id: 'each client numbers its own requests',
  signature: 'signs time and parameter; ours is checked on its own below',
  SIGN: 'signs the time; checked on its own below',
  payload: 'ccxt watches one pair here; we take the orders of all pairs from one subscription',
};

const ORDER_DIFFERENCES = {
  ours: { 'x-gate-exptime': 'the venue itself refuses an order that we have given up waiting for' },
  theirs: {
    id: 'a second number of the request; the documentation calls it optional',
    api_key: 'requests behind a login need no signature of their own',
    timestamp: 'as above',
    signature: 'as above',
    account: 'the venue takes the account that is in use: spot, or unified where that is on',
    'X-Gate-Channel-Id': "ccxt's broker tag",
  },
} as const;

/** Every other difference, as field → why. `ours` and `theirs` hold what only that side writes. */
const DIFFERENCES: Record<string, { ours: Record<string, string>; theirs: Record<string, string> }> = {
  login: {
    ours: {},
    theirs: { id: 'as for orders' },
  },
  subscribe: { ours: {}, theirs: { id: 'as for orders' } },
  order: ORDER_DIFFERENCES,
  cancel: {
    ours: {},
    theirs: {
      id: 'as for orders',
      api_key: 'as for orders',
      timestamp: 'as for orders',
      signature: 'as for orders',
      account: 'as for orders',
    },
  },
};

const met = new Set<string>();

/** A frame as one flat record. */
function flat({ payload, auth, ...outer }: ClientFrame): Record<string, unknown> {
  if (Array.isArray(payload)) return { ...outer, ...auth, payload };
  const { req_param = {}, req_header = {}, ...rest } = (payload ?? {}) as Record<string, object>;
  return { ...outer, ...auth, ...rest, ...req_param, ...req_header };
}

function compare(name: string, our: Record<string, unknown>, their: Record<string, unknown>): void {
  const { ours, theirs } = DIFFERENCES[name] as (typeof DIFFERENCES)[string];
  const keys = (one: object, other: object): string[] => Object.keys(one).filter((key) => !(key in other));
  const known = (found: string[], listed: Record<string, string>): string[] => {
    for (const key of found) met.add(`${name} ${key}`);
    return found.filter((key) => !(key in listed));
  };
  expect(known(keys(our, their), ours), `${name}: only ours`).toEqual([]);
  expect(known(keys(their, our), theirs), `${name}: only theirs`).toEqual([]);
  const shared = Object.keys(our).filter((key) => key in their && !(key in VARYING));
  expect(shared.length).toBeGreaterThan(2);
  for (const key of shared) expect(our[key], `${name}: ${key}`).toEqual(their[key]);
}

const lastOn = (frames: readonly ClientFrame[], channel: string): ClientFrame => {
  const found = frames.findLast((frame) => frame.channel === channel);
  if (found === undefined) throw new Error(`no frame on ${channel} was captured`);
  return found;
};
const lastCall = (calls: readonly HttpCall[], method: string): HttpCall =>
  calls.findLast((call) => call.method === method) as HttpCall;

describe('gate frames beside those of ccxt', () => {
  let ours: Loopback;
  let theirs: Loopback;
  let gateway: Gateway;
  const http = httpClient();
  const events: GatewayEvent[] = [];
  const listing: Listing = toListing(pair);
  const witness = new ccxt.pro.gate({ apiKey: credentials.apiKey, secret: credentials.secret });
  const clock = systemClock();
  const open = (): Gateway =>
    gate.createGateway({
      endpoints: ours.endpoints,
      credentials,
      listings: [listing],
      sockets: wsSockets(clock),
      http,
      clock,
      log: silentLog,
      onEvent: (event) => events.push(event),
    });

  beforeAll(async () => {
    ours = await loopback();
    theirs = await loopback();
    gateway = open();
    await gateway.connect();
    // Only addresses are changed.
    const rest = `${theirs.endpoints.rest}/api/v4`;
    const api = witness.urls.api as Record<string, Record<string, string>>;
    witness.urls.api = {
      ...api,
      public: { ...api.public, spot: rest },
      private: { ...api.private, spot: rest },
      spot: theirs.endpoints.wsPublic,
    } as never;
    witness.options.unifiedAccount = false;
    // ccxt connects to ws:// (no TLS) only once its plain agent is loaded; no proxy is involved.
    await witness.loadHttpProxyAgent();
    const market = {
      ...witness.safeMarketStructure(),
      id: 'BTC_USDT',
      symbol: 'BTC/USDT',
      base: 'BTC',
      quote: 'USDT',
      baseId: 'BTC',
      quoteId: 'USDT',
      type: 'spot',
      spot: true,
      contract: false,
      active: true,
      precision: { amount: 0.000001, price: 0.1 },
    };
    witness.setMarkets([market as never]);
  });

  afterAll(async () => {
    await gateway.close();
    await witness.close();
    http.close();
    await ours.close();
    await theirs.close();
  });

  const order = (change: Partial<BaseOrder>): OrderRequest => ({
    clientId: 'p1e1s1',
    listing,
    side: 'buy',
    type: 'limit',
    tif: 'gtc',
    price: '60000.1',
    size: '0.01',
    ...change,
  });

  const ORDERS = [
    ['ioc', order({ tif: 'ioc' }), 'limit', { timeInForce: 'IOC' }],
    ['fok', order({ tif: 'fok', side: 'sell' }), 'limit', { timeInForce: 'FOK' }],
    ['market', order({ type: 'market', side: 'sell', tif: 'ioc' }), 'market', {}],
    // Last: what would meet an order that rests is held back.
    ['limit', order({}), 'limit', { timeInForce: 'GTC' }],
  ] as const;

  it.each(ORDERS)('place a %s order alike', async (_, request, type, params) => {
    expect(await gateway.place(request)).toMatchObject({ kind: 'acked', venueOrderId: '1852454420' });
    const price = type === 'market' ? undefined : Number(request.price);
    const own = { clientOrderId: request.clientId, ...params };
    await witness.createOrderWs('BTC/USDT', type, request.side, Number(request.size), price, own);
    compare('order', flat(lastOn(ours.frames, 'spot.order_place')), flat(lastOn(theirs.frames, 'spot.order_place')));
  });

  it.each(ORDERS)('place a %s order alike over REST', async (_, request, type, params) => {
    const offline = open();
    expect(await offline.place(request)).toMatchObject({ kind: 'acked' });
    const price = type === 'market' ? undefined : Number(request.price);
    const own = { clientOrderId: request.clientId, ...params };
    await witness.createOrder('BTC/USDT', type, request.side, Number(request.size), price, own);
    const [our, their] = [lastCall(ours.calls, 'POST'), lastCall(theirs.calls, 'POST')];
    expect(our.url).toBe(their.url);
    compare('order', JSON.parse(our.body), JSON.parse(their.body));
    for (const { headers, method, url, body } of [our, their]) {
      expect(headers).toMatchObject({ key: credentials.apiKey, 'content-type': expect.stringContaining('json') });
      const text = restText(method, url, '', body, Number(headers.timestamp));
      expect(headers.sign).toBe(sign(credentials.secret, text));
    }
  });

  it('cancel an order alike', async () => {
    expect(await gateway.cancel({ clientId: 'p1e1s1', listing })).toEqual({ kind: 'cancelled' });
    await witness.cancelOrderWs('1852454420', 'BTC/USDT');
    compare('cancel', flat(lastOn(ours.frames, 'spot.order_cancel')), flat(lastOn(theirs.frames, 'spot.order_cancel')));
    const offline = open();
    await offline.cancel({ clientId: 'p1e1s1', listing });
    await witness.cancelOrder('t-p1e1s1', 'BTC/USDT');
    const [our, their] = [lastCall(ours.calls, 'DELETE'), lastCall(theirs.calls, 'DELETE')];
    const target = ({ url }: HttpCall) => new URL(url, 'http://x');
    expect(target(our).pathname).toBe(target(their).pathname);
    expect(target(our).searchParams.get('currency_pair')).toBe(target(their).searchParams.get('currency_pair'));
    for (const call of [our, their]) {
      const { pathname, search } = target(call);
      const text = restText('DELETE', pathname, search.slice(1), '', Number(call.headers.timestamp));
      expect(call.headers.sign).toBe(sign(credentials.secret, text));
    }
  });

  it('log on alike, but for what is signed: we send no parameter, ccxt an empty object', () => {
    const [our, their] = [flat(lastOn(ours.frames, 'spot.login')), flat(lastOn(theirs.frames, 'spot.login'))];
    compare('login', our, their);
    const signed = (login: Record<string, unknown>, parameter: string) =>
      sign(credentials.secret, `api\nspot.login\n${parameter}\n${login.timestamp}`);
    expect(our.signature).toBe(signed(our, ''));
    expect(their.signature).toBe(signed(their, '{}'));
  });

  it('subscribe to trades of ours alike', async () => {
    const watching = witness.watchMyTrades('BTC/USDT');
    watching.catch(() => {});
    await vi.waitFor(() => lastOn(theirs.frames, 'spot.usertrades'));
    const frames = [lastOn(ours.frames, 'spot.usertrades'), lastOn(theirs.frames, 'spot.usertrades')] as const;
    compare('subscribe', flat(frames[0]), flat(frames[1]));
    for (const { time, auth } of frames) {
      expect(auth?.SIGN).toBe(sign(credentials.secret, `channel=spot.usertrades&event=subscribe&time=${time}`));
    }
  });

  it('differ in everything that is listed', () => {
    const listed = Object.entries(DIFFERENCES).flatMap(([name, { ours: our, theirs: their }]) =>
      Object.keys({ ...our, ...their }).map((key) => `${name} ${key}`),
    );
    expect(listed.filter((each) => !met.has(each))).toEqual([]);
  });

  it('come back after a cut, over real sockets', async () => {
    events.length = 0;
    const logins = (): number => ours.frames.filter((frame) => frame.channel === 'spot.login').length;
    expect(logins()).toBe(1);
    ours.cut();
    const kinds = ['GatewayDown', 'GatewayUp'];
    await vi.waitFor(() => expect(events.map((event) => event.kind)).toEqual(kinds), { timeout: 10_000 });
    expect([logins(), gateway.isUp]).toEqual([2, true]);
  });
});
