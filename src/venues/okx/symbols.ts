/** Looks a symbol up from its bytes, without making a string of it. */
import type { SymbolEntry } from '../../core/venue.ts';

export class SymbolTable {
  readonly entries: readonly SymbolEntry[];
  readonly #names: readonly Uint8Array[];
  /** Open addressing: index + 1 of the symbol, 0 where free. */
  readonly #slots: Int32Array;
  readonly #mask: number;
  readonly #byName: ReadonlyMap<string, number>;

  constructor(entries: readonly SymbolEntry[]) {
    this.entries = entries;
    const encoder = new TextEncoder();
    this.#names = entries.map((entry) => encoder.encode(entry.symbol));
    this.#byName = new Map(entries.map((entry, index) => [entry.symbol, index]));
    let size = 16;
    while (size < entries.length * 4) size *= 2;
    this.#slots = new Int32Array(size);
    this.#mask = size - 1;
    this.#names.forEach((name, index) => {
      let slot = hash(name, 0, name.length) & this.#mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
      this.#slots[slot] = index + 1;
    });
  }

  /** Index of the symbol whose name is bytes [start, end), or -1. */
  find(bytes: Uint8Array, start: number, end: number): number {
    let slot = hash(bytes, start, end) & this.#mask;
    for (;;) {
      const index = (this.#slots[slot] as number) - 1;
      if (index < 0) return -1;
      if (equals(this.#names[index] as Uint8Array, bytes, start, end)) return index;
      slot = (slot + 1) & this.#mask;
    }
  }

  indexOf(symbol: string): number {
    return this.#byName.get(symbol) ?? -1;
  }
}

/** FNV-1a. */
function hash(bytes: Uint8Array, start: number, end: number): number {
  let value = 0x811c9dc5;
  for (let at = start; at < end; at++) value = Math.imul(value ^ (bytes[at] as number), 0x01000193);
  return value >>> 0;
}

function equals(name: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let i = 0; i < name.length; i++) if (name[i] !== bytes[start + i]) return false;
  return true;
}
