/** `npm run bench -- --quick`: runs to its end and writes what outside programs read. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OURS, takeTurns, toRow } from '../../bench/rounds.ts';

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
    const out = join(folder, 'journal.json');
    await run(process.execPath, [BENCH, '--quick', '--out', out, 'journal'], { timeout: 60_000 });
    const { rows } = JSON.parse(await readFile(out, 'utf8'));
    expect(rows.map((row: { name: string }) => row.name)).toEqual(['journal/append']);
    expect(rows[0].baselines).toHaveProperty('bare-write');
    expect(rows[0].percentiles.ours.p50).toBeGreaterThan(rows[0].percentiles['bare-write'].p50);
  });

  it('drives the executor from intents to order bytes, beside one append and two signatures', async () => {
    const out = join(folder, 'order-path.json');
    await run(process.execPath, [BENCH, '--quick', '--out', out, 'order-path'], { timeout: 120_000 });
    const { rows } = JSON.parse(await readFile(out, 'utf8'));
    expect(rows.map((row: { name: string }) => row.name)).toEqual(['order-path/signed', 'order-path/logged-on']);
    for (const { ours, baselines, ratios, percentiles } of rows) {
      // The path holds an append of its own, however busy the machine is.
      expect(ours).toBeGreaterThan(baselines.append);
      expect(baselines['append+2-hmac']).toBeGreaterThan(baselines.append);
      expect(Object.keys(ratios)).toEqual(Object.keys(baselines));
      for (const peer of ['ours', ...Object.keys(baselines)]) {
        expect(percentiles[peer].p50).toBeGreaterThan(0);
        expect(percentiles[peer].p99).toBeGreaterThanOrEqual(percentiles[peer].p50);
      }
    }
  });

  it('refuses a row that does not exist, names those that do, and writes nothing', async () => {
    const out = join(folder, 'none.json');
    const failed = run(process.execPath, [BENCH, '--quick', '--out', out, 'decode/nowhere']);
    await expect(failed).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('scan/7x50') });
    await expect(readFile(out)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('rounds', () => {
  it('give the median of the ratios pair by pair, not the ratio of the medians, and how far they spread', () => {
    // The machine was slower in some rounds than in others, for both alike: the ratio is 2 all along but for one round.
    const pairs = [
      [20, 10],
      [40, 20],
      [90, 30],
      [400, 200],
      [60, 30],
    ];
    const rounds = pairs.map(([ours = 0, peer = 0]) => ({ [OURS]: ours, peer }));
    const row = toRow({ name: 'x', unit: 'ns', note: 'made' }, rounds);
    expect(row).toEqual({
      name: 'x',
      unit: 'ns',
      ours: 60,
      baselines: { peer: 30 },
      ratios: { peer: 2 },
      rounds: 5,
      spread: 0,
      note: 'made',
    });
    expect(toRow({ name: 'x', unit: 'ns', note: '' }, rounds.slice(1, 3)).spread).toBeCloseTo(0.5 / 2.5);
  });

  it('take turns, drop the first round and every round that a contender could not measure', async () => {
    const turns: string[] = [];
    const contender = (name: string, values: readonly number[]) => ({
      name,
      measure: () => {
        turns.push(name);
        return values[turns.filter((turn) => turn === name).length - 1] ?? 0;
      },
    });
    const rounds = await takeTurns([contender(OURS, [9, 1, Number.NaN, 3]), contender('peer', [8, 2, 4, 6])], 3);
    expect(turns).toEqual([OURS, 'peer', OURS, 'peer', OURS, 'peer', OURS, 'peer']);
    expect(rounds).toEqual([
      { [OURS]: 1, peer: 2 },
      { [OURS]: 3, peer: 6 },
    ]);
  });

  it('refuse a figure that is none', () => {
    expect(() => toRow({ name: 'x', unit: 'ns', note: '' }, [{ [OURS]: 0 }])).toThrow('a figure of ours');
    expect(() => toRow({ name: 'x', unit: 'ns', note: '' }, [])).toThrow();
  });
});
