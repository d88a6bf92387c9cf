/** Documents may only name what exists: links, scripts, commands and their options, settings, files. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { ConfigSchema } from '../../src/core/config.ts';
import { checkConfig } from '../../src/core/config-check.ts';
import { FAULT_KINDS } from '../../src/sim/fault-port.ts';
import { MARKETS } from '../../src/sim/market-shape.ts';
import {
  anchorsOf,
  commandsIn,
  type Document,
  documents,
  dottedNamesIn,
  firstColumn,
  inlineCodeOf,
  pathsIn,
  relativeLinksOf,
  scriptsIn,
  settingsOf,
} from './markdown.ts';
import { ROOT, textOf } from './tree.ts';

const DOCUMENTS = documents();
const README = textOf('README.md');
const SETTINGS = settingsOf(ConfigSchema);
/** ADRs tell of their day: what they name may be gone. */
const CURRENT = DOCUMENTS.filter(({ path }) => !path.startsWith('docs/adr/') && path !== 'CHANGELOG.md');

/** `path: finding` of everything that a document names and that is not there. */
const missing = (found: readonly Document[], find: (document: Document) => readonly string[]): string[] =>
  found.flatMap((document) => find(document).map((finding) => `${document.path}: ${finding}`));

function brokenLinks(document: Document): string[] {
  return relativeLinksOf(document).flatMap(({ path, anchor }) => {
    if (!existsSync(join(ROOT, path))) return [path];
    if (anchor === undefined || anchorsOf(textOf(path)).includes(anchor)) return [];
    return [`${path}#${anchor}`];
  });
}

async function helpOf(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(ROOT, 'src/main.ts'), ...args], { env: {} });
  return stdout;
}

describe('documents', () => {
  it('are found', () => {
    const paths = DOCUMENTS.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['README.md', 'docs/ARCHITECTURE.md', 'grafana/README.md']));
    expect(paths.filter((path) => path.includes('node_modules'))).toEqual([]);
  });

  it('link to files and headings that exist', () => {
    expect(DOCUMENTS.flatMap(relativeLinksOf).length).toBeGreaterThan(20);
    expect(missing(DOCUMENTS, brokenLinks)).toEqual([]);
  });

  it('name scripts that package.json has', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
    expect(scriptsIn(README)).toEqual(expect.arrayContaining(['start', 'test', 'check']));
    expect(missing(DOCUMENTS, ({ text }) => scriptsIn(text).filter((name) => !(name in scripts)))).toEqual([]);
  });

  it('name files that exist', () => {
    expect(CURRENT.flatMap(({ text }) => pathsIn(text)).length).toBeGreaterThan(30);
    expect(missing(CURRENT, ({ text }) => pathsIn(text).filter((path) => !existsSync(join(ROOT, path))))).toEqual([]);
  });

  it('name settings that the configuration has', () => {
    const groups = new Set(SETTINGS.map((setting) => setting.split('.')[0]));
    expect(groups.has('limits')).toBe(true);
    expect(dottedNamesIn(README)).toContain('journal.syncMs');
    expect(missing(CURRENT, ({ text }) => dottedNamesIn(text).filter((name) => !SETTINGS.includes(name)))).toEqual([]);
  });

  it('name no path of a machine', () => {
    const local = /(?<![\w.])\/(?:home|root|work|Users|tmp)\//;
    expect(missing(DOCUMENTS, ({ text }) => text.split('\n').filter((line) => local.test(line)))).toEqual([]);
  });
});

describe('README', () => {
  it('has settings alone in its table of settings', () => {
    const named = firstColumn(README, 'setting');
    expect(named).toContain('strategy.minEdgeBps');
    expect(named.filter((name) => !SETTINGS.includes(name))).toEqual([]);
  });

  it('says the defaults that the schema has', () => {
    const { config } = checkConfig({}, new Map());
    const rows = README.split('\n').flatMap((line) => {
      const [, name, value] = /^\| `([\w.]+)` \| `?([\w.]+)`? \|/.exec(line) ?? [];
      return name?.includes('.') === true && value !== undefined ? [[name, value] as const] : [];
    });
    expect(rows.length).toBeGreaterThan(5);
    const defaultOf = (name: string): unknown =>
      name.split('.').reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], config);
    expect(rows.filter(([name, value]) => String(defaultOf(name)) !== value)).toEqual([]);
  });

  it('names every fault and market of the simulator, and no other', () => {
    const [, kinds = ''] = /^Kinds of faults: ([\s\S]*?)\.$/m.exec(README) ?? [];
    expect(inlineCodeOf(kinds).sort()).toEqual([...FAULT_KINDS].sort());
    const [, markets = ''] = /Markets: ([\s\S]*?)\. /.exec(README) ?? [];
    expect(inlineCodeOf(markets).sort()).toEqual(Object.keys(MARKETS).sort());
  });
});

describe('commands in documents', () => {
  const helps = new Map<string, string>();
  let known: readonly string[] = [];
  const uses = CURRENT.flatMap(({ path, text }) => commandsIn(text).map((use) => ({ path, ...use })));

  beforeAll(async () => {
    known = [...(await helpOf('help')).matchAll(/^ {2}([a-z]+) +(?!COMMAND)\S/gm)].map(([, name]) => name ?? '');
    const asked = new Set(uses.filter(({ options }) => options.length > 0).map(({ command }) => command));
    const answers = [...asked]
      .filter((name) => known.includes(name))
      .map(async (name) => [name, await helpOf(name, '--help')] as const);
    for (const [name, help] of await Promise.all(answers)) helps.set(name, help);
  }, 60_000);

  it('exist', () => {
    expect(known).toEqual(expect.arrayContaining(['run', 'sim', 'trades']));
    expect(uses.filter(({ command }) => !known.includes(command))).toEqual([]);
  });

  it('have the options that are shown', () => {
    const wrong = uses.flatMap(({ path, command, options }) =>
      options
        .filter((option) => !new RegExp(`^ {2}${option}(?![a-z-])`, 'm').test(helps.get(command) ?? ''))
        .map((option) => `${path}: parallax ${command} ${option}`),
    );
    expect(helps.size).toBeGreaterThan(3);
    expect(wrong).toEqual([]);
  });

  it('stand in the README, every one', () => {
    const told = firstColumn(README, 'command').map((code) => code.replace(/^parallax /, ''));
    expect(known.filter((command) => !told.includes(command))).toEqual([]);
  });
});

describe('the readers of documents', () => {
  it('find scripts', () => {
    const text =
      'Say `npm run\n  bench -- decode`, npm run prose, or\n```sh\nnpm ci && npm test # npm run test:long\n```\n';
    expect(scriptsIn(text).sort()).toEqual(['bench', 'test', 'test:long']);
  });

  it('find commands and their options', () => {
    const text = '`parallax halt`, Parallax halts, `npx parallax sim --port 0`, `npm start -- --market calm`';
    expect(commandsIn(text)).toEqual([
      { command: 'halt', options: [] },
      { command: 'sim', options: ['--port'] },
      { command: 'run', options: ['--market'] },
    ]);
  });

  it('find a broken link, a broken anchor, and no web address', () => {
    const text = '[a](nowhere.md) [b](README.md#no-such) [c](https://example.org/x.md) `[d](code.md)`';
    expect(brokenLinks({ path: 'planted.md', text })).toEqual(['nowhere.md', 'README.md#no-such']);
  });

  it('find paths, and no patterns', () => {
    expect(pathsIn('`src/core/none.ts` `src/venues/<venue>` `docs/adr` `test/unit/*.ts` src/main.ts')).toEqual([
      'src/core/none.ts',
      'docs/adr',
    ]);
  });

  it('find the first column of a table', () => {
    const text = '| setting | meaning |\n|---|---|\n| `a`, `b` | `c` |\n\n| other |\n|---|\n| `d` |\n';
    expect(firstColumn(text, 'setting')).toEqual(['a', 'b']);
  });

  it('find settings and not files', () => {
    expect(dottedNamesIn('`limit.maxOpen` `src.ts` `main.ts` `order.price` `Map.get`')).toEqual([
      'limit.maxOpen',
      'order.price',
    ]);
  });
});
