/** What no history of a breaker may bring about. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BreakerTerms,
  endProbe,
  isPassable,
  onGood,
  onTrouble,
  startProbe,
  stateOf,
} from '../../src/engine/breaker.ts';
import { HEAVIEST, WEIGHTS } from '../../src/engine/breaker-weights.ts';
import { BREAKER } from '../../src/memory/layout.ts';

const terms: fc.Arbitrary<BreakerTerms> = fc
  .record({
    threshold: fc.integer({ min: 2 * HEAVIEST, max: 500 }),
    forgetPerSecond: fc.integer({ min: 1, max: 50 }),
    goodPoints: fc.integer({ min: 1, max: 50 }),
    firstOpenMs: fc.integer({ min: 10, max: 5_000 }),
    maxOpenMs: fc.integer({ min: 10, max: 60_000 }),
    healMs: fc.integer({ min: 1, max: 60_000 }),
    probes: fc.integer({ min: 1, max: 5 }),
    probeMs: fc.integer({ min: 1, max: 5_000 }),
  })
  .map((drawn) => ({ ...drawn, maxOpenMs: Math.max(drawn.firstOpenMs, drawn.maxOpenMs) }));

const points = fc.constantFrom(
  ...new Set(Object.values(WEIGHTS).flatMap(({ venue, row }) => [venue, row].filter((weight) => weight > 0))),
);
const wait = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 70_000 }));
const event = fc.oneof(
  fc.record({ kind: fc.constant('trouble' as const), wait, points }),
  fc.record({ kind: fc.constant('good' as const), wait, points: fc.constant(0) }),
  fc.record({ kind: fc.constant('probe' as const), wait, points: fc.constant(0) }),
  fc.record({ kind: fc.constant('answer' as const), wait, points: fc.constant(0) }),
);
type Event = typeof event extends fc.Arbitrary<infer E> ? E : never;

/** Plays events from a start; sends probes only where they may pass, as the executor does. */
class Play {
  readonly words = new Float64Array(BREAKER.STRIDE);
  readonly terms: BreakerTerms;
  now = 1_000;
  troubleAt = 0;
  probeAt = 0;

  constructor(of: BreakerTerms) {
    this.terms = of;
  }

  step({ kind, wait: ms, points: weight }: Event): void {
    this.now += ms;
    switch (kind) {
      case 'trouble':
        onTrouble(this.words, weight, this.now, this.terms);
        this.troubleAt = this.now;
        return;
      case 'good':
        onGood(this.words, this.now, this.terms);
        return;
      case 'probe':
        if (!isPassable(this.words, this.now, this.terms)) return;
        startProbe(this.words, this.now);
        this.probeAt = this.now;
        return;
      case 'answer':
        endProbe(this.words, this.probeAt);
    }
  }

  all(events: readonly Event[]): this {
    for (const each of events) this.step(each);
    return this;
  }

  twin(): Play {
    const twin = new Play(this.terms);
    twin.words.set(this.words);
    twin.now = this.now;
    return twin;
  }

  get state() {
    return stateOf(this.words, this.now);
  }

  /** When good answers every `everyMs` have closed it. */
  closedBy(everyMs: number): number {
    const twin = this.twin();
    while (twin.state !== 'closed') {
      twin.now += everyMs;
      onGood(twin.words, twin.now, twin.terms);
    }
    return twin.now;
  }
}

/** Rare orders of events matter here; a run costs microseconds. */
const RUNS = { numRuns: 2_000 };

const histories = fc.array(event, { maxLength: 60 });

describe('a breaker, whatever happened to it', () => {
  it('keeps nothing back for longer than the cap after the last trouble, but for the probe on its way', () => {
    fc.assert(
      fc.property(terms, histories, (of, history) => {
        const play = new Play(of);
        for (const each of history) {
          play.step(each);
          expect(play.words[BREAKER.UNTIL]).toBeLessThanOrEqual(play.troubleAt + of.maxOpenMs);
        }
        const free = Math.max(play.now, play.troubleAt + of.maxOpenMs, play.probeAt + of.probeMs);
        expect(isPassable(play.words, free, of)).toBe(true);
      }),
      RUNS,
    );
  });

  it('does not open for a single trouble while it is closed and has been calm, or has just closed', () => {
    fc.assert(
      fc.property(terms, histories, points, (of, history, weight) => {
        const play = new Play(of).all(history);
        if (play.state === 'half-open') for (let i = 0; i < of.probes; i++) onGood(play.words, play.now, of);
        else if (play.state === 'closed') play.now += (of.threshold / of.forgetPerSecond) * 1_000;
        else return;
        expect(onTrouble(play.words, weight, Math.ceil(play.now), of)).toBe(false);
      }),
      RUNS,
    );
  });

  it('opens for enough troubles in a row', () => {
    fc.assert(
      fc.property(terms, histories, points, (of, history, weight) => {
        const play = new Play(of).all(history);
        const enough = Math.floor(of.threshold / weight) + 1;
        for (let i = 0; i < enough; i++) onTrouble(play.words, weight, play.now, of);
        expect(play.state).toBe('open');
        expect(isPassable(play.words, play.now, of)).toBe(false);
      }),
      RUNS,
    );
  });

  it('does not close sooner for one trouble more, or for a heavier one', () => {
    fc.assert(
      fc.property(terms, histories, points, points, fc.integer({ min: 1, max: 3_000 }), (of, history, a, b, every) => {
        const without = new Play(of).all(history);
        const [light, heavy] = [without.twin(), without.twin()];
        onTrouble(light.words, Math.min(a, b), light.now, of);
        onTrouble(heavy.words, Math.max(a, b), heavy.now, of);
        expect(light.closedBy(every)).toBeGreaterThanOrEqual(without.closedBy(every));
        expect(heavy.closedBy(every)).toBeGreaterThanOrEqual(light.closedBy(every));
      }),
      RUNS,
    );
  });

  it('stays away longer the more trouble there is, while there is nothing but trouble', () => {
    const troubles = fc.array(fc.record({ at: fc.integer({ min: 1_000, max: 100_000 }), points }), { maxLength: 40 });
    fc.assert(
      fc.property(terms, troubles, troubles, (of, some, more) => {
        const untilOf = (list: readonly { at: number; points: number }[]): number => {
          const words = new Float64Array(BREAKER.STRIDE);
          for (const each of [...list].sort((x, y) => x.at - y.at)) onTrouble(words, each.points, each.at, of);
          return words[BREAKER.UNTIL] as number;
        };
        expect(untilOf([...some, ...more])).toBeGreaterThanOrEqual(untilOf(some));
      }),
      RUNS,
    );
  });

  it('has only whole numbers in its words', () => {
    fc.assert(
      fc.property(terms, histories, (of, history) => {
        const { words } = new Play(of).all(history);
        expect([...words].filter((word) => !Number.isSafeInteger(word) || word < 0)).toEqual([]);
      }),
      RUNS,
    );
  });
});
