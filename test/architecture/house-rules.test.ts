import { describe, expect, it } from 'vitest';
import { noAny, noEnvironment, noSkippedTest, SILENCERS, workersWithoutEnvironment } from './rules.ts';
import { findings, type NodeRule, sourceFiles, textOf } from './tree.ts';

const SRC = sourceFiles('src');
const ALL = sourceFiles('src', 'bench', 'test');
/** The files that hold the rules name what they forbid. */
const RULES = ['test/architecture/rules.ts', 'test/architecture/house-rules.test.ts'];

const LONGEST = 300;
/** Files of src that may be longer, each with its reason. */
const LONGER: Readonly<Record<string, string>> = {};

const inFiles = (files: readonly string[], rule: NodeRule): string[] =>
  files.flatMap((path) => findings(path, textOf(path), rule));

describe('house rules', () => {
  it('has files to look at', () => {
    expect(SRC).toContain('src/memory/dirty-ring.ts');
    expect(ALL).toContain('test/architecture/house-rules.test.ts');
  });

  it('has no `any`', () => {
    expect(inFiles(ALL, noAny)).toEqual([]);
  });

  it('has no skipped, focused, unwritten or empty tests', () => {
    expect(inFiles(ALL, noSkippedTest)).toEqual([]);
  });

  it('reads the environment in src/main.ts only', () => {
    const files = SRC.filter((path) => path !== 'src/main.ts');
    expect(inFiles(files, noEnvironment)).toEqual([]);
  });

  it('starts every worker without an environment', () => {
    expect(inFiles(SRC, workersWithoutEnvironment)).toEqual([]);
  });

  it('silences no tool', () => {
    const silenced = ALL.filter((path) => !RULES.includes(path)).flatMap((path) =>
      textOf(path)
        .split('\n')
        .flatMap((line, i) => (SILENCERS.test(line) ? [`${path}:${i + 1}: ${line.trim()}`] : [])),
    );
    expect(silenced).toEqual([]);
  });

  it(`has no file of src past ${LONGEST} lines`, () => {
    const lines = (path: string): number => textOf(path).trimEnd().split('\n').length;
    const tooLong = SRC.filter((path) => lines(path) > LONGEST);
    expect(tooLong.filter((path) => !(path in LONGER)).map((path) => `${path}: ${lines(path)}`)).toEqual([]);
    // An exception that is not needed any more goes.
    expect(Object.keys(LONGER).filter((path) => !tooLong.includes(path))).toEqual([]);
  });
});

describe('the rules themselves', () => {
  const found = (rule: NodeRule, text: string): number => findings('planted.ts', text, rule).length;

  it.each([
    'let x: any;',
    'const f = (x: readonly any[]) => x;',
    'const y = x as any;',
    'type T = Record<string, any>;',
  ])('find any in: %s', (text) => {
    expect(found(noAny, text)).toBe(1);
  });

  it.each(['// any\n', 'const any = "any";', 'const m = { any: 1 };'])('find no any in: %s', (text) => {
    expect(found(noAny, text)).toBe(0);
  });

  it.each([
    "it.skip('x', () => f());",
    "describe.only('x', () => { f(); });",
    "it.skip.each([1])('x', () => f());",
    "test.each([1]).todo('x');",
    "it.skipIf(true)('x', () => f());",
    "xit('x', () => f());",
    "it('x');",
    "it('x', () => {});",
    "it('x', async function () {}, 5);",
    "describe.each([1])('x', () => {});",
    'it(`x $' + '{1}`, () => {});',
  ])('find a test that tests nothing in: %s', (text) => {
    expect(found(noSkippedTest, text)).toBeGreaterThan(0);
  });

  it.each([
    "it('x', () => f());",
    "it.each([1])('x', (n) => f(n));",
    'context.skip();',
    "it('x', { timeout: 5 }, body);",
  ])('find nothing wrong with: %s', (text) => {
    expect(found(noSkippedTest, text)).toBe(0);
  });

  it.each([
    'const t = process.env.TOKEN;',
    "const t = process['env'];",
    'const { env } = process;',
    'const { env: e } = process;',
    "import { env } from 'node:process';",
    'const t = globalThis.process.env;',
  ])('find the environment in: %s', (text) => {
    expect(found(noEnvironment, text)).toBe(1);
  });

  it.each([
    'new Worker(url);',
    'new Worker(url, {});',
    'new Worker(url, { env: process.env });',
    'new Worker(url, options);',
  ])('find a worker that inherits in: %s', (text) => {
    expect(found(workersWithoutEnvironment, text)).toBe(1);
  });

  it('let a worker with an empty environment pass', () => {
    expect(found(workersWithoutEnvironment, 'new Worker(url, { workerData, env: {} });')).toBe(0);
  });
});
