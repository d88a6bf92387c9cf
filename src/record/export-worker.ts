/** Streams one export to its file. Thread: a pool worker. Reads: LMDB. Writes: the file asked for. */
import { closeSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Fault } from '../core/faults.ts';
import type { JournalRecord } from '../core/records.ts';
import { COLUMNS, csvLine, csvRows, TradeColumns } from './csv.ts';
import { EXPORTS, type ExportAnswer, type ExportOrder, type ExportResult } from './export.ts';
import { isTrade, LmdbJournalReader, type Snapshot } from './journal-reader.ts';

/** Default because the pool asks a worker file for its default export. */
export default function runExport(order: ExportOrder): ExportAnswer {
  try {
    return { ok: true, result: writeExport(order) };
  } catch (thrown) {
    const fault = asFault(thrown, order.out);
    if (fault === undefined) throw thrown;
    return { ok: false, code: fault.code, message: fault.message, details: fault.details };
  }
}

/** What the file system refuses is a fault; anything else that is none is a bug. */
function asFault(thrown: unknown, out: string): Fault | undefined {
  if (thrown instanceof Fault) return thrown;
  if (!(thrown instanceof Error && 'syscall' in thrown)) return undefined;
  return new Fault('record/unwritable', `the export cannot be written: ${thrown.message}`, { out });
}

function writeExport(order: ExportOrder): ExportResult {
  const reader = new LmdbJournalReader(order.journal, { readOnly: true });
  const next = `${order.out}.${process.pid}.next`;
  try {
    const result = writeFile(next, (count) => lines(reader, order, count));
    renameSync(next, order.out);
    return result;
  } catch (thrown) {
    rmSync(next, { force: true });
    throw thrown;
  } finally {
    reader.close();
  }
}

/** Text is written in chunks of about this many characters. */
const CHUNK = 64 * 1024;

/** Synchronous, since this thread has nothing else to do and memory then holds one chunk. */
function writeFile(path: string, content: (count: () => void) => Iterable<string>): ExportResult {
  const fd = openSync(path, 'w');
  try {
    let records = 0;
    let bytes = 0;
    let chunk = '';
    const put = (): void => {
      const data = Buffer.from(chunk);
      writeFileSync(fd, data);
      bytes += data.length;
      chunk = '';
    };
    for (const line of content(() => records++)) {
      chunk += line;
      if (chunk.length >= CHUNK) put();
    }
    put();
    return { records, bytes };
  } finally {
    closeSync(fd);
  }
}

function* lines(reader: LmdbJournalReader, order: ExportOrder, count: () => void): Generator<string> {
  if (order.format === 'jsonl') {
    for (const record of recordsOf(reader, order)) {
      count();
      yield `${JSON.stringify(record)}\n`;
    }
    return;
  }
  const snapshot = reader.snapshot();
  try {
    const columns = columnsOf(reader, order, snapshot);
    yield csvLine(columns);
    for (const record of recordsOf(reader, order, snapshot)) {
      count();
      for (const row of csvRows(record)) yield csvLine(columns.map((column) => row.get(column) ?? ''));
    }
  } finally {
    snapshot.done();
  }
}

function* recordsOf(reader: LmdbJournalReader, order: ExportOrder, snapshot?: Snapshot): Generator<JournalRecord> {
  const { what, fromMs, toMs } = order;
  const range = { ...(fromMs === undefined ? {} : { fromMs }), ...(toMs === undefined ? {} : { toMs }) };
  for (const record of reader.iterate(EXPORTS[what], { ...range, newestFirst: false }, snapshot)) {
    if (what === 'trades' && record.kind === 'LegSet' && !isTrade(record)) continue;
    yield record;
  }
}

/** Trades have a column for each asset and leg that occurs, so they are read twice, in one snapshot. */
function columnsOf(reader: LmdbJournalReader, order: ExportOrder, snapshot: Snapshot): readonly string[] {
  const kind = EXPORTS[order.what];
  if (kind !== 'LegSet') return COLUMNS[kind];
  const columns = new TradeColumns();
  for (const record of recordsOf(reader, order, snapshot)) if (record.kind === 'LegSet') columns.add(record);
  return columns.list();
}
