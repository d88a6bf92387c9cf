/** A simulated OKX without a network over an empty book, and a client of it that signs by hand. */
import { createHmac } from 'node:crypto';
import type { Clock } from '../../../src/core/clock.ts';
import { okx } from '../../../src/sim/venues/okx/index.ts';
import type { RecordingPlayer } from '../../../src/sim/wire-port.ts';
import { type FakeSocket, type Json, type ManualBench, manualVenue, type Reply } from './venue-bench.ts';

export const PUBLIC = '/ws/v5/public';
export const PRIVATE = '/ws/v5/private';

export interface ManualOkx extends ManualBench {
  /** A private socket, logged in, with what that sent taken. */
  login(): FakeSocket;
  get(path: string): Promise<Reply>;
  signed(
    method: 'GET' | 'POST',
    path: string,
    body?: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Reply>;
}

const sign = (secret: string, text: string): string => createHmac('sha256', secret).update(text).digest('base64');

export function manualOkx(recording?: (clock: Clock) => RecordingPlayer): ManualOkx {
  const bench = manualVenue(okx, recording);
  const { account, clock } = bench;
  const { apiKey, passphrase, secret } = account;
  return {
    ...bench,
    login: () => {
      const socket = bench.connect(PRIVATE);
      const timestamp = String(clock.wallMs() / 1000);
      const own = sign(secret, `${timestamp}GET/users/self/verify`);
      socket.send({ op: 'login', args: [{ apiKey, passphrase, timestamp, sign: own }] });
      socket.take();
      return socket;
    },
    get: (path) => bench.request('GET', path),
    signed: (method, path, body, headers = {}) => {
      const text = body === undefined ? '' : JSON.stringify(body);
      const timestamp = new Date(clock.wallMs()).toISOString();
      const own = {
        'content-type': 'application/json',
        'ok-access-key': apiKey,
        'ok-access-passphrase': passphrase,
        'ok-access-timestamp': timestamp,
        'ok-access-sign': sign(secret, timestamp + method + path + text),
      };
      return bench.request(method, path, { ...own, ...headers }, text);
    },
  };
}

/** The rows of a frame or body, and the first of them. */
export const rows = (frame: Json | undefined): Json[] => (frame?.data ?? []) as Json[];
export const first = (frame: Json | undefined): Json => rows(frame)[0] ?? {};
