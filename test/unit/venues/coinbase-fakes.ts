/** A scripted Coinbase for gateway tests: REST replies by path, and the user socket. */
import { generateKeyPairSync } from 'node:crypto';
import { ManualClock } from '../../../src/core/clock.ts';
import { Fault } from '../../../src/core/faults.ts';
import type { Listing } from '../../../src/core/instrument.ts';
import type { Log } from '../../../src/core/log.ts';
import type { BaseOrder, Gateway, GatewayEvent } from '../../../src/core/order.ts';
import type { HttpPort, HttpRequest, SocketFactory } from '../../../src/core/socket.ts';
import type { GatewayDeps } from '../../../src/core/venue.ts';
import { coinbase } from '../../../src/venues/coinbase/index.ts';
import { FakeSocket, settled } from './okx-fakes.ts';

export const API = '/api/v3/brokerage';

export const listing: Listing = {
  venue: 'coinbase',
  instrument: 'BTC-USD',
  base: 'BTC',
  quote: 'USD',
  symbol: 'BTC-USD',
  trading: true,
  priceTick: '0.01',
  sizeLot: '0.00000001',
  minSize: '0.00000001',
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

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const { publicKey } = pair;
export const credentials = {
  apiKey: 'organizations/aaaa/apiKeys/bbbb',
  secret: pair.privateKey.export({ type: 'sec1', format: 'pem' }).toString(),
};

export type Reply = { status?: number; body: object | string; headers?: Record<string, string> } | 'unreachable';
type Script = Reply | ((request: HttpRequest) => Reply | Promise<Reply>);

/** Header and claims of a token. */
export function claimsOf(token: string): { header: Record<string, unknown>; claims: Record<string, unknown> } {
  const [header, claims] = token
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8')));
  return { header, claims };
}
export const bearerOf = (request: HttpRequest | undefined): string =>
  request?.headers?.Authorization?.replace('Bearer ', '') ?? '';

export class FakeVenue {
  readonly clock = new ManualClock();
  readonly sockets: FakeSocket[] = [];
  readonly requests: HttpRequest[] = [];
  readonly events: GatewayEvent[] = [];
  readonly logged: string[] = [];
  /** Replies by `METHOD path`, without the API's prefix and the query. */
  readonly replies = new Map<string, Script>();
  /** The venue's clock is ahead of ours by this. */
  readonly aheadMs = 1234;
  readonly deps: GatewayDeps;
  #sequence = 0;

  constructor() {
    const { clock } = this;
    this.replies.set('GET /time', () => ({
      body: { iso: 'x', epochSeconds: 'x', epochMillis: String(clock.wallMs() + this.aheadMs) },
    }));
    this.replies.set('GET /key_permissions', { body: { can_view: true, can_trade: true, can_transfer: false } });
    const http: HttpPort = { request: (request) => this.#answer(request), close: () => {} };
    const sockets: SocketFactory = {
      open: (url, handlers) => {
        const socket = new FakeSocket(url, handlers, clock);
        this.sockets.push(socket);
        return socket;
      },
    };
    const note = (details: object, message: string): void => {
      this.logged.push(`${message} ${JSON.stringify(details)}`);
    };
    const log: Log = { debug: note, info: note, warn: note, error: note };
    this.deps = {
      endpoints: {
        rest: 'http://127.0.0.1:1',
        wsPublic: 'ws://127.0.0.1:1/market',
        wsPrivate: 'ws://127.0.0.1:1/user',
        wsTrade: 'ws://127.0.0.1:1/user',
      },
      credentials,
      listings: [listing],
      sockets,
      http,
      clock,
      log,
      onEvent: (event) => this.events.push(event),
    };
  }

  async #answer(request: HttpRequest) {
    this.requests.push(request);
    const key = `${request.method} ${new URL(request.url).pathname.replace(API, '')}`;
    const found = this.replies.get(key);
    const reply = typeof found === 'function' ? await found(request) : found;
    if (reply === undefined) throw new Error(`no reply scripted for ${key}`);
    if (reply === 'unreachable') throw new Fault('venue/unreachable', `${key}: connection reset`);
    const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
    return { status: reply.status ?? 200, headers: reply.headers ?? {}, body: Buffer.from(text) };
  }

  /** Requests of a path. */
  asked(key: string): HttpRequest[] {
    return this.requests.filter(({ method, url }) => `${method} ${new URL(url).pathname.replace(API, '')}` === key);
  }

  /** A numbered frame of the user socket. */
  say(socket: FakeSocket, channel: string, events: readonly object[]): void {
    const timestamp = new Date(this.clock.wallMs()).toISOString();
    socket.push({ channel, timestamp, sequence_num: this.#sequence++, events });
  }

  /** The venue skips a number. */
  skip(): void {
    this.#sequence++;
  }

  order(socket: FakeSocket, change: object): void {
    this.say(socket, 'user', [{ type: 'update', orders: [{ ...wireOrder, ...change }] }]);
  }

  logOn(socket: FakeSocket): void {
    this.#sequence = 0;
    socket.open();
    this.say(socket, 'user', [{ type: 'snapshot', orders: [] }]);
    this.say(socket, 'subscriptions', [{ subscriptions: { user: ['the-user'] } }]);
    this.say(socket, 'subscriptions', [{ subscriptions: { user: ['the-user'], heartbeats: ['heartbeats'] } }]);
  }

  async socketAt(index: number): Promise<FakeSocket> {
    for (let turn = 0; turn < 50 && this.sockets.length <= index; turn++) await settled();
    const socket = this.sockets[index];
    if (socket === undefined) throw new Error(`socket ${index} was not opened`);
    return socket;
  }

  /** Lets time pass in steps, with all that becomes ready between them. */
  async pass(ms: number, step = 50): Promise<void> {
    for (let gone = 0; gone < ms; gone += step) {
      this.clock.advanceMs(step);
      await settled();
    }
  }
}

export async function connected(): Promise<{ venue: FakeVenue; gateway: Gateway; socket: FakeSocket }> {
  const venue = new FakeVenue();
  const gateway = coinbase.createGateway(venue.deps);
  const connecting = gateway.connect();
  const socket = await venue.socketAt(0);
  venue.logOn(socket);
  await connecting;
  return { venue, gateway, socket };
}

/** As the user channel writes it. */
export const wireOrder = {
  order_id: 'v-1',
  client_order_id: 'p1e1s1',
  product_id: 'BTC-USD',
  product_type: 'SPOT',
  order_side: 'BUY',
  status: 'OPEN',
  cumulative_quantity: '0',
  leaves_quantity: '0.01',
};

/** As REST writes it. */
export const restOrder = {
  order_id: 'v-1',
  client_order_id: 'p1e1s1',
  product_id: 'BTC-USD',
  product_type: 'SPOT',
  side: 'BUY',
  status: 'FILLED',
  filled_size: '0.01',
  created_time: '2026-08-09T21:05:48.464857Z',
  last_fill_time: '2026-08-09T21:05:48.564857Z',
};

export const wireFill = {
  entry_id: 'e-1',
  trade_id: 't-1',
  order_id: 'v-1',
  trade_time: '2026-08-09T21:05:48.564857Z',
  trade_type: 'FILL',
  price: '60000.10',
  size: '0.01',
  commission: '3.6000060',
  product_id: 'BTC-USD',
  liquidity_indicator: 'TAKER',
  size_in_quote: false,
  side: 'BUY',
};

export const fill = {
  clientId: 'p1e1s1',
  venueOrderId: 'v-1',
  tradeId: 't-1',
  symbol: 'BTC-USD',
  side: 'buy',
  price: '60000.10',
  size: '0.01',
  fee: '3.6000060',
  feeAsset: 'USD',
  maker: false,
  venueAt: Date.parse('2026-08-09T21:05:48.564Z'),
};

export const accepted = (id = 'v-1', clientId = 'p1e1s1'): Reply => ({
  body: {
    success: true,
    success_response: { order_id: id, product_id: 'BTC-USD', side: 'BUY', client_order_id: clientId },
  },
});
export const refused = (reasons: object): Reply => ({ body: { success: false, error_response: reasons } });
export const listed = (...orders: object[]): Reply => ({ body: { orders, has_next: false, cursor: '' } });
export const fills = (...list: object[]): Reply => ({ body: { fills: list, cursor: '' } });
