/** The common body of `parallax trades`, `orders` and `opportunities`: the newest records of a kind, as a table or JSON. */
import type { RecordKind, RecordQuery } from '../core/records.ts';
import { LmdbJournalReader, type RecordOf } from '../record/journal-reader.ts';
import { type OptionSpecs, parseArguments, usage, usageMessage } from './arguments.ts';
import type { CommandIo } from './io.ts';
import { explained, JOURNAL_OPTIONS, journalOf, timeRange } from './journal-options.ts';
import { type Column, renderLine, table } from './lines.ts';

const OPTIONS = {
  limit: { kind: 'integer', min: 1, max: 1_000_000, about: 'At most so many, the newest first (default 20)' },
  instrument: { kind: 'text', shows: 'ID', about: 'Only this instrument, as BTC-USDT' },
  run: { kind: 'text', shows: 'ID', about: 'Only this run of the engine' },
  ...JOURNAL_OPTIONS,
} as const satisfies OptionSpecs;

export interface JournalList<K extends RecordKind> {
  /** The command, and the name of the list in the JSON. */
  readonly command: string;
  readonly about: string;
  readonly kind: K;
  readonly includes?: (record: RecordOf<K>) => boolean;
  readonly columns: readonly (Column & { readonly text: (record: RecordOf<K>) => string })[];
}

/** Makes a command of it: resolves to the exit code. */
export const journalList =
  <K extends RecordKind>(list: JournalList<K>) =>
  async (args: string[], io: CommandIo): Promise<number> => {
    const { values, help, problems: found } = parseArguments(args, OPTIONS);
    if (help) {
      io.out(usage(list.command, list.about, OPTIONS));
      return 0;
    }
    const problems = [...found];
    const range = timeRange(values, problems);
    if (problems.length > 0) {
      io.err(usageMessage(list.command, problems));
      return 2;
    }
    const query: RecordQuery = {
      ...range,
      ...(values.instrument === undefined ? {} : { instrument: values.instrument }),
      ...(values.run === undefined ? {} : { run: values.run }),
    };
    try {
      const records = newest(journalOf(values.data, io), list, query, values.limit ?? 20);
      io.out(values.json ? JSON.stringify({ [list.command]: records }) : asTable(list, records));
      return 0;
    } catch (thrown) {
      io.err(explained(thrown));
      return 1;
    }
  };

function newest<K extends RecordKind>(
  journal: string,
  { kind, includes }: JournalList<K>,
  query: RecordQuery,
  limit: number,
): RecordOf<K>[] {
  const reader = new LmdbJournalReader(journal, { readOnly: true });
  const records: RecordOf<K>[] = [];
  try {
    for (const record of reader.iterate(kind, query)) {
      if (includes?.(record) === false) continue;
      records.push(record);
      if (records.length >= limit) break;
    }
    return records;
  } finally {
    reader.close();
  }
}

function asTable<K extends RecordKind>({ command, columns }: JournalList<K>, records: readonly RecordOf<K>[]): string {
  if (records.length === 0) return `no ${command}`;
  const rows = records.map((record) => columns.map(({ text }) => text(record)));
  return table(columns, rows)
    .map((line) => renderLine(line, Number.POSITIVE_INFINITY, false).trimEnd())
    .join('\n');
}

/** `2026-01-31 12:34:56.789`, UTC. */
export const timeText = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
