/** Runs the venue's own recent frames through a spare parser, book and row before any row may turn live, since code is
 *  slow until it has run some thousand times. Bounded in time and done in slices. Thread: feed. */
import type { Clock } from '../core/clock.ts';
import { BookFrame, FRAME, FrameBatch } from '../core/frame.ts';
import { type FrameParser, type MarketStream, type SymbolEntry, VERDICT } from '../core/venue.ts';
import { QUOTE } from '../memory/layout.ts';
import { compose } from './compose.ts';
import { SymbolBook } from './symbol-book.ts';

/** Kept: this many frames, none longer than that. Whole-book snapshots are no steady state. */
const MAX_FRAMES = 64;
const MAX_FRAME_BYTES = 16_384;
/** Enough to begin; without as many, a quiet venue is waited for this long. */
const ENOUGH_FRAMES = 16;
const PATIENCE_MS = 300;
/** Parses in all, time in all, time a slice. */
const RUNS = 4_000;
const TOTAL_MS = 150;
const SLICE_MS = 5;

export class WarmUp {
  isDone = false;
  readonly #entries: readonly SymbolEntry[];
  /** As the venue's stream, but every delta applies, whatever its checksum: the frames are run over and over. */
  readonly #stream: MarketStream;
  readonly #clock: Clock;
  readonly #frames: Uint8Array[] = [];
  readonly #books = new Map<number, SymbolBook>();
  readonly #batch = new FrameBatch();
  readonly #words = new Float64Array(QUOTE.STRIDE);
  #parser: FrameParser | undefined;
  #readyAtMs = -1;
  #runs = 0;
  #spentMs = 0;

  constructor(stream: MarketStream, entries: readonly SymbolEntry[], clock: Clock) {
    const { checksum: _, ...unchecked } = stream;
    this.#stream = { ...unchecked, rule: { snapshotFrom: 'stream', judge: () => VERDICT.Apply } };
    this.#entries = entries;
    this.#clock = clock;
  }

  /** Keeps a copy of a frame that held book events. */
  offer(buffer: Uint8Array, start: number, end: number): void {
    if (this.#frames.length < MAX_FRAMES && end - start <= MAX_FRAME_BYTES) this.#frames.push(buffer.slice(start, end));
  }

  /** The first row is in sync: from here on there is something to be warm for. */
  onReady(): void {
    if (this.#readyAtMs < 0) this.#readyAtMs = this.#nowMs();
  }

  /** One slice. True when this slice was the last. */
  work(): boolean {
    if (this.isDone || this.#readyAtMs < 0) return false;
    const startMs = this.#nowMs();
    if (this.#frames.length < ENOUGH_FRAMES && startMs - this.#readyAtMs < PATIENCE_MS) return false;
    this.#parser ??= this.#stream.createParser(this.#entries);
    let spentMs = 0;
    while (this.#frames.length > 0 && this.#runs < RUNS && spentMs < SLICE_MS && this.#spentMs + spentMs < TOTAL_MS) {
      this.#run(this.#parser, this.#frames[this.#runs % this.#frames.length] as Uint8Array);
      this.#runs++;
      spentMs = this.#nowMs() - startMs;
    }
    this.#spentMs += spentMs;
    if (this.#frames.length > 0 && this.#runs < RUNS && this.#spentMs < TOTAL_MS) return false;
    this.isDone = true;
    this.#frames.length = 0;
    this.#books.clear();
    return true;
  }

  #run(parser: FrameParser, bytes: Uint8Array): void {
    parser.parse(bytes, 0, bytes.length, this.#batch);
    for (let index = 0; index < this.#batch.count; index++) {
      const frame = this.#batch.at(index);
      if (frame.symbol < 0 || (frame.kind !== FRAME.Delta && frame.kind !== FRAME.Top)) continue;
      const book = this.#bookOf(frame.symbol);
      book.onFrame(frame, this.#runs);
      compose(book, this.#words);
    }
  }

  #bookOf(symbol: number): SymbolBook {
    let book = this.#books.get(symbol);
    if (book === undefined) {
      book = new SymbolBook(this.#entries[symbol] as SymbolEntry, this.#stream);
      const empty = new BookFrame();
      empty.kind = FRAME.Snapshot;
      book.onFrame(empty, 0);
      this.#books.set(symbol, book);
    }
    return book;
  }

  #nowMs(): number {
    return this.#clock.monotonicNs() / 1e6;
  }
}
