import { describe, expect, it } from 'vitest';
import type { FilterSettings } from '../../../../src/core/filter-config.ts';
import { Scout } from '../scout.ts';
import type { WorldOptions } from '../world.ts';

const filtered = (settings: Partial<FilterSettings<'premium'>> = {}, world: WorldOptions = {}) =>
  new Scout(world, {
    cooldownNs: 0,
    filters: [{ name: 'premium', sigmas: 3, halfLifeMs: 60_000, warmUpSamples: 20, untilWarm: 'hold', ...settings }],
  });

/** Beta bids these, one sample of each; alpha asks 100 all the while. Returns how many intents came of it. */
function sample(scout: Scout, bids: readonly number[]): number {
  let taken = 0;
  for (const bid of bids) {
    const intents = [...scout.quote('alpha', 9_900, 10_000), ...scout.quote('beta', bid, bid + 100)];
    scout.pass(51);
    for (const intent of [...intents, ...scout.look()]) {
      taken++;
      scout.settle(intent);
    }
  }
  return taken;
}

const times = (count: number, of: (n: number) => number): number[] => Array.from({ length: count }, (_, n) => of(n));

describe('the premium filter', () => {
  it('holds back a spread that is usual, and lets through what is far from it', () => {
    const scout = filtered();
    // 100 bps, for good: no chance, a premium.
    expect(
      sample(
        scout,
        times(40, () => 10_100),
      ),
    ).toBe(0);
    expect(scout.reasons()).toEqual({ 'filter-premium': expect.any(Number) });
    expect(scout.quote('beta', 10_130, 10_230)).toHaveLength(1);
  });

  it('knows the spread from moments without a crossing', () => {
    const scout = filtered();
    // Between -110 and -90 bps: mean -100, deviation 10.
    expect(
      sample(
        scout,
        times(40, (n) => (n % 2 === 0 ? 9_890 : 9_910)),
      ),
    ).toBe(0);
    expect(scout.reasons()).toEqual({});
    expect(sample(scout, [10_030])).toBe(1);
  });

  it('wants so many deviations above the mean', () => {
    // Between -50 and +70 bps by turns: mean 10, deviation 60, so 3 of them end at 190.
    const swing = times(40, (n) => (n % 2 === 0 ? 9_950 : 10_070));
    const strict = filtered();
    sample(strict, swing);
    expect(strict.quote('beta', 10_185, 10_285)).toEqual([]);
    expect(strict.quote('beta', 10_195, 10_295)).toHaveLength(1);
    const mild = filtered({ sigmas: 2 });
    sample(mild, swing);
    expect(mild.quote('beta', 10_125, 10_225)).toEqual([]);
    expect(mild.quote('beta', 10_135, 10_235)).toHaveLength(1);
  });

  it('forgets with its half life', () => {
    const quick = filtered({ halfLifeMs: 510 });
    const slow = filtered({ halfLifeMs: 600_000 });
    for (const scout of [quick, slow]) {
      sample(
        scout,
        times(100, (n) => (n % 2 === 0 ? 9_940 : 10_060)),
      );
      // Ten of the short half lives: what swung weighs a thousandth.
      sample(
        scout,
        times(100, () => 10_000),
      );
    }
    expect(quick.quote('beta', 10_050, 10_150)).toHaveLength(1);
    expect(slow.quote('beta', 10_050, 10_150)).toEqual([]);
  });

  it('holds back until it is warm, or lets through, as it is told', () => {
    const bids = times(19, () => 9_900);
    const cold = filtered();
    sample(cold, bids);
    expect(cold.quote('beta', 10_100, 10_200)).toEqual([]);
    expect(cold.reasons()).toEqual({ 'filter-premium': 1 });
    const warm = filtered();
    sample(warm, [...bids, 9_900, 9_900]);
    expect(warm.quote('beta', 10_100, 10_200)).toHaveLength(1);
    const eager = filtered({ untilWarm: 'pass' });
    eager.quote('alpha', 9_900, 10_000);
    expect(eager.quote('beta', 10_100, 10_200)).toHaveLength(1);
  });

  it('neither samples nor forgets while a row is not priced', () => {
    const scout = filtered({ halfLifeMs: 510 });
    sample(
      scout,
      times(40, (n) => (n % 2 === 0 ? 9_940 : 10_060)),
    );
    scout.quote('beta', 9_500, 9_600, { trust: 2 });
    for (let n = 0; n < 200; n++) {
      scout.pass(51);
      scout.look();
    }
    // Mean 0, deviation 60, as before.
    expect(sample(scout, [10_150])).toBe(0);
    expect(scout.quote('beta', 10_290, 10_390)).toHaveLength(1);
  });

  it('keeps a baseline of its own for each direction and instrument', () => {
    const instruments = ['BTC-USDT', 'ETH-USDT'];
    const scout = filtered({}, { instruments });
    const put = (venue: string, instrument: string, bid: number) =>
      scout.world.publish(scout.world.row(venue, instrument), { bids: [[bid, 9_999]], asks: [[bid + 10, 9_999]] });
    for (let n = 0; n < 40; n++) {
      put('alpha', 'BTC-USDT', 9_990);
      put('beta', 'BTC-USDT', 10_100);
      put('alpha', 'ETH-USDT', 9_990);
      put('beta', 'ETH-USDT', 9_990);
      expect(scout.look()).toEqual([]);
      scout.pass(51);
    }
    put('beta', 'ETH-USDT', 10_100);
    expect(scout.look()).toMatchObject([{ instrumentIndex: 1 }]);
    // The other way round it is far from usual at once.
    put('beta', 'BTC-USDT', 9_800);
    expect(scout.venuesOf(scout.look()[0])).toEqual(['beta', 'alpha']);
  });

  it('samples a large universe a part at a time, each pair once a round', () => {
    // 1,560 pairs an instrument: one instrument a sweep.
    const venues = times(40, (n) => n).map((n) => `v${n}`);
    const instruments = ['A-USDT', 'B-USDT', 'C-USDT'];
    const scout = filtered({ warmUpSamples: 2 }, { venues, instruments });
    for (const { row } of scout.world.universe.rows) {
      scout.world.publish(row, { bids: [[9_990, 9_999]], asks: [[10_000, 9_999]] });
    }
    scout.look();
    const isWarm = (instrument: string): boolean => {
      scout.world.publish(scout.world.row('v1', instrument), { bids: [[10_100, 9_999]], asks: [[10_110, 9_999]] });
      const [intent] = scout.look();
      scout.settle(intent);
      scout.world.publish(scout.world.row('v1', instrument), { bids: [[9_990, 9_999]], asks: [[10_000, 9_999]] });
      scout.look();
      return intent !== undefined;
    };
    const sweeps = (count: number): void => {
      for (let n = 0; n < count; n++) {
        scout.pass(51);
        scout.look();
      }
    };
    // The first look was a sweep as well.
    sweeps(3);
    expect(instruments.map(isWarm)).toEqual([true, false, false]);
    sweeps(1);
    expect(isWarm('C-USDT')).toBe(false);
    sweeps(1);
    expect(isWarm('C-USDT')).toBe(true);
  });
});
