/** The byte scanner behind the parser: reads frames of exactly the shape that the venue sends today, and declines
 *  everything else. Thread: feed. Writes: the caller's batch. Steady state: no allocation. */
import { ascii } from '../../core/bytes.ts';
import { newDecimalScan, SCAN, scanDecimal } from '../../core/decimal.ts';
import { type BookFrame, FRAME, type FrameBatch, type LevelList } from '../../core/frame.ts';
import { levelShape, noteScan } from '../../core/levels.ts';
import type { SymbolTable } from '../../core/symbol-table.ts';
import type { SymbolEntry } from '../../core/venue.ts';

const BOOKS_HEAD = ascii('{"arg":{"channel":"books","instId":"');
const TOP_HEAD = ascii('{"arg":{"channel":"bbo-tbt","instId":"');
const SNAPSHOT = ascii('"},"action":"snapshot","data":[{"asks":[');
const UPDATE = ascii('"},"action":"update","data":[{"asks":[');
const TOP_DATA = ascii('"},"data":[{"asks":[');
const BIDS = ascii(',"bids":[');
const TIME = ascii('"ts":"');
const SEQ = ascii('"seqId":');
const PREV_SEQ = ascii('"prevSeqId":');
const CHECKSUM = ascii('"checksum":');
const INNER_SYMBOL = ascii('"instId":"');

const QUOTE = 34;
const COMMA = 44;
const OPEN = 91;
const BACKSLASH = 92;
const CLOSE = 93;
const END_OBJECT = 125;
/** Longest whole number that a double holds exactly whatever its digits. */
const MAX_DIGITS = 15;

export class Scanner {
  readonly #table: SymbolTable;
  readonly #price = newDecimalScan();
  readonly #size = newDecimalScan();
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;
  /** The whole number that `#integer` read last. */
  #number = 0;

  constructor(table: SymbolTable) {
    this.#table = table;
  }

  /** True: the frame was read whole and `out` holds its event. False: not the expected shape; `out` is of no use. */
  tryScan(bytes: Uint8Array, start: number, end: number, out: FrameBatch): boolean {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    const done = this.#frame(out);
    this.#bytes = EMPTY;
    return done;
  }

  #frame(out: FrameBatch): boolean {
    const isBook = this.#skip(BOOKS_HEAD);
    if (!isBook && !this.#skip(TOP_HEAD)) return false;
    const nameStart = this.#at;
    const nameEnd = this.#bytes.indexOf(QUOTE, nameStart);
    if (nameEnd < 0 || nameEnd >= this.#end) return false;
    const symbol = this.#table.find(this.#bytes, nameStart, nameEnd);
    if (symbol < 0) return false;
    this.#at = nameEnd;
    const frame = out.add();
    frame.symbol = symbol;
    if (!isBook) {
      if (!this.#skip(TOP_DATA)) return false;
      frame.kind = FRAME.Top;
    } else if (this.#skip(UPDATE)) frame.kind = FRAME.Delta;
    else if (this.#skip(SNAPSHOT)) frame.kind = FRAME.Snapshot;
    else return false;
    const entry = this.#table.entries[symbol] as SymbolEntry;
    if (!this.#side(entry, frame, frame.asks)) return false;
    if (!this.#skip(BIDS)) return false;
    if (!this.#side(entry, frame, frame.bids)) return false;
    return this.#tail(frame);
  }

  /** Levels after `[`, up to and including `]`: `["px","sz","0","n"],…`. */
  #side(entry: SymbolEntry, frame: BookFrame, levels: LevelList): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    const price = this.#price;
    const size = this.#size;
    let at = this.#at;
    if (bytes[at] === CLOSE) {
      this.#at = at + 1;
      return at < end;
    }
    while (at < end) {
      if (bytes[at] !== OPEN || bytes[at + 1] !== QUOTE) return false;
      scanDecimal(bytes, at + 2, end, entry.priceDecimals, price);
      if (price.status === SCAN.Malformed) return false;
      at = price.end;
      if (bytes[at] !== QUOTE || bytes[at + 1] !== COMMA || bytes[at + 2] !== QUOTE) return false;
      scanDecimal(bytes, at + 3, end, entry.sizeDecimals, size);
      if (size.status === SCAN.Malformed) return false;
      at = size.end;
      // Two more texts follow: a deprecated field and the number of orders.
      for (let extra = 0; extra < 2; extra++) {
        if (bytes[at] !== QUOTE || bytes[at + 1] !== COMMA || bytes[at + 2] !== QUOTE) return false;
        at += 3;
        while (at < end && isDigit(bytes[at] as number)) at++;
      }
      if (bytes[at] !== QUOTE || bytes[at + 1] !== CLOSE) return false;
      at += 2;
      if (price.status !== SCAN.Ok) noteScan(frame, price, entry.priceDecimals, true);
      if (size.status !== SCAN.Ok) noteScan(frame, size, entry.sizeDecimals, false);
      levels.push(price.value, size.value, levelShape(price.textDecimals, size.textDecimals));
      const next = bytes[at];
      at++;
      if (next === CLOSE) {
        this.#at = at;
        return at <= end;
      }
      if (next !== COMMA) return false;
    }
    return false;
  }

  /** The fields after the levels, in any order, then `}]}` and nothing more. */
  #tail(frame: BookFrame): boolean {
    const bytes = this.#bytes;
    while (this.#at < this.#end && bytes[this.#at] === COMMA) {
      this.#at++;
      if (this.#skip(TIME)) {
        if (!this.#integer(false) || bytes[this.#at] !== QUOTE) return false;
        this.#at++;
        frame.venueAt = this.#number;
      } else if (this.#skip(SEQ)) {
        if (!this.#integer(true)) return false;
        frame.firstSeq = this.#number;
        frame.lastSeq = this.#number;
      } else if (this.#skip(PREV_SEQ)) {
        if (!this.#integer(true)) return false;
        frame.prevSeq = this.#number;
      } else if (this.#skip(CHECKSUM)) {
        if (!this.#integer(true)) return false;
        frame.checksum = this.#number;
      } else if (this.#skip(INNER_SYMBOL)) {
        if (!this.#plainText()) return false;
      } else return false;
    }
    const at = this.#at;
    return at + 3 === this.#end && bytes[at] === END_OBJECT && bytes[at + 1] === CLOSE && bytes[at + 2] === END_OBJECT;
  }

  #skip(expected: Uint8Array): boolean {
    const bytes = this.#bytes;
    const at = this.#at;
    if (at + expected.length > this.#end) return false;
    for (let i = 0; i < expected.length; i++) if (bytes[at + i] !== expected[i]) return false;
    this.#at = at + expected.length;
    return true;
  }

  /** A whole number as JSON writes it: no leading zeros; a minus only where `signed`. */
  #integer(signed: boolean): boolean {
    const bytes = this.#bytes;
    let at = this.#at;
    const negative = signed && bytes[at] === 45;
    if (negative) at++;
    const first = at;
    let value = 0;
    while (at < this.#end && isDigit(bytes[at] as number)) {
      value = value * 10 + ((bytes[at] as number) - 48);
      at++;
    }
    const digits = at - first;
    if (digits === 0 || digits > MAX_DIGITS || (digits > 1 && bytes[first] === 48)) return false;
    this.#number = negative && value !== 0 ? -value : value;
    this.#at = at;
    return true;
  }

  /** The rest of a text without escapes or anything but printable ASCII, and its closing quote. */
  #plainText(): boolean {
    const bytes = this.#bytes;
    for (let at = this.#at; at < this.#end; at++) {
      const byte = bytes[at] as number;
      if (byte === QUOTE) {
        this.#at = at + 1;
        return true;
      }
      if (byte === BACKSLASH || byte < 32 || byte > 126) return false;
    }
    return false;
  }
}

const EMPTY = new Uint8Array(0);
const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57;
