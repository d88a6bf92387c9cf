/** Fields of venues' lists of instruments. */
import { decimalsOf, formatDecimal, parseDecimal } from './decimal.ts';
import { type Fault, messageOf } from './faults.ts';

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
