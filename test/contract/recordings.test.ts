/** Real recordings as bytes through each venue's parser and the feed's books, against books that an independent program
 *  computed; and the same recordings damaged, against a plain Map book of this test's own. */
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { expect, it } from 'vitest';
import { type BooksReport, booksCommand } from '../../src/cli/books.ts';
import { formatDecimal } from '../../src/core/decimal.ts';
import { type Random, seededRandom } from '../../src/core/random.ts';
import type { MarketStream } from '../../src/core/venue.ts';
import { type RecordedBook, replayRecording } from '../../src/feeds/recording.ts';
import type { RecordedRow } from '../../src/feeds/recording-rows.ts';
import { QUOTE } from '../../src/memory/layout.ts';
import { venueRegistry } from '../../src/venues/registry.ts';
import { describeWithFixtures, readJson, readJsonl } from '../fixtures.ts';
import { FeedHarness } from '../unit/feeds-harness.ts';

const RECORDINGS = [
  ['binance', 'spot_depth100ms_NKNUSDT_LRCBTC'],
  ['binance', 'usdm_depth100ms_SUSHI_AKRO'],
  ['okx', 'v5_books_BTC-USDT_UNI-USD-SWAP'],
] as const;

function streamOf(venue: string): MarketStream {
  const descriptor = venueRegistry.get(venue);
  if (descriptor === undefined) throw new Error(`no venue ${venue}`);
  return descriptor.stream;
}

const rowsOf = (root: string, venue: string, name: string): RecordedRow[] =>
  readJsonl<RecordedRow>(join(root, venue, 'book_recordings', `${name}.jsonl`)).sort((a, b) => a.ts - b.ts);

/** A depth event, read by this test's own means. */
interface Depth {
  /** Index into the recording's rows. */
  readonly at: number;
  readonly symbol: string;
  readonly isSnapshot: boolean;
  readonly first: number;
  readonly last: number;
  readonly bids: readonly (readonly [string, string])[];
  readonly asks: readonly (readonly [string, string])[];
  readonly checksum?: number;
}

interface BinanceDepth {
  readonly e?: string;
  readonly s: string;
  readonly U: number;
  readonly u: number;
  readonly b: Depth['bids'];
  readonly a: Depth['asks'];
}

interface OkxFrame {
  readonly arg?: { readonly channel: string; readonly instId: string };
  readonly action?: string;
  readonly data?: readonly { readonly bids: Depth['bids']; readonly asks: Depth['asks']; readonly checksum: number }[];
}

/** The depth events of a recording, in order, with the snapshots of Binance put where their ids belong. */
function depthsOf(rows: readonly RecordedRow[]): Depth[] {
  const depths: Depth[] = [];
  rows.forEach((row, at) => {
    if (row.t === 'http' && row.url?.includes('/depth?')) {
      const body = JSON.parse(row.data ?? '') as { lastUpdateId: number; bids: Depth['bids']; asks: Depth['asks'] };
      const symbol = new URL(row.url).searchParams.get('symbol') ?? '';
      const last = body.lastUpdateId;
      depths.push({ at, symbol, isSnapshot: true, first: last, last, bids: body.bids, asks: body.asks });
    }
    if (row.t !== 'recv') return;
    const { data: update } = JSON.parse(row.data ?? '') as { data?: BinanceDepth };
    if (update?.e === 'depthUpdate') {
      const { s: symbol, U: first, u: last, b: bids, a: asks } = update;
      depths.push({ at, symbol, isSnapshot: false, first, last, bids, asks });
    }
    const { arg, action, data } = JSON.parse(row.data ?? '') as OkxFrame;
    const book = data?.[0];
    if (arg?.channel === 'books' && action !== undefined && book !== undefined) {
      const isSnapshot = action === 'snapshot';
      depths.push({ ...book, at, symbol: arg.instId, isSnapshot, first: -1, last: -1 });
    }
  });
  return depths;
}

const canonical = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

type PlainLevel = readonly [price: string, size: string, number: number];

/** The plainest book there is: text → text. */
class MapBook {
  readonly bids = new Map<string, PlainLevel>();
  readonly asks = new Map<string, PlainLevel>();

  take(depth: Depth): void {
    if (depth.isSnapshot) {
      this.bids.clear();
      this.asks.clear();
    }
    for (const [side, levels] of [
      [this.bids, depth.bids],
      [this.asks, depth.asks],
    ] as const) {
      for (const [price, size] of levels) {
        if (Number(size) === 0) side.delete(canonical(price));
        else side.set(canonical(price), [price, size, Number(price)]);
      }
    }
  }

  /** Levels as sent, best first. */
  sorted(side: 'bids' | 'asks', depth = Number.POSITIVE_INFINITY): [string, string][] {
    const sign = side === 'bids' ? -1 : 1;
    const best: PlainLevel[] = [];
    for (const level of this[side].values()) {
      const worst = best[depth - 1];
      if (worst !== undefined && sign * level[2] >= sign * worst[2]) continue;
      best.push(level);
      if (best.length < depth) continue;
      best.sort((a, b) => sign * (a[2] - b[2]));
      best.length = Math.min(best.length, depth);
    }
    return best.sort((a, b) => sign * (a[2] - b[2])).map(([price, size]) => [price, size]);
  }

  /** As OKX documents it. */
  checksum(): number {
    const bids = this.sorted('bids', 25);
    const asks = this.sorted('asks', 25);
    const parts: string[] = [];
    for (let level = 0; level < 25; level++) {
      for (const [price, size] of [bids[level], asks[level]].filter((each) => each !== undefined)) {
        parts.push(price, size);
      }
    }
    return crc32(parts.join(':')) | 0;
  }
}

/** Depth events of `symbol` that the whole recording applies: the snapshot, then what lies behind it. */
function appliedOf(depths: readonly Depth[], symbol: string): Depth[] {
  const own = depths.filter((depth) => depth.symbol === symbol);
  const snapshot = own.find((depth) => depth.isSnapshot);
  if (snapshot === undefined) throw new Error(`no snapshot of ${symbol}`);
  return [snapshot, ...own.filter((depth) => !depth.isSnapshot && (depth.last < 0 || depth.last > snapshot.last))];
}

const pick = <T>(random: Random, items: readonly T[], count: number): T[] => {
  const left = [...items];
  return Array.from({ length: Math.min(count, left.length) }, () => left.splice(random.int(left.length), 1)[0] as T);
};

describeWithFixtures('recordings', (root) => {
  for (const [venue, name] of RECORDINGS) {
    it(`${venue}/${name} ends in exactly the expected books, without a gap`, () => {
      const books = replayRecording(streamOf(venue), rowsOf(root, venue, name));
      const { books: expected } = readJson<{ books: Record<string, object> }>(
        join(root, venue, 'book_recordings', `${name}.expected.json`),
      );
      expect(Object.keys(books).sort()).toEqual(Object.keys(expected).sort());
      for (const [key, fields] of Object.entries(expected)) {
        expect(books[key]).toMatchObject({ ...fields, gaps: 0, trust: 'live' });
      }
    });

    it(`${venue}/${name} is the same when the frames come as binary`, () => {
      const rows = rowsOf(root, venue, name);
      const binary = rows.map(({ data, ...row }) =>
        row.t === 'recv' ? { ...row, b64: Buffer.from(data ?? '').toString('base64') } : { ...row, data: data ?? '' },
      );
      expect(replayRecording(streamOf(venue), binary)).toEqual(replayRecording(streamOf(venue), rows));
    });
  }

  it('verifies a checksum on every OKX frame that carries one', () => {
    const rows = rowsOf(root, 'okx', 'v5_books_BTC-USDT_UNI-USD-SWAP');
    const books = replayRecording(streamOf('okx'), rows);
    const depths = depthsOf(rows);
    for (const [symbol, book] of Object.entries(books)) {
      const carrying = depths.filter((depth) => depth.symbol === symbol && depth.checksum !== undefined);
      expect(carrying.length).toBeGreaterThan(90);
      expect(book.checksums).toEqual({ checked: carrying.length, failed: 0 });
    }
  });

  it.each(RECORDINGS.slice(0, 2))('%s/%s with any depth frame taken out reports the gap', (venue, name) => {
    const rows = rowsOf(root, venue, name);
    const depths = depthsOf(rows);
    const seed = 20_261_122;
    const random = seededRandom(seed);
    for (const symbol of new Set(depths.map((depth) => depth.symbol))) {
      // The last one has no successor that could show that it is missing.
      const removable = appliedOf(depths, symbol).slice(1, -1);
      for (const removed of [removable[0] as Depth, removable.at(-1) as Depth, ...pick(random, removable, 6)]) {
        const books = replayRecording(
          streamOf(venue),
          rows.filter((_, at) => at !== removed.at),
        );
        const where = `seed ${seed}, ${symbol}, row ${removed.at}`;
        expect(books[symbol]?.gaps, where).toBeGreaterThanOrEqual(1);
        expect(books[symbol]?.trust, where).toBe('suspect');
        for (const [other, book] of Object.entries(books)) {
          if (other !== symbol) expect(book, where).toMatchObject({ gaps: 0, trust: 'live' });
        }
      }
    }
  });

  it('reports what is missing in the OKX recording, which has no ids, exactly where a checksum can show it', () => {
    const rows = rowsOf(root, 'okx', 'v5_books_BTC-USDT_UNI-USD-SWAP');
    const depths = depthsOf(rows);
    const seed = 7;
    const random = seededRandom(seed);
    let shown = 0;
    for (const symbol of ['BTC-USDT', 'UNI-USD-SWAP']) {
      const applied = appliedOf(depths, symbol);
      for (const removed of pick(random, applied.slice(1, -1), 12)) {
        const plain = new MapBook();
        const isShown = applied.some((depth) => {
          if (depth === removed) return false;
          plain.take(depth);
          return plain.checksum() !== depth.checksum;
        });
        if (isShown) shown++;
        const book = replayRecording(
          streamOf('okx'),
          rows.filter((_, at) => at !== removed.at),
        )[symbol] as RecordedBook;
        const where = `seed ${seed}, ${symbol}, row ${removed.at}`;
        expect(book.gaps, where).toBe(isShown ? 1 : 0);
        expect(book.checksums.failed, where).toBe(isShown ? 1 : 0);
        expect(book.trust, where).toBe(isShown ? 'suspect' : 'live');
      }
    }
    expect(shown).toBeGreaterThan(12);
  });

  it('trusts again when a snapshot comes after the gap', () => {
    const rows = rowsOf(root, 'binance', 'spot_depth100ms_NKNUSDT_LRCBTC');
    const applied = appliedOf(depthsOf(rows), 'NKNUSDT');
    const removed = applied[40] as Depth;
    const plain = new MapBook();
    for (const depth of applied.slice(0, 60)) plain.take(depth);
    const healed = applied[59] as Depth;
    const snapshot: RecordedRow = {
      t: 'http',
      conn: 'BINANCE.http.0',
      ts: rows[healed.at]?.ts ?? 0,
      url: 'https://api.binance.com/api/v3/depth?symbol=NKNUSDT&limit=1000',
      data: JSON.stringify({
        lastUpdateId: healed.last,
        bids: plain.sorted('bids'),
        asks: plain.sorted('asks'),
      }),
    };
    const damaged = rows.toSpliced(healed.at + 1, 0, snapshot).toSpliced(removed.at, 1);
    const book = replayRecording(streamOf('binance'), damaged).NKNUSDT;
    const whole = replayRecording(streamOf('binance'), rows).NKNUSDT;
    expect(book).toMatchObject({ gaps: 1, snapshots: 2, trust: 'live', sha256_full_book: whole?.sha256_full_book });
  });

  it('keeps sizes beyond 2^53 grid units exact', () => {
    const url = 'https://api.binance.com/api/v3/depth?symbol=BIGUSDT&limit=1000';
    const rows: RecordedRow[] = [
      frame(1, { e: 'depthUpdate', E: 1, s: 'BIGUSDT', U: 1, u: 2, b: [['1.5', '1.00000001']], a: [] }),
      {
        t: 'http',
        conn: 'h',
        ts: 2,
        url,
        data: JSON.stringify({ lastUpdateId: 2, bids: [['1.50', '98765432109876.12345678']], asks: [['1.6', '3']] }),
      },
      frame(3, { e: 'depthUpdate', E: 1, s: 'BIGUSDT', U: 3, u: 3, b: [], a: [['1.70', '900719925474099300.5']] }),
    ];
    const book = replayRecording(streamOf('binance'), rows).BIGUSDT;
    expect(book?.top10_bids).toEqual([['1.5', '98765432109876.12345678']]);
    expect(book?.top10_asks).toEqual([
      ['1.6', '3'],
      ['1.7', '900719925474099300.5'],
    ]);
    expect(book?.saturated).toBeUndefined();
  });

  it('names books by connection where connections share a symbol', () => {
    const update = { e: 'depthUpdate', E: 1, s: 'AUSDT', U: 2, u: 2, b: [['1', '2']], a: [] };
    const one = { ...frame(1, update), conn: 'one' };
    const other = { ...frame(2, { ...update, s: 'BUSDT' }), conn: 'two' };
    expect(Object.keys(replayRecording(streamOf('binance'), [one, other]))).toEqual(['AUSDT', 'BUSDT']);
    const shared = [one, other, { ...frame(3, update), conn: 'two' }];
    expect(Object.keys(replayRecording(streamOf('binance'), shared))).toEqual(['one/AUSDT', 'two/BUSDT', 'two/AUSDT']);
  });

  it('is suspect, not live and not broken, after garbage', () => {
    const rows = rowsOf(root, 'binance', 'spot_depth100ms_NKNUSDT_LRCBTC');
    const garbage: RecordedRow = { t: 'recv', conn: 'BINANCE.ws.1', ts: 0, data: '{"stream":"nknusdt@dep' };
    const books = replayRecording(streamOf('binance'), rows.toSpliced(200, 0, garbage));
    for (const book of Object.values(books)) expect(book).toMatchObject({ trust: 'suspect', malformed: 1 });
  });
});

function run(...args: string[]): { code: number; out: string; err: string } {
  let out = '';
  let err = '';
  const code = booksCommand(args, { out: (text) => (out += text), err: (text) => (err += text) });
  return { code, out, err };
}

describeWithFixtures('parallax books', (root) => {
  const file = (venue: string, name: string): string => join(root, venue, 'book_recordings', `${name}.jsonl`);

  it('prints the books as JSON alone, or for reading', () => {
    const path = file('okx', 'v5_books_BTC-USDT_UNI-USD-SWAP');
    const { code, out, err } = run('--venue', 'okx', '--recording', path, '--json');
    expect([code, err]).toEqual([0, '']);
    const { books } = JSON.parse(out) as BooksReport;
    expect(Object.keys(books).sort()).toEqual(['BTC-USDT', 'UNI-USD-SWAP']);
    expect(Object.keys(books['BTC-USDT'] ?? {}).sort()).toEqual([
      'checksums',
      'crossed',
      'gaps',
      'levels',
      'sha256_full_book',
      'snapshots',
      'top10_asks',
      'top10_bids',
      'trust',
      'updates_applied',
    ]);
    const text = run('--venue', 'okx', '--recording', path);
    expect(text.code).toBe(0);
    expect(text.out).toContain('BTC-USDT: live, 400 bids, 400 asks, 0 gaps');
    expect(text.out).toContain('30236.1');
  });

  it('names every mistake at once and exits 2', () => {
    const nothing = run();
    expect([nothing.code, nothing.out]).toEqual([2, '']);
    expect(nothing.err).toContain('--venue is missing');
    expect(nothing.err).toContain('--recording is missing');
    const wrong = run('--venue', 'nowhere', '--recording', join(root, 'none.jsonl'), '--frobnicate');
    expect(wrong.code).toBe(2);
    for (const part of ['nowhere', 'ENOENT', '--frobnicate']) expect(wrong.err).toContain(part);
    const noRecording = run('--venue', 'okx', '--recording', join(root, 'INDEX.md'));
    expect(noRecording.code).toBe(2);
    expect(noRecording.err).toContain('line 1 is not JSON');
  });
});

const frame = (ts: number, data: object): RecordedRow => ({
  t: 'recv',
  conn: 'c',
  ts,
  data: JSON.stringify({ stream: 'x@depth@100ms', data }),
});

// --- damage under a live feed ---

const DAMAGES = ['drop', 'duplicate', 'swap', 'cut', 'garbage'] as const;

interface Fuzzed {
  readonly venue: string;
  readonly symbol: string;
  readonly tick: string;
  readonly lot: string;
  readonly recording: string;
  readonly cases: number;
  /** What the venue pushes or answers when a fresh book is asked for. */
  readonly snapshot: (symbol: string, book: MapBook, last: number) => string;
}

const FUZZED: readonly Fuzzed[] = [
  {
    venue: 'binance',
    symbol: 'NKNUSDT',
    // Old orders stand finer than the tick of that day.
    tick: '0.00001',
    lot: '0.1',
    cases: 240,
    recording: 'spot_depth100ms_NKNUSDT_LRCBTC',
    snapshot: (_, book, last) =>
      JSON.stringify({ lastUpdateId: last, bids: book.sorted('bids'), asks: book.sorted('asks') }),
  },
  {
    venue: 'okx',
    symbol: 'BTC-USDT',
    tick: '0.1',
    lot: '0.00000001',
    cases: 80,
    recording: 'v5_books_BTC-USDT_UNI-USD-SWAP',
    snapshot: (symbol, book) => {
      const levels = (side: 'bids' | 'asks') => book.sorted(side).map(([price, size]) => [price, size, '0', '1']);
      const data = [{ asks: levels('asks'), bids: levels('bids'), ts: '1652459225000', checksum: book.checksum() }];
      return JSON.stringify({ arg: { channel: 'books', instId: symbol }, action: 'snapshot', data });
    },
  },
];

/** Published levels of the first row as canonical text. */
function published(harness: FeedHarness, fuzzed: Fuzzed, side: 'bids' | 'asks'): string[] {
  const decimals = (unit: string): number => (unit.split('.')[1] ?? '').length;
  return harness
    .side(side)
    .map(([price, size]) =>
      [formatDecimal(BigInt(price), decimals(fuzzed.tick)), formatDecimal(BigInt(size), decimals(fuzzed.lot))].join(),
    );
}

const plainLevels = (book: MapBook, side: 'bids' | 'asks'): string[] =>
  book.sorted(side, 12).map(([price, size]) => `${canonical(price)},${canonical(size)}`);

/** Plays one damaged recording to a live feed. While the row is live it must show the venue's book as it was at the
 *  newest frame that arrived whole and could be applied; every revealing frame must take it out of live at once. */
async function playDamaged(
  fuzzed: Fuzzed,
  rows: readonly RecordedRow[],
  depths: Depth[],
  seed: number,
): Promise<number> {
  const random = seededRandom(seed);
  const harness = new FeedHarness({ stream: streamOf(fuzzed.venue), symbols: [fuzzed], seed });
  const isRest = fuzzed.venue === 'binance';
  harness.acknowledge();
  harness.feed.start();
  harness.socket.accept();
  harness.socket.pong();

  /** The venue's true book, ahead of what was delivered when frames are lost. */
  const truth = new MapBook();
  let truthLast = (depths[0] as Depth).last;
  truth.take(depths[0] as Depth);
  const states = new Map<number, { bids: string[]; asks: string[] }>();
  const remember = (index: number): void => {
    states.set(index, { bids: plainLevels(truth, 'bids'), asks: plainLevels(truth, 'asks') });
  };
  remember(0);
  const serve = async (): Promise<void> => {
    if (isRest) {
      if (harness.http.pending.length > 0) await harness.answer(fuzzed.snapshot(fuzzed.symbol, truth, truthLast));
      return;
    }
    if (!harness.socket.isOpen) harness.socket.accept();
    const asked = harness.socket.sent.filter((text) => text.includes('"subscribe"')).length;
    if (asked > served) {
      served = asked;
      harness.socket.frame(fuzzed.snapshot(fuzzed.symbol, truth, truthLast));
    }
  };
  let served = 0;
  let sockets = harness.sockets.length;
  await serve();
  await harness.warm();
  expect(harness.trust(), `seed ${seed}`).toBe('live');

  let at = 1;
  let outages = 0;
  /** Indices of truth that the row may show: what it held before, or what has been delivered since. */
  let shown = 0;
  while (at < depths.length) {
    const order: { index: number; bytes: Buffer; isWhole: boolean }[] = [];
    const take = (index: number, bytes: Buffer, isWhole = true): void => {
      order.push({ index, bytes, isWhole });
    };
    const bytesOf = (index: number): Buffer => Buffer.from(rows[(depths[index] as Depth).at]?.data ?? '');
    const damage = random.int(14) === 0 ? DAMAGES[random.int(DAMAGES.length)] : undefined;
    const first = at;
    at++;
    if (damage === undefined) take(first, bytesOf(first));
    if (damage === 'duplicate') {
      take(first, bytesOf(first));
      take(first, bytesOf(first));
    }
    if (damage === 'swap' && at < depths.length) {
      take(at, bytesOf(at));
      take(first, bytesOf(first));
      at++;
    }
    if (damage === 'cut') take(first, bytesOf(first).subarray(0, -1 - random.int(20)), false);
    if (damage === 'garbage') take(first, Buffer.from([0xff, 0x00, 0x7b, random.int(256)]), false);
    for (let index = first; index < at; index++) {
      truth.take(depths[index] as Depth);
      truthLast = (depths[index] as Depth).last;
      remember(index);
    }
    for (const { index, bytes, isWhole } of order) {
      const wasLive = harness.trust() === 'live';
      harness.socket.frame(bytes);
      const isLive = harness.trust() === 'live';
      const where = `seed ${seed}, ${fuzzed.symbol}, depth ${index}, ${damage ?? 'whole'}`;
      if (!isWhole) {
        expect(isLive, where).toBe(false);
        continue;
      }
      if (!isLive) continue;
      // A frame that moves on by one is applied; an old one may be ignored; anything else must have been revealed.
      if (wasLive && index === shown + 1) shown = index;
      const now = states.get(shown);
      expect({ bids: published(harness, fuzzed, 'bids'), asks: published(harness, fuzzed, 'asks') }, where).toEqual(
        now,
      );
      if (isRest) {
        expect(harness.row()[QUOTE.VENUE_SEQ], where).toBeGreaterThanOrEqual((depths[index] as Depth).last);
      }
    }
    if (harness.trust() === 'live') continue;
    outages++;
    // The feed asks again by itself; the venue answers with its book of this moment.
    for (let turn = 0; turn < 400 && harness.trust() !== 'live'; turn++) {
      await harness.advance(250);
      if (harness.sockets.length !== sockets) {
        sockets = harness.sockets.length;
        served = 0;
      }
      await serve();
      if (harness.socket.isOpen) harness.socket.pong();
    }
    expect(harness.trust(), `seed ${seed}: live again after ${damage}`).toBe('live');
    shown = at - 1;
    expect(
      { bids: published(harness, fuzzed, 'bids'), asks: published(harness, fuzzed, 'asks') },
      `seed ${seed}: after ${damage}`,
    ).toEqual(states.get(shown));
  }
  await harness.feed.stop();
  return outages;
}

describeWithFixtures('damaged recordings under a live feed', (root) => {
  it.each(FUZZED)('$venue: the row is live only while it is right', { timeout: 60_000 }, async (fuzzed) => {
    const rows = rowsOf(root, fuzzed.venue, fuzzed.recording);
    const applied = appliedOf(depthsOf(rows), fuzzed.symbol);
    let outages = 0;
    for (let seed = 1; seed <= fuzzed.cases; seed++) {
      // Each case is a stretch of the recording, begun with the book that stands there.
      const random = seededRandom(seed + 10_000);
      const from = random.int(applied.length - 30);
      const plain = new MapBook();
      for (const depth of applied.slice(0, from + 1)) plain.take(depth);
      const start: Depth = {
        ...(applied[from] as Depth),
        isSnapshot: true,
        bids: plain.sorted('bids'),
        asks: plain.sorted('asks'),
      };
      outages += await playDamaged(fuzzed, rows, [start, ...applied.slice(from + 1, from + 30)], seed);
    }
    expect(outages).toBeGreaterThan(fuzzed.cases / 2);
  });
});
