/** Decodes the market frames of Binance, bytes → book events.
 *  Thread: feed. Writes: the caller's batch. Steady state: no allocation.
 *  Shapes: https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams (Diff. Depth, Book Ticker).
 *  The byte scanner knows the key order that the venue sends; every other shape goes through `JSON.parse`. */

import { ascii, expectBytes, findQuote, integer, readInteger } from '../../core/bytes.ts';
import { type BookFrame, FRAME, type FrameBatch } from '../../core/frame.ts';
import { readLevels, readTop } from '../../core/levels.ts';
import { SymbolTable } from '../../core/symbol-table.ts';
import type { FrameParser, SymbolEntry } from '../../core/venue.ts';
import { readFrameJson, readSnapshotJson } from './parse-json.ts';

const ENVELOPE = ascii('{"stream":"');
const DATA = ascii('","data":');
const DEPTH = ascii('{"e":"depthUpdate","E":');
const TRANSACTION = ascii(',"T":');
const SYMBOL = ascii(',"s":"');
const FIRST = ascii('","U":');
const LAST = ascii(',"u":');
const PREVIOUS = ascii(',"pu":');
const BIDS = ascii(',"b":[');
const ASKS = ascii(',"a":[');
const TOP = ascii('{"u":');
const TOP_BID = ascii('","b":"');
const TOP_BID_SIZE = ascii('","B":"');
const TOP_ASK = ascii('","a":"');
const TOP_ASK_SIZE = ascii('","A":"');
const TOP_END = ascii('"}');
const SNAPSHOT = ascii('{"lastUpdateId":');
const SNAPSHOT_EVENT = ascii(',"E":');
const SNAPSHOT_BIDS = ascii(',"bids":[');
const SNAPSHOT_ASKS = ascii(',"asks":[');
const CLOSE_BRACE = 125;

/** Reads a frame of an expected shape: diff depth (spot, and USD-M with `T` and `pu`) or spot book ticker, raw or in the
 *  envelope of combined streams. Returns false, with `out` as it was, for everything else. */
export function readFrameFast(
  table: SymbolTable,
  buffer: Uint8Array,
  start: number,
  end: number,
  out: FrameBatch,
): boolean {
  let at = expectBytes(buffer, start, ENVELOPE);
  if (at < 0) return readPayload(table, buffer, start, end, out);
  at = findQuote(buffer, at, end);
  if (at < 0 || buffer[end - 1] !== CLOSE_BRACE) return false;
  at = expectBytes(buffer, at, DATA);
  return at >= 0 && readPayload(table, buffer, at, end - 1, out);
}

function readPayload(table: SymbolTable, buffer: Uint8Array, start: number, end: number, out: FrameBatch): boolean {
  const depthAt = expectBytes(buffer, start, DEPTH);
  if (depthAt >= 0) return readDepth(table, buffer, depthAt, end, out);
  const topAt = expectBytes(buffer, start, TOP);
  return topAt >= 0 && readTicker(table, buffer, topAt, end, out);
}

function readDepth(table: SymbolTable, buffer: Uint8Array, start: number, end: number, out: FrameBatch): boolean {
  let at = readInteger(buffer, start);
  const venueAt = integer();
  at = skipTransaction(buffer, at);
  at = expectBytes(buffer, at, SYMBOL);
  const nameEnd = findQuote(buffer, at, end);
  const symbol = nameEnd < 0 ? -1 : table.find(buffer, at, nameEnd);
  if (symbol < 0) return false;
  at = readInteger(buffer, expectBytes(buffer, nameEnd, FIRST));
  const firstSeq = integer();
  at = readInteger(buffer, expectBytes(buffer, at, LAST));
  const lastSeq = integer();
  let prevSeq = -1;
  const previousAt = expectBytes(buffer, at, PREVIOUS);
  if (previousAt >= 0) {
    at = readInteger(buffer, previousAt);
    prevSeq = integer();
  }
  const frame = out.add();
  if (!readBook(table.entries[symbol] as SymbolEntry, buffer, at, end, BIDS, ASKS, frame)) {
    out.drop();
    return false;
  }
  frame.kind = FRAME.Delta;
  frame.symbol = symbol;
  frame.venueAt = venueAt;
  frame.firstSeq = firstSeq;
  frame.lastSeq = lastSeq;
  frame.prevSeq = prevSeq;
  return true;
}

function readTicker(table: SymbolTable, buffer: Uint8Array, start: number, end: number, out: FrameBatch): boolean {
  let at = readInteger(buffer, start);
  const seq = integer();
  at = expectBytes(buffer, at, SYMBOL);
  const nameEnd = findQuote(buffer, at, end);
  const symbol = nameEnd < 0 ? -1 : table.find(buffer, at, nameEnd);
  if (symbol < 0) return false;
  const entry = table.entries[symbol] as SymbolEntry;
  const frame = out.add();
  at = expectBytes(buffer, nameEnd, TOP_BID);
  at = readTop(buffer, at, end, TOP_BID_SIZE, entry, frame, frame.bids);
  at = expectBytes(buffer, at, TOP_ASK);
  at = readTop(buffer, at, end, TOP_ASK_SIZE, entry, frame, frame.asks);
  if (expectBytes(buffer, at, TOP_END) !== end) {
    out.drop();
    return false;
  }
  frame.kind = FRAME.Top;
  frame.symbol = symbol;
  frame.firstSeq = seq;
  frame.lastSeq = seq;
  return true;
}

/** Reads a REST depth snapshot of the expected shape; false, with `out` as it was, for everything else. */
export function readSnapshotFast(
  entry: SymbolEntry,
  symbol: number,
  buffer: Uint8Array,
  start: number,
  end: number,
  out: FrameBatch,
): boolean {
  let at = readInteger(buffer, expectBytes(buffer, start, SNAPSHOT));
  const seq = integer();
  let venueAt = Number.NaN;
  const eventAt = expectBytes(buffer, at, SNAPSHOT_EVENT);
  if (eventAt >= 0) {
    at = readInteger(buffer, eventAt);
    venueAt = integer();
  }
  const frame = out.add();
  at = skipTransaction(buffer, at);
  if (!readBook(entry, buffer, at, end, SNAPSHOT_BIDS, SNAPSHOT_ASKS, frame)) {
    out.drop();
    return false;
  }
  frame.kind = FRAME.Snapshot;
  frame.symbol = symbol;
  frame.venueAt = venueAt;
  frame.firstSeq = seq;
  frame.lastSeq = seq;
  return true;
}

/** USD-M frames carry the matching engine's time beside the event's. */
function skipTransaction(buffer: Uint8Array, at: number): number {
  const transactionAt = expectBytes(buffer, at, TRANSACTION);
  return transactionAt < 0 ? at : readInteger(buffer, transactionAt);
}

/** Both sides and the brace that ends the object; false unless it ends exactly at `end`. */
function readBook(
  entry: SymbolEntry,
  buffer: Uint8Array,
  start: number,
  end: number,
  bids: Uint8Array,
  asks: Uint8Array,
  frame: BookFrame,
): boolean {
  let at = expectBytes(buffer, start, bids);
  at = readLevels(buffer, at, end, entry, frame, frame.bids);
  at = expectBytes(buffer, at, asks);
  at = readLevels(buffer, at, end, entry, frame, frame.asks);
  return at >= 0 && buffer[at] === CLOSE_BRACE && at + 1 === end;
}

class BinanceParser implements FrameParser {
  fallbacks = 0;
  readonly #table: SymbolTable;

  constructor(symbols: readonly SymbolEntry[]) {
    this.#table = new SymbolTable(symbols);
  }

  parse(buffer: Uint8Array, start: number, end: number, out: FrameBatch): void {
    out.clear();
    if (readFrameFast(this.#table, buffer, start, end, out)) return;
    this.fallbacks++;
    readFrameJson(this.#table, buffer, start, end, out);
  }

  parseSnapshot(buffer: Uint8Array, start: number, end: number, symbol: number, out: FrameBatch): void {
    out.clear();
    const entry = this.#table.entries[symbol];
    if (entry === undefined) {
      out.add().kind = FRAME.UnknownSymbol;
      return;
    }
    if (readSnapshotFast(entry, symbol, buffer, start, end, out)) return;
    this.fallbacks++;
    readSnapshotJson(entry, symbol, buffer, start, end, out);
  }
}

export const createParser = (symbols: readonly SymbolEntry[]): FrameParser => new BinanceParser(symbols);
