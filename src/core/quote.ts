/** Trust in a row, and why it was lost. */

/** Only live rows are priced. */
export const TRUST = { Syncing: 0, Live: 1, Suspect: 2, Stale: 3 } as const;
export type Trust = (typeof TRUST)[keyof typeof TRUST];
export const TRUST_NAMES = ['syncing', 'live', 'suspect', 'stale'] as const;

/** Why a row left `live`; each is counted. */
export const DISTRUST_REASONS = [
  'gap',
  'crossed',
  'checksum',
  'silence',
  'disconnect',
  'off-grid',
  'saturated',
  'malformed',
  'venue-status',
  'restart',
  'locked',
  'clock-skew',
] as const;
export type DistrustReason = (typeof DISTRUST_REASONS)[number];

/** Why a row that is live by its feed is not priced: its price is that of another asset, or its venue does not trade it. */
export type HoldReason = 'identity' | 'suspended';

/** Levels a side that a row carries, level 1 (top of book) included. */
export const ROW_LEVELS = 12;
