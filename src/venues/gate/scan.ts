/** Reads the book frames of Gate straight from their bytes, in whatever order their keys stand: the two depth channels
 *  put the head in different places, and `U` and `u` have been seen both ways round.
 *  Thread: feed. Steady state: no allocation. Every other shape is declined and goes through `JSON.parse`.
 *  Convention of positions: `src/core/bytes.ts`. */
import { ascii, expectBytes, findQuote, integer, readInteger } from '../../core/bytes.ts';
import { type BookFrame, FRAME, type FrameBatch, type LevelList } from '../../core/frame.ts';
import { readLevels, readTop } from '../../core/levels.ts';
import type { SymbolTable } from '../../core/symbol-table.ts';
import type { SymbolEntry } from '../../core/venue.ts';

const QUOTE = 34;
const COMMA = 44;
const DOT = 46;
const COLON = 58;
const OPEN_BRACKET = 91;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const code = (letter: string): number => letter.charCodeAt(0);
const [LOWER_A, LOWER_B, LOWER_C, LOWER_E] = [code('a'), code('b'), code('c'), code('e')];
const [LOWER_L, LOWER_R, LOWER_S, LOWER_T, LOWER_U] = [code('l'), code('r'), code('s'), code('t'), code('u')];
const [UPPER_E, UPPER_U] = [code('E'), code('U')];

const TIME_MS = ascii('"time_ms":');
const TIME = ascii('"time":');
const UPDATE_EVENT = ascii('"event":"update"');
const RESULT = ascii('"result":{');
const CHANNELS = [ascii('"channel":"spot.obu"'), ascii('"channel":"spot.book_ticker"')] as const;
const UPDATE_CHANNEL = ascii('"channel":"spot.order_book_update"');
const FULL = ascii('"full":true');
const NOT_FULL = ascii('"full":false');
const STREAM = ascii('ob.');
const BID_SIZE = ascii('","B":"');
const ASK_SIZE = ascii('","A":"');

/** What was seen so far, one bit each; a key that comes twice is left to `JSON.parse`. */
const SEEN = {
  time: 1,
  timeMs: 2,
  channel: 4,
  event: 8,
  result: 16,
  t: 32,
  e: 64,
  E: 128,
  l: 256,
  s: 512,
  U: 1024,
  u: 2048,
  full: 4096,
  bids: 8192,
  asks: 16384,
  bid: 32768,
  ask: 65536,
} as const;

const CHANNEL = { None: 0, Stream: 1, Ticker: 2, Update: 3 } as const;

let seen = 0;
let channel = 0;
let isFull = false;
/** `s` names a stream (`ob.BTC_USDT.50`), not a pair. */
let isStreamName = false;

function first(bit: number): boolean {
  const isFirst = (seen & bit) === 0;
  seen |= bit;
  return isFirst;
}

/** Reads a frame of an expected shape. Returns false, with `out` as it was, for everything else. */
export function readFrameFast(
  table: SymbolTable,
  buffer: Uint8Array,
  start: number,
  end: number,
  out: FrameBatch,
): boolean {
  if (buffer[start] !== OPEN_BRACE) return false;
  seen = 0;
  channel = CHANNEL.None;
  isFull = false;
  isStreamName = false;
  const frame = out.add();
  let at = start + 1;
  for (;;) {
    at = readHead(table, buffer, at, end, frame);
    if (at < 0 || at >= end) break;
    if (buffer[at] === CLOSE_BRACE) {
      if (at + 1 === end && finish(frame)) return true;
      break;
    }
    if (buffer[at] !== COMMA) break;
    at++;
  }
  out.drop();
  return false;
}

/** One member of the frame itself. */
function readHead(table: SymbolTable, buffer: Uint8Array, at: number, end: number, frame: BookFrame): number {
  switch (buffer[at + 1]) {
    case LOWER_T: {
      const timeMs = expectBytes(buffer, at, TIME_MS);
      if (timeMs >= 0) return first(SEEN.timeMs) ? readInteger(buffer, timeMs) : -1;
      return first(SEEN.time) ? readInteger(buffer, expectBytes(buffer, at, TIME)) : -1;
    }
    case LOWER_C:
      return first(SEEN.channel) ? readChannel(buffer, at) : -1;
    case LOWER_E:
      return first(SEEN.event) ? expectBytes(buffer, at, UPDATE_EVENT) : -1;
    case LOWER_R:
      return first(SEEN.result) ? readResult(table, buffer, expectBytes(buffer, at, RESULT), end, frame) : -1;
    default:
      return -1;
  }
}

function readChannel(buffer: Uint8Array, at: number): number {
  let next = expectBytes(buffer, at, CHANNELS[0]);
  channel = CHANNEL.Stream;
  if (next < 0) {
    next = expectBytes(buffer, at, CHANNELS[1]);
    channel = CHANNEL.Ticker;
  }
  if (next < 0) {
    next = expectBytes(buffer, at, UPDATE_CHANNEL);
    channel = CHANNEL.Update;
  }
  return next;
}

/** The members of `result`, up to and including its closing brace. */
function readResult(table: SymbolTable, buffer: Uint8Array, start: number, end: number, frame: BookFrame): number {
  let at = start;
  while (at >= 0 && at < end) {
    at = readMember(table, buffer, at, end, frame);
    if (at < 0) return -1;
    if (buffer[at] === CLOSE_BRACE) return at + 1;
    if (buffer[at] !== COMMA) return -1;
    at++;
  }
  return -1;
}

function readMember(table: SymbolTable, buffer: Uint8Array, at: number, end: number, frame: BookFrame): number {
  if (buffer[at] !== QUOTE) return -1;
  if (buffer[at + 2] !== QUOTE || buffer[at + 3] !== COLON) return first(SEEN.full) ? readFull(buffer, at) : -1;
  const value = at + 4;
  switch (buffer[at + 1]) {
    case LOWER_T: {
      const next = first(SEEN.t) ? readInteger(buffer, value) : -1;
      frame.venueAt = integer();
      return next;
    }
    case LOWER_U: {
      const next = first(SEEN.u) ? readInteger(buffer, value) : -1;
      frame.lastSeq = integer();
      return next;
    }
    case UPPER_U: {
      const next = first(SEEN.U) ? readInteger(buffer, value) : -1;
      frame.firstSeq = integer();
      return next;
    }
    case LOWER_S:
      return first(SEEN.s) ? readName(table, buffer, value, end, frame) : -1;
    case LOWER_B:
      return readSide(table, buffer, value, end, frame, frame.bids, BID_SIZE, SEEN.bids, SEEN.bid);
    case LOWER_A:
      return readSide(table, buffer, value, end, frame, frame.asks, ASK_SIZE, SEEN.asks, SEEN.ask);
    case UPPER_E:
      return first(SEEN.E) ? readInteger(buffer, value) : -1;
    case LOWER_E:
      return first(SEEN.e) ? skipText(buffer, value, end) : -1;
    case LOWER_L:
      return first(SEEN.l) ? skipText(buffer, value, end) : -1;
    default:
      return -1;
  }
}

function readFull(buffer: Uint8Array, at: number): number {
  const full = expectBytes(buffer, at, FULL);
  isFull = full >= 0;
  return isFull ? full : expectBytes(buffer, at, NOT_FULL);
}

function skipText(buffer: Uint8Array, at: number, end: number): number {
  if (buffer[at] !== QUOTE) return -1;
  const close = findQuote(buffer, at + 1, end);
  return close < 0 ? -1 : close + 1;
}

/** A pair, or the name of a stream around it. */
function readName(table: SymbolTable, buffer: Uint8Array, at: number, end: number, frame: BookFrame): number {
  if (buffer[at] !== QUOTE) return -1;
  const close = findQuote(buffer, at + 1, end);
  if (close < 0) return -1;
  const inner = expectBytes(buffer, at + 1, STREAM);
  isStreamName = inner >= 0;
  let nameEnd = close;
  if (isStreamName) {
    nameEnd--;
    while (nameEnd > inner && buffer[nameEnd] !== DOT) nameEnd--;
  }
  frame.symbol = table.find(buffer, isStreamName ? inner : at + 1, nameEnd);
  return frame.symbol < 0 ? -1 : close + 1;
}

/** Levels, or a ticker's best price with its size, which must follow it. The name must have come before. */
function readSide(
  table: SymbolTable,
  buffer: Uint8Array,
  at: number,
  end: number,
  frame: BookFrame,
  list: LevelList,
  between: Uint8Array,
  levelsBit: number,
  topBit: number,
): number {
  if (frame.symbol < 0) return -1;
  const entry = table.entries[frame.symbol] as SymbolEntry;
  if (buffer[at] === OPEN_BRACKET) return first(levelsBit) ? readLevels(buffer, at + 1, end, entry, frame, list) : -1;
  if (buffer[at] !== QUOTE || !first(topBit)) return -1;
  const close = readTop(buffer, at + 1, end, between, entry, frame, list);
  return buffer[close] === QUOTE ? close + 1 : -1;
}

const has = (bits: number): boolean => (seen & bits) === bits;
const hasAny = (bits: number): boolean => (seen & bits) !== 0;

/** Decides what the members amount to; false when they do not belong together. */
function finish(frame: BookFrame): boolean {
  if (!has(SEEN.result | SEEN.s | SEEN.u)) return false;
  if (channel === CHANNEL.Ticker) {
    if (isStreamName || !has(SEEN.bid | SEEN.ask) || hasAny(SEEN.bids | SEEN.asks | SEEN.U | SEEN.full)) return false;
    frame.kind = FRAME.Top;
    frame.firstSeq = frame.lastSeq;
    return true;
  }
  if (channel === CHANNEL.None || isStreamName !== (channel === CHANNEL.Stream)) return false;
  if (hasAny(SEEN.bid | SEEN.ask)) return false;
  if (isFull) {
    frame.kind = FRAME.Snapshot;
    frame.firstSeq = frame.lastSeq;
    return true;
  }
  frame.kind = FRAME.Delta;
  return has(SEEN.U) && frame.firstSeq <= frame.lastSeq;
}
