/** `parallax export`: the journal as files for other programs, the engine running or not. */
import { resolve } from 'node:path';
import { EXPORT_FORMATS, EXPORTS, type ExportFormat, type ExportWhat, exportJournal } from '../record/export.ts';
import { type OptionSpecs, parseArguments, type UsageProblem, usage, usageMessage } from './arguments.ts';
import type { CommandIo } from './io.ts';
import { explained, JOURNAL_OPTIONS, journalOf, timeRange } from './journal-options.ts';
import { outFile } from './paths.ts';

const WHAT = Object.keys(EXPORTS) as ExportWhat[];

const OPTIONS = {
  what: { kind: 'choice', of: WHAT, about: 'Which records; trades are leg sets of which something filled' },
  // The contract names parquet; it is refused by name rather than as a slip of the pen.
  format: { kind: 'choice', of: [...EXPORT_FORMATS, 'parquet'], about: 'Form of the file (parquet: not yet)' },
  out: { kind: 'text', shows: 'FILE', about: 'The file to write; it is replaced once it is whole' },
  ...JOURNAL_OPTIONS,
} as const satisfies OptionSpecs;

/** Oldest first. Resolves to the exit code. */
export async function exportCommand(args: string[], io: CommandIo): Promise<number> {
  const { values, help, problems: found } = parseArguments(args, OPTIONS);
  if (help) {
    io.out(usage('export', 'Write records of the journal to a file', OPTIONS));
    return 0;
  }
  const problems = [...found];
  const missing = (name: 'what' | 'format' | 'out'): void => {
    if (values[name] === undefined && !found.some(({ path }) => path === `--${name}`)) {
      problems.push({ path: `--${name}`, message: 'is missing' });
    }
  };
  missing('what');
  missing('format');
  missing('out');
  const what = WHAT.find((name) => name === values.what);
  const format = formatOf(values.format, problems);
  const out = values.out === undefined ? undefined : outFile('--out', values.out, problems);
  const range = timeRange(values, problems);
  if (problems.length > 0 || what === undefined || format === undefined || out === undefined) {
    io.err(usageMessage('export', problems));
    return 2;
  }
  try {
    const journal = resolve(journalOf(values.data, io));
    const result = await exportJournal({ journal, what, format, out, ...range });
    if (values.json) io.out(JSON.stringify({ what, format, out, ...result }));
    else io.out(`${result.records} ${what} written to ${out} (${result.bytes} bytes)`);
    return 0;
  } catch (thrown) {
    io.err(explained(thrown));
    return 1;
  }
}

function formatOf(text: string | undefined, problems: UsageProblem[]): ExportFormat | undefined {
  if (text === 'parquet') {
    problems.push({ path: '--format', message: 'parquet is not written by this version; csv and jsonl are' });
  }
  return EXPORT_FORMATS.find((name) => name === text);
}
