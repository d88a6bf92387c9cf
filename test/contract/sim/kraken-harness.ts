/** The simulated Kraken without sockets: signed requests, private sockets, and a book kept as a client keeps it. */
import { createHash, createHmac } from 'node:crypto';
import { expect } from 'vitest';
import type { Clock } from '../../../src/core/clock.ts';
import { kraken } from '../../../src/sim/venues/kraken/index.ts';
import type { RecordingPlayer, SimVenue } from '../../../src/sim/wire-port.ts';
import { type FakeSocket, type Json, type ManualBench, manualVenue, type Reply, settle } from './venue-bench.ts';

export interface KrakenBench extends ManualBench {
  /** A signed request with the next nonce. */
  post(name: string, fields?: Readonly<Record<string, string>>, keys?: Partial<Keys>): Promise<Reply>;
  /** The `result` of a request that must succeed. */
  result(name: string, fields?: Readonly<Record<string, string>>): Promise<Json>;
  get(target: string): Promise<Reply>;
  token(): Promise<string>;
  publicSocket(): FakeSocket;
  privateSocket(): FakeSocket;
  /** Sends one request and returns its answer; frames of channels stay for `take`. */
  ask(socket: FakeSocket, message: object): Promise<Json>;
}

export interface Keys {
  readonly apiKey: string;
  readonly secret: string;
  readonly nonce: string;
}

/** Written down here once more, apart from the simulator's own. */
export const sign = (secret: string, path: string, nonce: string, body: string): string => {
  const inner = createHash('sha256').update(`${nonce}${body}`).digest();
  const message = Buffer.concat([Buffer.from(path), inner]);
  return createHmac('sha512', Buffer.from(secret, 'base64')).update(message).digest('base64');
};

export function newKraken(venue: SimVenue = kraken, recording?: (clock: Clock) => RecordingPlayer): KrakenBench {
  const bench = manualVenue(venue, recording);
  let nonce = 1_000_000;
  const post: KrakenBench['post'] = (name, fields = {}, keys = {}) => {
    const path = `/0/private/${name}`;
    const text = keys.nonce ?? String(++nonce);
    const body = new URLSearchParams({ nonce: text, ...fields }).toString();
    const { apiKey = bench.account.apiKey, secret = bench.account.secret } = keys;
    const headers = {
      'api-key': apiKey,
      'api-sign': sign(secret, path, text, body),
      'content-type': 'application/x-www-form-urlencoded',
    };
    return bench.request('POST', path, headers, body);
  };
  const result: KrakenBench['result'] = async (name, fields) => {
    const { status, body } = await post(name, fields);
    expect(body.error).toEqual([]);
    expect(status).toBe(200);
    return body.result as Json;
  };
  const ask: KrakenBench['ask'] = async (socket, message) => {
    const before = socket.sent.length;
    socket.send(message);
    await settle();
    const answers = socket.sent.slice(before).map((text) => JSON.parse(text) as Json);
    const answer = answers.find(({ method }) => method !== undefined);
    if (answer === undefined) throw new Error(`no answer to ${JSON.stringify(message)}`);
    return answer;
  };
  return {
    ...bench,
    post,
    result,
    ask,
    get: (target) => bench.request('GET', `/0/public/${target}`),
    token: async () => String((await result('GetWebSocketsToken')).token),
    publicSocket: () => bench.connect('/v2'),
    privateSocket: () => bench.connect('/auth/v2'),
  };
}

export const channelOf = (frames: readonly Json[], channel: string): Json[] =>
  frames.filter((frame) => frame.channel === channel);

/** The rows of all frames of a channel, in order. */
export const rowsOf = (frames: readonly Json[], channel: string): Json[] =>
  channelOf(frames, channel).flatMap(({ data }) => data as Json[]);

/** CRC-32 bit by bit, apart from the library's. */
export function slowCrc(text: string): number {
  let crc = 0xffff_ffff;
  for (const byte of Buffer.from(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0);
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}

const LEVEL = /\{"price":([\d.]+),"qty":([\d.]+)\}/g;

/** A client's book: digits as they came, cut to its depth after each frame. */
export class ClientBook {
  readonly #depth: number;
  readonly #sides = { bids: new Map<string, string>(), asks: new Map<string, string>() };

  constructor(depth: number) {
    this.#depth = depth;
  }

  /** Takes a frame's text; returns the checksum that it carries. */
  take(text: string): number {
    if (text.includes('"type":"snapshot"')) for (const side of Object.values(this.#sides)) side.clear();
    for (const name of ['bids', 'asks'] as const) {
      const list = text.slice(text.indexOf(`"${name}":[`)).split(']')[0] ?? '';
      for (const [, price = '', qty = ''] of list.matchAll(LEVEL)) {
        if (Number(qty) === 0) this.#sides[name].delete(price);
        else this.#sides[name].set(price, qty);
      }
      for (const [price] of this.side(name).slice(this.#depth)) this.#sides[name].delete(price);
    }
    return Number(/"checksum":(\d+)/.exec(text)?.[1]);
  }

  /** Best first. */
  side(name: 'bids' | 'asks'): [price: string, qty: string][] {
    const sign = name === 'bids' ? -1 : 1;
    return [...this.#sides[name]].sort(([a], [b]) => (Number(a) - Number(b)) * sign);
  }

  checksum(): number {
    const digits = (text: string): string => text.replace('.', '').replace(/^0+/, '');
    const ten = (name: 'bids' | 'asks'): string =>
      this.side(name)
        .slice(0, 10)
        .map(([price, qty]) => digits(price) + digits(qty))
        .join('');
    return slowCrc(ten('asks') + ten('bids'));
  }
}
