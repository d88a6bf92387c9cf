/** Our requests and messages beside those that ccxt writes for the same orders, both captured on loopback. */
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import ccxt from 'ccxt';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { systemClock } from '../../../src/core/clock.ts';
import type { Listing } from '../../../src/core/instrument.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { BaseOrder, Gateway, OrderRequest } from '../../../src/core/order.ts';
import { httpClient } from '../../../src/net/http-client.ts';
import { wsSockets } from '../../../src/net/ws-socket.ts';
import { coinbase } from '../../../src/venues/coinbase/index.ts';
import { toListing } from '../../../src/venues/coinbase/instruments.ts';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const credentials = {
  apiKey: 'organizations/aaaa/apiKeys/bbbb',
  secret: privateKey.export({ type: 'sec1', format: 'pem' }).toString(),
};

const product = {
  product_id: 'BTC-USD',
  product_type: 'SPOT',
  base_currency_id: 'BTC',
  quote_currency_id: 'USD',
  base_increment: '0.00000001',
  quote_increment: '0.01',
  price_increment: '0.01',
  base_min_size: '0.00000001',
  base_max_size: '3400',
  quote_min_size: '1',
  quote_max_size: '150000000',
  price: '60000',
  status: 'online',
  trading_disabled: false,
};

interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly body: Record<string, unknown>;
  readonly header: Record<string, unknown>;
  readonly claims: Record<string, unknown>;
}

const decode = (token: string): Record<string, unknown>[] =>
  token
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8')));

/** Speaks as much Coinbase as logging on and placing orders needs, and keeps what it is sent. */
async function loopback() {
  const requests: Request[] = [];
  const messages: Record<string, unknown>[] = [];
  const answer = (path: string): object => {
    if (path.endsWith('/time')) return { epochMillis: String(Date.now()), epochSeconds: '1' };
    if (path.endsWith('/batch_cancel')) return { results: [{ success: true, order_id: 'v-1' }] };
    if (path.endsWith('/orders'))
      return { success: true, success_response: { order_id: 'v-1', product_id: 'BTC-USD' } };
    if (path.endsWith('/fills')) return { fills: [], cursor: '' };
    if (path.includes('/historical/')) return { order: { order_id: 'v-1' } };
    return { can_trade: true };
  };
  const read = async (request: IncomingMessage): Promise<Request> => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
    const token = request.headers.authorization?.replace('Bearer ', '');
    const [header = {}, claims = {}] = token === undefined ? [] : decode(token);
    const body = text === '' ? {} : JSON.parse(text);
    return {
      method: request.method ?? '',
      path: pathname,
      query: Object.fromEntries(searchParams),
      body,
      header,
      claims,
    };
  };
  const http = createServer((request, response) => {
    void read(request).then((kept) => {
      requests.push(kept);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answer(kept.path)));
    });
  });
  const server = new WebSocketServer({ server: http });
  server.on('connection', (socket) => {
    socket.on('message', (data) => {
      const message = JSON.parse(String(data));
      messages.push(message);
      const events = [{ subscriptions: { [message.channel]: ['x'] } }];
      socket.send(JSON.stringify({ channel: 'subscriptions', sequence_num: messages.length - 1, events }));
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  return {
    rest: `http://127.0.0.1:${port}`,
    socket: `ws://127.0.0.1:${port}`,
    requests,
    messages,
    last: (path: string): Request => {
      const found = requests.findLast((request) => request.path === `/api/v3/brokerage${path}`);
      if (found === undefined) throw new Error(`${path} was not asked`);
      return found;
    },
    async close() {
      for (const client of server.clients) client.terminate();
      server.close();
      http.closeAllConnections();
      await new Promise<void>((resolve) => http.close(() => resolve()));
    },
  };
}

/** Fields that only one of the two writes, each with the reason. */
const DIFFERENCES = {
  body: { ours: {}, theirs: {} },
  header: { ours: {}, theirs: {} },
  claims: {
    ours: {},
    theirs: {
      aud: 'of older tokens; the venue’s own client of 2026 leaves it out',
      iat: 'likewise: `nbf` says the same',
    },
  },
  message: {
    ours: {},
    theirs: { product_ids: 'left out it means all products, which is what we want' },
  },
} as const;

/** Fields that differ in value, with the reason. */
const VARYING: Record<string, string> = {
  client_order_id: 'an id of the caller; ccxt puts its own name before it',
  nonce: 'random',
  nbf: 'the time; ours is a second earlier, lest it be from the venue’s future',
  exp: 'likewise',
  iss: 'ours is the issuer of the venue’s own client; ccxt has kept the older one',
  uri: 'ccxt leaves the scheme of a plain address in',
  jwt: 'looked at on its own',
};

function compare(part: keyof typeof DIFFERENCES, our: object, their: object): void {
  const { ours, theirs } = DIFFERENCES[part];
  const keys = (one: object, other: object): string[] => Object.keys(one).filter((key) => !(key in other));
  expect(keys(our, their).sort(), `${part}: only ours`).toEqual(Object.keys(ours).sort());
  expect(keys(their, our).sort(), `${part}: only theirs`).toEqual(Object.keys(theirs).sort());
  for (const [key, value] of Object.entries(our)) {
    if (key in their && !(key in VARYING))
      expect(value, `${part}: ${key}`).toEqual((their as Record<string, unknown>)[key]);
  }
}

describe('coinbase requests beside those of ccxt', () => {
  let ours: Awaited<ReturnType<typeof loopback>>;
  let theirs: Awaited<ReturnType<typeof loopback>>;
  let gateway: Gateway;
  const http = httpClient();
  const listing = toListing(product) as Listing;
  const witness = new ccxt.pro.coinbase({ apiKey: credentials.apiKey, secret: credentials.secret });

  beforeAll(async () => {
    ours = await loopback();
    theirs = await loopback();
    const clock = systemClock();
    const { rest, socket } = ours;
    gateway = coinbase.createGateway({
      endpoints: { rest, wsPublic: socket, wsPrivate: socket, wsTrade: socket },
      credentials,
      listings: [listing],
      sockets: wsSockets(clock),
      http,
      clock,
      log: silentLog,
      onEvent: () => {},
    });
    await gateway.connect();
    // Only addresses are changed.
    witness.urls.api = { ...(witness.urls.api as object), rest: theirs.rest, ws: theirs.socket };
    // ccxt connects to ws:// (no TLS) only once its plain agent is loaded; no proxy is involved.
    await witness.loadHttpProxyAgent();
    witness.setMarkets([witness.parseSpotMarket(product, {})]);
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
    tif: 'ioc',
    price: '60000.1',
    size: '0.01',
    ...change,
  });

  it.each<[string, Partial<BaseOrder>, 'limit' | 'market', object]>([
    ['an IOC order', {}, 'limit', { timeInForce: 'IOC' }],
    ['a FOK order', { tif: 'fok' }, 'limit', { timeInForce: 'FOK' }],
    ['a resting order', { tif: 'gtc' }, 'limit', {}],
    ['an IOC sale', { side: 'sell' }, 'limit', { timeInForce: 'IOC' }],
    ['a market sale', { side: 'sell', type: 'market' }, 'market', {}],
  ])('write %s alike', async (_, change, type, params) => {
    await gateway.place(order(change));
    const price = type === 'market' ? undefined : 60_000.1;
    await witness.createOrder('BTC/USD', type, change.side ?? 'buy', 0.01, price, params);
    const [our, their] = [ours.last('/orders'), theirs.last('/orders')];
    compare('body', our.body, their.body);
    compare('header', our.header, their.header);
    compare('claims', our.claims, their.claims);
    expect(our.claims.uri).toBe(`POST ${new URL(ours.rest).host}/api/v3/brokerage/orders`);
    expect(String(their.claims.uri).replace('http://', '')).toBe(
      `POST ${new URL(theirs.rest).host}/api/v3/brokerage/orders`,
    );
  });

  it('write cancels and questions alike', async () => {
    await gateway.place(order({}));
    await gateway.cancel(order({}));
    await witness.cancelOrder('v-1', 'BTC/USD');
    const [our, their] = [ours.last('/orders/batch_cancel'), theirs.last('/orders/batch_cancel')];
    expect(our.body).toEqual(their.body);
    compare('claims', our.claims, their.claims);
    await gateway.query(order({}));
    await witness.fetchOrder('v-1', 'BTC/USD').catch(() => undefined);
    const path = '/orders/historical/v-1';
    expect(ours.last(path).query).toEqual(theirs.last(path).query);
    compare('claims', ours.last(path).claims, theirs.last(path).claims);
  });

  it('subscribe to orders alike', async () => {
    void witness.watchOrders('BTC/USD').catch(() => undefined);
    await vi.waitFor(() => expect(theirs.messages.length).toBeGreaterThan(0));
    const isUser = (message: Record<string, unknown>): boolean => message.channel === 'user';
    const [our, their] = [ours.messages.find(isUser) ?? {}, theirs.messages.find(isUser) ?? {}];
    compare('message', our, their);
    const claims = (message: Record<string, unknown>) => decode(String(message.jwt))[1] ?? {};
    compare('claims', claims(our), claims(their));
    expect(claims(our)).not.toHaveProperty('uri');
  });
});
