/** A small strict reader of command-line arguments: every mistake at once, as problems, never a throw. */
import { parseArgs } from 'node:util';

interface Base {
  /** One line for the usage text. */
  readonly about: string;
}

/** What an option takes. Durations are given as `500ms`, `20s`, `2m`, `1h` and come out in ms. */
export type OptionSpec =
  | (Base & { readonly kind: 'flag' })
  | (Base & { readonly kind: 'text'; readonly shows: string })
  | (Base & { readonly kind: 'duration' })
  | (Base & { readonly kind: 'integer'; readonly min: number; readonly max: number })
  | (Base & { readonly kind: 'choice'; readonly of: readonly string[] })
  | (Base & { readonly kind: 'list'; readonly shows: string });

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

type ValueOf<Spec extends OptionSpec> = Spec['kind'] extends 'flag'
  ? boolean
  : Spec['kind'] extends 'duration' | 'integer'
    ? number | undefined
    : Spec['kind'] extends 'list'
      ? readonly string[] | undefined
      : string | undefined;

export interface ParsedArguments<Specs extends OptionSpecs> {
  /** Flags that were not given are false, other options undefined. Meaningless when there are problems. */
  readonly values: { readonly [Name in keyof Specs]: ValueOf<Specs[Name]> };
  readonly help: boolean;
  readonly problems: readonly UsageProblem[];
}

export interface UsageProblem {
  /** `--for` */
  readonly path: string;
  readonly message: string;
}

/** `--help` and `-h` are always allowed. Positional arguments never are. */
export function parseArguments<Specs extends OptionSpecs>(
  args: readonly string[],
  specs: Specs,
): ParsedArguments<Specs> {
  const problems: UsageProblem[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(specs)) values[name] = spec.kind === 'flag' ? false : undefined;
  let help = false;
  const seen = new Set<string>();
  for (const token of tokensOf(args, specs)) {
    if (token.kind === 'positional') {
      problems.push({ path: token.value, message: 'is not expected here' });
    } else if (token.kind === 'option') {
      if (token.name === 'help') {
        help = true;
        continue;
      }
      const path = token.rawName;
      const spec = Object.hasOwn(specs, token.name) && path.startsWith('--') ? specs[token.name] : undefined;
      if (spec === undefined) {
        problems.push({ path, message: `is not an option here${hint(token.name, specs)}` });
        continue;
      }
      if (seen.has(token.name)) problems.push({ path, message: 'is given twice' });
      seen.add(token.name);
      const read = readValue(spec, token.value);
      if ('problem' in read) problems.push({ path, message: read.problem });
      else values[token.name] = read.value;
    }
  }
  return { values: values as ParsedArguments<Specs>['values'], help, problems };
}

function tokensOf(args: readonly string[], specs: OptionSpecs) {
  const options: Record<string, { type: 'boolean' | 'string'; short?: string }> = {
    help: { type: 'boolean', short: 'h' },
  };
  for (const [name, spec] of Object.entries(specs)) {
    options[name] = { type: spec.kind === 'flag' ? 'boolean' : 'string' };
  }
  return parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true }).tokens;
}

type Read = { readonly value: unknown } | { readonly problem: string };

function readValue(spec: OptionSpec, text: string | undefined): Read {
  if (spec.kind === 'flag') return text === undefined ? { value: true } : { problem: 'takes no value' };
  // An option that follows where a value should be is a forgotten value: parseArgs takes it as the value.
  if (text === undefined || text === '' || /^--?[a-z]/i.test(text)) return { problem: `wants ${wants(spec)}` };
  switch (spec.kind) {
    case 'text':
      return { value: text };
    case 'duration': {
      const value = parseDuration(text);
      return value === undefined ? { problem: `wants ${wants(spec)}, not "${text}"` } : { value };
    }
    case 'integer': {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      const isIn = value >= spec.min && value <= spec.max;
      return isIn ? { value } : { problem: `wants ${wants(spec)}, not "${text}"` };
    }
    case 'choice':
      return spec.of.includes(text) ? { value: text } : { problem: `wants ${wants(spec)}, not "${text}"` };
    case 'list': {
      const items = text.split(',').map((item) => item.trim());
      return items.includes('') ? { problem: `wants ${wants(spec)}, not "${text}"` } : { value: items };
    }
  }
}

function wants(spec: OptionSpec): string {
  switch (spec.kind) {
    case 'flag':
      return 'nothing';
    case 'text':
      return `a value (${spec.shows})`;
    case 'duration':
      return 'a time above zero like 500ms, 20s, 2m or 1h';
    case 'integer':
      return `a whole number from ${spec.min} to ${spec.max}`;
    case 'choice':
      return `one of ${spec.of.join(', ')}`;
    case 'list':
      return `values with commas between them (${spec.shows})`;
  }
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds, or undefined for what is no duration above zero. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)$/.exec(text);
  const ms = Math.round(Number(match?.[1]) * (UNIT_MS[match?.[2] ?? ''] ?? Number.NaN));
  return ms > 0 ? ms : undefined;
}

/** Names the option that was probably meant. */
function hint(name: string, specs: OptionSpecs): string {
  const near = Object.keys(specs).find((known) => known.startsWith(name) || name.startsWith(known));
  return near === undefined ? '' : `; did you mean --${near}?`;
}

/** The usage text of one command. */
export function usage(command: string, about: string, specs: OptionSpecs): string {
  const rows = Object.entries(specs).map(([name, spec]) => [`  --${name}${shown(spec)}`, spec.about] as const);
  const width = Math.max(0, ...rows.map(([left]) => left.length)) + 2;
  const lines = rows.map(([left, right]) => `${left.padEnd(width)}${right}`);
  return [`parallax ${command}${rows.length > 0 ? ' [options]' : ''}`, `  ${about}`, ...lines].join('\n');
}

function shown(spec: OptionSpec): string {
  switch (spec.kind) {
    case 'flag':
      return '';
    case 'text':
    case 'list':
      return ` ${spec.shows}`;
    case 'duration':
      return ' TIME';
    case 'integer':
      return ' N';
    case 'choice':
      return ` ${spec.of.join('|')}`;
  }
}

/** One line a problem, then how to learn more; for exit code 2. */
export const usageMessage = (command: string, problems: readonly UsageProblem[]): string =>
  [...problems.map(({ path, message }) => `${path} ${message}`), `See: parallax ${command} --help`].join('\n');
