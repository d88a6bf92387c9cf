/** A client of the simulated Bybit that signs by itself, over a wire without sockets. */
import { createHmac } from 'node:crypto';
import type { Clock } from '../../../src/core/clock.ts';
import { bybit } from '../../../src/sim/venues/bybit/index.ts';
import type { RecordingPlayer } from '../../../src/sim/wire-port.ts';
import { type FakeSocket, type Json, type ManualBench, manualVenue, type Reply, settle } from './venue-bench.ts';

export const PUBLIC = '/v5/public/spot';
export const PRIVATE = '/v5/private';
export const TRADE = '/v5/trade';

export interface Keys {
  readonly apiKey: string;
  readonly secret: string;
}

export interface SignOptions extends Partial<Keys> {
  /** Added to the venue's clock. */
  readonly shiftMs?: number;
  readonly window?: string;
}

export interface BybitBench extends ManualBench {
  get(path: string, query?: string, options?: SignOptions): Promise<Reply>;
  post(path: string, body: object | string, options?: SignOptions): Promise<Reply>;
  /** A socket that has logged in; its acknowledgement is taken. */
  login(path: string): FakeSocket;
  authArgs(options?: SignOptions): unknown[];
  /** Sends one operation over `socket` and returns the answer. */
  operate(socket: FakeSocket, op: string, order: object, id?: string): Promise<Json>;
}

export const hmac = (secret: string, text: string): string => createHmac('sha256', secret).update(text).digest('hex');

export const LIMIT = {
  category: 'spot',
  symbol: 'BTCUSDT',
  side: 'Buy',
  orderType: 'Limit',
  qty: '0.01',
  price: '90000',
};

export function bybitBench(recording?: (clock: Clock) => RecordingPlayer): BybitBench {
  const bench = manualVenue(bybit, recording);
  const { account, clock } = bench;

  const headers = (payload: string, options: SignOptions): Record<string, string> => {
    const { apiKey = account.apiKey, secret = account.secret, shiftMs = 0, window = '5000' } = options;
    const timestamp = String(clock.wallMs() + shiftMs);
    return {
      'x-bapi-api-key': apiKey,
      'x-bapi-timestamp': timestamp,
      'x-bapi-recv-window': window,
      'x-bapi-sign': hmac(secret, timestamp + apiKey + window + payload),
      'content-type': 'application/json',
    };
  };
  const authArgs: BybitBench['authArgs'] = (options = {}) => {
    const { apiKey = account.apiKey, secret = account.secret, shiftMs = 10_000 } = options;
    const expires = clock.wallMs() + shiftMs;
    return [apiKey, expires, hmac(secret, `GET/realtime${expires}`)];
  };
  return {
    ...bench,
    get: (path, query = '', options = {}) =>
      bench.request('GET', query === '' ? path : `${path}?${query}`, headers(query, options)),
    post: (path, body, options = {}) => {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      return bench.request('POST', path, headers(text, options), text);
    },
    authArgs,
    login: (path) => {
      const socket = bench.connect(path);
      socket.send({ op: 'auth', args: authArgs() });
      socket.take();
      return socket;
    },
    operate: async (socket, op, order, id) => {
      const header = { 'X-BAPI-TIMESTAMP': String(clock.wallMs()), 'X-BAPI-RECV-WINDOW': '5000' };
      socket.send({ ...(id === undefined ? {} : { reqId: id }), header, op, args: [order] });
      await settle();
      return socket.take().at(-1) ?? {};
    },
  };
}

/** Row `n` of the list in a REST result. */
export const rowOf = ({ body }: Reply, n = 0): Json =>
  ((body.result as { list?: Json[] } | undefined)?.list ?? [])[n] ?? {};
export const rowsOf = ({ body }: Reply): readonly Json[] => (body.result as { list?: Json[] }).list ?? [];
export const resultOf = ({ body }: Reply): Json => body.result as Json;
/** The rows of a push. */
export const dataOf = (frame: Json | undefined): Json[] => (frame?.data ?? []) as Json[];
