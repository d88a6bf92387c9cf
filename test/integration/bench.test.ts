/** `npm run bench -- --quick`: runs to its end and writes what outside programs read. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const BENCH = join(import.meta.dirname, '../../bench/run.ts');

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parallax-bench-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('npm run bench', () => {
  it('measures the rows that are named and writes them as the contract says', async () => {
    const out = join(folder, 'out', 'latest.json');
    const names = ['decode/binance.bookTicker', 'scan/2x5'];
    const { stdout } = await run(process.execPath, [BENCH, '--quick', '--out', out, ...names], { timeout: 60_000 });
    const report = JSON.parse(await readFile(out, 'utf8'));

    expect(report).toMatchObject({
      node: process.version,
      cpu: expect.any(String),
      cores: expect.any(Number),
    });
    expect(Math.abs(Date.now() - Date.parse(report.at))).toBeLessThan(120_000);
    expect(report.rows.map((row: { name: string }) => row.name)).toEqual(names);
    const peers = ['json-parse', 'bare-loop'];
    for (const [index, row] of report.rows.entries()) {
      const peer = peers[index] ?? '';
      expect(row).toEqual({
        name: names[index],
        unit: expect.stringMatching(/^ns\//),
        ours: expect.any(Number),
        baselines: { [peer]: expect.any(Number) },
        ratios: { [peer]: expect.any(Number) },
        rounds: expect.any(Number),
        spread: expect.any(Number),
        note: expect.stringMatching(/\w/),
      });
      expect(row.ours).toBeGreaterThan(0);
      expect(row.baselines[peer]).toBeGreaterThan(0);
      expect(row.rounds).toBeGreaterThanOrEqual(3);
      // Medians of pairs and of singles differ, but not beyond what the rounds themselves spread.
      expect(row.ratios[peer]).toBeGreaterThan(row.ours / row.baselines[peer] / 3);
      expect(row.ratios[peer]).toBeLessThan((row.ours / row.baselines[peer]) * 3);
      expect(stdout).toContain(`${names[index]}:`);
    }
  });

  it('takes the first part of a name for all of its rows, and leaves nothing running', async () => {
    const out = join(folder, 'hop.json');
    await run(process.execPath, [BENCH, '--quick', '--out', out, 'hop'], { timeout: 60_000 });
    const { rows } = JSON.parse(await readFile(out, 'utf8'));
    expect(rows.map((row: { name: string }) => row.name)).toEqual(['hop/spsc']);
    expect(rows[0].baselines).toHaveProperty('postmessage');
  });

  it('refuses a row that does not exist, names those that do, and writes nothing', async () => {
    const out = join(folder, 'none.json');
    const failed = run(process.execPath, [BENCH, '--quick', '--out', out, 'decode/nowhere']);
    await expect(failed).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('scan/7x50') });
    await expect(readFile(out)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
