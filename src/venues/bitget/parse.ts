/** Frames of the public stream as book events: the byte scanner first, `JSON.parse` for whatever it declines.
 *  Thread: feed. Keeps no reference to the caller's buffer. Never throws.
 *  https://www.bitget.com/api-doc/spot/websocket/public/Depth-Channel */
import { type BookFrame, FRAME, type FrameBatch, type FrameKind } from '../../core/frame.ts';
import { isObject, type Json, parseObject, textOf } from '../../core/json.ts';
import { fillLevels } from '../../core/levels.ts';
import { SymbolTable } from '../../core/symbol-table.ts';
import type { FrameParser, SymbolEntry } from '../../core/venue.ts';
import { readFrameFast } from './scan.ts';
import { highHalf, lowHalf, SequenceLines, splitId } from './sequence-line.ts';

const PONG = [112, 111, 110, 103] as const;

export class BitgetParser implements FrameParser {
  fallbacks = 0;
  readonly #table: SymbolTable;
  readonly #lines: SequenceLines;

  constructor(symbols: readonly SymbolEntry[]) {
    this.#table = new SymbolTable(symbols);
    this.#lines = new SequenceLines(symbols.length);
  }

  parse(buffer: Uint8Array, start: number, end: number, out: FrameBatch): void {
    if (this.tryFast(buffer, start, end, out)) return;
    this.fallbacks++;
    this.readJson(buffer, start, end, out);
  }

  /** The fast reading alone. False: declined, `out` is empty. */
  tryFast(buffer: Uint8Array, start: number, end: number, out: FrameBatch): boolean {
    out.clear();
    if (!isPong(buffer, start, end)) return readFrameFast(this.#table, this.#lines, buffer, start, end, out);
    out.add().kind = FRAME.Control;
    return true;
  }

  /** The reading through `JSON.parse` alone; fills the same events. */
  readJson(buffer: Uint8Array, start: number, end: number, out: FrameBatch): void {
    out.clear();
    if (isPong(buffer, start, end)) {
      out.add().kind = FRAME.Control;
      return;
    }
    const frame = parseObject(decode(buffer, start, end));
    const bare = frame === undefined ? MALFORMED : this.#readFrame(frame, out);
    if (bare !== undefined) put(out, bare);
  }

  /** Body of `GET /api/v2/spot/market/orderbook`; it has no `seq`. */
  parseSnapshot(buffer: Uint8Array, start: number, end: number, symbol: number, out: FrameBatch): void {
    out.clear();
    const body = parseObject(decode(buffer, start, end));
    const isAnswer = body !== undefined && body.code === '00000' && this.#table.entries[symbol] !== undefined;
    const bare = isAnswer
      ? this.#readData([body.data], FRAME.Snapshot, symbol, out)
      : { kind: FRAME.Malformed, symbol };
    if (bare !== undefined) put(out, bare);
  }

  /** Undefined when `out` was filled; otherwise the one event without levels that the frame amounts to. */
  #readFrame(frame: Json, out: FrameBatch): BareEvent | undefined {
    if (typeof frame.event === 'string') return { kind: FRAME.Control, symbol: -1 };
    const arg = frame.arg;
    if (!isObject(arg) || typeof arg.channel !== 'string') return MALFORMED;
    const kind = kindOf(arg, frame.action);
    if (kind === FRAME.Ignored) return { kind, symbol: -1 };
    if (typeof arg.instId !== 'string') return MALFORMED;
    const symbol = this.#table.indexOf(arg.instId);
    if (symbol < 0) return { kind: FRAME.UnknownSymbol, symbol };
    if (kind === FRAME.Malformed) return { kind, symbol };
    return this.#readData(frame.data, kind, symbol, out);
  }

  #readData(data: unknown, kind: FrameKind, symbol: number, out: FrameBatch): BareEvent | undefined {
    const malformed = { kind: FRAME.Malformed, symbol };
    if (!Array.isArray(data) || data.length === 0) return malformed;
    for (const item of data) {
      const frame = out.add();
      frame.kind = kind;
      frame.symbol = symbol;
      if (!isObject(item) || !this.#readBook(item, this.#table.entries[symbol] as SymbolEntry, frame)) return malformed;
    }
    return undefined;
  }

  #readBook(item: Json, entry: SymbolEntry, frame: BookFrame): boolean {
    if (!fillLevels(entry, item.asks, frame, frame.asks) || !fillLevels(entry, item.bids, frame, frame.bids)) {
      return false;
    }
    const { ts, seq, pseq, checksum } = item;
    if (ts !== undefined) {
      if (typeof ts !== 'string' || !/^(0|[1-9]\d*)$/.test(ts) || !Number.isSafeInteger(Number(ts))) return false;
      frame.venueAt = Number(ts);
    }
    if (checksum !== undefined) {
      if (!isInteger(checksum)) return false;
      frame.checksum = checksum + 0;
    }
    let previousHigh = -1;
    let previousLow = -1;
    if (pseq !== undefined) {
      if (!splitId(pseq)) return false;
      previousHigh = highHalf();
      previousLow = lowHalf();
    }
    if (seq === undefined) return true;
    return splitId(seq) && this.#lines.place(frame, highHalf(), lowHalf(), previousHigh, previousLow);
  }
}

export const createParser = (symbols: readonly SymbolEntry[]): BitgetParser => new BitgetParser(symbols);

function kindOf(arg: Json, action: unknown): FrameKind {
  const channel = textOf(arg, 'channel');
  if (arg.instType !== 'SPOT' || (channel !== 'books' && channel !== 'books1')) return FRAME.Ignored;
  if (action === 'snapshot') return channel === 'books' ? FRAME.Snapshot : FRAME.Top;
  return action === 'update' && channel === 'books' ? FRAME.Delta : FRAME.Malformed;
}

/** An event without levels. */
interface BareEvent {
  readonly kind: FrameKind;
  readonly symbol: number;
}

const MALFORMED: BareEvent = { kind: FRAME.Malformed, symbol: -1 };

function put(out: FrameBatch, event: BareEvent): void {
  out.clear();
  const frame = out.add();
  frame.kind = event.kind;
  frame.symbol = event.symbol;
}

const decode = (buffer: Uint8Array, start: number, end: number): string =>
  Buffer.from(buffer.buffer, buffer.byteOffset + start, end - start).toString('utf8');

const isInteger = (value: unknown): value is number => Number.isSafeInteger(value);

const isPong = (buffer: Uint8Array, start: number, end: number): boolean =>
  end - start === 4 &&
  buffer[start] === PONG[0] &&
  buffer[start + 1] === PONG[1] &&
  buffer[start + 2] === PONG[2] &&
  buffer[start + 3] === PONG[3];
