/** Times as OKX writes them. */
import type { Clock } from '../../../core/clock.ts';
import { wallMicros } from '../../clock-readings.ts';

/** Unix milliseconds as text. */
export const msText = (ms: number): string => String(Math.floor(ms));

/** Unix microseconds as text, for `inTime` and `outTime`. */
export const microsText = (clock: Clock): string => String(wallMicros(clock));
