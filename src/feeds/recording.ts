/** Recorded frames → books: the same parse, sequencer and book as a live feed, without sockets, grids or time. */
import { createHash } from 'node:crypto';
import { gridText } from '../core/decimal.ts';
import { type BookFrame, FRAME, FrameBatch } from '../core/frame.ts';
import { TRUST_NAMES } from '../core/quote.ts';
import type { FrameParser, MarketStream, SymbolEntry } from '../core/venue.ts';
import type { BookSide } from './book-side.ts';
import { ConnectionSequence, LINE } from './connection-sequence.ts';
import { ExactSizes } from './exact-sizes.ts';
import { frameBytes, frameText, type RecordedRow } from './recording-rows.ts';
import { discoverSymbols } from './recording-symbols.ts';
import { CHANGE, type Change, SymbolBook } from './symbol-book.ts';
import { RowTrust } from './trust.ts';

export interface RecordedBook {
  /** Snapshots taken, and deltas applied after them. */
  readonly snapshots: number;
  readonly updates_applied: number;
  /** Bids, asks. */
  readonly levels: readonly [number, number];
  readonly crossed: boolean;
  readonly top10_bids: readonly (readonly [price: string, size: string])[];
  readonly top10_asks: readonly (readonly [price: string, size: string])[];
  /** SHA-256 over the lines `b,<price>,<size>\n`, best to worst, then `a,…`; canonical decimals. */
  readonly sha256_full_book: string;
  readonly gaps: number;
  readonly checksums: { readonly checked: number; readonly failed: number };
  readonly trust: string;
  /** Frames that could not be read, where there were any. */
  readonly malformed?: number;
  /** Levels beyond 2^53 grid units whose exact text could not be found, where there were any: those are cut. */
  readonly saturated?: number;
}

class ReplayedBook {
  readonly entry: SymbolEntry;
  readonly source: SymbolBook;
  readonly sizes: ExactSizes;
  readonly trust = new RowTrust();
  gaps = 0;
  snapshots = 0;
  malformed = 0;
  /** Whether the venue sent any depth of it; a symbol that only shows up in other channels has no book. */
  hasDepth = false;
  #isUnbridged = false;

  constructor(entry: SymbolEntry, stream: MarketStream) {
    this.entry = entry;
    this.source = new SymbolBook(entry, stream);
    this.sizes = new ExactSizes(entry);
  }

  /** Gives sizes that the grid had to cut their exact text back. */
  complete(frame: BookFrame, bytes: Buffer): void {
    if (frame.saturated) this.sizes.restore(frame, frameText(bytes));
  }

  /** `hasIds`: whether the frame carries sequence ids. */
  note(change: Change, hasIds: boolean): void {
    switch (change) {
      case CHANGE.Gap:
        this.gaps++;
        this.trust.distrust('gap');
        break;
      case CHANGE.BadChecksum:
        // Where a venue numbers nothing, a checksum that no longer matches is how a missing frame shows.
        if (!hasIds) this.gaps++;
        this.trust.distrust('checksum');
        break;
      case CHANGE.OffGrid:
        this.trust.distrust('off-grid');
        break;
      case CHANGE.TooOld:
        this.#isUnbridged = true;
        break;
      case CHANGE.Synced:
        this.snapshots++;
        this.#isUnbridged = false;
        this.trust.restore();
        break;
      default:
    }
    if (this.trust.isLive && this.source.book.isCrossed) this.trust.distrust('crossed');
  }

  lose(reason: 'disconnect' | 'malformed'): void {
    if (reason === 'malformed') this.malformed++;
    this.source.invalidate();
    this.trust.distrust(reason);
  }

  /** A frame of the connection is missing: it may have been of this book. */
  loseLine(): void {
    this.gaps++;
    this.source.invalidate();
    this.trust.distrust('gap');
  }

  /** A snapshot that no later one made good leaves a hole between itself and the first delta. */
  finish(): void {
    if (!this.#isUnbridged) return;
    this.gaps++;
    this.trust.distrust('gap');
  }
}

class Connection {
  readonly books: ReplayedBook[];
  readonly parser: FrameParser;
  readonly sequence = new ConnectionSequence();
  wasOpened = false;

  constructor(stream: MarketStream, symbols: readonly SymbolEntry[]) {
    this.parser = stream.createParser(symbols);
    this.books = symbols.map((entry) => new ReplayedBook(entry, stream));
  }
}

/** Replays rows (in the order given) and returns the books that they end in, by symbol, or by `connection/symbol` where
 *  connections share symbols. Symbols and their decimals are discovered from the rows themselves. */
export function replayRecording(stream: MarketStream, rows: readonly RecordedRow[]): Record<string, RecordedBook> {
  const connections = new Map<string, Connection>();
  for (const [name, symbols] of discoverSymbols(stream, rows)) connections.set(name, new Connection(stream, symbols));
  const batch = new FrameBatch();
  for (const row of rows) {
    if (row.t === 'http') onHttp(stream, connections, row, batch);
    const connection = connections.get(row.conn);
    if (connection === undefined) continue;
    if (row.t === 'recv') onFrame(connection, row, batch);
    if (row.t === 'connect') {
      connection.sequence.reset();
      if (connection.wasOpened) for (const book of connection.books) book.lose('disconnect');
      connection.wasOpened = true;
    }
  }
  return report(connections);
}

function onFrame(connection: Connection, row: RecordedRow, batch: FrameBatch): void {
  const bytes = frameBytes(row);
  connection.parser.parse(bytes, 0, bytes.length, batch);
  if (batch.connectionSeq >= 0) {
    const line = connection.sequence.judge(batch.connectionSeq);
    if (line === LINE.Repeat) return;
    if (line === LINE.Hole) for (const book of connection.books) book.loseLine();
  }
  for (let index = 0; index < batch.count; index++) {
    const frame = batch.at(index);
    const book = connection.books[frame.symbol];
    if (frame.kind === FRAME.Malformed) {
      for (const hit of book === undefined ? connection.books : [book]) hit.lose('malformed');
    } else if (book !== undefined && isBookEvent(frame.kind)) {
      if (frame.kind !== FRAME.Top) book.hasDepth = true;
      book.complete(frame, bytes);
      book.note(book.source.onFrame(frame, row.ts * 1e9), frame.lastSeq >= 0);
    }
  }
}

const isBookEvent = (kind: number): boolean => kind === FRAME.Snapshot || kind === FRAME.Delta || kind === FRAME.Top;

/** An answer to a snapshot request serves every connection that carries the symbol. */
function onHttp(
  stream: MarketStream,
  connections: ReadonlyMap<string, Connection>,
  row: RecordedRow,
  batch: FrameBatch,
): void {
  const symbol = row.url === undefined ? undefined : stream.snapshotSymbol?.(row.url);
  if (symbol === undefined) return;
  const bytes = frameBytes(row);
  for (const { parser, books } of connections.values()) {
    const index = books.findIndex(({ entry }) => entry.symbol === symbol);
    const book = books[index];
    if (book === undefined) continue;
    parser.parseSnapshot(bytes, 0, bytes.length, index, batch);
    const frame = batch.count > 0 ? batch.at(0) : undefined;
    if (frame?.kind !== FRAME.Snapshot) continue;
    book.hasDepth = true;
    book.complete(frame, bytes);
    book.note(book.source.onRestSnapshot(frame, row.ts * 1e9), true);
  }
}

function report(connections: ReadonlyMap<string, Connection>): Record<string, RecordedBook> {
  const found: { connection: string; symbol: string; book: RecordedBook }[] = [];
  for (const [name, { books }] of connections) {
    for (const book of books.filter(({ hasDepth }) => hasDepth)) {
      found.push({ connection: name, symbol: book.entry.symbol, book: reportBook(book) });
    }
  }
  const isShared = new Set(found.map((each) => each.symbol)).size < found.length;
  return Object.fromEntries(
    found.map(({ connection, symbol, book }) => [isShared ? `${connection}/${symbol}` : symbol, book]),
  );
}

function reportBook(replayed: ReplayedBook): RecordedBook {
  replayed.finish();
  const { book, checksums, checksumFailures, applied } = replayed.source;
  const texts = (side: BookSide): [string, string][] =>
    Array.from({ length: side.count }, (_, level) => [
      gridText(side.price(level), replayed.entry.priceDecimals),
      replayed.sizes.text(side.size(level)),
    ]);
  const bids = texts(book.bids);
  const asks = texts(book.asks);
  const hash = createHash('sha256');
  for (const [price, size] of bids) hash.update(`b,${price},${size}\n`);
  for (const [price, size] of asks) hash.update(`a,${price},${size}\n`);
  const saturated = book.countSaturated();
  return {
    snapshots: replayed.snapshots,
    updates_applied: applied - replayed.snapshots,
    levels: [bids.length, asks.length],
    crossed: book.isCrossed,
    top10_bids: bids.slice(0, 10),
    top10_asks: asks.slice(0, 10),
    sha256_full_book: hash.digest('hex'),
    gaps: replayed.gaps,
    checksums: { checked: checksums, failed: checksumFailures },
    trust: TRUST_NAMES[replayed.trust.state],
    ...(replayed.malformed > 0 ? { malformed: replayed.malformed } : {}),
    ...(saturated > 0 ? { saturated } : {}),
  };
}
