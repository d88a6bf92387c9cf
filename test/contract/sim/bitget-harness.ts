/** A simulated Bitget without a network, and a client of it that signs by hand. */
import { createHmac } from 'node:crypto';
import type { Clock } from '../../../src/core/clock.ts';
import { bitget } from '../../../src/sim/venues/bitget/index.ts';
import type { RecordingPlayer } from '../../../src/sim/wire-port.ts';
import { type FakeSocket, type Json, type ManualBench, manualVenue, type Reply, settle } from './venue-bench.ts';

export const PUBLIC = '/v2/ws/public';
export const PRIVATE = '/v2/ws/private';
const TRADE = '/api/v2/spot/trade';

export const sign = (secret: string, prehash: string): string =>
  createHmac('sha256', secret).update(prehash).digest('base64');

export interface Keys {
  readonly apiKey: string;
  readonly secret: string;
  readonly passphrase: string;
}

export interface ManualBitget extends ManualBench {
  signedHeaders(method: string, target: string, body?: string, keys?: Partial<Keys>): Record<string, string>;
  get(target: string, keys?: Partial<Keys>): Promise<Reply>;
  post(path: string, body: object, keys?: Partial<Keys>): Promise<Reply>;
  place(order: object): Promise<Reply>;
  cancel(order: object): Promise<Reply>;
  loginFrame(keys?: Partial<Keys>, atMs?: number): object;
  /** A private connection that is logged in; its acknowledgement is taken. */
  login(): FakeSocket;
  subscribe(socket: FakeSocket, ...channels: readonly string[]): void;
}

export function manualBitget(recording?: (clock: Clock) => RecordingPlayer): ManualBitget {
  const bench = manualVenue(bitget, recording);
  const { account, clock } = bench;
  const own = (keys: Partial<Keys>): Keys => ({
    apiKey: account.apiKey,
    secret: account.secret,
    passphrase: account.passphrase,
    ...keys,
  });

  const signedHeaders: ManualBitget['signedHeaders'] = (method, target, body = '', keys = {}) => {
    const { apiKey, secret, passphrase } = own(keys);
    const timestamp = String(clock.wallMs());
    return {
      'access-key': apiKey,
      'access-sign': sign(secret, timestamp + method + target + body),
      'access-timestamp': timestamp,
      'access-passphrase': passphrase,
      'content-type': 'application/json',
    };
  };
  const get: ManualBitget['get'] = (target, keys) =>
    bench.request('GET', target, signedHeaders('GET', target, '', keys));
  const post: ManualBitget['post'] = async (path, body, keys) => {
    const text = JSON.stringify(body);
    const answer = await bench.request('POST', path, signedHeaders('POST', path, text, keys), text);
    await settle();
    return answer;
  };
  const loginFrame: ManualBitget['loginFrame'] = (keys = {}, atMs = clock.wallMs()) => {
    const { apiKey, secret, passphrase } = own(keys);
    const timestamp = String(Math.floor(atMs / 1000));
    return {
      op: 'login',
      args: [{ apiKey, passphrase, timestamp, sign: sign(secret, `${timestamp}GET/user/verify`) }],
    };
  };
  const login: ManualBitget['login'] = () => {
    const socket = bench.connect(PRIVATE);
    socket.send(loginFrame());
    socket.take();
    return socket;
  };
  const subscribe: ManualBitget['subscribe'] = (socket, ...channels) => {
    const args = channels.map((channel) => ({
      instType: 'SPOT',
      channel,
      ...(channel === 'account' ? { coin: 'default' } : { instId: 'BTCUSDT' }),
    }));
    socket.send({ op: 'subscribe', args });
  };
  return {
    ...bench,
    signedHeaders,
    get,
    post,
    place: (order) => post(`${TRADE}/place-order`, order),
    cancel: (order) => post(`${TRADE}/cancel-order`, order),
    loginFrame,
    login,
    subscribe,
  };
}

/** Data frames of one channel. */
export const framesOf = (frames: readonly Json[], channel: string): Json[] =>
  frames.filter((frame) => frame.data !== undefined && (frame.arg as Json).channel === channel);

/** The rows of a data frame, or of a REST body. */
export const rowsIn = (frame: Json | undefined): readonly Json[] => (frame?.data as Json[] | undefined) ?? [];
export const rowOf = (frame: Json | undefined): Json => rowsIn(frame)[0] ?? {};

export interface BookTexts {
  readonly action: string;
  readonly seq: bigint;
  readonly pseq: bigint;
  readonly asks: readonly (readonly [string, string])[];
  readonly bids: readonly (readonly [string, string])[];
}

/** A book frame with its sequence numbers exact, as its text has them. */
export function bookOf(text: string): BookTexts {
  const number = (name: string): bigint => BigInt(new RegExp(`"${name}":(\\d+)`).exec(text)?.[1] ?? '-1');
  const frame = JSON.parse(text) as { action: string; data: [Pick<BookTexts, 'asks' | 'bids'>] };
  return { ...frame.data[0], action: frame.action, seq: number('seq'), pseq: number('pseq') };
}
