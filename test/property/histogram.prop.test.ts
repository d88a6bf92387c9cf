import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketCeiling, bucketOf, Histogram } from '../../src/memory/counters.ts';
import { HISTOGRAM_BUCKETS } from '../../src/memory/layout.ts';

/** Nanoseconds from none to about 100 days, whole and broken, and the neighbours of powers of two. */
const times = fc.oneof(
  fc.double({ min: 0, max: 40, noNaN: true }),
  fc.double({ min: 0, max: 1e16, noNaN: true }),
  fc.integer({ min: 0, max: 2 ** 53 - 1 }),
  fc
    .tuple(fc.integer({ min: 0, max: 53 }), fc.integer({ min: -2, max: 2 }))
    .map(([exponent, off]) => Math.max(0, 2 ** exponent + off)),
);

const newHistogram = (): Histogram => new Histogram(new SharedArrayBuffer((HISTOGRAM_BUCKETS + 2) * 8), 0);

/** What a value may be reported as: never less, at most 1/16 (below 16: 1) more. */
const most = (value: number): number => value + Math.max(1, value / 16);

describe('histogram', () => {
  it('files every value in a bucket whose ceiling is not below it and not far above', () => {
    fc.assert(
      fc.property(times, (value) => {
        const ceiling = bucketCeiling(bucketOf(value));
        expect(ceiling).toBeGreaterThanOrEqual(value);
        expect(ceiling).toBeLessThanOrEqual(most(value));
      }),
      { numRuns: 5_000 },
    );
  });

  it('has buckets that rise, and a ceiling belongs to the next one', () => {
    for (let bucket = 1; bucket < HISTOGRAM_BUCKETS; bucket++) {
      expect(bucketCeiling(bucket)).toBeGreaterThan(bucketCeiling(bucket - 1));
      expect(bucketOf(bucketCeiling(bucket - 1))).toBe(bucket);
    }
  });

  it('reports percentiles of the true rank: never flattering, never above the maximum', () => {
    const quantiles = [0, 0.5, 0.9, 0.99, 1];
    fc.assert(
      fc.property(fc.array(times, { minLength: 1, maxLength: 200 }), (values) => {
        const histogram = newHistogram();
        for (const value of values) histogram.record(value);
        const sorted = [...values].sort((a, b) => a - b);
        const { count, values: reported } = histogram.percentiles(quantiles);
        expect(count).toBe(values.length);
        expect(histogram.max).toBe(sorted.at(-1));
        quantiles.forEach((quantile, i) => {
          const exact = sorted[Math.max(0, Math.ceil(quantile * values.length) - 1)] as number;
          expect(reported[i]).toBeGreaterThanOrEqual(exact);
          expect(reported[i]).toBeLessThanOrEqual(Math.min(most(exact), histogram.max));
        });
      }),
    );
  });

  it('counts a negative time as none, and nothing that is no time', () => {
    const histogram = newHistogram();
    expect(histogram.percentiles([0.5])).toEqual({ count: 0, values: [0] });
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) histogram.record(value);
    expect(histogram.percentiles([0.5])).toEqual({ count: 0, values: [0] });
    histogram.record(-5);
    expect(histogram.percentiles([0.5])).toEqual({ count: 1, values: [0] });
    expect(histogram.sum).toBe(0);
    histogram.record(1e30);
    expect(histogram.buckets().reduce((sum, [, count]) => sum + count, 0)).toBe(2);
  });
});
