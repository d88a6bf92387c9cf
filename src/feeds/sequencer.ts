/** Drives a venue's sequencing procedure for one symbol: buffers what comes before a REST snapshot, bridges the two,
 *  notices what is missing. Pure: no input or output, no time; the caller applies what it is told to apply. */
import { BookFrame, LEVEL_STRIDE, type LevelList } from '../core/frame.ts';
import { type SequenceRule, VERDICT } from '../core/venue.ts';

export const STEP = {
  /** Apply the delta. */
  Apply: 0,
  /** Old news, or nothing to apply it to: leave the book alone. */
  Ignore: 1,
  /** Kept until a snapshot comes. */
  Buffered: 2,
  /** Something is missing: the book is no longer in sync and needs a snapshot. */
  Gap: 3,
  /** Replace the book by the snapshot, then apply `replay` in its order. */
  Reset: 4,
  /** The snapshot is older than the first event buffered: fetch another. */
  TooOld: 5,
} as const;
export type Step = (typeof STEP)[keyof typeof STEP];

/** Half of it is dropped when it is full; a snapshot that comes later is newer than what was dropped, or too old. */
const BUFFER_LIMIT = 4096;

export class Sequencer {
  /** Whether the book holds everything up to `lastSeq`. */
  isSynced = false;
  /** Id of the last event taken, the snapshot's at first. */
  lastSeq = -1;
  /** Deltas to apply after a `Reset`. */
  replay: readonly BookFrame[] = [];
  readonly #rule: SequenceRule;
  #isBridged = false;
  #buffer: BookFrame[] = [];

  constructor(rule: SequenceRule) {
    this.#rule = rule;
  }

  onDelta(delta: BookFrame): Step {
    if (!this.isSynced) return this.#keep(delta);
    const verdict = this.#rule.judge(this.lastSeq, this.#isBridged, delta);
    if (verdict === VERDICT.Ignore) return STEP.Ignore;
    if (verdict === VERDICT.Gap) {
      this.invalidate();
      this.#keep(delta);
      return STEP.Gap;
    }
    this.lastSeq = delta.lastSeq;
    this.#isBridged = true;
    return STEP.Apply;
  }

  /** A snapshot pushed by the stream starts a book whatever was before. */
  onStreamSnapshot(snapshot: BookFrame): Step {
    this.#start(snapshot.lastSeq, false, []);
    return STEP.Reset;
  }

  onRestSnapshot(snapshot: BookFrame): Step {
    if (this.isSynced && snapshot.lastSeq <= this.lastSeq) return STEP.Ignore;
    let last = snapshot.lastSeq;
    const replay: BookFrame[] = [];
    for (let index = 0; index < this.#buffer.length; index++) {
      const delta = this.#buffer[index] as BookFrame;
      const verdict = this.#rule.judge(last, replay.length > 0, delta);
      if (verdict === VERDICT.Ignore) continue;
      if (verdict === VERDICT.Gap) {
        if (replay.length === 0) return STEP.TooOld;
        // A hole among the buffered events themselves: only a snapshot from behind it can help.
        this.#buffer = this.#buffer.slice(index);
        return STEP.Gap;
      }
      last = delta.lastSeq;
      replay.push(delta);
    }
    this.#start(last, replay.length > 0, replay);
    return STEP.Reset;
  }

  /** The book can no longer be trusted: everything from here on waits for a snapshot. */
  invalidate(): void {
    this.isSynced = false;
    this.#isBridged = false;
    this.#buffer = [];
  }

  #start(lastSeq: number, isBridged: boolean, replay: readonly BookFrame[]): void {
    this.lastSeq = lastSeq;
    this.#isBridged = isBridged;
    this.isSynced = true;
    this.replay = replay;
    this.#buffer = [];
  }

  #keep(delta: BookFrame): Step {
    if (this.#rule.snapshotFrom === 'stream') return STEP.Ignore;
    if (this.#buffer.length === BUFFER_LIMIT) this.#buffer.splice(0, BUFFER_LIMIT / 2);
    this.#buffer.push(copyOf(delta));
    return STEP.Buffered;
  }
}

/** Frames are reused by their parser; what is kept must be copied. */
export function copyOf(frame: BookFrame): BookFrame {
  const copy = new BookFrame();
  copy.kind = frame.kind;
  copy.symbol = frame.symbol;
  copy.firstSeq = frame.firstSeq;
  copy.lastSeq = frame.lastSeq;
  copy.prevSeq = frame.prevSeq;
  copy.lineSeq = frame.lineSeq;
  copy.venueAt = frame.venueAt;
  copy.isChange = frame.isChange;
  copy.checksum = frame.checksum;
  copy.saturated = frame.saturated;
  copy.neededPriceDecimals = frame.neededPriceDecimals;
  copy.neededSizeDecimals = frame.neededSizeDecimals;
  copyLevels(frame.bids, copy.bids);
  copyLevels(frame.asks, copy.asks);
  return copy;
}

function copyLevels(from: LevelList, to: LevelList): void {
  to.values = from.values.slice(0, Math.max(1, from.count) * LEVEL_STRIDE);
  to.count = from.count;
}
