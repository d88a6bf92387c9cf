import { appendFileSync, mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type AuditEntry, auditFile } from '../../../src/api/audit.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parallax-audit-'));
  path = join(folder, 'deeper', 'audit.jsonl');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const entry = (at: number, details: Record<string, unknown> = {}): AuditEntry => ({
  at,
  who: '127.0.0.1',
  agent: 'test',
  action: 'pause',
  outcome: 'done',
  details,
});

it('keeps what was done over restarts, for its owner alone', () => {
  expect(auditFile(path).read({ limit: 5 })).toEqual([]);
  auditFile(path).append(entry(1));
  auditFile(path).append(entry(2, { reason: 'two\nlines and “quotes”' }));
  expect(auditFile(path).read({ limit: 5 })).toEqual([entry(2, { reason: 'two\nlines and “quotes”' }), entry(1)]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

it('reads the newest first, within times and number, past the size of one chunk', () => {
  const trail = auditFile(path);
  const filler = 'ä'.repeat(700);
  appendFileSync(path, Array.from({ length: 500 }, (_, n) => `${JSON.stringify(entry(n, { filler }))}\n`).join(''));
  expect(statSync(path).size).toBeGreaterThan(10 * 64 * 1024);
  const times = (query: { fromMs?: number; toMs?: number; limit: number }) => trail.read(query).map(({ at }) => at);
  expect(times({ limit: 1000 })).toEqual(Array.from({ length: 500 }, (_, n) => 499 - n));
  expect(times({ limit: 3 })).toEqual([499, 498, 497]);
  expect(times({ limit: 1000, fromMs: 100, toMs: 102 })).toEqual([102, 101, 100]);
  expect(trail.read({ limit: 1, toMs: 7 })[0]?.details).toEqual({ filler });
});

it('reads on past a line that was cut short', () => {
  const trail = auditFile(path);
  for (const at of [1, 2]) trail.append(entry(at));
  truncateSync(path, statSync(path).size - 10);
  expect(trail.read({ limit: 5 })).toEqual([entry(1)]);
  trail.append(entry(3));
  trail.append(entry(4));
  expect(trail.read({ limit: 5 }).map(({ at }) => at)).toEqual([4, 3, 1]);
});
