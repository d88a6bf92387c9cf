import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FRAME, FrameBatch } from '../../../src/core/frame.ts';
import { replayRecording } from '../../../src/feeds/recording.ts';
import { type RecordedRow, readRecording } from '../../../src/feeds/recording-rows.ts';
import { createParser } from '../../../src/venues/gate/parse.ts';
import { gateStream } from '../../../src/venues/gate/stream.ts';
import { describeWithFixtures, readJson, readText } from '../../fixtures.ts';
import { gatePlain } from './plain/gate.ts';
import type { PlainDepth } from './plain/plain.ts';

const NAME = 'v4_spot_book_update_6syms';

interface Expected {
  readonly books: Record<string, { readonly updates_applied: number }>;
}

const path = (root: string, ending: string): string => join(root, `gate/book_recordings/${NAME}.${ending}`);
const rowsOf = (root: string): RecordedRow[] => readRecording(readText(path(root, 'jsonl')));

/** What a recording of the stream channel would hold, made of the older channel's frames: its head and its names. */
function asStream(rows: readonly RecordedRow[]): RecordedRow[] {
  return rows.flatMap((row): RecordedRow[] => {
    const [depth] = gatePlain.depthsOf(row) as (PlainDepth & { first: number; last: number })[];
    if (depth === undefined) return row.t === 'connect' ? [row] : [];
    const { symbol, isSnapshot, first, last, bids, asks } = depth;
    const result = {
      t: Math.floor(row.ts * 1000),
      ...(isSnapshot ? { full: true } : {}),
      s: `ob.${symbol}.50`,
      ...(isSnapshot ? {} : { U: first }),
      u: last,
      ...(bids.length > 0 ? { b: bids } : {}),
      ...(asks.length > 0 ? { a: asks } : {}),
    };
    const data = JSON.stringify({ channel: 'spot.obu', result, time_ms: Math.floor(row.ts * 1000), event: 'update' });
    return [{ t: 'recv', ts: row.ts, conn: 'GATEIO.ws.1', data }];
  });
}

describeWithFixtures('gate recordings', (root) => {
  it('end in exactly the expected books, without a gap', () => {
    const books = replayRecording(gateStream, rowsOf(root));
    const { books: expected } = readJson<Expected>(path(root, 'expected.json'));
    expect(Object.keys(books).sort()).toEqual(Object.keys(expected).sort());
    for (const [symbol, want] of Object.entries(expected)) expect(books[symbol], symbol).toMatchObject(want);
    for (const book of Object.values(books)) expect(book).toMatchObject({ gaps: 0, trust: 'live', crossed: false });
  });

  it('end in the same books on the stream channel, whose books are pushed', () => {
    const books = replayRecording(gateStream, asStream(rowsOf(root)));
    const { books: expected } = readJson<Expected>(path(root, 'expected.json'));
    for (const [symbol, want] of Object.entries(expected)) expect(books[symbol], symbol).toMatchObject(want);
    for (const book of Object.values(books)) expect(book).toMatchObject({ gaps: 0, trust: 'live' });
  });

  it('end in the same books when changes come before their base', () => {
    const rows = rowsOf(root);
    const base = rows.findIndex((row) => row.t === 'http' && row.url?.includes('OMG_USDT'));
    const [late] = rows.splice(base, 1) as [RecordedRow];
    const isOwn = (row: RecordedRow): boolean =>
      row.t === 'recv' && gatePlain.depthsOf(row).some(({ symbol }) => symbol === 'OMG_USDT');
    const [, , third = -1] = rows.flatMap((row, at) => (isOwn(row) ? [at] : []));
    expect(third).toBeGreaterThan(base);
    rows.splice(third + 1, 0, late);
    const { books: expected } = readJson<Expected>(path(root, 'expected.json'));
    expect(replayRecording(gateStream, rows).OMG_USDT).toMatchObject({ ...expected.OMG_USDT, gaps: 0 });
  });

  it('show a frame taken out as one gap of its pair, on either channel', () => {
    const { books: expected } = readJson<Expected>(path(root, 'expected.json'));
    for (const rows of [rowsOf(root), asStream(rowsOf(root))]) {
      for (const [symbol, { updates_applied }] of Object.entries(expected)) {
        if (updates_applied < 3) continue;
        const own = rows.filter(
          (row) =>
            row.t === 'recv' && gatePlain.depthsOf(row).some((depth) => depth.symbol === symbol && !depth.isSnapshot),
        );
        const gone = own[own.length - 2];
        const books = replayRecording(
          gateStream,
          rows.filter((row) => row !== gone),
        );
        expect(books[symbol], symbol).toMatchObject({ gaps: 1, trust: 'suspect' });
        for (const [other, book] of Object.entries(books)) if (other !== symbol) expect(book.gaps, other).toBe(0);
      }
    }
  });

  it('are read by the scanner, but for acknowledgements and channels that are not subscribed to', () => {
    const rows = rowsOf(root).filter((row) => row.t === 'recv');
    const symbols = Object.keys(readJson<Expected>(path(root, 'expected.json')).books);
    const parser = createParser(symbols.map((symbol) => ({ symbol, priceDecimals: 8, sizeDecimals: 10 })));
    const batch = new FrameBatch();
    const kinds = new Map<number, number>();
    for (const row of rows) {
      const bytes = Buffer.from(row.data ?? '');
      parser.parse(bytes, 0, bytes.length, batch);
      expect(batch.count).toBe(1);
      const { kind } = batch.at(0);
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    const count = (kind: number): number => kinds.get(kind) ?? 0;
    expect(count(FRAME.Delta)).toBeGreaterThan(100);
    expect(count(FRAME.Malformed) + count(FRAME.UnknownSymbol)).toBe(0);
    expect(parser.fallbacks).toBe(count(FRAME.Control) + count(FRAME.Ignored));
    expect(parser.fallbacks + count(FRAME.Delta)).toBe(rows.length);
  });
});

/** Made frames in the shapes that the live venue sent in 2025: head behind the result, ids either way round (the
 *  documentation has them one way), sides left out when they did not change. */
const TODAY = [
  '{"channel":"spot.obu","result":{"t":1757000000046,"full":true,"s":"ob.BTC_USDT.50","u":27000000081,"b":[["100000","0.5"],["99999.3","0.25"]],"a":[["100000.1","0.75"],["100010.8","0.02"]]},"time_ms":1757000000050,"event":"update"}',
  '{"channel":"spot.obu","result":{"t":1757000000073,"s":"ob.BTC_USDT.50","u":27000000087,"U":27000000082,"b":[["100000","0.125"]],"a":[["100000.1","0"],["100010.8","0.014"]]},"time_ms":1757000000075,"event":"update"}',
  // A change that no level shows.
  '{"channel":"spot.obu","result":{"t":1757000000093,"s":"ob.BTC_USDT.50","U":27000000088,"u":27000000090},"time_ms":1757000000095,"event":"update"}',
  '{"channel":"spot.obu","result":{"t":1757000000113,"s":"ob.BTC_USDT.50","U":27000000091,"u":27000000091,"a":[["100005","1"]]},"time_ms":1757000000115,"event":"update"}',
];

describe('gate frames of today', () => {
  it('make a book, all read by the scanner', () => {
    const rows = TODAY.map((data, at): RecordedRow => ({ t: 'recv', ts: at, conn: 'a', data }));
    const book = replayRecording(gateStream, rows).BTC_USDT;
    expect(book).toMatchObject({ snapshots: 1, updates_applied: 3, gaps: 0, trust: 'live', levels: [2, 2] });
    expect(book?.top10_bids).toEqual([
      ['100000', '0.125'],
      ['99999.3', '0.25'],
    ]);
    expect(book?.top10_asks).toEqual([
      ['100005', '1'],
      ['100010.8', '0.014'],
    ]);
    const parser = createParser([{ symbol: 'BTC_USDT', priceDecimals: 1, sizeDecimals: 6 }]);
    const batch = new FrameBatch();
    for (const data of TODAY) {
      const bytes = Buffer.from(data);
      parser.parse(bytes, 0, bytes.length, batch);
    }
    expect(parser.fallbacks).toBe(0);
  });
});
