/** Single-writer counters: plain doubles that one thread adds to and any thread reads. A reader may see a value that is
 *  a moment old, never a torn one (aligned 8-byte accesses are whole on x64 and arm64). */
import { HISTOGRAM_BUCKETS } from './layout.ts';

export class Counters<K extends string> {
  readonly #words: Float64Array;
  readonly #at = new Map<K, number>();

  /** `names` is the catalogue of src/core/metrics.ts that the block was laid out from. */
  constructor(buffer: SharedArrayBuffer, offset: number, names: readonly K[]) {
    this.#words = new Float64Array(buffer, offset, names.length);
    names.forEach((name, index) => {
      this.#at.set(name, index);
    });
  }

  /** The slot of a name; look it up once, add to it often. */
  slot(name: K): number {
    const slot = this.#at.get(name);
    if (slot === undefined) throw new RangeError(`no counter ${name}`);
    return slot;
  }

  /** Writer only. */
  add(slot: number, by = 1): void {
    this.#words[slot] = (this.#words[slot] as number) + by;
  }

  /** Writer only. */
  raise(slot: number, to: number): void {
    if (to > (this.#words[slot] as number)) this.#words[slot] = to;
  }

  get(name: K): number {
    return this.#words[this.slot(name)] as number;
  }

  snapshot(): Record<K, number> {
    const out = {} as Record<K, number>;
    for (const [name, slot] of this.#at) out[name] = this.#words[slot] as number;
    return out;
  }
}

/** Sub-buckets per power of two: values are kept to within 1/16, and below 16 to within 1. */
const SUB_BITS = 4;
const SUB = 1 << SUB_BITS;

const asDouble = new Float64Array(1);
const asWords = new Uint32Array(asDouble.buffer);
/** Where a double's sign and exponent stand: little-endian, as all machines that Node runs on today but one. */
const HIGH_WORD = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;

/** Bucket of a finite value; negative ones count as 0, those past 2^67 as that. */
export function bucketOf(value: number): number {
  if (value < SUB) return Math.max(0, Math.floor(value));
  // The double's own exponent and the top bits of its mantissa are the bucket: no logarithm on the hot path.
  asDouble[0] = value;
  const high = asWords[HIGH_WORD] as number;
  const exponent = (high >>> 20) - 1023;
  const sub = (high >>> (20 - SUB_BITS)) & (SUB - 1);
  return Math.min(HISTOGRAM_BUCKETS - 1, (exponent - SUB_BITS + 1) * SUB + sub);
}

/** Upper edge of a bucket: what a percentile reports, so that it never flatters. */
export function bucketCeiling(bucket: number): number {
  if (bucket < SUB) return bucket + 1;
  const exponent = Math.floor(bucket / SUB) + SUB_BITS - 1;
  return 2 ** exponent * (1 + ((bucket % SUB) + 1) / SUB);
}

/** A single-writer latency histogram: log-linear buckets, a maximum and a sum. Recording allocates nothing. */
export class Histogram {
  readonly #words: Float64Array;

  constructor(buffer: SharedArrayBuffer, offset: number) {
    this.#words = new Float64Array(buffer, offset, HISTOGRAM_BUCKETS + 2);
  }

  /** Writer only. `value` in ns; negative counts as 0, what is not finite is no time and is not counted. */
  record(value: number): void {
    if (!Number.isFinite(value)) return;
    // The maximum first: it caps what a percentile reports, so it may not lag behind the buckets.
    if (value > (this.#words[HISTOGRAM_BUCKETS] as number)) this.#words[HISTOGRAM_BUCKETS] = value;
    const bucket = bucketOf(value);
    this.#words[bucket] = (this.#words[bucket] as number) + 1;
    this.#words[HISTOGRAM_BUCKETS + 1] = (this.#words[HISTOGRAM_BUCKETS + 1] as number) + Math.max(0, value);
  }

  get max(): number {
    return this.#words[HISTOGRAM_BUCKETS] as number;
  }

  get sum(): number {
    return this.#words[HISTOGRAM_BUCKETS + 1] as number;
  }

  /** [upper edge, count] of every bucket that holds something, rising. */
  buckets(): [ceiling: number, count: number][] {
    const out: [number, number][] = [];
    for (let bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
      const count = this.#words[bucket] as number;
      if (count > 0) out.push([bucketCeiling(bucket), count]);
    }
    return out;
  }

  /** Values at the given quantiles (0 to 1), never above the maximum; 0 when empty. */
  percentiles(quantiles: readonly number[]): { count: number; values: number[] } {
    const buckets = this.buckets();
    const count = buckets.reduce((sum, [, n]) => sum + n, 0);
    const values = quantiles.map((quantile) => {
      let seen = 0;
      for (const [ceiling, n] of buckets) {
        seen += n;
        if (seen >= Math.ceil(quantile * count)) return Math.min(ceiling, this.max);
      }
      return 0;
    });
    return { count, values };
  }
}
