/** The way to the matching engine: requests arrive in the order they were sent, each after some delay. */
import type { Clock } from '../core/clock.ts';

export interface ArrivalQueue {
  push(task: () => void): void;
}

/** @param delayMs the delay of the next request; one that would overtake an earlier request waits behind it */
export function newArrivalQueue(clock: Clock, delayMs: () => number): ArrivalQueue {
  let lastDueNs = 0;
  let waiting = 0;
  return {
    push(task) {
      const delay = delayMs();
      const now = clock.monotonicNs();
      if (delay <= 0 && waiting === 0) {
        task();
        return;
      }
      lastDueNs = Math.max(lastDueNs, now + delay * 1e6);
      waiting++;
      // Whole milliseconds, as timers count: tasks due in the same one run in the order they were set.
      clock.after(Math.ceil((lastDueNs - now) / 1e6), () => {
        waiting--;
        task();
      });
    },
  };
}
