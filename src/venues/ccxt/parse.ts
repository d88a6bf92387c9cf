/** Frames of a ccxt worker as book events; the shape is described in `frames.ts`. Thread: feed. Keeps no reference to the
 *  caller's buffer. Never throws. Steady state of the fast path: no allocation. */
import { ascii, expectBytes, findQuote, integer, readInteger, textIn } from '../../core/bytes.ts';
import { type BookFrame, FRAME, type FrameBatch } from '../../core/frame.ts';
import { type Json, parseObject, textOf } from '../../core/json.ts';
import { fillLevels, readLevels } from '../../core/levels.ts';
import { SymbolTable } from '../../core/symbol-table.ts';
import { TwoReadings } from '../../core/two-readings.ts';
import type { SymbolEntry } from '../../core/venue.ts';

const HEAD = ascii('{"s":"');
const NONCE = ascii('","n":');
const NO_NONCE = ascii('","n":-1');
const TIME = ascii(',"t":');
const CHANGE = ascii(',"u":');
const BIDS = ascii(',"b":[');
const ASKS = ascii(',"a":[');
const END = ascii('}');

export class CcxtParser extends TwoReadings {
  readonly #table: SymbolTable;

  constructor(symbols: readonly SymbolEntry[]) {
    super();
    this.#table = new SymbolTable(symbols);
  }

  /** Books always come with the stream. */
  parseSnapshot(_buffer: Uint8Array, _start: number, _end: number, symbol: number, out: FrameBatch): void {
    out.clear();
    out.only(FRAME.Malformed, symbol);
  }

  tryFast(buffer: Uint8Array, start: number, end: number, out: FrameBatch): boolean {
    out.clear();
    const nameStart = expectBytes(buffer, start, HEAD);
    const nameEnd = findQuote(buffer, nameStart, end);
    if (nameEnd < 0) return false;
    const symbol = this.#table.find(buffer, nameStart, nameEnd);
    if (symbol < 0) return false;
    const entry = this.#table.entries[symbol] as SymbolEntry;
    const frame = out.add();
    frame.kind = FRAME.Snapshot;
    frame.symbol = symbol;
    let at = expectBytes(buffer, nameEnd, NO_NONCE);
    if (at < 0) {
      at = readInteger(buffer, expectBytes(buffer, nameEnd, NONCE));
      frame.firstSeq = integer();
      frame.lastSeq = integer();
    }
    at = readInteger(buffer, expectBytes(buffer, at, TIME));
    // A venue that does not say its time leaves it open.
    if (at >= 0 && integer() > 0) frame.venueAt = integer();
    at = readInteger(buffer, expectBytes(buffer, at, CHANGE));
    frame.isChange = integer() === 1;
    at = readLevels(buffer, expectBytes(buffer, at, BIDS), end, entry, frame, frame.bids);
    at = readLevels(buffer, expectBytes(buffer, at, ASKS), end, entry, frame, frame.asks);
    return expectBytes(buffer, at, END) === end;
  }

  readJson(buffer: Uint8Array, start: number, end: number, out: FrameBatch): void {
    out.clear();
    const frame = out.add();
    const body = parseObject(textIn(buffer, start, end));
    if (body?.renew === true) {
      frame.kind = FRAME.Control;
      return;
    }
    if (body === undefined || textOf(body, 's') === '') {
      frame.kind = FRAME.Malformed;
      return;
    }
    const symbol = this.#table.indexOf(textOf(body, 's'));
    if (typeof body.refused === 'string') frame.kind = FRAME.Control;
    else if (symbol < 0) frame.kind = FRAME.UnknownSymbol;
    else {
      frame.symbol = symbol;
      // A delta that never follows: the sequence rule makes it a gap.
      if (typeof body.lost === 'string') frame.kind = FRAME.Delta;
      else if (!this.#readBook(body, this.#table.entries[symbol] as SymbolEntry, frame)) {
        out.only(FRAME.Malformed, symbol);
      }
    }
  }

  #readBook(body: Json, entry: SymbolEntry, frame: BookFrame): boolean {
    const { n, t, u, b, a } = body;
    frame.kind = FRAME.Snapshot;
    if (!Number.isSafeInteger(n) || !Number.isSafeInteger(t) || (t as number) < 0 || (n as number) < -1) return false;
    if ((n as number) >= 0) {
      frame.firstSeq = n as number;
      frame.lastSeq = n as number;
    }
    frame.isChange = u === 1;
    if ((t as number) > 0) frame.venueAt = t as number;
    return fillLevels(entry, b, frame, frame.bids) && fillLevels(entry, a, frame, frame.asks);
  }
}

export const createParser = (symbols: readonly SymbolEntry[]): CcxtParser => new CcxtParser(symbols);
