/** Sizes beyond 2^53 grid units, kept exact for one symbol of a recording. The grid cuts such a size; here its text is
 *  taken from the frame, and a stand-in value near the grid's end goes through the book in its place. */
import { formatDecimal, gridText, parseDecimal } from '../core/decimal.ts';
import { type BookFrame, LEVEL_STRIDE, type LevelList } from '../core/frame.ts';
import { GRID_MAX } from '../core/units.ts';
import type { SymbolEntry } from '../core/venue.ts';

const NUMBER = /\d+(?:\.\d+)?/g;

export class ExactSizes {
  readonly #entry: SymbolEntry;
  readonly #standIns = new Map<string, number>();
  readonly #texts = new Map<number, string>();

  constructor(entry: SymbolEntry) {
    this.#entry = entry;
  }

  /** Replaces the cut sizes of `frame` by stand-ins, where its text shows a level's price followed by such a size. */
  restore(frame: BookFrame, text: string): void {
    const numbers = text.match(NUMBER) ?? [];
    this.#restoreSide(frame.bids, numbers);
    this.#restoreSide(frame.asks, numbers);
  }

  /** Canonical text of a size in the book. */
  text(size: number): string {
    return this.#texts.get(size) ?? gridText(size, this.#entry.sizeDecimals);
  }

  #restoreSide(levels: LevelList, numbers: readonly string[]): void {
    for (let at = 0; at < levels.count * LEVEL_STRIDE; at += LEVEL_STRIDE) {
      if ((levels.values[at + 1] as number) < GRID_MAX) continue;
      const price = gridText(levels.values[at] as number, this.#entry.priceDecimals);
      const size = numbers.find(
        (number, index) => index > 0 && this.#isCut(number) && isSame(numbers[index - 1], price),
      );
      if (size !== undefined) levels.values[at + 1] = this.#standIn(size);
    }
  }

  #isCut(number: string): boolean {
    return scaled(number, this.#entry.sizeDecimals) > BigInt(GRID_MAX);
  }

  #standIn(text: string): number {
    const canonical = formatDecimal(scaled(text, this.#entry.sizeDecimals), this.#entry.sizeDecimals);
    let value = this.#standIns.get(canonical);
    if (value === undefined) {
      value = GRID_MAX - 1 - this.#standIns.size;
      this.#standIns.set(canonical, value);
      this.#texts.set(value, canonical);
    }
    return value;
  }
}

/** `text` at `decimals`; -1 for what has more than that, which no level of this symbol has. */
function scaled(text: string, decimals: number): bigint {
  const fraction = (text.split('.')[1] ?? '').replace(/0+$/, '');
  return fraction.length > decimals ? -1n : parseDecimal(text, decimals);
}

const isSame = (text: string | undefined, canonical: string): boolean =>
  text !== undefined && (text.includes('.') ? text.replace(/\.?0+$/, '') : text) === canonical;
