/** The load generator: two scripted venues on one loopback port, for one contender. It runs in another process than what
 *  it measures, so its clock sees what a venue would see: from its own write of a frame to its own read of an order. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Endpoints } from '../../src/core/venue.ts';
import { TOPS, type Top, TRADED } from './instruments.ts';
import { ScriptedBinance } from './scripted-binance.ts';
import { type OkxRequest, ScriptedOkx } from './scripted-okx.ts';

export type VenueName = 'binance' | 'okx';

/** Where the venues are, as the contender is told. */
export type VenueAddresses = Readonly<Record<VenueName, Endpoints>>;

const VENUES: readonly VenueName[] = ['binance', 'okx'];

/** A server's text frame, ready for the socket: unmasked, one fragment. */
export function wireFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  if (payload.length > 0xffff) throw new RangeError(`a frame of ${payload.length} bytes`);
  const header =
    payload.length < 126 ? Buffer.from([0x81, payload.length]) : Buffer.from([0x81, 126, 0, payload.length & 0xff]);
  if (payload.length >= 126) header.writeUInt16BE(payload.length, 2);
  return Buffer.concat([header, payload]);
}

export class Exchange {
  readonly binance = new ScriptedBinance();
  readonly okx = new ScriptedOkx();
  readonly #server: Server;
  readonly #webSockets: WebSocketServer;
  readonly #open = new Set<WebSocket>();
  readonly #streams: Record<VenueName, Socket | undefined> = { binance: undefined, okx: undefined };
  /** `performance.now()` of every order since the last `takeOrders`. */
  #orders: { venue: VenueName; at: number }[] = [];
  #onOrder: () => void = () => {};

  private constructor() {
    this.#server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      const body = this.binance.rest(url.pathname, url.searchParams) ?? this.okx.rest(url.pathname);
      response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body ?? { code: -1, msg: `no ${url.pathname} here` }));
    });
    this.#webSockets = new WebSocketServer({ server: this.#server, perMessageDeflate: false });
    this.#webSockets.on('connection', (socket, request) => this.#onConnection(socket, request));
  }

  static async start(): Promise<Exchange> {
    const exchange = new Exchange();
    await new Promise<void>((resolve) => exchange.#server.listen(0, '127.0.0.1', resolve));
    return exchange;
  }

  get addresses(): VenueAddresses {
    const { port } = this.#server.address() as AddressInfo;
    const rest = `http://127.0.0.1:${port}`;
    const ws = `ws://127.0.0.1:${port}`;
    const trade = (venue: VenueName): Pick<Endpoints, 'rest' | 'wsPrivate' | 'wsTrade'> => ({
      rest,
      wsPrivate: `${ws}/${venue}/trade`,
      wsTrade: `${ws}/${venue}/trade`,
    });
    return {
      binance: { ...trade('binance'), wsPublic: ws },
      okx: { ...trade('okx'), wsPublic: `${ws}/okx/public` },
    };
  }

  /** Whether both market streams are open. */
  get isWatched(): boolean {
    return VENUES.every((venue) => this.#streams[venue] !== undefined);
  }

  /** The frame that gives the traded instrument a new best bid and ask. */
  top(venue: VenueName, which: keyof typeof TOPS): Buffer {
    const top: Top = TOPS[which];
    return wireFrame(venue === 'binance' ? this.binance.top(TRADED, top) : this.okx.top(TRADED, top));
  }

  /** Writes bytes of whole frames to a venue's market stream; returns when that began. */
  write(venue: VenueName, frames: Buffer): number {
    const stream = this.#streams[venue];
    if (stream === undefined) throw new Error(`nobody watches ${venue}`);
    const from = performance.now();
    stream.write(frames);
    return from;
  }

  /** Forgets the orders that nobody took. */
  dropOrders(): void {
    this.#orders = [];
  }

  /** Resolves with the times of the first `count` orders, or with fewer once `timeoutMs` has passed. */
  async takeOrders(count: number, timeoutMs: number): Promise<number[]> {
    if (this.#orders.length < count) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        this.#onOrder = () => {
          if (this.#orders.length < count) return;
          clearTimeout(timer);
          resolve();
        };
      });
      this.#onOrder = () => {};
    }
    const times = this.#orders.map(({ at }) => at);
    this.#orders = [];
    return times;
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.terminate();
    this.#webSockets.close();
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #onConnection(socket: WebSocket, request: IncomingMessage): void {
    const path = request.url ?? '';
    request.socket.setNoDelay(true);
    this.#open.add(socket);
    socket.on('close', () => {
      this.#open.delete(socket);
      for (const venue of VENUES) if (this.#streams[venue] === request.socket) this.#streams[venue] = undefined;
    });
    if (path.startsWith('/stream')) this.#streams.binance = request.socket;
    else if (path === '/okx/public')
      this.#onOkx(
        socket,
        () => {},
        () => this.#watched('okx', request.socket),
      );
    else if (path === '/okx/trade')
      this.#onOkx(
        socket,
        () => this.#ordered('okx'),
        () => {},
      );
    else if (path === '/binance/trade') this.#onBinance(socket);
    else socket.close(1008, `no ${path} here`);
  }

  #watched(venue: VenueName, stream: Socket): void {
    this.#streams[venue] = stream;
  }

  #ordered(venue: VenueName): void {
    this.#orders.push({ venue, at: performance.now() });
    this.#onOrder();
  }

  #onOkx(socket: WebSocket, onOrder: () => void, onSubscribed: () => void): void {
    socket.on('message', (data) => {
      const text = String(data);
      if (text === 'ping') return socket.send('pong');
      // Noted before it is understood: that takes time of the generator's own.
      if (text.includes('"op":"order"')) onOrder();
      const request = JSON.parse(text) as OkxRequest;
      for (const answer of this.okx.answers(request)) socket.send(answer);
      if (request.op === 'subscribe') onSubscribed();
    });
  }

  #onBinance(socket: WebSocket): void {
    socket.on('message', (data) => {
      const text = String(data);
      if (text.includes('"method":"order.place"')) this.#ordered('binance');
      const { id, method, params } = JSON.parse(text) as {
        id: number;
        method: string;
        params: Record<string, string>;
      };
      socket.send(JSON.stringify(this.binance.answer(method, id, params)));
    });
  }
}
