/** Order book frames of Bybit from their bytes.
 *  Thread: feed. Steady state: no allocation.
 *  https://bybit-exchange.github.io/docs/v5/websocket/public/orderbook
 *  Spot (all depths) writes `ts` before `type`, linear contracts write it behind; both are read. */
import { ascii, expectBytes, findQuote, integer, readInteger } from '../../core/bytes.ts';
import { type BookFrame, FRAME, type FrameBatch } from '../../core/frame.ts';
import { readLevels } from '../../core/levels.ts';
import type { SymbolTable } from '../../core/symbol-table.ts';
import type { SymbolEntry } from '../../core/venue.ts';

const HEAD = ascii('{"topic":"orderbook.');
const TIME_FIRST = ascii('","ts":');
const SNAPSHOT = ascii(',"type":"snapshot"');
const DELTA = ascii(',"type":"delta"');
const END_NAME = ascii('"');
const TIME_LAST = ascii(',"ts":');
const SYMBOL = ascii(',"data":{"s":"');
const BIDS = ascii('","b":[');
const ASKS = ascii(',"a":[');
const UPDATE = ascii(',"u":');
const CROSS = ascii(',"seq":');
const ENGINE_TIME = ascii(',"cts":');
const DOT = 46;
const END_OBJECT = 125;

/** Reads a frame of the expected shape: the book event of its depth, `lastSeq` its `u`. Returns the depth of its topic, or
 *  -1, with `out` as it was, for everything else. */
export function scanFrame(table: SymbolTable, buffer: Uint8Array, start: number, end: number, out: FrameBatch): number {
  let at = readInteger(buffer, expectBytes(buffer, start, HEAD));
  if (at < 0 || buffer[at] !== DOT) return -1;
  const depth = integer();
  const nameStart = at + 1;
  const nameEnd = findQuote(buffer, nameStart, end);
  const symbol = nameEnd < 0 ? -1 : table.find(buffer, nameStart, nameEnd);
  if (symbol < 0) return -1;
  const frame = out.add();
  frame.symbol = symbol;
  at = readKindAndTime(buffer, nameEnd, frame);
  at = expectSame(buffer, expectBytes(buffer, at, SYMBOL), nameStart, nameEnd);
  const entry = table.entries[symbol] as SymbolEntry;
  at = readLevels(buffer, expectBytes(buffer, at, BIDS), end, entry, frame, frame.bids);
  at = readLevels(buffer, expectBytes(buffer, at, ASKS), end, entry, frame, frame.asks);
  at = readInteger(buffer, expectBytes(buffer, at, UPDATE));
  frame.firstSeq = integer();
  frame.lastSeq = integer();
  at = readInteger(buffer, expectBytes(buffer, at, CROSS));
  frame.lineSeq = integer();
  if (isEnd(buffer, at, end)) return depth;
  out.drop();
  return -1;
}

function readKindAndTime(buffer: Uint8Array, nameEnd: number, frame: BookFrame): number {
  const timeAt = expectBytes(buffer, nameEnd, TIME_FIRST);
  if (timeAt >= 0) {
    const kindAt = readInteger(buffer, timeAt);
    frame.venueAt = integer();
    return readKind(buffer, kindAt, frame);
  }
  const kindAt = expectBytes(buffer, nameEnd, END_NAME);
  const at = readInteger(buffer, expectBytes(buffer, readKind(buffer, kindAt, frame), TIME_LAST));
  frame.venueAt = integer();
  return at;
}

function readKind(buffer: Uint8Array, at: number, frame: BookFrame): number {
  const deltaEnd = expectBytes(buffer, at, DELTA);
  frame.kind = deltaEnd >= 0 ? FRAME.Delta : FRAME.Snapshot;
  return deltaEnd >= 0 ? deltaEnd : expectBytes(buffer, at, SNAPSHOT);
}

/** The bytes of [from, to) once more. */
function expectSame(buffer: Uint8Array, at: number, from: number, to: number): number {
  if (at < 0) return -1;
  for (let offset = 0; offset < to - from; offset++) if (buffer[at + offset] !== buffer[from + offset]) return -1;
  return at + to - from;
}

/** `}` and, where it is sent, the matching engine's time. */
function isEnd(buffer: Uint8Array, start: number, end: number): boolean {
  if (start < 0 || buffer[start] !== END_OBJECT) return false;
  const timeAt = expectBytes(buffer, start + 1, ENGINE_TIME);
  const at = timeAt < 0 ? start + 1 : readInteger(buffer, timeAt);
  return at >= 0 && buffer[at] === END_OBJECT && at + 1 === end;
}
