import { describe, expect, it } from 'vitest';
import { BookFrame, FRAME } from '../../src/core/frame.ts';
import { DISTRUST_REASONS, TRUST } from '../../src/core/quote.ts';
import { GRID_MAX } from '../../src/core/units.ts';
import { type MarketStream, type SequenceRule, VERDICT } from '../../src/core/venue.ts';
import { Book } from '../../src/feeds/book.ts';
import { COMPOSED, compose } from '../../src/feeds/compose.ts';
import { Sequencer, STEP } from '../../src/feeds/sequencer.ts';
import { CHANGE, SymbolBook } from '../../src/feeds/symbol-book.ts';
import { RowTrust } from '../../src/feeds/trust.ts';
import { QUOTE } from '../../src/memory/layout.ts';

/** Ranges of ids without holes, as Binance numbers them. */
const ranged = (snapshotFrom: 'rest' | 'stream'): SequenceRule => ({
  snapshotFrom,
  judge: (lastSeq, _bridged, delta) => {
    if (delta.lastSeq <= lastSeq) return VERDICT.Ignore;
    return delta.firstSeq <= lastSeq + 1 ? VERDICT.Apply : VERDICT.Gap;
  },
});

type Pairs = [price: number, size: number][];

function frame(kind: number, first: number, last: number, bids: Pairs = [], asks: Pairs = []): BookFrame {
  const made = new BookFrame();
  made.kind = kind as BookFrame['kind'];
  made.symbol = 0;
  made.firstSeq = first;
  made.lastSeq = last;
  for (const [price, size] of bids) made.bids.push(price, size, 0);
  for (const [price, size] of asks) made.asks.push(price, size, 0);
  return made;
}

const delta = (first: number, last: number, bids?: Pairs, asks?: Pairs) => frame(FRAME.Delta, first, last, bids, asks);
const snapshot = (last: number, bids?: Pairs, asks?: Pairs) => frame(FRAME.Snapshot, last, last, bids, asks);
const top = (seq: number, bids: Pairs, asks: Pairs) => frame(FRAME.Top, seq, seq, bids, asks);

describe('Sequencer, snapshot by REST', () => {
  it('buffers, discards what the snapshot holds, and replays the rest', () => {
    const sequencer = new Sequencer(ranged('rest'));
    const reused = delta(1, 3, [[100, 1]]);
    expect(sequencer.onDelta(reused)).toBe(STEP.Buffered);
    // The parser reuses its frames; what was buffered must not change with them.
    reused.firstSeq = 4;
    reused.lastSeq = 6;
    reused.bids.values[0] = 101;
    expect(sequencer.onDelta(reused)).toBe(STEP.Buffered);
    expect(sequencer.onDelta(delta(7, 7))).toBe(STEP.Buffered);
    expect(sequencer.onRestSnapshot(snapshot(4))).toBe(STEP.Reset);
    expect(sequencer.replay.map((each) => [each.firstSeq, each.bids.values[0]])).toEqual([
      [4, 101],
      [7, 0],
    ]);
    expect(sequencer.lastSeq).toBe(7);
    expect(sequencer.onDelta(delta(6, 7))).toBe(STEP.Ignore);
    expect(sequencer.onDelta(delta(8, 9))).toBe(STEP.Apply);
  });

  it('asks for another snapshot when it is older than the first buffered event, and keeps the buffer', () => {
    const sequencer = new Sequencer(ranged('rest'));
    sequencer.onDelta(delta(10, 12));
    expect(sequencer.onRestSnapshot(snapshot(8))).toBe(STEP.TooOld);
    expect(sequencer.isSynced).toBe(false);
    expect(sequencer.onRestSnapshot(snapshot(9))).toBe(STEP.Reset);
    expect(sequencer.lastSeq).toBe(12);
  });

  it('sees a hole among the buffered events', () => {
    const sequencer = new Sequencer(ranged('rest'));
    for (const each of [delta(1, 3), delta(5, 6), delta(7, 8)]) sequencer.onDelta(each);
    expect(sequencer.onRestSnapshot(snapshot(2))).toBe(STEP.Gap);
    expect(sequencer.isSynced).toBe(false);
    expect(sequencer.onRestSnapshot(snapshot(5))).toBe(STEP.Reset);
    expect(sequencer.lastSeq).toBe(8);
  });

  it('keeps the event that revealed a gap', () => {
    const sequencer = new Sequencer(ranged('rest'));
    sequencer.onRestSnapshot(snapshot(5));
    expect(sequencer.onDelta(delta(8, 9))).toBe(STEP.Gap);
    expect(sequencer.isSynced).toBe(false);
    expect(sequencer.onDelta(delta(10, 10))).toBe(STEP.Buffered);
    expect(sequencer.onRestSnapshot(snapshot(8))).toBe(STEP.Reset);
    expect(sequencer.lastSeq).toBe(10);
  });

  it('does not go back to an older snapshot while in sync', () => {
    const sequencer = new Sequencer(ranged('rest'));
    sequencer.onRestSnapshot(snapshot(5));
    expect(sequencer.onRestSnapshot(snapshot(4))).toBe(STEP.Ignore);
    expect(sequencer.isSynced).toBe(true);
  });
});

describe('Sequencer, snapshot by stream', () => {
  it('waits for a snapshot before and after', () => {
    const sequencer = new Sequencer(ranged('stream'));
    expect(sequencer.onDelta(delta(1, 1))).toBe(STEP.Ignore);
    expect(sequencer.onStreamSnapshot(snapshot(4))).toBe(STEP.Reset);
    expect(sequencer.onDelta(delta(5, 5))).toBe(STEP.Apply);
    expect(sequencer.onDelta(delta(7, 7))).toBe(STEP.Gap);
    expect(sequencer.onDelta(delta(6, 6))).toBe(STEP.Ignore);
    expect(sequencer.onStreamSnapshot(snapshot(3))).toBe(STEP.Reset);
    expect(sequencer.onDelta(delta(4, 4))).toBe(STEP.Apply);
  });
});

const streamWith = (checksum?: MarketStream['checksum']): MarketStream =>
  ({ rule: ranged('stream'), ...(checksum === undefined ? {} : { checksum }) }) as unknown as MarketStream;
const grid = { priceDecimals: 2, sizeDecimals: 3 };

describe('SymbolBook', () => {
  it('compares checksums that are there and not 0', () => {
    const book = new SymbolBook(
      grid,
      streamWith((each) => each.bidCount * 10 + each.askCount),
    );
    const with_ = (made: BookFrame, checksum: number): BookFrame => Object.assign(made, { checksum });
    expect(book.onFrame(with_(snapshot(1, [[1, 1]], [[5, 1]]), 11), 0)).toBe(CHANGE.Synced);
    expect(book.onFrame(with_(delta(2, 2, [[2, 1]]), 0), 0)).toBe(CHANGE.Book);
    expect(book.onFrame(delta(3, 3, [[3, 1]]), 0)).toBe(CHANGE.Book);
    expect(book.checksums).toBe(1);
    expect(book.onFrame(with_(delta(4, 4, [[4, 1]]), 40), 0)).toBe(CHANGE.BadChecksum);
    expect([book.checksums, book.checksumFailures, book.isSynced]).toEqual([2, 1, false]);
    expect(book.onFrame(delta(5, 5), 0)).toBe(CHANGE.None);
  });

  it('leaves the book alone when numbers are finer than the grid', () => {
    const book = new SymbolBook(grid, streamWith());
    book.onFrame(snapshot(1, [[1, 1]], [[5, 1]]), 0);
    expect(book.onFrame(Object.assign(delta(2, 2, [[1, 9]]), { neededPriceDecimals: 3 }), 0)).toBe(CHANGE.OffGrid);
    expect(book.book.bids.size(0)).toBe(1);
    expect(book.isSynced).toBe(false);
  });

  it('takes a top only while it is newer, and until the book has caught up', () => {
    const book = new SymbolBook(grid, streamWith());
    const row = new Float64Array(QUOTE.STRIDE);
    const best = (): (number | undefined)[] => {
      compose(book, row);
      return [row[QUOTE.BID], row[QUOTE.ASK]];
    };
    book.onFrame(
      snapshot(
        10,
        [
          [100, 1],
          [99, 1],
        ],
        [[102, 1]],
      ),
      0,
    );
    expect(book.onFrame(top(10, [[50, 1]], [[60, 1]]), 1)).toBe(CHANGE.None);
    expect(book.onFrame(top(12, [[99, 7]], [[100, 2]]), 1)).toBe(CHANGE.Top);
    expect(best()).toEqual([99, 100]);
    expect(book.onFrame(top(11, [[50, 1]], [[60, 1]]), 2)).toBe(CHANGE.None);
    book.onFrame(delta(11, 11, [[98, 1]]), 3);
    expect(best()).toEqual([99, 100]);
    expect([row[QUOTE.TOP_AT], row[QUOTE.DEPTH_AT]]).toEqual([1, 3]);
    book.onFrame(delta(12, 12, [[100, 0]], [[101, 2]]), 4);
    expect(best()).toEqual([99, 101]);
    expect([row[QUOTE.TOP_AT], row[QUOTE.DEPTH_AT]]).toEqual([4, 4]);
  });

  it('composes crossed, one-sided and cut books as such', () => {
    const row = new Float64Array(QUOTE.STRIDE);
    const composed = (bids: Pairs, asks: Pairs): number => {
      const book = new SymbolBook(grid, streamWith());
      book.onFrame(snapshot(1, bids, asks), 0);
      return compose(book, row);
    };
    expect(composed([[1, 1]], [[2, 1]])).toBe(COMPOSED.Ok);
    expect(composed([[3, 1]], [[2, 1]])).toBe(COMPOSED.Crossed);
    expect(composed([[2, 1]], [[2, 1]])).toBe(COMPOSED.Locked);
    expect(composed([], [[2, 1]])).toBe(COMPOSED.OneSided);
    expect(row[QUOTE.BID_COUNT]).toBe(0);
    expect(composed([[1, 1]], [[2, GRID_MAX]])).toBe(COMPOSED.Saturated);
    const deep: Pairs = Array.from({ length: 13 }, (_, at) => [at + 2, at === 12 ? GRID_MAX : 1]);
    expect(composed([[1, 1]], deep)).toBe(COMPOSED.Ok);
  });
});

describe('Book texts', () => {
  it('gives levels back as the venue wrote them', () => {
    const book = new Book({ priceDecimals: 2, sizeDecimals: 3 });
    const made = new BookFrame();
    made.bids.push(12_300, 5_000, 0 * 64 + 0);
    made.bids.push(12_250, 5_120, 4 * 64 + 2);
    made.bids.push(12_200, 5, 1 * 64 + 3);
    book.applySnapshot(made);
    expect([0, 1, 2].map((at) => book.bidText(at))).toEqual([
      ['123', '5'],
      ['122.5000', '5.12'],
      ['122.0', '0.005'],
    ]);
    const whole = new Book({ priceDecimals: 0, sizeDecimals: 0 });
    made.asks.push(7, 8, 2 * 64 + 0);
    whole.applySnapshot(made);
    expect(whole.askText(0)).toEqual(['7.00', '8']);
  });
});

describe('RowTrust', () => {
  const reasonOf = (trust: RowTrust) => DISTRUST_REASONS[trust.reason];

  it('remembers why it last left live', () => {
    const trust = new RowTrust();
    expect([trust.state, trust.reason]).toEqual([TRUST.Syncing, -1]);
    expect(trust.restore()).toBe(true);
    expect(trust.restore()).toBe(false);
    expect(trust.distrust('gap')).toBe(true);
    expect([trust.state, reasonOf(trust)]).toEqual([TRUST.Suspect, 'gap']);
    trust.distrust('checksum');
    expect(reasonOf(trust)).toBe('gap');
    trust.await();
    expect([trust.state, reasonOf(trust)]).toEqual([TRUST.Syncing, 'gap']);
    trust.restore();
    trust.distrust('silence');
    expect([trust.state, reasonOf(trust)]).toEqual([TRUST.Stale, 'silence']);
    expect(trust.distrust('disconnect')).toBe(false);
    expect(trust.state).toBe(TRUST.Stale);
    trust.await();
    expect(trust.state).toBe(TRUST.Syncing);
  });
});
