/** A venue is one folder on each side and one line in each registry: nothing else in src knows its name. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { SIM_VENUES } from '../../src/sim/venues/registry.ts';
import { venueRegistry } from '../../src/venues/registry.ts';
import { findings, ROOT, sourceFiles, textOf } from './tree.ts';

const NATIVE = [...venueRegistry.keys()];
/** The same files in every folder; more are welcome. */
const FILES = ['index.ts', 'stream.ts', 'parse.ts', 'gateway.ts', 'sign.ts', 'instruments.ts', 'errors.ts'];
/** Folders of src/venues that are no native venue. */
const OTHERS = ['ccxt'];

const foldersIn = (path: string): string[] =>
  readdirSync(join(ROOT, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();

describe('venues', () => {
  it('are the folders, on both sides', () => {
    expect(foldersIn('src/venues').filter((name) => !OTHERS.includes(name))).toEqual([...NATIVE].sort());
    expect(foldersIn('src/sim/venues')).toEqual(SIM_VENUES.map(({ id }) => id).sort());
    expect(SIM_VENUES.map(({ id }) => id).sort()).toEqual([...NATIVE].sort());
  });

  it.each(NATIVE)('%s has the files that every venue has, and every test', (venue) => {
    expect(FILES.filter((file) => !existsSync(join(ROOT, 'src/venues', venue, file)))).toEqual([]);
    const tests = ['fixtures', 'recordings', 'frames', 'contract'].map(
      (what) => `test/contract/venues/${venue}-${what}.test.ts`,
    );
    tests.push(`test/contract/sim/ccxt-${venue}.test.ts`, `test/contract/venues/plain/${venue}.ts`);
    expect(tests.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('are named in their folders and in the registries alone', () => {
    const files = sourceFiles('src').filter((path) => !/^src\/(sim\/)?venues\/(registry\.ts|[^/]+\/)/.test(path));
    expect(files.length).toBeGreaterThan(150);
    const names = new Set(NATIVE);
    const named = files.flatMap((path) =>
      findings(path, textOf(path), (node) =>
        ts.isStringLiteralLike(node) && names.has(node.text) ? `'${node.text}'` : undefined,
      ),
    );
    expect(named).toEqual([]);
  });
});
