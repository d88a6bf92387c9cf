/** A recording of April 2021 (the old key order, full snapshots over REST) through the whole of the feed's reading. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FRAME, FrameBatch } from '../../../src/core/frame.ts';
import { replayRecording } from '../../../src/feeds/recording.ts';
import type { RecordedRow } from '../../../src/feeds/recording-rows.ts';
import { KucoinParser } from '../../../src/venues/kucoin/parse.ts';
import { kucoinStream } from '../../../src/venues/kucoin/stream.ts';
import { describeWithFixtures, readJson, readJsonl } from '../../fixtures.ts';

const NAME = 'level2_BCHSV_ANKR_FET_EQZ_COV_CAPP';

interface ExpectedBook {
  readonly snapshots: number;
  readonly updates_applied: number;
  readonly levels: readonly [number, number];
  readonly top10_bids: readonly (readonly [string, string])[];
  readonly top10_asks: readonly (readonly [string, string])[];
  readonly sha256_full_book: string;
}

const DEPTH = '"topic":"/market/level2:';
const symbolOf = (row: RecordedRow): string => /"topic":"\/market\/level2:([^"]+)"/.exec(row.data ?? '')?.[1] ?? '';

describeWithFixtures('kucoin recordings through parser, rule and book', (root) => {
  const path = join(root, `kucoin/book_recordings/${NAME}`);
  const rows = readJsonl<RecordedRow>(`${path}.jsonl`);
  const { books: expected } = readJson<{ books: Record<string, ExpectedBook> }>(`${path}.expected.json`);

  it('end in the expected books, without a gap', () => {
    const books = replayRecording(kucoinStream, rows);
    expect(Object.keys(expected).length).toBeGreaterThan(4);
    for (const [symbol, want] of Object.entries(expected)) {
      const book = books[symbol];
      expect(book, symbol).toMatchObject({
        snapshots: want.snapshots,
        levels: want.levels,
        top10_bids: want.top10_bids,
        top10_asks: want.top10_asks,
        sha256_full_book: want.sha256_full_book,
        crossed: false,
        gaps: 0,
        trust: 'live',
      });
      expect(book?.malformed, symbol).toBeUndefined();
      expect(book?.updates_applied, symbol).toBe(want.updates_applied);
    }
  });

  it('show one frame that is missing as one gap of its symbol', () => {
    for (const symbol of Object.keys(expected)) {
      const own = rows.flatMap((row, index) => (row.t === 'recv' && symbolOf(row) === symbol ? [index] : []));
      const left = own[Math.floor(own.length * 0.75)];
      const books = replayRecording(
        kucoinStream,
        rows.filter((_, index) => index !== left),
      );
      for (const [each, book] of Object.entries(books)) expect(book.gaps, each).toBe(each === symbol ? 1 : 0);
    }
  });

  it('take the fast way for every frame of level 2', () => {
    const symbols = Object.keys(expected).map((symbol) => ({ symbol, priceDecimals: 10, sizeDecimals: 8 }));
    const parser = new KucoinParser(symbols);
    const batch = new FrameBatch();
    let deltas = 0;
    for (const line of readFileSync(`${path}.jsonl`, 'utf8').split('\n')) {
      if (!line.includes('"recv"')) continue;
      const row = JSON.parse(line) as RecordedRow;
      const isKnown = row.data?.includes(DEPTH) === true && symbols.some(({ symbol }) => symbol === symbolOf(row));
      if (!isKnown) continue;
      const bytes = Buffer.from(row.data ?? '');
      parser.parse(bytes, 0, bytes.length, batch);
      expect(batch.at(0).kind).toBe(FRAME.Delta);
      deltas++;
    }
    expect(deltas).toBeGreaterThan(2900);
    expect(parser.fallbacks).toBe(0);
  });
});
