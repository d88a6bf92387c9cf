/** Whether a hot path allocates: heap growth over many updates. */
import { PerformanceObserver, performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, vi } from 'vitest';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

export const HEAP_ROUNDS = 3;
/** What may be left behind by 200,000 updates: the runner's own doings and code that is compiled meanwhile. One object
 *  of 16 bytes an update would be 3.2 MB; a machine that is busy compiles late, and leaves up to 0.5 MB. */
export const HEAP_BOUND = 800_000;

/** Heap growth of one round of updates: the least of the rounds, since other work of the runner adds to it. A collection
 *  in between would hide what was allocated, so such a round does not count; what allocates nothing has rounds without. */
export async function heapGrowthOf(update: (count: number) => void, updates: number): Promise<number> {
  const collections: number[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const { startTime } of list.getEntries()) collections.push(startTime);
  });
  observer.observe({ entryTypes: ['gc'] });
  update(updates / 2);
  const rounds: { from: number; to: number; grown: number }[] = [];
  for (let round = 0; round < HEAP_ROUNDS; round++) {
    collect();
    const from = performance.now();
    const start = process.memoryUsage().heapUsed;
    update(updates);
    const grown = process.memoryUsage().heapUsed - start;
    rounds.push({ from, to: performance.now(), grown });
  }
  // Entries are delivered in a turn of their own; our own collections before each round prove that they came.
  await vi.waitFor(() => expect(collections.length).toBeGreaterThanOrEqual(HEAP_ROUNDS));
  observer.disconnect();
  const whole = rounds.filter(({ from, to }) => !collections.some((at) => at > from && at < to));
  return Math.min(...whole.map(({ grown }) => grown));
}
