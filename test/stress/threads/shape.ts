/** A small memory for stress tests: two venues, so that the second one's rows, flags and ring have an offset. */
import { type Layout, type MemoryShape, planLayout } from '../../../src/memory/layout.ts';

/** The venue under test, and the rows of the one before it. */
export const VENUE = 1;
export const ROWS_BEFORE = 3;

export const shapeOf = (rows: number): MemoryShape => ({
  rowsPerVenue: [ROWS_BEFORE, rows],
  instruments: rows,
  assets: 2,
  intentSlots: 8,
  recordBytes: 4096,
  counters: {},
  histograms: [],
});

export const layoutOf = (rows: number): Layout => planLayout(shapeOf(rows));

/** Row sequences start this near to the wrap of 32-bit integers. */
export const FIRST_SEQUENCE = 2 ** 31 - 20_000;
