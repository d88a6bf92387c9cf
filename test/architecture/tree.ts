/** The project's TypeScript files, parsed. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import ts from 'typescript';

export const ROOT = resolve(import.meta.dirname, '../..');

/** TypeScript files under the given folders, as paths from the root with forward slashes. */
export function sourceFiles(...folders: string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join('/'))
      .sort(),
  );
}

export const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** What is wrong with a file, by a rule that looks at each of its nodes. */
export type NodeRule = (node: ts.Node) => string | undefined;

/** `path:line: finding` of every node that breaks the rule. */
export function findings(path: string, text: string, rule: NodeRule): string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const finding = rule(node);
    if (finding !== undefined) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      found.push(`${path}:${line + 1}: ${finding}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
