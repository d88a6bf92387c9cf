/** The byte scanner of KuCoin's level 2 and level 1 frames. Allocates nothing; declines whatever it does not expect.
 *  The venue writes the keys of a frame in several orders (2021: data first, topic last; since 2022 the other way round,
 *  with a time), so keys are looked up, not expected in a row. The functions follow the convention of `bytes.ts`. */
import { ascii, expectBytes, findQuote, integer, readInteger } from '../../core/bytes.ts';
import { newDecimalScan, SCAN, scanDecimal } from '../../core/decimal.ts';
import { type BookFrame, FRAME, type FrameBatch, type LevelList } from '../../core/frame.ts';
import { levelShape, noteScan, readTop } from '../../core/levels.ts';
import type { SymbolTable } from '../../core/symbol-table.ts';
import type { SymbolEntry } from '../../core/venue.ts';

const TOPIC = ascii('topic":"');
const DEPTH_TOPIC = ascii('/market/level2:');
const TOP_TOPIC = ascii('/spotMarket/level1:');
const TYPE = ascii('type":"message"');
const SUBJECT = ascii('subject":"');
const DATA = ascii('data":{');
const CHANGES = ascii('changes":{');
const ASKS = ascii('asks":[');
const BIDS = ascii('bids":[');
const SEQUENCE_START = ascii('sequenceStart":');
const SEQUENCE_END = ascii('sequenceEnd":');
const SYMBOL = ascii('symbol":"');
const TIME = ascii('time":');
const TIMESTAMP = ascii('timestamp":');
const BETWEEN = ascii('","');
const QUOTE = 34;
const COMMA = 44;
const OPEN = 91;
const CLOSE = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/** Which keys have been seen: a repeated or a missing one is left to JSON.parse. */
const SEEN = {
  Topic: 1,
  Type: 2,
  Subject: 4,
  Data: 8,
  Changes: 16,
  Asks: 32,
  Bids: 64,
  Start: 128,
  End: 256,
  Symbol: 512,
  Time: 1024,
} as const;
const ENVELOPE = SEEN.Topic | SEEN.Type | SEEN.Data;
const DEPTH = SEEN.Changes | SEEN.Asks | SEEN.Bids | SEEN.Start | SEEN.End;
const TOP = SEEN.Asks | SEEN.Bids | SEEN.Time;

/** A book without a time cannot be ordered against best bids and offers, which have nothing but their time: it wins. */
export const NO_TIME = Number.MAX_SAFE_INTEGER;

const scan = newDecimalScan();

export class Scanner {
  readonly #table: SymbolTable;
  /** Each symbol with its closing quote. */
  readonly #quoted: readonly Uint8Array[];
  #bytes: Uint8Array = EMPTY;
  #end = 0;
  #seen = 0;
  #isTop = false;
  #symbol = -1;
  #after = -1;

  constructor(table: SymbolTable) {
    this.#table = table;
    this.#quoted = table.entries.map(({ symbol }) => Buffer.from(`${symbol}"`, 'utf8'));
  }

  /** Reads one frame. False, `out` then being of no use, for everything but level 2 and level 1 of a known symbol. */
  tryScan(buffer: Uint8Array, start: number, end: number, out: FrameBatch): boolean {
    if (end - start < 2 || buffer[start] !== OPEN_BRACE || buffer[start + 1] !== QUOTE) return false;
    this.#bytes = buffer;
    this.#end = end;
    this.#seen = 0;
    this.#symbol = -1;
    this.#isTop = false;
    const frame = out.add();
    const at = this.#envelope(start + 2, frame);
    this.#bytes = EMPTY;
    return at === end && this.#finish(frame);
  }

  #finish(frame: BookFrame): boolean {
    const wanted = ENVELOPE | (this.#isTop ? TOP : DEPTH);
    const optional = SEEN.Subject | (this.#isTop ? 0 : SEEN.Symbol | SEEN.Time);
    if ((this.#seen & wanted) !== wanted || (this.#seen & ~(wanted | optional)) !== 0) return false;
    frame.symbol = this.#symbol;
    frame.kind = this.#isTop ? FRAME.Top : FRAME.Delta;
    frame.lineSeq = (this.#seen & SEEN.Time) === 0 ? NO_TIME : frame.venueAt;
    return true;
  }

  /** The top object from its first key on; the position after its brace. */
  #envelope(start: number, frame: BookFrame): number {
    const bytes = this.#bytes;
    let at = start;
    for (;;) {
      if (this.#has(at, DATA)) at = this.#note(SEEN.Data, this.#data(this.#after, frame));
      else if (this.#has(at, TOPIC)) at = this.#note(SEEN.Topic, this.#topic(this.#after));
      else if (this.#has(at, TYPE)) at = this.#note(SEEN.Type, this.#after);
      else if (this.#has(at, SUBJECT)) at = this.#note(SEEN.Subject, this.#plainText(this.#after));
      else return -1;
      if (at < 0) return -1;
      if (bytes[at] === CLOSE_BRACE) return at + 1;
      if (bytes[at] !== COMMA || bytes[at + 1] !== QUOTE) return -1;
      at += 2;
    }
  }

  #topic(start: number): number {
    let at = expectBytes(this.#bytes, start, DEPTH_TOPIC);
    if (at < 0) {
      at = expectBytes(this.#bytes, start, TOP_TOPIC);
      // Data that came first was read as depth.
      if (at < 0 || (this.#seen & SEEN.Data) !== 0) return -1;
      this.#isTop = true;
    }
    return this.#name(at);
  }

  /** A symbol and its closing quote; it must be the one that was named before. */
  #name(start: number): number {
    if (this.#symbol >= 0) return expectBytes(this.#bytes, start, this.#quoted[this.#symbol] as Uint8Array);
    const end = findQuote(this.#bytes, start, this.#end);
    this.#symbol = end < 0 ? -1 : this.#table.find(this.#bytes, start, end);
    return this.#symbol < 0 ? -1 : end + 1;
  }

  #plainText(start: number): number {
    const end = findQuote(this.#bytes, start, this.#end);
    return end < 0 ? -1 : end + 1;
  }

  /** The data object after its opening brace; the position after the closing one. */
  #data(start: number, frame: BookFrame): number {
    const bytes = this.#bytes;
    let at = start;
    for (;;) {
      if (bytes[at] !== QUOTE) return -1;
      at = this.#isTop ? this.#topField(at + 1, frame) : this.#depthField(at + 1, frame);
      if (at < 0) return -1;
      if (bytes[at] === CLOSE_BRACE) return at + 1;
      if (bytes[at] !== COMMA) return -1;
      at++;
    }
  }

  #depthField(at: number, frame: BookFrame): number {
    if (this.#has(at, CHANGES)) return this.#note(SEEN.Changes, this.#changes(this.#after, frame));
    if (this.#has(at, SEQUENCE_START)) {
      const after = readInteger(this.#bytes, this.#after);
      frame.firstSeq = integer();
      return this.#note(SEEN.Start, after);
    }
    if (this.#has(at, SEQUENCE_END)) {
      const after = readInteger(this.#bytes, this.#after);
      frame.lastSeq = integer();
      return this.#note(SEEN.End, after);
    }
    if (this.#has(at, SYMBOL)) return this.#note(SEEN.Symbol, this.#name(this.#after));
    return this.#venueAt(expectBytes(this.#bytes, at, TIME), frame);
  }

  #topField(at: number, frame: BookFrame): number {
    if (this.#has(at, ASKS)) return this.#note(SEEN.Asks, this.#best(this.#after, frame, frame.asks));
    if (this.#has(at, BIDS)) return this.#note(SEEN.Bids, this.#best(this.#after, frame, frame.bids));
    return this.#venueAt(expectBytes(this.#bytes, at, TIMESTAMP), frame);
  }

  #venueAt(start: number, frame: BookFrame): number {
    const after = readInteger(this.#bytes, start);
    frame.venueAt = integer();
    return this.#note(SEEN.Time, after);
  }

  /** Both sides of the changes, in either order, and the closing brace. */
  #changes(start: number, frame: BookFrame): number {
    const bytes = this.#bytes;
    let at = start;
    for (;;) {
      if (bytes[at] !== QUOTE) return -1;
      if (this.#has(at + 1, ASKS)) at = this.#note(SEEN.Asks, this.#side(this.#after, frame, frame.asks));
      else at = this.#note(SEEN.Bids, this.#side(expectBytes(bytes, at + 1, BIDS), frame, frame.bids));
      if (at < 0) return -1;
      if (bytes[at] === CLOSE_BRACE) return at + 1;
      if (bytes[at] !== COMMA) return -1;
      at++;
    }
  }

  /** `["price","size","sequence"],…]` after the list's opening bracket. Sequences must rise: the last word on a price is
   *  the one with the highest, and sorting is left to the other reading. */
  #side(start: number, frame: BookFrame, list: LevelList): number {
    const entry = this.#entry;
    if (start < 0 || entry === undefined) return -1;
    const bytes = this.#bytes;
    const end = this.#end;
    let at = start;
    let before = -1;
    if (bytes[at] === CLOSE) return at + 1;
    for (;;) {
      if (bytes[at] !== OPEN || bytes[at + 1] !== QUOTE) return -1;
      scanDecimal(bytes, at + 2, end, entry.priceDecimals, scan);
      if (scan.status !== SCAN.Ok && !noteScan(frame, scan, entry.priceDecimals, true)) return -1;
      const price = scan.value;
      const priceTextDecimals = scan.textDecimals;
      at = expectBytes(bytes, scan.end, BETWEEN);
      if (at < 0) return -1;
      scanDecimal(bytes, at, end, entry.sizeDecimals, scan);
      if (scan.status !== SCAN.Ok && !noteScan(frame, scan, entry.sizeDecimals, false)) return -1;
      at = readInteger(bytes, expectBytes(bytes, scan.end, BETWEEN));
      if (at < 0 || bytes[at] !== QUOTE || bytes[at + 1] !== CLOSE || integer() < before) return -1;
      before = integer();
      // Price 0 only says that the sequence moved.
      if (price > 0) list.push(price, scan.value, levelShape(priceTextDecimals, scan.textDecimals));
      at += 2;
      if (bytes[at] === CLOSE) return at + 1;
      if (bytes[at] !== COMMA) return -1;
      at++;
    }
  }

  /** `"price","size"]` after the opening bracket, or nothing but the closing one. */
  #best(start: number, frame: BookFrame, list: LevelList): number {
    const entry = this.#entry;
    if (entry === undefined) return -1;
    if (this.#bytes[start] === CLOSE) return start + 1;
    if (this.#bytes[start] !== QUOTE) return -1;
    const at = readTop(this.#bytes, start + 1, this.#end, BETWEEN, entry, frame, list);
    return at >= 0 && this.#bytes[at] === QUOTE && this.#bytes[at + 1] === CLOSE ? at + 2 : -1;
  }

  get #entry(): SymbolEntry | undefined {
    return this.#table.entries[this.#symbol];
  }

  /** Whether a key begins at `at`; its value then begins at `#after`. */
  #has(at: number, key: Uint8Array): boolean {
    this.#after = expectBytes(this.#bytes, at, key);
    return this.#after >= 0;
  }

  /** Remembers that a key was read up to `at`; -1 when it had been before. */
  #note(key: number, at: number): number {
    if ((this.#seen & key) !== 0) return -1;
    this.#seen |= key;
    return at;
  }
}

const EMPTY = new Uint8Array(0);
