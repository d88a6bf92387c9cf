/** Times as OKX writes them. */
import type { Clock } from '../../../core/clock.ts';

/** Unix milliseconds as text. */
export const msText = (ms: number): string => String(Math.floor(ms));

const MOST_APART_MS = 2;
const offsets = new WeakMap<Clock, number>();

/** Unix microseconds as text, for `inTime` and `outTime`. */
export function microsText(clock: Clock): string {
  const wallMs = clock.wallMs();
  const monotonicMs = clock.monotonicNs() / 1e6;
  // The two clocks turn their milliseconds at different moments: one reading ties them together until they part.
  let offsetMs = offsets.get(clock) ?? wallMs - monotonicMs;
  if (Math.abs(wallMs - monotonicMs - offsetMs) > MOST_APART_MS) offsetMs = wallMs - monotonicMs;
  offsets.set(clock, offsetMs);
  return String(Math.floor((monotonicMs + offsetMs) * 1e3));
}
