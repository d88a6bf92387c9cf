/** What a table holds under a text that a client sent; names that every object inherits (`constructor`) are not in it. */
export const lookup = <Value>(table: Readonly<Record<string, Value>>, key: string): Value | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;
