/** A write-ahead log whose appends are timed. What it measures is what an order waits for before it is sent. */
import type { Clock } from '../core/clock.ts';
import type { WriteAhead } from '../core/records.ts';
import type { Histogram } from '../memory/counters.ts';

/** @param took in ns, one value an entry; an append that throws is a fault and has none */
export const meteredLog = (log: WriteAhead, clock: Clock, took: Histogram): WriteAhead => ({
  append: (entry) => {
    const from = clock.monotonicNs();
    log.append(entry);
    took.record(clock.monotonicNs() - from);
  },
});
