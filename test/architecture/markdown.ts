/** What the project's documents claim to exist: links, commands, scripts, settings, files. Pure but for `documents`. */
import { readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import { ROOT, textOf } from './tree.ts';

export interface Document {
  /** From the root, forward slashes. */
  readonly path: string;
  readonly text: string;
}

const APART = new Set(['node_modules', '.git', 'data', 'coverage', 'out']);

export function documents(folder = ''): Document[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory()) return APART.has(entry.name) ? [] : documents(path);
    return entry.name.endsWith('.md') ? [{ path, text: textOf(path) }] : [];
  });
}

const FENCE = /^ *```[^\n]*\n[\s\S]*?^ *```$/gm;

/** Code between backticks and in fenced blocks. */
export function codeOf(text: string): string[] {
  const fenced = text.match(FENCE) ?? [];
  return [...fenced, ...inlineCodeOf(text)];
}

/** Code between backticks, which a line's end may break but no paragraph's. */
export const inlineCodeOf = (text: string): string[] =>
  text
    .replace(FENCE, '')
    .split(/\n\s*\n/)
    .flatMap((paragraph) => [...paragraph.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replace(/\n\s*/g, ' ')));

/** The anchors that headings have on GitHub. */
export const anchorsOf = (text: string): string[] =>
  [...text.replace(FENCE, '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

export interface Link {
  /** From the root; a link to the document itself has its path. */
  readonly path: string;
  readonly anchor: string | undefined;
}

/** Links that are no web addresses. */
export function relativeLinksOf({ path, text }: Document): Link[] {
  const prose = text.replace(FENCE, '').replace(/`[^`\n]+`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [file = '', anchor] = target.split('#');
    return [{ path: file === '' ? path : posix.join(posix.dirname(path), file), anchor }];
  });
}

/** `npm run X`, `npm test` and `npm start`, by their names in package.json. */
export const scriptsIn = (text: string): string[] =>
  codeOf(text).flatMap((code) =>
    [...code.matchAll(/\bnpm (?:run )?(test|start|(?<=run )[\w:-]+)(?![\w:-])/g)].map(([, name]) => name ?? ''),
  );

export interface CommandUse {
  readonly command: string;
  readonly options: readonly string[];
}

/** `parallax X --option …`, and `npm start -- --option …`, which is `parallax run`. */
export function commandsIn(text: string): CommandUse[] {
  return codeOf(text).flatMap((code) =>
    code.split('\n').flatMap((line) => {
      const said = line.replace(/\s#.*$/, '');
      const match = /\bparallax (?:-- )?([a-z]+)\b(.*)$/.exec(said) ?? /\bnpm (start) -- (.*)$/.exec(said);
      if (match === null) return [];
      const [, name = '', rest = ''] = match;
      const options = [...rest.matchAll(/(?<=\s|^)--[a-z][a-z-]*/g)].map(([option]) => option);
      return [{ command: name === 'start' ? 'run' : name, options }];
    }),
  );
}

/** Paths into the project between backticks; placeholders (`<venue>`) and patterns (`*`) name no one file. */
export const pathsIn = (text: string): string[] =>
  inlineCodeOf(text).filter((code) => /^(src|test|bench|docs|config|grafana|bin|\.ci)\/[\w./-]+$/.test(code));

interface SchemaNode {
  readonly properties?: Readonly<Record<string, object>>;
  readonly items?: SchemaNode;
}

/** Every setting of a JSON schema with dots, those of list items without brackets: `venues.fees.taker`. */
export function settingsOf(schema: object, prefix = ''): string[] {
  const { properties, items } = schema as SchemaNode;
  return Object.entries(properties ?? items?.properties ?? {}).flatMap(([name, node]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    return [path, ...settingsOf(node, path)];
  });
}

/** Code like `limits.maxOpenLegSets` that is not the name of a file. */
export const dottedNamesIn = (text: string): string[] =>
  inlineCodeOf(text).filter(
    (code) =>
      /^[a-z][A-Za-z]*(\.[a-z][A-Za-z]*)+$/.test(code) && !/\.(ts|js|md|ya?ml|json|jsonl|csv|log|wal|env)$/.test(code),
  );

/** The first column of the table whose head begins with `head`, one entry for each piece of code. */
export function firstColumn(text: string, head: string): string[] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${head} |`));
  if (start < 0) return [];
  const end = lines.findIndex((line, i) => i > start && !line.startsWith('|'));
  return lines.slice(start + 2, end < 0 ? undefined : end).flatMap((line) => inlineCodeOf(line.split('|')[1] ?? ''));
}
