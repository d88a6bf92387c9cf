/** Our order-entry frames beside those that ccxt writes for the same order, captured on loopback. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import ccxt from 'ccxt';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { systemClock } from '../../../src/core/clock.ts';
import { Fault } from '../../../src/core/faults.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { Gateway, OrderRequest } from '../../../src/core/order.ts';
import type { HttpPort } from '../../../src/core/socket.ts';
import { wsSockets } from '../../../src/net/ws-socket.ts';
import { binance } from '../../../src/venues/binance/index.ts';
import { readListings } from '../../../src/venues/binance/instruments.ts';
import { type Params, signParams } from '../../../src/venues/binance/sign.ts';

const API_KEY = 'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A';
const SECRET = 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j';

const SYMBOL = {
  symbol: 'BTCUSDT',
  status: 'TRADING',
  baseAsset: 'BTC',
  baseAssetPrecision: 8,
  quoteAsset: 'USDT',
  quotePrecision: 8,
  quoteAssetPrecision: 8,
  orderTypes: ['LIMIT', 'LIMIT_MAKER', 'MARKET'],
  isSpotTradingAllowed: true,
  isMarginTradingAllowed: false,
  permissions: [],
  permissionSets: [['SPOT']],
  filters: [
    { filterType: 'PRICE_FILTER', minPrice: '0.01000000', maxPrice: '1000000.00000000', tickSize: '0.01000000' },
    { filterType: 'LOT_SIZE', minQty: '0.00001000', maxQty: '9000.00000000', stepSize: '0.00001000' },
    { filterType: 'NOTIONAL', minNotional: '5.00000000', maxNotional: '9000000.00000000' },
  ],
};

interface Frame {
  readonly id: unknown;
  readonly method: string;
  readonly params: Params;
}

/** A server that answers the clock and the subscription, and keeps what it is sent. */
class Capture {
  readonly frames: Frame[] = [];
  readonly #server: WebSocketServer;

  constructor(server: WebSocketServer) {
    this.#server = server;
    server.on('connection', (socket: WebSocket) => {
      socket.on('message', (data) => {
        const frame = JSON.parse(String(data)) as Frame;
        this.frames.push(frame);
        const { id, method } = frame;
        if (method === 'time') socket.send(JSON.stringify({ id, status: 200, result: { serverTime: Date.now() } }));
        else if (method === 'userDataStream.subscribe.signature') {
          socket.send(JSON.stringify({ id, status: 200, result: { subscriptionId: 0 } }));
        } else {
          const error = { code: -2010, msg: 'Account has insufficient balance for requested action.' };
          socket.send(JSON.stringify({ id, status: 400, error }));
        }
      });
    });
  }

  static async open(): Promise<Capture> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    return new Capture(server);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/ws-api/v3`;
  }

  async next(method: string): Promise<Frame> {
    return vi.waitFor(() => {
      const found = this.frames.find((frame) => frame.method === method);
      if (found === undefined) throw new Error(`no ${method} yet`);
      return found;
    });
  }

  close(): void {
    for (const client of this.#server.clients) client.terminate();
    this.#server.close();
  }
}

const noHttp: HttpPort = {
  request: () => Promise.reject(new Fault('venue/unreachable', 'no HTTP in this test')),
  close() {},
};

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function ours(): Promise<{ capture: Capture; gateway: Gateway }> {
  const capture = await Capture.open();
  closers.push(() => capture.close());
  const clock = systemClock();
  const gateway = binance.createGateway({
    endpoints: { rest: 'http://127.0.0.1:9', wsPublic: '', wsPrivate: capture.url, wsTrade: capture.url },
    credentials: { apiKey: API_KEY, secret: SECRET },
    listings: readListings({ symbols: [SYMBOL] }),
    sockets: wsSockets(clock),
    http: noHttp,
    clock,
    log: silentLog,
    onEvent() {},
  });
  await gateway.connect();
  closers.push(() => gateway.close());
  return { capture, gateway };
}

async function theirs() {
  const capture = await Capture.open();
  closers.push(() => capture.close());
  const exchange = new ccxt.pro.binance({ apiKey: API_KEY, secret: SECRET });
  // Lists that ccxt would fetch beside the markets.
  Object.assign(exchange.options, { crossMarginPairsData: [], isolatedMarginPairsData: [] });
  exchange.setMarkets([exchange.parseMarket(SYMBOL)]);
  const api = exchange.urls.api as Record<string, Record<string, Record<string, string>>>;
  (api.ws as Record<string, Record<string, string>>)['ws-api'] = { spot: capture.url };
  // ccxt wants this before any unencrypted WebSocket; there is no proxy.
  await exchange.loadHttpProxyAgent();
  closers.push(() => exchange.close());
  return { capture, exchange };
}

const [listing] = readListings({ symbols: [SYMBOL] });
if (listing === undefined) throw new Error('unreachable');
const base: OrderRequest = {
  clientId: 'plx0000001a',
  listing,
  side: 'buy',
  type: 'limit',
  tif: 'ioc',
  price: '60000.01',
  size: '0.12345',
};
const { price: _, ...withoutPrice } = base;

const ORDERS: readonly (readonly [name: string, order: OrderRequest])[] = [
  ['limit IOC buy', base],
  ['limit GTC sell', { ...base, side: 'sell', tif: 'gtc', price: '61000', size: '1' }],
  ['limit FOK buy', { ...base, tif: 'fok' }],
  ['market sell', { ...withoutPrice, type: 'market', side: 'sell' }],
];

/** Where our frames are meant to differ, per method. */
const DIFFERENCES: Readonly<
  Record<string, Readonly<Record<string, readonly [mine: unknown, ccxt: unknown, why: string]>>>
> = {
  'order.place': {
    recvWindow: [2000, 10000, 'not longer than we wait for the answer: a late order must be refused, not carried out'],
    selfTradePreventionMode: ['EXPIRE_TAKER', undefined, 'an account must not trade with itself'],
    returnRateLimits: [true, false, 'our budget is corrected by what the venue says'],
  },
  'order.cancel': {
    recvWindow: [undefined, 10000, 'the 5000 ms of the venue serve for a cancellation'],
    returnRateLimits: [true, false, 'as above'],
  },
  'userDataStream.subscribe.signature': {
    recvWindow: [5000, 10000, 'the ordinary window of the venue'],
  },
};

/** Named by the task: they differ from one request to the next. */
const PER_REQUEST = new Set(['timestamp', 'signature']);

function differences(mine: Frame, their: Frame): Record<string, readonly [unknown, unknown]> {
  expect(mine.method).toBe(their.method);
  expect(Object.keys(mine).sort()).toEqual(Object.keys(their).sort());
  const names = new Set([...Object.keys(mine.params), ...Object.keys(their.params)]);
  return Object.fromEntries(
    [...names]
      .filter((name) => !PER_REQUEST.has(name) && mine.params[name] !== their.params[name])
      .map((name) => [name, [mine.params[name], their.params[name]] as const]),
  );
}

const listed = (method: string): Record<string, readonly [unknown, unknown]> =>
  Object.fromEntries(Object.entries(DIFFERENCES[method] ?? {}).map(([name, [mine, their]]) => [name, [mine, their]]));

/** Signs their parameters by our rule: the signatures must be the same. */
function expectSameSignature(frame: Frame): void {
  const { signature, apiKey, ...params } = frame.params;
  expect(signParams(params, String(apiKey), SECRET).signature).toBe(signature);
  expect(typeof frame.params.timestamp).toBe('number');
}

describe('binance order-entry frames equal those of ccxt', () => {
  it.each(ORDERS)('order.place: %s', async (_name, order) => {
    const { capture, gateway } = await ours();
    const witness = await theirs();
    const outcome = await gateway.place(order);
    expect(outcome).toMatchObject({ kind: 'rejected', error: { class: 'insufficient-funds' } });
    await expect(
      witness.exchange.createOrderWs(
        'BTC/USDT',
        order.type,
        order.side,
        Number(order.size),
        order.price === undefined ? undefined : Number(order.price),
        {
          newClientOrderId: order.clientId,
          ...(order.type === 'limit' ? { timeInForce: order.tif.toUpperCase() } : {}),
        },
      ),
    ).rejects.toThrow(ccxt.InsufficientFunds);
    const mine = await capture.next('order.place');
    const their = await witness.capture.next('order.place');
    expect(differences(mine, their)).toEqual(listed('order.place'));
    expectSameSignature(mine);
    expectSameSignature(their);
  });

  it('order.cancel', async () => {
    const { capture, gateway } = await ours();
    const witness = await theirs();
    await gateway.cancel(base);
    await expect(witness.exchange.cancelOrderWs('', 'BTC/USDT', { clientOrderId: base.clientId })).rejects.toThrow();
    const mine = await capture.next('order.cancel');
    const their = await witness.capture.next('order.cancel');
    expect(differences(mine, their)).toEqual(listed('order.cancel'));
    expectSameSignature(mine);
    expectSameSignature(their);
  });

  it('userDataStream.subscribe.signature', async () => {
    const { capture } = await ours();
    const witness = await theirs();
    const watching = witness.exchange.watchOrders('BTC/USDT').catch(() => undefined);
    const mine = await capture.next('userDataStream.subscribe.signature');
    const their = await witness.capture.next('userDataStream.subscribe.signature');
    expect(differences(mine, their)).toEqual(listed('userDataStream.subscribe.signature'));
    expectSameSignature(mine);
    expectSameSignature(their);
    await witness.exchange.close();
    await watching;
  });
});
