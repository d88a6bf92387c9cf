/** A scripted Kraken for gateway tests: sockets that record what is written, and REST replies by method. */
import { ManualClock } from '../../../src/core/clock.ts';
import { Fault } from '../../../src/core/faults.ts';
import type { Listing } from '../../../src/core/instrument.ts';
import type { Log } from '../../../src/core/log.ts';
import type { BaseOrder, Gateway, GatewayEvent } from '../../../src/core/order.ts';
import type { HttpPort, HttpRequest, SocketFactory } from '../../../src/core/socket.ts';
import type { GatewayDeps } from '../../../src/core/venue.ts';
import { kraken } from '../../../src/venues/kraken/index.ts';
import { FakeSocket, settled } from './okx-fakes.ts';

export { FakeSocket, settled };

export interface Request {
  readonly method: string;
  readonly req_id?: number;
  readonly params: Record<string, unknown>;
}

export const listing: Listing = {
  venue: 'kraken',
  instrument: 'BTC-USDT',
  base: 'BTC',
  quote: 'USDT',
  symbol: 'BTC/USDT',
  trading: true,
  priceTick: '0.1',
  sizeLot: '0.00000001',
  minSize: '0.00005',
  minNotional: '0.5',
  orderCode: 'XBTUSDT',
};

export const limitOrder: BaseOrder = {
  clientId: 'p1e1s1',
  listing,
  side: 'buy',
  type: 'limit',
  tif: 'ioc',
  price: '60000.1',
  size: '0.00000012',
};

export const credentials = { apiKey: 'the-api-key', secret: 'dGhlLXNlY3JldA==' };
export const TOKEN = 'the-token';

type Reply = { status?: number; body: object | string; headers?: Record<string, string> } | 'unreachable';

export const result = (value: object): Reply => ({ body: { error: [], result: value } });
export const refusal = (...error: string[]): Reply => ({ body: { error } });

export const PAIRS = {
  XBTUSDT: {
    altname: 'XBTUSDT',
    wsname: 'XBT/USDT',
    aclass_base: 'currency',
    base: 'XXBT',
    aclass_quote: 'currency',
    quote: 'USDT',
    pair_decimals: 1,
    lot_decimals: 8,
    ordermin: '0.00005',
    costmin: '0.5',
    tick_size: '0.1',
    status: 'online',
  },
};

export function fakeVenue() {
  const clock = new ManualClock();
  const sockets: FakeSocket[] = [];
  const requests: HttpRequest[] = [];
  const events: GatewayEvent[] = [];
  const logged: string[] = [];
  /** The venue's clock is ahead of ours by this. */
  const aheadMs = 7000;
  /** Replies by the last part of the path; a function may look at the request. */
  const replies = new Map<string, Reply | ((request: HttpRequest) => Reply | Promise<Reply>)>();
  replies.set('Time', () => result({ unixtime: Math.floor((clock.wallMs() + aheadMs) / 1000), rfc1123: '' }));
  replies.set('AssetPairs', result(PAIRS));
  replies.set('GetWebSocketsToken', result({ token: TOKEN, expires: 900 }));
  const http: HttpPort = {
    async request(request) {
      requests.push(request);
      const method = new URL(request.url).pathname.split('/').at(-1) ?? '';
      const found = replies.get(method);
      const reply = typeof found === 'function' ? await found(request) : found;
      if (reply === undefined) throw new Error(`no reply scripted for ${method}`);
      if (reply === 'unreachable') throw new Fault('venue/unreachable', `${method}: connection reset`);
      const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
      return { status: reply.status ?? 200, headers: reply.headers ?? {}, body: Buffer.from(text) };
    },
    close() {},
  };
  const factory: SocketFactory = {
    open(url, handlers) {
      const socket = new FakeSocket(url, handlers, clock);
      sockets.push(socket);
      return socket;
    },
  };
  const note = (details: object, message: string): void => {
    logged.push(`${message} ${JSON.stringify(details)}`);
  };
  const log: Log = { debug: note, info: note, warn: note, error: note };
  const deps: GatewayDeps = {
    endpoints: {
      rest: 'http://127.0.0.1:1',
      wsPublic: 'ws://127.0.0.1:1/v2',
      wsPrivate: 'ws://127.0.0.1:1/auth/v2',
      wsTrade: 'ws://127.0.0.1:1/auth/v2',
    },
    credentials,
    listings: [listing],
    sockets: factory,
    http,
    clock,
    log,
    onEvent: (event) => events.push(event),
  };
  return { clock, sockets, requests, events, logged, replies, deps, aheadMs };
}

export type FakeVenue = ReturnType<typeof fakeVenue>;

/** Waits for the socket of the given number (from 0) to be asked for. */
export async function socketAt(venue: FakeVenue, index: number): Promise<FakeSocket> {
  for (let turn = 0; turn < 50 && venue.sockets.length <= index; turn++) await settled();
  const socket = venue.sockets[index];
  if (socket === undefined) throw new Error(`socket ${index} was not opened`);
  return socket;
}

const times = { time_in: '2026-08-02T03:35:50.983359Z', time_out: '2026-08-02T03:35:50.983398Z' };

/** Plays the venue's side of logging on. */
export function logOn(socket: FakeSocket): void {
  socket.open();
  socket.push({
    channel: 'status',
    type: 'update',
    data: [{ system: 'online', api_version: 'v2', version: '2.0.10' }],
  });
  const executions = { channel: 'executions', maxratecount: 125, snap_orders: true, snap_trades: false };
  socket.push({ method: 'subscribe', result: executions, success: true, ...times });
  socket.push({ channel: 'executions', type: 'snapshot', data: [], sequence: 1 });
  socket.push({ method: 'subscribe', result: { channel: 'balances', snapshot: true }, success: true, ...times });
}

/** Requests of that method that were written, parsed. */
export const written = (socket: FakeSocket, method: string): Request[] =>
  socket.sent.map((text) => JSON.parse(text) as Request).filter((request) => request.method === method);

/** Answers the last request of that method. */
export function answer(socket: FakeSocket, method: string, says: object): void {
  socket.push({ method, req_id: written(socket, method).at(-1)?.req_id, ...says, ...times });
}

export const accepted = (orderId: string) => ({ result: { order_id: orderId, cl_ord_id: 'p1e1s1' }, success: true });
export const refused = (error: string) => ({ error, success: false });

/** Calls of that private method, their forms parsed. */
export const calls = (venue: FakeVenue, method: string): Record<string, string>[] =>
  venue.requests
    .filter((request) => request.url.endsWith(`/0/private/${method}`))
    .map((request) => Object.fromEntries(new URLSearchParams(request.body)));

export async function connected(
  venue = fakeVenue(),
): Promise<{ venue: FakeVenue; gateway: Gateway; socket: FakeSocket }> {
  const gateway = kraken.createGateway(venue.deps);
  const connecting = gateway.connect();
  const socket = await socketAt(venue, 0);
  logOn(socket);
  await connecting;
  venue.events.length = 1;
  return { venue, gateway, socket };
}
