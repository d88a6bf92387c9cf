import { describe, expect, it } from 'vitest';
import { Scout } from '../scout.ts';

const filtered = (maxMoveBps: number, venues = ['alpha', 'beta']) =>
  new Scout({ venues }, { filters: [{ name: 'trend', maxMoveBps, withinMs: 480 }] });

/** Both venues at 99.95 for a whole window and more. */
function calm(scout: Scout): void {
  scout.quote('alpha', 9_990, 10_000);
  scout.quote('beta', 9_990, 10_000);
  scout.pass(1_000);
}

describe('the trend filter', () => {
  it('holds back while the mid has risen through more than it may, and lets through once that is past', () => {
    const scout = filtered(50);
    calm(scout);
    // 99.95 → 101.05 at one venue of two: 55 bps.
    expect(scout.quote('beta', 10_100, 10_110)).toEqual([]);
    scout.pass(480);
    expect(scout.look()).toEqual([]);
    // The part of the window that it happened in is 30 ms long.
    scout.pass(31);
    expect(scout.look()).toHaveLength(1);
    expect(scout.reasons()).toMatchObject({ ok: 1, 'filter-trend': expect.any(Number) });
  });

  it('holds back as well when it has fallen', () => {
    const scout = filtered(50);
    calm(scout);
    expect(scout.quote('alpha', 9_880, 9_890)).toEqual([]);
    expect(scout.reasons()).toEqual({ 'filter-trend': 1 });
  });

  it('lets through what moved by less', () => {
    const scout = filtered(56);
    calm(scout);
    expect(scout.quote('beta', 10_100, 10_110)).toHaveLength(1);
    expect(scout.filtered()).toEqual({ 'trend:passed': 1 });
  });

  it('adds up many small moves', () => {
    const scout = filtered(50);
    calm(scout);
    for (let step = 1; step <= 10; step++) {
      scout.quote('alpha', 9_990 + step * 8, 10_000 + step * 8);
      scout.quote('beta', 9_990 + step * 8, 10_000 + step * 8);
      scout.pass(20);
    }
    // Both came from 99.95 to 100.75 in 200 ms; of the last jump beta adds but 10 bps.
    expect(scout.quote('beta', 10_110, 10_120)).toEqual([]);
    expect(scout.reasons()).toEqual({ 'filter-trend': 1 });
  });

  it('takes no venue that comes for a move, whatever its premium', () => {
    const scout = filtered(5, ['alpha', 'beta', 'gamma']);
    calm(scout);
    expect(scout.venuesOf(scout.quote('gamma', 10_100, 10_110)[0])).toEqual(['alpha', 'gamma']);
  });

  it('counts a lone mover by its share of the venues', () => {
    const scout = filtered(50, ['alpha', 'beta', 'gamma']);
    scout.quote('gamma', 9_990, 10_000);
    calm(scout);
    // The same 110 bps are 37 over three.
    expect(scout.quote('beta', 10_100, 10_110)).toHaveLength(1);
    const two = filtered(50, ['alpha', 'beta', 'gamma']);
    two.quote('gamma', 9_990, 10_000);
    calm(two);
    // Gamma's feed dies without a word; the sweep notices, and two are left.
    two.world.clock.advanceMs(1_600);
    two.world.control.beat(0, two.world.clock.monotonicNs());
    two.world.control.beat(1, two.world.clock.monotonicNs());
    two.look();
    expect(two.quote('beta', 10_100, 10_110)).toEqual([]);
    expect(two.reasons()).toEqual({ 'filter-trend': 1 });
  });

  it('holds back until it has watched a whole window, at the start and after nobody watched', () => {
    const scout = filtered(50);
    scout.quote('alpha', 9_990, 10_000);
    expect(scout.quote('beta', 10_100, 10_110)).toEqual([]);
    scout.pass(479);
    expect(scout.look()).toEqual([]);
    scout.pass(1);
    const [first] = scout.look();
    expect(first).toMatchObject({ id: 1 });
    scout.settle(first);
    scout.look();
    for (const [index, venue] of ['alpha', 'beta'].entries()) {
      scout.world.control.setIncarnation(index, 2);
      scout.look();
      expect(scout.world.universe.venues[index]).toBe(venue);
    }
    scout.pass(10_000);
    scout.quote('alpha', 9_990, 10_000, { incarnation: 2 });
    expect(scout.quote('beta', 10_100, 10_110, { incarnation: 2 })).toEqual([]);
    scout.pass(480);
    expect(scout.look()).toHaveLength(1);
  });
});
