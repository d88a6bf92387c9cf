/** House rules that the compiler and the linter do not hold, or that nobody may switch off in a comment. */
import ts from 'typescript';
import type { NodeRule } from './tree.ts';

export const noAny: NodeRule = (node) => (node.kind === ts.SyntaxKind.AnyKeyword ? 'any' : undefined);

const RUNNERS = new Set(['it', 'test', 'describe', 'suite']);
const SKIPS = new Set(['skip', 'only', 'todo', 'skipIf', 'runIf', 'fails']);
const SKIPPING_NAMES = new Set(['xit', 'xtest', 'xdescribe', 'fit', 'fdescribe']);

/** `it`, also behind `it.each(…)` or `it.concurrent`. */
function runnerOf(node: ts.Expression): string | undefined {
  if (ts.isIdentifier(node)) return node.text;
  if (ts.isPropertyAccessExpression(node) || ts.isCallExpression(node)) return runnerOf(node.expression);
  return ts.isTaggedTemplateExpression(node) ? runnerOf(node.tag) : undefined;
}

/** No test is skipped, focused, left for later, or empty. `context.skip()` within a test says why and is no static skip. */
export const noSkippedTest: NodeRule = (node) => {
  if (ts.isPropertyAccessExpression(node) && SKIPS.has(node.name.text)) {
    const runner = runnerOf(node.expression);
    if (runner !== undefined && RUNNERS.has(runner)) return `${runner}.${node.name.text}`;
  }
  if (!ts.isCallExpression(node)) return undefined;
  const runner = runnerOf(node.expression);
  if (runner !== undefined && SKIPPING_NAMES.has(runner)) return runner;
  if (runner === undefined || !RUNNERS.has(runner) || node.arguments.length === 0) return undefined;
  const [name, ...rest] = node.arguments;
  // `it.each(rows)` is a call too; what takes a name is the test itself.
  if (name === undefined || !(ts.isStringLiteralLike(name) || ts.isTemplateExpression(name))) return undefined;
  const body = rest.find((argument) => ts.isArrowFunction(argument) || ts.isFunctionExpression(argument));
  if (body === undefined) return rest.length === 0 ? `${runner} without a body` : undefined;
  const block = (body as ts.ArrowFunction).body;
  return ts.isBlock(block) && block.statements.length === 0 ? `${runner} with an empty body` : undefined;
};

/** The environment is read in one place, so that all else takes configuration as data. */
export const noEnvironment: NodeRule = (node) => {
  if (ts.isPropertyAccessExpression(node) && node.name.text === 'env' && isProcess(node.expression))
    return 'process.env';
  if (ts.isElementAccessExpression(node) && isProcess(node.expression)) {
    const key = node.argumentExpression;
    if (ts.isStringLiteralLike(key) && key.text === 'env') return 'process.env';
  }
  if (ts.isVariableDeclaration(node) && ts.isObjectBindingPattern(node.name) && node.initializer !== undefined) {
    const names = node.name.elements.map((element) => (element.propertyName ?? element.name).getText());
    if (isProcess(node.initializer) && names.includes('env')) return 'process.env';
  }
  if (ts.isImportDeclaration(node) && /^['"](node:)?process['"]$/.test(node.moduleSpecifier.getText())) {
    const bindings = node.importClause?.namedBindings;
    if (bindings !== undefined && ts.isNamedImports(bindings)) {
      const names = bindings.elements.map((element) => (element.propertyName ?? element.name).text);
      if (names.includes('env')) return 'process.env';
    }
  }
  return undefined;
};

function isProcess(node: ts.Expression): boolean {
  if (ts.isIdentifier(node)) return node.text === 'process';
  return (
    ts.isPropertyAccessExpression(node) && node.name.text === 'process' && node.expression.getText() === 'globalThis'
  );
}

/** Worker threads are given an empty environment: no key or token can be read there. */
export const workersWithoutEnvironment: NodeRule = (node) => {
  if (!ts.isNewExpression(node) || !ts.isIdentifier(node.expression) || node.expression.text !== 'Worker')
    return undefined;
  const options = node.arguments?.[1];
  if (options === undefined || !ts.isObjectLiteralExpression(options)) return 'Worker without literal options';
  const env = options.properties.find((property) => property.name?.getText() === 'env');
  const isEmpty =
    env !== undefined &&
    ts.isPropertyAssignment(env) &&
    ts.isObjectLiteralExpression(env.initializer) &&
    env.initializer.properties.length === 0;
  return isEmpty ? undefined : 'Worker without `env: {}`';
};

/** Comments that silence a tool. */
export const SILENCERS =
  /@ts-(?:ignore|nocheck|expect-error)|biome-(?:ignore)|eslint-(?:disable)|dependency-cruiser-(?:ignore)/;
