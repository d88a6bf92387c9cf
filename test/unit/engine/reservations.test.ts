import { describe, expect, it } from 'vitest';
import { pairIndex } from '../../../src/core/intent.ts';
import type { Lots, Ticks } from '../../../src/core/units.ts';
import { Desk } from './desk.ts';
import type { Quote } from './world.ts';

const ONE = 10n ** 18n;
const BTC = (lots: number): readonly [number, number] => [10_000, lots];

/** Alpha asks 1.5 BTC at 100.00; beta and gamma bid 101.00 for much. */
function threeVenues(settings: ConstructorParameters<typeof Desk>[1] = {}): Desk {
  const desk = new Desk({ venues: ['alpha', 'beta', 'gamma'] }, settings);
  askAt(desk, { asks: [BTC(15_000)] });
  desk.world.write(desk.world.row('gamma'), { bids: [[10_100, 100_000]], asks: [[10_110, 100_000]] });
  return desk;
}

function askAt(desk: Desk, change: Partial<Quote>): void {
  desk.world.write(desk.world.row('alpha'), { bids: [[9_990, 100_000]], asks: [BTC(15_000)], ...change });
}

/** Buys so many lots at alpha, and sells what comes of them at gamma. */
const toGamma = (desk: Desk, lots = 10_000) => {
  const leg = { rowVersion: 2, size: lots as Lots };
  return desk.intend({
    pair: pairIndex(0, 0, 2, 3),
    legs: [
      { ...leg, row: desk.world.row('alpha'), side: 'buy', limit: 10_000 as Ticks },
      { ...leg, row: desk.world.row('gamma'), side: 'sell', limit: 10_100 as Ticks },
    ],
  });
};

/** What the newest intent was answered. */
function answer(desk: Desk, intend: () => void): string {
  const before = desk.refusals();
  intend();
  const after = desk.refusals();
  return Object.keys(after).find((reason) => after[reason] !== before[reason]) ?? '';
}

describe('depth that is spoken for', () => {
  it('is not counted on by a second set, which takes nothing', () => {
    const desk = threeVenues();
    desk.intend();
    const { length } = desk.steps;
    expect(answer(desk, () => toGamma(desk))).toBe('depth-taken');
    expect(desk.steps.length).toBe(length);
    expect(desk.inventory.free(0, 'USDT')).toBe(99_900n * ONE);
    expect(desk.inventory.free(2, 'BTC')).toBe(10n * ONE);
    expect(answer(desk, () => toGamma(desk, 5_000))).toBe('ok');
  });

  it('stays discounted after our fill until the book brings news', () => {
    const desk = threeVenues();
    const seq = 77;
    askAt(desk, { seq });
    desk.intend();
    desk.fill(0, '1', '0.001');
    desk.fill(1, '0.999', '0.100899');
    expect(desk.executor.openSets).toBe(0);
    expect(answer(desk, () => toGamma(desk))).toBe('depth-taken');
    // Written again without news: its trust changed, say.
    askAt(desk, { seq });
    expect(answer(desk, () => toGamma(desk))).toBe('depth-taken');
    askAt(desk, { seq: seq + 1 });
    expect(answer(desk, () => toGamma(desk))).toBe('ok');
  });

  it('stays discounted through frames that are older than our fill', () => {
    const desk = threeVenues();
    desk.intend();
    const sent = desk.last(0);
    desk.tell(0, { kind: 'LegFilled', fill: { ...desk.fillOf(sent, '1', '0.001'), venueAt: 500 } });
    desk.tell(0, { kind: 'OrderUpdated', report: desk.reportOf(sent, 'filled', '1') });
    askAt(desk, { venueAt: 499 });
    expect(answer(desk, () => toGamma(desk))).toBe('depth-taken');
    askAt(desk, { venueAt: 500 });
    expect(answer(desk, () => toGamma(desk))).toBe('ok');
  });

  it('is told apart by the time of the frame where the venue numbers none', () => {
    const desk = threeVenues();
    askAt(desk, { seq: -1 });
    desk.intend();
    desk.fill(0, '1', '0.001');
    askAt(desk, { seq: -1 });
    expect(answer(desk, () => toGamma(desk))).toBe('depth-taken');
    desk.world.clock.advanceMs(1);
    askAt(desk, { seq: -1 });
    expect(answer(desk, () => toGamma(desk))).toBe('ok');
  });

  it('is free at once where an order ends without a fill', () => {
    const desk = threeVenues();
    desk.intend();
    desk.miss(0);
    expect(answer(desk, () => toGamma(desk))).toBe('ok');
  });

  it('is that of the order that was taken for settled, once it proves alive', () => {
    const desk = threeVenues();
    desk.intend();
    const sent = desk.last(0);
    desk.tell(0, { kind: 'OrderUpdated', report: desk.reportOf(sent, 'rejected', '0') });
    expect(desk.inventory.free(0, 'USDT')).toBe(100_000n * ONE);
    desk.tell(0, { kind: 'OrderUpdated', report: desk.reportOf(sent, 'open', '0') });
    expect(desk.inventory.free(0, 'USDT')).toBe(99_900n * ONE);
    expect(answer(desk, () => toGamma(desk))).toBe('depth-taken');
  });
});

describe('balance that is reserved', () => {
  it('shrinks by what a fill took of it, and is free when the order ends', () => {
    const desk = new Desk();
    desk.intend();
    const sent = desk.last(0);
    // Half of it, at a better price than the limit: what was saved stays reserved until the order ends.
    desk.tell(0, { kind: 'LegFilled', fill: desk.fillOf(sent, '0.5', '0.0005', '99') });
    expect(desk.inventory.total(0, 'USDT')).toBe(100_000n * ONE - (99n * ONE) / 2n);
    expect(desk.inventory.free(0, 'USDT')).toBe(99_900n * ONE);
    desk.tell(0, { kind: 'OrderUpdated', report: desk.reportOf(sent, 'expired', '0.5') });
    expect(desk.inventory.free(0, 'USDT')).toBe(desk.inventory.total(0, 'USDT'));
  });
});

describe('open notional', () => {
  it('counts orders at their limits until they end', () => {
    const desk = new Desk();
    desk.intend();
    expect(desk.executor.report().openNotional).toEqual({ USDT: '200.899' });
    desk.fill(0, '1', '0.001');
    expect(desk.executor.report().openNotional).toEqual({ USDT: '100.899' });
    desk.fill(1, '0.999', '0.100899');
    expect(desk.executor.report().openNotional).toEqual({});
  });

  it('is limited at a venue, and in an instrument', () => {
    const answerWith = (settings: object, ...intents: ((desk: Desk) => void)[]): string[] => {
      const desk = threeVenues(settings);
      return intents.map((intend) => answer(desk, () => intend(desk)));
    };
    const half = (desk: Desk): void => void toGamma(desk, 5_000);
    const one = (desk: Desk): void => void desk.intend();
    expect(answerWith({ maxVenueNotional: '150' }, one, half)).toEqual(['ok', 'ok']);
    expect(answerWith({ maxVenueNotional: '149.99' }, one, half)).toEqual(['ok', 'limit-venue-notional']);
    // 100 + 100.899, and 50 + 50.4495.
    expect(answerWith({ maxInstrumentNotional: '301.3485' }, one, half)).toEqual(['ok', 'ok']);
    expect(answerWith({ maxInstrumentNotional: '301.3' }, one, half)).toEqual(['ok', 'limit-instrument-notional']);
  });

  it('does not hold back what reduces a risk', () => {
    const desk = threeVenues({ maxVenueNotional: '101', maxInstrumentNotional: '201' });
    desk.intend();
    desk.fill(0, '1', '0.001');
    desk.miss(1);
    expect(desk.gateways.flatMap(({ sent }) => sent).length).toBe(3);
    expect(desk.executor.openSets).toBe(1);
  });

  it('counts the orders that a predecessor left open', () => {
    const desk = new Desk();
    desk.intend();
    desk.fill(1, '0.999', '0.100899');
    const before = desk.executor.report().openNotional;
    const successor = desk.start();
    successor.takeOver(desk.wal, new Set());
    expect(successor.report().openNotional).toEqual({});
    successor.resume();
    expect(successor.report().openNotional).toEqual(before);
    expect(before).toEqual({ USDT: '100' });
  });
});
