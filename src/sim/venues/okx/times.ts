/** Times as OKX writes them. */
import type { Clock } from '../../../core/clock.ts';

/** Unix milliseconds as text. */
export const msText = (ms: number): string => String(Math.floor(ms));

/** Unix microseconds as text, for `inTime` and `outTime`. */
export function microsText(clock: Clock): string {
  const micros = Math.floor((clock.monotonicNs() % 1e6) / 1e3);
  return `${clock.wallMs()}${String(micros).padStart(3, '0')}`;
}
