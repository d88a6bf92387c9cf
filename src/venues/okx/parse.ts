/** Frames of the public stream as book events: the byte scanner first, `JSON.parse` for whatever it declines.
 *  Thread: feed. Keeps no reference to the caller's buffer. Never throws. */
import { ascii, expectBytes, textIn } from '../../core/bytes.ts';
import { type BookFrame, FRAME, type FrameBatch, type FrameKind } from '../../core/frame.ts';
import { isInteger, isObject, type Json, parseObject } from '../../core/json.ts';
import { fillLevels } from '../../core/levels.ts';
import { SymbolTable } from '../../core/symbol-table.ts';
import { TwoReadings } from '../../core/two-readings.ts';
import type { SymbolEntry } from '../../core/venue.ts';
import { Scanner } from './scan.ts';

const PONG = ascii('pong');

export class OkxParser extends TwoReadings {
  readonly #table: SymbolTable;
  readonly #scanner: Scanner;

  constructor(symbols: readonly SymbolEntry[]) {
    super();
    this.#table = new SymbolTable(symbols);
    this.#scanner = new Scanner(this.#table);
  }

  tryFast(buffer: Uint8Array, start: number, end: number, out: FrameBatch): boolean {
    out.clear();
    if (expectBytes(buffer, start, PONG) === end) {
      out.add().kind = FRAME.Control;
      return true;
    }
    return this.#scanner.tryScan(buffer, start, end, out);
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

  /** Body of `GET /api/v5/market/books`. */
  parseSnapshot(buffer: Uint8Array, start: number, end: number, symbol: number, out: FrameBatch): void {
    out.clear();
    const body = parseObject(textIn(buffer, start, end));
    const entry = this.#table.entries[symbol];
    if (body === undefined || body.code !== '0' || entry === undefined) out.only(FRAME.Malformed, symbol);
    else this.#readData(body.data, FRAME.Snapshot, symbol, out);
  }

  #readFrame(frame: Json, out: FrameBatch): void {
    if (typeof frame.event === 'string') return out.only(FRAME.Control, -1);
    const arg = frame.arg;
    if (!isObject(arg) || typeof arg.channel !== 'string') return out.only(FRAME.Malformed, -1);
    const kind = kindOf(arg.channel, frame.action);
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
    if (!fillLevels(entry, item.asks, frame, frame.asks) || !fillLevels(entry, item.bids, frame, frame.bids))
      return false;
    const { ts, seqId, prevSeqId, checksum } = item;
    if (ts !== undefined) {
      if (typeof ts !== 'string' || !/^(0|[1-9]\d{0,14})$/.test(ts)) return false;
      frame.venueAt = Number(ts);
    }
    if (seqId !== undefined) {
      if (!isInteger(seqId)) return false;
      frame.firstSeq = seqId + 0;
      frame.lastSeq = seqId + 0;
    }
    if (prevSeqId !== undefined) {
      if (!isInteger(prevSeqId)) return false;
      frame.prevSeq = prevSeqId + 0;
    }
    if (checksum !== undefined) {
      if (!isInteger(checksum)) return false;
      frame.checksum = checksum + 0;
    }
    return true;
  }
}

export const createParser = (symbols: readonly SymbolEntry[]): OkxParser => new OkxParser(symbols);

function kindOf(channel: string, action: unknown): FrameKind {
  if (channel === 'bbo-tbt') return FRAME.Top;
  if (channel !== 'books') return FRAME.Ignored;
  if (action === 'update') return FRAME.Delta;
  return action === 'snapshot' ? FRAME.Snapshot : FRAME.Malformed;
}
