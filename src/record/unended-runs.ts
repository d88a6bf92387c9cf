/** Runs that died: the journal has their start and no end, and may lack the last of what their log says. */
import type { RunRecord } from '../core/records.ts';
import { LmdbJournalReader } from './journal-reader.ts';

/** In the process of the writer, before it is opened. Throws `record/corrupt` when there is something else. */
export function unendedRuns(folder: string): RunRecord[] {
  const reader = new LmdbJournalReader(folder);
  try {
    return reader
      .read('Run', { newestFirst: false })
      .filter(({ endedAt, foldedAt }) => endedAt === undefined && foldedAt === undefined);
  } finally {
    reader.close();
  }
}
