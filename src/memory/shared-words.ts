/** Arrays of doubles with one writer: free inventory (executor → detector) and settled intents (executor → detector).
 *  Aligned 8-byte accesses are whole, so each word is read old or new, never torn; words are independent of each other. */
import type { Layout } from './layout.ts';

/** Free base units (plain doubles, rounded down) of each asset at each venue; the detector sizes by it, the executor
 *  decides in BigInt again. */
export function inventoryWords(buffer: SharedArrayBuffer, layout: Layout): Float64Array {
  return new Float64Array(buffer, layout.inventory, layout.shape.rowsPerVenue.length * layout.shape.assets);
}

/** By `pairIndex`: the id of the newest intent of that pair that the executor has settled or refused. */
export function feedbackWords(buffer: SharedArrayBuffer, layout: Layout): Float64Array {
  const venues = layout.shape.rowsPerVenue.length;
  return new Float64Array(buffer, layout.feedback, layout.shape.instruments * venues * venues);
}
