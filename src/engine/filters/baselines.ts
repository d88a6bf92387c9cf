/** Running mean and standard deviation of many series, the newer samples weighing more. Plain arrays, no allocation.
 *
 *  The weight of a sample is the product of all `keep` factors since: with n samples x of weights w,
 *  mean = Σ w·x / Σ w and variance = Σ w·(x - mean)² / Σ w, exactly, from the first sample on (West's incremental form,
 *  D. H. D. West 1979, https://doi.org/10.1145/359146.359153). */
export class Baselines {
  readonly #count: Uint32Array;
  readonly #weight: Float64Array;
  readonly #mean: Float64Array;
  readonly #squares: Float64Array;

  constructor(series: number) {
    this.#count = new Uint32Array(series);
    this.#weight = new Float64Array(series);
    this.#mean = new Float64Array(series);
    this.#squares = new Float64Array(series);
  }

  /** `keep`, 0 to 1, is what all earlier samples weigh from here on, of what they weighed. */
  add(series: number, value: number, keep: number): void {
    const weight = (this.#weight[series] as number) * keep + 1;
    const before = this.#mean[series] as number;
    const mean = before + (value - before) / weight;
    this.#squares[series] = (this.#squares[series] as number) * keep + (value - before) * (value - mean);
    this.#weight[series] = weight;
    this.#mean[series] = mean;
    this.#count[series] = (this.#count[series] as number) + 1;
  }

  /** Samples so far. */
  count(series: number): number {
    return this.#count[series] as number;
  }

  /** 0 before the first sample. */
  mean(series: number): number {
    return this.#mean[series] as number;
  }

  /** Of the samples as they are weighted; 0 of fewer than two. */
  sigma(series: number): number {
    const weight = this.#weight[series] as number;
    return weight === 0 ? 0 : Math.sqrt((this.#squares[series] as number) / weight);
  }
}
