/** What a client of KuCoin does by hand, over a venue without sockets: signed requests, tokens, the trading login. */
import { createHmac } from 'node:crypto';
import type { Clock } from '../../../src/core/clock.ts';
import { kucoin } from '../../../src/sim/venues/kucoin/index.ts';
import type { RecordingPlayer } from '../../../src/sim/wire-port.ts';
import { type FakeSocket, type Json, type ManualBench, manualVenue, type Reply } from './venue-bench.ts';

const hmac = (secret: string, text: string): string => createHmac('sha256', secret).update(text).digest('base64');

export interface ManualKucoin extends ManualBench {
  get(target: string): Promise<Reply>;
  /** Signed; `headers` come on top. */
  signed(
    method: 'GET' | 'POST' | 'DELETE',
    target: string,
    body?: object | string,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Reply>;
  /** A push socket behind a token of its own, its welcome taken. */
  push(kind?: 'public' | 'private'): Promise<FakeSocket>;
  /** A trading socket, not verified yet: the challenge is in what it sent. */
  dial(query?: Readonly<Record<string, string>>): FakeSocket;
  /** A trading socket that takes orders. */
  trade(): FakeSocket;
}

export function manualKucoin(recording?: (clock: Clock) => RecordingPlayer): ManualKucoin {
  const bench = manualVenue(kucoin, recording);
  const { account, clock } = bench;
  const passphrase = hmac(account.secret, account.passphrase);

  const signed: ManualKucoin['signed'] = (method, target, body, headers = {}) => {
    const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
    const timestamp = headers['kc-api-timestamp'] ?? String(clock.wallMs());
    return bench.request(
      method,
      target,
      {
        'content-type': 'application/json',
        'kc-api-key': account.apiKey,
        'kc-api-passphrase': passphrase,
        'kc-api-timestamp': timestamp,
        'kc-api-sign': hmac(account.secret, timestamp + method + target + text),
        'kc-api-key-version': '3',
        ...headers,
      },
      text,
    );
  };

  const push: ManualKucoin['push'] = async (kind = 'public') => {
    const reply =
      kind === 'public'
        ? await bench.request('POST', '/api/v1/bullet-public')
        : await signed('POST', '/api/v1/bullet-private');
    const { token } = reply.body.data as { token: string };
    const socket = bench.connect(`/endpoint?token=${encodeURIComponent(token)}&connectId=c1`);
    socket.take();
    return socket;
  };

  const dial: ManualKucoin['dial'] = (changed = {}) => {
    const timestamp = String(clock.wallMs());
    const sign = hmac(account.secret, account.apiKey + timestamp);
    const query = new URLSearchParams({ apikey: account.apiKey, sign, passphrase, timestamp, ...changed });
    return bench.connect(`/v1/private?${query}`);
  };

  return {
    ...bench,
    get: (target) => bench.request('GET', target),
    signed,
    push,
    dial,
    trade: () => {
      const socket = dial();
      const [challenge = ''] = socket.takeTexts();
      socket.send(hmac(account.secret, challenge));
      socket.take();
      return socket;
    },
  };
}

export const dataOf = (frame: Json | Reply | undefined): Json =>
  ((frame !== undefined && 'body' in frame ? (frame.body as Json).data : frame?.data) ?? {}) as Json;
export const itemsOf = (reply: Reply): Json[] => (dataOf(reply).items ?? dataOf(reply)) as Json[];
