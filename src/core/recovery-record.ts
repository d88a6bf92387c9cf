/** What is written to the journal of a recovery. */

/** What an executor found of what others left open, before it traded. */
export interface RecoveryRecord {
  readonly kind: 'Recovery';
  readonly id: string;
  readonly run: string;
  readonly at: number;
  readonly tookMs: number;
  /** Leg sets that were adopted, and those whose venue or instrument is not configured now. */
  readonly legSets: readonly string[];
  readonly stranded: readonly string[];
  /** Fills that were booked meanwhile, and client ids of orders that were still open and were cancelled. */
  readonly fills: number;
  readonly cancelled: readonly string[];
  /** Of those, orders that no log knows. */
  readonly orphans: readonly string[];
  /** Orders whose outcome could not be learned in time. */
  readonly unknown: readonly string[];
}
