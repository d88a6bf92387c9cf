/** Who shares a thread, and who wakes whom across threads. The only file that names both ends of a buffer:
 *
 *    feed → quote table, dirty ring → detector → intent ring → executor → record ring → journal
 *
 *  `dedicated` gives every hot actor a thread; `fused` runs feeds, detector and executor to completion on one. The journal
 *  has a thread of its own in both; API, metrics and supervision stay on the main thread. */
import type { Config } from '../core/config.ts';
import type { VenueId } from '../core/venue.ts';
import type { IdleKind, ThreadPlan } from './messages.ts';

export const DETECTOR = 'detector';
export const EXECUTOR = 'executor';
export const JOURNAL = 'journal';
export const feedName = (venue: VenueId): string => `feed:${venue}`;

/** `auto`: dedicated only when every spinning thread has a core and two are left for the rest. Measured on 2 cores: a
 *  sleeping hop costs 25–30 µs, several spinners on too few cores cost milliseconds. */
export function resolveTopology(wanted: Config['topology'], venues: number, cores: number): 'dedicated' | 'fused' {
  if (wanted !== 'auto') return wanted;
  const spinning = venues + 2;
  return cores >= spinning + 2 ? 'dedicated' : 'fused';
}

/** Threads in the order in which they are started; they stop in reverse. */
export function planThreads(topology: 'dedicated' | 'fused', venues: readonly VenueId[], idle: IdleKind): ThreadPlan[] {
  const plans: Omit<ThreadPlan, 'index'>[] = [
    { name: 'journal', loop: 'event-loop', idle: 'park', actors: [JOURNAL], bells: ['journal'] },
  ];
  if (topology === 'fused') {
    // Nobody outside this thread wakes it: its sockets do.
    const actors = [EXECUTOR, DETECTOR, ...venues.map(feedName)];
    plans.push({ name: 'hot', loop: 'event-loop', idle, actors, bells: [] });
  } else {
    plans.push({ name: EXECUTOR, loop: 'event-loop', idle, actors: [EXECUTOR], bells: ['executor'] });
    plans.push({ name: DETECTOR, loop: 'loopless', idle, actors: [DETECTOR], bells: ['detector'] });
    for (const venue of venues) {
      plans.push({ name: feedName(venue), loop: 'event-loop', idle, actors: [feedName(venue)], bells: [] });
    }
  }
  return plans.map((plan, index) => ({ ...plan, index }));
}
