/** One side of a book: levels sorted so that the best one stands at the end, where most changes fall and little shifts.
 *  Steady state: no allocation (arrays grow, never shrink). */
import { LEVEL_STRIDE, type LevelList } from '../core/frame.ts';

export class BookSide {
  count = 0;
  #prices = new Float64Array(256);
  #sizes = new Float64Array(256);
  #shapes = new Float64Array(256);
  /** 1: the highest price is best (bids); -1: the lowest (asks). */
  readonly #sign: 1 | -1;

  constructor(sign: 1 | -1) {
    this.#sign = sign;
  }

  clear(): void {
    this.count = 0;
  }

  /** Level `index`, 0 = best. Valid for index < count. */
  price(index: number): number {
    return this.#prices[this.count - 1 - index] as number;
  }

  size(index: number): number {
    return this.#sizes[this.count - 1 - index] as number;
  }

  /** `priceTextDecimals * 64 + sizeTextDecimals` of the text that the venue sent last for the level. */
  shape(index: number): number {
    return this.#shapes[this.count - 1 - index] as number;
  }

  /** Sets one level; size 0 removes it. */
  set(price: number, size: number, shape: number): void {
    const at = this.#find(price);
    const isThere = at < this.count && this.#prices[at] === price;
    if (size === 0) {
      if (isThere) this.#remove(at);
      return;
    }
    if (!isThere) this.#open(at, price);
    this.#sizes[at] = size;
    this.#shapes[at] = shape;
  }

  /** Keeps the best `depth` levels. */
  cut(depth: number): void {
    const excess = this.count - depth;
    if (excess <= 0) return;
    this.#prices.copyWithin(0, excess, this.count);
    this.#sizes.copyWithin(0, excess, this.count);
    this.#shapes.copyWithin(0, excess, this.count);
    this.count = depth;
  }

  /** Replaces all levels. Venues send snapshots best first; read backwards, each level lands at the end. */
  replace(levels: LevelList): void {
    this.count = 0;
    const { values } = levels;
    for (let index = levels.count - 1; index >= 0; index--) {
      const at = index * LEVEL_STRIDE;
      this.set(values[at] as number, values[at + 1] as number, values[at + 2] as number);
    }
  }

  apply(levels: LevelList): void {
    const { values } = levels;
    const end = levels.count * LEVEL_STRIDE;
    for (let at = 0; at < end; at += LEVEL_STRIDE) {
      this.set(values[at] as number, values[at + 1] as number, values[at + 2] as number);
    }
  }

  /** Position of `price`, or where it would stand. */
  #find(price: number): number {
    const prices = this.#prices;
    const key = price * this.#sign;
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((prices[middle] as number) * this.#sign < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #remove(at: number): void {
    this.#prices.copyWithin(at, at + 1, this.count);
    this.#sizes.copyWithin(at, at + 1, this.count);
    this.#shapes.copyWithin(at, at + 1, this.count);
    this.count--;
  }

  #open(at: number, price: number): void {
    if (this.count === this.#prices.length) this.#grow();
    this.#prices.copyWithin(at + 1, at, this.count);
    this.#sizes.copyWithin(at + 1, at, this.count);
    this.#shapes.copyWithin(at + 1, at, this.count);
    this.#prices[at] = price;
    this.count++;
  }

  #grow(): void {
    const doubled = (from: Float64Array): Float64Array<ArrayBuffer> => {
      const grown = new Float64Array(from.length * 2);
      grown.set(from);
      return grown;
    };
    this.#prices = doubled(this.#prices);
    this.#sizes = doubled(this.#sizes);
    this.#shapes = doubled(this.#shapes);
  }
}
