/** Our frames beside those that ccxt writes for the same orders, both captured on loopback. */
import ccxt from 'ccxt';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { BaseOrder, Gateway, GatewayEvent, OrderRequest } from '../../../src/core/order.ts';
import { httpClient } from '../../../src/net/http-client.ts';
import { wsSockets } from '../../../src/net/ws-socket.ts';
import { bybit } from '../../../src/venues/bybit/index.ts';
import { toListing } from '../../../src/venues/bybit/instruments.ts';
import { sign } from '../../../src/venues/bybit/sign.ts';
import { type ClientFrame, type Loopback, loopback } from './bybit-loopback.ts';

const credentials = { apiKey: 'the-api-key', secret: 'the-secret' };

/** Both read this one entry of the instruments list. */
const instrument = {
  symbol: 'BTCUSDT',
  baseCoin: 'BTC',
  quoteCoin: 'USDT',
  innovation: '0',
  status: 'Trading',
  marginTrading: 'utaOnly',
  lotSizeFilter: {
    basePrecision: '0.000001',
    quotePrecision: '0.0000001',
    minOrderQty: '0.000011',
    maxOrderQty: '83',
    minOrderAmt: '5',
    maxOrderAmt: '8000000',
  },
  priceFilter: { tickSize: '0.1' },
  riskParameters: { priceLimitRatioX: '0.01', priceLimitRatioY: '0.02' },
};

/** Fields in which the frames may differ in value, and why. */
const VARYING: Record<string, string> = {
  reqId: 'each client numbers its own requests',
  'X-BAPI-TIMESTAMP': 'the time of asking',
  'X-BAPI-RECV-WINDOW': 'ours is how long we wait for the answer; ccxt has one for everything',
};

/** Every other difference, as field → why: what only one side writes. */
const selfTrade = 'an account must not trade with itself';

const DIFFERENCES: Record<string, { ours: Record<string, string>; theirs: Record<string, string> }> = {
  limit: { ours: { smpType: selfTrade }, theirs: {} },
  ioc: { ours: { smpType: selfTrade }, theirs: {} },
  fok: { ours: { smpType: selfTrade }, theirs: {} },
  market: { ours: { smpType: selfTrade }, theirs: {} },
  cancel: { ours: {}, theirs: { orderId: 'empty: ccxt was given the id of the client alone' } },
};

/** A frame as one flat record: its own fields, its header's and those of its one argument. */
function flat({ args = [], header = {}, ...outer }: ClientFrame): Record<string, unknown> {
  expect(args).toHaveLength(1);
  return { ...outer, ...header, ...(args[0] as object) };
}

function compare(name: string, our: Record<string, unknown>, their: Record<string, unknown>): void {
  const { ours, theirs } = DIFFERENCES[name] as (typeof DIFFERENCES)[string];
  const keys = (one: object, other: object): string[] => Object.keys(one).filter((key) => !(key in other));
  expect(keys(our, their).sort(), `${name}: only ours`).toEqual(Object.keys(ours).sort());
  expect(keys(their, our).sort(), `${name}: only theirs`).toEqual(Object.keys(theirs).sort());
  const shared = Object.keys(our).filter((key) => key in their && !(key in VARYING));
  expect(shared.length).toBeGreaterThan(3);
  for (const key of shared) expect(our[key], `${name}: ${key}`).toEqual(their[key]);
}

const lastOf = (frames: readonly ClientFrame[], op: string): ClientFrame => {
  const found = frames.findLast((frame) => frame.op === op);
  if (found === undefined) throw new Error(`no ${op} frame was captured`);
  return found;
};

describe('bybit frames beside those of ccxt', () => {
  let ours: Loopback;
  let theirs: Loopback;
  let gateway: Gateway;
  const http = httpClient();
  const events: GatewayEvent[] = [];
  const listing = toListing(instrument);
  const witness = new ccxt.pro.bybit(credentials);

  beforeAll(async () => {
    ours = await loopback([instrument]);
    theirs = await loopback([instrument]);
    const clock = systemClock();
    gateway = bybit.createGateway({
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
    const { rest, wsPrivate, wsTrade } = theirs.endpoints;
    const ws = { private: { spot: { unified: wsPrivate }, contract: wsPrivate, trade: wsTrade } };
    witness.urls.api = { ...(witness.urls.api as object), public: rest, private: rest, ws } as never;
    // ccxt connects to ws:// (no TLS) only once its plain agent is loaded; no proxy is involved.
    await witness.loadHttpProxyAgent();
    witness.setMarkets(await witness.fetchSpotMarkets({}));
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
    ['limit', order({}), 'limit', { timeInForce: 'GTC' }],
    ['ioc', order({ tif: 'ioc' }), 'limit', { timeInForce: 'IOC' }],
    ['fok', order({ tif: 'fok', side: 'sell' }), 'limit', { timeInForce: 'FOK' }],
    ['market', order({ type: 'market', side: 'sell' }), 'market', {}],
  ] as const)('place a %s order alike', async (name, request, type, params) => {
    expect(await gateway.place(request)).toMatchObject({ kind: 'acked', venueOrderId: '1552132392821724672' });
    const price = type === 'market' ? undefined : Number(request.price);
    await witness.createOrderWs('BTC/USDT', type, request.side, Number(request.size), price, {
      clientOrderId: request.clientId,
      ...params,
    });
    compare(name, flat(lastOf(ours.frames, 'order.create')), flat(lastOf(theirs.frames, 'order.create')));
  });

  it('cancel an order alike', async () => {
    expect(await gateway.cancel({ clientId: 'p1e1s1', listing })).toEqual({ kind: 'cancelled' });
    await witness.cancelOrderWs('', 'BTC/USDT', { orderLinkId: 'p1e1s1' });
    compare('cancel', flat(lastOf(ours.frames, 'order.cancel')), flat(lastOf(theirs.frames, 'order.cancel')));
  });

  it('log on alike, though ccxt writes the time as text where the venue documents a number', () => {
    const [our, their] = [lastOf(ours.frames, 'auth'), lastOf(theirs.frames, 'auth')];
    expect([typeof our.args?.[1], typeof their.args?.[1]]).toEqual(['number', 'string']);
    for (const { args = [], ...rest } of [our, their]) {
      const [key, expires, signature] = args;
      expect(rest).toEqual({ op: 'auth' });
      expect(key).toBe(credentials.apiKey);
      expect(signature).toBe(sign(credentials.secret, `GET/realtime${expires}`));
      expect(Math.abs(Number(expires) - Date.now() - 10_000)).toBeLessThan(60_000);
    }
    const sockets = (paths: readonly string[]): string[] => paths.filter((path) => path.startsWith('WS'));
    expect(sockets(ours.paths)).toEqual(['WS /v5/private', 'WS /v5/trade']);
    expect(sockets(theirs.paths)).toEqual(['WS /v5/trade']);
  });

  it('subscribe to orders alike', async () => {
    const watching = witness.watchOrders('BTC/USDT');
    watching.catch(() => {});
    await vi.waitFor(() => lastOf(theirs.frames, 'subscribe'));
    expect(lastOf(ours.frames, 'subscribe').args).toEqual(['order', 'execution', 'wallet']);
    expect(lastOf(theirs.frames, 'subscribe').args).toEqual(['order']);
    expect(theirs.paths).toContain('WS /v5/private');
  });

  it('come back after a cut, over real sockets', async () => {
    expect(gateway.isUp).toBe(true);
    const logOns = (): number => ours.frames.filter((frame) => frame.op === 'auth').length;
    expect(logOns()).toBe(2);
    ours.cut();
    const kinds = ['GatewayUp', 'GatewayDown', 'GatewayUp'];
    await vi.waitFor(() => expect(events.map((event) => event.kind)).toEqual(kinds), { timeout: 10_000 });
    expect([logOns(), gateway.isUp]).toEqual([4, true]);
  });
});
