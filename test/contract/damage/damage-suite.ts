/** Recordings damaged at random under each venue's live feed: a row is live only while it shows what an independent plain
 *  book holds, and never between the frame that reveals a fault and the next book. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { decimalsOf } from '../../../src/core/decimal.ts';
import { seededRandom } from '../../../src/core/random.ts';
import { type RecordedRow, readRecording } from '../../../src/feeds/recording-rows.ts';
import { descriptorOf } from '../../../src/venues/registry.ts';
import { describeWithFixtures, readText } from '../../fixtures.ts';
import { binancePlain } from '../venues/plain/binance.ts';
import { bitgetPlain } from '../venues/plain/bitget.ts';
import { bybitPlain } from '../venues/plain/bybit.ts';
import { coinbasePlain } from '../venues/plain/coinbase.ts';
import { gatePlain } from '../venues/plain/gate.ts';
import { krakenPlain } from '../venues/plain/kraken.ts';
import { kucoinPlain } from '../venues/plain/kucoin.ts';
import { okxPlain } from '../venues/plain/okx.ts';
import type { PlainVenue } from '../venues/plain/plain.ts';
import { DamagedFeed, type Track, type TrackFrame } from './damaged-feed.ts';

const PLAINS: readonly PlainVenue[] = [
  binancePlain, //
  okxPlain,
  bybitPlain,
  kucoinPlain,
  bitgetPlain,
  krakenPlain,
  coinbasePlain,
  gatePlain,
];

const LENGTHS = [10, 20, 40] as const;

function tracksOf(plain: PlainVenue, rows: readonly RecordedRow[]): Track[] {
  const frames = new Map<string, TrackFrame[]>();
  for (const row of rows) {
    const depths = plain.depthsOf(row);
    // A frame of several symbols cannot be damaged for one of them alone.
    const [depth] = depths;
    if (depth === undefined || depths.length > 1) continue;
    const key = `${row.t === 'http' ? '' : row.conn}/${depth.symbol}`;
    const bytes = Buffer.from(row.data ?? '');
    const frame = { row, bytes, depth, connectionSeq: plain.connectionSeqOf?.(row) };
    frames.set(key, [...(frames.get(key) ?? []), frame]);
  }
  const bodies = [...frames].filter(([key]) => key.startsWith('/')).flatMap(([, list]) => list);
  return [...frames].flatMap(([key, list]) => {
    if (key.startsWith('/')) return [];
    const symbol = list[0]?.depth.symbol ?? '';
    const snapshot = list.find(({ depth }) => depth.isSnapshot) ?? bodies.find(({ depth }) => depth.symbol === symbol);
    if (snapshot === undefined) return [];
    const deltas = following(plain, snapshot, list);
    if (deltas.length < 3) return [];
    const decimals = (of: 0 | 1): number =>
      Math.max(
        0,
        ...[snapshot, ...deltas].flatMap(({ depth }) =>
          [...depth.bids, ...depth.asks].map((level) => decimalsOf(level[of])),
        ),
      );
    const unit = (count: number): string => (count === 0 ? '1' : `0.${'0'.repeat(count - 1)}1`);
    return [{ symbol, tick: unit(decimals(0)), lot: unit(decimals(1)), snapshot, deltas }];
  });
}

/** Deltas behind the first snapshot that belong to it, up to the next one. On one connection's line of numbers only those
 *  frames count that follow each other without another between them. */
function following(plain: PlainVenue, snapshot: TrackFrame, list: readonly TrackFrame[]): TrackFrame[] {
  const sequence = plain.newSequence();
  sequence.judge(snapshot.depth);
  const deltas: TrackFrame[] = [];
  let seq = snapshot.connectionSeq;
  for (const frame of list) {
    if (frame.depth.isSnapshot) {
      if (frame !== snapshot && deltas.length > 0) break;
      continue;
    }
    if (sequence.judge(frame.depth) !== 'apply') continue;
    if (seq !== undefined) {
      // Frames of others stood between: their numbers are given to nobody here.
      seq++;
      deltas.push(renumbered(plain, frame, seq));
    } else deltas.push(frame);
  }
  return deltas;
}

function renumbered(plain: PlainVenue, frame: TrackFrame, seq: number): TrackFrame {
  const data = (frame.row.data ?? '').replace(/"sequence_num":\d+/, `"sequence_num":${seq}`);
  const row = { ...frame.row, data };
  return { ...frame, row, bytes: Buffer.from(data), connectionSeq: plain.connectionSeqOf?.(row) };
}

/** @param cases of each venue, seeded from 1 on */
/** Every venue, or every `of`th from the `at`th on, so that files can share them. */
export function damageSuite(cases: number, { at = 0, of = 1 } = {}): void {
  const plains = PLAINS.filter((_, index) => index % of === at);
  describeWithFixtures('damaged recordings under a live feed', (root) => {
    it.each(plains.map((plain) => [plain.venue, plain] as const))(
      '%s: the row is live only while it is right',
      async (venue, plain) => {
        const tracks = plain.recordings.flatMap((name) =>
          tracksOf(plain, readRecording(readText(join(root, venue, 'book_recordings', `${name}.jsonl`)))),
        );
        expect(tracks.length).toBeGreaterThan(0);
        const { stream } = descriptorOf(venue);
        let outages = 0;
        let frames = 0;
        for (let seed = 1; seed <= cases; seed++) {
          const random = seededRandom(seed + 10_000);
          const track = tracks[random.int(tracks.length)] as Track;
          const played = await new DamagedFeed(plain, stream, track, seed).play(
            LENGTHS[random.int(LENGTHS.length)] ?? 10,
          );
          outages += played.outages;
          frames += played.frames;
        }
        console.log(`${venue}: ${cases} cases, seeds 1 to ${cases}, ${frames} frames, ${outages} outages`);
        expect(outages).toBeGreaterThan(cases / 4);
      },
      300_000,
    );
  });
}
