/** What stands in a dirty ring, read from its raw words: a witness that shares no code with the ring. */
import { type Layout, LINE } from '../../../src/memory/layout.ts';
import { VENUE } from './shape.ts';

export interface RingState {
  readonly standing: number;
  /** A row that stands more than once, or -1. */
  readonly doubled: number;
}

/** To be called on the consumer's thread, between takes: then nobody moves the head, and what stands stays. */
export function ringState(words: Int32Array, layout: Layout, counts: Int32Array): RingState {
  const ring = layout.dirtyRings[VENUE];
  if (ring === undefined) throw new Error('no ring');
  const base = ring.offset / 4;
  const tail = Atomics.load(words, base);
  const head = Atomics.load(words, base + LINE / 4);
  const standing = (tail - head) | 0;
  let doubled = -1;
  counts.fill(0);
  for (let i = 0; i < Math.min(standing, ring.slots); i++) {
    const index = Atomics.load(words, base + (3 * LINE) / 4 + ((head + i) & (ring.slots - 1)));
    counts[index] = (counts[index] as number) + 1;
    if ((counts[index] as number) > 1) doubled = index;
  }
  return { standing, doubled };
}

/** Puts both cursors of an empty ring near the wrap of 32-bit integers. */
export function startNearWrap(words: Int32Array, offset: number, before: number): void {
  words[offset / 4] = -before;
  words[(offset + LINE) / 4] = -before;
}
