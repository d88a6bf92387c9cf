import { PerformanceObserver, performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { newIntentSlot } from '../../../src/memory/intent-codec.ts';
import { INTENT, QUOTE } from '../../../src/memory/layout.ts';
import { QuoteReader, QuoteWriter } from '../../../src/memory/quote-table.ts';
import { SlotRing } from '../../../src/memory/slot-ring.ts';
import { Scout } from './scout.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const UPDATES = 200_000;
const ROUNDS = 3;
/** What may be left behind by 200,000 updates: the runner's own doings and code that is compiled meanwhile. One object
 *  of 16 bytes an update would be 3.2 MB. */
const BOUND = 400_000;

/** Heap growth of one round of updates: the least of the rounds, since other work of the runner adds to it. A collection
 *  in between would hide what was allocated, so such a round does not count; what allocates nothing has rounds without. */
async function growthOf(update: (count: number) => void): Promise<number> {
  const collections: number[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const { startTime } of list.getEntries()) collections.push(startTime);
  });
  observer.observe({ entryTypes: ['gc'] });
  update(UPDATES / 2);
  const rounds: { from: number; to: number; grown: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    collect();
    const from = performance.now();
    const start = process.memoryUsage().heapUsed;
    update(UPDATES);
    const grown = process.memoryUsage().heapUsed - start;
    rounds.push({ from, to: performance.now(), grown });
  }
  // Entries are delivered in a turn of their own; our own collections before each round prove that they came.
  await vi.waitFor(() => expect(collections.length).toBeGreaterThanOrEqual(ROUNDS));
  observer.disconnect();
  const whole = rounds.filter(({ from, to }) => !collections.some((at) => at > from && at < to));
  return Math.min(...whole.map(({ grown }) => grown));
}

/** A crossing of alpha and beta that grows and shrinks with every update, its life open all the while. */
function moving(scout: Scout, afterUpdate: () => void): (count: number) => void {
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
      quote[QUOTE.BID] = row === rows[1] ? 10_050 + (n % 50) : 9_990;
      quote[QUOTE.BIDS] = quote[QUOTE.BID] as number;
      writer.publish(row, quote);
      world.mark(row);
      scout.detector.doWork();
      afterUpdate();
    }
  };
}

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
