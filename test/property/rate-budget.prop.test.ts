/** Whatever is asked of a rate budget: the venue, counting by its own rule what arrives a little late, never sees more than
 *  it lets; legs of new sets never touch the reserve; and who the reserve is for always finds it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/core/clock.ts';
import { RateBudget } from '../../src/core/rate-budget.ts';
import { JITTER_MS } from '../../src/core/rate-count.ts';
import type { Lane, Operation, RateBucket } from '../../src/core/rate-limits.ts';
import { venueRegistry } from '../../src/venues/registry.ts';

const seed = Number(process.env.PARALLAX_SEED ?? Math.floor(Math.random() * 2 ** 31));

const made: readonly RateBucket[] = [
  { rule: { kind: 'sliding', windowMs: 1_000 }, capacity: 10, weights: { place: 1 } },
  { rule: { kind: 'sliding', windowMs: 2_000 }, capacity: 60, weights: { place: 1, cancel: 2, query: 3 } },
  { rule: { kind: 'fixed', windowMs: 3_000 }, capacity: 100, weights: { place: 5, cancel: 5, query: 9 } },
  { rule: { kind: 'decay', perSecond: 2.34 }, capacity: 125, weights: { place: 1, cancel: 8 } },
  { rule: { kind: 'decay', perSecond: 20 }, capacity: 40, weights: { place: 1, cancel: 3, query: 2 } },
].map((each) => ({ name: 'bucket', scope: 'account', source: '', ...each }) as RateBucket);
/** The venues' own; a day is too long to play through. */
const real = [...venueRegistry.values()]
  .flatMap(({ rateLimits }) => rateLimits.buckets)
  .filter(({ rule }) => rule.kind === 'decay' || rule.windowMs <= 60_000);

const asks = fc.array(
  fc.record({
    afterMs: fc.oneof(fc.constant(0), fc.nat(30), fc.nat(1_500)),
    what: fc.constantFrom<readonly [Operation, Lane]>(
      ['place', 'open'],
      ['place', 'open'],
      ['place', 'reduce'],
      ['cancel', 'reduce'],
      ['query', 'query'],
      ['balances', 'query'],
    ),
    times: fc.oneof(fc.constant(1), fc.nat(30)),
  }),
  { maxLength: 40 },
);

interface Taken {
  readonly sentAt: number;
  readonly arrivedAt: number;
  readonly weight: number;
  readonly lane: Lane;
}

/** The most that the venue ever counts of `all`, by its plain rule. */
function most({ rule }: RateBucket, all: readonly Taken[]): number {
  const arrived = [...all].sort((a, b) => a.arrivedAt - b.arrivedAt);
  if (rule.kind === 'decay') {
    let level = 0;
    let at = 0;
    let peak = 0;
    for (const { arrivedAt, weight } of arrived) {
      level = Math.max(0, level - ((arrivedAt - at) / 1_000) * rule.perSecond) + weight;
      at = arrivedAt;
      peak = Math.max(peak, level);
    }
    return peak;
  }
  const { windowMs } = rule;
  const sums = arrived.map(({ arrivedAt: end }) =>
    arrived
      .filter(({ arrivedAt }) =>
        rule.kind === 'fixed'
          ? Math.floor(arrivedAt / windowMs) === Math.floor(end / windowMs)
          : arrivedAt > end - windowMs && arrivedAt <= end,
      )
      .reduce((sum, { weight }) => sum + weight, 0),
  );
  return Math.max(0, ...sums);
}

function play(
  bucket: RateBucket,
  script: readonly { afterMs: number; what: readonly [Operation, Lane]; times: number }[],
  delays: Iterator<number>,
): { taken: readonly Taken[]; budget: RateBudget; clock: ManualClock } {
  const clock = new ManualClock(0);
  const budget = new RateBudget({
    venue: 'a',
    limits: { buckets: [bucket], banStops: 'rest' },
    clock,
    onEpisode: () => {},
  });
  const taken: Taken[] = [];
  for (const { afterMs, what, times } of script) {
    clock.advanceMs(afterMs);
    const [operation, lane] = what;
    for (let n = 0; n < times; n++) {
      if (!budget.tryTake(operation, lane, 'X')) break;
      const sentAt = clock.monotonicNs() / 1e6;
      const arrivedAt = sentAt + Number(delays.next().value);
      taken.push({ sentAt, arrivedAt, lane, weight: bucket.weights[operation] ?? 0 });
    }
  }
  return { taken, budget, clock };
}

const delays = fc.infiniteStream(fc.nat(JITTER_MS - 1));

describe('a rate budget', () => {
  it(`never oversubscribes a venue, nor lets legs into the reserve (seed ${seed})`, () => {
    fc.assert(
      fc.property(fc.constantFrom(...made, ...real), asks, delays, (bucket, script, late) => {
        const { taken } = play(bucket, script, late[Symbol.iterator]());
        expect(most(bucket, taken)).toBeLessThanOrEqual(bucket.capacity + 1e-6);
        // What is reserved for others can be a quarter and a half of a heavy request more, never less than one request.
        const legs = taken.filter(({ lane }) => lane === 'open');
        const others = Math.max(bucket.weights.cancel ?? 0, bucket.weights.place ?? 0, bucket.weights.query ?? 0);
        const reserve = legs.length === 0 ? 0 : Math.max(others, bucket.capacity / 4 - 1);
        expect(most(bucket, legs)).toBeLessThanOrEqual(bucket.capacity - reserve + 1e-6);
      }),
      { seed, numRuns: 300 },
    );
  });

  it(`has a place for a cancel or unwind, and for a question, however many legs were sent (seed ${seed})`, () => {
    fc.assert(
      fc.property(fc.constantFrom(...made, ...real), asks, delays, (bucket, script, late) => {
        const legs = script.map((ask) => ({ ...ask, what: ['place', 'open'] as const, times: ask.times * 50 }));
        const { budget } = play(bucket, legs, late[Symbol.iterator]());
        // The question first: it may not take what is left for the cancel.
        expect(budget.tryTake('query', 'query', 'X')).toBe(true);
        while (budget.tryTake('query', 'query', 'X') && (bucket.weights.query ?? 0) > 0);
        expect(budget.hasRoom('cancel', 'reduce', 'X')).toBe(true);
        expect(budget.hasRoom('place', 'reduce', 'X')).toBe(true);
      }),
      { seed, numRuns: 300 },
    );
  });
});
