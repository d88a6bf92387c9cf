import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JournalRecord, LegSetRecord } from '../../../src/core/records.ts';
import { COLUMNS, csvLine, csvRows, TradeColumns } from '../../../src/record/csv.ts';
import {
  EXPORTS,
  type ExportAnswer,
  type ExportResult,
  type ExportWhat,
  exportJournal,
} from '../../../src/record/export.ts';
import runExport from '../../../src/record/export-worker.ts';
import { journalFolder } from '../../../src/record/journal-store.ts';
import { journalIn, T0, temporaryFolder, WHOLE } from './samples.ts';

/** An independent reader of RFC 4180. */
function parseCsv(text: string): Record<string, string>[] {
  const rows: string[][] = [[]];
  let field = '';
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (quoted) {
      if (char !== '"') field += char;
      else if (text[at + 1] === '"') {
        field += '"';
        at++;
      } else quoted = false;
    } else if (char === '"' && field === '') quoted = true;
    else if (char === ',' || char === '\r') {
      rows.at(-1)?.push(field);
      field = '';
      if (char === '\r') {
        expect(text[++at]).toBe('\n');
        rows.push([]);
      }
    } else field += char;
  }
  expect(rows.pop()).toStrictEqual([]);
  const [head = [], ...lines] = rows;
  return lines.map((line) => {
    expect(line).toHaveLength(head.length);
    return Object.fromEntries(head.map((name, n) => [name, line[n] as string]));
  });
}

const leg = WHOLE.LegSet.legs[0] as LegSetRecord['legs'][number];
const missed: LegSetRecord = { ...WHOLE.LegSet, id: 'r1-s0', state: 'unknown', legs: [{ ...leg, filled: '0.00' }] };
const other: LegSetRecord = {
  ...WHOLE.LegSet,
  id: 'r1-s2',
  openedAt: T0 + 100,
  pnl: { EUR: '-2' },
  fees: {},
  legs: [{ ...leg, filled: '0.5' }],
};

describe('csv', () => {
  it.each(Object.entries(COLUMNS))('has a column for every field of a whole %s', (kind, columns) => {
    const record = WHOLE[kind as keyof typeof WHOLE] as JournalRecord;
    for (const row of csvRows(record)) expect([...row.keys()].sort()).toStrictEqual([...columns].sort());
  });

  it('has a column for every field of every trade', () => {
    const columns = new TradeColumns();
    for (const set of [WHOLE.LegSet, other]) columns.add(set);
    const names = new Set([WHOLE.LegSet, other].flatMap((set) => csvRows(set).flatMap((row) => [...row.keys()])));
    expect([...columns.list()].sort()).toStrictEqual([...names].sort());
  });

  it('quotes what has to be quoted', () => {
    expect(csvLine(['a', '', 'b,c', 'say "no"', 'two\nlines', ' x '])).toBe(
      'a,,"b,c","say ""no""","two\nlines", x \r\n',
    );
  });
});

describe('export', () => {
  const resultOf = (answer: ExportAnswer): ExportResult => {
    if (!answer.ok) throw new Error(answer.message);
    return answer.result;
  };

  async function journalWith(records: readonly JournalRecord[]): Promise<{ journal: string; folder: string }> {
    const folder = temporaryFolder();
    const journal = journalFolder(folder);
    const { writer, close } = journalIn(journal);
    writer.write(records);
    await close();
    return { journal, folder };
  }

  it('gives every record back as JSON lines, oldest first', async () => {
    const records = [other, ...Object.values(WHOLE), missed];
    const { journal, folder } = await journalWith(records);
    for (const what of Object.keys(EXPORTS) as ExportWhat[]) {
      const out = join(folder, `${what}.jsonl`);
      const result = resultOf(runExport({ journal, what, format: 'jsonl', out }));
      const text = readFileSync(out, 'utf8');
      const lines = text.split('\n').slice(0, -1);
      const expected = what === 'trades' ? [WHOLE.LegSet, other] : [WHOLE[EXPORTS[what]]];
      expect(lines.map((line) => JSON.parse(line))).toStrictEqual(expected);
      expect(result).toStrictEqual({ records: expected.length, bytes: Buffer.byteLength(text) });
    }
    expect(readdirSync(folder).filter((name) => name.endsWith('.next'))).toStrictEqual([]);
  });

  it('gives every field back as CSV', async () => {
    const { journal, folder } = await journalWith([other, ...Object.values(WHOLE), missed]);
    for (const what of Object.keys(EXPORTS) as ExportWhat[]) {
      const out = join(folder, `${what}.csv`);
      const result = resultOf(runExport({ journal, what, format: 'csv', out }));
      const expected = (what === 'trades' ? [WHOLE.LegSet, other] : [WHOLE[EXPORTS[what]]]).flatMap((record) =>
        csvRows(record).map((row) => Object.fromEntries(row)),
      );
      const rows = parseCsv(readFileSync(out, 'utf8'));
      const filled = rows.map((row) => Object.fromEntries(Object.entries(row).filter(([, field]) => field !== '')));
      expect(filled).toStrictEqual(expected);
      expect(result.records).toBe(what === 'trades' ? 2 : 1);
    }
  });

  it('takes the records of a range of time, over many chunks', async () => {
    const quotes = Array.from({ length: 5000 }, (_, n) => ({ ...WHOLE.Quote, id: `q${n}`, at: T0 + n }));
    const { journal, folder } = await journalWith(quotes);
    const out = join(folder, 'q.jsonl');
    const range = { fromMs: T0 + 1000, toMs: T0 + 3999 };
    const result = resultOf(runExport({ journal, what: 'quotes', format: 'jsonl', out, ...range }));
    expect(result.records).toBe(3000);
    const text = readFileSync(out, 'utf8');
    expect(text).toBe(
      quotes
        .slice(1000, 4000)
        .map((quote) => `${JSON.stringify(quote)}\n`)
        .join(''),
    );
  });

  it('writes a head alone when there is nothing', async () => {
    const { journal, folder } = await journalWith([missed]);
    const out = join(folder, 'trades.csv');
    expect(resultOf(runExport({ journal, what: 'trades', format: 'csv', out }))).toMatchObject({ records: 0 });
    expect(readFileSync(out, 'utf8')).toBe(
      'id,run,opportunity,instrument,openedAt,closedAt,state,reason,expectedEdgeBps,residual\r\n',
    );
  });

  it('runs in a thread of its own', { timeout: 30_000 }, async () => {
    const { journal, folder } = await journalWith([WHOLE.Fill]);
    const out = join(folder, 'fills.jsonl');
    expect(await exportJournal({ journal, what: 'fills', format: 'jsonl', out })).toMatchObject({ records: 1 });
    expect(JSON.parse(readFileSync(out, 'utf8'))).toStrictEqual(WHOLE.Fill);
  });

  it('leaves an earlier export alone when it fails', { timeout: 30_000 }, async () => {
    const { journal, folder } = await journalWith([WHOLE.Fill]);
    const out = join(folder, 'fills.csv');
    writeFileSync(out, 'earlier');
    const missing = exportJournal({ journal: join(folder, 'none'), what: 'fills', format: 'csv', out });
    await expect(missing).rejects.toMatchObject({ code: 'record/missing' });
    expect(readFileSync(out, 'utf8')).toBe('earlier');
    expect(existsSync(join(folder, 'none'))).toBe(false);
    mkdirSync(join(folder, 'taken'));
    const unwritable = exportJournal({ journal, what: 'fills', format: 'csv', out: join(folder, 'taken') });
    await expect(unwritable).rejects.toMatchObject({ code: 'record/unwritable' });
    expect(readdirSync(folder).filter((name) => name.endsWith('.next'))).toStrictEqual([]);
  });
});
