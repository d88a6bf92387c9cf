/** Frames of the public stream as book events: the byte scanner first, `JSON.parse` for whatever it declines.
 *  Thread: feed. Keeps no reference to the caller's buffer. Never throws.
 *  https://docs.kraken.com/api/docs/websocket-v2/book, …/ticker */
import { plainText } from '../../core/decimal-text.ts';
import { type BookFrame, FRAME, type FrameBatch, type FrameKind, type LevelList } from '../../core/frame.ts';
import { isObject, type Json, parseNumberTexts } from '../../core/json.ts';
import { fillLevel } from '../../core/levels.ts';
import { SymbolTable } from '../../core/symbol-table.ts';
import type { FrameParser, SymbolEntry } from '../../core/venue.ts';
import { parseIsoTime } from './iso-time.ts';
import { MAX_CHECKSUM, tryScan } from './scan.ts';

export class KrakenParser implements FrameParser {
  fallbacks = 0;
  readonly #table: SymbolTable;

  constructor(symbols: readonly SymbolEntry[]) {
    this.#table = new SymbolTable(symbols);
  }

  parse(buffer: Uint8Array, start: number, end: number, out: FrameBatch): void {
    if (this.tryFast(buffer, start, end, out)) return;
    this.fallbacks++;
    this.readJson(buffer, start, end, out);
  }

  /** The fast reading alone. False: declined, `out` is of no use. */
  tryFast(buffer: Uint8Array, start: number, end: number, out: FrameBatch): boolean {
    out.clear();
    return tryScan(this.#table, buffer, start, end, out);
  }

  /** The reading through `JSON.parse` alone; fills the same events. */
  readJson(buffer: Uint8Array, start: number, end: number, out: FrameBatch): void {
    out.clear();
    const text = Buffer.from(buffer.buffer, buffer.byteOffset + start, end - start).toString('utf8');
    const frame = parseNumberTexts(text);
    const bare = isObject(frame) ? this.#readFrame(frame, out) : this.#damaged(text);
    if (bare !== undefined) put(out, bare);
  }

  /** Books come with the subscription; nothing is fetched. */
  parseSnapshot(_buffer: Uint8Array, _start: number, _end: number, symbol: number, out: FrameBatch): void {
    put(out, { kind: FRAME.Malformed, symbol });
  }

  /** Undefined when `out` was filled; otherwise the one event without levels that the frame amounts to. */
  #readFrame(frame: Json, out: FrameBatch): BareEvent | undefined {
    const { channel, type, data } = frame;
    if (channel === undefined) return isControl(frame) ? CONTROL : MALFORMED;
    if (channel === 'status') return CONTROL;
    if (channel !== 'book' && channel !== 'ticker') return typeof channel === 'string' ? IGNORED : MALFORMED;
    const kind = channel === 'ticker' ? FRAME.Top : type === 'update' ? FRAME.Delta : FRAME.Snapshot;
    if (!Array.isArray(data) || data.length === 0) return MALFORMED;
    for (const item of data) {
      const symbol = isObject(item) && typeof item.symbol === 'string' ? this.#table.indexOf(item.symbol) : undefined;
      if (symbol === undefined) return MALFORMED;
      if (symbol < 0) return { kind: FRAME.UnknownSymbol, symbol };
      const malformed = { kind: FRAME.Malformed, symbol };
      if (type !== 'update' && type !== 'snapshot') return malformed;
      const event = out.add();
      event.kind = kind;
      event.symbol = symbol;
      const entry = this.#table.entries[symbol] as SymbolEntry;
      if (!(kind === FRAME.Top ? readTop(item, entry, event) : readBook(item, entry, event))) return malformed;
    }
    return undefined;
  }

  /** What is no JSON: of the symbol that its beginning names, where it is still that of a book or a ticker. */
  #damaged(text: string): BareEvent {
    const name = BEGINNING.exec(text)?.[1];
    return name === undefined ? MALFORMED : { kind: FRAME.Malformed, symbol: this.#table.indexOf(name) };
  }
}

export const createParser = (symbols: readonly SymbolEntry[]): KrakenParser => new KrakenParser(symbols);

const BEGINNING = /^\{"channel":"(?:book|ticker)","type":"[a-z]+","data":\[\{"symbol":"([^"\\]+)"/;

/** Acknowledgements, pongs, errors. */
const isControl = (frame: Json): boolean =>
  typeof frame.method === 'string' || typeof frame.error === 'string' || typeof frame.Error === 'string';

function readBook(item: Json, entry: SymbolEntry, frame: BookFrame): boolean {
  const { bids, asks, checksum } = item;
  if (!readSide(bids, entry, frame, frame.bids) || !readSide(asks, entry, frame, frame.asks)) return false;
  // Without it nothing would tell of a missing update.
  if (typeof checksum !== 'string' || !/^(0|[1-9]\d{0,9})$/.test(checksum)) return false;
  frame.checksum = Number(checksum);
  return frame.checksum <= MAX_CHECKSUM && readTime(item, frame);
}

function readSide(levels: unknown, entry: SymbolEntry, frame: BookFrame, list: LevelList): boolean {
  if (!Array.isArray(levels)) return false;
  return levels.every(
    (level: unknown) => isObject(level) && readLevel(level.price, level.qty, entry, frame, list, true),
  );
}

/** Null stands for a side without orders. */
function readTop(item: Json, entry: SymbolEntry, frame: BookFrame): boolean {
  const { bid, bid_qty: bidQty, ask, ask_qty: askQty } = item;
  if (!(bid === null || readLevel(bid, bidQty, entry, frame, frame.bids, false))) return false;
  if (!(ask === null || readLevel(ask, askQty, entry, frame, frame.asks, false))) return false;
  return readTime(item, frame);
}

/** A number may have an exponent, which the scanner leaves to this reading. */
function readLevel(
  price: unknown,
  size: unknown,
  entry: SymbolEntry,
  frame: BookFrame,
  list: LevelList,
  keepEmpty: boolean,
): boolean {
  if (typeof price !== 'string' || typeof size !== 'string') return false;
  return fillLevel(entry, plainText(price), plainText(size), frame, list, keepEmpty);
}

function readTime({ timestamp }: Json, frame: BookFrame): boolean {
  if (timestamp === undefined) return true;
  frame.venueAt = parseIsoTime(timestamp);
  return !Number.isNaN(frame.venueAt);
}

/** An event without levels. */
interface BareEvent {
  readonly kind: FrameKind;
  readonly symbol: number;
}

const CONTROL: BareEvent = { kind: FRAME.Control, symbol: -1 };
const IGNORED: BareEvent = { kind: FRAME.Ignored, symbol: -1 };
const MALFORMED: BareEvent = { kind: FRAME.Malformed, symbol: -1 };

function put(out: FrameBatch, event: BareEvent): void {
  out.clear();
  const frame = out.add();
  frame.kind = event.kind;
  frame.symbol = event.symbol;
}
