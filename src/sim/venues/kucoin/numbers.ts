/** Times and numbers as KuCoin writes them into JSON. */

// Node has it; the compiler's library does not know it yet.
const { rawJSON } = JSON as unknown as { rawJSON(text: string): object };

/** A JSON number written digit by digit, where a double would lose some. */
export const rawNumber = (digits: string): object => rawJSON(digits);

/** Unix nanoseconds as a JSON number. */
export const nanos = (ms: number): number => Math.floor(ms) * 1e6;
export const nanosText = (ms: number): string => `${Math.floor(ms)}000000`;
/** Unix microseconds, for pongs. */
export const micros = (ms: number): number => Math.floor(ms) * 1e3;
