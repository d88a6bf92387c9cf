/** The recording of the wire through parser, rule, checksum and book: it must end in the books that others made of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FRAME, FrameBatch } from '../../../src/core/frame.ts';
import { replayRecording } from '../../../src/feeds/recording.ts';
import { frameBytes, type RecordedRow, readRecording } from '../../../src/feeds/recording-rows.ts';
import { BitgetParser } from '../../../src/venues/bitget/parse.ts';
import { bitgetStream } from '../../../src/venues/bitget/stream.ts';
import { describeWithFixtures, readJson } from '../../fixtures.ts';

const NAME = 'v2_wrapped_books_spot_5syms';

interface Expected {
  readonly books: Record<string, { readonly sha256_full_book: string; readonly updates_applied: number }>;
}

const isUpdate = ({ t, data = '' }: RecordedRow): boolean => t === 'recv' && data.startsWith('{"action":"update"');

describeWithFixtures('bitget recordings', (root) => {
  const path = join(root, `bitget/book_recordings/${NAME}`);
  const rows = readRecording(readFileSync(`${path}.jsonl`, 'utf8'));
  const { books } = readJson<Expected>(`${path}.expected.json`);

  it('end in the expected books, without a gap, every checksum verified', () => {
    const read = replayRecording(bitgetStream, rows);
    expect(Object.keys(read).sort()).toEqual(Object.keys(books).sort());
    for (const [symbol, want] of Object.entries(books)) {
      expect(read[symbol], symbol).toMatchObject(want);
      const checksums = { checked: want.updates_applied + 1, failed: 0 };
      expect(read[symbol], symbol).toMatchObject({ gaps: 0, trust: 'live', checksums });
      expect(read[symbol]?.malformed ?? read[symbol]?.saturated, symbol).toBeUndefined();
    }
  });

  it('show any frame taken out as one gap, of that book alone', () => {
    const updates = rows.filter(isUpdate);
    expect(updates.length).toBeGreaterThan(250);
    for (const out of [updates[0], updates[60], updates[150], updates.at(-10)]) {
      const read = replayRecording(
        bitgetStream,
        rows.filter((row) => row !== out),
      );
      expect(
        Object.values(read)
          .map((book) => book.gaps)
          .sort(),
      ).toEqual([0, 0, 0, 0, 1]);
      expect(Object.values(read).flatMap(({ gaps, trust }) => (gaps === 1 ? [trust] : []))).toEqual(['suspect']);
    }
  });

  it('show a frame taken out by its checksum where there are no ids, as until 2024', () => {
    const old = rows.map((row) => ({ ...row, data: row.data?.replace(/,"p?seq":\d+/g, '') ?? '' }));
    const whole = replayRecording(bitgetStream, old);
    for (const [symbol, want] of Object.entries(books)) {
      expect(whole[symbol], symbol).toMatchObject({ ...want, gaps: 0, checksums: { failed: 0 } });
    }
    const out = old.filter(isUpdate)[30];
    const read = replayRecording(
      bitgetStream,
      old.filter((row) => row !== out),
    );
    expect(
      Object.values(read)
        .map(({ checksums }) => checksums.failed)
        .sort(),
    ).toEqual([0, 0, 0, 0, 1]);
  });

  it('show a changed size by its checksum', () => {
    const at = rows.findIndex((row) => row.data?.startsWith('{"action":"snapshot"'));
    const changed = rows.map((row, index) =>
      index === at
        ? { ...row, data: row.data?.replace(/\["([\d.]+)","(\d)/, (_, price) => `["${price}","9`) ?? '' }
        : row,
    );
    expect(changed[at]?.data).not.toBe(rows[at]?.data);
    const read = replayRecording(bitgetStream, changed);
    expect(
      Object.values(read)
        .map(({ checksums }) => checksums.failed)
        .sort(),
    ).toEqual([0, 0, 0, 0, 1]);
  });

  it('are the same books with ids of nineteen digits', () => {
    const far = rows.map((row) => ({
      ...row,
      data:
        row.data?.replace(/"(p?seq)":(\d+)/g, (_, key, id) => `"${key}":${1_343_064_377_779_269_632n + BigInt(id)}`) ??
        '',
    }));
    const read = replayRecording(bitgetStream, far);
    for (const [symbol, { sha256_full_book }] of Object.entries(books)) {
      expect(read[symbol], symbol).toMatchObject({ sha256_full_book, gaps: 0 });
    }
  });

  it('are read by the scanner, every frame', () => {
    const symbols = Object.keys(books).map((symbol) => ({ symbol, priceDecimals: 12, sizeDecimals: 4 }));
    const parser = new BitgetParser(symbols);
    const batch = new FrameBatch();
    for (const row of rows.filter(({ t }) => t === 'recv')) {
      const bytes = frameBytes(row);
      parser.parse(bytes, 0, bytes.length, batch);
      expect(batch.count).toBe(1);
      expect([FRAME.Snapshot, FRAME.Delta]).toContain(batch.at(0).kind);
    }
    expect(parser.fallbacks).toBe(0);
  });
});

describeWithFixtures('bitget checksum vector of the page', (root) => {
  it('verifies', () => {
    const vector = readJson<{ string: string; crc32_signed: number }>(
      join(root, 'bitget/checksum/docs_more_than_25.json'),
    );
    const texts = vector.string.split(':');
    const level = (at: number) => [texts[at] ?? '', texts[at + 1] ?? ''] as const;
    const book = {
      bidCount: 2,
      askCount: 2,
      bidText: (index: number) => level(index * 4),
      askText: (index: number) => level(index * 4 + 2),
    };
    expect(bitgetStream.checksum?.(book)).toBe(vector.crc32_signed);
  });
});
