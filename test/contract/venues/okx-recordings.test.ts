import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { gridText } from '../../../src/core/decimal.ts';
import { type BookFrame, FRAME, FrameBatch, LEVEL_STRIDE, type LevelList } from '../../../src/core/frame.ts';
import { type ChecksumSource, VERDICT } from '../../../src/core/venue.ts';
import { OkxParser } from '../../../src/venues/okx/parse.ts';
import { okxStream } from '../../../src/venues/okx/stream.ts';
import { describeWithFixtures, readJson, readJsonl } from '../../fixtures.ts';

/** Enough decimals for every number of the recordings; prices and sizes stay far below 2^53. */
const DECIMALS = 8;

interface Row {
  readonly t: string;
  readonly data?: string;
}
interface Expected {
  readonly books: Record<
    string,
    {
      readonly snapshots: number;
      readonly updates_applied: number;
      readonly levels: [number, number];
      readonly top10_bids: [string, string][];
      readonly top10_asks: [string, string][];
      readonly sha256_full_book: string;
    }
  >;
}

interface Level {
  readonly price: number;
  readonly size: number;
  readonly shape: number;
}

/** A book as plain as can be; the machinery of src/feeds is not used here, this checks parser, rule and checksum. */
class PlainBook implements ChecksumSource {
  readonly #bids = new Map<number, Level>();
  readonly #asks = new Map<number, Level>();
  lastSeq = -1;
  bridged = false;
  snapshots = 0;
  updates = 0;

  apply(frame: BookFrame): void {
    if (frame.kind === FRAME.Snapshot) {
      this.#bids.clear();
      this.#asks.clear();
      this.snapshots++;
    } else {
      this.updates++;
      this.bridged = true;
    }
    fill(this.#bids, frame.bids);
    fill(this.#asks, frame.asks);
    this.lastSeq = frame.lastSeq;
  }

  get bids(): Level[] {
    return [...this.#bids.values()].sort((a, b) => b.price - a.price);
  }
  get asks(): Level[] {
    return [...this.#asks.values()].sort((a, b) => a.price - b.price);
  }
  get bidCount(): number {
    return this.#bids.size;
  }
  get askCount(): number {
    return this.#asks.size;
  }
  bidText(index: number): readonly [string, string] {
    return wireText(this.bids[index] as Level);
  }
  askText(index: number): readonly [string, string] {
    return wireText(this.asks[index] as Level);
  }
}

function fill(side: Map<number, Level>, levels: LevelList): void {
  for (let i = 0; i < levels.count; i++) {
    const at = i * LEVEL_STRIDE;
    const [price, size, shape] = levels.values.subarray(at, at + LEVEL_STRIDE) as unknown as [number, number, number];
    if (size === 0) side.delete(price);
    else side.set(price, { price, size, shape });
  }
}

/** The text that the venue sent: as many decimals as the shape says. */
function wireText(level: Level): readonly [string, string] {
  const fixed = (value: number, decimals: number): string => {
    const [whole = '', fraction = ''] = gridText(value, DECIMALS).split('.');
    return decimals === 0 ? whole : `${whole}.${fraction.padEnd(decimals, '0')}`;
  };
  return [fixed(level.price, Math.floor(level.shape / 64)), fixed(level.size, level.shape % 64)];
}

const canonical = (level: Level): [string, string] => [gridText(level.price, DECIMALS), gridText(level.size, DECIMALS)];

function digest(book: PlainBook): string {
  const hash = createHash('sha256');
  for (const level of book.bids) hash.update(`b,${canonical(level).join(',')}\n`);
  for (const level of book.asks) hash.update(`a,${canonical(level).join(',')}\n`);
  return hash.digest('hex');
}

function replay(root: string, name: string, leaveOut: (index: number) => boolean = () => false) {
  const expected = readJson<Expected>(join(root, `okx/book_recordings/${name}.expected.json`));
  const symbols = Object.keys(expected.books);
  const entries = symbols.map((symbol) => ({ symbol, priceDecimals: DECIMALS, sizeDecimals: DECIMALS }));
  const parser = new OkxParser(entries);
  const books = symbols.map(() => new PlainBook());
  const batch = new FrameBatch();
  const counts = { book: 0, gaps: 0, checked: 0, failed: 0, other: 0 };
  for (const row of readJsonl<Row>(join(root, `okx/book_recordings/${name}.jsonl`))) {
    if (row.t !== 'recv' || row.data === undefined) continue;
    const bytes = Buffer.from(row.data);
    parser.parse(bytes, 0, bytes.length, batch);
    for (let i = 0; i < batch.count; i++) {
      const frame = batch.at(i);
      if (frame.kind !== FRAME.Snapshot && frame.kind !== FRAME.Delta) {
        expect([FRAME.Control, FRAME.Ignored]).toContain(frame.kind);
        counts.other++;
        continue;
      }
      expect(frame.neededPriceDecimals + frame.neededSizeDecimals).toBe(0);
      expect(frame.saturated).toBe(false);
      const book = books[frame.symbol] as PlainBook;
      if (leaveOut(counts.book++)) continue;
      if (frame.kind === FRAME.Delta) {
        const verdict = okxStream.rule.judge(book.lastSeq, book.bridged, frame);
        if (verdict === VERDICT.Gap) counts.gaps++;
        if (verdict !== VERDICT.Apply) continue;
      }
      book.apply(frame);
      if (Number.isNaN(frame.checksum) || frame.checksum === 0) continue;
      counts.checked++;
      if (okxStream.checksum?.(book) !== frame.checksum) counts.failed++;
    }
  }
  return { expected, symbols, books, counts, parser };
}

describeWithFixtures('okx recordings through parser, rule and checksum', (root) => {
  const name = 'v5_books_BTC-USDT_UNI-USD-SWAP';

  it('end in the expected books with every checksum matching', () => {
    const { expected, symbols, books, counts, parser } = replay(root, name);
    symbols.forEach((symbol, index) => {
      const want = expected.books[symbol] as Expected['books'][string];
      const book = books[index] as PlainBook;
      expect([book.bidCount, book.askCount], symbol).toEqual(want.levels);
      expect(book.bids.slice(0, 10).map(canonical), symbol).toEqual(want.top10_bids);
      expect(book.asks.slice(0, 10).map(canonical), symbol).toEqual(want.top10_asks);
      expect(digest(book), symbol).toBe(want.sha256_full_book);
      expect([book.snapshots, book.updates], symbol).toEqual([want.snapshots, want.updates_applied]);
    });
    expect(counts).toMatchObject({ gaps: 0, failed: 0, checked: counts.book });
    expect(counts.book).toBeGreaterThan(150);
    // Every book frame of 2022 has the shape that the scanner reads; only trades, tickers and acks take the other way.
    expect(parser.fallbacks).toBe(counts.other);
  });

  it('show a missing frame by its checksum, the only rule of a recording without sequence ids', () => {
    const { counts } = replay(root, name, (index) => index === 40);
    expect(counts.failed).toBeGreaterThan(0);
  });
});

describeWithFixtures('okx checksum vectors', (root) => {
  it('verify', () => {
    const vector = readJson<{ frame: string; string: string; checksum: number }>(
      join(root, 'okx/checksum/gct_snapshot.json'),
    );
    const parser = new OkxParser([{ symbol: 'BTC-USDT', priceDecimals: DECIMALS, sizeDecimals: DECIMALS }]);
    const batch = new FrameBatch();
    const bytes = Buffer.from(vector.frame);
    parser.parse(bytes, 0, bytes.length, batch);
    const book = new PlainBook();
    book.apply(batch.at(0));
    expect(batch.at(0).checksum).toBe(vector.checksum);
    expect(okxStream.checksum?.(book)).toBe(vector.checksum);

    const uneven = readJson<{ string: string; crc32_signed: number }>(
      join(root, 'okx/checksum/docs_more_than_25.json'),
    );
    // bid:bid size:ask:ask size, then the asks that have no bid beside them.
    const [bidPx = '', bidSz = '', ...rest] = uneven.string.split(':');
    const asks: [string, string][] = [];
    for (let i = 0; i < rest.length; i += 2) asks.push([rest[i] as string, rest[i + 1] as string]);
    const source: ChecksumSource = {
      bidCount: 1,
      askCount: asks.length,
      bidText: () => [bidPx, bidSz],
      askText: (index) => asks[index] as [string, string],
    };
    expect(okxStream.checksum?.(source)).toBe(uneven.crc32_signed);
  });
});
