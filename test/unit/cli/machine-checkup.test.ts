import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkMachine } from '../../../src/cli/machine-checkup.ts';

let folder: string;
let dataDir: string;
let configFile: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parallax-machine-'));
  dataDir = join(folder, 'data');
  configFile = join(folder, 'c.yaml');
  mkdirSync(dataDir, { mode: 0o755 });
  writeFileSync(configFile, 'mode: sim', { mode: 0o644 });
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const found = (dir = dataDir, config: string | undefined = configFile) =>
  checkMachine(dir, config).map(({ check, status }) => `${check}: ${status}`);

describe('a machine', () => {
  it('is in order with a folder and a file of its owner', () => {
    writeFileSync(join(dataDir, 'admin-token'), 't', { mode: 0o600 });
    expect(found()).toEqual([
      'data folder: pass',
      'configuration file: pass',
      'data folder permissions: pass',
      'private file: pass',
    ]);
  });

  it('is not changed by being looked at', () => {
    const missing = join(folder, 'a', 'b');
    expect(checkMachine(missing, undefined)).toMatchObject([
      { check: 'data folder', status: 'pass', message: `${missing} can be made` },
    ]);
    expect(readdirSync(folder).sort()).toEqual(['c.yaml', 'data']);
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it('cannot keep data under a file', () => {
    expect(checkMachine(configFile, undefined)).toMatchObject([{ check: 'data folder', status: 'fail' }]);
    expect(checkMachine(join(configFile, 'data'), undefined)).toMatchObject([
      { status: 'fail', message: expect.stringContaining(`${configFile} is no folder`) },
    ]);
  });

  it('is at the mercy of whoever may write to its configuration or data', () => {
    chmodSync(configFile, 0o666);
    chmodSync(dataDir, 0o777);
    expect(found()).toEqual(['data folder: pass', 'configuration file: fail', 'data folder permissions: fail']);
    chmodSync(configFile, 0o664);
    chmodSync(dataDir, 0o775);
    expect(found()).toEqual(['data folder: pass', 'configuration file: warn', 'data folder permissions: warn']);
  });

  it.each(['admin-token', 'secrets.json'])('keeps %s from others', (name) => {
    const path = join(dataDir, name);
    for (const [mode, status] of [
      [0o600, 'pass'],
      [0o640, 'fail'],
      [0o604, 'fail'],
    ] as const) {
      writeFileSync(path, 's');
      chmodSync(path, mode);
      expect(found().at(-1)).toBe(`private file: ${status}`);
    }
  });
});
