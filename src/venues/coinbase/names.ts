/** Names of products on the market stream. The `-USDC` products trade on the books of their `-USD` twins (the product
 *  list says so in `alias`), and the stream knows only the twins: asked for either, it names the `-USD` one.
 *  https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/websocket/websocket-channels */
import { SymbolTable } from '../../core/symbol-table.ts';
import type { SymbolEntry } from '../../core/venue.ts';

/** Stable coins against USDC have books of their own. */
const OWN_BOOKS: ReadonlySet<string> = new Set(['USDT-USDC', 'EURC-USDC']);

export const streamName = (symbol: string): string =>
  symbol.endsWith('-USDC') && !OWN_BOOKS.has(symbol) ? symbol.slice(0, -1) : symbol;

/** Which symbols a name in a frame stands for. */
export class NameTable {
  readonly entries: readonly SymbolEntry[];
  readonly #table: SymbolTable;
  /** Symbol by name; -1 in the second list where a name stands for one symbol only. */
  readonly #first: readonly number[];
  readonly #second: readonly number[];

  constructor(entries: readonly SymbolEntry[]) {
    this.entries = entries;
    const symbolsOf = new Map<string, number[]>();
    entries.forEach(({ symbol }, index) => {
      for (const name of new Set([symbol, streamName(symbol)])) {
        const symbols = symbolsOf.get(name) ?? [];
        symbols.push(index);
        symbolsOf.set(name, symbols);
      }
    });
    const names = [...symbolsOf.keys()];
    this.#table = new SymbolTable(names.map((symbol) => ({ symbol, priceDecimals: 0, sizeDecimals: 0 })));
    this.#first = names.map((name) => symbolsOf.get(name)?.[0] ?? -1);
    this.#second = names.map((name) => symbolsOf.get(name)?.[1] ?? -1);
  }

  /** The name's number from the bytes [start, end) of a frame, or -1. */
  find(buffer: Uint8Array, start: number, end: number): number {
    return this.#table.find(buffer, start, end);
  }

  indexOf(name: string): number {
    return this.#table.indexOf(name);
  }

  /** The symbol that a name stands for, and the other one, if any (-1). */
  first(name: number): number {
    return this.#first[name] as number;
  }

  second(name: number): number {
    return this.#second[name] as number;
  }
}
