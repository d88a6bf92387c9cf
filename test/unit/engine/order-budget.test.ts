import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/core/clock.ts';
import { OrderBudget } from '../../../src/engine/order-budget.ts';

const RATE = { orders: 8, windowMs: 1_000 };
/** Three quarters of the window are for legs. */
const FOR_LEGS = 6;

describe('OrderBudget', () => {
  it('has room for three quarters of the window, and again once they have left it', () => {
    const clock = new ManualClock();
    const budget = new OrderBudget([RATE], clock);
    for (let sent = 0; sent < FOR_LEGS; sent++) {
      expect(budget.hasRoom(0)).toBe(true);
      budget.spend(0);
      clock.advanceMs(10);
    }
    expect(budget.hasRoom(0)).toBe(false);
    clock.advanceMs(RATE.windowMs - FOR_LEGS * 10);
    expect(budget.hasRoom(0)).toBe(true);
    budget.spend(0);
    expect(budget.hasRoom(0)).toBe(false);
  });

  it('counts unwinds, keeps venues apart, and does not limit a venue without a rate', () => {
    const budget = new OrderBudget([RATE, RATE, undefined], new ManualClock());
    for (let sent = 0; sent < RATE.orders; sent++) budget.spend(0);
    for (let sent = 0; sent < 1_000; sent++) budget.spend(2);
    expect([0, 1, 2].map((venue) => budget.hasRoom(venue))).toEqual([false, true, true]);
  });

  it('never lets more than its share of legs into any window', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 200 }), (waits) => {
        const clock = new ManualClock();
        const budget = new OrderBudget([RATE], clock);
        const sent: number[] = [];
        for (const wait of waits) {
          clock.advanceMs(wait);
          if (!budget.hasRoom(0)) continue;
          budget.spend(0);
          sent.push(clock.monotonicNs() / 1e6);
        }
        for (const start of sent) {
          const inWindow = sent.filter((at) => at >= start && at < start + RATE.windowMs).length;
          expect(inWindow).toBeLessThanOrEqual(FOR_LEGS);
        }
      }),
    );
  });
});
