/** Everything that is known of one symbol's market at one venue: sequence, book, best-bid-offer overlay, checksums.
 *  Takes parsed frames, says what came of them, and leaves trust and resyncing to its owner. No input or output.
 *  Thread: feed. Steady state: no allocation, unless the venue sends checksums. */
import { type BookFrame, FRAME, lineOf } from '../core/frame.ts';
import type { MarketStream } from '../core/venue.ts';
import { Book, type BookDecimals } from './book.ts';
import { Sequencer, STEP, type Step } from './sequencer.ts';
import { TopOverlay } from './top-overlay.ts';

export const CHANGE = {
  /** Nothing changed for whoever reads the row. */
  None: 0,
  Book: 1,
  Top: 2,
  /** A snapshot (and what was buffered behind it) made the book whole. */
  Synced: 3,
  /** The book is out of sync from here on. */
  Gap: 4,
  /** A REST snapshot did not reach the first buffered event. */
  TooOld: 5,
  /** The venue's checksum of the book differs from ours; out of sync from here on. */
  BadChecksum: 6,
  /** The frame has more decimals than the grid; the book was left alone and is out of sync from here on. */
  OffGrid: 7,
} as const;
export type Change = (typeof CHANGE)[keyof typeof CHANGE];

const isOffGrid = (frame: BookFrame): boolean => frame.neededPriceDecimals > 0 || frame.neededSizeDecimals > 0;

export class SymbolBook {
  readonly book: Book;
  readonly top = new TopOverlay();
  /** Levels a side that the venue keeps in step, and that may be priced; absent: all. */
  readonly bookDepth: number | undefined;
  readonly sizedLevels: number | undefined;
  readonly #sequencer: Sequencer;
  readonly #stream: MarketStream;
  /** When top of book and depth were last confirmed, monotonic ns. */
  topAt = 0;
  depthAt = 0;
  /** Events applied to the book, snapshots included. */
  applied = 0;
  checksums = 0;
  checksumFailures = 0;

  constructor(decimals: BookDecimals, stream: MarketStream) {
    this.book = new Book(decimals);
    this.#sequencer = new Sequencer(stream.rule);
    this.#stream = stream;
    this.bookDepth = stream.bookDepth;
    this.sizedLevels = stream.sizedLevels;
  }

  get isSynced(): boolean {
    return this.#sequencer.isSynced;
  }

  /** Takes a Snapshot, Delta or Top of the stream. */
  onFrame(frame: BookFrame, receivedAt: number): Change {
    if (isOffGrid(frame)) return this.#offGrid();
    if (frame.kind === FRAME.Delta) return this.#onDelta(frame, receivedAt);
    if (frame.kind === FRAME.Top) return this.#onTop(frame, receivedAt);
    return this.#after(this.#sequencer.onStreamSnapshot(frame), frame, receivedAt);
  }

  onRestSnapshot(snapshot: BookFrame, receivedAt: number): Change {
    if (isOffGrid(snapshot)) return this.#offGrid();
    return this.#after(this.#sequencer.onRestSnapshot(snapshot), snapshot, receivedAt);
  }

  /** Forgets that the book was in sync: a snapshot must come. */
  invalidate(): void {
    this.#sequencer.invalidate();
    this.top.clear();
  }

  #offGrid(): Change {
    this.invalidate();
    return CHANGE.OffGrid;
  }

  #onDelta(frame: BookFrame, receivedAt: number): Change {
    const step = this.#sequencer.onDelta(frame);
    if (step === STEP.Gap) {
      this.top.clear();
      return CHANGE.Gap;
    }
    if (step !== STEP.Apply) return CHANGE.None;
    return this.#apply(frame, receivedAt) ? CHANGE.Book : CHANGE.BadChecksum;
  }

  #onTop(frame: BookFrame, receivedAt: number): Change {
    if (!this.isSynced || !this.top.tryTake(frame, this.book.lineSeq)) return CHANGE.None;
    this.topAt = receivedAt;
    return CHANGE.Top;
  }

  #after(step: Step, snapshot: BookFrame, receivedAt: number): Change {
    if (step === STEP.Gap) return CHANGE.Gap;
    if (step === STEP.TooOld) return CHANGE.TooOld;
    if (step !== STEP.Reset) return CHANGE.None;
    this.top.clear();
    this.book.applySnapshot(snapshot);
    if (!this.#check(snapshot, receivedAt)) return CHANGE.BadChecksum;
    for (const delta of this.#sequencer.replay) if (!this.#apply(delta, receivedAt)) return CHANGE.BadChecksum;
    return CHANGE.Synced;
  }

  #apply(delta: BookFrame, receivedAt: number): boolean {
    // Ids that fall (a maintenance reset) start the overlay's line anew, too.
    if (delta.lastSeq < this.book.lastSeq) this.top.clear();
    this.book.applyDelta(delta);
    if (this.bookDepth !== undefined) this.book.cut(this.bookDepth);
    return this.#check(delta, receivedAt);
  }

  /** Compares the checksum, where there is one. False: the book is out of sync. */
  #check(frame: BookFrame, receivedAt: number): boolean {
    this.applied++;
    this.depthAt = receivedAt;
    this.top.onBook(lineOf(frame));
    if (!this.top.isNewer) this.topAt = receivedAt;
    // Venues that gave the checksum up send 0 or nothing.
    if (this.#stream.checksum === undefined || Number.isNaN(frame.checksum) || frame.checksum === 0) return true;
    this.checksums++;
    if (this.#stream.checksum(this.book) === frame.checksum) return true;
    this.checksumFailures++;
    this.invalidate();
    return false;
  }
}
