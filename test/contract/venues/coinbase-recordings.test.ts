import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FRAME, FrameBatch } from '../../../src/core/frame.ts';
import { type RecordedBook, replayRecording } from '../../../src/feeds/recording.ts';
import { type RecordedRow, readRecording } from '../../../src/feeds/recording-rows.ts';
import { CoinbaseParser } from '../../../src/venues/coinbase/parse.ts';
import { coinbaseStream } from '../../../src/venues/coinbase/stream.ts';
import { describeWithFixtures, readJson } from '../../fixtures.ts';
import { coinbasePlain } from './plain/coinbase.ts';

type Expected = { readonly books: Record<string, Partial<RecordedBook>> };

describeWithFixtures('coinbase recordings', (root) => {
  const path = join(root, 'coinbase/book_recordings/advtrade_l2_ETH-USD');
  const rows = readRecording(readFileSync(`${path}.jsonl`, 'utf8'));
  const expected = readJson<Expected>(`${path}.expected.json`).books['ETH-USD'];
  const replay = (some: readonly RecordedRow[]): RecordedBook =>
    replayRecording(coinbaseStream, some)['ETH-USD'] as RecordedBook;

  it('end in the expected book, without a gap', () => {
    expect(replay(rows)).toMatchObject({ ...expected, gaps: 0, trust: 'live' });
    expect(replay(rows).malformed).toBeUndefined();
  });

  it.each(['l2_data', 'heartbeats', 'subscriptions', 'ticker'])('a %s frame taken out is a gap', (channel) => {
    // Well behind the snapshot, and before the last frames.
    const of = (row: RecordedRow): boolean => row.data?.includes(`"channel":"${channel}"`) ?? false;
    const snapshot = rows.findIndex((row) => row.data?.includes('"type":"snapshot","product_id"'));
    const missing = rows.findIndex((row, index) => index > snapshot && of(row));
    expect(missing).toBeGreaterThan(snapshot);
    const book = replay(rows.filter((_, index) => index !== missing));
    expect(book).toMatchObject({ gaps: 1, trust: 'suspect' });
    expect(book.sha256_full_book).not.toBe(expected?.sha256_full_book);
  });

  it('a frame that comes twice changes nothing', () => {
    const at = rows.findLastIndex((row) => row.data?.includes('"l2_data"'));
    const again = [...rows.slice(0, at + 1), rows[at] as RecordedRow, ...rows.slice(at + 1)];
    expect(replay(again)).toMatchObject({ ...expected, gaps: 0 });
  });

  it('are read by the scanner: only acknowledgements, and channels that we do not ask for, are not', () => {
    const parser = new CoinbaseParser([{ symbol: 'ETH-USD', priceDecimals: 2, sizeDecimals: 8 }]);
    const batch = new FrameBatch();
    const counts: Record<string, number> = {};
    for (const row of rows) {
      if (row.t !== 'recv') continue;
      const bytes = Buffer.from(row.data ?? '');
      const before = parser.fallbacks;
      parser.parse(bytes, 0, bytes.length, batch);
      const { channel, sequence_num: sequence } = JSON.parse(row.data ?? '') as Record<string, unknown>;
      expect(batch.connectionSeq).toBe(sequence);
      const name = `${channel} ${parser.fallbacks === before ? 'scanned' : 'parsed'}`;
      counts[name] = (counts[name] ?? 0) + 1;
    }
    expect(Object.keys(counts).sort()).toEqual([
      'candles parsed',
      'heartbeats scanned',
      'l2_data scanned',
      'market_trades parsed',
      'subscriptions parsed',
      'ticker parsed',
    ]);
    expect(counts['l2_data scanned']).toBe(375);
  });

  it('say the same to a plain reader, level by level and number by number', () => {
    const parser = new CoinbaseParser([{ symbol: 'ETH-USD', priceDecimals: 2, sizeDecimals: 8 }]);
    const batch = new FrameBatch();
    let depths = 0;
    for (const row of rows) {
      const plain = coinbasePlain.depthsOf(row);
      if (row.t !== 'recv' || plain.length === 0) continue;
      const bytes = Buffer.from(row.data ?? '');
      parser.parse(bytes, 0, bytes.length, batch);
      expect(batch.connectionSeq).toBe(coinbasePlain.connectionSeqOf?.(row));
      for (const [index, depth] of plain.entries()) {
        const frame = batch.at(index);
        expect(frame.kind).toBe(depth.isSnapshot ? FRAME.Snapshot : FRAME.Delta);
        expect([frame.bids.count, frame.asks.count]).toEqual([depth.bids.length, depth.asks.length]);
        depths++;
      }
    }
    expect(depths).toBe(375);
  });
});
