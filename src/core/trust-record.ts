/** What is written to the journal of the trust in rows. */
import type { VenueId } from './units.ts';

/** A change of trust in a row, as the detector came to see it: from here on it decides, or no longer decides, on it. */
export interface TrustRecord {
  readonly kind: 'Trust';
  readonly id: string;
  readonly run: string;
  readonly at: number;
  readonly venue: VenueId;
  readonly instrument: string;
  readonly from: string;
  readonly to: string;
  /** Why it is no longer live. */
  readonly reason?: string;
  /** From the frame (or silence) that showed it to the detector's knowing it, ms. */
  readonly delayMs: number;
}
