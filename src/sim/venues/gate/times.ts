/** Times and random names as Gate writes them. */
import type { Random } from '../../../core/random.ts';
import { hexText } from '../../random-text.ts';

/** Unix seconds. */
export const seconds = (ms: number): number => Math.floor(ms / 1000);
export const secondsText = (ms: number): string => String(seconds(ms));
export const msText = (ms: number): string => String(Math.floor(ms));
/** Milliseconds with the microseconds that trades have behind the point; the simulator's clock counts none. */
export const tradeTime = (ms: number): string => `${Math.floor(ms)}.000000`;

/** The id of a connection. */
export const connectionId = (random: Random): string => hexText(random, 16);
/** The id of a request, in bodies and headers. */
export const traceId = (random: Random): string => hexText(random, 32);
