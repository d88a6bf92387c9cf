import { describe, expect, it } from 'vitest';
import type { FilterSettings } from '../../../../src/core/filter-config.ts';
import { Scout } from '../scout.ts';
import type { Quote } from '../world.ts';

const filtered = (settings: Partial<FilterSettings<'liquidity'>> = {}) =>
  new Scout(
    {},
    {
      cooldownNs: 0,
      filters: [
        {
          name: 'liquidity',
          minNotional: '1000',
          withinBps: 10,
          minUpdatesPerSecond: 0,
          windowMs: 1_000,
          ...settings,
        },
      ],
    },
  );

describe('the liquidity filter, by what is shown', () => {
  const outcome = (asks: Quote['asks'], bids: Quote['bids']) => {
    const scout = filtered();
    scout.world.publish(scout.world.row('alpha'), { bids: [[9_990, 1_000_000]], asks });
    scout.world.publish(scout.world.row('beta'), { bids, asks: [[10_110, 1_000_000]] });
    const taken = scout.look().length;
    expect(scout.reasons()).toEqual(taken === 1 ? { ok: 1 } : { 'filter-liquidity': 1 });
    return taken === 1 ? 'passed' : 'held';
  };

  it('lets through when both sides show enough, and holds back when one does not', () => {
    // 10 BTC at 100, and 10 at 101.
    expect(outcome([[10_000, 100_000]], [[10_100, 100_000]])).toBe('passed');
    expect(outcome([[10_000, 99_999]], [[10_100, 100_000]])).toBe('held');
    expect(outcome([[10_000, 100_000]], [[10_100, 99_000]])).toBe('held');
  });

  it('adds up the levels within reach of the best one, and no farther', () => {
    const bids: Quote['bids'] = [[10_100, 200_000]];
    const near: Quote['asks'] = [
      [10_000, 50_000],
      [10_010, 50_000],
    ];
    expect(outcome(near, bids)).toBe('passed');
    const far: Quote['asks'] = [
      [10_000, 50_000],
      [10_011, 50_000],
    ];
    expect(outcome(far, bids)).toBe('held');
  });
});

describe('the liquidity filter, by how often rows are renewed', () => {
  const rated = () => filtered({ minNotional: '0', minUpdatesPerSecond: 5 });

  /** Beta crosses alpha all the while; each venue is renewed so many times every 100 ms. Conflated: looked at once. */
  function run(scout: Scout, alpha: number, beta: number, ms: number): number {
    let taken = 0;
    for (let at = 0; at < ms; at += 100) {
      for (let n = 0; n < alpha; n++) {
        scout.world.publish(scout.world.row('alpha'), { bids: [[9_990, 9_999]], asks: [[10_000, 9_999]] });
      }
      for (let n = 0; n < beta; n++) {
        scout.world.publish(scout.world.row('beta'), { bids: [[10_100, 9_999]], asks: [[10_110, 9_999]] });
      }
      for (const intent of scout.look()) {
        taken++;
        scout.settle(intent);
      }
      scout.pass(100);
    }
    return taken;
  }

  it('holds back until it has counted for a whole window, then lets through what is brisk', () => {
    const scout = rated();
    expect(run(scout, 1, 1, 1_000)).toBe(0);
    expect(run(scout, 1, 1, 1_000)).toBeGreaterThan(0);
  });

  it('counts versions that were conflated away', () => {
    const scout = rated();
    scout.world.publish(scout.world.row('alpha'), { bids: [[9_990, 9_999]], asks: [[10_000, 9_999]] });
    scout.world.publish(scout.world.row('beta'), { bids: [[10_100, 9_999]], asks: [[10_110, 9_999]] });
    scout.look();
    scout.pass(900);
    // Nine of ten are never read.
    run(scout, 10, 10, 100);
    scout.look();
    expect(run(scout, 1, 1, 100)).toBe(1);
  });

  it('holds back when one of the two is slow', () => {
    const scout = rated();
    run(scout, 1, 1, 2_000);
    // The first window of the slow time may still be one of the brisk.
    run(scout, 1, 0, 2_000);
    expect(run(scout, 1, 0, 1_000)).toBe(0);
    expect(scout.reasons()).toMatchObject({ 'filter-liquidity': expect.any(Number) });
  });

  it('counts from nothing once a row was not priced', () => {
    const scout = rated();
    run(scout, 1, 1, 2_000);
    scout.quote('beta', 10_100, 10_110, { trust: 2 });
    scout.pass(51);
    scout.look();
    expect(run(scout, 1, 1, 900)).toBe(0);
    expect(run(scout, 1, 1, 1_000)).toBeGreaterThan(0);
  });

  it('knows that the sequence of a row wraps', () => {
    const scout = rated();
    const { world } = scout;
    const words = new Int32Array(world.buffer, world.layout.rows);
    words[0] = 2 ** 31 - 10;
    run(scout, 1, 1, 2_000);
    expect(words[0]).toBeLessThan(0);
    expect(run(scout, 1, 1, 1_000)).toBeGreaterThan(0);
  });
});
