/** Signed requests, private subscriptions and logins to a simulated Gate without a network; signatures written here
 *  from the documented rules, apart from the simulator's own. */
import { createHash, createHmac } from 'node:crypto';
import type { Clock } from '../../../src/core/clock.ts';
import { gate } from '../../../src/sim/venues/gate/index.ts';
import type { RecordingPlayer } from '../../../src/sim/wire-port.ts';
import { type FakeSocket, type Json, type ManualBench, manualVenue, type Reply, settle } from './venue-bench.ts';

export const PUBLIC = '/ws/v4/';
export const PRIVATE = '/private/ws/v4/';

export interface Keys {
  readonly apiKey: string;
  readonly secret: string;
}

const hmac = (secret: string, text: string): string => createHmac('sha512', secret).update(text).digest('hex');
export const nowSeconds = (bench: ManualBench): number => Math.floor(bench.clock.wallMs() / 1000);

export const startGate = (recording?: (clock: Clock) => RecordingPlayer): ManualBench => {
  const bench = manualVenue(gate, recording);
  bench.quote('BTC-USDT', '96400', '96400.1', '0.5');
  return bench;
};

export interface SignedOptions {
  readonly body?: unknown;
  readonly keys?: Keys;
  readonly timestamp?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** @param target below `/api/v4`, as it stands in the address */
export function signed(
  bench: ManualBench,
  method: string,
  target: string,
  { body, keys = bench.account, timestamp = String(nowSeconds(bench)), headers = {} }: SignedOptions = {},
): Promise<Reply> {
  const [path = '', query = ''] = `/api/v4${target}`.split('?');
  const text = body === undefined ? '' : JSON.stringify(body);
  const hash = createHash('sha512').update(text).digest('hex');
  const sign = hmac(keys.secret, [method, path, decodeURIComponent(query), hash, timestamp].join('\n'));
  const own = { key: keys.apiKey, sign, timestamp, 'content-type': 'application/json', ...headers };
  return bench.request(method, `/api/v4${target}`, own, text);
}

export const place = (bench: ManualBench, order: object, options: SignedOptions = {}): Promise<Reply> =>
  signed(bench, 'POST', '/spot/orders', { ...options, body: { currency_pair: 'BTC_USDT', ...order } });

export const LIMIT_BUY = { side: 'buy', amount: '0.01', price: '90000' } as const;

/** A private subscription with its `auth`. */
export function authorized(
  bench: ManualBench,
  channel: string,
  payload?: unknown,
  {
    event = 'subscribe',
    keys = bench.account,
    time = nowSeconds(bench),
  }: Partial<{ event: string; keys: Keys; time: number }> = {},
): object {
  const sign = hmac(keys.secret, `channel=${channel}&event=${event}&time=${time}`);
  return { time, id: 7, channel, event, payload, auth: { method: 'api_key', KEY: keys.apiKey, SIGN: sign } };
}

export const subscribe = (bench: ManualBench, channel: string, payload: readonly string[]): object => ({
  time: nowSeconds(bench),
  channel,
  event: 'subscribe',
  payload,
});

/** A request of the WebSocket API. */
export const call = (
  bench: ManualBench,
  channel: string,
  requestId: string,
  param?: unknown,
  header?: object,
): object => ({
  time: nowSeconds(bench),
  channel,
  event: 'api',
  payload: { req_id: requestId, req_param: param, req_header: header },
});

export function loginMessage(
  bench: ManualBench,
  keys: Keys = bench.account,
  timestamp = String(nowSeconds(bench)),
): object {
  const signature = hmac(keys.secret, ['api', 'spot.login', '', timestamp].join('\n'));
  const payload = { req_id: 'login-1', api_key: keys.apiKey, signature, timestamp };
  return { time: nowSeconds(bench), channel: 'spot.login', event: 'api', payload };
}

/** A socket that is logged in for orders. */
export function loggedIn(bench: ManualBench): FakeSocket {
  const socket = bench.connect(PRIVATE);
  socket.send(loginMessage(bench));
  socket.take();
  return socket;
}

/** What a socket was sent by now, pushes that follow an answer included. */
export async function taken(socket: FakeSocket): Promise<Json[]> {
  await settle();
  return socket.take();
}

/** The rows of all pushes of a channel, in order. */
export const rowsOf = (frames: readonly Json[], channel: string): Json[] =>
  frames
    .filter((frame) => frame.channel === channel && frame.event === 'update')
    .flatMap(({ result }) => result as Json[]);

/** Sides of a book that a client keeps: price to amount. */
export class ClientBook {
  readonly bids = new Map<string, string>();
  readonly asks = new Map<string, string>();

  clear(): void {
    this.bids.clear();
    this.asks.clear();
  }

  apply(bids: unknown, asks: unknown): void {
    for (const [side, rows] of [
      [this.bids, bids],
      [this.asks, asks],
    ] as const) {
      for (const [price, amount] of rows as [string, string][]) {
        if (amount === '0') side.delete(price);
        else side.set(price, amount);
      }
    }
  }

  /** Best first, as REST writes it. */
  levels(): { readonly bids: [string, string][]; readonly asks: [string, string][] } {
    const sorted = (side: Map<string, string>, sign: number): [string, string][] =>
      [...side].sort(([a], [b]) => (Number(a) - Number(b)) * sign);
    return { bids: sorted(this.bids, -1), asks: sorted(this.asks, 1) };
  }
}
