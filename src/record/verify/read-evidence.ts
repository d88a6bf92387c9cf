/** Reads what is to be verified in a data folder. Writes nothing; the engine may be running.
 *
 *  The journal is read first, in one snapshot, then the log: whatever is in the journal was in the log before, so that
 *  what the log lacks it never had. What the journal lacks may still be on its way, and is judged by its age. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { systemClock } from '../../core/clock.ts';
import { Fault, messageOf } from '../../core/faults.ts';
import type { RecordKind, RunRecord } from '../../core/records.ts';
import type { VenueId } from '../../core/venue.ts';
import { LmdbJournalReader, type RecordOf, type Snapshot } from '../journal-reader.ts';
import { journalFolder, referenceFolder, walFolder } from '../journal-store.ts';
import { ReferenceCache } from '../reference-cache.ts';
import { ifThere, walFiles } from '../wal-files.ts';
import { parseWal } from '../wal-format.ts';
import type {
  Damage,
  Evidence,
  JournalEvidence,
  LogFile,
  SimLedger,
  UnreadableRecord,
  VenueReference,
} from './evidence.ts';

/** Undefined when the folder has neither journal nor log. Throws `record/corrupt` when there is a file in the journal's
 *  place that is none. */
export function readEvidence(dataDir: string): Evidence | undefined {
  const paths = walFiles(walFolder(dataDir));
  const hasJournal = existsSync(join(journalFolder(dataDir), 'data.mdb'));
  if (!hasJournal && paths.length === 0) return undefined;
  const notes: string[] = [];
  const readAt = Date.now();
  const journal = hasJournal ? readJournal(journalFolder(dataDir)) : NO_JOURNAL;
  // Listed after the journal was read, like the entries in them.
  const log = walFiles(walFolder(dataDir)).flatMap((path) => ifThere(() => readLogFile(path)));
  const ledger = readLedger(join(dataDir, 'sim-ledger.json'), notes);
  const references = readReferences(referenceFolder(dataDir), notes);
  return { readAt, journal, log, references, notes, ...(ledger === undefined ? {} : { ledger }) };
}

/** Wall time at which the newest run said its end; undefined while it has not. */
export const newestEnd = ({ journal: { runs } }: Evidence): number | undefined =>
  runs.reduce<RunRecord | undefined>((a, b) => (a !== undefined && a.startedAt > b.startedAt ? a : b), undefined)
    ?.endedAt;

const NO_JOURNAL: JournalEvidence = {
  runs: [],
  legSets: [],
  orders: [],
  fills: [],
  balances: [],
  unreadable: [],
  newestAt: 0,
};

/** Kinds of which only the newest is looked at: the sign that a run lives. */
const SIGNS = ['Opportunity', 'Quote', 'Trust', 'Fault'] as const;

function readJournal(folder: string): JournalEvidence {
  const reader = new LmdbJournalReader(folder, { readOnly: true });
  const unreadable: UnreadableRecord[] = [];
  try {
    const snapshot = reader.snapshot();
    try {
      const all = <K extends RecordKind>(kind: K): RecordOf<K>[] => readAll(reader, kind, snapshot, unreadable);
      const signs = SIGNS.flatMap((kind) => [...reader.iterate(kind, { limit: 1 }, snapshot, () => undefined)]);
      return {
        runs: all('Run'),
        legSets: all('LegSet'),
        orders: all('Order'),
        fills: all('Fill'),
        balances: all('Balance'),
        unreadable,
        newestAt: Math.max(0, ...signs.map((sign) => ('at' in sign ? sign.at : sign.closedAt))),
      };
    } finally {
      snapshot.done();
    }
  } finally {
    reader.close();
  }
}

const readAll = <K extends RecordKind>(
  reader: LmdbJournalReader,
  kind: K,
  snapshot: Snapshot,
  unreadable: UnreadableRecord[],
): RecordOf<K>[] => [
  ...reader.iterate(kind, { newestFirst: false }, snapshot, ({ message, details }) => {
    const key = details['key'] as readonly unknown[];
    unreadable.push({ kind, id: String(key.at(-1)), why: message });
  }),
];

function readLogFile(path: string): LogFile {
  const name = basename(path);
  const [, number = '', run = ''] = /^(\d+)-(.*)\.wal$/.exec(name) ?? [];
  const bytes = readFileSync(path);
  const { entries, tornBytes } = parseWal(bytes, name, { salvage: true });
  return { name, number: Number(number), run, entries, damage: damageOf(bytes, name), bytes: bytes.length, tornBytes };
}

/** Every damaged place: the reader names the first, and reads on behind it. */
function damageOf(bytes: Buffer, name: string): Damage[] {
  const found: Damage[] = [];
  let [start, entriesBefore] = [0, 0];
  for (;;) {
    try {
      parseWal(bytes.subarray(start), name);
      return found;
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown;
      const place = thrown.details as { offset: number; damagedBytes: number; entriesBefore: number };
      entriesBefore += place.entriesBefore;
      found.push({ offset: start + place.offset, bytes: place.damagedBytes, entriesBefore });
      start += place.offset + place.damagedBytes;
    }
  }
}

/** Written when a run with embedded exchanges ends. */
function readLedger(path: string, notes: string[]): SimLedger | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as SimLedger;
  } catch (thrown) {
    notes.push(`${basename(path)} is not compared: ${messageOf(thrown)}`);
    return undefined;
  }
}

function readReferences(folder: string, notes: string[]): Map<VenueId, VenueReference> {
  const cache = new ReferenceCache(folder, systemClock());
  const found = new Map<VenueId, VenueReference>();
  const names = existsSync(folder) ? readdirSync(folder) : [];
  for (const venue of names.flatMap((name) => /^([0-9a-z-]+)\.json$/.exec(name)?.[1] ?? [])) {
    try {
      const reference = cache.load(venue);
      if (reference !== undefined) found.set(venue, reference);
    } catch (thrown) {
      notes.push(`fees and sizes of ${venue} are not looked up: ${messageOf(thrown)}`);
    }
  }
  return found;
}
