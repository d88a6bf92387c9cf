/** Frames of the market stream as book events: the byte scanner first, `JSON.parse` for whatever it declines.
 *  Thread: feed. Keeps no reference to the caller's buffer. Never throws.
 *  Over recordings only acknowledgements (and channels that we do not subscribe to) take the slow way. */
import { type BookFrame, FRAME, type FrameBatch, type FrameKind } from '../../core/frame.ts';
import { isObject, type Json, parseObject } from '../../core/json.ts';
import { fillLevel } from '../../core/levels.ts';
import type { FrameParser, SymbolEntry } from '../../core/venue.ts';
import { NameTable } from './names.ts';
import { begin, scanFrame } from './scan.ts';
import { parseTime } from './times.ts';

/** What could not be read: the symbol where it is known, else -1. */
const UNREADABLE = -1;

export class CoinbaseParser implements FrameParser {
  fallbacks = 0;
  readonly #names: NameTable;

  constructor(symbols: readonly SymbolEntry[]) {
    this.#names = new NameTable(symbols);
  }

  parse(buffer: Uint8Array, start: number, end: number, out: FrameBatch): void {
    if (this.tryFast(buffer, start, end, out)) return;
    this.fallbacks++;
    this.readJson(buffer, start, end, out);
  }

  /** The fast reading alone. False: declined, `out` is of no use. */
  tryFast(buffer: Uint8Array, start: number, end: number, out: FrameBatch): boolean {
    out.clear();
    return scanFrame(this.#names, buffer, start, end, out);
  }

  /** The reading through `JSON.parse` alone; fills the same events. */
  readJson(buffer: Uint8Array, start: number, end: number, out: FrameBatch): void {
    out.clear();
    const frame = parseObject(decode(buffer, start, end));
    if (frame === undefined) return put(out, FRAME.Malformed, UNREADABLE);
    const { channel, sequence_num: sequence } = frame;
    if (isCount(sequence)) out.connectionSeq = sequence;
    if (channel === 'l2_data') this.#readDepth(frame, out);
    else if (channel === 'subscriptions' || (channel === undefined && typeof frame.type === 'string')) {
      put(out, FRAME.Control, -1);
    } else put(out, typeof channel === 'string' ? FRAME.Ignored : FRAME.Malformed, -1);
  }

  /** Body of `GET /api/v3/brokerage/market/product_book`; the feed takes its books from the stream. */
  parseSnapshot(buffer: Uint8Array, start: number, end: number, symbol: number, out: FrameBatch): void {
    out.clear();
    const entry = this.#names.entries[symbol];
    const book = parseObject(decode(buffer, start, end))?.pricebook;
    const frame = begin(out, FRAME.Snapshot, symbol, isObject(book) ? parseTime(book.time) : Number.NaN, -1);
    const isRead =
      entry !== undefined &&
      isObject(book) &&
      eachObject(book.bids, (level) => fillLevel(entry, level.price, level.size, frame, frame.bids, true)) &&
      eachObject(book.asks, (level) => fillLevel(entry, level.price, level.size, frame, frame.asks, true));
    if (!isRead) put(out, FRAME.Malformed, symbol);
  }

  #readDepth(frame: Json, out: FrameBatch): void {
    const { events, sequence_num: sequence, timestamp } = frame;
    const venueAt = timestamp === undefined ? Number.NaN : parseTime(timestamp);
    const isFramed = isCount(sequence) && (timestamp === undefined || Number.isFinite(venueAt));
    if (!Array.isArray(events) || events.length === 0) return put(out, FRAME.Malformed, UNREADABLE);
    for (const event of events as readonly unknown[]) {
      const name = isObject(event) && typeof event.product_id === 'string' ? event.product_id : undefined;
      if (!isObject(event) || name === undefined) return put(out, FRAME.Malformed, UNREADABLE);
      const known = this.#names.indexOf(name);
      if (known < 0) out.add().kind = FRAME.UnknownSymbol;
      else if (!isFramed || !this.#readEvent(event, known, out, venueAt, sequence)) {
        // A frame is taken whole or not at all: what else it said of others, or of a twin, is lost with it.
        const isAlone = events.length === 1 && this.#names.second(known) < 0;
        return put(out, FRAME.Malformed, isAlone ? this.#names.first(known) : UNREADABLE);
      }
    }
  }

  #readEvent(event: Json, name: number, out: FrameBatch, venueAt: number, sequence: number): boolean {
    const kind = kindOf(event.type);
    if (kind === undefined) return false;
    const first = this.#names.first(name);
    const second = this.#names.second(name);
    if (!this.#readBook(event.updates, first, begin(out, kind, first, venueAt, sequence))) return false;
    return second < 0 || this.#readBook(event.updates, second, begin(out, kind, second, venueAt, sequence));
  }

  #readBook(updates: unknown, symbol: number, frame: BookFrame): boolean {
    const entry = this.#names.entries[symbol] as SymbolEntry;
    return eachObject(updates, ({ side, price_level: price, new_quantity: size }) => {
      if (side !== 'bid' && side !== 'offer') return false;
      return fillLevel(entry, price, size, frame, side === 'bid' ? frame.bids : frame.asks, true);
    });
  }
}

export const createParser = (symbols: readonly SymbolEntry[]): CoinbaseParser => new CoinbaseParser(symbols);

function kindOf(type: unknown): FrameKind | undefined {
  if (type === 'update') return FRAME.Delta;
  return type === 'snapshot' ? FRAME.Snapshot : undefined;
}

function eachObject(list: unknown, read: (item: Json) => boolean): boolean {
  return Array.isArray(list) && list.every((item: unknown) => isObject(item) && read(item));
}

/** One event without levels in the place of all; the frame's number stays. */
function put(out: FrameBatch, kind: FrameKind, symbol: number): void {
  const { connectionSeq } = out;
  out.clear();
  out.connectionSeq = connectionSeq;
  const frame = out.add();
  frame.kind = kind;
  frame.symbol = symbol;
}

const decode = (buffer: Uint8Array, start: number, end: number): string =>
  Buffer.from(buffer.buffer, buffer.byteOffset + start, end - start).toString('utf8');

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
