import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from './tree.ts';

/** The import law of docs/ARCHITECTURE.md: which folder of src may import which, besides itself. */
const LAW: Readonly<Record<string, readonly string[]>> = {
  core: [],
  memory: ['core'],
  net: ['core'],
  venues: ['core', 'net'],
  feeds: ['core', 'memory'],
  engine: ['core', 'memory'],
  record: ['core', 'memory'],
  notify: ['core'],
  api: ['core', 'memory'],
  sim: ['core'],
  watchdog: ['core', 'net', 'venues'],
};
/** The roof sees all below it; nobody below sees the roof. */
const BELOW = Object.keys(LAW);
const ROOF = ['actors', 'cli'];

interface Violation {
  readonly rule: { readonly name: string };
  readonly from: string;
  readonly to: string;
}

/** Violations that the project's own rules find in the tree at `cwd`. */
async function cruise(cwd: string, folders: readonly string[]): Promise<Violation[]> {
  const cli = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const parameters = [cli, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...folders];
  const { stdout } = await promisify(execFile)(process.execPath, parameters, { cwd, maxBuffer: 2 ** 28 });
  const { summary } = JSON.parse(stdout) as { summary: { violations: Violation[]; totalCruised: number } };
  expect(summary.totalCruised).toBeGreaterThan(10);
  return summary.violations;
}

/** Writes the files into a fresh folder that has the project's rules, and cruises it. */
async function cruisePlanted(files: ReadonlyMap<string, string>): Promise<Violation[]> {
  const root = mkdtempSync(join(tmpdir(), 'parallax-law-'));
  try {
    for (const name of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json'])
      copyFileSync(join(ROOT, name), join(root, name));
    for (const [path, text] of files) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return await cruise(root, [...new Set([...files.keys()].map((path) => path.split('/')[0] ?? ''))]);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const has = (violations: readonly Violation[], from: string, to: string, rule?: string): boolean =>
  violations.some(
    (found) => found.from === from && found.to === to && (rule === undefined || found.rule.name === rule),
  );

describe('the import law', () => {
  const folders = [...BELOW, ...ROOF];
  const leaf = (folder: string): string => `src/${folder}/leaf.ts`;
  const importer = (from: string, to: string, how: string): string => `src/${from}/${how}-${to}.ts`;
  let violations: Violation[] = [];

  beforeAll(async () => {
    const files = new Map<string, string>();
    for (const folder of folders) files.set(leaf(folder), 'export const leaf = 1;\nexport interface Leaf { x: 1 }\n');
    for (const from of folders) {
      for (const to of folders) {
        files.set(importer(from, to, 'value'), `import { leaf } from '../${to}/leaf.ts';\nexport const x = leaf;\n`);
        files.set(importer(from, to, 'type'), `import type { Leaf } from '../${to}/leaf.ts';\nexport type X = Leaf;\n`);
        files.set(importer(from, to, 'lazy'), `export const x = () => import('../${to}/leaf.ts');\n`);
      }
    }
    violations = await cruisePlanted(files);
  });

  it.each(folders.flatMap((from) => folders.map((to) => [from, to] as const)))('%s → %s', (from, to) => {
    const isAllowed = from === to || ROOF.includes(from) || (LAW[from]?.includes(to) ?? false);
    for (const how of ['value', 'type', 'lazy']) {
      expect(has(violations, importer(from, to, how), leaf(to)), how).toBe(!isAllowed);
    }
  });
});

describe('the other rules', () => {
  let violations: Violation[] = [];

  beforeAll(async () => {
    const leaf = 'export const leaf = 1;\n';
    const use = (path: string): string => `import { leaf } from '${path}';\nexport const x = leaf;\n`;
    const files = new Map([
      ['src/venues/alpha/leaf.ts', leaf],
      ['src/venues/alpha/own.ts', use('./leaf.ts')],
      ['src/venues/beta/cross.ts', use('../alpha/leaf.ts')],
      ['src/venues/registry.ts', use('./alpha/leaf.ts')],
      ['src/sim/venues/alpha/leaf.ts', leaf],
      ['src/sim/venues/beta/cross.ts', use('../alpha/leaf.ts')],
      ['src/main.ts', leaf],
      ['src/core/up.ts', use('../main.ts')],
      ['src/core/missing.ts', use('./nowhere.ts')],
      ['src/core/round.ts', "import { y } from './about.ts';\nexport const x = () => y;\n"],
      ['src/core/about.ts', "import { x } from './round.ts';\nexport const y = () => x;\n"],
      ['src/cli/tests.ts', use('../../test/leaf.ts')],
      ['src/actors/benches.ts', use('../../bench/leaf.ts')],
      ['test/leaf.ts', leaf],
      ['test/anything.ts', use('../src/venues/alpha/leaf.ts')],
      ['bench/leaf.ts', leaf],
    ]);
    violations = await cruisePlanted(files);
  });

  it.each([
    ['src/venues/beta/cross.ts', 'src/venues/alpha/leaf.ts', 'venues-apart'],
    ['src/sim/venues/beta/cross.ts', 'src/sim/venues/alpha/leaf.ts', 'sim-venues-apart'],
    ['src/core/up.ts', 'src/main.ts', 'actors-are-the-roof'],
    ['src/core/missing.ts', './nowhere.ts', 'no-unresolvable'],
    ['src/cli/tests.ts', 'test/leaf.ts', 'no-test-in-src'],
    ['src/actors/benches.ts', 'bench/leaf.ts', 'no-test-in-src'],
  ])('forbid %s → %s', (from, to, rule) => {
    expect(has(violations, from, to, rule)).toBe(true);
  });

  it('forbid a cycle', () => {
    // Reported once for the pair, from either end.
    const ends = ['src/core/round.ts', 'src/core/about.ts'];
    const cycles = violations.filter(({ rule }) => rule.name === 'no-cycles');
    expect(cycles).not.toEqual([]);
    for (const { from, to } of cycles) expect([from, to].sort()).toEqual([...ends].sort());
  });

  it.each(['src/venues/alpha/own.ts', 'src/venues/registry.ts', 'test/anything.ts'])(
    'allow what %s imports',
    (from) => {
      expect(violations.filter((found) => found.from === from)).toEqual([]);
    },
  );
});

describe('this project', () => {
  it('keeps the law', async () => {
    const violations = await cruise(ROOT, ['src', 'bench', 'test']);
    expect(violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)).toEqual([]);
  });
});
