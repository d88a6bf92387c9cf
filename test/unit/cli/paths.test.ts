import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { UsageProblem } from '../../../src/cli/arguments.ts';
import type { RunIo } from '../../../src/cli/io.ts';
import { ensureFolder, outFile } from '../../../src/cli/paths.ts';
import { runCommand } from '../../../src/cli/run.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parallax-paths-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('outFile', () => {
  it('wants a folder that exists and a name that is none', () => {
    const problems: UsageProblem[] = [];
    expect(outFile('--out', join(folder, 'a.csv'), problems)).toBe(join(folder, 'a.csv'));
    expect(problems).toEqual([]);
    outFile('--out', join(folder, 'none', 'a.csv'), problems);
    outFile('--out', folder, problems);
    expect(problems.map(({ message }) => message)).toEqual([
      `wants a file in a folder that exists: ${join(folder, 'none', 'a.csv')}`,
      `is a folder: ${folder}`,
    ]);
  });
});

describe('ensureFolder', () => {
  it('makes a folder and those above it, and takes one that is there', () => {
    const path = join(folder, 'a', 'b');
    expect(ensureFolder(path)).toBeUndefined();
    expect(statSync(path).isDirectory()).toBe(true);
    expect(ensureFolder(path)).toBeUndefined();
  });

  it('says why it cannot', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(ensureFolder(file)).toMatch(/EEXIST/);
    expect(ensureFolder(join(file, 'below'))).toMatch(/EEXIST/);
  });
});

describe('parallax run', () => {
  it('names every path that it could not write to, and starts nothing', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const lines: string[] = [];
    const never = (): Promise<never> => new Promise<never>(() => {});
    const io: RunIo = {
      out: () => {},
      err: (text) => lines.push(text),
      env: {},
      signalled: never,
      stdinClosed: never,
      terminal: undefined,
      isErrOnTerminal: false,
    };
    const summary = join(folder, 'none', 's.json');
    expect(await runCommand(['--data', folder, '--summary', summary], io)).toBe(2);
    expect(await runCommand(['--data', file], io)).toBe(2);
    expect(lines).toEqual([
      `--summary: wants a file in a folder that exists: ${summary}`,
      expect.stringMatching(/^--data: cannot be written to: EEXIST/),
    ]);
  });
});
