/** The slow, strict reading of market frames through `JSON.parse`: any shape that the byte scanner declines. */
import { textIn } from '../../core/bytes.ts';
import { type BookFrame, FRAME, type FrameBatch } from '../../core/frame.ts';
import { isId, isObject, type Json } from '../../core/json.ts';
import { fillLevel, fillLevels } from '../../core/levels.ts';
import type { SymbolTable } from '../../core/symbol-table.ts';
import type { SymbolEntry } from '../../core/venue.ts';

/** Reads one frame of a market stream; always fills exactly one event. */
export function readFrameJson(
  table: SymbolTable,
  buffer: Uint8Array,
  start: number,
  end: number,
  out: FrameBatch,
): void {
  const frame = out.add();
  const value = parse(buffer, start, end);
  if (Array.isArray(value)) {
    frame.kind = FRAME.Ignored;
    return;
  }
  if (!isObject(value)) {
    frame.kind = FRAME.Malformed;
    return;
  }
  const enveloped = typeof value.stream === 'string' && 'data' in value;
  const payload = enveloped ? value.data : value;
  if (!isObject(payload)) {
    frame.kind = enveloped ? FRAME.Ignored : FRAME.Malformed;
    return;
  }
  const event = payload.e;
  if (event === 'depthUpdate') fillDelta(table, payload, frame);
  else if (event === 'bookTicker' || (event === undefined && isTicker(payload))) fillTop(table, payload, frame);
  else if (event === 'serverShutdown') frame.kind = FRAME.Control;
  else frame.kind = enveloped || typeof event === 'string' ? FRAME.Ignored : FRAME.Control;
}

/** Reads a REST depth snapshot; always fills exactly one event. */
export function readSnapshotJson(
  entry: SymbolEntry,
  symbol: number,
  buffer: Uint8Array,
  start: number,
  end: number,
  out: FrameBatch,
): void {
  const frame = out.add();
  const body = parse(buffer, start, end);
  const ok = isObject(body) && fillSnapshot(entry, body, frame);
  if (!ok) frame.reset();
  frame.kind = ok ? FRAME.Snapshot : FRAME.Malformed;
  frame.symbol = symbol;
}

function fillSnapshot(entry: SymbolEntry, body: Json, frame: BookFrame): boolean {
  const id = body.lastUpdateId;
  if (!isId(id)) return false;
  frame.firstSeq = id;
  frame.lastSeq = id;
  return (
    fillVenueAt(body, frame) &&
    fillLevels(entry, body.bids, frame, frame.bids) &&
    fillLevels(entry, body.asks, frame, frame.asks)
  );
}

function fillDelta(table: SymbolTable, payload: Json, frame: BookFrame): void {
  fillKnown(table, payload, frame, FRAME.Delta, (entry) => {
    const { U: first, u: last, pu: previous } = payload;
    if (!isId(first) || !isId(last) || (previous !== undefined && !isId(previous))) return false;
    frame.firstSeq = first;
    frame.lastSeq = last;
    if (previous !== undefined) frame.prevSeq = previous;
    return (
      fillVenueAt(payload, frame) &&
      fillLevels(entry, payload.b, frame, frame.bids) &&
      fillLevels(entry, payload.a, frame, frame.asks)
    );
  });
}

function fillTop(table: SymbolTable, payload: Json, frame: BookFrame): void {
  fillKnown(table, payload, frame, FRAME.Top, (entry) => {
    const id = payload.u;
    if (!isId(id)) return false;
    frame.firstSeq = id;
    frame.lastSeq = id;
    return (
      fillVenueAt(payload, frame) &&
      fillLevel(entry, payload.b, payload.B, frame, frame.bids, false) &&
      fillLevel(entry, payload.a, payload.A, frame, frame.asks, false)
    );
  });
}

/** Runs `fill` for a symbol of the table. A frame that names its symbol but is otherwise unreadable keeps the name,
 *  so that the right row loses its trust. */
function fillKnown(
  table: SymbolTable,
  payload: Json,
  frame: BookFrame,
  kind: BookFrame['kind'],
  fill: (entry: SymbolEntry) => boolean,
): void {
  const name = payload.s;
  if (typeof name !== 'string') {
    frame.kind = FRAME.Malformed;
    return;
  }
  const symbol = table.indexOf(name);
  const entry = table.entries[symbol];
  if (entry === undefined) {
    frame.kind = FRAME.UnknownSymbol;
    return;
  }
  if (fill(entry)) frame.kind = kind;
  else {
    frame.reset();
    frame.kind = FRAME.Malformed;
  }
  frame.symbol = symbol;
}

function fillVenueAt(payload: Json, frame: BookFrame): boolean {
  const at = payload.E;
  if (at === undefined) return true;
  if (!isId(at)) return false;
  frame.venueAt = at;
  return true;
}

function parse(buffer: Uint8Array, start: number, end: number): unknown {
  try {
    return JSON.parse(textIn(buffer, start, end));
  } catch {
    return undefined;
  }
}

const TICKER_KEYS = ['u', 's', 'b', 'B', 'a', 'A'];
const isTicker = (payload: Json): boolean => TICKER_KEYS.every((key) => key in payload);
