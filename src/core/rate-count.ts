/** What counts against a limit now: a sliding window, or a counter that goes down with time. No allocation once made. */
import type { RateBucket, RateRule } from './rate-limits.ts';

/** The venue counts what arrives, and what leaves evenly may arrive in a heap: everything counts this much longer. */
export const JITTER_MS = 100;
/** A window is counted in so many parts; what came in one counts until the last of it has left the window. */
const PARTS = 64;

export interface RateCount {
  /** `now`: monotonic ns, never less than before. */
  used(now: number): number;
  add(now: number, weight: number): void;
  /** Until not more than `target` counts, ns. */
  waitNs(now: number, target: number): number;
}

/** What we may use of a bucket. A counter that goes down is behind ours by as much as it goes down meanwhile. */
export const usableOf = ({ rule, capacity }: Pick<RateBucket, 'rule' | 'capacity'>): number =>
  rule.kind === 'decay' ? capacity - (rule.perSecond * JITTER_MS) / 1000 : capacity;

export const countOf = (rule: RateRule): RateCount =>
  rule.kind === 'decay' ? new DecayCount(rule.perSecond) : new WindowCount(rule.windowMs);

/** A window that slides also holds every window that starts at fixed times. */
class WindowCount implements RateCount {
  readonly #partNs: number;
  readonly #parts = new Float64Array(PARTS);
  #newest = 0;
  #total = 0;

  constructor(windowMs: number) {
    this.#partNs = ((windowMs + JITTER_MS) * 1e6) / (PARTS - 1);
  }

  used(now: number): number {
    const part = Math.floor(now / this.#partNs);
    const gone = Math.min(PARTS, part - this.#newest);
    for (let n = 1; n <= gone; n++) {
      const at = (this.#newest + n) % PARTS;
      this.#total -= this.#parts[at] as number;
      this.#parts[at] = 0;
    }
    if (gone > 0) this.#newest = part;
    return this.#total;
  }

  add(now: number, weight: number): void {
    this.used(now);
    const at = this.#newest % PARTS;
    this.#parts[at] = (this.#parts[at] as number) + weight;
    this.#total += weight;
  }

  waitNs(now: number, target: number): number {
    let left = this.used(now);
    let wait = 0;
    for (let part = this.#newest - PARTS + 1; left > target && part <= this.#newest; part++) {
      if (part < 0) continue;
      left -= this.#parts[part % PARTS] as number;
      wait = (part + PARTS) * this.#partNs - now;
    }
    return wait;
  }
}

class DecayCount implements RateCount {
  readonly #perNs: number;
  #level = 0;
  #at = 0;

  constructor(perSecond: number) {
    this.#perNs = perSecond / 1e9;
  }

  used(now: number): number {
    return Math.max(0, this.#level - (now - this.#at) * this.#perNs);
  }

  add(now: number, weight: number): void {
    this.#level = this.used(now) + weight;
    this.#at = now;
  }

  waitNs(now: number, target: number): number {
    return Math.max(0, this.used(now) - target) / this.#perNs;
  }
}
