/** Market streams of KuCoin spot: what to subscribe to, how to keep it alive, how to sequence it.
 *  https://www.kucoin.com/docs-new/websocket-api/base-info/introduction, …/docs-new/3470068w0 (level 2) */
import { chunks } from '../../core/chunks.ts';
import type { BookFrame } from '../../core/frame.ts';
import { parseObject, textOf } from '../../core/json.ts';
import {
  type ConnectionPlan,
  type ControlEvent,
  type Endpoints,
  type MarketStream,
  type SendLimit,
  type SequenceRule,
  type SymbolEntry,
  VERDICT,
  type Verdict,
} from '../../core/venue.ts';
import { publicAddress } from './bullet.ts';
import { BEYOND_HORIZON } from './horizon.ts';
import { createParser } from './parse.ts';

/** Every change, as it happens. The first of the channels asked for, so that it runs before an acknowledgement makes the
 *  feed fetch a snapshot. */
export const DEPTH_TOPIC = '/market/level2:';
/** Best bid and offer, every 10 ms when changed. Its frames have no sequence but a time on the clock of level 2, by which
 *  the two are ordered. `/market/ticker` has a sequence, but comes every 100 ms at most, long after level 2. */
export const TOP_TOPIC = '/spotMarket/level1:';

/** "Exceed max subscription count limitation of 100 per time" and "of 300 per session": each symbol counts twice here. */
const SYMBOLS_PER_CONNECTION = 100;
/** "Message limit sent to the server: 100 per 10 seconds", pings included. https://www.kucoin.com/docs-new/rate-limit */
const SENDS: readonly SendLimit[] = [{ count: 100, windowMs: 10_000 }];
/** A token is valid for 24 hours; it is recommended to replace connections that old. */
const MAX_AGE_MS = 24 * 3_600_000;
/** The venue ends connections whose client says nothing for a minute, however much they carry; it names 18 s. */
export const PING_EVERY_MS = 15_000;

const pingText = (wallMs: number): string => JSON.stringify({ id: String(Math.floor(wallMs)), type: 'ping' });

export const subscription = (id: string, topic: string, isPrivate: boolean): string =>
  JSON.stringify({ id, type: 'subscribe', topic, privateChannel: isPrivate, response: true });

function plan(endpoints: Endpoints, symbols: readonly SymbolEntry[]): readonly ConnectionPlan[] {
  const indices = symbols.map((_, index) => index);
  return [...chunks(indices, SYMBOLS_PER_CONNECTION)].map((carried) => {
    const names = carried.map((index) => (symbols[index] as SymbolEntry).symbol).join(',');
    return {
      // Names the connection; the venue hands out the address, with a token, for each try.
      url: endpoints.wsPublic,
      dial: (http) => publicAddress(endpoints, http),
      symbols: carried,
      subscribe: [subscription('level2', DEPTH_TOPIC + names, false), subscription('level1', TOP_TOPIC + names, false)],
      sends: SENDS,
      heartbeat: { ping: { text: pingText }, idleMs: 1000, everyMs: PING_EVERY_MS, silenceMs: 3000 },
      maxAgeMs: MAX_AGE_MS,
    };
  });
}

/** The venue's numbers have started anew once (they were 1.6e12 in 2021 and 1.4e10 in 2024). What is this far behind the
 *  book is no old news. */
const RESET = 1_000_000;

/** "Local order book", the steps as the documentation numbers them. Steps 1 to 3 (cache level 2, fetch a snapshot, play
 *  the cache back) belong to the feed; here an event is judged against the book's sequence.
 *  4. An event is the next one when sequenceStart <= the book's sequence + 1 and sequenceEnd > the book's sequence;
 *     one that ends earlier is old news, one that starts later reveals a gap.
 *  5. Its changes set or (size 0) remove levels; those of price 0 only move the sequence (the parser leaves them out).
 *  A change's own sequence is when that level changed last. On the event that bridges to the snapshot some are older than
 *  the snapshot: applying them changes nothing, for an event holds the last word on each of its levels up to its end.
 *  Beyond the documentation: a book of 100 levels whose market has moved away is replaced (`horizon.ts`), and so is one
 *  whose sequence the venue began anew. */
function judge(lastSeq: number, _bridged: boolean, delta: BookFrame): Verdict {
  if (delta.prevSeq === BEYOND_HORIZON) return VERDICT.Gap;
  if (delta.lastSeq <= lastSeq) return delta.lastSeq > lastSeq - RESET ? VERDICT.Ignore : VERDICT.Gap;
  return delta.firstSeq <= lastSeq + 1 ? VERDICT.Apply : VERDICT.Gap;
}

const rule: SequenceRule = { snapshotFrom: 'rest', judge };

const NAMED_SYMBOL = /:([A-Z0-9]+-[A-Z0-9]+)(?![A-Z0-9,-])/;

/** Welcome, acknowledgements, pongs, and refusals such as `{"id":"…","type":"error","code":404,"data":"topic …"}`. */
function readControl(text: string): ControlEvent {
  const frame = parseObject(text);
  if (frame === undefined) return { kind: 'Notice', message: text.slice(0, 200) };
  switch (textOf(frame, 'type')) {
    case 'ack':
      return { kind: 'Subscribed' };
    case 'pong':
      return { kind: 'Pong' };
    case 'error': {
      const message = textOf(frame, 'data') || text.slice(0, 200);
      // Said before the venue closes the connection, which is then replaced.
      if (message === 'ping timeout') return { kind: 'Notice', message };
      const symbol = NAMED_SYMBOL.exec(message)?.[1];
      return { kind: 'Refused', code: String(frame.code ?? ''), message, ...(symbol === undefined ? {} : { symbol }) };
    }
    default:
      return { kind: 'Notice', message: text.slice(0, 200) };
  }
}

/** The deepest snapshot that needs no key. */
const SNAPSHOT_PATH = '/api/v1/market/orderbook/level2_100';

export const kucoinStream: MarketStream = {
  rule,
  createParser,
  plan,
  readControl,
  snapshotUrl: (endpoints, symbol) => `${endpoints.rest}${SNAPSHOT_PATH}?symbol=${encodeURIComponent(symbol)}`,
  // Also the whole book (/api/v3/market/orderbook/level2), so that recordings of those who have a key read.
  snapshotSymbol: (url) => {
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    const isBook = /\/market\/orderbook\/level2(_\d+)?$/.test(parsed?.pathname ?? '');
    return isBook ? (parsed?.searchParams.get('symbol') ?? undefined) : undefined;
  },
};
