/** Holds back while the market of an instrument runs: its mid over all venues has moved through more than so many basis
 *  points within the last moments.
 *
 *  Why: when a market runs, crossings appear because one venue is late. Rising, the late one still asks the old price:
 *  we would buy there and sell at the venue that leads; falling, the other way round. Either way the late quote is about
 *  to go, that leg misses, and what the other leg filled stands against the move. So the direction does not matter, and
 *  a move up and back counts as a move: what is compared is the highest and the lowest mid of the window.
 *
 *  The mid is a chain: each change of a venue's own mid moves it by that change over the number of venues. Venues differ
 *  by a standing premium, so an average of prices would jump whenever one comes or goes; a chain does not. With n venues,
 *  one that moves alone moves it by an nth. */
import type { FilterSettings } from '../../core/filter-config.ts';
import { TRUST } from '../../core/quote.ts';
import { QUOTE } from '../../memory/layout.ts';
import type { RowMirror } from '../row-mirror.ts';
import type { Filter, FilterContext, FilterWorld } from './filter.ts';

/** The window is kept as the extremes of its parts: this many whole ones, and the one that is running. */
const PARTS = 16;
const STRIDE = PARTS + 1;

export class TrendFilter implements Filter {
  readonly name = 'trend';
  readonly #mirror: RowMirror;
  readonly #instrumentOf: Int32Array;
  readonly #maxMoveBps: number;
  readonly #windowNs: number;
  readonly #partNs: number;
  /** By row: bid + ask, as it was last priced; 0 while it is not. */
  readonly #seen: Float64Array;
  /** By instrument: how many rows are priced, since when at least one is, and the chain in basis points. */
  readonly #priced: Int32Array;
  readonly #watchedFrom: Float64Array;
  readonly #chain: Float64Array;
  /** By instrument: when the running part ends, where its extremes stand; and the extremes. */
  readonly #partEnd: Float64Array;
  readonly #at: Int32Array;
  readonly #low: Float64Array;
  readonly #high: Float64Array;

  constructor({ maxMoveBps, withinMs }: FilterSettings<'trend'>, { universe, mirror }: FilterWorld) {
    const { instruments, rows } = universe;
    this.#mirror = mirror;
    this.#instrumentOf = Int32Array.from(rows, (row) => row.instrumentIndex);
    this.#maxMoveBps = maxMoveBps;
    this.#windowNs = withinMs * 1e6;
    this.#partNs = this.#windowNs / PARTS;
    this.#seen = new Float64Array(rows.length);
    this.#priced = new Int32Array(instruments.length);
    this.#watchedFrom = new Float64Array(instruments.length).fill(Number.POSITIVE_INFINITY);
    this.#chain = new Float64Array(instruments.length);
    this.#partEnd = new Float64Array(instruments.length);
    this.#at = Int32Array.from(instruments, (_, index) => index * STRIDE);
    this.#low = new Float64Array(instruments.length * STRIDE);
    this.#high = new Float64Array(instruments.length * STRIDE);
  }

  observe(row: number): void {
    const before = this.#seen[row] as number;
    // What was priced still is while its feed says so: what else may end that, the sweep finds.
    const isPriced = before === 0 ? this.#mirror.isPriced(row) : this.#mirror.get(row, QUOTE.TRUST) === TRUST.Live;
    const after = isPriced ? this.#mirror.get(row, QUOTE.BID) + this.#mirror.get(row, QUOTE.ASK) : 0;
    if (after === before) return;
    this.#seen[row] = after;
    const instrument = this.#instrumentOf[row] as number;
    if (before === 0 || after === 0) return this.#count(instrument, after === 0 ? -1 : 1);
    this.#turn(instrument);
    // Of the middle of both, so that there and back is exactly nothing.
    const moveBps = ((after - before) / (after + before)) * 20_000;
    const chain = (this.#chain[instrument] as number) + moveBps / (this.#priced[instrument] as number);
    this.#chain[instrument] = chain;
    const at = this.#at[instrument] as number;
    if (chain < (this.#low[at] as number)) this.#low[at] = chain;
    if (chain > (this.#high[at] as number)) this.#high[at] = chain;
  }

  /** Rows of feeds that died without a word do not count any more. */
  sample(): void {
    for (let row = 0; row < this.#seen.length; row++) {
      if (this.#seen[row] === 0 || this.#mirror.isPriced(row)) continue;
      this.#seen[row] = 0;
      this.#count(this.#instrumentOf[row] as number, -1);
    }
  }

  check(context: FilterContext): boolean {
    const instrument = this.#instrumentOf[context.buy] as number;
    const knownFrom = (this.#watchedFrom[instrument] as number) + this.#windowNs;
    if (this.#mirror.nowNs < knownFrom) {
      context.askAgainAt = knownFrom;
      return false;
    }
    this.#turn(instrument);
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let at = instrument * STRIDE; at < (instrument + 1) * STRIDE; at++) {
      low = Math.min(low, this.#low[at] as number);
      high = Math.max(high, this.#high[at] as number);
    }
    if (high - low <= this.#maxMoveBps) return true;
    context.askAgainAt = this.#mirror.nowNs + this.#partNs;
    return false;
  }

  #count(instrument: number, by: number): void {
    const before = this.#priced[instrument] as number;
    this.#priced[instrument] = before + by;
    // What went on while nobody watched is not known.
    if (before === 0) this.#watchedFrom[instrument] = this.#mirror.nowNs;
    else if (before + by === 0) this.#watchedFrom[instrument] = Number.POSITIVE_INFINITY;
  }

  /** Begins the parts that time has reached; in those that nothing happened in, the chain stood where it stands. */
  #turn(instrument: number): void {
    const { nowNs } = this.#mirror;
    const end = this.#partEnd[instrument] as number;
    if (nowNs < end) return;
    const part = Math.floor(nowNs / this.#partNs);
    const begun = Math.min(part + 1 - Math.round(end / this.#partNs), STRIDE);
    this.#partEnd[instrument] = (part + 1) * this.#partNs;
    const chain = this.#chain[instrument] as number;
    const first = instrument * STRIDE;
    let at = this.#at[instrument] as number;
    for (let n = 0; n < begun; n++) {
      at = at + 1 === first + STRIDE ? first : at + 1;
      this.#low[at] = chain;
      this.#high[at] = chain;
    }
    this.#at[instrument] = at;
  }
}
