/** A scripted Binance: sockets and HTTP that answer what the test tells them to. */
import { ManualClock } from '../../../src/core/clock.ts';
import { Fault } from '../../../src/core/faults.ts';
import type { Listing } from '../../../src/core/instrument.ts';
import type { Log } from '../../../src/core/log.ts';
import type { BaseOrder, GatewayEvent } from '../../../src/core/order.ts';
import type { HttpReply, HttpRequest, Socket, SocketHandlers } from '../../../src/core/socket.ts';
import { binance } from '../../../src/venues/binance/index.ts';

export const API_KEY = 'KEYKEYKEYKEY';
export const SECRET = 'SECRETSECRET';

export interface WsRequest {
  readonly id: number;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** An answer (without its id), or undefined to stay silent. */
export type Script = (request: WsRequest) => object | undefined;
export type RestScript = (
  request: HttpRequest,
  url: URL,
) => { status?: number; body: unknown; headers?: object } | 'dead';

export const listing: Listing = {
  venue: 'binance',
  instrument: 'BTC-USDT',
  base: 'BTC',
  quote: 'USDT',
  symbol: 'BTCUSDT',
  trading: true,
  priceTick: '0.01',
  sizeLot: '0.00001',
  minSize: '0.00001',
};

export const order: BaseOrder = {
  clientId: 'plx0000001a',
  listing,
  side: 'buy',
  type: 'limit',
  tif: 'ioc',
  price: '60000.01',
  size: '0.5',
};

export const ok = (result: unknown) => ({ status: 200, result, rateLimits: [] });
export const refusal = (status: number, code: number, msg: string, data?: object) => ({
  status,
  error: { code, msg, ...(data === undefined ? {} : { data }) },
  rateLimits: [],
});

export class FakeSocket implements Socket {
  readonly handlers: SocketHandlers;
  readonly sent: WsRequest[] = [];
  isOpen = false;
  pings = 0;
  readonly #venue: FakeVenue;

  constructor(venue: FakeVenue, handlers: SocketHandlers) {
    this.#venue = venue;
    this.handlers = handlers;
  }

  open(): void {
    this.isOpen = true;
    this.handlers.onOpen();
  }

  send(text: string | Uint8Array): boolean {
    if (!this.isOpen) return false;
    const request = JSON.parse(String(text)) as WsRequest;
    this.sent.push(request);
    queueMicrotask(() => {
      const answer = this.#venue.script(request);
      if (answer !== undefined) this.receive({ id: request.id, ...answer });
    });
    return true;
  }

  receive(frame: unknown): void {
    if (!this.isOpen) return;
    const bytes = Buffer.from(typeof frame === 'string' ? frame : JSON.stringify(frame));
    this.handlers.onFrame(bytes, 0, bytes.length, this.#venue.clock.monotonicNs());
  }

  ping(): void {
    this.pings++;
    if (this.#venue.pongs) this.handlers.onPong();
  }

  close(): void {
    this.die(1000, '');
  }

  terminate(): void {
    this.die(1006, '');
  }

  die(code = 1006, reason = 'gone'): void {
    this.isOpen = false;
    queueMicrotask(() => this.handlers.onClose(code, reason));
  }

  methods(): string[] {
    return this.sent.map((request) => request.method);
  }
}

export class FakeVenue {
  readonly clock = new ManualClock();
  readonly sockets: FakeSocket[] = [];
  readonly httpRequests: HttpRequest[] = [];
  readonly events: GatewayEvent[] = [];
  readonly logged: string[] = [];
  reachable = true;
  pongs = false;
  serverAheadMs = 0;
  answers: Record<string, Script> = {};
  rest: RestScript = () => 'dead';

  get socket(): FakeSocket {
    return this.sockets.at(-1) as FakeSocket;
  }

  script(request: WsRequest): object | undefined {
    const own = this.answers[request.method];
    if (own !== undefined) return own(request);
    if (request.method === 'time') return ok({ serverTime: this.clock.wallMs() + this.serverAheadMs });
    if (request.method === 'userDataStream.subscribe.signature') return ok({ subscriptionId: 0 });
    return undefined;
  }

  gateway(secret = SECRET) {
    const write =
      (level: string) =>
      (details: object, message: string): void => {
        this.logged.push(`${level} ${message} ${JSON.stringify(details)}`);
      };
    const log: Log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
    return binance.createGateway({
      endpoints: { rest: 'http://venue', wsPublic: '', wsPrivate: '', wsTrade: 'ws://venue/ws-api/v3' },
      credentials: { apiKey: API_KEY, secret },
      listings: [listing],
      clock: this.clock,
      log,
      onEvent: (event) => this.events.push(event),
      sockets: {
        open: (_url, handlers) => {
          const socket = new FakeSocket(this, handlers);
          this.sockets.push(socket);
          queueMicrotask(() => (this.reachable ? socket.open() : handlers.onClose(1006, 'connect ECONNREFUSED')));
          return socket;
        },
      },
      http: {
        request: (request): Promise<HttpReply> => {
          this.httpRequests.push(request);
          const url = new URL(request.url);
          if (url.pathname === '/api/v3/time') {
            return reply(200, { serverTime: this.clock.wallMs() + this.serverAheadMs });
          }
          const answer = this.rest(request, url);
          if (answer === 'dead') {
            return Promise.reject(new Fault('venue/unreachable', `POST ${request.url}: socket hang up`));
          }
          return reply(answer.status ?? 200, answer.body, answer.headers);
        },
        close() {},
      },
    });
  }

  kinds(): string[] {
    return this.events.map((event) => event.kind);
  }
}

const reply = (status: number, body: unknown, headers: object = {}): Promise<HttpReply> =>
  Promise.resolve({
    status,
    headers: headers as Record<string, string>,
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  });

/** Lets everything that is ready run; nothing in these tests waits for real time. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 200; i++) await Promise.resolve();
}
