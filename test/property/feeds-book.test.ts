import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BookFrame, type LevelList } from '../../src/core/frame.ts';
import { ROW_LEVELS } from '../../src/core/quote.ts';
import { type MarketStream, VERDICT } from '../../src/core/venue.ts';
import { Book } from '../../src/feeds/book.ts';
import type { BookSide } from '../../src/feeds/book-side.ts';
import { compose } from '../../src/feeds/compose.ts';
import { SymbolBook } from '../../src/feeds/symbol-book.ts';
import { QUOTE } from '../../src/memory/layout.ts';

type Level = [price: number, size: number, shape: number];

const levels = fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 9 }), fc.nat(700)), {
  maxLength: 40,
});
const event = fc.record({ isSnapshot: fc.boolean(), bids: levels, asks: levels });
type Event = { isSnapshot: boolean; bids: Level[]; asks: Level[] };

function frameOf({ bids, asks }: { bids: Level[]; asks: Level[] }): BookFrame {
  const frame = new BookFrame();
  const push = (list: LevelList, from: Level[]): void => {
    for (const level of from) list.push(...level);
  };
  push(frame.bids, bids);
  push(frame.asks, asks);
  return frame;
}

/** Snapshots name a price once, best first. */
const asSnapshot = (side: Level[], sign: number): Level[] =>
  [...new Map(side.map((level) => [level[0], level])).values()].sort((a, b) => sign * (a[0] - b[0]));

class Model {
  readonly bids = new Map<number, Level>();
  readonly asks = new Map<number, Level>();

  take(event: Event): void {
    for (const side of ['bids', 'asks'] as const) {
      if (event.isSnapshot) this[side].clear();
      for (const level of event[side]) {
        if (level[1] === 0) this[side].delete(level[0]);
        else this[side].set(level[0], level);
      }
    }
  }

  sorted(side: 'bids' | 'asks'): Level[] {
    return [...this[side].values()].sort((a, b) => (side === 'bids' ? b[0] - a[0] : a[0] - b[0]));
  }
}

const read = (side: BookSide): Level[] =>
  Array.from({ length: side.count }, (_, at) => [side.price(at), side.size(at), side.shape(at)]);

const clean = (event: Event): Event =>
  event.isSnapshot ? { ...event, bids: asSnapshot(event.bids, -1), asks: asSnapshot(event.asks, 1) } : event;

describe('Book', () => {
  it('holds what a Map holds after any snapshots and deltas', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (events) => {
        const book = new Book({ priceDecimals: 0, sizeDecimals: 0 });
        const model = new Model();
        for (const each of events.map(clean)) {
          if (each.isSnapshot) book.applySnapshot(frameOf(each));
          else book.applyDelta(frameOf(each));
          model.take(each);
          expect(read(book.bids)).toEqual(model.sorted('bids'));
          expect(read(book.asks)).toEqual(model.sorted('asks'));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('grows past its first arrays', () => {
    const book = new Book({ priceDecimals: 0, sizeDecimals: 0 });
    const bids = Array.from({ length: 1_000 }, (_, at): Level => [(at * 7919) % 100_003, at + 1, 0]);
    book.applyDelta(frameOf({ bids, asks: [] }));
    expect(read(book.bids)).toEqual(bids.toSorted((a, b) => b[0] - a[0]));
  });
});

const stream = { rule: { snapshotFrom: 'stream', judge: () => VERDICT.Apply } } as unknown as MarketStream;

describe('compose', () => {
  it('lays a newer top over the book: level 1 replaced, crossed levels gone, deeper ones kept', () => {
    const top = fc.tuple(fc.integer({ min: 2, max: 58 }), fc.integer({ min: 1, max: 9 }));
    fc.assert(
      fc.property(levels, levels, fc.option(fc.tuple(top, top)), (bids, asks, tops) => {
        const source = new SymbolBook({ priceDecimals: 0, sizeDecimals: 0 }, stream);
        const event = clean({ isSnapshot: true, bids, asks });
        const model = new Model();
        model.take(event);
        const snapshot = frameOf(event);
        snapshot.kind = 1;
        snapshot.lastSeq = 10;
        source.onFrame(snapshot, 1_000);
        if (tops !== null) {
          const [[bid, bidSize], [ask, askSize]] = tops;
          const newer = frameOf({ bids: [[bid, bidSize, 0]], asks: [[ask, askSize, 0]] });
          newer.kind = 3;
          newer.lastSeq = 11;
          source.onFrame(newer, 2_000);
          for (const price of [...model.bids.keys()]) if (price >= bid) model.bids.delete(price);
          for (const price of [...model.asks.keys()]) if (price <= ask) model.asks.delete(price);
          model.bids.set(bid, [bid, bidSize, 0]);
          model.asks.set(ask, [ask, askSize, 0]);
        }
        const row = new Float64Array(QUOTE.STRIDE).fill(77);
        compose(source, row);
        for (const [side, offset, count] of [
          ['bids', QUOTE.BIDS, QUOTE.BID_COUNT],
          ['asks', QUOTE.ASKS, QUOTE.ASK_COUNT],
        ] as const) {
          const expected = model.sorted(side).slice(0, ROW_LEVELS);
          expect(row[count]).toBe(expected.length);
          const flat = expected.flatMap((level) => level.slice(0, 2));
          const rest = Array.from({ length: ROW_LEVELS * 2 - flat.length }, () => 0);
          expect([...row.subarray(offset, offset + ROW_LEVELS * 2)]).toEqual([...flat, ...rest]);
        }
        expect(row[QUOTE.VENUE_SEQ]).toBe(tops === null ? 10 : 11);
        expect(row[QUOTE.TOP_AT]).toBe(tops === null ? 1_000 : 2_000);
        expect(row[QUOTE.DEPTH_AT]).toBe(1_000);
      }),
      { numRuns: 300 },
    );
  });
});
