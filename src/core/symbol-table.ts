/** Finds a symbol's index from the bytes of a frame, without making a string. */
import type { SymbolEntry } from './venue.ts';

/** Open addressing over a power of two at least twice the number of symbols, so that a probe ends soon. */
export class SymbolTable {
  readonly entries: readonly SymbolEntry[];
  readonly #names: readonly Uint8Array[];
  readonly #slots: Int32Array;
  readonly #byText = new Map<string, number>();

  constructor(entries: readonly SymbolEntry[]) {
    this.entries = entries;
    this.#names = entries.map((entry) => Buffer.from(entry.symbol, 'utf8'));
    let slots = 8;
    while (slots < entries.length * 2) slots *= 2;
    this.#slots = new Int32Array(slots).fill(-1);
    this.#names.forEach((name, index) => {
      let slot = hash(name, 0, name.length) & (slots - 1);
      while (this.#slots[slot] !== -1) slot = (slot + 1) & (slots - 1);
      this.#slots[slot] = index;
      this.#byText.set(entries[index]?.symbol ?? '', index);
    });
  }

  /** The index of the symbol spelled by bytes [start, end), or -1. */
  find(buffer: Uint8Array, start: number, end: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash(buffer, start, end) & mask;
    for (;;) {
      const index = this.#slots[slot] as number;
      if (index === -1) return -1;
      if (same(this.#names[index] as Uint8Array, buffer, start, end)) return index;
      slot = (slot + 1) & mask;
    }
  }

  indexOf(symbol: string): number {
    return this.#byText.get(symbol) ?? -1;
  }
}

function hash(bytes: Uint8Array, start: number, end: number): number {
  let value = 0x811c9dc5;
  for (let at = start; at < end; at++) value = Math.imul(value ^ (bytes[at] as number), 0x01000193);
  return value ^ (value >>> 15);
}

function same(name: Uint8Array, buffer: Uint8Array, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let at = 0; at < name.length; at++) if (name[at] !== buffer[start + at]) return false;
  return true;
}
