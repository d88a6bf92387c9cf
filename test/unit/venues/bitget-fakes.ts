/** A scripted Bitget for gateway tests: sockets that record what is written, and REST replies by path. */
import { ManualClock } from '../../../src/core/clock.ts';
import { Fault } from '../../../src/core/faults.ts';
import type { Listing } from '../../../src/core/instrument.ts';
import type { Log } from '../../../src/core/log.ts';
import type { BaseOrder, GatewayEvent } from '../../../src/core/order.ts';
import type { HttpPort, HttpRequest } from '../../../src/core/socket.ts';
import type { GatewayDeps } from '../../../src/core/venue.ts';
import { FakeSocket, settled } from './okx-fakes.ts';

export const listing: Listing = {
  venue: 'bitget',
  instrument: 'BTC-USDT',
  base: 'BTC',
  quote: 'USDT',
  symbol: 'BTCUSDT',
  trading: true,
  priceTick: '0.01',
  sizeLot: '0.000001',
  minSize: '0.000001',
  minNotional: '1',
};

export const limitOrder: BaseOrder = {
  clientId: 'p1e1s1',
  listing,
  side: 'buy',
  type: 'limit',
  tif: 'ioc',
  price: '60000.1',
  size: '0.01',
};

export const credentials = { apiKey: 'the-api-key', secret: 'the-secret', passphrase: 'the-passphrase' };
export const secretsIn = (text: string): boolean =>
  [credentials.secret, credentials.passphrase].some((secret) => text.includes(secret));

export type Reply = { status?: number; body: object | string; headers?: Record<string, string> } | 'unreachable';

/** An answer without a refusal. */
export const success = (data: unknown): Reply => ({
  body: { code: '00000', msg: 'success', requestTime: 1_695_808_949_356, data },
});
export const refusal = (code: string, msg: string, status = 400): Reply => ({
  status,
  body: { code, msg, requestTime: 1_695_808_949_356, data: null },
});

export function fakeVenue() {
  const clock = new ManualClock();
  const sockets: FakeSocket[] = [];
  const requests: HttpRequest[] = [];
  const events: GatewayEvent[] = [];
  const logged: string[] = [];
  /** Replies by `METHOD path`, the query left out; a function may look at the request. */
  const replies = new Map<string, Reply | ((request: HttpRequest) => Reply)>();
  /** The venue's clock is ahead of ours by this. */
  const aheadMs = 1234;
  replies.set('GET /api/v2/public/time', () => success({ serverTime: String(clock.wallMs() + aheadMs) }));
  const http: HttpPort = {
    async request(request) {
      requests.push(request);
      const key = `${request.method} ${new URL(request.url).pathname}`;
      const found = replies.get(key);
      const reply = typeof found === 'function' ? found(request) : found;
      if (reply === undefined) throw new Error(`no reply scripted for ${key}`);
      if (reply === 'unreachable') throw new Fault('venue/unreachable', `${key}: connection reset`);
      const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
      return { status: reply.status ?? 200, headers: reply.headers ?? {}, body: Buffer.from(text) };
    },
    close() {},
  };
  const note = (details: object, message: string): void => void logged.push(`${message} ${JSON.stringify(details)}`);
  const log: Log = { debug: note, info: note, warn: note, error: note };
  const deps: GatewayDeps = {
    endpoints: {
      rest: 'http://127.0.0.1:1',
      wsPublic: 'ws://127.0.0.1:1/v2/ws/public',
      wsPrivate: 'ws://127.0.0.1:1/v2/ws/private',
      wsTrade: 'ws://127.0.0.1:1/v2/ws/private',
    },
    credentials,
    listings: [listing],
    sockets: {
      open(url, handlers) {
        const socket = new FakeSocket(url, handlers, clock);
        sockets.push(socket);
        return socket;
      },
    },
    http,
    clock,
    log,
    onEvent: (event) => events.push(event),
  };
  /** Queries of the requests to a path, and their bodies. */
  const queries = (path: string): Record<string, string>[] =>
    requests
      .map((request) => new URL(request.url))
      .filter((url) => url.pathname === path)
      .map((url) => Object.fromEntries(url.searchParams));
  const bodies = (path: string): unknown[] =>
    requests.filter((request) => new URL(request.url).pathname === path).map(({ body }) => JSON.parse(body ?? 'null'));
  return { clock, sockets, requests, events, logged, replies, deps, aheadMs, queries, bodies };
}

export type FakeVenue = ReturnType<typeof fakeVenue>;

/** Waits for the socket of the given number (from 0) to be asked for. */
export async function socketAt(venue: FakeVenue, index: number): Promise<FakeSocket> {
  for (let turn = 0; turn < 50 && venue.sockets.length <= index; turn++) await settled();
  const socket = venue.sockets[index];
  if (socket === undefined) throw new Error(`socket ${index} was not opened`);
  return socket;
}

/** Plays the venue's side of logging on. */
export function logOn(socket: FakeSocket, code: number | string = 0): void {
  socket.open();
  socket.push({ event: 'login', code });
  socket.push({ event: 'subscribe', arg: { instType: 'SPOT', channel: 'orders', instId: 'default' } });
  socket.push({ event: 'subscribe', arg: { instType: 'SPOT', channel: 'fill', instId: 'default' } });
  socket.push({ event: 'subscribe', arg: { instType: 'SPOT', channel: 'account', coin: 'default' } });
}

const pushOf =
  (channel: string, base: object) =>
  (...changes: object[]) => ({
    action: 'snapshot',
    arg: { instType: 'SPOT', channel, instId: 'default' },
    data: changes.map((change) => ({ ...base, ...change })),
    ts: 1_700_000_000_003,
  });

/** A push of the orders channel that tells of a first fill. */
export const orderPush = pushOf('orders', {
  instId: 'BTCUSDT',
  orderId: '9',
  clientOid: 'p1e1s1',
  side: 'buy',
  orderType: 'limit',
  status: 'partially_filled',
  accBaseVolume: '0.004',
  baseVolume: '0.004',
  fillPrice: '60000',
  tradeId: '501',
  fillTime: '1700000000001',
  fillFee: '-0.000004',
  fillFeeCoin: 'BTC',
  tradeScope: 'T',
  cTime: '1700000000000',
  uTime: '1700000000002',
});

/** The same fill as the fill channel tells it. */
export const fillPush = pushOf('fill', {
  orderId: '9',
  tradeId: '501',
  symbol: 'BTCUSDT',
  orderType: 'limit',
  side: 'buy',
  priceAvg: '60000',
  size: '0.004',
  amount: '240',
  tradeScope: 'taker',
  feeDetail: [{ feeCoin: 'BTC', deduction: 'no', totalDeductionFee: '0', totalFee: '0.000004' }],
  cTime: '1700000000001',
  uTime: '1700000000001',
});

/** The two events that the engine gets of them. */
export const fill = {
  clientId: 'p1e1s1',
  venueOrderId: '9',
  tradeId: '501',
  symbol: 'BTCUSDT',
  side: 'buy',
  price: '60000',
  size: '0.004',
  fee: '0.000004',
  feeAsset: 'BTC',
  maker: false,
  venueAt: 1_700_000_000_001,
};
export const report = {
  clientId: 'p1e1s1',
  venueOrderId: '9',
  symbol: 'BTCUSDT',
  side: 'buy',
  status: 'open',
  filled: '0.004',
  venueAt: 1_700_000_000_002,
};
