/** Market streams of Bitget v2 spot: what to subscribe to, how to keep it alive, how to sequence it.
 *  https://www.bitget.com/api-doc/common/websocket-intro, …/spot/websocket/public/Depth-Channel */
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
import { codeOf } from './errors.ts';
import { createParser } from './parse.ts';

/** All levels, every 200 ms when changed: a snapshot first, then changes. */
const BOOK_CHANNEL = 'books';
/** Best bid and offer, every 20 to 60 ms when changed, whole each time. Its `seq` counts on the line of `books`. */
const TOP_CHANNEL = 'books1';

/** Two channels a symbol; the venue asks for less than 50 channels on a connection. */
const SYMBOLS_PER_CONNECTION = 24;
/** "The total length of multiple channels cannot exceed 4096 bytes at a time." */
const MAX_ARGS_BYTES = 4096;

/** "Up to 10 messages per second", pings included, and "240 subscription requests/Hour/connection".
 *  https://www.bitget.com/api-doc/common/websocket-intro */
const SENDS: readonly SendLimit[] = [
  { count: 10, windowMs: 1_000 },
  { count: 240, windowMs: 3_600_000, exceptPings: true },
];

const argOf = (channel: string, symbol: string): object => ({ instType: 'SPOT', channel, instId: symbol });

/** Subscriptions of the symbols in as few requests as the venue's size allows. */
function requests(symbols: readonly string[]): readonly string[] {
  const parts: string[][] = [[]];
  let bytes = 2;
  for (const symbol of symbols) {
    const args = [BOOK_CHANNEL, TOP_CHANNEL].map((channel) => JSON.stringify(argOf(channel, symbol)));
    const added = args.reduce((sum, arg) => sum + Buffer.byteLength(arg) + 1, 0);
    if (bytes + added > MAX_ARGS_BYTES) {
      parts.push([]);
      bytes = 2;
    }
    parts.at(-1)?.push(...args);
    bytes += added;
  }
  return parts.map((args) => `{"op":"subscribe","args":[${args.join(',')}]}`);
}

function plan(endpoints: Endpoints, symbols: readonly SymbolEntry[]): readonly ConnectionPlan[] {
  return [...chunks([...symbols.entries()], SYMBOLS_PER_CONNECTION)].map((carried) => ({
    url: endpoints.wsPublic,
    symbols: carried.map(([index]) => index),
    subscribe: requests(carried.map(([, { symbol }]) => symbol)),
    sends: SENDS,
    // The venue wants a text `ping` every 30 s and cuts two minutes after the last one, also while data flows.
    heartbeat: { ping: { text: 'ping' }, idleMs: 1000, everyMs: 20_000, silenceMs: 3000 },
  }));
}

/** The page says only that `seq` grows with the book and tells packets that are out of order; the wire has `pseq`, too:
 *  1. the first message is the snapshot (`pseq` 0);
 *  2. an update applies when its `pseq` is the `seq` of the message before it;
 *  3. a repeat of the update that was applied last changes nothing and is ignored; any other update is a gap.
 *  Recordings of 2022 to 2024 carry no ids: their checksum rules. */
function judge(lastSeq: number, _bridged: boolean, delta: BookFrame): Verdict {
  if (delta.lastSeq === -1 || lastSeq === -1) return delta.lastSeq === lastSeq ? VERDICT.Apply : VERDICT.Gap;
  if (delta.prevSeq === lastSeq) return VERDICT.Apply;
  return delta.lastSeq === lastSeq && delta.prevSeq < lastSeq ? VERDICT.Ignore : VERDICT.Gap;
}

const rule: SequenceRule = { snapshotFrom: 'stream', judge };

/** "instType:SPOT,channel:books,instId:XYZ doesn't exist" */
const NAMED_SYMBOL = /instId:\s*([^\s,]+)/;

function readControl(text: string): ControlEvent {
  if (text === 'pong') return { kind: 'Pong' };
  const frame = parseObject(text);
  if (frame === undefined) return { kind: 'Notice', message: text.slice(0, 200) };
  const message = textOf(frame, 'msg');
  const symbol = (isObject(frame.arg) && textOf(frame.arg, 'instId')) || NAMED_SYMBOL.exec(message)?.[1];
  const named = symbol === undefined || symbol === '' ? {} : { symbol };
  switch (textOf(frame, 'event')) {
    case 'subscribe':
      return { kind: 'Subscribed', ...named };
    case 'error':
      return { kind: 'Refused', code: codeOf(frame), message: message || text.slice(0, 200), ...named };
    default:
      return { kind: 'Notice', message: text.slice(0, 200) };
  }
}

/** The venue answers a new subscription with a snapshot. */
function resubscribe(symbol: string): readonly string[] {
  const args = [argOf(BOOK_CHANNEL, symbol)];
  return [JSON.stringify({ op: 'unsubscribe', args }), JSON.stringify({ op: 'subscribe', args })];
}

export const bitgetStream: MarketStream = {
  rule,
  createParser,
  plan,
  readControl,
  resubscribe,
  // Frames of 2022 to 2024 carry it; since 2025 it is 0 or absent.
  checksum: interleavedChecksum,
};
