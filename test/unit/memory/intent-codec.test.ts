import { describe, expect, it } from 'vitest';
import { type Intent, MAX_LEGS } from '../../../src/core/intent.ts';
import type { Bps, Lots, MonoNs, Ticks } from '../../../src/core/units.ts';
import { newIntentSlot, readIntent, writeIntent } from '../../../src/memory/intent-codec.ts';
import { INTENT } from '../../../src/memory/layout.ts';

const intentOf = (legs: number): Intent => ({
  id: 2 ** 40 + legs,
  opportunity: 17,
  instrumentIndex: 3,
  pair: 5,
  decidedAt: 123_456_789_012.25 as MonoNs,
  receivedAt: 123_456_700_000.5 as MonoNs,
  edgeBps: 4.625 as Bps,
  legs: Array.from({ length: legs }, (_, i) => ({
    row: 10 + i,
    side: i % 2 === 0 ? ('buy' as const) : ('sell' as const),
    limit: (Number.MAX_SAFE_INTEGER - i) as Ticks,
    size: (1 + i) as Lots,
    rowVersion: -2 - 2 * i,
  })),
});

describe('intent codec', () => {
  it.each([1, 2, 3, MAX_LEGS])('gives back an intent of %i legs', (legs) => {
    const slot = newIntentSlot();
    expect(slot).toHaveLength(INTENT.SLOT);
    writeIntent(intentOf(legs), slot);
    expect(readIntent(slot)).toEqual(intentOf(legs));
  });

  it('leaves nothing of a longer intent in a reused slot', () => {
    const slot = newIntentSlot();
    writeIntent(intentOf(4), slot);
    writeIntent(intentOf(2), slot);
    expect(readIntent(slot)).toEqual(intentOf(2));
  });

  it.each([0, MAX_LEGS + 1])('refuses %i legs', (legs) => {
    expect(() => writeIntent(intentOf(legs), newIntentSlot())).toThrow(RangeError);
  });
});
