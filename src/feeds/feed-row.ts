/** One row of a feed: a symbol's book, its trust, and the words that are published. Thread: feed. */
import { DISTRUST_REASONS, type DistrustReason, TRUST_NAMES } from '../core/quote.ts';
import { QUOTE } from '../memory/layout.ts';
import { COMPOSED, compose } from './compose.ts';
import type { SymbolBook } from './symbol-book.ts';
import { RowTrust } from './trust.ts';

export interface RowState {
  readonly row: number;
  readonly instrument: string;
  readonly symbol: string;
  readonly trust: string;
  /** Why it last left live. */
  readonly reason?: DistrustReason;
}

export class FeedRow {
  /** Index over all venues. */
  readonly row: number;
  readonly instrument: string;
  readonly symbol: string;
  readonly book: SymbolBook;
  readonly trust = new RowTrust();
  readonly words = new Float64Array(QUOTE.STRIDE);
  /** The venue sent more decimals than the grid holds: suspect until the grid is rebuilt, which starts a new feed. */
  isOffGrid = false;
  /** Had a book before: fetching another is a resync. */
  wasSynced = false;
  /** The venue says that it does not trade the symbol now. */
  isHalted = false;
  /** The venue's clock and ours were too far apart at its last event. */
  isSkewed = false;
  /** Best bid stands at best ask since then, monotonic ns; 0: it does not. */
  lockedAt = 0;

  constructor(row: number, instrument: string, symbol: string, book: SymbolBook) {
    this.row = row;
    this.instrument = instrument;
    this.symbol = symbol;
    this.book = book;
    this.words[QUOTE.VENUE_AT] = Number.NaN;
    this.words[QUOTE.VENUE_SEQ] = -1;
  }

  /** Composes the words from a book in sync. Returns why the row cannot be live, if it cannot. */
  compose(nowNs: number): DistrustReason | undefined {
    const composed = compose(this.book, this.words);
    if (composed !== COMPOSED.Locked) this.lockedAt = 0;
    else if (this.lockedAt === 0) this.lockedAt = nowNs;
    if (this.isHalted) return 'venue-status';
    switch (composed) {
      case COMPOSED.Crossed:
        return 'crossed';
      case COMPOSED.Saturated:
        return 'saturated';
      case COMPOSED.OneSided:
        return 'venue-status';
      case COMPOSED.Locked:
        return 'locked';
      default:
        return this.isSkewed ? 'clock-skew' : undefined;
    }
  }

  state(): RowState {
    const reason = DISTRUST_REASONS[this.trust.reason];
    return {
      row: this.row,
      instrument: this.instrument,
      symbol: this.symbol,
      trust: TRUST_NAMES[this.trust.state],
      ...(reason === undefined ? {} : { reason }),
    };
  }
}
