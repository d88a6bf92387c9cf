import { expect, it } from 'vitest';
import { ManualClock } from '../../../src/core/clock.ts';
import type { WalEntry } from '../../../src/core/records.ts';
import { Histogram } from '../../../src/memory/counters.ts';
import { HISTOGRAM_BUCKETS } from '../../../src/memory/layout.ts';
import { meteredLog } from '../../../src/record/metered-log.ts';

const ENTRY: WalEntry = { kind: 'LegSetClosed', legSet: 's1', state: 'filled', at: 1 };

it('a metered log appends, and times what was appended', () => {
  const clock = new ManualClock();
  const took = new Histogram(new SharedArrayBuffer((HISTOGRAM_BUCKETS + 2) * 8), 0);
  const kept: WalEntry[] = [];
  const log = meteredLog(
    {
      append: (entry) => {
        clock.advanceMs(3);
        if (kept.length === 2) throw new Error('the disk is full');
        kept.push(entry);
      },
    },
    clock,
    took,
  );
  log.append(ENTRY);
  log.append(ENTRY);
  expect(() => log.append(ENTRY)).toThrow('the disk is full');
  expect(kept).toEqual([ENTRY, ENTRY]);
  expect(took.sum).toBe(2 * 3e6);
});
