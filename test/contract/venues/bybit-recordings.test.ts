/** Recordings of the wire through parser, rule and book: they must end in the books that others made of them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FRAME, FrameBatch } from '../../../src/core/frame.ts';
import { replayRecording } from '../../../src/feeds/recording.ts';
import { frameBytes, type RecordedRow, readRecording } from '../../../src/feeds/recording-rows.ts';
import { BybitParser } from '../../../src/venues/bybit/parse.ts';
import { bybitStream } from '../../../src/venues/bybit/stream.ts';
import { describeWithFixtures, readJson } from '../../fixtures.ts';

const NAME = 'v5_spot_BTCUSDT_linear_BTC_SOL';

interface Expected {
  readonly books: Record<string, Record<string, unknown>>;
}

const isBook = (row: RecordedRow): boolean => row.t === 'recv' && (row.data ?? '').startsWith('{"topic":"orderbook.');
const isDelta = (row: RecordedRow): boolean => isBook(row) && (row.data ?? '').includes('"type":"delta"');
const isSpot = (row: RecordedRow): boolean => row.conn === 'BYBIT.ws.3';

describeWithFixtures('bybit recordings', (root) => {
  const path = join(root, `bybit/book_recordings/${NAME}`);
  const rows = readRecording(readFileSync(`${path}.jsonl`, 'utf8'));

  it('end in the expected books, without a gap', () => {
    const { books } = readJson<Expected>(`${path}.expected.json`);
    const read = replayRecording(bybitStream, rows);
    expect(Object.keys(read).sort()).toEqual(Object.keys(books).sort());
    for (const [key, want] of Object.entries(books)) {
      expect(read[key], key).toMatchObject(want);
      expect(read[key], key).toMatchObject({ gaps: 0, trust: 'live', checksums: { checked: 0, failed: 0 } });
      expect(read[key]?.malformed ?? read[key]?.saturated, key).toBeUndefined();
    }
  });

  it('show a frame taken out as one gap, of that book alone', () => {
    const deltas = rows.filter(isDelta);
    expect(deltas.length).toBeGreaterThan(1000);
    for (const out of [deltas.find(isSpot), deltas[500], deltas.at(-2)]) {
      const read = replayRecording(
        bybitStream,
        rows.filter((row) => row !== out),
      );
      const gaps = Object.values(read).map((book) => book.gaps);
      expect(gaps.sort()).toEqual([0, 0, 1]);
      expect(Object.values(read).map((book) => book.trust)).toContain('suspect');
    }
  });

  it('survive a repeated frame, and a snapshot in between', () => {
    const { books } = readJson<Expected>(`${path}.expected.json`);
    const first = rows.find((row) => isBook(row) && isSpot(row) && !isDelta(row)) as RecordedRow;
    const doubled = rows.flatMap((row) => (isBook(row) ? [row, row] : [row]));
    // The first snapshot once more, before everything: what follows it still follows.
    const read = replayRecording(bybitStream, [first, ...doubled]);
    for (const [key, { sha256_full_book }] of Object.entries(books)) {
      expect(read[key], key).toMatchObject({ sha256_full_book, gaps: 0 });
    }
  });

  it('never grow past their depth: the venue removes what falls out of it', () => {
    for (let cut = 1; cut <= 10; cut++) {
      const part = rows.slice(0, Math.ceil((rows.length * cut) / 10));
      for (const book of Object.values(replayRecording(bybitStream, part))) {
        expect(book.levels[0]).toBeLessThanOrEqual(200);
        expect(book.levels[1]).toBeLessThanOrEqual(200);
      }
    }
  });

  it('are read by the scanner: only other channels take the slow way', () => {
    const parser = new BybitParser(
      ['BTCUSDT', 'SOLUSDT'].map((symbol) => ({ symbol, priceDecimals: 3, sizeDecimals: 6 })),
    );
    const batch = new FrameBatch();
    const line = new Map<string, number>();
    for (const row of rows.filter((each) => each.t === 'recv')) {
      const before = parser.fallbacks;
      const bytes = frameBytes(row);
      parser.parse(bytes, 0, bytes.length, batch);
      const frame = batch.at(0);
      if (!isBook(row)) {
        expect([FRAME.Ignored, FRAME.Control]).toContain(frame.kind);
        continue;
      }
      expect(parser.fallbacks, row.data).toBe(before);
      expect([FRAME.Snapshot, FRAME.Delta]).toContain(frame.kind);
      // The cross sequence only grows, and the venue's time stands in every frame.
      const key = `${row.conn} ${frame.symbol}`;
      expect(frame.lineSeq).toBeGreaterThan(line.get(key) ?? -1);
      line.set(key, frame.lineSeq);
      expect(Math.abs(frame.venueAt - row.ts * 1000)).toBeLessThan(10_000);
    }
    expect(line.size).toBe(3);
  });
});
