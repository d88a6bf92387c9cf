/** A venue's error codes, classed once, as a table of words: class → codes. */
import { ERROR_CLASSES, type ErrorClass, type VenueError } from './order.ts';

export interface ErrorTable {
  /** Codes as the table lists them, with repeats, so that a test can see that there are none. */
  readonly listed: readonly string[];
  classOf(code: string): ErrorClass;
  /** `retryAfterMs`: the wait that the venue named. `told`: the class that the message told, whatever the code. */
  error(code: string, message: string, retryAfterMs?: number, told?: ErrorClass): VenueError;
}

/** @param codes by class; codes separated by white space. What is not listed is `other`. */
export function errorTable(codes: Partial<Readonly<Record<ErrorClass, string>>>): ErrorTable {
  const entries = ERROR_CLASSES.flatMap((name) =>
    (codes[name] ?? '')
      .trim()
      .split(/\s+/)
      .filter((code) => code !== '')
      .map((code) => [code, name] as const),
  );
  const classes: ReadonlyMap<string, ErrorClass> = new Map(entries);
  const classOf = (code: string): ErrorClass => classes.get(code) ?? 'other';
  return {
    listed: entries.map(([code]) => code),
    classOf,
    error: (code, message, retryAfterMs, told = classes.get(code)) => ({
      class: told ?? 'other',
      code,
      message,
      ...(told === undefined ? { isUnlisted: true } : {}),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    }),
  };
}
