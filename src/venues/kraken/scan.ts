/** The byte scanner behind the parser: reads book and ticker frames of exactly the shape that the venue sends today, and
 *  declines everything else. Numbers are JSON numbers whose trailing zeros count (the checksum is made of them).
 *  Thread: feed. Writes: the caller's batch. Steady state: no allocation.
 *  Functions follow the convention of `bytes.ts`. */
import { ascii, expectBytes, findQuote, integer, readInteger } from '../../core/bytes.ts';
import { newDecimalScan, SCAN, scanDecimal } from '../../core/decimal.ts';
import { type BookFrame, FRAME, type FrameBatch, type LevelList } from '../../core/frame.ts';
import { levelShape, noteScan } from '../../core/levels.ts';
import type { SymbolTable } from '../../core/symbol-table.ts';
import type { SymbolEntry } from '../../core/venue.ts';
import { isoMs, readIsoTime } from './iso-time.ts';

const HEARTBEAT = ascii('{"channel":"heartbeat"}');
const BOOK = ascii('{"channel":"book","type":"');
const TICKER = ascii('{"channel":"ticker","type":"');
const SNAPSHOT = ascii('snapshot","data":[{"symbol":"');
const UPDATE = ascii('update","data":[{"symbol":"');
const BIDS = ascii('","bids":[');
const ASKS = ascii(',"asks":[');
const CHECKSUM = ascii(',"checksum":');
const TIME = ascii(',"timestamp":"');
const PRICE = ascii('{"price":');
const QTY = ascii(',"qty":');
const BID = ascii('","bid":');
const BID_QTY = ascii(',"bid_qty":');
const ASK = ascii(',"ask":');
const ASK_QTY = ascii(',"ask_qty":');
const NULL = ascii('null');
const QUOTE_END = ascii('"}]}');
const END = ascii('}]}');

const QUOTE = 34;
const COMMA = 44;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;
const COLON = 58;
const CLOSE = 93;
const END_OBJECT = 125;

/** 32 bits. */
export const MAX_CHECKSUM = 0xffff_ffff;

const price = newDecimalScan();
const size = newDecimalScan();
const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57;

/** True: the frame was read whole and `out` holds its event. False: not the expected shape; `out` is of no use. */
export function tryScan(table: SymbolTable, buffer: Uint8Array, start: number, end: number, out: FrameBatch): boolean {
  if (expectBytes(buffer, start, HEARTBEAT) === end) {
    out.add().kind = FRAME.Ignored;
    return true;
  }
  const book = expectBytes(buffer, start, BOOK);
  const head = book >= 0 ? book : expectBytes(buffer, start, TICKER);
  if (head < 0) return false;
  const update = expectBytes(buffer, head, UPDATE);
  const name = update >= 0 ? update : expectBytes(buffer, head, SNAPSHOT);
  const nameEnd = findQuote(buffer, name, end);
  if (nameEnd < 0) return false;
  const symbol = table.find(buffer, name, nameEnd);
  if (symbol < 0) return false;
  const entry = table.entries[symbol] as SymbolEntry;
  const frame = out.add();
  frame.symbol = symbol;
  if (book < 0) {
    frame.kind = FRAME.Top;
    return readTicker(buffer, nameEnd, end, entry, frame) === end;
  }
  frame.kind = update >= 0 ? FRAME.Delta : FRAME.Snapshot;
  return readBook(buffer, nameEnd, end, entry, frame) === end;
}

function readBook(buffer: Uint8Array, start: number, end: number, entry: SymbolEntry, frame: BookFrame): number {
  let at = readSide(buffer, expectBytes(buffer, start, BIDS), end, entry, frame, frame.bids);
  at = readSide(buffer, expectBytes(buffer, at, ASKS), end, entry, frame, frame.asks);
  at = readInteger(buffer, expectBytes(buffer, at, CHECKSUM));
  if (at < 0 || integer() > MAX_CHECKSUM) return -1;
  frame.checksum = integer();
  at = readIsoTime(buffer, expectBytes(buffer, at, TIME));
  if (at < 0) return -1;
  frame.venueAt = isoMs();
  return expectBytes(buffer, at, QUOTE_END);
}

/** The levels after a list's opening bracket: `{"price":1.0,"qty":2.50},…]`. */
function readSide(
  buffer: Uint8Array,
  start: number,
  end: number,
  entry: SymbolEntry,
  frame: BookFrame,
  list: LevelList,
): number {
  if (start < 0) return -1;
  let at = start;
  if (buffer[at] === CLOSE) return at + 1;
  for (;;) {
    at = readPrice(buffer, expectBytes(buffer, at, PRICE), end, entry, frame);
    at = readSize(buffer, expectBytes(buffer, at, QTY), end, entry, frame);
    if (at < 0 || buffer[at] !== END_OBJECT) return -1;
    list.push(price.value, size.value, levelShape(price.textDecimals, size.textDecimals));
    at++;
    if (buffer[at] === CLOSE) return at + 1;
    if (buffer[at] !== COMMA) return -1;
    at++;
  }
}

function readTicker(buffer: Uint8Array, start: number, end: number, entry: SymbolEntry, frame: BookFrame): number {
  let at = readPrice(buffer, expectBytes(buffer, start, BID), end, entry, frame);
  at = readSize(buffer, expectBytes(buffer, at, BID_QTY), end, entry, frame);
  if (at < 0) return -1;
  pushTop(frame.bids);
  at = readPrice(buffer, expectBytes(buffer, at, ASK), end, entry, frame);
  at = readSize(buffer, expectBytes(buffer, at, ASK_QTY), end, entry, frame);
  if (at < 0) return -1;
  pushTop(frame.asks);
  while (at >= 0 && buffer[at] === COMMA) {
    const time = expectBytes(buffer, at, TIME);
    if (time < 0) at = skipField(buffer, at + 1);
    else if (Number.isNaN(frame.venueAt)) {
      at = readIsoTime(buffer, time);
      if (at < 0 || buffer[at] !== QUOTE) return -1;
      frame.venueAt = isoMs();
      at++;
    } else return -1;
  }
  return expectBytes(buffer, at, END);
}

/** An empty side has size 0 and adds no level. */
function pushTop(list: LevelList): void {
  if (size.value > 0) list.push(price.value, size.value, levelShape(price.textDecimals, size.textDecimals));
}

function readPrice(buffer: Uint8Array, start: number, end: number, entry: SymbolEntry, frame: BookFrame): number {
  if (start < 0 || hasLeadingZero(buffer, start)) return -1;
  scanDecimal(buffer, start, end, entry.priceDecimals, price);
  if (price.status !== SCAN.Ok && !noteScan(frame, price, entry.priceDecimals, true)) return -1;
  return price.end;
}

function readSize(buffer: Uint8Array, start: number, end: number, entry: SymbolEntry, frame: BookFrame): number {
  if (start < 0 || hasLeadingZero(buffer, start)) return -1;
  scanDecimal(buffer, start, end, entry.sizeDecimals, size);
  if (size.status !== SCAN.Ok && !noteScan(frame, size, entry.sizeDecimals, false)) return -1;
  return size.end;
}

/** JSON knows no leading zeros: such a frame is left to JSON.parse to refuse. */
const hasLeadingZero = (buffer: Uint8Array, at: number): boolean =>
  buffer[at] === ZERO && isDigit(buffer[at + 1] as number);

/** A field of the ticker that is of no use here: a key, and a plain number or null. Keys that could stand for one that was
 *  read (bid, ask, symbol, timestamp) are left to JSON.parse, where the last one of a name wins. */
function skipField(buffer: Uint8Array, start: number): number {
  if (buffer[start] !== QUOTE) return -1;
  let at = start + 1;
  const first = buffer[at] as number;
  if (first === 97 || first === 98 || first === 115 || first === 116) return -1;
  while (isKey(buffer[at] as number)) at++;
  if (buffer[at] !== QUOTE || buffer[at + 1] !== COLON) return -1;
  at += 2;
  const none = expectBytes(buffer, at, NULL);
  if (none >= 0) return none;
  if (buffer[at] === MINUS) at++;
  if (hasLeadingZero(buffer, at) || !isDigit(buffer[at] as number)) return -1;
  while (isDigit(buffer[at] as number)) at++;
  if (buffer[at] !== DOT) return at;
  at++;
  if (!isDigit(buffer[at] as number)) return -1;
  while (isDigit(buffer[at] as number)) at++;
  return at;
}

/** a-z, 0-9 and the underscore. */
const isKey = (byte: number): boolean => (byte >= 97 && byte <= 122) || byte === 95 || isDigit(byte);
