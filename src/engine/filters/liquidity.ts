/** Holds back unless both venues show enough, and renew it often enough.
 *
 *  Rows hold no traded volume, and no venue is asked for it: what is shown near the best price, on the side that would
 *  be taken, and how often a row is published anew are what the quote table really knows. */
import type { FilterSettings } from '../../core/filter-config.ts';
import { QUOTE } from '../../memory/layout.ts';
import type { RowMirror } from '../row-mirror.ts';
import type { Filter, FilterContext, FilterWorld } from './filter.ts';

/** A row's sequence goes up by this with every version. */
const STEPS_A_VERSION = 2;

export class LiquidityFilter implements Filter {
  readonly name = 'liquidity';
  readonly #mirror: RowMirror;
  readonly #quoteUnit: Float64Array;
  readonly #minNotional: number;
  readonly #within: number;
  readonly #minRate: number;
  readonly #windowNs: number;
  /** By row: begin of the running window (0: none runs), the version then, and updates a second of the last whole one
   *  (NaN: there is none yet). */
  readonly #windowAt: Float64Array;
  readonly #versionAt: Float64Array;
  readonly #rate: Float64Array;

  constructor(settings: FilterSettings<'liquidity'>, { universe, mirror, quoteUnit }: FilterWorld) {
    this.#mirror = mirror;
    this.#quoteUnit = quoteUnit;
    this.#minNotional = Number(settings.minNotional);
    this.#within = settings.withinBps / 10_000;
    this.#minRate = settings.minUpdatesPerSecond;
    this.#windowNs = settings.windowMs * 1e6;
    this.#windowAt = new Float64Array(universe.rows.length);
    this.#versionAt = new Float64Array(universe.rows.length);
    this.#rate = new Float64Array(universe.rows.length).fill(Number.NaN);
  }

  sample(): void {
    if (this.#minRate === 0) return;
    for (let row = 0; row < this.#rate.length; row++) this.#measure(row);
  }

  check({ buy, sell }: FilterContext): boolean {
    if (this.#minRate > 0 && !(this.#isBrisk(buy) && this.#isBrisk(sell))) return false;
    return (
      this.#shown(buy, QUOTE.ASKS, QUOTE.ASK_COUNT) >= this.#minNotional &&
      this.#shown(sell, QUOTE.BIDS, QUOTE.BID_COUNT) >= this.#minNotional
    );
  }

  #isBrisk(row: number): boolean {
    return (this.#rate[row] as number) >= this.#minRate;
  }

  /** Versions are counted by the row's own sequence: those that the table conflated away count too. */
  #measure(row: number): void {
    const now = this.#mirror.nowNs;
    if (!this.#mirror.isPriced(row)) {
      this.#windowAt[row] = 0;
      this.#rate[row] = Number.NaN;
      return;
    }
    const begin = this.#windowAt[row] as number;
    const version = this.#mirror.get(row, QUOTE.SEQ);
    if (begin !== 0) {
      if (now - begin < this.#windowNs) return;
      // The sequence is a 32-bit word that wraps.
      const versions = ((version - (this.#versionAt[row] as number)) >>> 0) / STEPS_A_VERSION;
      this.#rate[row] = versions / ((now - begin) / 1e9);
    }
    this.#windowAt[row] = now;
    this.#versionAt[row] = version;
  }

  /** Quote units within reach of the best price of one side. */
  #shown(row: number, levels: number, countWord: number): number {
    const best = this.#mirror.get(row, levels);
    const count = this.#mirror.get(row, countWord);
    let value = 0;
    for (let level = 0; level < count; level++) {
      const price = this.#mirror.get(row, levels + level * 2);
      if (Math.abs(price - best) > best * this.#within) break;
      value += price * this.#mirror.get(row, levels + level * 2 + 1);
    }
    return value * (this.#quoteUnit[row] as number);
  }
}
