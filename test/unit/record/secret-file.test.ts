import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../../src/core/faults.ts';
import { noSecrets, withKey } from '../../../src/core/secrets.ts';
import { readSecretFile, writeSecretFile } from '../../../src/record/secret-file.ts';
import { COST, sealSecrets } from '../../../src/record/secret-format.ts';

const CHEAP = { logN: 15, r: 8, p: 1 } as const;
const PASSPHRASE = 'a passphrase of a test';
const SECRETS = withKey(noSecrets('0f'.repeat(32)), 'okx', 'trading', { apiKey: 'the-key', secret: 'the-secret' });

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parallax-secrets-'));
  path = join(folder, 'secrets.enc');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (passphrase = PASSPHRASE) => readSecretFile(path, () => passphrase);

const faultOf = async (action: () => unknown): Promise<Fault> => {
  try {
    await action();
  } catch (thrown) {
    if (thrown instanceof Fault) return thrown;
    throw thrown;
  }
  throw new Error('no fault');
};

describe('the file', () => {
  it('is for its owner alone, whatever the umask, and comes back as it was', async () => {
    const before = process.umask(0);
    try {
      writeSecretFile(path, SECRETS, PASSPHRASE, CHEAP);
    } finally {
      process.umask(before);
    }
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['secrets.enc']);
    expect(await read()).toEqual(SECRETS);
  });

  it('is written with the cost of today, whatever it had before', () => {
    writeSecretFile(path, SECRETS, PASSPHRASE);
    expect([...readFileSync(path).subarray(9, 12)]).toEqual([COST.logN, COST.r, COST.p]);
  });

  it('is replaced in one step: what cannot be written leaves the old one, and no draft', async () => {
    writeSecretFile(path, SECRETS, PASSPHRASE, CHEAP);
    const old = readFileSync(path);
    expect(() => writeSecretFile(path, SECRETS, PASSPHRASE, { logN: 3, r: 8, p: 1 })).toThrow(RangeError);
    expect(readFileSync(path).equals(old)).toBe(true);
    const occupied = join(folder, 'occupied');
    mkdirSync(join(occupied, 'by', 'folders'), { recursive: true });
    const fault = await faultOf(() => writeSecretFile(occupied, SECRETS, PASSPHRASE, CHEAP));
    expect([fault.code, fault.message]).toEqual(['secrets/unwritable', expect.stringContaining(occupied)]);
    expect(readdirSync(folder).sort()).toEqual(['occupied', 'secrets.enc']);
  });
});

describe('reading says what is wrong, where and what to do', () => {
  it('where there is none, before a passphrase is asked for', async () => {
    const fault = await faultOf(() => readSecretFile(path, () => Promise.reject(new Error('asked'))));
    expect(fault.code).toBe('secrets/missing');
    expect(fault.message).toBe(`there is no secrets' file ${path}; "parallax secrets set" makes it`);
  });

  it.each([0o640, 0o604, 0o620, 0o601, 0o666])('where others may do something with it (mode %o)', async (mode) => {
    writeSecretFile(path, SECRETS, PASSPHRASE, CHEAP);
    chmodSync(path, mode);
    const fault = await faultOf(() => readSecretFile(path, () => Promise.reject(new Error('asked'))));
    expect(fault.code).toBe('secrets/exposed');
    expect(fault.message).toContain(`${path} may be read or changed by others`);
    expect(fault.message).toContain('chmod 600');
  });

  it('where the passphrase does not fit, without saying it', async () => {
    writeSecretFile(path, SECRETS, PASSPHRASE, CHEAP);
    const fault = await faultOf(() => read('another passphrase'));
    expect(fault.code).toBe('secrets/locked');
    expect(fault.message).toMatch(/cannot be opened: the passphrase does not open it/);
    expect(JSON.stringify([fault.message, fault.details])).not.toContain('another passphrase');
  });

  it('where it is damaged, or something else', async () => {
    writeSecretFile(path, SECRETS, PASSPHRASE, CHEAP);
    const bytes = readFileSync(path);
    bytes[100] = (bytes[100] as number) ^ 1;
    for (const content of [bytes, Buffer.from('apiKey: in plain text\n'), Buffer.alloc(0)]) {
      writeFileSync(path, content);
      const fault = await faultOf(() => read());
      expect(fault.code).toBe('secrets/damaged');
      expect(fault.message).toContain('bring back a copy');
    }
    writeFileSync(path, Buffer.alloc(2 * 1024 * 1024));
    expect((await faultOf(() => read())).message).toContain('too long');
    rmSync(path);
    mkdirSync(path, { mode: 0o700 });
    expect((await faultOf(() => read())).code).toBe('secrets/unwritable');
  });
});

describe('what a file asks for', () => {
  it.each([
    { logN: 14, r: 8, p: 1 },
    { logN: 21, r: 8, p: 1 },
    { logN: 17, r: 7, p: 1 },
    { logN: 17, r: 17, p: 1 },
    { logN: 17, r: 8, p: 0 },
    { logN: 17, r: 8, p: 9 },
    { logN: 20, r: 16, p: 1 },
    { logN: 20, r: 8, p: 8 },
    { logN: 15.5, r: 8, p: 1 },
  ])('is neither too little nor too much: $logN, $r, $p', (cost) => {
    expect(() => sealSecrets(SECRETS, PASSPHRASE, cost)).toThrow(/too weak or too costly/);
  });

  it('takes a letter written in two ways for one', async () => {
    writeSecretFile(path, SECRETS, 'schl\u00fcssel', CHEAP);
    expect(await read('schlu\u0308ssel')).toEqual(SECRETS);
  });
});
