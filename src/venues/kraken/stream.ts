/** Market streams of Kraken's sockets v2: what to subscribe to, how to keep it alive, how a hole shows.
 *  https://docs.kraken.com/api/docs/websocket-v2/book, …/ticker, …/status, …/guides/spot-ws-book-v2 */
import { crc32 } from 'node:zlib';
import { chunks } from '../../core/chunks.ts';
import { isObject, type Json, objectsOf, parseObject, textOf } from '../../core/json.ts';
import {
  type ChecksumSource,
  type ConnectionPlan,
  type ControlEvent,
  type Endpoints,
  type MarketStream,
  type SendLimit,
  type SequenceRule,
  type SymbolEntry,
  VERDICT,
} from '../../core/venue.ts';
import { codeOf } from './errors.ts';
import { createParser } from './parse.ts';

/** Of the depths on offer (10, 25, 100, 500, 1000) the least that goes beyond what the checksum covers: what falls out of
 *  the venue's window and comes back into it is not said, and happens at its far end. */
const DEPTH = 25;
const CHECKSUM_LEVELS = 10;

/** The venue says neither how many symbols a message nor how many subscriptions a connection may hold, only that it
 *  refuses too many messages at a time (`Exceeded msg rate`): few messages, and snapshots of a size that does no harm. */
const SYMBOLS_PER_CONNECTION = 100;
const SYMBOLS_PER_REQUEST = 50;

/** "Exceeded msg rate" comes at a rate that varies with the venue's load and is not said
 *  (https://docs.kraken.com/api/docs/guides/spot-ratelimits): this one is ours. */
const SENDS: readonly SendLimit[] = [{ count: 10, windowMs: 1_000 }];

export const PING = JSON.stringify({ method: 'ping' });

const book = (symbols: readonly string[]): Json => ({ channel: 'book', symbol: symbols, depth: DEPTH, snapshot: true });
/** Every change of the best bid and offer, not only trades. It has no id that would order it beside the book. */
const ticker = (symbols: readonly string[]): Json => ({
  channel: 'ticker',
  symbol: symbols,
  event_trigger: 'bbo',
  snapshot: true,
});
const subscribe = (params: Json): string => JSON.stringify({ method: 'subscribe', params });

function plan(endpoints: Endpoints, symbols: readonly SymbolEntry[]): readonly ConnectionPlan[] {
  const indices = symbols.map((_, index) => index);
  return [...chunks(indices, SYMBOLS_PER_CONNECTION)].map((carried) => ({
    url: endpoints.wsPublic,
    symbols: carried,
    subscribe: [...chunks(carried, SYMBOLS_PER_REQUEST)].flatMap((part) => {
      const names = part.map((index) => (symbols[index] as SymbolEntry).symbol);
      return [subscribe(book(names)), subscribe(ticker(names))];
    }),
    sends: SENDS,
    // A heartbeat comes each second in which nothing else does; the venue itself drops what was silent for a minute.
    heartbeat: { ping: { text: PING }, idleMs: 1000, silenceMs: 3000 },
  }));
}

/** The documented procedure:
 *  1. the snapshot that comes with the subscription is the book;
 *  2. an update sets levels, size 0 removes, in the order in which they stand;
 *  3. the book is cut to the depth that was subscribed to;
 *  4. the checksum of the best ten must match, else the book is to be subscribed to anew.
 *  Updates have no numbers: whether one is missing, only step 4 tells. */
const rule: SequenceRule = { snapshotFrom: 'stream', judge: () => VERDICT.Apply };

/** CRC32 over the best ten asks, then the best ten bids: price and size as sent, without the point and without leading
 *  zeros. */
function checksum(book: ChecksumSource): number {
  let text = '';
  for (let index = 0; index < Math.min(CHECKSUM_LEVELS, book.askCount); index++) text += digitsOf(book.askText(index));
  for (let index = 0; index < Math.min(CHECKSUM_LEVELS, book.bidCount); index++) text += digitsOf(book.bidText(index));
  return crc32(text);
}

const digitsOf = ([price, size]: readonly [string, string]): string => bare(price) + bare(size);
const bare = (text: string): string => text.replace('.', '').replace(/^0+/, '');

const NAMED_SYMBOL = /\b([A-Z0-9.]+\/[A-Z0-9.]+)\b/i;

function readControl(text: string): ControlEvent {
  const frame = parseObject(text);
  if (frame === undefined) return { kind: 'Notice', message: text.slice(0, 200) };
  if (frame.channel === 'status') return readStatus(frame);
  if (frame.method === 'pong') return { kind: 'Pong' };
  const error = textOf(frame, 'error') || textOf(frame, 'Error');
  const result = isObject(frame.result) ? frame.result : {};
  // A subscription that is not there needs no ending, and one that is there no beginning.
  if (frame.method === 'unsubscribe' || error.startsWith('Already subscribed')) {
    return { kind: 'Notice', message: text.slice(0, 200) };
  }
  if (error !== '' || frame.success === false) {
    const symbol = textOf(frame, 'symbol') || textOf(result, 'symbol') || (NAMED_SYMBOL.exec(error)?.[1] ?? '');
    return {
      kind: 'Refused',
      code: codeOf(error),
      message: error || text.slice(0, 200),
      ...(symbol === '' ? {} : { symbol }),
    };
  }
  if (frame.method !== 'subscribe') return { kind: 'Notice', message: text.slice(0, 200) };
  const symbol = textOf(result, 'symbol');
  return symbol === '' ? { kind: 'Subscribed' } : { kind: 'Subscribed', symbol };
}

/** Everything but `online` (`maintenance`, `cancel_only`, `post_only`, `limit_only`) keeps us from taking what is there. */
function readStatus(frame: Json): ControlEvent {
  const system = textOf(objectsOf(frame, 'data')[0] ?? {}, 'system');
  if (system === '') return { kind: 'Notice', message: 'a status without a state' };
  return { kind: 'Status', trading: system === 'online', message: `the system is ${system}` };
}

/** The depth belongs to the subscription's name. */
function resubscribe(symbol: string): readonly string[] {
  const params = { channel: 'book', symbol: [symbol], depth: DEPTH };
  return [JSON.stringify({ method: 'unsubscribe', params }), subscribe(book([symbol]))];
}

export const krakenStream: MarketStream = {
  rule,
  bookDepth: DEPTH,
  sizedLevels: CHECKSUM_LEVELS,
  createParser,
  plan,
  readControl,
  resubscribe,
  checksum,
};
