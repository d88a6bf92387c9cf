/** Arrays of doubles with one writer: free inventory, fees paid apart and settled intents (executor → detector), rows that
 *  are held (detector → everyone) or suspended (supervisor → everyone), circuit breakers (executor → everyone, its
 *  successor too).
 *  Aligned 8-byte accesses are whole, so each word is read old or new, never torn; words are independent of each other. */
import { BREAKER, type Layout } from './layout.ts';

/** Free base units (plain doubles, rounded down) of each asset at each venue; the detector sizes by it, the executor
 *  decides in BigInt again. */
export function inventoryWords(buffer: SharedArrayBuffer, layout: Layout): Float64Array {
  return new Float64Array(buffer, layout.inventory, layout.shape.rowsPerVenue.length * layout.shape.assets);
}

/** By row: 1 while its price says that it is another asset than its name does. */
export const holdWords = (buffer: SharedArrayBuffer, layout: Layout): Float64Array =>
  new Float64Array(buffer, layout.holds, rowsIn(layout));

/** By row: 1 while the venue lists it as not trading. */
export const suspensionWords = (buffer: SharedArrayBuffer, layout: Layout): Float64Array =>
  new Float64Array(buffer, layout.suspensions, rowsIn(layout));

/** By row: 1 while the fee of a buy is counted on to be taken in an asset apart, so that its base comes whole. */
export const feesApartWords = (buffer: SharedArrayBuffer, layout: Layout): Float64Array =>
  new Float64Array(buffer, layout.feesApart, rowsIn(layout));

const rowsIn = (layout: Layout): number => layout.shape.rowsPerVenue.reduce((sum, rows) => sum + rows, 0);

/** By `pairIndex`: the id of the newest intent of that pair that the executor has settled or refused. */
export function feedbackWords(buffer: SharedArrayBuffer, layout: Layout): Float64Array {
  const venues = layout.shape.rowsPerVenue.length;
  return new Float64Array(buffer, layout.feedback, layout.shape.instruments * venues * venues);
}

export interface BreakerWords {
  /** By venue index, and by row: BREAKER.STRIDE words each. */
  readonly venues: readonly Float64Array[];
  readonly rows: readonly Float64Array[];
}

export function breakerWords(buffer: SharedArrayBuffer, layout: Layout): BreakerWords {
  const venues = layout.shape.rowsPerVenue.length;
  const at = (index: number): Float64Array =>
    new Float64Array(buffer, layout.breakers + index * BREAKER.STRIDE * 8, BREAKER.STRIDE);
  return {
    venues: Array.from({ length: venues }, (_, venue) => at(venue)),
    rows: Array.from({ length: rowsIn(layout) }, (_, row) => at(venues + row)),
  };
}
