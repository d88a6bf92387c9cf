/** What the detector wants done: 1 to 4 orders that belong together. */
import type { Bps, Lots, MonoNs, Side, Ticks } from './units.ts';

export const MAX_LEGS = 4;

export interface IntentLeg {
  row: number;
  side: Side;
  limit: Ticks;
  size: Lots;
  /** Version (seqlock sequence) of the row that the decision saw. */
  rowVersion: number;
}

export interface Intent {
  /** Sequence of the detector, rising. */
  id: number;
  opportunity: number;
  instrumentIndex: number;
  /** Which ordered venue pair of the instrument this occupies; see `pairIndex`. */
  pair: number;
  decidedAt: MonoNs;
  /** When the frame that triggered the decision was read from its socket. */
  receivedAt: MonoNs;
  /** Net edge expected, in basis points of the buy notional. */
  edgeBps: Bps;
  legs: IntentLeg[];
}

/** Index of an ordered venue pair of one instrument in the feedback words. */
export const pairIndex = (instrument: number, buyVenue: number, sellVenue: number, venues: number): number =>
  (instrument * venues + buyVenue) * venues + sellVenue;

/** Why an intent was not turned into orders, or an opportunity into an intent; each is counted.
 *  `Ok` is 0 so that a check reads `if (reason !== REASON.Ok) …`. */
export const REASONS = [
  'ok',
  'below-fees',
  'below-threshold',
  'below-min-notional',
  'below-min-size',
  'no-inventory',
  'in-flight',
  'cool-down',
  'consumed',
  'implausible-edge',
  'row-not-live',
  'price-moved',
  'paused',
  'halted',
  'ring-full',
  'journal-behind',
  'gateway-down',
  'limit-notional',
  'limit-open-sets',
  'limit-instrument-paused',
  'limit-order-rate',
  'expired',
  'outranked',
  'filter-quote-pairs',
  'filter-min-life',
  'filter-trend',
  'filter-liquidity',
  'filter-premium',
  'breaker-venue',
  'breaker-instrument',
  'depth-taken',
  'limit-venue-notional',
  'limit-instrument-notional',
  'limit-daily-loss',
  'limit-loss-streak',
  'limit-exposure',
  'limit-price-band',
  'limit-quote-age',
  'limit-depth',
  'limit-min-profit',
  'limit-clock-skew',
] as const;
export type Reason = (typeof REASONS)[number];

const codes = Object.fromEntries(REASONS.map((name, code) => [name, code])) as Readonly<Record<Reason, number>>;
/** The code of a reason; what hot code passes around. */
export const REASON = codes;
