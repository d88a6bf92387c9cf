/** Depth frames of a venue, read by the tests' own means (JSON.parse, texts), so that a mistake in a venue's parser cannot
 *  hide in the test that judges it. One file a venue beside this one. */
import type { RecordedRow } from '../../../../src/feeds/recording-rows.ts';

export type PlainLevel = readonly [price: string, size: string];

/** What one frame or body says of one symbol's depth. */
export interface PlainDepth {
  readonly symbol: string;
  readonly isSnapshot: boolean;
  /** As sent: price and size texts; size zero removes. */
  readonly bids: readonly PlainLevel[];
  readonly asks: readonly PlainLevel[];
  /** The venue's checksum, where the frame has one that means something. */
  readonly checksum?: number;
}

/** Follows one symbol's sequence: what a careful reader concludes from each depth event in its order of arrival. */
export interface PlainSequence {
  /** `apply`: it belongs behind the last one (or is a snapshot). `ignore`: old, or nothing to apply it to.
   *  `gap`: this event reveals that something is missing; from here on the book is out of sync until a snapshot. */
  judge(depth: PlainDepth): 'apply' | 'ignore' | 'gap';
  /** The connection was replaced. */
  reset(): void;
}

export interface PlainVenue {
  readonly venue: string;
  /** Names of recordings (without `.jsonl`) in the venue's `book_recordings`. */
  readonly recordings: readonly string[];
  /** Depth events of a row (`recv` or `http`); empty for everything else. Throws for a frame that is not JSON where the
   *  venue sends JSON. */
  depthsOf(row: RecordedRow): readonly PlainDepth[];
  newSequence(): PlainSequence;
  /** The venue's checksum of a plain book (texts as sent, best first), where it has one. */
  checksum?(bids: readonly PlainLevel[], asks: readonly PlainLevel[]): number;
  /** Levels a side that the venue keeps in step; absent: all. */
  readonly bookDepth?: number;
  /** Levels a side that may be priced; absent: all that a row holds. */
  readonly sizedLevels?: number;
  /** The frame's number on its connection, where the venue has one. */
  connectionSeqOf?(row: RecordedRow): number | undefined;
  /** Where books come by REST: the body that the venue would answer with just after `last` was applied. */
  snapshotBody?(bids: readonly PlainLevel[], asks: readonly PlainLevel[], last: PlainDepth): string;
}
