/** Frames of Gate's public streams as book events: the byte scanner first, `JSON.parse` for whatever it declines, which
 *  is what no book hangs on: acknowledgements, pongs, and channels that the plan does not subscribe to.
 *  Thread: feed. Keeps no reference to the caller's buffer. Never throws. */
import { textIn } from '../../core/bytes.ts';
import { type BookFrame, FRAME, type FrameBatch, type FrameKind, type LevelList } from '../../core/frame.ts';
import { isId, isObject, type Json, parseObject, textOf } from '../../core/json.ts';
import { fillLevel, fillLevels } from '../../core/levels.ts';
import { SymbolTable } from '../../core/symbol-table.ts';
import { TwoReadings } from '../../core/two-readings.ts';
import type { SymbolEntry } from '../../core/venue.ts';
import { readFrameFast } from './scan.ts';

/** Depth with a full book first, 50 levels every 20 ms. */
export const STREAM_CHANNEL = 'spot.obu';
/** Depth changes alone; their base comes by REST. */
export const UPDATE_CHANNEL = 'spot.order_book_update';
export const TOP_CHANNEL = 'spot.book_ticker';

/** `ob.BTC_USDT.50` → `BTC_USDT`. */
export const pairOfStream = (name: string): string | undefined => /^ob\.(.*)\.[^.]*$/.exec(name)?.[1];

export class GateParser extends TwoReadings {
  readonly #table: SymbolTable;

  constructor(symbols: readonly SymbolEntry[]) {
    super();
    this.#table = new SymbolTable(symbols);
  }

  tryFast(buffer: Uint8Array, start: number, end: number, out: FrameBatch): boolean {
    out.clear();
    return readFrameFast(this.#table, buffer, start, end, out);
  }

  readJson(buffer: Uint8Array, start: number, end: number, out: FrameBatch): void {
    out.clear();
    const frame = out.add();
    const value = parseObject(textIn(buffer, start, end));
    frame.kind = value === undefined ? FRAME.Malformed : this.#readFrame(value, frame);
    if (frame.kind === FRAME.Malformed) out.only(FRAME.Malformed, frame.symbol);
  }

  /** Body of `GET /spot/order_book` with `with_id=true`. */
  parseSnapshot(buffer: Uint8Array, start: number, end: number, symbol: number, out: FrameBatch): void {
    out.clear();
    const frame = out.add();
    frame.symbol = symbol;
    const entry = this.#table.entries[symbol];
    const body = parseObject(textIn(buffer, start, end));
    const isRead =
      entry !== undefined &&
      body !== undefined &&
      readIds(frame, body.id, body.id, millisecondsOf(body.update)) &&
      fillLevels(entry, body.asks, frame, frame.asks) &&
      fillLevels(entry, body.bids, frame, frame.bids);
    if (isRead) frame.kind = FRAME.Snapshot;
    else out.only(FRAME.Malformed, symbol);
  }

  #readFrame(value: Json, frame: BookFrame): FrameKind {
    const channel = textOf(value, 'channel');
    if (channel === '') return isObject(value.header) ? FRAME.Control : FRAME.Malformed;
    // The documented examples of depth have no event at all.
    if (value.event !== undefined && value.event !== 'update') return FRAME.Control;
    if (channel !== STREAM_CHANNEL && channel !== UPDATE_CHANNEL && channel !== TOP_CHANNEL) {
      return value.event === 'update' ? FRAME.Ignored : FRAME.Control;
    }
    const result = value.result;
    if (!isObject(result) || typeof result.s !== 'string') return FRAME.Malformed;
    const pair = channel === STREAM_CHANNEL ? pairOfStream(result.s) : result.s;
    if (pair === undefined) return FRAME.Malformed;
    frame.symbol = this.#table.indexOf(pair);
    const entry = this.#table.entries[frame.symbol];
    if (entry === undefined) return FRAME.UnknownSymbol;
    return channel === TOP_CHANNEL ? readTicker(entry, result, frame) : readDepth(entry, result, frame);
  }
}

export const createParser = (symbols: readonly SymbolEntry[]): GateParser => new GateParser(symbols);

function readDepth(entry: SymbolEntry, result: Json, frame: BookFrame): FrameKind {
  const { full = false } = result;
  if (typeof full !== 'boolean') return FRAME.Malformed;
  const firstSeq = full ? result.u : result.U;
  if (!readIds(frame, firstSeq, result.u, result.t) || frame.firstSeq > frame.lastSeq) return FRAME.Malformed;
  const isRead =
    readSide(entry, result.b, frame, frame.bids) && //
    readSide(entry, result.a, frame, frame.asks);
  if (!isRead) return FRAME.Malformed;
  return full ? FRAME.Snapshot : FRAME.Delta;
}

/** A side without changes is left out: a change that no level shows moves the id alone. */
const readSide = (entry: SymbolEntry, levels: unknown, frame: BookFrame, list: LevelList): boolean =>
  levels === undefined || levels === null || fillLevels(entry, levels, frame, list);

function readTicker(entry: SymbolEntry, result: Json, frame: BookFrame): FrameKind {
  const isRead =
    readIds(frame, result.u, result.u, result.t) &&
    readBest(entry, result.b, result.B, frame, frame.bids) &&
    readBest(entry, result.a, result.A, frame, frame.asks);
  return isRead ? FRAME.Top : FRAME.Malformed;
}

/** An empty side may have no price. */
const readBest = (entry: SymbolEntry, price: unknown, size: unknown, frame: BookFrame, list: LevelList): boolean =>
  (price === '' && (size === '' || size === '0')) || fillLevel(entry, price, size, frame, list, false);

function readIds(frame: BookFrame, firstSeq: unknown, lastSeq: unknown, at: unknown): boolean {
  if (!isId(firstSeq) || !isId(lastSeq)) return false;
  frame.firstSeq = firstSeq;
  frame.lastSeq = lastSeq;
  if (at === undefined) return true;
  if (!isId(at)) return false;
  frame.venueAt = at;
  return true;
}

/** Bodies of older editions had seconds. */
const millisecondsOf = (at: unknown): unknown => (isId(at) && at > 1e12 ? at : undefined);
