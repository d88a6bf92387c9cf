/** Real recordings through the parser and the sequencing rule, into a plain map: an independent check of both. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { gridText } from '../../../src/core/decimal.ts';
import { type BookFrame, FRAME, FrameBatch, LEVEL_STRIDE, type LevelList } from '../../../src/core/frame.ts';
import { VERDICT } from '../../../src/core/venue.ts';
import { stream } from '../../../src/venues/binance/stream.ts';
import { describeWithFixtures, readJson, readJsonl } from '../../fixtures.ts';

const PRICE_DECIMALS = 8;

interface Line {
  readonly t: 'connect' | 'recv' | 'http' | 'send';
  readonly data?: string;
  readonly url?: string;
}

interface ExpectedBook {
  readonly updates_applied: number;
  readonly levels: readonly [number, number];
  readonly top10_bids: readonly (readonly [string, string])[];
  readonly top10_asks: readonly (readonly [string, string])[];
  readonly sha256_full_book: string;
}

class MapBook {
  readonly sizeDecimals: number;
  readonly bids = new Map<number, number>();
  readonly asks = new Map<number, number>();
  lastSeq = -1;
  bridged = false;
  applied = 0;
  gaps = 0;
  buffered: BookFrame[] = [];

  constructor(sizeDecimals: number) {
    this.sizeDecimals = sizeDecimals;
  }

  apply(frame: BookFrame): void {
    put(this.bids, frame.bids);
    put(this.asks, frame.asks);
    this.lastSeq = frame.lastSeq;
  }

  onDelta(frame: BookFrame): void {
    const verdict = stream.rule.judge(this.lastSeq, this.bridged, frame);
    if (verdict === VERDICT.Gap) this.gaps++;
    if (verdict !== VERDICT.Apply) return;
    this.apply(frame);
    this.bridged = true;
    this.applied++;
  }

  sorted(side: 'bids' | 'asks'): (readonly [string, string])[] {
    const order = side === 'bids' ? -1 : 1;
    return [...this[side]]
      .sort(([a], [b]) => order * (a - b))
      .map(([price, size]) => [gridText(price, PRICE_DECIMALS), gridText(size, this.sizeDecimals)] as const);
  }

  sha256(): string {
    const lines = [
      ...this.sorted('bids').map(([price, size]) => `b,${price},${size}\n`),
      ...this.sorted('asks').map(([price, size]) => `a,${price},${size}\n`),
    ];
    return createHash('sha256').update(lines.join('')).digest('hex');
  }
}

function put(side: Map<number, number>, levels: LevelList): void {
  for (let i = 0; i < levels.count; i++) {
    const price = levels.values[i * LEVEL_STRIDE] as number;
    const size = levels.values[i * LEVEL_STRIDE + 1] as number;
    if (size === 0) side.delete(price);
    else side.set(price, size);
  }
}

function replay(lines: readonly Line[], symbols: readonly string[], sizeDecimals: number) {
  const parser = stream.createParser(
    symbols.map((symbol) => ({ symbol, priceDecimals: PRICE_DECIMALS, sizeDecimals })),
  );
  const books = symbols.map(() => new MapBook(sizeDecimals));
  const kinds = new Map<number, number>();
  for (const line of lines) {
    if (line.data === undefined) continue;
    // Padding on both sides shows that the parser stays inside the frame.
    const bytes = Buffer.from(`9${line.data}9`, 'utf8');
    const batch = new FrameBatch();
    if (line.t === 'http') {
      const symbol = symbols.indexOf(stream.snapshotSymbol?.(line.url ?? '') ?? '');
      const book = books[symbol];
      if (book === undefined) continue;
      parser.parseSnapshot(bytes, 1, bytes.length - 1, symbol, batch);
      const frame = batch.at(0);
      expect(frame.kind).toBe(FRAME.Snapshot);
      book.apply(frame);
      for (const delta of book.buffered.splice(0)) book.onDelta(delta);
      continue;
    }
    parser.parse(bytes, 1, bytes.length - 1, batch);
    for (let i = 0; i < batch.count; i++) {
      const frame = batch.at(i);
      kinds.set(frame.kind, (kinds.get(frame.kind) ?? 0) + 1);
      const book = books[frame.symbol];
      if (frame.kind !== FRAME.Delta || book === undefined) continue;
      if (book.lastSeq < 0) book.buffered.push(frame);
      else book.onDelta(frame);
    }
  }
  return { books, kinds, fallbacks: parser.fallbacks };
}

/** AKROUSDT has sizes past 2^53 / 10^8, which would saturate on a grid of 8 decimals. */
const RECORDINGS = [
  ['spot_depth100ms_NKNUSDT_LRCBTC', 8],
  ['usdm_depth100ms_SUSHI_AKRO', 3],
] as const;

describeWithFixtures('binance recordings', (root) => {
  const folder = join(root, 'binance/book_recordings');
  for (const [name, sizeDecimals] of RECORDINGS) {
    const lines = readJsonl<Line>(join(folder, `${name}.jsonl`));
    const { books: expected } = readJson<{ books: Record<string, ExpectedBook> }>(
      join(folder, `${name}.expected.json`),
    );
    const symbols = Object.keys(expected);

    it(`${name}: the books end as expected, without a gap`, () => {
      const { books, kinds } = replay(lines, symbols, sizeDecimals);
      symbols.forEach((symbol, index) => {
        const book = books[index] as MapBook;
        const want = expected[symbol] as ExpectedBook;
        expect({
          symbol,
          gaps: book.gaps,
          levels: [book.bids.size, book.asks.size],
          bids: book.sorted('bids').slice(0, 10),
          asks: book.sorted('asks').slice(0, 10),
          sha256: book.sha256(),
        }).toEqual({
          symbol,
          gaps: 0,
          levels: want.levels,
          bids: want.top10_bids,
          asks: want.top10_asks,
          sha256: want.sha256_full_book,
        });
        expect(book.applied).toBe(want.updates_applied);
      });
      expect(kinds.get(FRAME.Malformed) ?? 0).toBe(0);
      expect(kinds.get(FRAME.UnknownSymbol) ?? 0).toBe(0);
      expect(kinds.get(FRAME.Top) ?? 0).toBeGreaterThan(0);
    });

    it(`${name}: depth and book ticker frames of spot stay on the fast path`, () => {
      const { fallbacks } = replay(lines, symbols, sizeDecimals);
      const isFast = (data: string): boolean =>
        data.includes('"depthUpdate"') || (data.includes('@bookTicker') && !data.includes('"e":"bookTicker"'));
      const slow = lines.filter((line) => line.t === 'recv' && !isFast(line.data ?? '')).length;
      expect(fallbacks).toBe(slow);
    });

    it(`${name}: a frame that is taken out is a gap, wherever it stood`, () => {
      for (const [index, symbol] of symbols.entries()) {
        const deltas = lines.flatMap((line, at) =>
          line.t === 'recv' && line.data?.includes(`"depthUpdate"`) && line.data.includes(`"s":"${symbol}"`)
            ? [at]
            : [],
        );
        const snapshotAt = lines.findIndex(
          (line) => line.t === 'http' && stream.snapshotSymbol?.(line.url ?? '') === symbol,
        );
        const after = deltas.filter((at) => at > snapshotAt);
        // Neither the first ones (the snapshot may cover them) nor the last one (nothing follows it).
        for (const removed of [after[3], after[after.length >> 1], after[after.length - 2]] as number[]) {
          const { books } = replay(lines.toSpliced(removed, 1), symbols, sizeDecimals);
          expect(books[index]?.gaps, `${symbol} without line ${removed}`).toBeGreaterThan(0);
        }
      }
    });
  }

  it('the recorded connection address names streams that our plan names too', () => {
    const first = readFileSync(join(folder, `${RECORDINGS[0][0]}.jsonl`), 'utf8').split('\n')[0] ?? '';
    const recorded = new URL((JSON.parse(first) as { addr: string }).addr);
    const names = new Set(recorded.searchParams.get('streams')?.split('/'));
    const [plan] = stream.plan({ rest: '', wsPublic: recorded.origin, wsPrivate: '', wsTrade: '' }, [
      { symbol: 'NKNUSDT', priceDecimals: 8, sizeDecimals: 8 },
      { symbol: 'LRCBTC', priceDecimals: 8, sizeDecimals: 8 },
    ]);
    const planned = new URL(plan?.url ?? '');
    expect(planned.pathname).toBe(recorded.pathname);
    for (const name of planned.searchParams.get('streams')?.split('/') ?? []) expect(names).toContain(name);
  });
});
