/** What a venue's parser makes of a frame: book events in caller-owned, reused memory. */

export const FRAME = {
  /** Nothing for the book (trades, candles, tickers). */
  Ignored: 0,
  /** Replaces the book. */
  Snapshot: 1,
  /** Changes levels; size 0 removes. */
  Delta: 2,
  /** Best bid and offer only. */
  Top: 3,
  /** Not market data: acks, errors, pongs, notices. Read the text with `MarketStream.readControl`. */
  Control: 4,
  /** Neither the fast path nor the fallback can read it. */
  Malformed: 5,
  /** Market data of a symbol that was not asked for. */
  UnknownSymbol: 6,
} as const;
export type FrameKind = (typeof FRAME)[keyof typeof FRAME];

/** Numbers a level: price, size, text shape (`priceTextDecimals * 64 + sizeTextDecimals`, for venue checksums). */
export const LEVEL_STRIDE = 3;

/** A growable list of levels in one Float64Array. */
export class LevelList {
  values = new Float64Array(64 * LEVEL_STRIDE);
  count = 0;

  clear(): void {
    this.count = 0;
  }

  push(price: number, size: number, shape: number): void {
    const at = this.count * LEVEL_STRIDE;
    if (at + LEVEL_STRIDE > this.values.length) {
      const grown = new Float64Array(this.values.length * 2);
      grown.set(this.values);
      this.values = grown;
    }
    this.values[at] = price;
    this.values[at + 1] = size;
    this.values[at + 2] = shape;
    this.count++;
  }
}

/** One book event. Sequence numbers are the venue's own; -1 where it sends none. */
export class BookFrame {
  kind: FrameKind = FRAME.Ignored;
  /** Index into the parser's symbols; -1 when it has none. */
  symbol = -1;
  /** First and last update that this event covers (Binance `U`/`u`); a single id stands in both. */
  firstSeq = -1;
  lastSeq = -1;
  /** The id that this event follows (OKX `prevSeqId`, Binance futures `pu`). */
  prevSeq = -1;
  /** Where the top of book and the depth of a venue count on ids of their own, the line on which both can be ordered
   *  (Bybit `seq`); -1: `lastSeq` serves. */
  lineSeq = -1;
  /** Venue time in ms; NaN where the frame has none. */
  venueAt = Number.NaN;
  /** A snapshot that tells of a change, so that its time is that of the change (the first one may be of any age). */
  isChange = false;
  /** The venue's checksum; NaN where the frame has none. */
  checksum = Number.NaN;
  readonly bids = new LevelList();
  readonly asks = new LevelList();
  /** A size was beyond 2^53 grid units and was cut there. */
  saturated = false;
  /** Decimals that the frame's numbers need when that is more than the grid holds; else 0. */
  neededPriceDecimals = 0;
  neededSizeDecimals = 0;

  reset(): void {
    this.kind = FRAME.Ignored;
    this.symbol = -1;
    this.firstSeq = -1;
    this.lastSeq = -1;
    this.prevSeq = -1;
    this.lineSeq = -1;
    this.venueAt = Number.NaN;
    this.isChange = false;
    this.checksum = Number.NaN;
    this.bids.clear();
    this.asks.clear();
    this.saturated = false;
    this.neededPriceDecimals = 0;
    this.neededSizeDecimals = 0;
  }
}

/** The events of one frame (nearly always one). Reused: `clear`, then `add` hands out a reset event. */
export class FrameBatch {
  readonly #frames: BookFrame[] = [new BookFrame()];
  count = 0;
  /** The frame's number on its connection, where the venue has one; else -1. */
  connectionSeq = -1;

  clear(): void {
    this.count = 0;
    this.connectionSeq = -1;
  }

  add(): BookFrame {
    let frame = this.#frames[this.count];
    if (frame === undefined) {
      frame = new BookFrame();
      this.#frames.push(frame);
    }
    frame.reset();
    this.count++;
    return frame;
  }

  /** Takes back the event that `add` handed out last. */
  drop(): void {
    this.count--;
  }

  /** One event without levels in the place of all; the frame's number stays. */
  only(kind: FrameKind, symbol: number): void {
    this.count = 0;
    const frame = this.add();
    frame.kind = kind;
    frame.symbol = symbol;
  }

  at(index: number): BookFrame {
    return this.#frames[index] as BookFrame;
  }
}

/** The id by which top of book and depth of one symbol are ordered; -1 where there is none. */
export const lineOf = (frame: BookFrame): number => (frame.lineSeq >= 0 ? frame.lineSeq : frame.lastSeq);
