/** What the commands that read the journal share: options, times, and saying what stands in the way. */
import { Fault } from '../core/faults.ts';
import { journalFolder } from '../record/journal-store.ts';
import type { OptionSpecs, UsageProblem } from './arguments.ts';
import { type CommandIo, DEFAULT_DATA_DIR } from './io.ts';

export const JOURNAL_OPTIONS = {
  from: { kind: 'text', shows: 'TIME', about: 'Not before: an ISO date or time (UTC unless it says), or epoch ms' },
  to: { kind: 'text', shows: 'TIME', about: 'Not after' },
  data: { kind: 'text', shows: 'DIR', about: `Data folder of the engine (default ${DEFAULT_DATA_DIR})` },
  json: { kind: 'flag', about: 'JSON alone on stdout' },
} as const satisfies OptionSpecs;

export const journalOf = (data: string | undefined, io: CommandIo): string =>
  journalFolder(data ?? io.dataDir ?? DEFAULT_DATA_DIR);

export interface TimeRange {
  readonly fromMs?: number;
  readonly toMs?: number;
}

/** Adds what is wrong to `problems`. */
export function timeRange(
  values: { readonly from: string | undefined; readonly to: string | undefined },
  problems: UsageProblem[],
): TimeRange {
  const read = (name: 'from' | 'to'): number | undefined => {
    const text = values[name];
    const ms = text === undefined ? undefined : parseTime(text);
    if (text !== undefined && ms === undefined) {
      problems.push({ path: `--${name}`, message: `wants an ISO date or time, or epoch milliseconds, not "${text}"` });
    }
    return ms;
  };
  const fromMs = read('from');
  const toMs = read('to');
  if (fromMs !== undefined && toMs !== undefined && fromMs > toMs) {
    problems.push({ path: '--from', message: 'must not be after --to' });
  }
  return { ...(fromMs === undefined ? {} : { fromMs }), ...(toMs === undefined ? {} : { toMs }) };
}

const ISO = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/** Epoch ms, or undefined when the text is no time. A time without zone is UTC, as everywhere in the journal. */
function parseTime(text: string): number | undefined {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  if (!ISO.test(text)) return undefined;
  const isZoned = !text.includes('T') || /(Z|[+-]\d{2}:\d{2})$/.test(text);
  const ms = Date.parse(isZoned ? text : `${text}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** The message for a fault, or for what the file system refused; anything else is a bug and is thrown again. */
export function explained(thrown: unknown): string {
  if (thrown instanceof Fault) return `${thrown.message} (${thrown.code})`;
  if (thrown instanceof Error && 'syscall' in thrown) return thrown.message;
  throw thrown;
}
