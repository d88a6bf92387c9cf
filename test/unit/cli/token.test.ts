import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readApiFile, removeApiFile, writeApiFile } from '../../../src/cli/api-file.ts';
import { adminToken, findAdminToken } from '../../../src/cli/token.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parallax-token-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('is made once, for its owner alone, and kept', () => {
  const data = join(folder, 'new', 'data');
  expect(findAdminToken(undefined, data)).toBeUndefined();
  const made = adminToken(undefined, data);
  expect(made).toEqual({
    token: expect.stringMatching(/^[\w-]{43}$/),
    source: 'made',
    path: join(data, 'admin-token'),
  });
  expect(statSync(join(data, 'admin-token')).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(data, 'admin-token'), 'utf8')).toBe(`${made.token}\n`);
  expect(readdirSync(data)).toEqual(['admin-token']);
  expect(adminToken(undefined, data)).toMatchObject({ token: made.token, source: 'file' });
  expect(findAdminToken('', data)?.token).toBe(made.token);
  expect(adminToken(undefined, join(folder, 'other')).token).not.toBe(made.token);
});

it('from the environment comes first and is not written', () => {
  expect(adminToken('from-outside', folder)).toEqual({ token: 'from-outside', source: 'environment' });
  expect(readdirSync(folder)).toEqual([]);
});

it('that others could read is closed to them, and that is said', () => {
  const path = join(folder, 'admin-token');
  writeFileSync(path, 'was-open\n');
  chmodSync(path, 0o644);
  expect(adminToken(undefined, folder)).toEqual({ token: 'was-open', source: 'file', path, wasExposed: true });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(adminToken(undefined, folder).wasExposed).toBeUndefined();
});

it('that no header can carry is refused without saying it', () => {
  for (const bad of ['two words', 'ünlaut', 'line\nbreak']) {
    expect(() => adminToken(bad, folder)).toThrow(/PARALLAX_ADMIN_TOKEN holds no usable token/);
    try {
      adminToken(bad, folder);
    } catch (thrown) {
      expect(JSON.stringify(thrown) + String(thrown)).not.toContain(bad);
    }
  }
  writeFileSync(join(folder, 'admin-token'), '');
  expect(() => adminToken(undefined, folder)).toThrow(/admin-token holds no usable token/);
});

it('keeps the address of the running engine, and removes only its own', () => {
  expect(readApiFile(folder)).toBeUndefined();
  writeApiFile(folder, { url: 'http://127.0.0.1:1', pid: 7, run: 'a' });
  writeApiFile(folder, { url: 'http://127.0.0.1:2', pid: 8, run: 'b' });
  removeApiFile(folder, 'a');
  expect(readApiFile(folder)).toEqual({ url: 'http://127.0.0.1:2', pid: 8, run: 'b' });
  removeApiFile(folder, 'b');
  expect(readdirSync(folder)).toEqual([]);
  removeApiFile(folder, 'b');
  writeFileSync(join(folder, 'api.json'), '{"url":');
  expect(readApiFile(folder)).toBeUndefined();
});
