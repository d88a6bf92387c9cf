/** The quote table: one seqlock row for each venue and instrument, conflating. One writer a row, any readers. */
import { type Layout, QUOTE } from './layout.ts';
import { type Payload, payloadFor } from './payload.ts';

/** Reads retried this often find the writer dead or stuck; the row is then suspect. */
export const READ_TRIES = 64;

const ROW_WORDS = QUOTE.STRIDE;

/** What tells one state of a venue's book from the next: its sequence, or the time of the frame where it has none. */
export function bookState(words: Float64Array, at = 0): number {
  const sequence = words[at + QUOTE.VENUE_SEQ] as number;
  return sequence >= 0 ? sequence : (words[at + QUOTE.RECEIVED_AT] as number);
}

/** A quote that nobody prices. */
function blankQuote(): Float64Array {
  const quote = new Float64Array(ROW_WORDS);
  quote[QUOTE.VENUE_AT] = Number.NaN;
  quote[QUOTE.VENUE_SEQ] = -1;
  quote[QUOTE.REASON] = -1;
  return quote;
}

/** Writes rows. Thread: the row's feed, alone. */
export class QuoteWriter {
  readonly #sequence: Int32Array;
  readonly #payload: Payload;
  readonly #base: number;

  constructor(buffer: SharedArrayBuffer, layout: Layout, payload: Payload = payloadFor(buffer)) {
    this.#sequence = new Int32Array(buffer);
    this.#payload = payload;
    this.#base = layout.rows / 8;
  }

  /** Publishes one version. `quote` has QUOTE.STRIDE words; its word 0 is ignored. */
  publish(row: number, quote: Float64Array): void {
    const at = this.#base + row * ROW_WORDS;
    const sequence = Atomics.load(this.#sequence, at * 2);
    // Odd: readers that see it, or that see it change under them, discard what they copied.
    Atomics.store(this.#sequence, at * 2, (sequence + 1) | 0);
    this.#payload.store(at, quote, ROW_WORDS);
    Atomics.store(this.#sequence, at * 2, (sequence + 2) | 0);
  }

  /** A writer that died between the two marks leaves its row odd for ever; the next incarnation starts it even, and
   *  blank (syncing, of no incarnation), since what stands in it is half one version and half another. */
  startEven(row: number): void {
    const at = this.#base + row * ROW_WORDS;
    const sequence = Atomics.load(this.#sequence, at * 2);
    if ((sequence & 1) === 0) return;
    this.#payload.store(at, blankQuote(), ROW_WORDS);
    Atomics.store(this.#sequence, at * 2, (sequence + 1) | 0);
  }
}

/** Reads rows by seqlock into private memory. */
export class QuoteReader {
  readonly #sequence: Int32Array;
  readonly #payload: Payload;
  readonly #base: number;

  constructor(buffer: SharedArrayBuffer, layout: Layout, payload: Payload = payloadFor(buffer)) {
    this.#sequence = new Int32Array(buffer);
    this.#payload = payload;
    this.#base = layout.rows / 8;
  }

  /** Copies a row into `target` at `targetOffset` (Float64 index); word 0 becomes the version read.
   *  False after READ_TRIES torn tries: `target` is then garbage and the row is suspect. */
  read(row: number, target: Float64Array, targetOffset = 0): boolean {
    const at = this.#base + row * ROW_WORDS;
    for (let attempt = 0; attempt < READ_TRIES; attempt++) {
      const before = Atomics.load(this.#sequence, at * 2);
      if ((before & 1) === 0) {
        this.#payload.load(at, target, targetOffset, ROW_WORDS);
        // The closing check: unchanged and even means that no store of the writer fell into our copy.
        if (Atomics.load(this.#sequence, at * 2) === before) {
          target[targetOffset] = before;
          return true;
        }
      }
      Atomics.pause();
    }
    return false;
  }

  /** The row's version alone. */
  version(row: number): number {
    return Atomics.load(this.#sequence, (this.#base + row * ROW_WORDS) * 2);
  }
}
