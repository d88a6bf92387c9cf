/** Our frames and forms beside those that ccxt writes for the same orders, both captured on loopback. */
import ccxt from 'ccxt';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { BaseOrder, Gateway, GatewayEvent, OrderRequest } from '../../../src/core/order.ts';
import { httpClient } from '../../../src/net/http-client.ts';
import { wsSockets } from '../../../src/net/ws-socket.ts';
import { kraken } from '../../../src/venues/kraken/index.ts';
import { sign } from '../../../src/venues/kraken/sign.ts';
import { credentials, listing } from '../../unit/venues/kraken-fakes.ts';
import { type ClientForm, type ClientFrame, type Loopback, loopback } from './kraken-loopback.ts';

/** Fields in which they may differ in value, and why. */
const VARYING: Record<string, string> = {
  req_id: 'each client numbers its own requests',
  nonce: 'each client counts its own; signatures over it are checked on their own',
};

const inTime = 'the venue itself refuses an order that we have given up waiting for';
const selfTrade = 'an account must not trade with itself';
const inQuote = 'sales are otherwise charged in base';

/** Every other difference, as field → why. `ours` and `theirs` hold what only that side writes. */
const DIFFERENCES: Record<string, { ours: Record<string, string>; theirs: Record<string, string> }> = {
  limit: {
    ours: {
      deadline: inTime,
      fee_preference: inQuote,
      stp_type: selfTrade,
      time_in_force: 'said, though it is the default',
    },
    theirs: {},
  },
  ioc: { ours: { deadline: inTime, fee_preference: inQuote, stp_type: selfTrade }, theirs: {} },
  fok: { ours: { deadline: inTime, fee_preference: inQuote, stp_type: selfTrade }, theirs: {} },
  market: { ours: { deadline: inTime, fee_preference: inQuote, stp_type: selfTrade }, theirs: {} },
  cancel: {
    ours: { cl_ord_id: 'we know our own name of an order at once' },
    theirs: { order_id: 'ccxt goes by theirs' },
  },
  executions: {
    ours: { snap_trades: 'said, though it is the default', order_status: 'said, though it is the default' },
    theirs: { req_id: 'our acknowledgements are told apart by their channel' },
  },
  restIoc: { ours: { deadline: inTime, oflags: inQuote, stptype: selfTrade }, theirs: {} },
  restCancel: { ours: {}, theirs: {} },
  token: { ours: {}, theirs: {} },
};

/** A frame as one flat record: its own fields and its parameters. */
const flat = ({ params, ...outer }: ClientFrame): Record<string, unknown> => ({ ...outer, ...params });

function compare(name: string, our: Record<string, unknown>, their: Record<string, unknown>): void {
  const { ours, theirs } = DIFFERENCES[name] as (typeof DIFFERENCES)[string];
  const keys = (one: object, other: object): string[] => Object.keys(one).filter((key) => !(key in other));
  expect(keys(our, their).sort(), `${name}: only ours`).toEqual(Object.keys(ours).sort());
  expect(keys(their, our).sort(), `${name}: only theirs`).toEqual(Object.keys(theirs).sort());
  const shared = Object.keys(our).filter((key) => key in their && !(key in VARYING));
  for (const key of shared) expect(our[key], `${name}: ${key}`).toEqual(their[key]);
}

function lastOf<Sent extends { readonly method: string }>(sent: readonly Sent[], method: string): Sent {
  const found = sent.findLast((each) => each.method === method);
  if (found === undefined) throw new Error(`no ${method} was captured`);
  return found;
}

describe('kraken frames beside those of ccxt', () => {
  let ours: Loopback;
  let theirs: Loopback;
  let gateway: Gateway;
  const http = httpClient();
  const events: GatewayEvent[] = [];
  const witness = new ccxt.pro.kraken({
    apiKey: credentials.apiKey,
    secret: credentials.secret,
    enableRateLimit: false,
  });

  const open = (endpoints: Loopback['endpoints']): Gateway => {
    const clock = systemClock();
    return kraken.createGateway({
      endpoints,
      credentials,
      listings: [listing],
      sockets: wsSockets(clock),
      http,
      clock,
      log: silentLog,
      onEvent: (event) => events.push(event),
    });
  };

  beforeAll(async () => {
    ours = await loopback();
    theirs = await loopback();
    gateway = open(ours.endpoints);
    await gateway.connect();
    // Only addresses are changed.
    const { rest, wsPublic, wsPrivate } = theirs.endpoints;
    const ws = { public: wsPublic, publicV2: wsPublic, private: wsPrivate, privateV2: wsPrivate };
    witness.urls.api = { ...(witness.urls.api as object), public: rest, private: rest, ws };
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
    ['limit', order({}), 'limit', {}],
    ['ioc', order({ tif: 'ioc' }), 'limit', { timeInForce: 'IOC' }],
    ['fok', order({ tif: 'fok', side: 'sell' }), 'limit', { timeInForce: 'FOK' }],
    ['market', order({ type: 'market', side: 'sell' }), 'market', {}],
  ] as const)('place a %s order alike', async (name, request, type, params) => {
    expect(await gateway.place(request)).toMatchObject({ kind: 'acked', venueOrderId: 'OUF4EM-FRGI2-MQMWZD' });
    const price = type === 'market' ? undefined : Number(request.price);
    await witness.createOrderWs('BTC/USDT', type, request.side, Number(request.size), price, {
      clientOrderId: request.clientId,
      ...params,
    });
    compare(name, flat(lastOf(ours.frames, 'add_order')), flat(lastOf(theirs.frames, 'add_order')));
  });

  it('cancel an order alike', async () => {
    expect(await gateway.cancel({ clientId: 'p1e1s1', listing })).toEqual({ kind: 'cancelled' });
    await witness.cancelOrderWs('OUF4EM-FRGI2-MQMWZD');
    compare('cancel', flat(lastOf(ours.frames, 'cancel_order')), flat(lastOf(theirs.frames, 'cancel_order')));
  });

  it('ask for a token alike, and sign it alike', () => {
    const [our, their] = [lastOf(ours.forms, 'GetWebSocketsToken'), lastOf(theirs.forms, 'GetWebSocketsToken')];
    compare('token', our.form, their.form);
    for (const each of [our, their]) expectSigned(each);
    expect(our.headers['content-type']).toBe(their.headers['content-type']);
  });

  it('subscribe to executions alike', async () => {
    const watching = witness.watchOrders(undefined, undefined, undefined, { snap_orders: true });
    watching.catch(() => {});
    await vi.waitFor(() => lastOf(theirs.frames, 'subscribe'), { timeout: 10_000 });
    const our = ours.frames.find(({ params }) => params.channel === 'executions') as ClientFrame;
    const their = lastOf(theirs.frames, 'subscribe');
    const { snapshot_trades: _, ...params } = their.params;
    compare('executions', flat(our), flat({ ...their, params }));
    expect(ours.frames.some(({ params }) => params.channel === 'balances')).toBe(true);
  });

  it('place and cancel over REST alike, and sign it alike', async () => {
    const offline = open(ours.endpoints);
    const request = order({ tif: 'ioc' });
    expect(await offline.place(request)).toMatchObject({ kind: 'acked', venueOrderId: 'OUF4EM-FRGI2-MQMWZD' });
    await witness.createOrder('BTC/USDT', 'limit', 'buy', 0.01, 60000.1, {
      clientOrderId: 'p1e1s1',
      timeInForce: 'IOC',
    });
    const [our, their] = [lastOf(ours.forms, 'AddOrder'), lastOf(theirs.forms, 'AddOrder')];
    compare('restIoc', our.form, their.form);
    for (const each of [our, their]) expectSigned(each);
    expect(await offline.cancel({ clientId: 'p1e1s1', listing })).toEqual({ kind: 'cancelled' });
    await witness.cancelOrder('OUF4EM-FRGI2-MQMWZD', 'BTC/USDT', { clientOrderId: 'p1e1s1' });
    compare('restCancel', lastOf(ours.forms, 'CancelOrder').form, lastOf(theirs.forms, 'CancelOrder').form);
  });

  function expectSigned({ method, body, form, headers }: ClientForm): void {
    const signature = sign(credentials.secret, `/0/private/${method}`, form.nonce ?? '', body);
    expect([headers['api-key'], headers['api-sign']]).toEqual([credentials.apiKey, signature]);
  }

  it('come back after a cut, over real sockets, with another token', async () => {
    const tokens = (): number => ours.forms.filter(({ method }) => method === 'GetWebSocketsToken').length;
    const before = tokens();
    ours.cut();
    const kinds = ['GatewayUp', 'GatewayDown', 'GatewayUp'];
    await vi.waitFor(() => expect(events.map((event) => event.kind)).toEqual(kinds), { timeout: 10_000 });
    expect([tokens(), gateway.isUp]).toEqual([before + 1, true]);
    ours.push({ channel: 'balances', type: 'snapshot', data: [{ asset: 'USDT', balance: 1 }], sequence: 1 });
    await vi.waitFor(() => expect(events.at(-1)?.kind).toBe('BalancesChanged'));
  });
});
