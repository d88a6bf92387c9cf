/** A scripted OKX for gateway tests: sockets that record what is written, and REST replies by path. */
import { ManualClock } from '../../../src/core/clock.ts';
import { Fault } from '../../../src/core/faults.ts';
import type { Listing } from '../../../src/core/instrument.ts';
import type { Log } from '../../../src/core/log.ts';
import type { BaseOrder, GatewayEvent } from '../../../src/core/order.ts';
import type { HttpPort, HttpRequest, Socket, SocketFactory, SocketHandlers } from '../../../src/core/socket.ts';
import type { GatewayDeps } from '../../../src/core/venue.ts';

export class FakeSocket implements Socket {
  readonly url: string;
  readonly handlers: SocketHandlers;
  readonly sent: string[] = [];
  readonly #clock: ManualClock;
  isOpen = false;
  #ended = false;

  constructor(url: string, handlers: SocketHandlers, clock: ManualClock) {
    this.url = url;
    this.handlers = handlers;
    this.#clock = clock;
  }

  send(text: string | Uint8Array): boolean {
    if (!this.isOpen) return false;
    this.sent.push(String(text));
    return true;
  }
  ping(): void {}
  close(): void {
    this.end(1000, 'bye');
  }
  terminate(): void {
    this.end(1006, '');
  }

  open(): void {
    this.isOpen = true;
    this.handlers.onOpen();
  }
  /** A frame from the venue, in the middle of a larger, reused buffer. */
  push(frame: object | string): void {
    const text = typeof frame === 'string' ? frame : JSON.stringify(frame);
    const bytes = Buffer.from(`##${text}##`);
    this.handlers.onFrame(bytes, 2, bytes.length - 2, this.#clock.monotonicNs());
    bytes.fill(0);
  }
  end(code: number, reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.isOpen = false;
    this.handlers.onClose(code, reason);
  }
  /** What was written, parsed; `op` filters. */
  requests(op?: string): Request[] {
    const parsed = this.sent.filter((text) => text !== 'ping').map((text) => JSON.parse(text) as Request);
    return op === undefined ? parsed : parsed.filter((request) => request.op === op);
  }
}

export interface Request {
  readonly id: string;
  readonly op: string;
  readonly expTime?: string;
  readonly args: Record<string, unknown>[];
}

export const listing: Listing = {
  venue: 'okx',
  instrument: 'BTC-USDT',
  base: 'BTC',
  quote: 'USDT',
  symbol: 'BTC-USDT',
  trading: true,
  priceTick: '0.1',
  sizeLot: '0.00000001',
  minSize: '0.00001',
  orderCode: '38',
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

type Reply = { status?: number; body: object | string; headers?: Record<string, string> } | 'unreachable';

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
  replies.set('GET /api/v5/public/time', () => ({
    body: { code: '0', msg: '', data: [{ ts: String(clock.wallMs() + aheadMs) }] },
  }));
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
      wsPublic: 'ws://127.0.0.1:1/ws/v5/public',
      wsPrivate: 'ws://127.0.0.1:1/ws/v5/private',
      wsTrade: 'ws://127.0.0.1:1/ws/v5/private',
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

/** Lets promises that are ready run on. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Waits for the socket of the given number (from 0) to be asked for. */
export async function socketAt(venue: FakeVenue, index: number): Promise<FakeSocket> {
  for (let turn = 0; turn < 50 && venue.sockets.length <= index; turn++) await settled();
  const socket = venue.sockets[index];
  if (socket === undefined) throw new Error(`socket ${index} was not opened`);
  return socket;
}

/** Plays the venue's side of logging on. */
export function logOn(socket: FakeSocket): void {
  socket.open();
  socket.push({ event: 'login', code: '0', msg: '', connId: 'a4d3ae55' });
  socket.push({ event: 'subscribe', arg: { channel: 'orders', instType: 'SPOT' }, connId: 'a4d3ae55' });
  socket.push({ event: 'channel-conn-count', channel: 'orders', connCount: '1', connId: 'a4d3ae55' });
  socket.push({ event: 'subscribe', arg: { channel: 'account' }, connId: 'a4d3ae55' });
}
