/** Which symbols a recording's connections carry, and how many decimals each needs. There is no instrument file to ask:
 *  names that stand in the frames and addresses are offered to the venue's parser, and those it knows are symbols. */
import { type BookFrame, FRAME, FrameBatch } from '../core/frame.ts';
import type { FrameParser, MarketStream, SymbolEntry } from '../core/venue.ts';
import { frameBytes, frameText, type RecordedRow } from './recording-rows.ts';

interface Found {
  readonly symbol: string;
  priceDecimals: number;
  sizeDecimals: number;
}

class Discovery {
  readonly found = new Map<string, Found>();
  readonly #stream: MarketStream;
  readonly #batch = new FrameBatch();
  #known: string[] = [];
  #parser: FrameParser;

  constructor(stream: MarketStream) {
    this.#stream = stream;
    this.#parser = stream.createParser([]);
  }

  onFrame(bytes: Buffer): void {
    this.#parser.parse(bytes, 0, bytes.length, this.#batch);
    if (this.#has(FRAME.UnknownSymbol)) {
      const offered = [...this.#known, ...namesIn(bytes).filter((name) => !this.#known.includes(name))];
      const trial = parserOf(this.#stream, offered);
      trial.parse(bytes, 0, bytes.length, this.#batch);
      const named = new Set(this.#events().map((event) => offered[event.symbol] ?? ''));
      this.#learn([...named].filter((name) => name !== ''));
      this.#parser.parse(bytes, 0, bytes.length, this.#batch);
    }
    for (const event of this.#events()) this.#measure(this.#known[event.symbol], event);
  }

  onSnapshot(symbol: string, bytes: Buffer): void {
    this.#learn([symbol]);
    this.#parser.parseSnapshot(bytes, 0, bytes.length, this.#known.indexOf(symbol), this.#batch);
    for (const event of this.#events()) this.#measure(symbol, event);
  }

  knows(symbol: string): boolean {
    return this.#known.includes(symbol);
  }

  #learn(symbols: readonly string[]): void {
    const fresh = symbols.filter((symbol) => !this.#known.includes(symbol));
    if (fresh.length === 0) return;
    this.#known = [...this.#known, ...fresh];
    for (const symbol of fresh) this.found.set(symbol, { symbol, priceDecimals: 0, sizeDecimals: 0 });
    this.#parser = parserOf(this.#stream, this.#known);
  }

  #has(kind: number): boolean {
    for (let index = 0; index < this.#batch.count; index++) if (this.#batch.at(index).kind === kind) return true;
    return false;
  }

  /** Book events of the batch that name a symbol. */
  #events(): BookFrame[] {
    const events: BookFrame[] = [];
    for (let index = 0; index < this.#batch.count; index++) {
      const event = this.#batch.at(index);
      const isBook = event.kind === FRAME.Snapshot || event.kind === FRAME.Delta || event.kind === FRAME.Top;
      if (isBook && event.symbol >= 0) events.push(event);
    }
    return events;
  }

  /** The parser reads on a grid without decimals, so it says what every frame needs beyond that. */
  #measure(symbol: string | undefined, event: BookFrame): void {
    const found = symbol === undefined ? undefined : this.found.get(symbol);
    if (found === undefined) return;
    found.priceDecimals = Math.max(found.priceDecimals, event.neededPriceDecimals);
    found.sizeDecimals = Math.max(found.sizeDecimals, event.neededSizeDecimals);
  }
}

const parserOf = (stream: MarketStream, symbols: readonly string[]) =>
  stream.createParser(symbols.map((symbol) => ({ symbol, priceDecimals: 0, sizeDecimals: 0 })));

/** Everything in a frame that could be a symbol: words with a letter, whole and in their parts. */
export function namesIn(bytes: Buffer): string[] {
  const text = frameText(bytes).replaceAll('\\/', '/');
  const names = new Set<string>();
  for (const [word] of text.matchAll(/[A-Za-z0-9][A-Za-z0-9_./:-]{1,39}/g)) {
    for (const name of [word, ...word.split(/[.:]/)]) if (/[A-Za-z]/.test(name)) names.add(name);
  }
  return [...names];
}

/** Symbols by connection, in the order in which they first appear. */
export function discoverSymbols(
  stream: MarketStream,
  rows: readonly RecordedRow[],
): Map<string, readonly SymbolEntry[]> {
  const connections = new Map<string, Discovery>();
  const of = (name: string): Discovery => {
    const discovery = connections.get(name) ?? new Discovery(stream);
    connections.set(name, discovery);
    return discovery;
  };
  for (const row of rows) if (row.t === 'recv') of(row.conn).onFrame(frameBytes(row));
  for (const row of rows) {
    const symbol = row.t === 'http' && row.url !== undefined ? stream.snapshotSymbol?.(row.url) : undefined;
    if (symbol === undefined) continue;
    const carriers = [...connections.values()].filter((discovery) => discovery.knows(symbol));
    // A snapshot without a single frame is a book, too.
    for (const discovery of carriers.length > 0 ? carriers : [of(row.conn)]) {
      discovery.onSnapshot(symbol, frameBytes(row));
    }
  }
  return new Map([...connections].map(([name, { found }]) => [name, [...found.values()]]));
}
