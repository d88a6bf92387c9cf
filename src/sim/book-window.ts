/** An instrument's book as a depth channel shows it: both sides' best levels, and what changed among them. */
import { DepthWindow } from './depth-window.ts';
import type { BookView, ExchangePort, Level, LevelChange, SimInstrument } from './port.ts';

/** Deeper than any simulated book. */
export const WHOLE_BOOK = 100_000;

/** Best first. */
export interface Sides {
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
}

export const isEmpty = ({ bids, asks }: Sides): boolean => bids.length + asks.length === 0;

export class BookWindow {
  readonly #bids: DepthWindow;
  readonly #asks: DepthWindow;

  /** @param depth levels a side; deeper ones are kept, and come up when better ones go */
  constructor(depth: number) {
    this.#bids = new DepthWindow('buy', depth);
    this.#asks = new DepthWindow('sell', depth);
  }

  /** Starts anew from the book as it is, which it returns; from there on changes are applied. */
  follow(exchange: ExchangePort, instrument: SimInstrument): BookView {
    const book = exchange.book(instrument, WHOLE_BOOK);
    this.#bids.reset(book.bids);
    this.#asks.reset(book.asks);
    return book;
  }

  apply(changes: readonly LevelChange[]): void {
    for (const { side, price, size } of changes) (side === 'buy' ? this.#bids : this.#asks).apply(price, size);
  }

  /** As it was last told. */
  levels(): Sides {
    return { bids: this.#bids.levels(), asks: this.#asks.levels() };
  }

  /** What changed since it was last told; size 0 removes. Then that is told. */
  takeChanges(): Sides {
    return { bids: this.#bids.takeChanges(), asks: this.#asks.takeChanges() };
  }
}
