/** How far a book is known. The snapshot that needs no key has 100 levels a side, and levels beyond them come to be known
 *  only when they change. A book grown from it tells the truth of every level that it holds, but once the market has moved
 *  through most of those 100 it lacks levels near the top; then a fresh one is due. The best bid and offer tell.
 *  Thread: feed. Steady state: no allocation. */
import { type BookFrame, FRAME, LEVEL_STRIDE, type LevelList } from '../../core/frame.ts';

/** Levels a side of `level2_100`; a side with fewer, or with more (the whole book), is whole. */
const SNAPSHOT_LEVELS = 100;
/** A fresh book is wanted when the best price has passed this level of the snapshot: 30 are still known then. */
const LAST_LEVEL = 70;

/** Stands in `prevSeq` of the delta that shall be answered with a fresh snapshot: the rule calls it a gap. */
export const BEYOND_HORIZON = -2;

export class Horizon {
  /** Two prices a symbol, beyond which the best bid and the best offer must not go. */
  readonly #limits: Float64Array;
  readonly #isPassed: Uint8Array;

  constructor(symbols: number) {
    this.#limits = new Float64Array(symbols * 2);
    this.#isPassed = new Uint8Array(symbols);
    for (let symbol = 0; symbol < symbols; symbol++) this.#clear(symbol);
  }

  onSnapshot(snapshot: BookFrame): void {
    const { symbol } = snapshot;
    this.#clear(symbol);
    if (snapshot.bids.count === SNAPSHOT_LEVELS) this.#limits[symbol * 2] = priceAt(snapshot.bids);
    if (snapshot.asks.count === SNAPSHOT_LEVELS) this.#limits[symbol * 2 + 1] = priceAt(snapshot.asks);
  }

  onFrame(frame: BookFrame): void {
    const { kind, symbol } = frame;
    if (kind === FRAME.Top) {
      const bid = frame.bids.count > 0 ? (frame.bids.values[0] as number) : Number.POSITIVE_INFINITY;
      const ask = frame.asks.count > 0 ? (frame.asks.values[0] as number) : 0;
      if (bid < (this.#limits[symbol * 2] as number) || ask > (this.#limits[symbol * 2 + 1] as number)) {
        this.#isPassed[symbol] = 1;
      }
    } else if (kind === FRAME.Delta && this.#isPassed[symbol] === 1) {
      frame.prevSeq = BEYOND_HORIZON;
      // Once: the book is out of sync from here on, until a snapshot sets limits anew.
      this.#clear(symbol);
    }
  }

  #clear(symbol: number): void {
    this.#limits[symbol * 2] = 0;
    this.#limits[symbol * 2 + 1] = Number.POSITIVE_INFINITY;
    this.#isPassed[symbol] = 0;
  }
}

const priceAt = (levels: LevelList): number => levels.values[(LAST_LEVEL - 1) * LEVEL_STRIDE] as number;
