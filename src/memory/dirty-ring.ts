/** Which rows of one venue changed: a flag a row and a ring of row indices, single producer, single consumer.
 *
 *  A row stands in the ring at most once, so a ring of one slot a row cannot overflow, a slow consumer sees the newest
 *  state and never a backlog, and nothing blocks. That holds because the consumer publishes its cursor BEFORE it clears
 *  the flag: cleared first, the producer might find a full ring and lose the row for ever. (After a consumer's death a
 *  row may stand twice, see `recover`, never more; the layout has two slots a row.) */
import { type Layout, LINE } from './layout.ts';

const TAIL = 0;
const HEAD = LINE / 4;
const PENDING = (2 * LINE) / 4;
const SLOTS = (3 * LINE) / 4;

interface Region {
  readonly words: Int32Array;
  readonly flags: Int32Array;
  readonly mask: number;
  readonly firstRow: number;
  readonly rows: number;
}

function regionOf(buffer: SharedArrayBuffer, layout: Layout, venue: number): Region {
  const ring = layout.dirtyRings[venue];
  const flags = layout.dirtyFlags[venue];
  const rows = layout.shape.rowsPerVenue[venue];
  if (ring === undefined || flags === undefined || rows === undefined) throw new RangeError(`no venue ${venue}`);
  return {
    words: new Int32Array(buffer, ring.offset, SLOTS + ring.slots),
    flags: new Int32Array(buffer, flags, rows),
    mask: ring.slots - 1,
    firstRow: layout.shape.rowsPerVenue.slice(0, venue).reduce((sum, count) => sum + count, 0),
    rows,
  };
}

/** Thread: the venue's feed. */
export class DirtyProducer {
  readonly #region: Region;

  constructor(buffer: SharedArrayBuffer, layout: Layout, venue: number) {
    this.#region = regionOf(buffer, layout, venue);
  }

  /** Marks a row (index over all venues) as changed. Call after the row's version was published. */
  mark(row: number): void {
    const { words, flags, mask, firstRow } = this.#region;
    const index = row - firstRow;
    if (Atomics.exchange(flags, index, 1) !== 0) return;
    const tail = Atomics.load(words, TAIL);
    Atomics.store(words, SLOTS + (tail & mask), index);
    Atomics.store(words, TAIL, (tail + 1) | 0);
  }
}

/** Thread: the detector. */
export class DirtyConsumer {
  readonly #region: Region;

  constructor(buffer: SharedArrayBuffer, layout: Layout, venue: number) {
    this.#region = regionOf(buffer, layout, venue);
  }

  /** The next changed row (index over all venues), or -1. Read the row after this returns, never before. */
  take(): number {
    const { words, flags, mask, firstRow } = this.#region;
    const head = Atomics.load(words, HEAD);
    if (head === Atomics.load(words, TAIL)) return -1;
    const index = Atomics.load(words, SLOTS + (head & mask));
    // A consumer that dies between the cursor and the flag would leave the row marked but in no ring, lost for
    // ever. This word, of the consumer's own, lets its successor finish the step (see `recover`).
    Atomics.store(words, PENDING, index + 1);
    Atomics.store(words, HEAD, (head + 1) | 0);
    // Clear before reading the row: an update after this line marks it again.
    Atomics.store(flags, index, 0);
    Atomics.store(words, PENDING, 0);
    return firstRow + index;
  }

  get isEmpty(): boolean {
    return Atomics.load(this.#region.words, HEAD) === Atomics.load(this.#region.words, TAIL);
  }

  /** For a consumer that takes over from a dead one, beside a living producer: finishes the step it died in.
   *  After this, not before, the successor reads every row once: its predecessor's mirror is gone, and an update made
   *  while the dead one's flag still stood is in no ring.
   *  When the flag was cleared before the death and the producer is just now between its flag and its cursor, the row
   *  is not seen in the ring yet and its new flag is cleared too: the row then stands without a flag, and may be pushed
   *  once more. */
  recover(): void {
    const { words, flags } = this.#region;
    const pending = Atomics.load(words, PENDING);
    if (pending === 0) return;
    // The flag is cleared only if the cursor had moved on: else the row still stands in the ring and will be taken.
    if (!this.#standsInRing(pending - 1)) Atomics.store(flags, pending - 1, 0);
    Atomics.store(words, PENDING, 0);
  }

  /** Empties ring and flags. Only while the producer is dead or waiting for its acknowledgement. */
  reset(): void {
    const { words, flags, rows } = this.#region;
    Atomics.store(words, HEAD, Atomics.load(words, TAIL));
    for (let index = 0; index < rows; index++) Atomics.store(flags, index, 0);
    Atomics.store(words, PENDING, 0);
  }

  #standsInRing(index: number): boolean {
    const { words, mask } = this.#region;
    const tail = Atomics.load(words, TAIL);
    for (let at = Atomics.load(words, HEAD); at !== tail; at = (at + 1) | 0) {
      if (Atomics.load(words, SLOTS + (at & mask)) === index) return true;
    }
    return false;
  }
}
