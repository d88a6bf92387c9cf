/** Holds a crossing back until it has been worth taking for a while, without a break: what flickers is gone before an
 *  order arrives. A crossing that stands below the fees for hours and pays for a moment is as young as that moment. */
import type { FilterSettings } from '../../core/filter-config.ts';
import type { RowMirror } from '../row-mirror.ts';
import type { Filter, FilterContext, FilterWorld } from './filter.ts';

export class MinLifeFilter implements Filter {
  readonly name = 'min-life';
  readonly #mirror: RowMirror;
  readonly #lifeNs: number;
  /** By pair: since when its edge has been worth taking; NaN while it is not. */
  readonly #since: Float64Array;

  constructor({ ms }: FilterSettings<'min-life'>, { universe, mirror }: FilterWorld) {
    this.#mirror = mirror;
    this.#lifeNs = ms * 1e6;
    this.#since = new Float64Array(universe.instruments.length * universe.venues.length ** 2).fill(Number.NaN);
  }

  noteChance(pair: number, isChance: boolean): void {
    if (!isChance) this.#since[pair] = Number.NaN;
    else if (Number.isNaN(this.#since[pair])) this.#since[pair] = this.#mirror.nowNs;
  }

  check(context: FilterContext): boolean {
    const ripeAt = (this.#since[context.pair] as number) + this.#lifeNs;
    if (this.#mirror.nowNs >= ripeAt) return true;
    // A quiet crossing may bring no quote that would ask again.
    context.askAgainAt = ripeAt;
    return false;
  }
}
