import { vi } from 'vitest';

/** Waits for a condition with the patience that a loaded machine needs. */
export const until = <Value>(check: () => Value | Promise<Value>): Promise<Value> =>
  vi.waitFor(check, { timeout: 15_000, interval: 20 });
