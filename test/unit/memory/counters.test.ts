import { describe, expect, it } from 'vitest';
import { FEED_COUNTERS } from '../../../src/core/metrics.ts';
import { Counters, Histogram } from '../../../src/memory/counters.ts';
import { HISTOGRAM_BUCKETS } from '../../../src/memory/layout.ts';

describe('counters', () => {
  const names = Object.keys(FEED_COUNTERS) as (keyof typeof FEED_COUNTERS)[];

  it('start at zero, add up by name, and are seen by another view', () => {
    const buffer = new SharedArrayBuffer(names.length * 8 + 128);
    const writer = new Counters(buffer, 128, names);
    const reader = new Counters(buffer, 128, names);
    expect(Object.values(reader.snapshot())).toEqual(names.map(() => 0));
    const gaps = writer.slot('gaps');
    writer.add(gaps);
    writer.add(gaps, 41);
    writer.add(writer.slot('bytes'), 2 ** 40);
    expect(reader.get('gaps')).toBe(42);
    expect(reader.snapshot()).toMatchObject({ gaps: 42, bytes: 2 ** 40, messages: 0 });
    expect(Object.keys(reader.snapshot())).toEqual(names);
  });

  it('raise only upwards', () => {
    const counters = new Counters(new SharedArrayBuffer(8), 0, ['lag']);
    counters.raise(counters.slot('lag'), 5);
    counters.raise(counters.slot('lag'), 3);
    expect(counters.get('lag')).toBe(5);
  });

  it('know no other names', () => {
    const counters = new Counters<string>(new SharedArrayBuffer(8), 0, ['lag']);
    expect(() => counters.slot('lags')).toThrow(RangeError);
  });
});

describe('histogram', () => {
  it('gives count, sum, maximum and percentiles to another view', () => {
    const buffer = new SharedArrayBuffer((HISTOGRAM_BUCKETS + 2) * 8 + 128);
    const writer = new Histogram(buffer, 128);
    const reader = new Histogram(buffer, 128);
    for (let i = 1; i <= 100; i++) writer.record(i * 1_000);
    const { count, values } = reader.percentiles([0.5, 0.99, 1]);
    expect(count).toBe(100);
    expect([reader.sum, reader.max]).toEqual([5_050_000, 100_000]);
    expect(values[0]).toBeGreaterThanOrEqual(50_000);
    expect(values[0]).toBeLessThanOrEqual(53_125);
    expect(values[1]).toBeGreaterThanOrEqual(99_000);
    expect(values[2]).toBe(100_000);
    const ceilings = reader.buckets().map(([ceiling]) => ceiling);
    expect(ceilings).toEqual([...ceilings].sort((a, b) => a - b));
  });
});
