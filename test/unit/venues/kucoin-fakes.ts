/** A scripted KuCoin for gateway tests, over the sockets and replies of `okx-fakes.ts`. */
import type { Listing } from '../../../src/core/instrument.ts';
import type { BaseOrder } from '../../../src/core/order.ts';
import type { GatewayDeps } from '../../../src/core/venue.ts';
import { kucoin } from '../../../src/venues/kucoin/index.ts';
import { type FakeSocket, fakeVenue as fakes, settled, socketAt } from './okx-fakes.ts';

export const listing: Listing = {
  venue: 'kucoin',
  instrument: 'BTC-USDT',
  base: 'BTC',
  quote: 'USDT',
  symbol: 'BTC-USDT',
  trading: true,
  priceTick: '0.1',
  sizeLot: '0.00000001',
  minSize: '0.00001',
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

export const CHALLENGE = '{"sessionId":"92f2aec4-d87e-47cc-917d-4e7c93911bdc", "timestamp": 1742175983882}';

export const body = (data: unknown) => ({ body: { code: '200000', data } });

export const bullet = (endpoint: string) =>
  body({
    token: 'the+token==',
    instanceServers: [{ endpoint, protocol: 'websocket', encrypt: true, pingInterval: 18_000, pingTimeout: 10_000 }],
  });

export function fakeVenue() {
  const venue = fakes();
  const { clock, aheadMs, replies } = venue;
  replies.set('GET /api/v1/timestamp', () => body(clock.wallMs() + aheadMs));
  replies.set('POST /api/v1/bullet-private', bullet('ws://127.0.0.1:1/endpoint'));
  const deps: GatewayDeps = {
    ...venue.deps,
    endpoints: {
      rest: 'http://127.0.0.1:1',
      wsPublic: 'ws://127.0.0.1:1/never-used',
      wsPrivate: 'ws://127.0.0.1:1/never-used',
      wsTrade: 'ws://127.0.0.1:1/v1/private',
    },
    listings: [listing],
  };
  return { ...venue, deps };
}

export type FakeVenue = ReturnType<typeof fakeVenue>;

/** The venue's side of logging on to the private socket. */
export function logOnPushes(socket: FakeSocket): void {
  socket.open();
  socket.push({ id: 'parallax-1', type: 'welcome' });
  for (const text of socket.sent.slice()) {
    socket.push({ id: (JSON.parse(text) as { id: string }).id, type: 'ack' });
  }
}

/** And to the order socket. */
export function logOnOrders(socket: FakeSocket): void {
  socket.open();
  socket.push(CHALLENGE);
  socket.push({ sessionId: '92f2aec4', data: 'welcome', pingInterval: 18_000, pingTimeout: 10_000 });
}

export async function connected(venue: FakeVenue) {
  const gateway = kucoin.createGateway(venue.deps);
  const connecting = gateway.connect();
  const pushes = await socketAt(venue, 0);
  logOnPushes(pushes);
  const orders = await socketAt(venue, 1);
  logOnOrders(orders);
  await connecting;
  return { gateway, pushes, orders };
}

/** Requests of the order socket, parsed; the answer to the challenge is no JSON. */
export const requestsOf = (socket: FakeSocket, op: string) =>
  socket.sent
    .slice(1)
    .map((text) => JSON.parse(text) as { id: string; op: string; args: Record<string, unknown> })
    .filter((request) => request.op === op);

/** Lets a few rounds of questions and answers pass. */
export async function rounds(count = 12): Promise<void> {
  for (let turn = 0; turn < count; turn++) await settled();
}
