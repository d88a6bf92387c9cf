/** The last look, each of its limits refusing and letting through. */
import { describe, expect, it } from 'vitest';
import { type Intent, REASON, REASONS } from '../../../src/core/intent.ts';
import type { DistrustReason } from '../../../src/core/quote.ts';
import { TRUST } from '../../../src/core/quote.ts';
import type { Ticks } from '../../../src/core/units.ts';
import { parseAmount } from '../../../src/engine/amounts.ts';
import { LastLook } from '../../../src/engine/last-look.ts';
import { type PlannedOrder, plannedOrder } from '../../../src/engine/plan.ts';
import type { RiskLimits } from '../../../src/engine/risk-limits.ts';
import { LiveRows } from '../../../src/engine/rows.ts';
import { HEAP_BOUND, heapGrowthOf } from '../../support/heap-growth.ts';
import { Desk, RISK } from './desk.ts';
import { Scout } from './scout.ts';
import { World } from './world.ts';

const VENUES = ['alpha', 'beta', 'gamma', 'delta'] as const;

/** A world of so many venues, all of which quote 100.00 to 100.10, and what is to be bought and sold there. */
class View {
  readonly world: World;
  readonly limits: RiskLimits;

  constructor(venues: number, limits: Partial<RiskLimits> = {}) {
    this.world = new World({ venues: VENUES.slice(0, venues) });
    this.limits = { ...RISK, ...limits };
    for (const venue of this.world.universe.venues) this.quote(venue, 10_000, 10_010);
  }

  quote(venue: string, bid: number, ask: number): void {
    this.world.write(this.world.row(venue), {
      bids: [
        [bid, 1_000],
        [bid - 10, 1_000],
      ],
      asks: [
        [ask, 1_000],
        [ask + 10, 1_000],
      ],
    });
  }

  order(venue: string, side: 'buy' | 'sell', limit: number, lots = 1_000): PlannedOrder {
    const { rows, instruments } = this.world.universe;
    const [row, instrument] = [rows[this.world.row(venue)], instruments[0]];
    if (row === undefined || instrument === undefined) throw new Error(`no row of ${venue}`);
    return plannedOrder(row, instrument, side, BigInt(limit), BigInt(lots));
  }

  get look(): LastLook {
    const { universe, buffer, layout, control, clock } = this.world;
    const rows = new LiveRows(buffer, layout, { universe, control, clock, maxHeartbeatAgeNs: 1e15 });
    return new LastLook({ universe, clock, settings: { risk: this.limits } }, rows);
  }

  reason(...orders: PlannedOrder[]): string | undefined {
    return REASONS[this.look.check(orders)];
  }
}

describe('the last look', () => {
  it('wants rows that are live, and prices inside the limit', () => {
    const view = new View(2);
    expect(view.reason(view.order('alpha', 'buy', 10_010), view.order('beta', 'sell', 10_000))).toBe('ok');
    expect(view.reason(view.order('alpha', 'buy', 10_009))).toBe('price-moved');
    expect(view.reason(view.order('alpha', 'sell', 10_001))).toBe('price-moved');
    view.world.write(view.world.row('beta'), { bids: [], asks: [], trust: TRUST.Stale, reason: 'silence' });
    expect(view.reason(view.order('alpha', 'buy', 10_010), view.order('beta', 'sell', 10_000))).toBe('row-not-live');
  });

  it('says so when it is the clock of a venue that keeps its row from being live', () => {
    const reasonOf = (reason: DistrustReason, trust: number): string | undefined => {
      const view = new View(2);
      view.world.write(view.world.row('alpha'), { bids: [[10_000, 1_000]], asks: [[10_010, 1_000]], trust, reason });
      return view.reason(view.order('alpha', 'buy', 10_010));
    };
    expect(reasonOf('clock-skew', TRUST.Suspect)).toBe('limit-clock-skew');
    expect(reasonOf('gap', TRUST.Suspect)).toBe('row-not-live');
    // What it once was.
    expect(reasonOf('clock-skew', TRUST.Live)).toBe('ok');
  });

  it('wants each top of book confirmed not long ago', () => {
    const view = new View(2, { maxQuoteAgeNs: 500e6 });
    const legs = [view.order('alpha', 'buy', 10_010), view.order('beta', 'sell', 10_000)];
    view.world.clock.advanceMs(500);
    expect(view.reason(...legs)).toBe('ok');
    view.world.clock.advanceMs(1);
    expect(view.reason(...legs)).toBe('limit-quote-age');
    view.quote('alpha', 10_000, 10_010);
    expect(view.reason(...legs)).toBe('limit-quote-age');
    view.quote('beta', 10_000, 10_010);
    expect(view.reason(...legs)).toBe('ok');
  });

  it('wants so much depth within the limit', () => {
    const view = new View(2, { minDepthMultiple: 1.5 });
    expect(view.reason(view.order('alpha', 'buy', 10_010, 666))).toBe('ok');
    expect(view.reason(view.order('alpha', 'buy', 10_010, 667))).toBe('limit-depth');
    expect(view.reason(view.order('alpha', 'buy', 10_019, 667))).toBe('limit-depth');
    expect(view.reason(view.order('alpha', 'buy', 10_020, 667))).toBe('ok');
    expect(view.reason(view.order('alpha', 'sell', 9_990, 1_333))).toBe('ok');
    expect(view.reason(view.order('alpha', 'sell', 9_991, 1_333))).toBe('limit-depth');
    expect(view.reason(view.order('alpha', 'sell', 9_000, 1_334))).toBe('limit-depth');
    const unasked = new View(2, { minDepthMultiple: 0 });
    expect(unasked.reason(unasked.order('alpha', 'buy', 10_010, 1_000_000))).toBe('ok');
  });
});

describe('the price band', () => {
  // The middle of all is 100.05; 1 % of it is 1.0005.
  const band = { maxPriceBandBps: 100 };

  it('is around the median of three venues or more', () => {
    for (const venues of [3, 4]) {
      const view = new View(venues, band);
      expect(view.reason(view.order('alpha', 'buy', 10_105))).toBe('ok');
      expect(view.reason(view.order('alpha', 'buy', 10_106))).toBe('limit-price-band');
      expect(view.reason(view.order('alpha', 'sell', 9_905))).toBe('ok');
      expect(view.reason(view.order('alpha', 'sell', 9_904))).toBe('limit-price-band');
    }
  });

  it('does not follow one venue that is off, nor believe it', () => {
    const view = new View(3, band);
    view.quote('alpha', 10_200, 10_210);
    expect(view.reason(view.order('beta', 'buy', 10_010))).toBe('ok');
    expect(view.reason(view.order('alpha', 'sell', 10_200))).toBe('limit-price-band');
    expect(view.reason(view.order('beta', 'buy', 10_010), view.order('alpha', 'sell', 10_200))).toBe(
      'limit-price-band',
    );
  });

  it('is between the middle two of four', () => {
    const view = new View(4, band);
    view.quote('alpha', 10_200, 10_210);
    view.quote('beta', 10_100, 10_110);
    // (100.05 + 101.05) / 2 is 100.55, and 1 % of it 1.0055.
    expect(view.reason(view.order('gamma', 'buy', 10_155))).toBe('ok');
    expect(view.reason(view.order('gamma', 'buy', 10_156))).toBe('limit-price-band');
  });

  it('holds two venues against each other', () => {
    const view = new View(2, band);
    view.quote('beta', 10_100, 10_110);
    // 1 % of 101.05 is 1.0105, of 100.05 it is 1.0005.
    expect(view.reason(view.order('alpha', 'sell', 10_004 - 4))).toBe('limit-price-band');
    expect(view.reason(view.order('alpha', 'buy', 10_010))).toBe('ok');
    expect(view.reason(view.order('beta', 'sell', 10_100))).toBe('ok');
    expect(view.reason(view.order('beta', 'buy', 10_110))).toBe('limit-price-band');
  });

  it('counts live rows only, and says nothing where no other is', () => {
    const view = new View(3, band);
    const off = { bids: [[20_000, 1]], asks: [[20_010, 1]], trust: TRUST.Suspect } as const;
    view.world.write(view.world.row('gamma'), off);
    view.quote('beta', 10_100, 10_110);
    expect(view.reason(view.order('beta', 'buy', 10_110))).toBe('limit-price-band');
    view.world.write(view.world.row('alpha'), off);
    expect(view.reason(view.order('beta', 'buy', 10_110))).toBe('ok');
  });
});

describe('a leg set', () => {
  const buy = (limit: number): Partial<Intent> => {
    const { legs } = new Desk().intend();
    return { legs: legs.map((leg) => (leg.side === 'buy' ? { ...leg, limit: limit as Ticks } : leg)) };
  };
  const refusals = (
    risk: Partial<RiskLimits>,
    change: Partial<Intent> = {},
    prepare: (desk: Desk) => void = () => {},
  ) => {
    const desk = new Desk({}, { risk: { ...RISK, ...risk } });
    prepare(desk);
    desk.intend(change);
    return desk.refusals();
  };

  it('is refused by each of these limits, counted, and let through within them', () => {
    // At its limits it brings 101 × 0.999 × 0.999 less 100.
    expect(refusals({ minProfit: parseAmount('0.798101') })).toEqual({ 'limit-min-profit': 1 });
    expect(refusals({ minProfit: parseAmount('0.79810099') })).toEqual({ ok: 1 });
    expect(refusals({ minDepthMultiple: 10.1 })).toEqual({ 'limit-depth': 1 });
    expect(refusals({ minDepthMultiple: 10 })).toEqual({ ok: 1 });
    expect(refusals({ maxPriceBandBps: 70 })).toEqual({ 'limit-price-band': 1 });
    expect(refusals({ maxPriceBandBps: 110 })).toEqual({ ok: 1 });
    expect(
      refusals({ maxPriceBandBps: 110 }, buy(9_980), (desk) =>
        desk.world.write(0, { bids: [[9_900, 1]], asks: [[9_970, 1e6]] }),
      ),
    ).toEqual({ 'limit-price-band': 1 });
    const old = (desk: Desk): void => {
      desk.world.clock.advanceMs(100);
      desk.world.beat();
    };
    expect(refusals({ maxQuoteAgeNs: 99e6 }, {}, old)).toEqual({ 'limit-quote-age': 1 });
    expect(refusals({ maxQuoteAgeNs: 100e6 }, {}, old)).toEqual({ ok: 1 });
    const skewed = (desk: Desk): void =>
      desk.world.write(1, { bids: [[10_100, 1e5]], asks: [[10_110, 1e5]], trust: TRUST.Suspect, reason: 'clock-skew' });
    expect(refusals({}, {}, skewed)).toEqual({ 'limit-clock-skew': 1 });
  });

  it('is not even intended below the least profit', () => {
    for (const [minProfit, reason] of [
      [0.7, 'ok'],
      [0.9, 'limit-min-profit'],
    ] as const) {
      const scout = new Scout({}, { minProfit });
      scout.quote('alpha', 9_990, 10_000, { lots: 10_000 });
      const intents = scout.quote('beta', 10_100, 10_110, { lots: 10_000 });
      expect(intents).toHaveLength(reason === 'ok' ? 1 : 0);
      expect(scout.reasons()).toEqual({ [reason]: 1 });
    }
  });
});

describe('looking', () => {
  it('allocates nothing that an order is compared by', async () => {
    const view = new View(4);
    const { look } = view;
    // What the comparison itself makes of BigInts is small integers.
    const orders = [view.order('alpha', 'buy', 10_010), view.order('beta', 'sell', 10_000)];
    let passed = 0;
    const grown = await heapGrowthOf((count) => {
      for (let i = 0; i < count; i++) if (look.check(orders) === REASON.ok) passed++;
    }, 200_000);
    expect(passed).toBeGreaterThan(200_000);
    expect(grown).toBeLessThan(HEAP_BOUND);
  }, 60_000);
});
