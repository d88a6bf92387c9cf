/** Frames of the public stream as book events: the byte scanner first, `JSON.parse` for whatever it declines (changes that
 *  are not in the order of their sequence, channels that we do not ask for).
 *  Thread: feed. Keeps no reference to the caller's buffer. Never throws.
 *  https://www.kucoin.com/docs-new/3470068w0 (level 2), …/3470067w0 (level 1). Sequences have stayed far below 2^53; a
 *  longer one makes the frame malformed rather than being read inexactly. */
import { textIn } from '../../core/bytes.ts';
import { type BookFrame, FRAME, type FrameBatch, LEVEL_STRIDE } from '../../core/frame.ts';
import { isId, isObject, type Json, parseObject } from '../../core/json.ts';
import { fillLevel, fillLevels } from '../../core/levels.ts';
import { SymbolTable } from '../../core/symbol-table.ts';
import { TwoReadings } from '../../core/two-readings.ts';
import type { SymbolEntry } from '../../core/venue.ts';
import { Horizon } from './horizon.ts';
import { NO_TIME, Scanner } from './scan.ts';

const DEPTH_TOPIC = '/market/level2';
const TOP_TOPIC = '/spotMarket/level1';

export class KucoinParser extends TwoReadings {
  readonly #table: SymbolTable;
  readonly #scanner: Scanner;
  readonly #horizon: Horizon;

  constructor(symbols: readonly SymbolEntry[]) {
    super();
    this.#table = new SymbolTable(symbols);
    this.#scanner = new Scanner(this.#table);
    this.#horizon = new Horizon(symbols.length);
  }

  override parse(buffer: Uint8Array, start: number, end: number, out: FrameBatch): void {
    super.parse(buffer, start, end, out);
    this.#horizon.onFrame(out.at(0));
  }

  tryFast(buffer: Uint8Array, start: number, end: number, out: FrameBatch): boolean {
    out.clear();
    return this.#scanner.tryScan(buffer, start, end, out);
  }

  readJson(buffer: Uint8Array, start: number, end: number, out: FrameBatch): void {
    out.clear();
    const frame = parseObject(textIn(buffer, start, end));
    if (frame === undefined) out.only(FRAME.Malformed, -1);
    else this.#readFrame(frame, out);
  }

  /** Body of `GET /api/v1/market/orderbook/level2_100` (and of `/api/v3/market/orderbook/level2`, the whole book). */
  parseSnapshot(buffer: Uint8Array, start: number, end: number, symbol: number, out: FrameBatch): void {
    out.clear();
    const body = parseObject(textIn(buffer, start, end));
    const entry = this.#table.entries[symbol];
    const data = body?.code === '200000' ? body.data : undefined;
    if (entry === undefined || !isObject(data) || !fillSnapshot(data, entry, symbol, out.add())) {
      out.only(FRAME.Malformed, symbol);
      return;
    }
    this.#horizon.onSnapshot(out.at(0));
  }

  #readFrame(frame: Json, out: FrameBatch): void {
    const { type, topic, data } = frame;
    if (typeof type !== 'string') return out.only(FRAME.Malformed, -1);
    if (type !== 'message') return out.only(FRAME.Control, -1);
    if (typeof topic !== 'string') return out.only(FRAME.Malformed, -1);
    const colon = topic.indexOf(':');
    const channel = topic.slice(0, colon);
    const isTop = channel === TOP_TOPIC;
    if (!isTop && channel !== DEPTH_TOPIC) return out.only(FRAME.Ignored, -1);
    const name = topic.slice(colon + 1);
    const symbol = this.#table.indexOf(name);
    const entry = this.#table.entries[symbol];
    if (entry === undefined) return out.only(FRAME.UnknownSymbol, -1);
    const event = out.add();
    event.symbol = symbol;
    const isRead = isObject(data) && (isTop ? fillTop(data, entry, event) : fillDepth(data, name, entry, event));
    if (!isRead) out.only(FRAME.Malformed, symbol);
  }
}

export const createParser = (symbols: readonly SymbolEntry[]): KucoinParser => new KucoinParser(symbols);

function fillDepth(data: Json, name: string, entry: SymbolEntry, frame: BookFrame): boolean {
  const { changes, sequenceStart, sequenceEnd, symbol, time } = data;
  if (symbol !== undefined && symbol !== name) return false;
  if (!isId(sequenceStart) || !isId(sequenceEnd) || !isObject(changes)) return false;
  if (time !== undefined && !isId(time)) return false;
  frame.kind = FRAME.Delta;
  frame.firstSeq = sequenceStart;
  frame.lastSeq = sequenceEnd;
  frame.lineSeq = time ?? NO_TIME;
  if (time !== undefined) frame.venueAt = time;
  return fillSide(changes.asks, entry, frame, 'asks') && fillSide(changes.bids, entry, frame, 'bids');
}

const SEQUENCE = /^(0|[1-9]\d*)$/;

/** Levels with their sequence, put in its order: within one frame it says which word on a price is the last. */
function fillSide(levels: unknown, entry: SymbolEntry, frame: BookFrame, side: 'asks' | 'bids'): boolean {
  if (!Array.isArray(levels)) return false;
  const isChange = (level: unknown): boolean =>
    Array.isArray(level) && level.length === 3 && typeof level[2] === 'string' && SEQUENCE.test(level[2]);
  if (!levels.every(isChange)) return false;
  const ordered = (levels as [unknown, unknown, string][]).toSorted(([, , a], [, , b]) => compareIds(a, b));
  const list = frame[side];
  return ordered.every(([price, size]) => {
    if (!fillLevel(entry, price, size, frame, list, true)) return false;
    // Price 0 only says that the sequence moved.
    if (list.values[(list.count - 1) * LEVEL_STRIDE] === 0) list.count--;
    return true;
  });
}

/** Whole numbers without leading zeros, of any length. */
const compareIds = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);

function fillTop(data: Json, entry: SymbolEntry, frame: BookFrame): boolean {
  const { asks, bids, timestamp } = data;
  if (!isId(timestamp)) return false;
  frame.kind = FRAME.Top;
  frame.venueAt = timestamp;
  frame.lineSeq = timestamp;
  return fillBest(asks, entry, frame, 'asks') && fillBest(bids, entry, frame, 'bids');
}

function fillBest(level: unknown, entry: SymbolEntry, frame: BookFrame, side: 'asks' | 'bids'): boolean {
  if (!Array.isArray(level)) return false;
  if (level.length === 0) return true;
  return level.length === 2 && fillLevel(entry, level[0], level[1], frame, frame[side], false);
}

function fillSnapshot(data: Json, entry: SymbolEntry, symbol: number, frame: BookFrame): boolean {
  const { sequence, time } = data;
  const id = typeof sequence === 'string' && SEQUENCE.test(sequence) ? Number(sequence) : sequence;
  if (!isId(id) || (time !== undefined && !isId(time))) return false;
  frame.kind = FRAME.Snapshot;
  frame.symbol = symbol;
  frame.firstSeq = id;
  frame.lastSeq = id;
  frame.lineSeq = time ?? NO_TIME;
  if (time !== undefined) frame.venueAt = time;
  return fillLevels(entry, data.asks, frame, frame.asks) && fillLevels(entry, data.bids, frame, frame.bids);
}
