/** Lets through only what is far from the usual spread of its venue pair: gross edge above mean + k · sigma.
 *
 *  Two venues may stand apart for good: other customers, a coin that cannot be withdrawn, a quote asset off its peg. Such
 *  a crossing is no chance that closes, and trading it only moves the inventory to where the coin is cheap.
 *
 *  The spread is that of buying at one ask and selling at the other bid, most of the time negative. It is sampled with
 *  the detector's sweep, a bounded number of pairs each time (see `filter.ts`): a half life is minutes, a sample every
 *  50 ms is plenty, and with more pairs than fit it becomes one every 100 or 150 ms. Earlier samples fade by the time
 *  that a round over all pairs took. What is not priced is not sampled and does not fade: after an outage the first
 *  samples would else be the whole baseline, with no deviation at all. */
import type { FilterSettings } from '../../core/filter-config.ts';
import { pairIndex } from '../../core/intent.ts';
import { QUOTE } from '../../memory/layout.ts';
import { grossEdgeBps } from '../edge.ts';
import type { RowMirror } from '../row-mirror.ts';
import { Baselines } from './baselines.ts';
import type { Filter, FilterContext, FilterWorld } from './filter.ts';

/** Pairs that one sweep samples at most (some 20 ns each); of one instrument all or none. */
const MOST_PAIRS = 2_048;
/** A round counts as this long at most: a detector that slept has not seen the time in between. */
const LONGEST_ROUND_NS = 1e9;

export class PremiumFilter implements Filter {
  readonly name = 'premium';
  readonly #mirror: RowMirror;
  readonly #rowsOf: readonly Int32Array[];
  readonly #venues: number;
  readonly #sigmas: number;
  readonly #halfLifeNs: number;
  readonly #warmUp: number;
  readonly #passesCold: boolean;
  readonly #baselines: Baselines;
  readonly #instrumentsASweep: number;
  /** Rows of one instrument that are priced now; reused. */
  readonly #priced: Int32Array;
  #next = 0;
  #roundAt = Number.NEGATIVE_INFINITY;
  #keep = 1;

  constructor(settings: FilterSettings<'premium'>, { universe, mirror, rowsOf }: FilterWorld) {
    this.#mirror = mirror;
    this.#rowsOf = rowsOf;
    this.#venues = universe.venues.length;
    this.#sigmas = settings.sigmas;
    this.#halfLifeNs = settings.halfLifeMs * 1e6;
    this.#warmUp = settings.warmUpSamples;
    this.#passesCold = settings.untilWarm === 'pass';
    this.#baselines = new Baselines(rowsOf.length * this.#venues ** 2);
    this.#instrumentsASweep = Math.max(1, Math.floor(MOST_PAIRS / (this.#venues * (this.#venues - 1))));
    this.#priced = new Int32Array(this.#venues);
  }

  sample(): void {
    if (this.#next === 0) {
      const roundNs = Math.min(this.#mirror.nowNs - this.#roundAt, LONGEST_ROUND_NS);
      this.#keep = 2 ** (-roundNs / this.#halfLifeNs);
      this.#roundAt = this.#mirror.nowNs;
    }
    const end = Math.min(this.#next + this.#instrumentsASweep, this.#rowsOf.length);
    for (let instrument = this.#next; instrument < end; instrument++) this.#sampleAll(instrument);
    this.#next = end === this.#rowsOf.length ? 0 : end;
  }

  check({ pair, grossBps }: FilterContext): boolean {
    if (this.#baselines.count(pair) < this.#warmUp) return this.#passesCold;
    // More, not as much: a spread that never moved has no deviation, and is as usual as can be.
    return grossBps > this.#baselines.mean(pair) + this.#sigmas * this.#baselines.sigma(pair);
  }

  #sampleAll(instrument: number): void {
    const rows = this.#rowsOf[instrument] as Int32Array;
    for (let venue = 0; venue < rows.length; venue++) {
      const row = rows[venue] as number;
      this.#priced[venue] = row >= 0 && this.#mirror.isPriced(row) ? row : -1;
    }
    for (let buy = 0; buy < rows.length; buy++) {
      const buyRow = this.#priced[buy] as number;
      if (buyRow < 0) continue;
      const ask = this.#mirror.get(buyRow, QUOTE.ASK);
      for (let sell = 0; sell < rows.length; sell++) {
        const sellRow = this.#priced[sell] as number;
        if (sellRow < 0 || sell === buy) continue;
        const pair = pairIndex(instrument, buy, sell, this.#venues);
        this.#baselines.add(pair, grossEdgeBps(ask, this.#mirror.get(sellRow, QUOTE.BID)), this.#keep);
      }
    }
  }
}
