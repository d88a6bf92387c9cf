/** Frames of the public stream as book events: the byte scanner first, `JSON.parse` for whatever it declines.
 *  Thread: feed. Keeps no reference to the caller's buffer. Never throws.
 *  Topics `orderbook.<depth>.<symbol>` of any depth are read; depth 1 is the best bid and offer, every other one the book.
 *  Both count on ids of their own (`u`); the cross sequence `seq` orders them (`BookFrame.lineSeq`). */
import { textIn } from '../../core/bytes.ts';
import { type BookFrame, FRAME, type FrameBatch, type FrameKind } from '../../core/frame.ts';
import { isId, isObject, type Json, parseObject } from '../../core/json.ts';
import { fillLevels } from '../../core/levels.ts';
import { SymbolTable } from '../../core/symbol-table.ts';
import { TwoReadings } from '../../core/two-readings.ts';
import type { SymbolEntry } from '../../core/venue.ts';
import { scanFrame } from './scan.ts';
import { Tops } from './tops.ts';

/** Channels without a number for their depth (`orderbook.rpi.…`) are others. */
const BOOK_TOPIC = /^orderbook\.(\d+)\.(.+)$/;
const STATUS_TOPIC = 'system.status';

export class BybitParser extends TwoReadings {
  readonly #table: SymbolTable;
  readonly #tops: Tops;

  constructor(symbols: readonly SymbolEntry[]) {
    super();
    this.#table = new SymbolTable(symbols);
    this.#tops = new Tops(symbols.length);
  }

  tryFast(buffer: Uint8Array, start: number, end: number, out: FrameBatch): boolean {
    out.clear();
    const depth = scanFrame(this.#table, buffer, start, end, out);
    if (depth === 1) this.#tops.fold(out.at(0));
    return depth >= 0;
  }

  readJson(buffer: Uint8Array, start: number, end: number, out: FrameBatch): void {
    out.clear();
    const frame = out.add();
    const value = parseObject(textIn(buffer, start, end));
    const kind = value === undefined ? FRAME.Malformed : this.#readFrame(value, frame);
    if (kind !== undefined) out.only(kind, frame.symbol);
  }

  /** Body of `GET /v5/market/orderbook`. */
  parseSnapshot(buffer: Uint8Array, start: number, end: number, symbol: number, out: FrameBatch): void {
    out.clear();
    const frame = out.add();
    const entry = this.#table.entries[symbol];
    const body = parseObject(textIn(buffer, start, end));
    const result = body?.retCode === 0 && isObject(body.result) ? body.result : undefined;
    const isRead =
      entry !== undefined &&
      result !== undefined &&
      result.s === entry.symbol &&
      readTime(result.ts, frame) &&
      readBook(entry, result, frame);
    if (!isRead) frame.reset();
    frame.kind = isRead ? FRAME.Snapshot : FRAME.Malformed;
    frame.symbol = symbol;
  }

  /** Undefined when `frame` was filled; otherwise the kind of the event without levels that it amounts to. */
  #readFrame(value: Json, frame: BookFrame): FrameKind | undefined {
    const { topic, type, data } = value;
    if (topic === STATUS_TOPIC) return FRAME.Control;
    if (topic === undefined) return isControl(value) ? FRAME.Control : FRAME.Malformed;
    if (typeof topic !== 'string') return FRAME.Malformed;
    const [, depth, name = ''] = BOOK_TOPIC.exec(topic) ?? [];
    if (depth === undefined) return FRAME.Ignored;
    const symbol = this.#table.indexOf(name);
    const entry = this.#table.entries[symbol];
    if (entry === undefined) return FRAME.UnknownSymbol;
    // Which of two names is the damaged one cannot be told.
    if (isObject(data) && data.s !== name) return FRAME.Malformed;
    frame.symbol = symbol;
    if (!isObject(data) || (type !== 'snapshot' && type !== 'delta')) return FRAME.Malformed;
    if (!readTime(value.ts, frame) || !readBook(entry, data, frame)) return FRAME.Malformed;
    frame.kind = type === 'snapshot' ? FRAME.Snapshot : FRAME.Delta;
    if (Number(depth) === 1) this.#tops.fold(frame);
    return undefined;
  }
}

export const createParser = (symbols: readonly SymbolEntry[]): BybitParser => new BybitParser(symbols);

/** Answers to operations: their own key of success differs from socket to socket. */
const isControl = (value: Json): boolean => 'op' in value || 'success' in value || 'ret_msg' in value;

function readBook(entry: SymbolEntry, data: Json, frame: BookFrame): boolean {
  const { u, seq } = data;
  if (!isId(u) || (seq !== undefined && !isId(seq))) return false;
  frame.firstSeq = u;
  frame.lastSeq = u;
  frame.lineSeq = seq ?? -1;
  return fillLevels(entry, data.b, frame, frame.bids) && fillLevels(entry, data.a, frame, frame.asks);
}

/** When the venue made the frame; one page of the documentation has it as text. */
function readTime(ts: unknown, frame: BookFrame): boolean {
  if (ts === undefined) return true;
  const time = typeof ts === 'string' && /^\d{1,15}$/.test(ts) ? Number(ts) : ts;
  if (!isId(time)) return false;
  frame.venueAt = time;
  return true;
}
