import { describe, expect, it } from 'vitest';
import type { FilterConfig } from '../../../../src/core/filter-config.ts';
import { FILTER_NAMES } from '../../../../src/core/filter-names.ts';
import { REASONS } from '../../../../src/core/intent.ts';
import { Scout } from '../scout.ts';

const DENY_ALL: FilterConfig = { name: 'quote-pairs', deny: { bases: ['BTC'] } };
const LIFE: FilterConfig = { name: 'min-life', ms: 20 };
const PREMIUM: FilterConfig = {
  name: 'premium',
  sigmas: 3,
  halfLifeMs: 60_000,
  warmUpSamples: 2,
  untilWarm: 'hold',
};

const cross = (scout: Scout) => {
  scout.quote('alpha', 9_990, 10_000);
  return scout.quote('beta', 10_100, 10_110);
};

describe('filters in the detector', () => {
  it('are none unless configured', () => {
    const scout = new Scout();
    expect(cross(scout)).toHaveLength(1);
    expect(scout.filtered()).toEqual({});
  });

  it('each have a reason code', () => {
    expect(REASONS.filter((reason) => reason.startsWith('filter-')).sort()).toEqual(
      FILTER_NAMES.map((name) => `filter-${name}`).sort(),
    );
  });

  it('are asked in their order, and none behind one that holds back', () => {
    const scout = new Scout({}, { filters: [LIFE, DENY_ALL] });
    cross(scout);
    expect(scout.filtered()).toEqual({ 'min-life:held': 1 });
    scout.pass(20);
    expect(scout.look()).toEqual([]);
    expect(scout.filtered()).toEqual({ 'min-life:held': 1, 'min-life:passed': 1, 'quote-pairs:held': 1 });
    expect(scout.reasons()).toEqual({ 'filter-min-life': 1, 'filter-quote-pairs': 1 });
    const turned = new Scout({}, { filters: [DENY_ALL, LIFE] });
    cross(turned);
    expect(turned.filtered()).toEqual({ 'quote-pairs:held': 1 });
  });

  it('are asked only about what would be taken', () => {
    const scout = new Scout({}, { filters: [DENY_ALL] });
    scout.world.control.setPause('api', true);
    cross(scout);
    scout.quote('beta', 10_010, 10_110);
    expect(scout.reasons()).toEqual({ paused: 1, 'below-fees': 1 });
    expect(scout.filtered()).toEqual({});
  });

  it('let the next best chance have its turn', () => {
    const denied: FilterConfig = { name: 'quote-pairs', deny: { venuePairs: [{ sell: 'gamma' }] } };
    const scout = new Scout({ venues: ['alpha', 'beta', 'gamma'] }, { filters: [denied] });
    scout.quote('beta', 10_080, 10_200);
    scout.quote('gamma', 10_120, 10_200);
    expect(scout.venuesOf(scout.quote('alpha', 9_990, 10_000)[0])).toEqual(['alpha', 'beta']);
    expect(scout.reasons()).toEqual({ ok: 1, 'filter-quote-pairs': 1 });
  });

  it('are the verdict of what they held back, with the profit that it would have brought', () => {
    const scout = new Scout({}, { filters: [DENY_ALL] });
    cross(scout);
    scout.detector.closeAll();
    expect(scout.lives()).toMatchObject([{ verdict: 'filter-quote-pairs', intents: 0, size: '20' }]);
    expect(Number(scout.lives()[0]?.profit)).toBeGreaterThan(10);
  });

  it('know nothing any more after a restart of the detector, but what the rows say', () => {
    const scout = new Scout({}, { filters: [PREMIUM], cooldownNs: 0 });
    scout.quote('alpha', 9_990, 10_000);
    scout.quote('beta', 9_990, 10_000);
    for (let n = 0; n < 3; n++) {
      scout.pass(51);
      scout.look();
    }
    const [first] = scout.quote('beta', 10_100, 10_110);
    expect(first).toMatchObject({ id: 1 });
    scout.settle(first);
    scout.start(1);
    expect(scout.look()).toEqual([]);
    // The successor scans both rows.
    expect(scout.reasons()).toEqual({ ok: 1, 'filter-premium': 2 });
    expect(scout.filtered()).toEqual({ 'premium:held': 2, 'premium:passed': 1 });
  });

  it('may be of one name twice, counted together', () => {
    const scout = new Scout({}, { filters: [LIFE, { name: 'min-life', ms: 40 }] });
    cross(scout);
    scout.pass(20);
    expect(scout.look()).toEqual([]);
    scout.pass(20);
    expect(scout.look()).toHaveLength(1);
    expect(scout.filtered()).toEqual({ 'min-life:held': 2, 'min-life:passed': 3 });
  });
});
