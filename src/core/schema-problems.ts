/** What a schema finds wrong with a value, in words for people. Pure. */
import type { TSchema } from 'typebox';
import Value from 'typebox/value';

export interface Problem {
  /** `venues[0].credentials.secret` */
  readonly path: string;
  readonly message: string;
}

/** `at`: where the value stands, for the paths. */
export function schemaProblems(schema: TSchema, value: unknown, at = ''): Problem[] {
  const errors = [...Value.Errors(schema, value)];
  const unions = new Set(errors.filter((error) => error.keyword === 'anyOf').map((error) => error.instancePath));
  const problems: Problem[] = [];
  for (const error of errors) {
    const path = join(at, dotted(error.instancePath));
    if (error.keyword === 'boolean') problems.push({ path, message: 'is not a known setting' });
    else if (error.keyword === 'additionalProperties') continue;
    else if (error.keyword === 'const' && unions.has(error.instancePath)) continue;
    else if (error.keyword === 'anyOf')
      problems.push({ path, message: `must be one of ${allowed(errors, error.instancePath)}` });
    else problems.push({ path, message: error.message });
  }
  return problems;
}

function allowed(errors: readonly { keyword: string; instancePath: string; params: object }[], path: string): string {
  return errors
    .filter((error) => error.keyword === 'const' && error.instancePath === path)
    .map((error) => String((error.params as { allowedValue?: unknown }).allowedValue))
    .join(', ');
}

const dotted = (pointer: string): string =>
  pointer
    .split('/')
    .slice(1)
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path === '' ? part : `${path}.${part}`), '');

const join = (at: string, path: string): string => (at === '' || path === '' ? at + path : `${at}.${path}`) || '(root)';
