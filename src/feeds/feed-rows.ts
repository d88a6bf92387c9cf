/** The rows of one feed: takes book events, keeps books and trust, publishes what changed. Knows no connection: it asks
 *  for a fresh book through `needBook` and leaves the fetching to its owner.
 *  Thread: feed. Steady state: no allocation. */
import type { Clock } from '../core/clock.ts';
import { type BookFrame, FRAME } from '../core/frame.ts';
import type { Universe } from '../core/instrument.ts';
import { DISTRUST_REASONS, type DistrustReason } from '../core/quote.ts';
import type { MarketStream, SymbolEntry } from '../core/venue.ts';
import { QUOTE } from '../memory/layout.ts';
import type { FeedTally } from './feed-counters.ts';
import { FeedRow, type RowState } from './feed-row.ts';
import type { Publisher } from './publisher.ts';
import { CHANGE, type Change, SymbolBook } from './symbol-book.ts';

/** A crossed or locked market is not priced at once; locked for longer than this, its book is fetched anew. */
const MAX_LOCKED_NS = 1e9;

export interface FeedRowsDeps {
  readonly universe: Universe;
  readonly venueIndex: number;
  readonly incarnation: number;
  readonly stream: MarketStream;
  readonly publisher: Publisher;
  readonly tally: FeedTally;
  readonly clock: Clock;
  /** Farthest that the venue's time of an event may be from ours, ms; absent: it is not looked at. */
  readonly maxVenueSkewMs?: number;
  /** Whether the row may turn live yet. */
  readonly mayGoLive: (symbol: number) => boolean;
  /** The book of `symbol` is out of sync. May be called again and again while it is. */
  readonly needBook: (symbol: number) => void;
  readonly onSynced: (symbol: number) => void;
  /** Once a row. */
  readonly onOffGrid: (symbol: number, row: FeedRow) => void;
}

export class FeedRows {
  /** What the venue's parser is made with; its indices are the `symbol` of every method here. */
  readonly entries: readonly SymbolEntry[];
  readonly #rows: readonly FeedRow[];
  readonly #deps: FeedRowsDeps;

  constructor(deps: FeedRowsDeps) {
    this.#deps = deps;
    const { universe, venueIndex, incarnation, stream } = deps;
    const rows = universe.rows.slice(universe.firstRow[venueIndex], universe.firstRow[venueIndex + 1]);
    this.entries = rows.map(({ listing, instrumentIndex }) => {
      const grid = universe.instruments[instrumentIndex]?.grid;
      if (grid === undefined) throw new RangeError(`no instrument ${instrumentIndex}`);
      // A bundle's price and size are the same digits, with the point elsewhere.
      const { symbol, exponent = 0 } = listing;
      return { symbol, priceDecimals: grid.priceDecimals - exponent, sizeDecimals: grid.sizeDecimals + exponent };
    });
    this.#rows = rows.map(({ row, instrument }, symbol) => {
      const entry = this.entries[symbol] as SymbolEntry;
      const made = new FeedRow(row, instrument, entry.symbol, new SymbolBook(entry, stream));
      if (incarnation > 1) made.trust.reason = DISTRUST_REASONS.indexOf('restart');
      return made;
    });
  }

  /** A Snapshot, Delta or Top of the stream. */
  onEvent(frame: BookFrame, receivedAt: number): void {
    const row = this.#rows[frame.symbol];
    if (row === undefined || row.isOffGrid) return;
    const { checksums } = row.book;
    // A snapshot may tell of a time long gone; a change tells of now.
    if ((frame.kind !== FRAME.Snapshot || frame.isChange) && !Number.isNaN(frame.venueAt))
      row.isSkewed = this.#isSkewed(frame.venueAt);
    const change = row.book.onFrame(frame, receivedAt);
    if (row.book.checksums !== checksums) {
      this.#deps.tally.add(this.#deps.tally.checksums, row.book.checksums - checksums);
    }
    this.#onChange(row, frame.symbol, change, receivedAt);
    // Whatever arrives proves the subscription: a snapshot that is asked for from here on can be bridged.
    if (!row.book.isSynced && !row.isOffGrid) this.#deps.needBook(frame.symbol);
  }

  /** A snapshot by REST. True when no other is wanted. */
  onRestSnapshot(symbol: number, frame: BookFrame, receivedAt: number): boolean {
    const row = this.#rows[symbol];
    if (row === undefined || row.isOffGrid) return true;
    this.#onChange(row, symbol, row.book.onRestSnapshot(frame, receivedAt), receivedAt);
    return row.isOffGrid || row.book.isSynced;
  }

  /** The book may have missed something, or its source is gone. */
  lose(symbol: number, reason: DistrustReason): void {
    const row = this.#rows[symbol];
    if (row === undefined || row.isOffGrid) return;
    row.book.invalidate();
    this.#distrust(row, reason, this.#now());
  }

  /** The book is as it was, but may be old. */
  doubt(symbol: number, reason: DistrustReason): void {
    const row = this.#rows[symbol];
    if (row !== undefined && !row.isOffGrid) this.#distrust(row, reason, this.#now());
  }

  /** A connection is up: a fresh book is on its way. */
  await(symbol: number): void {
    const row = this.#rows[symbol];
    if (row === undefined || row.isOffGrid) return;
    if (row.trust.isLive) this.lose(symbol, 'disconnect');
    row.book.invalidate();
    if (row.trust.await()) this.#publish(row, this.#now());
  }

  /** The venue says whether it trades a symbol. */
  setTrading(symbol: number, isTrading: boolean): void {
    const row = this.#rows[symbol];
    if (row === undefined || row.isHalted === !isTrading) return;
    row.isHalted = !isTrading;
    if (isTrading) this.refresh(symbol);
    else this.doubt(symbol, 'venue-status');
  }

  /** Looks for books that are locked for longer than a moment: something was missed. */
  watch(): void {
    const now = this.#now();
    for (let symbol = 0; symbol < this.#rows.length; symbol++) {
      const row = this.#rows[symbol] as FeedRow;
      if (row.lockedAt === 0 || !row.book.isSynced || now - row.lockedAt < MAX_LOCKED_NS) continue;
      row.lockedAt = 0;
      this.lose(symbol, 'locked');
      this.#deps.needBook(symbol);
    }
  }

  isSynced(symbol: number): boolean {
    return this.#rows[symbol]?.book.isSynced ?? false;
  }

  /** Whether fetching its book is a resync: it had one, and could be traded again. */
  wasSynced(symbol: number): boolean {
    return this.#rows[symbol]?.wasSynced ?? false;
  }

  isOffGrid(symbol: number): boolean {
    return this.#rows[symbol]?.isOffGrid ?? false;
  }

  publishAll(): void {
    const now = this.#now();
    for (const row of this.#rows) this.#publish(row, now);
  }

  /** What kept a row from turning live is over. */
  refresh(symbol: number): void {
    const row = this.#rows[symbol];
    if (row?.book.isSynced) this.#refresh(row, symbol, this.#now());
  }

  states(): RowState[] {
    return this.#rows.map((row) => row.state());
  }

  #onChange(row: FeedRow, symbol: number, change: Change, receivedAt: number): void {
    const { tally } = this.#deps;
    switch (change) {
      case CHANGE.Book:
      case CHANGE.Top:
        tally.add(tally.bookEvents);
        this.#refresh(row, symbol, receivedAt);
        break;
      case CHANGE.Synced:
        tally.add(tally.bookEvents);
        tally.add(tally.snapshots);
        row.wasSynced = true;
        this.#deps.onSynced(symbol);
        this.#refresh(row, symbol, receivedAt);
        break;
      case CHANGE.Gap:
        tally.add(tally.gaps);
        this.#distrust(row, 'gap', receivedAt);
        break;
      case CHANGE.BadChecksum:
        tally.add(tally.checksumFailures);
        this.#distrust(row, 'checksum', receivedAt);
        break;
      case CHANGE.OffGrid:
        row.isOffGrid = true;
        this.#distrust(row, 'off-grid', receivedAt);
        this.#deps.onOffGrid(symbol, row);
        break;
      default:
    }
  }

  /** Composes and publishes a row whose book is in sync; its trust follows from what was composed. */
  #refresh(row: FeedRow, symbol: number, receivedAt: number): void {
    const reason = row.compose(this.#now());
    if (reason === undefined) {
      if (this.#deps.mayGoLive(symbol)) row.trust.restore();
    } else {
      if (reason === 'crossed') this.#deps.tally.add(this.#deps.tally.crossed);
      if (row.trust.isLive) this.#deps.tally.left(reason);
      row.trust.distrust(reason);
      // A crossed overlay rights itself with its next event; a crossed book means that something was missed.
      if (row.book.book.isCrossed) {
        row.book.invalidate();
        this.#deps.needBook(symbol);
      }
    }
    this.#publish(row, receivedAt);
  }

  #distrust(row: FeedRow, reason: DistrustReason, receivedAt: number): void {
    if (row.trust.isLive) this.#deps.tally.left(reason);
    if (row.trust.distrust(reason)) this.#publish(row, receivedAt);
  }

  #publish(row: FeedRow, receivedAt: number): void {
    const { publisher, tally } = this.#deps;
    if (!publisher.isOpen) return;
    const { words, trust } = row;
    words[QUOTE.TRUST] = trust.state;
    words[QUOTE.REASON] = trust.reason;
    words[QUOTE.RECEIVED_AT] = receivedAt;
    words[QUOTE.PUBLISHED_AT] = this.#now();
    publisher.publish(row.row, words);
    tally.add(tally.published);
  }

  #isSkewed(venueAt: number): boolean {
    const { maxVenueSkewMs, clock } = this.#deps;
    return maxVenueSkewMs !== undefined && Math.abs(clock.wallMs() - venueAt) > maxVenueSkewMs;
  }

  #now(): number {
    return this.#deps.clock.monotonicNs();
  }
}
