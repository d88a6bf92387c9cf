import { describe, expect, it } from 'vitest';
import type { FilterConfig } from '../../../src/core/filter-config.ts';
import { newIntentSlot } from '../../../src/memory/intent-codec.ts';
import { INTENT, QUOTE } from '../../../src/memory/layout.ts';
import { QuoteReader, QuoteWriter } from '../../../src/memory/quote-table.ts';
import { SlotRing } from '../../../src/memory/slot-ring.ts';
import { HEAP_BOUND as BOUND, heapGrowthOf, HEAP_ROUNDS as ROUNDS } from '../../support/heap-growth.ts';
import { Scout } from './scout.ts';

const UPDATES = 200_000;
const growthOf = (update: (count: number) => void): Promise<number> => heapGrowthOf(update, UPDATES);

/** A crossing of alpha and beta that grows and shrinks with every update, its life open all the while. From `least` on
 *  it goes up by a basis point an update, for `span` of them. */
function moving(scout: Scout, afterUpdate: () => void, least = 10_050, span = 50): (count: number) => void {
  const { world } = scout;
  scout.quote('alpha', 9_990, 10_000, { seq: 1 });
  scout.quote('gamma', 9_990, 10_160, { seq: 1 });
  scout.quote('beta', 10_100, 10_160, { seq: 1 });
  const writer = new QuoteWriter(world.buffer, world.layout);
  const rows = [world.row('alpha'), world.row('beta')];
  const words = [new Float64Array(QUOTE.STRIDE), new Float64Array(QUOTE.STRIDE)];
  const reader = new QuoteReader(world.buffer, world.layout);
  rows.forEach((row, i) => {
    reader.read(row, words[i] as Float64Array);
  });
  return (count) => {
    for (let n = 0; n < count; n++) {
      const quote = words[n & 1] as Float64Array;
      const row = rows[n & 1] as number;
      quote[QUOTE.VENUE_SEQ] = (quote[QUOTE.VENUE_SEQ] as number) + 1;
      quote[QUOTE.BID] = row === rows[1] ? least + (n % span) : 9_990;
      quote[QUOTE.BIDS] = quote[QUOTE.BID] as number;
      writer.publish(row, quote);
      world.mark(row);
      scout.detector.doWork();
      afterUpdate();
    }
  };
}

/** All of them, and thresholds that are met by turns. */
const FILTERS: readonly FilterConfig[] = [
  { name: 'quote-pairs', allow: { quotes: ['USDT'] } },
  { name: 'trend', maxMoveBps: 10, withinMs: 4 },
  { name: 'min-life', ms: 2.5 },
  { name: 'liquidity', minNotional: '1000', withinBps: 10, minUpdatesPerSecond: 5, windowMs: 100 },
  { name: 'premium', sigmas: 1, halfLifeMs: 500, warmUpSamples: 2, untilWarm: 'pass' },
];

const VENUES = { venues: ['alpha', 'beta', 'gamma'] };

describe('detector, memory', { timeout: 60_000 }, () => {
  it(`allocates nothing in ${UPDATES} updates that are priced, sized and refused`, async () => {
    const scout = new Scout(VENUES, { cooldownNs: 1e15 });
    const update = moving(scout, () => {});
    scout.settle({ id: 1, pair: 1 });
    const growth = await growthOf(update);
    expect(scout.count()).toMatchObject({ intents: 1, opportunities: 1 });
    expect(scout.reasons()['cool-down']).toBe((ROUNDS + 0.5) * UPDATES);
    expect(growth).toBeLessThan(BOUND);
  });

  it(`allocates nothing in ${UPDATES} updates that become intents`, async () => {
    const scout = new Scout(VENUES, { cooldownNs: 0 });
    const { world } = scout;
    const slot = newIntentSlot();
    const { offset, slots } = world.layout.intents;
    const intents = new SlotRing(world.buffer, offset, slots, INTENT.SLOT);
    const update = moving(scout, () => {
      if (intents.tryPop(slot)) world.feedback[1] = slot[INTENT.ID] as number;
    });
    scout.settle({ id: 1, pair: 1 });
    const growth = await growthOf(update);
    // Each row's levels are taken once a version: every other update may act.
    expect(scout.count().intents).toBeGreaterThan((ROUNDS * UPDATES) / 3);
    expect(growth).toBeLessThan(BOUND);
  });

  it(`allocates nothing in ${UPDATES} updates that all filters look at`, async () => {
    // Hearts do not beat here.
    const scout = new Scout(VENUES, { cooldownNs: 0, maxHeartbeatAgeNs: 1e18, filters: FILTERS });
    const { world } = scout;
    const slot = newIntentSlot();
    const { offset, slots } = world.layout.intents;
    const intents = new SlotRing(world.buffer, offset, slots, INTENT.SLOT);
    const afterUpdate = (): void => {
      if (intents.tryPop(slot)) world.feedback[slot[INTENT.PAIR] as number] = slot[INTENT.ID] as number;
      // A thousand sweeps a round.
      world.clock.advanceMs(0.25);
    };
    // Below the fees at first, so that min-life has something to begin anew with.
    const update = moving(scout, afterUpdate, 10_010, 90);
    const growth = await growthOf(update);
    for (const [asked, count] of Object.entries(world.filterCounters().snapshot())) {
      if (asked !== 'quote-pairs:held') expect(count, asked).toBeGreaterThan(100);
    }
    expect(growth).toBeLessThan(BOUND);
  });

  it('would notice one small object an update', async () => {
    const scout = new Scout(VENUES, { cooldownNs: 1e15 });
    const kept: { at: number }[] = [{ at: 0 }];
    let n = 0;
    const update = moving(scout, () => {
      kept[0] = { at: n++ };
    });
    expect(await growthOf(update)).toBeGreaterThan(BOUND);
  });
});
