import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/core/clock.ts';
import { RateBudget } from '../../../src/core/rate-budget.ts';
import type { RateBucket } from '../../../src/core/rate-limits.ts';
import { OrderBudget } from '../../../src/engine/order-budget.ts';
import type { PlannedOrder } from '../../../src/engine/plan.ts';

const perSecond = (capacity: number, per?: 'instrument'): RateBucket => ({
  name: 'orders',
  scope: 'account',
  rule: { kind: 'sliding', windowMs: 1_000 },
  capacity,
  weights: { place: 1 },
  source: '',
  ...(per === undefined ? {} : { per }),
});

const budgetOf = (bucket: RateBucket): RateBudget =>
  new RateBudget({
    venue: 'a',
    limits: { buckets: [bucket], banStops: 'rest' },
    clock: new ManualClock(),
    onEpisode: () => {},
  });

const orderAt = (venueIndex: number, symbol = 'BTCUSDT'): PlannedOrder =>
  ({ row: { venueIndex, venue: `venue ${venueIndex}`, listing: { symbol } } }) as PlannedOrder;

describe('OrderBudget', () => {
  it('counts orders that hold a place as if they were sent', () => {
    // Three of four are for legs.
    const budgets = [budgetOf(perSecond(4)), budgetOf(perSecond(4))];
    const orders = new OrderBudget(budgets);
    const held = [0, 1, 0, 0, 0].map((venue) => orders.tryHold(orderAt(venue), 'open'));
    expect(held).toEqual([true, true, true, true, false]);
    expect([orders.heldAt(0), orders.heldAt(1)]).toEqual([3, 1]);
    expect(orders.tryHold(orderAt(0), 'reduce')).toBe(true);
    expect(orders.tryHold(orderAt(0), 'reduce')).toBe(false);
  });

  it('holds a place until the gateway takes what the order needs', () => {
    const budget = budgetOf(perSecond(4));
    const orders = new OrderBudget([budget]);
    for (let order = 0; order < 3; order++) orders.tryHold(orderAt(0), 'open');
    orders.letGo(orderAt(0));
    expect(budget.tryTake('place', 'open', 'BTCUSDT')).toBe(true);
    expect(orders.tryHold(orderAt(0), 'open')).toBe(false);
    // This one is not sent.
    orders.letGo(orderAt(0));
    expect(orders.tryHold(orderAt(0), 'open')).toBe(true);
  });

  it('lets go of no more than is held', () => {
    const orders = new OrderBudget([budgetOf(perSecond(4))]);
    orders.tryHold(orderAt(0), 'open');
    orders.letGo(orderAt(0));
    expect(() => orders.letGo(orderAt(0))).toThrow('no order holds a place at venue 0');
  });

  it('does not limit a venue without a budget', () => {
    const orders = new OrderBudget([]);
    expect([orders.tryHold(orderAt(0), 'open'), orders.tryHold(orderAt(7), 'open')]).toEqual([true, true]);
    orders.letGo(orderAt(7));
    expect(orders.heldAt(7)).toBe(0);
  });

  it('counts instruments apart where the venue does', () => {
    const budget = budgetOf(perSecond(4, 'instrument'));
    const orders = new OrderBudget([budget]);
    for (let sent = 0; sent < 4; sent++) expect(budget.tryTake('place', 'reduce', 'BTCUSDT')).toBe(true);
    expect(orders.tryHold(orderAt(0), 'reduce')).toBe(false);
    expect(orders.tryHold(orderAt(0, 'ETHUSDT'), 'reduce')).toBe(true);
  });
});
