/** Decodes the binary market frames of Binance (SBE), bytes → book events.
 *  Thread: feed. Writes: the caller's batch. Steady state: no allocation.
 *  Schema: https://github.com/binance/binance-spot-api-docs/blob/master/sbe/schemas/stream_1_0.xml, little-endian; a later
 *  version may only make blocks longer and add to the end, so whatever is not known here is skipped by its stated length.
 *  A message names its symbol last: it is walked to its end before its levels are read. */

import { type BookFrame, FRAME, type FrameBatch, type LevelList } from '../../core/frame.ts';
import { levelShape } from '../../core/levels.ts';
import {
  gridValue,
  int64,
  neededDecimals,
  PLACED,
  readInt8,
  readInt64,
  readUint16,
  readUint32,
  toGrid,
} from '../../core/mantissa.ts';
import { SymbolTable } from '../../core/symbol-table.ts';
import type { FrameParser, SymbolEntry } from '../../core/venue.ts';
import { readSnapshotFast } from './parse.ts';
import { readSnapshotJson } from './parse-json.ts';

const SCHEMA = 1;
/** blockLength, templateId, schemaId, version. */
const HEADER = 8;
const TEMPLATE = { Trades: 10_000, BestBidAsk: 10_001, PartialDepth: 10_002, DepthDiff: 10_003 } as const;
/** Lengths of the root blocks in version 0; offsets of fields within them. */
const TRADES = { LENGTH: 18 } as const;
const TOP = { LENGTH: 50, SEQ: 8, EXPONENTS: 16, BID: 18, BID_SIZE: 26, ASK: 34, ASK_SIZE: 42 } as const;
const PARTIAL = { LENGTH: 18 } as const;
const DEPTH = { LENGTH: 26, FIRST: 8, LAST: 16, EXPONENTS: 24 } as const;
/** A level is a price and a size, a trade has an id and its side besides. */
const LEVEL_LENGTH = 16;
const TRADE_LENGTH = 25;
const OPEN_BRACE = 123;

export class SbeParser implements FrameParser {
  /** Frames of templates that version 0 does not have, and snapshots that took the `JSON.parse` path. */
  fallbacks = 0;
  readonly #table: SymbolTable;
  /** Of the message being read. */
  #bids = 0;
  #bidCount = 0;
  #bidLength = 0;
  #asks = 0;
  #askCount = 0;
  #askLength = 0;
  #priceExponent = 0;
  #sizeExponent = 0;
  #shape = 0;

  constructor(symbols: readonly SymbolEntry[]) {
    this.#table = new SymbolTable(symbols);
  }

  parse(buffer: Uint8Array, start: number, end: number, out: FrameBatch): void {
    out.clear();
    const frame = out.add();
    // Texts on this connection are acknowledgements and notices. A text has no zero byte, a block no length of 8 KiB.
    if (buffer[start] === OPEN_BRACE && end - start > 1 && buffer[start + 1] !== 0) frame.kind = FRAME.Control;
    else if (!this.#read(buffer, start, end, frame)) {
      const { symbol } = frame;
      frame.reset();
      frame.kind = FRAME.Malformed;
      frame.symbol = symbol;
    }
  }

  /** Snapshots come by REST, in JSON. */
  parseSnapshot(buffer: Uint8Array, start: number, end: number, symbol: number, out: FrameBatch): void {
    out.clear();
    const entry = this.#table.entries[symbol];
    if (entry === undefined) {
      out.add().kind = FRAME.UnknownSymbol;
      return;
    }
    if (readSnapshotFast(entry, symbol, buffer, start, end, out)) return;
    this.fallbacks++;
    readSnapshotJson(entry, symbol, buffer, start, end, out);
  }

  /** False for what is no message of this schema, with the frame as it may be by then. */
  #read(buffer: Uint8Array, start: number, end: number, frame: BookFrame): boolean {
    const root = start + HEADER;
    if (root > end || readUint16(buffer, start + 4) !== SCHEMA) return false;
    const length = readUint16(buffer, start);
    const isStrict = readUint16(buffer, start + 6) === 0;
    const after = root + length;
    if (after > end) return false;
    let at: number;
    switch (readUint16(buffer, start + 2)) {
      case TEMPLATE.DepthDiff:
        at = length < DEPTH.LENGTH ? -1 : this.#findLevels(buffer, after, end);
        return this.#findSymbol(buffer, at, end, isStrict, frame) && this.#readDepth(buffer, root, frame);
      case TEMPLATE.BestBidAsk:
        at = length < TOP.LENGTH ? -1 : after;
        return this.#findSymbol(buffer, at, end, isStrict, frame) && this.#readTop(buffer, root, frame);
      // Neither is subscribed to: trades are nothing for the book, and twenty levels are not the whole of it.
      case TEMPLATE.Trades:
        at = length < TRADES.LENGTH ? -1 : afterTrades(buffer, after, end);
        return this.#findSymbol(buffer, at, end, isStrict, frame);
      case TEMPLATE.PartialDepth:
        at = length < PARTIAL.LENGTH ? -1 : this.#findLevels(buffer, after, end);
        return this.#findSymbol(buffer, at, end, isStrict, frame);
      default:
        this.fallbacks++;
        return true;
    }
  }

  /** Notes where both groups of levels lie; the position after them, or -1. */
  #findLevels(buffer: Uint8Array, start: number, end: number): number {
    if (start + 4 > end) return -1;
    this.#bidLength = readUint16(buffer, start);
    this.#bidCount = readUint16(buffer, start + 2);
    this.#bids = start + 4;
    const next = this.#bids + this.#bidLength * this.#bidCount;
    if (next + 4 > end || (this.#bidCount > 0 && this.#bidLength < LEVEL_LENGTH)) return -1;
    this.#askLength = readUint16(buffer, next);
    this.#askCount = readUint16(buffer, next + 2);
    this.#asks = next + 4;
    const after = this.#asks + this.#askLength * this.#askCount;
    return after > end || (this.#askCount > 0 && this.#askLength < LEVEL_LENGTH) ? -1 : after;
  }

  /** Reads the name at the end of a message and looks it up; false where the message does not end as it should. */
  #findSymbol(buffer: Uint8Array, at: number, end: number, isStrict: boolean, frame: BookFrame): boolean {
    if (at < 0 || at >= end) return false;
    const nameEnd = at + 1 + (buffer[at] as number);
    if (nameEnd > end || (isStrict && nameEnd < end)) return false;
    frame.symbol = this.#table.find(buffer, at + 1, nameEnd);
    if (frame.symbol < 0) frame.kind = FRAME.UnknownSymbol;
    return true;
  }

  #readDepth(buffer: Uint8Array, root: number, frame: BookFrame): boolean {
    if (frame.symbol < 0) return true;
    const entry = this.#table.entries[frame.symbol] as SymbolEntry;
    if (!readTime(buffer, root, frame) || !readInt64(buffer, root + DEPTH.FIRST)) return false;
    frame.firstSeq = int64();
    if (!readInt64(buffer, root + DEPTH.LAST)) return false;
    frame.lastSeq = int64();
    if (frame.lastSeq < frame.firstSeq) return false;
    this.#readExponents(buffer, root + DEPTH.EXPONENTS);
    for (let n = 0, at = this.#bids; n < this.#bidCount; n++, at += this.#bidLength) {
      if (!this.#readLevel(buffer, at, at + 8, entry, frame, frame.bids, true)) return false;
    }
    for (let n = 0, at = this.#asks; n < this.#askCount; n++, at += this.#askLength) {
      if (!this.#readLevel(buffer, at, at + 8, entry, frame, frame.asks, true)) return false;
    }
    frame.kind = FRAME.Delta;
    return true;
  }

  #readTop(buffer: Uint8Array, root: number, frame: BookFrame): boolean {
    if (frame.symbol < 0) return true;
    const entry = this.#table.entries[frame.symbol] as SymbolEntry;
    if (!readTime(buffer, root, frame) || !readInt64(buffer, root + TOP.SEQ)) return false;
    frame.firstSeq = int64();
    frame.lastSeq = int64();
    this.#readExponents(buffer, root + TOP.EXPONENTS);
    if (!this.#readLevel(buffer, root + TOP.BID, root + TOP.BID_SIZE, entry, frame, frame.bids, false)) return false;
    if (!this.#readLevel(buffer, root + TOP.ASK, root + TOP.ASK_SIZE, entry, frame, frame.asks, false)) return false;
    frame.kind = FRAME.Top;
    return true;
  }

  #readExponents(buffer: Uint8Array, at: number): void {
    this.#priceExponent = readInt8(buffer, at);
    this.#sizeExponent = readInt8(buffer, at + 1);
    this.#shape = levelShape(Math.max(0, -this.#priceExponent), Math.max(0, -this.#sizeExponent));
  }

  /** One level; an empty one (size 0) is left out unless `keepEmpty`. False when a number is negative. */
  #readLevel(
    buffer: Uint8Array,
    priceAt: number,
    sizeAt: number,
    entry: SymbolEntry,
    frame: BookFrame,
    list: LevelList,
    keepEmpty: boolean,
  ): boolean {
    const pricePlaced = toGrid(buffer, priceAt, this.#priceExponent + entry.priceDecimals);
    const price = gridValue();
    const sizePlaced = toGrid(buffer, sizeAt, this.#sizeExponent + entry.sizeDecimals);
    const size = gridValue();
    const placed = pricePlaced | sizePlaced;
    if (placed !== PLACED.Exact) {
      if ((placed & PLACED.Negative) !== 0) return false;
      if ((placed & PLACED.Saturated) !== 0) frame.saturated = true;
      if ((pricePlaced & PLACED.OffGrid) !== 0) {
        const needed = neededDecimals(buffer, priceAt, this.#priceExponent);
        frame.neededPriceDecimals = Math.max(frame.neededPriceDecimals, needed);
      }
      if ((sizePlaced & PLACED.OffGrid) !== 0) {
        const needed = neededDecimals(buffer, sizeAt, this.#sizeExponent);
        frame.neededSizeDecimals = Math.max(frame.neededSizeDecimals, needed);
      }
    }
    if (keepEmpty || size > 0) list.push(price, size, this.#shape);
    return true;
  }
}

/** The position after a group of trades, whose dimensions are wider than those of levels; -1 when it does not fit. */
function afterTrades(buffer: Uint8Array, start: number, end: number): number {
  if (start + 6 > end) return -1;
  const length = readUint16(buffer, start);
  const count = readUint32(buffer, start + 2);
  const after = start + 6 + length * count;
  return after > end || (count > 0 && length < TRADE_LENGTH) ? -1 : after;
}

/** The event's time, µs on the wire, whole ms here. Every message begins with it. */
function readTime(buffer: Uint8Array, root: number, frame: BookFrame): boolean {
  if (!readInt64(buffer, root)) return false;
  frame.venueAt = Math.floor(int64() / 1000);
  return true;
}

export const createSbeParser = (symbols: readonly SymbolEntry[]): FrameParser => new SbeParser(symbols);
