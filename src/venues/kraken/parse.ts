/** Frames of the public stream as book events: the byte scanner first, `JSON.parse` for whatever it declines.
 *  Thread: feed. Keeps no reference to the caller's buffer. Never throws.
 *  https://docs.kraken.com/api/docs/websocket-v2/book, …/ticker */
import { textIn } from '../../core/bytes.ts';
import { plainText } from '../../core/decimal-text.ts';
import { type BookFrame, FRAME, type FrameBatch, type LevelList } from '../../core/frame.ts';
import { isObject, type Json, parseNumberTexts } from '../../core/json.ts';
import { fillLevel } from '../../core/levels.ts';
import { SymbolTable } from '../../core/symbol-table.ts';
import { TwoReadings } from '../../core/two-readings.ts';
import type { SymbolEntry } from '../../core/venue.ts';
import { parseIsoTime } from './iso-time.ts';
import { MAX_CHECKSUM, tryScan } from './scan.ts';

export class KrakenParser extends TwoReadings {
  readonly #table: SymbolTable;

  constructor(symbols: readonly SymbolEntry[]) {
    super();
    this.#table = new SymbolTable(symbols);
  }

  tryFast(buffer: Uint8Array, start: number, end: number, out: FrameBatch): boolean {
    out.clear();
    return tryScan(this.#table, buffer, start, end, out);
  }

  readJson(buffer: Uint8Array, start: number, end: number, out: FrameBatch): void {
    out.clear();
    const text = textIn(buffer, start, end);
    const frame = parseNumberTexts(text);
    if (isObject(frame)) this.#readFrame(frame, out);
    else out.only(FRAME.Malformed, this.#namedIn(text));
  }

  /** Books come with the subscription; nothing is fetched. */
  parseSnapshot(_buffer: Uint8Array, _start: number, _end: number, symbol: number, out: FrameBatch): void {
    out.clear();
    out.only(FRAME.Malformed, symbol);
  }

  #readFrame(frame: Json, out: FrameBatch): void {
    const { channel, type, data } = frame;
    if (channel === undefined) return out.only(isControl(frame) ? FRAME.Control : FRAME.Malformed, -1);
    if (channel === 'status') return out.only(FRAME.Control, -1);
    if (channel !== 'book' && channel !== 'ticker') {
      return out.only(typeof channel === 'string' ? FRAME.Ignored : FRAME.Malformed, -1);
    }
    const kind = channel === 'ticker' ? FRAME.Top : type === 'update' ? FRAME.Delta : FRAME.Snapshot;
    if (!Array.isArray(data) || data.length === 0) return out.only(FRAME.Malformed, -1);
    for (const item of data) {
      const symbol = isObject(item) && typeof item.symbol === 'string' ? this.#table.indexOf(item.symbol) : undefined;
      if (symbol === undefined) return out.only(FRAME.Malformed, -1);
      if (symbol < 0) return out.only(FRAME.UnknownSymbol, symbol);
      if (type !== 'update' && type !== 'snapshot') return out.only(FRAME.Malformed, symbol);
      const event = out.add();
      event.kind = kind;
      event.symbol = symbol;
      const entry = this.#table.entries[symbol] as SymbolEntry;
      const isRead = kind === FRAME.Top ? readTop(item, entry, event) : readBook(item, entry, event);
      if (!isRead) return out.only(FRAME.Malformed, symbol);
    }
  }

  /** The symbol that the beginning of what is no JSON names, where that is still the one of a book or a ticker. */
  #namedIn(text: string): number {
    const name = BEGINNING.exec(text)?.[1];
    return name === undefined ? -1 : this.#table.indexOf(name);
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
