/** One side of a book as a depth channel shows it: its best levels, and what changed among them since last told. */
import type { Side } from '../core/units.ts';
import type { Level } from './port.ts';

export class DepthWindow {
  readonly #sign: number;
  readonly #depth: number;
  /** Every level of the side. */
  readonly #all = new Map<number, number>();
  /** Levels as subscribers know them. */
  #shown = new Map<number, number>();
  readonly #touched = new Set<number>();

  /** @param depth levels that the channel shows; deeper ones are kept, and come up when better ones go */
  constructor(side: Side, depth: number) {
    this.#sign = side === 'buy' ? -1 : 1;
    this.#depth = depth;
  }

  /** Starts anew from a whole side; subscribers are told its window as a snapshot. */
  reset(levels: readonly Level[]): void {
    this.#all.clear();
    for (const { price, size } of levels) this.#all.set(price, size);
    this.#touched.clear();
    this.#shown = this.#window();
  }

  apply(price: number, size: number): void {
    if (size === 0) this.#all.delete(price);
    else this.#all.set(price, size);
    this.#touched.add(price);
  }

  /** The window, best first. */
  levels(): Level[] {
    return this.#sorted([...this.#shown.keys()]).map((price) => ({ price, size: this.#shown.get(price) ?? 0 }));
  }

  /** What changed in the window since the last call, best first; size 0 removes. Then that is what is shown. */
  takeChanges(): Level[] {
    // A side that fits the window whole changes only where it was touched.
    const fits = this.#all.size <= this.#depth && this.#shown.size <= this.#depth;
    const next = fits ? this.#all : this.#window();
    const candidates = fits ? this.#touched : new Set([...this.#shown.keys(), ...next.keys()]);
    // Levels that the window had cut off come back once the side fits again.
    if (fits && this.#cut) for (const price of this.#all.keys()) candidates.add(price);
    this.#cut = !fits;
    const changes: Level[] = [];
    for (const price of this.#sorted([...candidates])) {
      const size = next.get(price) ?? 0;
      if ((this.#shown.get(price) ?? 0) === size) continue;
      changes.push({ price, size });
      if (size === 0) this.#shown.delete(price);
      else this.#shown.set(price, size);
    }
    this.#touched.clear();
    return changes;
  }

  /** Whether the last look cut levels off. */
  #cut = false;

  #window(): Map<number, number> {
    const best = this.#sorted([...this.#all.keys()]).slice(0, this.#depth);
    this.#cut = best.length < this.#all.size;
    return new Map(best.map((price) => [price, this.#all.get(price) ?? 0]));
  }

  #sorted(prices: number[]): number[] {
    return prices.sort((a, b) => (a - b) * this.#sign);
  }
}
