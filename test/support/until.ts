/** Waiting for conditions: looked at again and again until they hold, or a failure that says what was waited for. */
import { setTimeout as pause } from 'node:timers/promises';

export interface UntilOptions {
  readonly timeoutMs?: number;
  readonly everyMs?: number;
  /** Said with the failure: what stood there instead. */
  readonly seen?: () => unknown;
}

/** Resolves with the first value of `look` that is neither undefined nor false. A look that throws is a look in vain. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  { timeoutMs = 20_000, everyMs = 10, seen }: UntilOptions = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let failure = '';
  for (;;) {
    try {
      const value = await look();
      if (value !== undefined && value !== false) return value;
    } catch (thrown) {
      failure = `; last: ${String(thrown)}`;
    }
    if (Date.now() > deadline) {
      const instead = seen === undefined ? '' : `; instead: ${JSON.stringify(seen())?.slice(0, 4_000)}`;
      throw new Error(`not within ${timeoutMs} ms: ${what}${failure}${instead}`);
    }
    await pause(everyMs);
  }
}
