import { describe, expect, it } from 'vitest';
import { MAX_LEGS } from '../../../src/core/intent.ts';
import { ROW_LEVELS } from '../../../src/core/quote.ts';
import {
  allocate,
  BREAKER,
  CONSUMERS,
  HISTOGRAM_BUCKETS,
  INTENT,
  type Layout,
  LINE,
  type MemoryShape,
  planLayout,
  powerOfTwoAtLeast,
  QUOTE,
  RECORD_PRODUCERS,
  RING_HEADER,
  ROW_BYTES,
  WRITERS,
} from '../../../src/memory/layout.ts';

const shape = (over: Partial<MemoryShape> = {}): MemoryShape => ({
  rowsPerVenue: [3, 64, 1],
  instruments: 65,
  assets: 7,
  intentSlots: 100,
  recordBytes: 5_000,
  counters: { 'feed:a': 16, 'feed:b': 1, detector: 33 },
  histograms: ['ack', 'decode'],
  ...over,
});

interface Region {
  readonly name: string;
  readonly start: number;
  readonly bytes: number;
  /** The threads that write into it. */
  readonly writers: string;
}

/** Every region of a layout with the bytes that its users touch, worked out from the shape alone. */
function regionsOf(layout: Layout): Region[] {
  const { rowsPerVenue, assets, instruments, counters } = layout.shape;
  const regions: Region[] = [];
  const add = (name: string, start: number, bytes: number, writers: string): void => {
    if (bytes > 0) regions.push({ name, start, bytes, writers });
  };
  for (const writer of WRITERS) {
    add(`halt ${writer}`, layout.halt[writer], 4, writer);
    add(`pause ${writer}`, layout.pause[writer], 4, writer);
  }
  for (const consumer of CONSUMERS) add(`asleep ${consumer}`, layout.asleep[consumer], 4, `doorbell ${consumer}`);
  let row = 0;
  rowsPerVenue.forEach((count, venue) => {
    const at = (offsets: readonly number[]): number => offsets[venue] ?? -1;
    add(`incarnation ${venue}`, at(layout.incarnation), 4, 'supervisor');
    add(`heartbeat ${venue}`, at(layout.heartbeat), 8, `feed ${venue}`);
    add(`acknowledged ${venue}`, at(layout.acknowledged), 4, 'detector');
    add(`gateway ${venue}`, at(layout.gateway), 4, 'executor');
    add(`rows ${venue}`, layout.rows + row * ROW_BYTES, count * ROW_BYTES, `feed ${venue}`);
    add(`flags ${venue}`, at(layout.dirtyFlags), count * 4, `flags ${venue}`);
    const ring = layout.dirtyRings[venue] ?? { offset: -1, slots: 0 };
    ringRegions(`dirty ${venue}`, ring.offset, ring.slots * 4, `feed ${venue}`, 'detector', add);
    row += count;
  });
  ringRegions('intents', layout.intents.offset, layout.intents.slots * INTENT.SLOT * 8, 'detector', 'executor', add);
  for (const producer of RECORD_PRODUCERS) {
    const ring = layout.records[producer];
    ringRegions(`records ${producer}`, ring.offset, ring.bytes, producer, 'journal', add);
  }
  add('inventory', layout.inventory, rowsPerVenue.length * assets * 8, 'executor');
  add('feedback', layout.feedback, instruments * rowsPerVenue.length ** 2 * 8, 'executor');
  add('breakers', layout.breakers, (rowsPerVenue.length + row) * BREAKER.STRIDE * 8, 'executor');
  for (const [owner, words] of Object.entries(counters)) {
    add(`counters ${owner}`, layout.counters[owner] ?? -1, words * 8, `counters ${owner}`);
  }
  for (const [name, offset] of Object.entries(layout.histograms)) {
    add(`histogram ${name}`, offset, (HISTOGRAM_BUCKETS + 2) * 8, `histogram ${name}`);
  }
  return regions;
}

function ringRegions(
  name: string,
  offset: number,
  bytes: number,
  producer: string,
  consumer: string,
  add: (name: string, start: number, bytes: number, writers: string) => void,
): void {
  add(`${name} tail`, offset, 4, producer);
  add(`${name} head`, offset + LINE, 4, consumer);
  add(`${name} pending`, offset + 2 * LINE, 4, consumer);
  add(`${name} slots`, offset + RING_HEADER, bytes, producer);
}

describe.each([
  ['three venues', shape()],
  ['one venue, one row', shape({ rowsPerVenue: [1], instruments: 1, assets: 1, counters: {}, histograms: [] })],
  ['a venue without rows', shape({ rowsPerVenue: [5, 0, 200] })],
])('layout of %s', (_, of) => {
  const layout = planLayout(of);
  const regions = regionsOf(layout).sort((a, b) => a.start - b.start);

  it('has no two regions that overlap', () => {
    for (let i = 1; i < regions.length; i++) {
      const before = regions[i - 1] as Region;
      expect(before.start + before.bytes, `${before.name} before ${regions[i]?.name}`).toBeLessThanOrEqual(
        regions[i]?.start ?? -1,
      );
    }
  });

  it('starts every region on a line of its own, inside the buffer', () => {
    for (const { name, start, bytes } of regions) {
      expect(start % LINE, name).toBe(0);
      expect(start, name).toBeGreaterThanOrEqual(0);
      expect(start + bytes, name).toBeLessThanOrEqual(layout.totalBytes);
    }
  });

  it('shares no line between two writers', () => {
    const owner = new Map<number, string>();
    for (const { name, start, bytes, writers } of regions) {
      for (let line = Math.floor(start / LINE); line * LINE < start + bytes; line++) {
        const known = owner.get(line) ?? writers;
        expect(`${name}: ${known}`).toBe(`${name}: ${writers}`);
        owner.set(line, writers);
      }
    }
  });

  it('has rings of a power of two, dirty rings with two slots a row', () => {
    const isPower = (value: number): boolean => powerOfTwoAtLeast(value) === value;
    layout.dirtyRings.forEach(({ slots }, venue) => {
      expect(isPower(slots)).toBe(true);
      expect(slots).toBeGreaterThanOrEqual(2 * (of.rowsPerVenue[venue] ?? 0));
    });
    expect(isPower(layout.intents.slots)).toBe(true);
    expect(layout.intents.slots).toBeGreaterThanOrEqual(of.intentSlots);
    for (const { bytes } of Object.values(layout.records)) {
      expect(isPower(bytes)).toBe(true);
      expect(bytes).toBeGreaterThanOrEqual(of.recordBytes);
    }
  });

  it('is the same for every thread that plans it', () => {
    expect(planLayout(structuredClone(of))).toEqual(layout);
  });

  it('is allocated shared, zeroed and whole', () => {
    const buffer = allocate(layout);
    expect(buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(buffer.byteLength).toBeGreaterThanOrEqual(layout.totalBytes);
    // WebAssembly memory comes in pages, and starts on one.
    expect(buffer.byteLength % 65_536).toBe(0);
    expect(new Uint8Array(buffer).every((byte) => byte === 0)).toBe(true);
  });
});

describe('row and intent', () => {
  it('has what most scans need in the first 128 bytes of a row, and whole lines a row', () => {
    expect(ROW_BYTES % LINE).toBe(0);
    for (const [name, word] of Object.entries(QUOTE)) {
      if (name !== 'STRIDE' && name !== 'BIDS' && name !== 'ASKS')
        expect((word + 1) * 8, name).toBeLessThanOrEqual(LINE);
    }
    expect(QUOTE.BIDS + ROW_LEVELS * 2).toBe(QUOTE.ASKS);
    expect(QUOTE.ASKS + ROW_LEVELS * 2).toBe(QUOTE.STRIDE);
    expect(ROW_LEVELS).toBeGreaterThanOrEqual(10);
  });

  it('names every word of a row and of an intent once', () => {
    for (const words of [QUOTE, INTENT]) {
      const { length } = Object.keys(words);
      const named = Object.entries(words).filter(([name]) => name !== 'LEG_STRIDE');
      expect(new Set(named.map(([, word]) => word)).size).toBe(words === INTENT ? length - 1 : length);
    }
    expect(INTENT.SLOT).toBe(INTENT.LEGS + MAX_LEGS * INTENT.LEG_STRIDE);
  });
});
