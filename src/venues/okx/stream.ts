/** Market streams of OKX v5: what to subscribe to, how to keep it alive, how to sequence it.
 *  https://www.okx.com/docs-v5/en/#order-book-trading-market-data-ws-order-book-channel */
import { chunks } from '../../core/chunks.ts';
import type { BookFrame } from '../../core/frame.ts';
import { interleavedChecksum } from '../../core/interleaved-checksum.ts';
import { isObject, parseObject, textOf } from '../../core/json.ts';
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
import { createParser } from './parse.ts';

/** 400 levels, every 100 ms: a snapshot first, then changes. */
export const BOOK_CHANNEL = 'books';
/** Best bid and offer, every 10 ms when changed. Its seqId counts on the same line as that of `books`. */
export const TOP_CHANNEL = 'bbo-tbt';

/** "The total number of 'subscribe'/'unsubscribe'/'login' requests per connection is limited to 480 times per hour."
 *  https://www.okx.com/docs-v5/en/#overview-websocket-connect */
const SENDS: readonly SendLimit[] = [{ count: 480, windowMs: 3_600_000, exceptPings: true }];
/** Two channels a symbol. The venue has no documented limit of channels; it limits requests and the size of one (64 KB,
 *  which 100 symbols are far from). */
const SYMBOLS_PER_CONNECTION = 100;
const SYMBOLS_PER_REQUEST = 50;

const channelArgs = (symbol: string): readonly object[] => [
  { channel: BOOK_CHANNEL, instId: symbol },
  { channel: TOP_CHANNEL, instId: symbol },
];

function plan(endpoints: Endpoints, symbols: readonly SymbolEntry[]): readonly ConnectionPlan[] {
  const indices = symbols.map((_, index) => index);
  return [...chunks(indices, SYMBOLS_PER_CONNECTION)].map((carried) => ({
    url: endpoints.wsPublic,
    symbols: carried,
    subscribe: [...chunks(carried, SYMBOLS_PER_REQUEST)].map((part) =>
      JSON.stringify({
        op: 'subscribe',
        args: part.flatMap((index) => channelArgs((symbols[index] as SymbolEntry).symbol)),
      }),
    ),
    sends: SENDS,
    // The venue drops a connection that was silent for 30 s; we notice a dead one long before.
    heartbeat: { ping: { text: 'ping' }, idleMs: 1000, silenceMs: 3000 },
  }));
}

/** The documented rule, numbered as the documentation lists its cases:
 *  1. the first message is the snapshot, prevSeqId -1;
 *  2. an update applies when its prevSeqId is the seqId of the message before it;
 *  3. no change for 60 s: an update without levels, seqId equal to prevSeqId (case 2 holds);
 *  4. a maintenance reset: seqId smaller than prevSeqId, once; prevSeqId still chains (case 2 holds).
 *  Beyond the documentation: a repeat of the update that was applied last changes nothing and is ignored; older
 *  repeats cannot be told from a missed reset and are gaps. Recordings of 2022 carry no ids: their checksum rules. */
function judge(lastSeq: number, _bridged: boolean, delta: BookFrame): Verdict {
  if (delta.lastSeq === -1) return VERDICT.Apply;
  if (delta.prevSeq === lastSeq) return VERDICT.Apply;
  if (delta.lastSeq === lastSeq && delta.prevSeq < lastSeq) return VERDICT.Ignore;
  return VERDICT.Gap;
}

const rule: SequenceRule = { snapshotFrom: 'stream', judge };

const NAMED_SYMBOL = /instId:\s*([A-Z0-9-]+)/;
/** "The connection will soon be closed for a service upgrade." */
const UPGRADE_NOTICE = '64008';

function readControl(text: string): ControlEvent {
  if (text === 'pong') return { kind: 'Pong' };
  const frame = parseObject(text);
  if (frame === undefined) return { kind: 'Notice', message: text.slice(0, 200) };
  const arg = isObject(frame.arg) ? frame.arg : undefined;
  const code = textOf(frame, 'code');
  const message = textOf(frame, 'msg');
  const symbol = (arg && textOf(arg, 'instId')) || NAMED_SYMBOL.exec(message)?.[1];
  const named = symbol === undefined || symbol === '' ? {} : { symbol };
  switch (textOf(frame, 'event')) {
    case 'subscribe':
      return { kind: 'Subscribed', ...named };
    case 'error':
    case 'channel-conn-count-error':
      return { kind: 'Refused', code, message: message || text.slice(0, 200), ...named };
    case 'notice':
      return code === UPGRADE_NOTICE ? { kind: 'Goodbye', message } : { kind: 'Notice', message: `${code} ${message}` };
    default:
      return { kind: 'Notice', message: text.slice(0, 200) };
  }
}

/** Two of the 480 requests an hour; the venue answers a new subscription with a snapshot. */
function resubscribe(symbol: string): readonly string[] {
  const args = [{ channel: BOOK_CHANNEL, instId: symbol }];
  return [JSON.stringify({ op: 'unsubscribe', args }), JSON.stringify({ op: 'subscribe', args })];
}

export const okxStream: MarketStream = {
  rule,
  createParser,
  plan,
  readControl,
  resubscribe,
  // The venue stopped sending it in 2026 (the field is 0 or absent).
  checksum: interleavedChecksum,
};
