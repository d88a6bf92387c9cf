import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Baselines } from '../../src/engine/filters/baselines.ts';
import type { FilterContext } from '../../src/engine/filters/filter.ts';
import { Relooks } from '../../src/engine/filters/relooks.ts';
import { TrendFilter } from '../../src/engine/filters/trend.ts';
import { RowMirror } from '../../src/engine/row-mirror.ts';
import { rowsByInstrument, rowTerms } from '../../src/engine/terms.ts';
import { World } from '../unit/engine/world.ts';

describe('the premium baseline', () => {
  it('is the weighted mean and deviation of all samples, in every moment', () => {
    const sample = fc.record({
      value: fc.double({ min: -500, max: 500, noNaN: true }),
      keep: fc.double({ min: 0.5, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 200 }), (samples) => {
        const baselines = new Baselines(3);
        let plain: { value: number; weight: number }[] = [];
        samples.forEach(({ value, keep }, n) => {
          baselines.add(1, value, keep);
          plain = [...plain.map((each) => ({ ...each, weight: each.weight * keep })), { value, weight: 1 }];
          const total = plain.reduce((sum, { weight }) => sum + weight, 0);
          const mean = plain.reduce((sum, each) => sum + each.weight * each.value, 0) / total;
          const variance = plain.reduce((sum, each) => sum + each.weight * (each.value - mean) ** 2, 0) / total;
          expect(baselines.count(1)).toBe(n + 1);
          expect(Math.abs(baselines.mean(1) - mean)).toBeLessThan(1e-9);
          expect(Math.abs(baselines.sigma(1) ** 2 - variance)).toBeLessThan(1e-6);
        });
        // The series beside it know nothing of it.
        expect([baselines.count(0), baselines.mean(2), baselines.sigma(2)]).toEqual([0, 0, 0]);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps its digits far from zero, and over many samples', () => {
    const baselines = new Baselines(1);
    for (let n = 0; n < 1_000_000; n++) baselines.add(0, 1e6 + (n % 2), 1 - 1e-5);
    expect(baselines.mean(0)).toBeCloseTo(1e6 + 0.5, 4);
    expect(baselines.sigma(0)).toBeCloseTo(0.5, 4);
  });
});

describe('the trend filter', () => {
  const WINDOW_NS = 160e6;
  const MAX_BPS = 25;

  it('holds back exactly when the chain of mids moved through more than it may, to a sixteenth of the window', () => {
    const step = fc.record({
      venue: fc.integer({ min: 0, max: 2 }),
      tick: fc.integer({ min: -30, max: 30 }),
      ms: fc.integer({ min: 0, max: 60 }),
    });
    let held = 0;
    let passed = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 120 }), (steps) => {
        const world = new World({ venues: ['alpha', 'beta', 'gamma'] });
        const { universe, buffer, layout, control, clock } = world;
        const mirror = new RowMirror({
          universe,
          buffer,
          layout,
          control,
          maxHeartbeatAgeNs: Number.POSITIVE_INFINITY,
        });
        const { quoteUnit } = rowTerms(universe);
        mirror.nowNs = clock.monotonicNs();
        const filter = new TrendFilter(
          { name: 'trend', maxMoveBps: MAX_BPS, withinMs: WINDOW_NS / 1e6 },
          { universe, mirror, rowsOf: rowsByInstrument(universe), quoteUnit },
        );
        const put = (row: number, mid: number): void => {
          world.write(row, { bids: [[mid - 1, 1_000]], asks: [[mid + 1, 1_000]] });
          mirror.tryRead(row);
          filter.observe(row);
        };
        const start = clock.monotonicNs();
        const mids = [10_000, 10_050, 9_990];
        mids.forEach((mid, row) => {
          put(row, mid);
        });
        /** What the chain was from each moment on. */
        const history = [{ at: start as number, chain: 0 }];
        const spanSince = (from: number): number => {
          const before = history.findLast(({ at }) => at <= from) ?? { at: start, chain: 0 };
          const seen = [before, ...history.filter(({ at }) => at > from)].map(({ chain }) => chain);
          return Math.max(...seen) - Math.min(...seen);
        };
        for (const { venue, tick, ms } of steps) {
          clock.advanceMs(ms);
          const now = clock.monotonicNs();
          mirror.nowNs = now;
          const before = mids[venue] as number;
          const after = Math.max(5_000, before + tick);
          mids[venue] = after;
          put(venue, after);
          const last = history.at(-1)?.chain ?? 0;
          history.push({ at: now, chain: last + (20_000 * (after - before)) / (after + before) / 3 });
          const context: FilterContext = { buy: 0, sell: 1, pair: 1, grossBps: 0, askAgainAt: 0 };
          const isThrough = filter.check(context);
          if (now - start < WINDOW_NS) {
            expect(isThrough).toBe(false);
            expect(context.askAgainAt).toBe(start + WINDOW_NS);
          } else if (isThrough) {
            passed++;
            expect(spanSince(now - WINDOW_NS)).toBeLessThanOrEqual(MAX_BPS + 1e-6);
          } else {
            held++;
            expect(spanSince(now - (WINDOW_NS * 17) / 16)).toBeGreaterThan(MAX_BPS - 1e-6);
          }
        }
      }),
      { numRuns: 500 },
    );
    expect(Math.min(held, passed)).toBeGreaterThan(100);
  });
});

describe('pairs that wait', () => {
  it('come when they are due, each once, at the moment that was said last', () => {
    const PAIRS = 6;
    const pair = fc.integer({ min: 0, max: PAIRS - 1 });
    const command = fc.oneof(
      fc.record({ kind: fc.constant('add' as const), pair, at: fc.integer({ min: 0, max: 100 }) }),
      fc.record({ kind: fc.constant('cancel' as const), pair }),
      fc.record({ kind: fc.constant('take' as const), now: fc.integer({ min: 0, max: 100 }) }),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 100 }), (commands) => {
        const time = { nowNs: 0 };
        const relooks = new Relooks(PAIRS, time);
        const model = new Map<number, number>();
        for (const each of commands) {
          if (each.kind === 'add') {
            relooks.add({ buy: each.pair + 10, sell: 0, pair: each.pair, grossBps: 0, askAgainAt: each.at });
            model.set(each.pair, each.at);
          } else if (each.kind === 'cancel') {
            relooks.cancel(each.pair);
            model.delete(each.pair);
          } else {
            const due = [...model].filter(([, at]) => at <= each.now).map(([waiting]) => waiting);
            const taken: number[] = [];
            time.nowNs = each.now;
            for (let row = relooks.take(); row >= 0; row = relooks.take()) taken.push(row - 10);
            expect(taken.sort()).toEqual(due.sort());
            for (const gone of due) model.delete(gone);
          }
          expect(relooks.count).toBe(model.size);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
