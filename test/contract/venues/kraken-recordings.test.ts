import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FRAME, FrameBatch } from '../../../src/core/frame.ts';
import { type RecordedBook, replayRecording } from '../../../src/feeds/recording.ts';
import { type RecordedRow, readRecording } from '../../../src/feeds/recording-rows.ts';
import { KrakenParser } from '../../../src/venues/kraken/parse.ts';
import { krakenStream } from '../../../src/venues/kraken/stream.ts';
import { describeWithFixtures, readJson } from '../../fixtures.ts';

interface Expected {
  readonly books: Record<string, Omit<RecordedBook, 'gaps' | 'checksums' | 'trust'>>;
}

describeWithFixtures('kraken recordings through parser, cut and checksum', (root) => {
  const path = (name: string): string => join(root, 'kraken/book_recordings', name);
  const rowsOf = (name: string): RecordedRow[] => readRecording(readFileSync(path(`${name}.jsonl`), 'utf8'));
  const isUpdate = (row: RecordedRow): boolean => row.data?.startsWith('{"channel":"book","type":"update"') ?? false;
  const names = ['v2_kraken_btcusd_sample', 'v2_kraken_xrpusd_sample'] as const;

  it.each(names)('%s ends in the expected book, with every checksum matching', (name) => {
    const rows = rowsOf(name);
    const books = replayRecording(krakenStream, rows);
    const { books: expected } = readJson<Expected>(path(`${name}.expected.json`));
    expect(Object.keys(books)).toEqual(Object.keys(expected));
    for (const [symbol, want] of Object.entries(expected)) {
      const { snapshots, updates_applied, levels, top10_bids, top10_asks, sha256_full_book, crossed } = want;
      expect(books[symbol]).toMatchObject({
        snapshots,
        updates_applied,
        levels,
        top10_bids,
        top10_asks,
        sha256_full_book,
        crossed,
        gaps: 0,
        checksums: { checked: 1 + updates_applied, failed: 0 },
        trust: 'live',
      });
      expect(updates_applied).toBe(rows.filter(isUpdate).length);
    }
  });

  it.each(names)('%s is read by the scanner, but for what is no market data', (name) => {
    const symbol = name.includes('btc') ? 'BTC/USD' : 'XRP/USD';
    const parser = new KrakenParser([{ symbol, priceDecimals: 8, sizeDecimals: 8 }]);
    const batch = new FrameBatch();
    let control = 0;
    for (const { data = '' } of rowsOf(name)) {
      const bytes = Buffer.from(data);
      parser.parse(bytes, 0, bytes.length, batch);
      expect([FRAME.Snapshot, FRAME.Delta, FRAME.Ignored, FRAME.Control]).toContain(batch.at(0).kind);
      if (batch.at(0).kind === FRAME.Control) control++;
    }
    // A status and an acknowledgement.
    expect([control, parser.fallbacks]).toEqual([2, 2]);
  });

  it.each(names)('%s shows a missing frame that touched the best ten, and waits for a book', (name) => {
    const rows = rowsOf(name);
    const updates = rows.filter(isUpdate);
    const { books: expected } = readJson<Expected>(path(`${name}.expected.json`));
    const [want] = Object.values(expected);
    const sums = updates.map((row) => /"checksum":(\d+)/.exec(row.data ?? '')?.[1]);
    let noticed = 0;
    for (let at = 100; at < 1100; at += 100) {
      // An update that changed the checksum changed one of the best ten.
      const index = sums.findIndex((sum, other) => other >= at && sum !== sums[other - 1]);
      const damaged = rows.filter((row) => row !== updates[index]);
      const [book] = Object.values(replayRecording(krakenStream, damaged));
      if (book?.checksums.failed === 0) {
        // The next update set the same level: nothing is missing any more.
        expect(book.sha256_full_book).toBe(want?.sha256_full_book);
        continue;
      }
      expect([book?.checksums.failed, book?.gaps, book?.trust]).toEqual([1, 1, 'suspect']);
      noticed++;
    }
    expect(noticed).toBeGreaterThanOrEqual(8);
  });
});
