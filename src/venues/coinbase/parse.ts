/** Frames of the market stream as book events: the byte scanner first, `JSON.parse` for whatever it declines.
 *  Thread: feed. Keeps no reference to the caller's buffer. Never throws.
 *  Over recordings only acknowledgements (and channels that we do not subscribe to) take the slow way. */
import { textIn } from '../../core/bytes.ts';
import { type BookFrame, FRAME, type FrameBatch, type FrameKind } from '../../core/frame.ts';
import { isId, isObject, type Json, parseObject } from '../../core/json.ts';
import { fillLevel } from '../../core/levels.ts';
import { TwoReadings } from '../../core/two-readings.ts';
import type { SymbolEntry } from '../../core/venue.ts';
import { NameTable } from './names.ts';
import { begin, scanFrame } from './scan.ts';
import { parseTime } from './times.ts';

/** What could not be read: the symbol where it is known, else -1. */
const UNREADABLE = -1;

export class CoinbaseParser extends TwoReadings {
  readonly #names: NameTable;

  constructor(symbols: readonly SymbolEntry[]) {
    super();
    this.#names = new NameTable(symbols);
  }

  tryFast(buffer: Uint8Array, start: number, end: number, out: FrameBatch): boolean {
    out.clear();
    return scanFrame(this.#names, buffer, start, end, out);
  }

  readJson(buffer: Uint8Array, start: number, end: number, out: FrameBatch): void {
    out.clear();
    const frame = parseObject(textIn(buffer, start, end));
    if (frame === undefined) return out.only(FRAME.Malformed, UNREADABLE);
    const { channel, sequence_num: sequence } = frame;
    if (isId(sequence)) out.connectionSeq = sequence;
    if (channel === 'l2_data') this.#readDepth(frame, out);
    else if (channel === 'subscriptions' || (channel === undefined && typeof frame.type === 'string')) {
      out.only(FRAME.Control, -1);
    } else out.only(typeof channel === 'string' ? FRAME.Ignored : FRAME.Malformed, -1);
  }

  /** Body of `GET /api/v3/brokerage/market/product_book`; the feed takes its books from the stream. */
  parseSnapshot(buffer: Uint8Array, start: number, end: number, symbol: number, out: FrameBatch): void {
    out.clear();
    const entry = this.#names.entries[symbol];
    const book = parseObject(textIn(buffer, start, end))?.pricebook;
    const frame = begin(out, FRAME.Snapshot, symbol, isObject(book) ? parseTime(book.time) : Number.NaN, -1);
    const isRead =
      entry !== undefined &&
      isObject(book) &&
      eachObject(book.bids, (level) => fillLevel(entry, level.price, level.size, frame, frame.bids, true)) &&
      eachObject(book.asks, (level) => fillLevel(entry, level.price, level.size, frame, frame.asks, true));
    if (!isRead) out.only(FRAME.Malformed, symbol);
  }

  #readDepth(frame: Json, out: FrameBatch): void {
    const { events, sequence_num: sequence, timestamp } = frame;
    const venueAt = timestamp === undefined ? Number.NaN : parseTime(timestamp);
    const isFramed = isId(sequence) && (timestamp === undefined || Number.isFinite(venueAt));
    if (!Array.isArray(events) || events.length === 0) return out.only(FRAME.Malformed, UNREADABLE);
    for (const event of events as readonly unknown[]) {
      const name = isObject(event) && typeof event.product_id === 'string' ? event.product_id : undefined;
      if (!isObject(event) || name === undefined) return out.only(FRAME.Malformed, UNREADABLE);
      const known = this.#names.indexOf(name);
      if (known < 0) out.add().kind = FRAME.UnknownSymbol;
      else if (!isFramed || !this.#readEvent(event, known, out, venueAt, sequence)) {
        // A frame is taken whole or not at all: what else it said of others, or of a twin, is lost with it.
        const isAlone = events.length === 1 && this.#names.second(known) < 0;
        return out.only(FRAME.Malformed, isAlone ? this.#names.first(known) : UNREADABLE);
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
