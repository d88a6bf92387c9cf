/** Frames of the public stream as book events: the byte scanner first, `JSON.parse` for whatever it declines.
 *  Thread: feed. Keeps no reference to the caller's buffer. Never throws.
 *  https://www.bitget.com/api-doc/spot/websocket/public/Depth-Channel */
import { ascii, expectBytes, textIn } from '../../core/bytes.ts';
import { type BookFrame, FRAME, type FrameBatch, type FrameKind } from '../../core/frame.ts';
import { isInteger, isObject, type Json, parseObject, textOf } from '../../core/json.ts';
import { fillLevels } from '../../core/levels.ts';
import { SymbolTable } from '../../core/symbol-table.ts';
import { TwoReadings } from '../../core/two-readings.ts';
import type { SymbolEntry } from '../../core/venue.ts';
import { readFrameFast } from './scan.ts';
import { highHalf, lowHalf, SequenceLines, splitId } from './sequence-line.ts';

const PONG = ascii('pong');

export class BitgetParser extends TwoReadings {
  readonly #table: SymbolTable;
  readonly #lines: SequenceLines;

  constructor(symbols: readonly SymbolEntry[]) {
    super();
    this.#table = new SymbolTable(symbols);
    this.#lines = new SequenceLines(symbols.length);
  }

  tryFast(buffer: Uint8Array, start: number, end: number, out: FrameBatch): boolean {
    out.clear();
    if (expectBytes(buffer, start, PONG) !== end)
      return readFrameFast(this.#table, this.#lines, buffer, start, end, out);
    out.add().kind = FRAME.Control;
    return true;
  }

  readJson(buffer: Uint8Array, start: number, end: number, out: FrameBatch): void {
    out.clear();
    if (expectBytes(buffer, start, PONG) === end) {
      out.add().kind = FRAME.Control;
      return;
    }
    const frame = parseObject(textIn(buffer, start, end));
    if (frame === undefined) out.only(FRAME.Malformed, -1);
    else this.#readFrame(frame, out);
  }

  /** Body of `GET /api/v2/spot/market/orderbook`; it has no `seq`. */
  parseSnapshot(buffer: Uint8Array, start: number, end: number, symbol: number, out: FrameBatch): void {
    out.clear();
    const body = parseObject(textIn(buffer, start, end));
    const isAnswer = body !== undefined && body.code === '00000' && this.#table.entries[symbol] !== undefined;
    if (isAnswer) this.#readData([body.data], FRAME.Snapshot, symbol, out);
    else out.only(FRAME.Malformed, symbol);
  }

  #readFrame(frame: Json, out: FrameBatch): void {
    if (typeof frame.event === 'string') return out.only(FRAME.Control, -1);
    const arg = frame.arg;
    if (!isObject(arg) || typeof arg.channel !== 'string') return out.only(FRAME.Malformed, -1);
    const kind = kindOf(arg, frame.action);
    if (kind === FRAME.Ignored) return out.only(kind, -1);
    if (typeof arg.instId !== 'string') return out.only(FRAME.Malformed, -1);
    const symbol = this.#table.indexOf(arg.instId);
    if (symbol < 0) return out.only(FRAME.UnknownSymbol, symbol);
    if (kind === FRAME.Malformed) return out.only(kind, symbol);
    this.#readData(frame.data, kind, symbol, out);
  }

  #readData(data: unknown, kind: FrameKind, symbol: number, out: FrameBatch): void {
    if (!Array.isArray(data) || data.length === 0) return out.only(FRAME.Malformed, symbol);
    for (const item of data) {
      const frame = out.add();
      frame.kind = kind;
      frame.symbol = symbol;
      if (!isObject(item) || !this.#readBook(item, this.#table.entries[symbol] as SymbolEntry, frame)) {
        return out.only(FRAME.Malformed, symbol);
      }
    }
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
