import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/core/clock.ts';
import type { VenueError } from '../../../src/core/order.ts';
import { RateBudget } from '../../../src/core/rate-budget.ts';
import { JITTER_MS } from '../../../src/core/rate-count.ts';
import type { Lane, RateBucket, RateLimits } from '../../../src/core/rate-limits.ts';

const bucket = (more: Partial<RateBucket> = {}): RateBucket => ({
  name: 'orders',
  scope: 'account',
  rule: { kind: 'sliding', windowMs: 1_000 },
  capacity: 8,
  weights: { place: 1 },
  source: '',
  ...more,
});

function stage(buckets: readonly RateBucket[], banStops: RateLimits['banStops'] = 'rest') {
  const clock = new ManualClock();
  const episodes: { code: string; waitMs: number }[] = [];
  const budget = new RateBudget({
    venue: 'a',
    limits: { buckets, banStops },
    clock,
    onEpisode: ({ code }, waitMs) => episodes.push({ code, waitMs }),
  });
  return { clock, episodes, budget };
}

const refusal = (more: Partial<VenueError> = {}): VenueError => ({
  class: 'rate-limit',
  code: '429',
  message: 'slower',
  ...more,
});

describe('a rate budget', () => {
  it('leaves new sets three quarters of a bucket, and unwinds the rest', () => {
    const { clock, budget } = stage([bucket()]);
    for (let sent = 0; sent < 6; sent++) expect(budget.tryTake('place', 'open')).toBe(true);
    expect(budget.tryTake('place', 'open')).toBe(false);
    expect(budget.tryTake('place', 'reduce')).toBe(true);
    expect(budget.tryTake('place', 'reduce')).toBe(true);
    expect(budget.tryTake('place', 'reduce')).toBe(false);
    expect(budget.view()).toMatchObject({ held: 2, buckets: [{ bucket: 'orders', capacity: 8, left: 0 }] });
    const waitMs = budget.waitMs('place', 'open');
    expect(waitMs).toBeGreaterThanOrEqual(1_000 + JITTER_MS);
    // A window is counted in parts: the last of one leaves it a little late.
    expect(waitMs).toBeLessThan((1_000 + JITTER_MS) * (1 + 2 / 63));
    clock.advanceMs(waitMs + 0.001);
    expect(budget.waitMs('place', 'open')).toBe(0);
    expect(budget.tryTake('place', 'open')).toBe(true);
  });

  it('keeps the reserve of a bucket for each lane that asks for something of it', () => {
    const weights = { place: 1, query: 4, cancel: 1 };
    const { budget } = stage([bucket({ capacity: 40, weights })]);
    while (budget.tryTake('place', 'open'));
    expect(budget.view().buckets[0]?.left).toBe(10);
    expect(budget.tryTake('query', 'query')).toBe(true);
    expect(budget.tryTake('query', 'query')).toBe(false);
    expect(budget.view().buckets[0]?.left).toBe(6);
    for (let sent = 0; sent < 6; sent++) expect(budget.tryTake('cancel', 'reduce')).toBe(true);
    expect(budget.tryTake('cancel', 'reduce')).toBe(false);
  });

  it('reserves at least the heaviest request, and refuses limits that nothing would be left of', () => {
    const { budget } = stage([bucket({ capacity: 20, weights: { place: 1, cancel: 8 } })]);
    while (budget.tryTake('place', 'open'));
    expect(budget.view().buckets[0]?.left).toBe(8);
    expect(budget.tryTake('cancel', 'reduce')).toBe(true);
    expect(() => stage([bucket({ capacity: 8, weights: { place: 1, cancel: 8 } })])).toThrow(RangeError);
  });

  it('counts instruments apart where the venue does', () => {
    const { budget } = stage([bucket({ per: 'instrument' })]);
    while (budget.tryTake('place', 'open', 'BTC'));
    expect(budget.tryTake('place', 'open', 'ETH')).toBe(true);
  });

  it('lets a counter go down with time', () => {
    const { clock, budget } = stage([
      bucket({ rule: { kind: 'decay', perSecond: 2 }, capacity: 20.2, weights: { place: 1, cancel: 8 } }),
    ]);
    expect(budget.tryTake('cancel', 'reduce')).toBe(true);
    expect(budget.tryTake('cancel', 'reduce')).toBe(true);
    expect(budget.tryTake('cancel', 'reduce')).toBe(false);
    expect(budget.waitMs('cancel', 'reduce')).toBeCloseTo(2_000, 6);
    clock.advanceMs(2_000);
    expect(budget.tryTake('cancel', 'reduce')).toBe(true);
  });

  it('takes from every bucket that an operation counts in, or from none', () => {
    const { budget } = stage([bucket({ capacity: 4 }), bucket({ name: 'day', capacity: 8 })]);
    for (let sent = 0; sent < 3; sent++) expect(budget.tryTake('place', 'open')).toBe(true);
    expect(budget.tryTake('place', 'open')).toBe(false);
    expect(budget.view().buckets.map(({ left }) => left)).toEqual([1, 5]);
  });

  it('believes the venue where it leaves us less, and not where it leaves us more', () => {
    const { budget } = stage([bucket({ capacity: 100 })]);
    budget.tryTake('place', 'open');
    budget.correct({ bucket: 'orders', used: 90 });
    expect(budget.view().buckets[0]?.left).toBe(10);
    budget.correct({ bucket: 'orders', left: 4 });
    expect(budget.view().buckets[0]?.left).toBe(4);
    budget.correct({ bucket: 'orders', left: 80 });
    budget.correct({ bucket: 'orders', used: 0 });
    budget.correct({ bucket: 'unknown', used: 100 });
    expect(budget.view().buckets[0]?.left).toBe(4);
    expect(budget.tryTake('place', 'open')).toBe(false);
    expect(budget.tryTake('place', 'reduce')).toBe(true);
  });
});

describe('a venue that refuses', () => {
  const room = (budget: RateBudget): Lane[] =>
    (['open', 'query', 'reduce'] as const).filter((lane) => budget.hasRoom('place', lane));

  it('closes the lane that met it and those before it until the named time', () => {
    const { clock, episodes, budget } = stage([bucket()]);
    budget.refused('open', refusal({ retryAfterMs: 700 }));
    expect(room(budget)).toEqual(['query', 'reduce']);
    expect(episodes).toEqual([{ code: '429', waitMs: 700 }]);
    expect(budget.waitMs('place', 'open')).toBeCloseTo(700, 6);
    clock.advanceMs(699);
    expect(room(budget)).toEqual(['query', 'reduce']);
    clock.advanceMs(1);
    expect(room(budget)).toEqual(['open', 'query', 'reduce']);
  });

  it('waits longer than the named time where it refuses again right after it', () => {
    const { clock, budget } = stage([bucket()]);
    for (const waitMs of [700, 2_000, 4_000]) {
      budget.refused('open', refusal({ retryAfterMs: 700 }));
      expect(budget.closedMs('open')).toBeCloseTo(waitMs, 6);
      clock.advanceMs(waitMs + 0.001);
    }
    budget.refused('reduce', refusal({ retryAfterMs: 700 }));
    expect(budget.closedMs('reduce')).toBeCloseTo(700, 6);
  });

  it('waits twice as long with each refusal where no time is named, up to a minute', () => {
    const { clock, episodes, budget } = stage([bucket()]);
    const waits: number[] = [];
    for (let n = 0; n < 9; n++) {
      budget.refused('reduce', refusal());
      expect(room(budget)).toEqual([]);
      const waitMs = budget.waitMs('place', 'reduce');
      waits.push(Math.round(waitMs));
      clock.advanceMs(waitMs + 0.001);
      expect(room(budget)).toEqual(['open', 'query', 'reduce']);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    expect(episodes).toHaveLength(1);
    expect(budget.view()).toMatchObject({ refusals: 9, episodes: 1 });
  });

  it('opens to one request at a time, until one is answered', () => {
    const { clock, budget } = stage([bucket()]);
    budget.refused('query', refusal());
    clock.advanceMs(1_001);
    expect(budget.hasRoom('place', 'query', '', 2)).toBe(false);
    expect(budget.tryTake('place', 'query')).toBe(true);
    expect(room(budget)).toEqual(['open', 'reduce']);
    budget.settled('query');
    expect(room(budget)).toEqual(['open', 'query', 'reduce']);
    expect(budget.tryTake('place', 'query')).toBe(true);
    budget.answered('query');
    expect(budget.hasRoom('place', 'query', '', 2)).toBe(true);
  });

  it('does not wait longer for what was under way when it refused', () => {
    const { budget } = stage([bucket()]);
    for (let n = 0; n < 5; n++) budget.refused('reduce', refusal());
    expect(budget.waitMs('place', 'reduce')).toBeCloseTo(1_000, 6);
  });

  it('has an episode end with an answer once nothing is closed, and told again when it comes back', () => {
    const { clock, episodes, budget } = stage([bucket()]);
    budget.refused('open', refusal());
    budget.answered('open');
    clock.advanceMs(500);
    budget.answered('open');
    clock.advanceMs(501);
    budget.refused('open', refusal());
    expect(episodes).toHaveLength(1);
    clock.advanceMs(2_001);
    budget.answered('open');
    budget.refused('open', refusal());
    expect(episodes).toHaveLength(2);
    expect(budget.waitMs('place', 'open')).toBeCloseTo(1_000, 6);
  });

  it('bans from REST alone leave cancels and unwinds their sockets', () => {
    const { clock, episodes, budget } = stage([bucket()], 'rest');
    budget.refused('query', refusal({ code: '418', isBan: true, retryAfterMs: 5_000 }));
    expect(room(budget)).toEqual(['reduce']);
    expect(budget.restWaitMs).toBeCloseTo(5_000, 6);
    expect(budget.banWaitMs).toBe(0);
    expect(episodes).toEqual([{ code: '418', waitMs: 5_000 }]);
    clock.advanceMs(5_001);
    expect(room(budget)).toEqual(['open', 'query', 'reduce']);
    expect(budget.restWaitMs).toBe(0);
  });

  it('bans from everything leave nothing, half a minute where no time is named', () => {
    const { clock, budget } = stage([bucket()], 'everything');
    budget.refused('open', refusal({ isBan: true }));
    expect(room(budget)).toEqual([]);
    expect(budget.banWaitMs).toBeCloseTo(30_000, 6);
    clock.advanceMs(30_001);
    expect(room(budget)).toEqual(['open', 'query', 'reduce']);
    budget.refused('open', refusal({ isBan: true }));
    expect(budget.banWaitMs).toBeCloseTo(60_000, 6);
  });
});
