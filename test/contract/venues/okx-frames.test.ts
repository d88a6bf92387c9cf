/** Our frames beside those that ccxt writes for the same orders, both captured on loopback. */
import ccxt from 'ccxt';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import type { Listing } from '../../../src/core/instrument.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { BaseOrder, Gateway, GatewayEvent, OrderRequest } from '../../../src/core/order.ts';
import { httpClient } from '../../../src/net/http-client.ts';
import { wsSockets } from '../../../src/net/ws-socket.ts';
import { okx } from '../../../src/venues/okx/index.ts';
import { toListing } from '../../../src/venues/okx/instruments.ts';
import { sign } from '../../../src/venues/okx/sign.ts';
import { type ClientFrame, type Loopback, loopback } from './okx-loopback.ts';

const credentials = { apiKey: 'the-api-key', secret: 'the-secret', passphrase: 'the-passphrase' };

/** Both read this one entry of the instruments list. */
const instrument = {
  instType: 'SPOT',
  instId: 'BTC-USDT',
  instIdCode: 38,
  baseCcy: 'BTC',
  quoteCcy: 'USDT',
  state: 'live',
  tickSz: '0.1',
  lotSz: '0.00000001',
  minSz: '0.00001',
  maxLmtSz: '9999999999',
  maxMktSz: '1000000',
  category: '1',
  lever: '10',
  listTime: '1548133413000',
};

/** Fields in which the frames may differ in value, and why. */
const VARYING: Record<string, string> = {
  id: 'each client numbers its own requests',
  timestamp: 'the time of logging on',
  sign: 'signs that time; checked on its own below',
};

/** What the dead-man timer is restricted to. */
const tag = 'names our orders for the timer that cancels them';
const selfTrade = 'an account must not trade with itself';

/** Every other difference, as field → why. `ours` and `theirs` hold what only that side writes. */
const DIFFERENCES: Record<string, { ours: Record<string, string>; theirs: Record<string, string> }> = {
  login: { ours: {}, theirs: {} },
  subscribe: {
    ours: {},
    theirs: {
      instId: 'ccxt watches one symbol here; we take the orders of all of our symbols from one subscription',
    },
  },
  limit: {
    ours: { expTime: 'the venue itself refuses an order that we have given up waiting for', stpMode: selfTrade, tag },
    theirs: { tgtCcy: 'only means something for market orders' },
  },
  ioc: {
    ours: { expTime: 'as above', stpMode: selfTrade, tag },
    theirs: { tgtCcy: 'as above' },
  },
  fok: {
    ours: { expTime: 'as above', stpMode: selfTrade, tag },
    theirs: { tgtCcy: 'as above' },
  },
  market: {
    ours: { expTime: 'as above', stpMode: selfTrade, tag },
    theirs: {},
  },
  cancel: { ours: {}, theirs: {} },
};

/** A frame as one flat record: its own fields and those of its one argument. */
function flat(frame: ClientFrame): Record<string, unknown> {
  const { args, ...outer } = frame;
  expect(args).toHaveLength(1);
  return { ...outer, ...args[0] };
}

function compare(name: string, our: Record<string, unknown>, their: Record<string, unknown>): void {
  const { ours, theirs } = DIFFERENCES[name] as (typeof DIFFERENCES)[string];
  const keys = (one: object, other: object): string[] => Object.keys(one).filter((key) => !(key in other));
  expect(keys(our, their).sort(), `${name}: only ours`).toEqual(Object.keys(ours).sort());
  expect(keys(their, our).sort(), `${name}: only theirs`).toEqual(Object.keys(theirs).sort());
  const shared = Object.keys(our).filter((key) => key in their && !(key in VARYING));
  expect(shared.length).toBeGreaterThan(0);
  for (const key of shared) expect(our[key], `${name}: ${key}`).toEqual(their[key]);
}

const isLast = (frames: readonly ClientFrame[], op: string): ClientFrame => {
  const found = frames.findLast((frame) => frame.op === op);
  if (found === undefined) throw new Error(`no ${op} frame was captured`);
  return found;
};

describe('okx frames beside those of ccxt', () => {
  let ours: Loopback;
  let theirs: Loopback;
  let gateway: Gateway;
  const http = httpClient();
  const events: GatewayEvent[] = [];
  const listing = toListing(instrument) as Listing;
  const witness = new ccxt.pro.okx({
    apiKey: credentials.apiKey,
    secret: credentials.secret,
    password: credentials.passphrase,
  });

  beforeAll(async () => {
    ours = await loopback();
    theirs = await loopback();
    const clock = systemClock();
    gateway = okx.createGateway({
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
    // Only addresses are changed. `op: order` is the operation that both write; ccxt's default is a batch of one.
    witness.urls.api = { ...(witness.urls.api as object), rest: theirs.endpoints.rest, ws: theirs.sockets };
    witness.options.createOrderWs = { op: 'order' };
    // ccxt connects to ws:// (no TLS) only once its plain agent is loaded; no proxy is involved.
    await witness.loadHttpProxyAgent();
    witness.setMarkets([witness.parseMarket(instrument)]);
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
    ['limit', order({}), 'limit', {}],
    ['ioc', order({ tif: 'ioc' }), 'limit', { timeInForce: 'IOC' }],
    ['fok', order({ tif: 'fok', side: 'sell' }), 'limit', { timeInForce: 'FOK' }],
    ['market', order({ type: 'market', side: 'sell' }), 'market', {}],
  ] as const)('place a %s order alike', async (name, request, type, params) => {
    expect(await gateway.place(request)).toMatchObject({ kind: 'acked', venueOrderId: '312269865356374016' });
    const price = type === 'market' ? undefined : Number(request.price);
    await witness.createOrderWs('BTC/USDT', type, request.side, Number(request.size), price, {
      clientOrderId: request.clientId,
      ...params,
    });
    compare(name, flat(isLast(ours.frames, 'order')), flat(isLast(theirs.frames, 'order')));
  });

  it('cancel an order alike', async () => {
    expect(await gateway.cancel({ clientId: 'p1e1s1', listing })).toEqual({ kind: 'cancelled' });
    await witness.cancelOrderWs('', 'BTC/USDT', { clientOrderId: 'p1e1s1' });
    compare('cancel', flat(isLast(ours.frames, 'cancel-order')), flat(isLast(theirs.frames, 'cancel-order')));
  });

  it('log on alike', () => {
    const [our, their] = [flat(isLast(ours.frames, 'login')), flat(isLast(theirs.frames, 'login'))];
    compare('login', our, their);
    for (const login of [our, their]) {
      expect(login.sign).toBe(sign(credentials.secret, `${login.timestamp}GET/users/self/verify`));
    }
    expect(ours.paths.filter((path) => path.startsWith('WS'))).toEqual(['WS /ws/v5/private']);
    expect(theirs.paths.filter((path) => path.startsWith('WS'))).toEqual(['WS /ws/v5/private']);
  });

  it('subscribe to orders alike', async () => {
    const watching = witness.watchOrders('BTC/USDT');
    watching.catch(() => {});
    await vi.waitFor(() => isLast(theirs.frames, 'subscribe'));
    const our = isLast(ours.frames, 'subscribe');
    expect(our.args).toContainEqual({ channel: 'account' });
    const orders = our.args.filter((arg) => arg.channel === 'orders');
    compare('subscribe', flat({ ...our, args: orders }), flat(isLast(theirs.frames, 'subscribe')));
  });

  it('come back after a cut, over real sockets', async () => {
    expect(gateway.isUp).toBe(true);
    const logins = (): number => ours.frames.filter((frame) => frame.op === 'login').length;
    expect(logins()).toBe(1);
    ours.cut();
    const kinds = ['GatewayUp', 'GatewayDown', 'GatewayUp'];
    await vi.waitFor(() => expect(events.map((event) => event.kind)).toEqual(kinds), { timeout: 10_000 });
    expect([logins(), gateway.isUp]).toEqual([2, true]);
    ours.push({
      arg: { channel: 'account' },
      data: [{ details: [{ ccy: 'USDT', availBal: '1', frozenBal: '0' }] }],
    });
    await vi.waitFor(() => expect(events.at(-1)?.kind).toBe('BalancesChanged'));
  });
});
