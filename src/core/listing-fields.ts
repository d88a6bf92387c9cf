/** Venues' lists of instruments, and their fields. */
import { decimalsOf, formatDecimal, parseDecimal } from './decimal.ts';
import { Fault, messageOf } from './faults.ts';
import type { Listing } from './instrument.ts';

/** The listings of the entries that can be read: one that cannot (a new kind, a pair that is not open yet) takes no others
 *  with it. Throws the first fault when there is nothing else. `read`: undefined for what is none of ours. */
export function listingsOf<Entry>(
  entries: Iterable<Entry>,
  read: (entry: Entry) => Listing | undefined,
  onMalformed: (fault: Fault) => void = () => {},
): readonly Listing[] {
  const listings: Listing[] = [];
  const faults: Fault[] = [];
  for (const entry of entries) {
    try {
      const listing = read(entry);
      if (listing !== undefined) listings.push(listing);
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown;
      faults.push(thrown);
    }
  }
  if (listings.length === 0 && faults[0] !== undefined) throw faults[0];
  for (const fault of faults) onMalformed(fault);
  return listings;
}

/** A decimal text that must be more than nothing, without trailing zeros.
 *  @param malformed the fault to throw, naming the instrument */
export function positiveDecimal(text: string, key: string, malformed: (what: string) => Fault): string {
  try {
    const scale = decimalsOf(text);
    const value = parseDecimal(text, scale);
    if (value > 0n) return formatDecimal(value, scale);
  } catch (thrown) {
    throw malformed(`${key}: ${messageOf(thrown)}`);
  }
  throw malformed(`${key} "${text}" is not positive`);
}
