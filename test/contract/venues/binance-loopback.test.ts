/** The gateway and the listings over real sockets and real HTTP, on loopback. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { systemClock } from '../../../src/core/clock.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { GatewayEvent, OrderRequest } from '../../../src/core/order.ts';
import type { Endpoints } from '../../../src/core/venue.ts';
import { httpClient } from '../../../src/net/http-client.ts';
import { wsSockets } from '../../../src/net/ws-socket.ts';
import { binance } from '../../../src/venues/binance/index.ts';

const EXCHANGE_INFO = {
  symbols: [
    {
      symbol: 'BTCUSDT',
      status: 'TRADING',
      baseAsset: 'BTC',
      baseAssetPrecision: 8,
      quoteAsset: 'USDT',
      quoteAssetPrecision: 8,
      isSpotTradingAllowed: true,
      filters: [
        { filterType: 'PRICE_FILTER', tickSize: '0.01000000' },
        { filterType: 'LOT_SIZE', minQty: '0.00001000', maxQty: '9000.00000000', stepSize: '0.00001000' },
      ],
    },
  ],
};

const PLACED = {
  symbol: 'BTCUSDT',
  orderId: 7,
  clientOrderId: 'plx0000001a',
  transactTime: 1,
  executedQty: '0.00000000',
  status: 'EXPIRED',
  side: 'BUY',
  fills: [],
};

interface Request {
  readonly id: number;
  readonly method: string;
}

/** One port for both: REST answers at once; `order.place` over WebSocket is never answered. */
class Venue {
  readonly seen: string[] = [];
  readonly #http: Server;
  readonly #ws: WebSocketServer;

  constructor(http: Server) {
    this.#http = http;
    this.#ws = new WebSocketServer({ server: http });
    http.on('request', (request, response) => {
      const { pathname } = new URL(request.url ?? '', 'http://x');
      this.seen.push(`${request.method} ${pathname}`);
      const body =
        pathname === '/api/v3/exchangeInfo'
          ? EXCHANGE_INFO
          : pathname === '/api/v3/time'
            ? { serverTime: Date.now() }
            : PLACED;
      response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
    });
    this.#ws.on('connection', (socket) => {
      socket.on('message', (data) => {
        const { id, method } = JSON.parse(String(data)) as Request;
        this.seen.push(method);
        if (method === 'order.place') return;
        const result = method === 'time' ? { serverTime: Date.now() } : { subscriptionId: 0 };
        socket.send(JSON.stringify({ id, status: 200, result }));
      });
    });
  }

  static async open(): Promise<Venue> {
    const http = createServer();
    const venue = new Venue(http);
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    return venue;
  }

  get endpoints(): Endpoints {
    const { port } = this.#http.address() as AddressInfo;
    const ws = `ws://127.0.0.1:${port}/ws-api/v3`;
    return { rest: `http://127.0.0.1:${port}`, wsPublic: `ws://127.0.0.1:${port}`, wsPrivate: ws, wsTrade: ws };
  }

  dropClients(): void {
    for (const client of this.#ws.clients) client.terminate();
  }

  close(): void {
    this.dropClients();
    this.#ws.close();
    this.#http.close();
    this.#http.closeAllConnections();
  }
}

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

describe('binance over loopback', () => {
  it('lists, logs on, loses an order with its connection, trades over REST meanwhile, and comes back', async () => {
    const venue = await Venue.open();
    closers.push(() => venue.close());
    const http = httpClient();
    closers.push(() => http.close());
    const listings = await binance.loadListings(venue.endpoints, http);
    expect(listings).toMatchObject([{ instrument: 'BTC-USDT', priceTick: '0.01' }]);

    const events: GatewayEvent[] = [];
    const clock = systemClock();
    const gateway = binance.createGateway({
      endpoints: venue.endpoints,
      credentials: { apiKey: 'key', secret: 'secret' },
      listings,
      sockets: wsSockets(clock),
      http,
      clock,
      log: silentLog,
      onEvent: (event) => events.push(event),
    });
    closers.push(() => gateway.close());
    await gateway.connect();

    const [listing] = listings;
    if (listing === undefined) throw new Error('unreachable');
    const order: OrderRequest = {
      clientId: 'plx0000001a',
      listing,
      side: 'buy',
      type: 'limit',
      tif: 'ioc',
      price: '60000.01',
      size: '0.5',
    };
    const lost = gateway.place(order);
    await vi.waitFor(() => expect(venue.seen).toContain('order.place'));
    venue.dropClients();
    expect(await lost).toMatchObject({ kind: 'unknown' });
    expect(gateway.isUp).toBe(false);
    expect(await gateway.place({ ...order, clientId: 'plx0000001b' })).toMatchObject({
      kind: 'acked',
      venueOrderId: '7',
    });

    await vi.waitFor(() => expect(gateway.isUp).toBe(true), { timeout: 5_000 });
    expect(venue.seen.filter((each) => each === 'order.place')).toHaveLength(1);
    expect(venue.seen.filter((each) => each === 'POST /api/v3/order')).toHaveLength(1);
    expect(events.map((event) => event.kind)).toEqual(['GatewayUp', 'GatewayDown', 'OrderUpdated', 'GatewayUp']);
  });

  it('a closed port is one clear fault', async () => {
    const venue = await Venue.open();
    const { endpoints } = venue;
    venue.close();
    const http = httpClient();
    closers.push(() => http.close());
    await expect(binance.loadListings(endpoints, http)).rejects.toMatchObject({ code: 'venue/unreachable' });
    const clock = systemClock();
    const gateway = binance.createGateway({
      endpoints,
      credentials: { apiKey: 'key', secret: 'secret' },
      listings: [],
      sockets: wsSockets(clock),
      http,
      clock,
      log: silentLog,
      onEvent() {},
    });
    closers.push(() => gateway.close());
    await expect(gateway.connect()).rejects.toMatchObject({ code: 'venue/unreachable' });
  });
});
