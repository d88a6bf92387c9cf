/** The port of an opportunity filter: whether a chance that nothing else stands against is taken.
 *
 *  Thread: detector, whose rows it reads and whose thread owns its state: a restarted detector starts with new filters.
 *  Steady state: no allocation, in any of these. `observe` and `noteChance` lie on the way of quotes and are O(1).
 *
 *  Two clocks feed a filter. What has to see every price (trend) hangs on the rows as they are read. What has to see the
 *  moments without a crossing (premium) may not hang on the scan: that leaves uncrossed pairs after two comparisons,
 *  which is what makes it fast, and a quote of one row would have to touch every pair of it. So `sample` is called with
 *  the sweep, every 50 ms at the earliest, does a bounded part of the pairs, and goes on from there the next time.
 *  A sample then is a moment of the market, not of its quotes: a venue that quotes ten times as often does not weigh ten
 *  times as much, and a baseline over seconds loses nothing by it. */
import type { FilterName } from '../../core/filter-names.ts';
import type { Universe } from '../../core/instrument.ts';
import type { RowMirror } from '../row-mirror.ts';

/** One direction of a crossing, to be taken now. There is one, written over for each question: keep nothing of it. */
export interface FilterContext {
  /** Rows. */
  buy: number;
  sell: number;
  /** See `pairIndex`. */
  pair: number;
  grossBps: number;
  /** Written by a filter that holds back what time alone may let through: when to ask again, at the latest. */
  askAgainAt: number;
}

export interface Filter {
  readonly name: FilterName;
  /** Whether the chance is let through. */
  check(context: FilterContext): boolean;
  /** A row was read anew, or dropped. */
  observe?(row: number): void;
  /** A crossed pair was priced: whether its edge is worth taking. False also when the crossing ended. */
  noteChance?(pair: number, isChance: boolean): void;
  /** With every sweep of the detector; bounded work. */
  sample?(): void;
}

/** What filters are made over. */
export interface FilterWorld {
  readonly universe: Universe;
  readonly mirror: RowMirror;
  /** By instrument and venue: the row, or -1. */
  readonly rowsOf: readonly Int32Array[];
  /** By row: ticks × lots × this = quote units. */
  readonly quoteUnit: Float64Array;
}
