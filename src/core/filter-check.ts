/** Checks the filters of a configuration: each against its own schema, and the names in their lists against what is
 *  traded, since a deny list with a slip of the pen would deny nothing. Pure. */
import Value from 'typebox/value';
import type { Config } from './config.ts';
import { FILTER_SCHEMAS, type PairLists } from './filter-config.ts';
import { FILTER_NAMES, type FilterName } from './filter-names.ts';
import { type Problem, schemaProblems } from './schema-problems.ts';

/** `isSound`: the rest of the configuration fits its schema, so that its names can be looked up. */
export function filterProblems(config: Config, isSound: boolean): Problem[] {
  const problems: Problem[] = [];
  config.filters.forEach((filter: unknown, index) => {
    const path = `filters[${index}]`;
    const name = nameOf(filter);
    if (name === undefined) {
      problems.push({ path: `${path}.name`, message: `must be one of ${FILTER_NAMES.join(', ')}` });
      return;
    }
    const schema = FILTER_SCHEMAS[name];
    const found = schemaProblems(schema, Value.Default(schema, Value.Clone(filter)), path);
    problems.push(...found);
    if (isSound && found.length === 0 && name === 'quote-pairs') {
      problems.push(...listProblems(filter as { allow?: PairLists; deny?: PairLists }, config, path));
    }
  });
  return problems;
}

function nameOf(filter: unknown): FilterName | undefined {
  if (typeof filter !== 'object' || filter === null) return undefined;
  const { name } = filter as { name?: unknown };
  return FILTER_NAMES.find((known) => known === name);
}

function listProblems(
  lists: { readonly allow?: PairLists; readonly deny?: PairLists },
  config: Config,
  path: string,
): Problem[] {
  if (lists.allow === undefined && lists.deny === undefined) return [{ path, message: 'needs allow or deny' }];
  const problems: Problem[] = [];
  const say = (at: string, message: string): void => void problems.push({ path: `${path}.${at}`, message });
  const assets = (place: 0 | 1): Set<string> => new Set(config.instruments.map((id) => id.split('-')[place] ?? ''));
  const known = { bases: assets(0), quotes: assets(1), instruments: new Set(config.instruments) };
  // Without venues in the file the embedded ones are traded, whose names are not known here.
  const venues = config.venues.length === 0 ? undefined : new Set(config.venues.map(({ id }) => id));
  for (const kind of ['allow', 'deny'] as const) {
    const list = lists[kind];
    if (list === undefined) continue;
    if (Object.keys(list).length === 0) say(kind, 'holds no list: bases, quotes, instruments or venuePairs');
    for (const names of ['bases', 'quotes', 'instruments'] as const) {
      list[names]?.forEach((name, index) => {
        if (!known[names].has(name)) say(`${kind}.${names}[${index}]`, `"${name}" is in none of the instruments`);
      });
    }
    list.venuePairs?.forEach(({ buy, sell }, index) => {
      const at = `${kind}.venuePairs[${index}]`;
      if (buy === undefined && sell === undefined) say(at, 'needs buy, sell or both');
      if (buy !== undefined && venues?.has(buy) === false) say(`${at}.buy`, `"${buy}" is none of the venues`);
      if (sell !== undefined && venues?.has(sell) === false) say(`${at}.sell`, `"${sell}" is none of the venues`);
    });
  }
  return problems;
}
