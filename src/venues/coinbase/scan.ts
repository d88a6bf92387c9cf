/** The byte scanner behind the parser: reads frames of exactly the shape that the venue sends today, and declines
 *  everything else. Thread: feed. Writes: the caller's batch. Steady state: no allocation.
 *  https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/websocket/websocket-channels#level2-channel */
import { ascii, expectBytes, findQuote, integer, readInteger } from '../../core/bytes.ts';
import { newDecimalScan, SCAN, scanDecimal } from '../../core/decimal.ts';
import { type BookFrame, FRAME, type FrameBatch, type FrameKind } from '../../core/frame.ts';
import { levelShape, noteScan } from '../../core/levels.ts';
import type { SymbolEntry } from '../../core/venue.ts';
import type { NameTable } from './names.ts';
import { readTime, timeMs } from './times.ts';

const DEPTH = ascii('{"channel":"l2_data",');
const HEARTBEAT = ascii('{"channel":"heartbeats",');
/** The documentation has it, the wire of 2026 has not. */
const CLIENT = ascii('"client_id":"",');
const TIME = ascii('"timestamp":"');
const SEQUENCE = ascii('","sequence_num":');
const EVENTS = ascii(',"events":[');
const SNAPSHOT = ascii('{"type":"snapshot","product_id":"');
const UPDATE = ascii('{"type":"update","product_id":"');
const UPDATES = ascii('","updates":[');
const BID = ascii('{"side":"bid","event_time":"');
const OFFER = ascii('{"side":"offer","event_time":"');
const PRICE = ascii('","price_level":"');
const SIZE = ascii('","new_quantity":"');
const LEVEL_END = ascii('"}');
const BEAT = ascii('{"current_time":"');
const COUNTER = ascii('","heartbeat_counter":');
const END = ascii('}]}');

const COMMA = 44;
const CLOSE = 93;
const END_OBJECT = 125;

const scan = newDecimalScan();

/** True: the frame was read whole and `out` holds its events. False: not an expected shape; `out` is of no use. */
export function scanFrame(names: NameTable, buffer: Uint8Array, start: number, end: number, out: FrameBatch): boolean {
  const depthAt = expectBytes(buffer, start, DEPTH);
  const channelAt = depthAt < 0 ? expectBytes(buffer, start, HEARTBEAT) : depthAt;
  const clientAt = expectBytes(buffer, channelAt, CLIENT);
  let at = readTime(buffer, expectBytes(buffer, clientAt < 0 ? channelAt : clientAt, TIME));
  const venueAt = timeMs();
  at = readInteger(buffer, expectBytes(buffer, at, SEQUENCE));
  const sequence = integer();
  at = expectBytes(buffer, at, EVENTS);
  if (at < 0 || at >= end) return false;
  out.connectionSeq = sequence;
  if (depthAt < 0) return scanBeat(buffer, at, end, out);
  for (;;) {
    at = scanEvent(names, buffer, at, end, out, venueAt, sequence);
    if (at < 0) return false;
    if (buffer[at] === CLOSE) return at + 2 === end && buffer[at + 1] === END_OBJECT;
    if (buffer[at] !== COMMA) return false;
    at++;
  }
}

/** One event of a depth frame; the position after its closing brace. */
function scanEvent(
  names: NameTable,
  buffer: Uint8Array,
  start: number,
  end: number,
  out: FrameBatch,
  venueAt: number,
  sequence: number,
): number {
  const updateAt = expectBytes(buffer, start, UPDATE);
  const nameAt = updateAt < 0 ? expectBytes(buffer, start, SNAPSHOT) : updateAt;
  const nameEnd = findQuote(buffer, nameAt, end);
  const name = nameEnd < 0 ? -1 : names.find(buffer, nameAt, nameEnd);
  const levelsAt = expectBytes(buffer, nameEnd, UPDATES);
  if (name < 0 || levelsAt < 0) return -1;
  const kind = updateAt < 0 ? FRAME.Snapshot : FRAME.Delta;
  const first = names.first(name);
  const at = scanBook(
    names.entries[first] as SymbolEntry,
    buffer,
    levelsAt,
    end,
    begin(out, kind, first, venueAt, sequence),
  );
  const second = names.second(name);
  if (second < 0 || at < 0) return at;
  return scanBook(
    names.entries[second] as SymbolEntry,
    buffer,
    levelsAt,
    end,
    begin(out, kind, second, venueAt, sequence),
  );
}

export function begin(out: FrameBatch, kind: FrameKind, symbol: number, venueAt: number, sequence: number): BookFrame {
  const frame = out.add();
  frame.kind = kind;
  frame.symbol = symbol;
  frame.venueAt = venueAt;
  frame.firstSeq = sequence;
  frame.lastSeq = sequence;
  return frame;
}

/** Levels after `[`, up to and including `]}`. */
function scanBook(entry: SymbolEntry, buffer: Uint8Array, start: number, end: number, frame: BookFrame): number {
  let at = start;
  if (buffer[at] === CLOSE) return buffer[at + 1] === END_OBJECT ? at + 2 : -1;
  while (at < end) {
    const bidAt = expectBytes(buffer, at, BID);
    at = bidAt < 0 ? expectBytes(buffer, at, OFFER) : bidAt;
    at = expectBytes(buffer, findQuote(buffer, at, end), PRICE);
    if (at < 0) return -1;
    scanDecimal(buffer, at, end, entry.priceDecimals, scan);
    if (scan.status !== SCAN.Ok && !noteScan(frame, scan, entry.priceDecimals, true)) return -1;
    const price = scan.value;
    const priceTextDecimals = scan.textDecimals;
    at = expectBytes(buffer, scan.end, SIZE);
    if (at < 0) return -1;
    scanDecimal(buffer, at, end, entry.sizeDecimals, scan);
    if (scan.status !== SCAN.Ok && !noteScan(frame, scan, entry.sizeDecimals, false)) return -1;
    at = expectBytes(buffer, scan.end, LEVEL_END);
    if (at < 0) return -1;
    (bidAt < 0 ? frame.asks : frame.bids).push(price, scan.value, levelShape(priceTextDecimals, scan.textDecimals));
    const next = buffer[at];
    at++;
    if (next === CLOSE) return buffer[at] === END_OBJECT ? at + 1 : -1;
    if (next !== COMMA) return -1;
  }
  return -1;
}

/** A heartbeat says nothing of any book; its number counts. */
function scanBeat(buffer: Uint8Array, start: number, end: number, out: FrameBatch): boolean {
  const at = expectBytes(buffer, findQuote(buffer, expectBytes(buffer, start, BEAT), end), COUNTER);
  if (expectBytes(buffer, readInteger(buffer, at), END) !== end) return false;
  out.add().kind = FRAME.Ignored;
  return true;
}
