/** Our requests and frames beside those that ccxt writes for the same orders, both captured on loopback. */
import ccxt from 'ccxt';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import type { Listing } from '../../../src/core/instrument.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { BaseOrder, Gateway, GatewayEvent, OrderRequest } from '../../../src/core/order.ts';
import { httpClient } from '../../../src/net/http-client.ts';
import { wsSockets } from '../../../src/net/ws-socket.ts';
import { bitget } from '../../../src/venues/bitget/index.ts';
import { toListing } from '../../../src/venues/bitget/instruments.ts';
import { sign } from '../../../src/venues/bitget/sign.ts';
import { type Loopback, loopback, type SentFrame, type SentRequest } from './bitget-loopback.ts';

const credentials = { apiKey: 'the-api-key', secret: 'the-secret', passphrase: 'the-passphrase' };
const TRADE = '/api/v2/spot/trade';

/** Both read this one entry of the list of symbols. */
const instrument = {
  symbol: 'BTCUSDT',
  baseCoin: 'BTC',
  quoteCoin: 'USDT',
  minTradeAmount: '0',
  maxTradeAmount: '900000000000000000000',
  takerFeeRate: '0.002',
  makerFeeRate: '0.002',
  pricePrecision: '2',
  quantityPrecision: '6',
  quotePrecision: '8',
  status: 'online',
  minTradeUSDT: '1',
};

/** Fields in which both differ in value, and why. */
const VARYING: Record<string, string> = {
  force: 'the page lists small letters, ccxt writes capitals; compared without regard to that',
  timestamp: 'the time of logging on',
  sign: 'signs that time; checked on its own below',
  instId: 'ccxt watches one symbol here; we take the orders of all of our symbols from one subscription',
};

interface Difference {
  readonly ours: Record<string, string>;
  readonly theirs: Record<string, string>;
}
const expiry = {
  requestTime: 'with the window: the venue itself refuses an order that we have given up waiting for',
  receiveWindow: 'as above',
  stpMode: 'an account must not trade with itself',
};

/** Every other difference, as field → why. `ours` and `theirs` hold what only that side writes. */
const DIFFERENCES: Record<string, Difference> = {
  gtc: { ours: expiry, theirs: {} },
  ioc: { ours: expiry, theirs: {} },
  fok: { ours: expiry, theirs: {} },
  market: { ours: expiry, theirs: {} },
  cancel: { ours: {}, theirs: {} },
  login: { ours: {}, theirs: {} },
  orders: { ours: {}, theirs: {} },
  query: { ours: {}, theirs: {} },
};

type Flat = Readonly<Record<string, unknown>>;

function compare(name: string, our: Flat, their: Flat): void {
  const { ours, theirs } = DIFFERENCES[name] as Difference;
  const keys = (one: object, other: object): string[] => Object.keys(one).filter((key) => !(key in other));
  expect(keys(our, their).sort(), `${name}: only ours`).toEqual(Object.keys(ours).sort());
  expect(keys(their, our).sort(), `${name}: only theirs`).toEqual(Object.keys(theirs).sort());
  const shared = Object.keys(our).filter((key) => key in their);
  expect(shared.length).toBeGreaterThan(0);
  for (const key of shared) {
    if (key === 'force') expect(our[key], name).toBe(String(their[key]).toLowerCase());
    else if (!(key in VARYING)) expect(our[key], `${name}: ${key}`).toEqual(their[key]);
  }
}

const lastRequest = (server: Loopback, path: string): SentRequest => {
  const found = server.requests.findLast((request) => request.path === path);
  if (found === undefined) throw new Error(`${path} was not asked for`);
  return found;
};
const bodyOf = (request: SentRequest): Flat => JSON.parse(request.body) as Flat;
const queryOf = ({ target }: SentRequest): Flat =>
  Object.fromEntries(new URL(target, 'http://venue').searchParams.entries());

const lastFrame = (server: Loopback, op: string): SentFrame => {
  const found = server.frames.findLast((frame) => frame.op === op);
  if (found === undefined) throw new Error(`no ${op} frame was captured`);
  return found;
};

/** The headers of a signed request are those of the page, and the signature is over what was sent. */
function checkSigned({ method, target, headers, body }: SentRequest): void {
  const timestamp = String(headers['access-timestamp']);
  expect(Math.abs(Number(timestamp) - Date.now())).toBeLessThan(60_000);
  expect(headers).toMatchObject({
    'access-key': credentials.apiKey,
    'access-passphrase': credentials.passphrase,
    'access-sign': sign(credentials.secret, `${timestamp}${method}${target}${body}`),
  });
}

describe('bitget requests and frames beside those of ccxt', () => {
  let ours: Loopback;
  let theirs: Loopback;
  let gateway: Gateway;
  const http = httpClient();
  const events: GatewayEvent[] = [];
  const listing = toListing(instrument) as Listing;
  const { apiKey, secret, passphrase: password } = credentials;
  const witness = new ccxt.pro.bitget({ apiKey, secret, password });

  beforeAll(async () => {
    ours = await loopback([instrument]);
    theirs = await loopback([instrument]);
    const clock = systemClock();
    gateway = bitget.createGateway({
      endpoints: ours.endpoints,
      credentials,
      listings: [listing],
      sockets: wsSockets(clock),
      http,
      clock,
      log: silentLog,
      onEvent: (event) => events.push(event),
    });
    await gateway.connect();
    // Only addresses are changed.
    const { rest, wsPublic, wsPrivate } = theirs.endpoints;
    const sections = ['spot', 'mix', 'margin', 'common'].map((section) => [section, rest]);
    witness.urls.api = { ...Object.fromEntries(sections), ws: { public: wsPublic, private: wsPrivate } };
    // ccxt connects to ws:// (no TLS) only once its plain agent is loaded; no proxy is involved.
    await witness.loadHttpProxyAgent();
    await witness.loadMarkets();
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

  it.each([
    ['gtc', order({}), 'limit', {}],
    ['ioc', order({ tif: 'ioc' }), 'limit', { timeInForce: 'IOC' }],
    ['fok', order({ tif: 'fok', side: 'sell' }), 'limit', { timeInForce: 'FOK' }],
    ['market', order({ type: 'market', side: 'sell' }), 'market', {}],
  ] as const)('place a %s order alike', async (name, request, type, params) => {
    expect(await gateway.place(request)).toMatchObject({ kind: 'acked', venueOrderId: '1001' });
    const price = type === 'market' ? undefined : Number(request.price);
    const options = { clientOrderId: request.clientId, ...params };
    await witness.createOrder('BTC/USDT', type, request.side, Number(request.size), price, options);
    const [our, their] = [lastRequest(ours, `${TRADE}/place-order`), lastRequest(theirs, `${TRADE}/place-order`)];
    compare(name, bodyOf(our), bodyOf(their));
    for (const each of [our, their]) checkSigned(each);
    expect(our.headers['content-type']).toBe(their.headers['content-type']);
  });

  it('cancel an order alike', async () => {
    expect(await gateway.cancel({ clientId: 'p1e1s1', listing })).toEqual({ kind: 'cancelled' });
    await witness.cancelOrder('', 'BTC/USDT', { clientOrderId: 'p1e1s1' });
    const path = `${TRADE}/cancel-order`;
    compare('cancel', bodyOf(lastRequest(ours, path)), bodyOf(lastRequest(theirs, path)));
  });

  it('ask for an order alike, the query under the signature', async () => {
    const path = `${TRADE}/orderInfo`;
    expect(await gateway.query({ clientId: 'p1e1s1', listing })).toEqual({ kind: 'absent' });
    await witness.fetchOrder('', 'BTC/USDT', { clientOrderId: 'p1e1s1' }).catch(() => {});
    const [our, their] = [lastRequest(ours, path), lastRequest(theirs, path)];
    compare('query', queryOf(our), queryOf(their));
    for (const each of [our, their]) checkSigned(each);
  });

  it('log on and subscribe alike', async () => {
    const watching = witness.watchOrders('BTC/USDT');
    watching.catch(() => {});
    await vi.waitFor(() => lastFrame(theirs, 'subscribe'));
    const [our = {}, their = {}] = [ours, theirs].map((server) => lastFrame(server, 'login').args[0]);
    compare('login', our, their);
    for (const login of [our, their]) {
      expect(login.sign).toBe(sign(secret, `${login.timestamp}GET/user/verify`));
    }
    expect([ours.socketPaths, theirs.socketPaths]).toEqual([['/v2/ws/private'], ['/v2/ws/private']]);
    const orders = lastFrame(ours, 'subscribe').args.find(({ channel }) => channel === 'orders') ?? {};
    compare('orders', orders, lastFrame(theirs, 'subscribe').args[0] ?? {});
  });

  it('subscribe to fills and balances alike', async () => {
    const watch = async (start: () => Promise<unknown>, channel: string): Promise<void> => {
      start().catch(() => {});
      const argOf = (server: Loopback) =>
        server.frames
          .flatMap(({ op, args }) => (op === 'subscribe' ? args : []))
          .find((arg) => arg.channel === channel);
      await vi.waitFor(() => expect(argOf(theirs)).toBeDefined());
      expect(argOf(ours)).toEqual(argOf(theirs));
    };
    await watch(() => witness.watchMyTrades(), 'fill');
    await watch(() => witness.watchBalance(), 'account');
  });

  it('come back after a cut, over real sockets', async () => {
    expect(gateway.isUp).toBe(true);
    ours.cut();
    const kinds = ['GatewayUp', 'GatewayDown', 'GatewayUp'];
    await vi.waitFor(() => expect(events.map((event) => event.kind)).toEqual(kinds), { timeout: 10_000 });
    expect(ours.frames.filter(({ op }) => op === 'login')).toHaveLength(2);
    expect(gateway.isUp).toBe(true);
  });
});
