/** The byte scanner behind the parser: reads depth frames of exactly the shape that the venue sends, and declines
 *  everything else. Thread: feed. Writes: the caller's batch. Steady state: no allocation.
 *  https://www.bitget.com/api-doc/spot/websocket/public/Depth-Channel */
import { ascii, expectBytes, findQuote, integer, readInteger } from '../../core/bytes.ts';
import { type BookFrame, FRAME, type FrameBatch } from '../../core/frame.ts';
import { readLevels } from '../../core/levels.ts';
import type { SymbolTable } from '../../core/symbol-table.ts';
import type { SymbolEntry } from '../../core/venue.ts';
import { highHalf, lowHalf, readLongInteger, type SequenceLines } from './sequence-line.ts';

const SNAPSHOT = ascii('{"action":"snapshot","arg":{"instType":"SPOT","channel":"books');
const UPDATE = ascii('{"action":"update","arg":{"instType":"SPOT","channel":"books');
const BOOK_SYMBOL = ascii('","instId":"');
const TOP_SYMBOL = ascii('1","instId":"');
const ASKS = ascii('"},"data":[{"asks":[');
const BIDS = ascii(',"bids":[');
const TIME = ascii(',"ts":"');
const SEQ = ascii(',"seq":');
const PREVIOUS_SEQ = ascii(',"pseq":');
const CHECKSUM = ascii(',"checksum":');
const DATA_END = ascii('}]');
const SENT_AT = ascii(',"ts":');

const QUOTE = 34;
const COMMA = 44;
const MINUS = 45;
const CLOSE_BRACE = 125;

/** What `readTail` found. A typed array holds doubles without boxing them. */
const tail = new Float64Array(6);
const AT = { Time: 0, Checksum: 1, High: 2, Low: 3, PreviousHigh: 4, PreviousLow: 5 } as const;

/** Reads a frame of `books` or `books1`. Returns false, with `out` as it was, for everything else. */
export function readFrameFast(
  table: SymbolTable,
  lines: SequenceLines,
  buffer: Uint8Array,
  start: number,
  end: number,
  out: FrameBatch,
): boolean {
  const updateAt = expectBytes(buffer, start, UPDATE);
  const channelAt = updateAt >= 0 ? updateAt : expectBytes(buffer, start, SNAPSHOT);
  let nameAt = expectBytes(buffer, channelAt, BOOK_SYMBOL);
  const isTop = nameAt < 0;
  if (isTop) nameAt = updateAt >= 0 ? -1 : expectBytes(buffer, channelAt, TOP_SYMBOL);
  const nameEnd = findQuote(buffer, nameAt, end);
  const symbol = nameEnd < 0 ? -1 : table.find(buffer, nameAt, nameEnd);
  if (symbol < 0) return false;
  const frame = out.add();
  frame.kind = isTop ? FRAME.Top : updateAt >= 0 ? FRAME.Delta : FRAME.Snapshot;
  frame.symbol = symbol;
  if (readBook(table.entries[symbol] as SymbolEntry, lines, buffer, nameEnd, end, frame)) return true;
  out.drop();
  return false;
}

function readBook(
  entry: SymbolEntry,
  lines: SequenceLines,
  buffer: Uint8Array,
  start: number,
  end: number,
  frame: BookFrame,
): boolean {
  let at = expectBytes(buffer, start, ASKS);
  at = readLevels(buffer, at, end, entry, frame, frame.asks);
  at = expectBytes(buffer, at, BIDS);
  at = readLevels(buffer, at, end, entry, frame, frame.bids);
  at = readTail(buffer, at);
  at = expectBytes(buffer, at, DATA_END);
  const sentAt = expectBytes(buffer, at, SENT_AT);
  if (sentAt >= 0) at = readInteger(buffer, sentAt);
  if (at < 0 || buffer[at] !== CLOSE_BRACE || at + 1 !== end) return false;
  frame.venueAt = tail[AT.Time] as number;
  frame.checksum = tail[AT.Checksum] as number;
  return lines.place(
    frame,
    tail[AT.High] as number,
    tail[AT.Low] as number,
    tail[AT.PreviousHigh] as number,
    tail[AT.PreviousLow] as number,
  );
}

/** The fields behind the levels, in any order. */
function readTail(buffer: Uint8Array, start: number): number {
  tail.fill(Number.NaN, AT.Time, AT.High);
  tail.fill(-1, AT.High);
  let at = start;
  while (at >= 0 && buffer[at] === COMMA) {
    let field = expectBytes(buffer, at, SEQ);
    if (field >= 0) {
      at = readLongInteger(buffer, field);
      tail[AT.High] = highHalf();
      tail[AT.Low] = lowHalf();
      continue;
    }
    field = expectBytes(buffer, at, PREVIOUS_SEQ);
    if (field >= 0) {
      at = readLongInteger(buffer, field);
      tail[AT.PreviousHigh] = highHalf();
      tail[AT.PreviousLow] = lowHalf();
      continue;
    }
    field = expectBytes(buffer, at, TIME);
    if (field >= 0) {
      at = readInteger(buffer, field);
      tail[AT.Time] = integer();
      at = at >= 0 && buffer[at] === QUOTE ? at + 1 : -1;
      continue;
    }
    at = readChecksum(buffer, expectBytes(buffer, at, CHECKSUM));
  }
  return at;
}

function readChecksum(buffer: Uint8Array, start: number): number {
  if (start < 0) return -1;
  const isNegative = buffer[start] === MINUS;
  const at = readInteger(buffer, isNegative ? start + 1 : start);
  // Plus 0: there is no -0.
  tail[AT.Checksum] = (isNegative ? -integer() : integer()) + 0;
  return at;
}
