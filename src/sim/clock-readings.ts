/** A clock read in other units. */
import type { Clock } from '../core/clock.ts';

export const monotonicMs = (clock: Clock): number => clock.monotonicNs() / 1e6;

const MOST_APART_MS = 2;
const offsets = new WeakMap<Clock, number>();

/** Now in Unix microseconds, which the wall clock does not count. */
export function wallMicros(clock: Clock): number {
  const wallMs = clock.wallMs();
  const runMs = monotonicMs(clock);
  // The two clocks turn their milliseconds at different moments: one reading ties them together until they part.
  let offsetMs = offsets.get(clock) ?? wallMs - runMs;
  if (Math.abs(wallMs - runMs - offsetMs) > MOST_APART_MS) offsetMs = wallMs - runMs;
  offsets.set(clock, offsetMs);
  return Math.floor((runMs + offsetMs) * 1e3);
}
