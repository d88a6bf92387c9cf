/** Makes a copy of the memory with one mistake in it. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Mutant } from './mutants.ts';

const SOURCE = join(import.meta.dirname, '../../../src');

/** Plants `mutant` and hands the address of the mutated memory folder to `body`; removes the copy afterwards. */
export async function withMutant<T>(mutant: Mutant, body: (memory: string) => Promise<T>): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), 'parallax-mutant-'));
  try {
    for (const folder of ['core', 'memory'])
      cpSync(join(SOURCE, folder), join(root, 'src', folder), { recursive: true });
    writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
    const path = join(root, 'src/memory', mutant.file);
    let text = readFileSync(path, 'utf8');
    for (const { from, to } of mutant.edits) {
      const pieces = text.split(from);
      if (pieces.length !== 2) {
        throw new Error(`the mutant "${mutant.name}" no longer fits ${mutant.file}: ${pieces.length - 1} × "${from}"`);
      }
      text = pieces.join(to);
    }
    writeFileSync(path, text);
    return await body(pathToFileURL(`${join(root, 'src/memory')}/`).href);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
