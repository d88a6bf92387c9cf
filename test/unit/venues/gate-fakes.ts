/** A scripted Gate for gateway tests, over the sockets and REST replies of the other venues' tests. */
import type { Listing } from '../../../src/core/instrument.ts';
import type { BaseOrder } from '../../../src/core/order.ts';
import type { GatewayDeps } from '../../../src/core/venue.ts';
import { type FakeSocket, fakeVenue, settled } from './okx-fakes.ts';

export { type FakeSocket, settled, socketAt } from './okx-fakes.ts';

export const listing: Listing = {
  venue: 'gate',
  instrument: 'BTC-USDT',
  base: 'BTC',
  quote: 'USDT',
  symbol: 'BTC_USDT',
  trading: true,
  priceTick: '0.1',
  sizeLot: '0.000001',
  minSize: '0.00001',
  minNotional: '3',
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

export const credentials = { apiKey: 'the-api-key', secret: 'the-secret' };
export const secretsIn = (text: string): boolean => text.includes(credentials.secret);

export function fakeGate() {
  const venue = fakeVenue();
  venue.replies.set('GET /api/v4/spot/time', () => ({
    body: { server_time: venue.clock.wallMs() + venue.aheadMs },
  }));
  const socketUrl = 'ws://127.0.0.1:1/private/ws/v4/';
  const deps: GatewayDeps = {
    ...venue.deps,
    endpoints: {
      rest: 'http://127.0.0.1:1',
      wsPublic: 'ws://127.0.0.1:1/ws/v4/',
      wsPrivate: socketUrl,
      wsTrade: socketUrl,
    },
    credentials,
    listings: [listing],
  };
  return { ...venue, deps };
}

export type FakeGate = ReturnType<typeof fakeGate>;

export interface Sent {
  readonly time: number;
  readonly channel: string;
  readonly event: string;
  readonly payload: Record<string, unknown> & { readonly req_id: string };
  readonly auth?: Record<string, string>;
}

/** What was written, parsed; `channel` filters. */
export const sentOn = (socket: FakeSocket, channel?: string): Sent[] =>
  socket.sent
    .map((text) => JSON.parse(text) as Sent)
    .filter((each) => channel === undefined || each.channel === channel);

const header = (channel: string, status: number, more: object = {}): object => ({
  response_time: '1795725824115',
  status: String(status),
  channel,
  event: 'api',
  client_id: '127.0.0.1-0xca6aae0418',
  x_in_time: 1795725824115000,
  x_out_time: 1795725824115174,
  ...more,
});

/** Answers the last request on a channel. */
export function answer(socket: FakeSocket, channel: string, result: object): void {
  const id = sentOn(socket, channel).at(-1)?.payload.req_id;
  socket.push({ request_id: id, header: header(channel, 200), data: { result } });
}

export function receipt(socket: FakeSocket, channel: string): void {
  const { payload } = sentOn(socket, channel).at(-1) as Sent;
  socket.push({ request_id: payload.req_id, ack: true, header: header(channel, 200), data: { result: payload } });
}

export function refuse(
  socket: FakeSocket,
  channel: string,
  status: number,
  label: string,
  message = '',
  more = {},
): void {
  const id = sentOn(socket, channel).at(-1)?.payload.req_id;
  socket.push({ request_id: id, header: header(channel, status, more), data: { errs: { label, message } } });
}

export function acknowledge(socket: FakeSocket, channel: string): void {
  const result = { status: 'success' };
  socket.push({
    time: 1,
    time_ms: 1000,
    conn_id: 'a',
    trace_id: 'b',
    channel,
    event: 'subscribe',
    payload: ['!all'],
    result,
  });
}

/** Plays the venue's side of logging on. */
export function logOn(socket: FakeSocket): void {
  socket.open();
  answer(socket, 'spot.login', { api_key: credentials.apiKey, uid: '110284739' });
  for (const channel of ['spot.orders_v2', 'spot.usertrades', 'spot.balances']) acknowledge(socket, channel);
}

export const push = (socket: FakeSocket, channel: string, ...result: object[]): void =>
  socket.push({ time: 1694655225, time_ms: 1694655225315, channel, event: 'update', result });

/** An order as REST and answers of the socket have it. */
export const order = (change: object = {}): Record<string, unknown> => ({
  id: '1852454420',
  text: 't-p1e1s1',
  amend_text: '-',
  create_time: '1710488334',
  update_time: '1710488334',
  create_time_ms: 1710488334073,
  update_time_ms: 1710488334074,
  status: 'closed',
  currency_pair: 'BTC_USDT',
  type: 'limit',
  account: 'spot',
  side: 'buy',
  amount: '0.01',
  price: '60000.1',
  time_in_force: 'ioc',
  left: '0',
  filled_amount: '0.01',
  filled_total: '600',
  fee: '0.00001',
  fee_currency: 'BTC',
  finish_as: 'filled',
  ...change,
});

/** A trade as REST has it; pushes write the id as a number and may leave `fee_currency` out. */
export const trade = (change: object = {}): Record<string, unknown> => ({
  id: '5736713',
  create_time: '1605176741',
  create_time_ms: '1605176741123.456',
  currency_pair: 'BTC_USDT',
  order_id: '1852454420',
  side: 'buy',
  role: 'taker',
  amount: '0.01000000',
  price: '60000.00000000',
  fee: '0.00001000000000',
  fee_currency: 'BTC',
  point_fee: '0',
  gt_fee: '0',
  text: 't-p1e1s1',
  ...change,
});

export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await settled();
}
