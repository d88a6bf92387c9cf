import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Intent, REASON } from '../../../src/core/intent.ts';
import type { Bps, Lots, MonoNs, Ticks } from '../../../src/core/units.ts';
import { type HedgeTerms, isTradable, planHedge } from '../../../src/engine/hedge.ts';
import { checkNotional, checkProfit, checkState, type LimitState } from '../../../src/engine/limits.ts';
import { planOrders } from '../../../src/engine/plan.ts';
import { universeOf, type WorldOptions } from './world.ts';

const intentOf = (buyLimit: number, sellLimit: number, lots: number): Intent => ({
  id: 1,
  opportunity: 1,
  instrumentIndex: 0,
  pair: 1,
  decidedAt: 1_000 as MonoNs,
  receivedAt: 0 as MonoNs,
  edgeBps: 1 as Bps,
  legs: [
    { row: 0, side: 'buy', limit: buyLimit as Ticks, size: lots as Lots, rowVersion: 2 },
    { row: 1, side: 'sell', limit: sellLimit as Ticks, size: 0 as Lots, rowVersion: 2 },
  ],
});

const UNIT = 10n ** 18n;

describe('plan', () => {
  it('sizes the sell leg by what the buy leg brings after its fee, as exact texts', () => {
    const universe = universeOf({ taker: ['0.00075', '0.001'] });
    const plan = planOrders(intentOf(10_000, 10_100, 12_345), universe);
    // 12345 × 0.99925 = 12335.74
    expect(plan.orders?.map(({ side, price, size, asset, amount }) => [side, price, size, asset, amount])).toEqual([
      ['buy', '100', '1.2345', 'USDT', (12_345n * UNIT) / 100n],
      ['sell', '101', '1.2335', 'BTC', (12_335n * UNIT) / 10_000n],
    ]);
    const coarse = universeOf({ listing: (venue) => (venue === 'beta' ? { sizeLot: '0.01', minSize: '0.01' } : {}) });
    expect(planOrders(intentOf(10_000, 10_200, 12_345), coarse).orders?.[1]?.size).toBe('1.23');
  });

  it('refuses what is too small, worth too little, or could lose', () => {
    const reasonOf = (intent: Intent, options: WorldOptions = {}) => planOrders(intent, universeOf(options)).reason;
    const minimum = { listing: () => ({ minSize: '0.5' }) };
    expect(reasonOf(intentOf(10_000, 10_100, 5_005), minimum)).toBe(REASON['below-min-size']);
    expect(reasonOf(intentOf(10_000, 10_100, 5_006), minimum)).toBe(REASON.ok);
    expect(reasonOf(intentOf(10_000, 10_100, 499))).toBe(REASON['below-min-notional']);
    expect(reasonOf(intentOf(10_000, 10_100, 501))).toBe(REASON.ok);
    expect(reasonOf(intentOf(10_000, 10_020, 10_000))).toBe(REASON['below-fees']);
    expect(reasonOf({ ...intentOf(10_000, 10_100, 10_000), instrumentIndex: 9 })).toBe(REASON.expired);
    expect(reasonOf({ ...intentOf(10_000, 10_100, 10_000), legs: [] })).toBe(REASON.expired);
  });

  it('never loses at its own limits, for any fees, lots and prices', () => {
    let planned = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 ** 7 }),
        fc.integer({ min: -50, max: 600 }),
        fc.integer({ min: 1, max: 10 ** 9 }),
        fc.nat(3_000),
        fc.nat(3_000),
        fc.constantFrom('0.0001', '0.001', '0.1'),
        (price, gainBps, size, buyFee, sellFee, sellLot) => {
          const universe = universeOf({
            taker: [(buyFee / 1e6).toFixed(6), (sellFee / 1e6).toFixed(6)],
            listing: (venue) => (venue === 'beta' ? { sizeLot: sellLot, minSize: sellLot } : {}),
          });
          const plan = planOrders(intentOf(price, Math.floor(price * (1 + gainBps / 1e4)), size), universe);
          if (plan.orders === undefined) return;
          planned++;
          const [buy, sell] = plan.orders;
          if (buy === undefined || sell === undefined) throw new Error('two orders');
          // What arrives covers what is sold, and what is kept of it is more than what is paid.
          expect(sell.lots * 1_000_000n <= buy.lots * BigInt(1_000_000 - buyFee)).toBe(true);
          const kept = sell.lots * sell.limitTicks * BigInt(1_000_000 - sellFee);
          expect(kept > buy.lots * buy.limitTicks * 1_000_000n).toBe(true);
          expect(plan.notional).toBe((buy.lots * buy.limitTicks * UNIT) / 1_000_000n);
        },
      ),
      { numRuns: 2_000 },
    );
    expect(planned).toBeGreaterThan(300);
  });
});

describe('limits', () => {
  const FREE: LimitState = {
    risk: REASON.ok,
    isHalted: false,
    isPaused: false,
    journalBehind: false,
    openSets: 0,
    isPairBusy: false,
    isInstrumentPaused: false,
    nowNs: 1_000,
  };
  const LIMITS = { maxOpenLegSets: 2, maxIntentAgeNs: 500, maxNotional: 100n };
  const check = (state: Partial<LimitState>) => checkState(intentOf(1, 1, 1), { ...FREE, ...state }, LIMITS);

  it('has a reason for each', () => {
    expect(check({})).toBe(REASON.ok);
    expect(check({ risk: REASON['limit-daily-loss'], isHalted: true })).toBe(REASON['limit-daily-loss']);
    expect(check({ isHalted: true, isPaused: true })).toBe(REASON.halted);
    expect(check({ isPaused: true })).toBe(REASON.paused);
    expect(check({ journalBehind: true })).toBe(REASON['journal-behind']);
    expect(check({ isInstrumentPaused: true })).toBe(REASON['limit-instrument-paused']);
    expect(check({ isPairBusy: true })).toBe(REASON['in-flight']);
    expect([check({ openSets: 1 }), check({ openSets: 2 })]).toEqual([REASON.ok, REASON['limit-open-sets']]);
    expect([check({ nowNs: 1_500 }), check({ nowNs: 1_501 })]).toEqual([REASON.ok, REASON.expired]);
    expect([checkNotional(100n, LIMITS), checkNotional(101n, LIMITS)]).toEqual([REASON.ok, REASON['limit-notional']]);
    expect([checkProfit(5n, 5n), checkProfit(4n, 5n)]).toEqual([REASON.ok, REASON['limit-min-profit']]);
  });
});

describe('unwind', () => {
  const plenty = () => 10n ** 30n;
  const termsOf = (
    options: WorldOptions,
    tops: readonly ({ bid: number; ask: number } | undefined)[],
    more: Partial<HedgeTerms> = {},
  ) => {
    const universe = universeOf(options);
    const rows = universe.rows.map((row, index) => ({ row, top: tops[index], isUp: true }));
    const [instrument] = universe.instruments;
    if (instrument === undefined) throw new Error('no instrument');
    const terms: HedgeTerms = { slippageBps: 50, rows, free: plenty, ...more };
    return {
      plan: (side: 'buy' | 'sell', excess: bigint) => planHedge(side, excess, instrument, terms),
      isTradable: (side: 'buy' | 'sell', excess: bigint) => isTradable(side, excess, instrument, terms, 10_000),
      terms,
    };
  };
  const bestOf = (options: WorldOptions, side: 'buy' | 'sell', tops: Parameters<typeof termsOf>[1]) =>
    termsOf(options, tops).plan(side, UNIT)?.row.venue;

  it('takes the best venue after fees, not the best price', () => {
    const tops = [
      { bid: 10_000, ask: 10_010 },
      { bid: 10_005, ask: 10_005 },
    ];
    expect(bestOf({ taker: '0.001' }, 'sell', tops)).toBe('beta');
    expect(bestOf({ taker: '0.001' }, 'buy', tops)).toBe('beta');
    expect(bestOf({ taker: ['0.001', '0.002'] }, 'sell', tops)).toBe('alpha');
    expect(bestOf({ taker: ['0.001', '0.002'] }, 'buy', tops)).toBe('alpha');
    expect(bestOf({}, 'sell', [tops[0], undefined])).toBe('alpha');
    expect(bestOf({}, 'sell', [undefined, undefined])).toBeUndefined();
  });

  it('leaves out a venue that is down, or short of what it takes', () => {
    const tops = [
      { bid: 10_000, ask: 10_010 },
      { bid: 10_005, ask: 10_005 },
    ];
    const { terms } = termsOf({}, tops);
    const down = terms.rows.map((entry) => ({ ...entry, isUp: entry.row.venue !== 'beta' }));
    expect(termsOf({}, tops, { rows: down }).plan('sell', UNIT)?.row.venue).toBe('alpha');
    const free = (venue: number, asset: string): bigint => (venue === 1 && asset === 'BTC' ? UNIT - 1n : 10n ** 30n);
    expect(termsOf({}, tops, { free }).plan('sell', UNIT)?.row.venue).toBe('alpha');
    expect(termsOf({}, tops, { free }).plan('buy', UNIT)?.row.venue).toBe('beta');
  });

  it('stays on tick and lot, within the slippage and the largest order', () => {
    const listing = () => ({ priceTick: '0.05', sizeLot: '0.01', minSize: '0.01', maxSize: '2' });
    const world = { listing, venues: ['alpha'] };
    const tops = [{ bid: 10_005, ask: 10_015 }];
    // 0.5 % of 100.05 is 0.50: not below 99.55.
    expect(termsOf(world, tops).plan('sell', (12_399n * UNIT) / 10_000n)).toMatchObject({
      size: '1.23',
      price: '99.55',
    });
    expect(termsOf(world, tops).plan('buy', UNIT)).toMatchObject({ size: '1.01', price: '100.65' });
    expect(termsOf(world, tops).plan('sell', 5n * UNIT)).toMatchObject({ size: '2' });
  });

  it('buys so much more that its fee is covered, by less than a lot', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 10n ** 14n, max: 10n ** 22n }), fc.nat(5_000), (excess, millionths) => {
        const options = {
          venues: ['alpha'],
          taker: (millionths / 1e6).toFixed(6),
          listing: () => ({ minNotional: '0' }),
        };
        const order = termsOf(options, [{ bid: 10_000, ask: 10_000 }]).plan('buy', excess);
        const bought = ((order?.lots ?? 0n) * UNIT) / 10_000n;
        const arrives = bought * BigInt(1_000_000 - millionths);
        const tooMuch = arrives - excess * 1_000_000n;
        expect(tooMuch >= 0n && tooMuch < (UNIT / 10_000n) * 1_000_000n).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('calls dust what no venue would let us trade, and only that', () => {
    const { isTradable: can } = termsOf({}, [undefined, undefined]);
    // At least 5 USDT at a limit of 99.50: 0.0503 BTC, rounded up to the lot.
    expect([can('sell', 502n * 10n ** 14n), can('sell', 503n * 10n ** 14n)]).toEqual([false, true]);
    const { isTradable: small, plan } = termsOf({ listing: () => ({ minNotional: '0' }) }, [
      { bid: 1, ask: 1 },
      undefined,
    ]);
    expect([small('sell', 10n ** 14n - 1n), small('sell', 10n ** 14n)]).toEqual([false, true]);
    expect(plan('sell', 10n ** 14n - 1n)).toBeUndefined();
  });

  it('plans whatever it calls tradable, when a venue is there and has the means', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 10n ** 18n }),
        fc.integer({ min: 100, max: 100_000 }),
        fc.constantFrom('buy' as const, 'sell' as const),
        (excess, price, side) => {
          const world = termsOf({ venues: ['alpha'] }, [{ bid: price, ask: price }]);
          if (world.isTradable(side, excess)) expect(world.plan(side, excess)).toBeDefined();
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
