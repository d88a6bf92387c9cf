import { describe, expect, it } from 'vitest';
import { TRUST } from '../../../src/core/quote.ts';
import { allocate, planLayout, QUOTE } from '../../../src/memory/layout.ts';
import { atomicPayload, type Payload, payloadFor, plainPayload } from '../../../src/memory/payload.ts';
import { QuoteReader, QuoteWriter } from '../../../src/memory/quote-table.ts';
import { untilDeath } from '../../atomic-steps.ts';

const layout = planLayout({
  rowsPerVenue: [2, 3],
  instruments: 3,
  assets: 1,
  intentSlots: 1,
  recordBytes: 16,
  counters: {},
  histograms: [],
});

const quoteOf = (value: number): Float64Array => new Float64Array(QUOTE.STRIDE).fill(value);

describe.each<[string, (buffer: SharedArrayBuffer) => Payload]>([
  ['plain', plainPayload],
  ['atomic', atomicPayload],
])('quote table, %s payload', (_, payload) => {
  const setUp = () => {
    const buffer = allocate(layout);
    const words = new Float64Array(buffer);
    const writer = new QuoteWriter(buffer, layout, payload(buffer));
    const reader = new QuoteReader(buffer, layout, payload(buffer));
    return { words, writer, reader, target: new Float64Array(QUOTE.STRIDE) };
  };

  it('gives back the last version of each row, with its even sequence in word 0', () => {
    const { writer, reader, target } = setUp();
    for (let row = 0; row < 5; row++) for (let n = 0; n <= row; n++) writer.publish(row, quoteOf(row * 10 + n));
    for (let row = 0; row < 5; row++) {
      expect(reader.read(row, target)).toBe(true);
      expect(target[0]).toBe(2 * (row + 1));
      expect(reader.version(row)).toBe(2 * (row + 1));
      expect([...target.slice(1)]).toEqual(Array.from({ length: QUOTE.STRIDE - 1 }, () => row * 11));
    }
  });

  it('carries every double as it is', () => {
    const { writer, reader, target } = setUp();
    const odd = [
      Number.NaN,
      -0,
      2 ** 53 - 1,
      -(2 ** 53),
      5e-324,
      1.7976931348623157e308,
      Number.NEGATIVE_INFINITY,
      0.1,
    ];
    const quote = Float64Array.from({ length: QUOTE.STRIDE }, (_, i) => odd[i % odd.length] as number);
    writer.publish(1, quote);
    expect(reader.read(1, target)).toBe(true);
    expect([...target.slice(1)]).toEqual([...quote.slice(1)]);
  });

  it('reads into the middle of a mirror and touches nothing beside it', () => {
    const { writer, reader } = setUp();
    writer.publish(3, quoteOf(9));
    const mirror = new Float64Array(3 * QUOTE.STRIDE).fill(-1);
    expect(reader.read(3, mirror, QUOTE.STRIDE)).toBe(true);
    expect(mirror.slice(0, QUOTE.STRIDE).every((word) => word === -1)).toBe(true);
    expect(mirror.slice(2 * QUOTE.STRIDE).every((word) => word === -1)).toBe(true);
    expect(mirror[QUOTE.STRIDE + 1]).toBe(9);
  });

  it('gives up on a row whose writer died while writing; its next life starts it even and blank', () => {
    const { words, writer, reader, target } = setUp();
    writer.publish(2, quoteOf(4));
    writer.publish(3, quoteOf(5));
    // Dies ever later, until once between the marks.
    for (let step = 0; step < 1_000 && reader.version(2) % 2 === 0; step++)
      untilDeath(step, () => writer.publish(2, quoteOf(7)));
    // Half of the new version stands in the row.
    words.fill(7, layout.rows / 8 + 2 * QUOTE.STRIDE + 1, layout.rows / 8 + 2 * QUOTE.STRIDE + 20);
    expect(reader.read(2, target)).toBe(false);
    const next = new QuoteWriter(words.buffer as SharedArrayBuffer, layout, payload(words.buffer as SharedArrayBuffer));
    for (let row = 0; row < 5; row++) next.startEven(row);
    expect(reader.read(2, target)).toBe(true);
    expect(target[QUOTE.TRUST]).toBe(TRUST.Syncing);
    expect(target[QUOTE.INCARNATION]).toBe(0);
    expect([...target.slice(QUOTE.BIDS)].every((word) => word === 0)).toBe(true);
    // A row that was whole stays as it was.
    expect(reader.read(3, target)).toBe(true);
    expect(target[QUOTE.BID]).toBe(5);
    next.publish(2, quoteOf(8));
    expect(reader.read(2, target)).toBe(true);
    expect(target[QUOTE.BID]).toBe(8);
  });
});

describe('payload', () => {
  it('is plain where stores keep their order, atomic elsewhere', () => {
    const nameOf = (arch: string): string => payloadFor(allocate(layout), arch).store.toString();
    const plain = plainPayload(allocate(layout)).store.toString();
    expect(nameOf('x64')).toBe(plain);
    for (const arch of ['arm64', 'riscv64']) expect(nameOf(arch)).not.toBe(plain);
  });
});
