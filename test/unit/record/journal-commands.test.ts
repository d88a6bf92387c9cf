import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportCommand } from '../../../src/cli/export.ts';
import { opportunitiesCommand } from '../../../src/cli/opportunities.ts';
import { ordersCommand } from '../../../src/cli/orders.ts';
import { tradesCommand } from '../../../src/cli/trades.ts';
import type { JournalRecord } from '../../../src/core/records.ts';
import { journalFolder } from '../../../src/record/journal-store.ts';
import { journalIn, T0, temporaryFolder, WHOLE } from './samples.ts';

async function dataWith(records: readonly JournalRecord[]): Promise<string> {
  const data = temporaryFolder();
  const { writer, close } = journalIn(journalFolder(data));
  writer.write(records);
  await close();
  return data;
}

async function run(command: typeof tradesCommand, args: string[], dataDir: string) {
  const out: string[] = [];
  const err: string[] = [];
  const io = {
    out: (text: string) => void out.push(text),
    err: (text: string) => void err.push(text),
    env: {},
    dataDir,
  };
  const code = await command(args, io);
  return { code, out: out.join('\n'), err: err.join('\n') };
}

describe('trades, orders, opportunities', () => {
  const leg = WHOLE.LegSet.legs[0];
  const missed = {
    ...WHOLE.LegSet,
    id: 'r1-s2',
    openedAt: T0 + 50,
    legs: leg === undefined ? [] : [{ ...leg, filled: '0' }],
  };
  const later = { ...WHOLE.LegSet, id: 'r2-s3', run: 'r2', openedAt: T0 + 60, instrument: 'ETH-USDT' };
  const records = [...Object.values(WHOLE), missed, later];

  it('print JSON alone', async () => {
    const data = await dataWith(records);
    const trades = await run(tradesCommand, ['--json'], data);
    expect(trades).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(trades.out)).toStrictEqual({ trades: [later, WHOLE.LegSet] });
    expect(JSON.parse((await run(ordersCommand, ['--json'], data)).out)).toStrictEqual({ orders: [WHOLE.Order] });
    const opportunities = await run(opportunitiesCommand, ['--json', '--data', data], '/nonexistent');
    expect(JSON.parse(opportunities.out)).toStrictEqual({ opportunities: [WHOLE.Opportunity] });
  });

  it('take a limit, a time, an instrument and a run', async () => {
    const data = await dataWith(records);
    const ids = async (...args: string[]): Promise<string[]> => {
      const { out } = await run(tradesCommand, [...args, '--json'], data);
      return (JSON.parse(out) as { trades: { id: string }[] }).trades.map(({ id }) => id);
    };
    expect(await ids('--limit', '1')).toStrictEqual(['r2-s3']);
    expect(await ids('--instrument=BTC-USDT')).toStrictEqual(['r1-s1']);
    expect(await ids('--run', 'r1')).toStrictEqual(['r1-s1']);
    expect(await ids('--from', String(T0 + 3))).toStrictEqual(['r2-s3']);
    expect(await ids('--to', new Date(T0 + 59).toISOString())).toStrictEqual(['r1-s1']);
    expect(await ids('--to', new Date(T0 + 60).toISOString().replace('Z', ''))).toStrictEqual(['r2-s3', 'r1-s1']);
    expect(await ids('--from', '2099-01-01')).toStrictEqual([]);
  });

  it('print a table for people', async () => {
    const data = await dataWith(records);
    const trades = (await run(tradesCommand, [], data)).out.split('\n');
    expect(trades).toHaveLength(3);
    expect(trades[0]).toMatch(/^opened \(UTC\)\s+id\s+instrument\s+state/);
    expect(trades[2]).toContain('2025-06-15 15:06:40.002  r1-s1');
    expect(trades[2]).toContain('binance buy 0.0125 @ 50000.01; okx sell 0.01 @ 50160');
    expect(trades[2]).toContain('+1.4062 USDT');
    const orders = (await run(ordersCommand, [], data)).out;
    // The venue's message has a line break; the table may not.
    expect(orders.split('\n')).toHaveLength(2);
    expect(orders).toContain('rate-limit -1003 Too many requests; "later" please');
    expect((await run(opportunitiesCommand, [], data)).out).toContain('31.25');
    expect((await run(ordersCommand, ['--run', 'r9'], data)).out).toBe('no orders');
  });

  it('name every mistake at once and read nothing', async () => {
    const args = ['--limit', '0', '--from', 'yesterday', '--to', '2026-13-01', '--wat', 'stray'];
    const { code, out, err } = await run(tradesCommand, args, '/nonexistent');
    expect(code).toBe(2);
    expect(out).toBe('');
    for (const mistake of ['--limit', '--from', '--to', '--wat', 'stray']) expect(err).toContain(mistake);
  });

  it('say that there is no journal', async () => {
    const { code, out, err } = await run(ordersCommand, ['--json'], join(temporaryFolder(), 'data'));
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toMatch(/there is no journal in .*data/);
  });
});

describe('export command', () => {
  it('writes the file and says how much', { timeout: 30_000 }, async () => {
    const data = await dataWith(Object.values(WHOLE));
    const out = join(data, 'fills.jsonl');
    const answer = await run(exportCommand, ['--what', 'fills', '--format', 'jsonl', '--out', out, '--json'], data);
    expect(answer).toMatchObject({ code: 0, err: '' });
    const text = readFileSync(out, 'utf8');
    expect(JSON.parse(text)).toStrictEqual(WHOLE.Fill);
    expect(JSON.parse(answer.out)).toStrictEqual({
      what: 'fills',
      format: 'jsonl',
      out,
      records: 1,
      bytes: Buffer.byteLength(text),
    });
  });

  it('refuses parquet by name', async () => {
    const args = ['--what', 'fills', '--format', 'parquet', '--out', join(temporaryFolder(), 'x')];
    const { code, err } = await run(exportCommand, args, '/nonexistent');
    expect(code).toBe(2);
    expect(err).toContain('parquet is not written by this version; csv and jsonl are');
  });

  it('names every mistake at once', async () => {
    const args = ['--what', 'candles', '--out', '/nonexistent/folder/file', '--from', '9', '--to', '8'];
    const { code, out, err } = await run(exportCommand, args, '/nonexistent');
    expect(code).toBe(2);
    expect(out).toBe('');
    for (const mistake of ['--what', '--format', '--out', '--from']) expect(err).toContain(mistake);
    expect((await run(exportCommand, [], '/nonexistent')).code).toBe(2);
  });

  it('says that there is no journal', { timeout: 30_000 }, async () => {
    const folder = temporaryFolder();
    const args = ['--what', 'fills', '--format', 'csv', '--out', join(folder, 'x.csv')];
    const { code, err } = await run(exportCommand, args, folder);
    expect(code).toBe(1);
    expect(err).toContain('there is no journal');
  });
});
