/** How heavy each trouble weighs, in points, on the venue's breaker and on the instrument's there. Data.
 *  What the venue as a whole did weighs on the venue; what was our own making (funds, filters) on the instrument there;
 *  silence on both, since it may be either: answers on other instruments then take it off the venue again. */
import type { ErrorClass } from '../core/order.ts';

export interface Weight {
  readonly venue: number;
  readonly row: number;
}

/** The heaviest of them: a threshold is at least twice this. */
export const HEAVIEST = 50;

/** `late`: no last word in time. `slow-ack`: an answer, but a slow one. `distrust`: the feed took back its trust in the row;
 *  `venue-distrust`: in half of the venue's rows or more at once. */
export type Trouble = ErrorClass | 'late' | 'slow-ack' | 'distrust' | 'venue-distrust';

export const WEIGHTS: Readonly<Record<Trouble, Weight>> = {
  'insufficient-funds': { venue: 0, row: 25 },
  filter: { venue: 0, row: 35 },
  unfilled: { venue: 0, row: 0 },
  'unknown-order': { venue: 0, row: 25 },
  other: { venue: 0, row: 25 },
  'rate-limit': { venue: 35, row: 0 },
  clock: { venue: 35, row: 0 },
  maintenance: { venue: HEAVIEST, row: 0 },
  auth: { venue: HEAVIEST, row: 0 },
  'unknown-outcome': { venue: 40, row: 40 },
  'duplicate-client-id': { venue: 40, row: 40 },
  late: { venue: 40, row: 40 },
  'slow-ack': { venue: 15, row: 0 },
  distrust: { venue: 0, row: 20 },
  'venue-distrust': { venue: 20, row: 0 },
};
