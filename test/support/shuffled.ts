import type { Random } from '../../src/core/random.ts';

/** The same items in an order that `random` draws. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const left = [...items];
  return items.map(() => left.splice(random.int(left.length), 1)[0] as T);
}
