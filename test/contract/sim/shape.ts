/** Keys and value types of a JSON value, as `path → types`, so that two frames can be compared without their values. */

const DECIMAL = /^-?\d+(\.\d+)?$/;

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'string') return DECIMAL.test(value) ? 'decimal text' : 'text';
  return typeof value;
}

/** Elements of a list count as one: their types add up. */
export function shapeOf(value: unknown, path = '', out = new Map<string, Set<string>>()): Map<string, Set<string>> {
  const types = out.get(path) ?? new Set();
  types.add(typeOf(value));
  out.set(path, types);
  if (Array.isArray(value)) for (const entry of value) shapeOf(entry, `${path}[]`, out);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, entry] of Object.entries(value)) shapeOf(entry, path === '' ? key : `${path}.${key}`, out);
  }
  return out;
}

/** What differs between what is emitted and what the fixture has: `+ path` is ours alone, `- path` the fixture's alone,
 *  `~ path` has another type. Lists that are empty on one side are not looked into. */
export function differences(ours: unknown, fixture: unknown): string[] {
  const own = shapeOf(ours);
  const theirs = shapeOf(fixture);
  const found: string[] = [];
  const hidden = (path: string, other: Map<string, Set<string>>): boolean => {
    const list = path.lastIndexOf('[]');
    return list >= 0 && !other.has(path.slice(0, list + 2));
  };
  for (const [path, types] of own) {
    const expected = theirs.get(path);
    if (expected === undefined) {
      if (!hidden(path, theirs)) found.push(`+ ${path}`);
    } else if (![...types].every((type) => expected.has(type))) {
      found.push(`~ ${path}: ${[...types].join('|')}, fixture ${[...expected].join('|')}`);
    }
  }
  for (const path of theirs.keys()) if (!own.has(path) && !hidden(path, own)) found.push(`- ${path}`);
  return found.sort();
}
