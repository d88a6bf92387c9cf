/** One symbol's full book on its instrument's grid.
 *  Thread: feed. Steady state: no allocation. */
import { formatFixed } from '../core/decimal.ts';
import { type BookFrame, lineOf } from '../core/frame.ts';
import { GRID_MAX } from '../core/units.ts';
import type { ChecksumSource } from '../core/venue.ts';
import { BookSide } from './book-side.ts';

export interface BookDecimals {
  readonly priceDecimals: number;
  readonly sizeDecimals: number;
}

export class Book implements ChecksumSource {
  readonly bids = new BookSide(1);
  readonly asks = new BookSide(-1);
  /** Id of the newest event in the book; -1 when the venue sends none. */
  lastSeq = -1;
  /** Its place on the line that the top of book counts on, too; -1 when there is none. */
  lineSeq = -1;
  /** Venue time of that event, ms; NaN where it has none. */
  venueAt = Number.NaN;
  readonly #decimals: BookDecimals;

  constructor(decimals: BookDecimals) {
    this.#decimals = decimals;
  }

  clear(): void {
    this.bids.clear();
    this.asks.clear();
    this.lastSeq = -1;
    this.lineSeq = -1;
    this.venueAt = Number.NaN;
  }

  applySnapshot(frame: BookFrame): void {
    this.bids.replace(frame.bids);
    this.asks.replace(frame.asks);
    this.lastSeq = frame.lastSeq;
    this.lineSeq = lineOf(frame);
    this.venueAt = frame.venueAt;
  }

  applyDelta(frame: BookFrame): void {
    this.bids.apply(frame.bids);
    this.asks.apply(frame.asks);
    this.lastSeq = frame.lastSeq;
    this.lineSeq = lineOf(frame);
    this.venueAt = frame.venueAt;
  }

  /** Keeps the best `depth` levels of each side. */
  cut(depth: number): void {
    this.bids.cut(depth);
    this.asks.cut(depth);
  }

  /** Best bid above best ask: no venue's book stands like that while it trades. */
  get isCrossed(): boolean {
    return this.bids.count > 0 && this.asks.count > 0 && this.bids.price(0) > this.asks.price(0);
  }

  /** Levels whose size (or price) was cut at 2^53 - 1 grid units. */
  countSaturated(): number {
    let found = 0;
    for (const side of [this.bids, this.asks]) {
      for (let index = 0; index < side.count; index++) {
        if (side.size(index) >= GRID_MAX || side.price(index) >= GRID_MAX) found++;
      }
    }
    return found;
  }

  get bidCount(): number {
    return this.bids.count;
  }

  get askCount(): number {
    return this.asks.count;
  }

  bidText(index: number): readonly [price: string, size: string] {
    return this.#text(this.bids, index);
  }

  askText(index: number): readonly [price: string, size: string] {
    return this.#text(this.asks, index);
  }

  #text(side: BookSide, index: number): readonly [price: string, size: string] {
    const shape = side.shape(index);
    return [
      textAs(side.price(index), this.#decimals.priceDecimals, Math.floor(shape / 64)),
      textAs(side.size(index), this.#decimals.sizeDecimals, shape % 64),
    ];
  }
}

/** A grid value with as many decimals as the venue wrote. */
function textAs(value: number, gridDecimals: number, textDecimals: number): string {
  const text = formatFixed(BigInt(value), gridDecimals);
  if (textDecimals === gridDecimals) return text;
  if (textDecimals > gridDecimals) {
    return `${gridDecimals === 0 ? `${text}.` : text}${'0'.repeat(textDecimals - gridDecimals)}`;
  }
  // The digits left out are zeros, else the text would have had them. Without decimals the point goes too.
  return text.slice(0, text.length - (gridDecimals - textDecimals) - (textDecimals === 0 ? 1 : 0));
}
