/** Times as OKX writes them. */
import type { Clock } from '../../../core/clock.ts';

/** Unix milliseconds as text. */
export const msText = (ms: number): string => String(Math.floor(ms));

const offsets = new WeakMap<Clock, number>();

/** Unix microseconds as text, for `inTime` and `outTime`. */
export function microsText(clock: Clock): string {
  const wallMs = clock.wallMs();
  const monotonicMs = clock.monotonicNs() / 1e6;
  // The two clocks turn their milliseconds at different moments: the first reading ties them together.
  let offsetMs = offsets.get(clock) ?? wallMs - monotonicMs;
  // Stepped clocks, or the part of a millisecond that the first reading could not see.
  const drift = wallMs - Math.floor(monotonicMs + offsetMs);
  if (drift !== 0) offsetMs += drift;
  offsets.set(clock, offsetMs);
  return String(Math.floor((monotonicMs + offsetMs) * 1e3));
}
