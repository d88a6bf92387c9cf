/** How the journal lies in LMDB, and how it is opened.
 *
 *  [kind, time, id] → record (MessagePack): a kind's records in the order of time, then id.
 *  ['#', kind, id]  → time (8 bytes): where a record of that id lies, so that the same id written again, with another
 *                     time even, replaces its record. Quote samples have none: their id is made of their time. */
import { closeSync, mkdirSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import { Fault, messageOf } from '../core/faults.ts';
import { type JournalRecord, type RecordKind, recordTime } from '../core/records.ts';

export type JournalKey = (string | number)[];
export type JournalStore = RootDatabase<Buffer, JournalKey>;

/** Sorts before every kind. */
const INDEX = '#';

export const journalFolder = (dataFolder: string): string => join(dataFolder, 'journal');
export const walFolder = (dataFolder: string): string => join(dataFolder, 'wal');
export const referenceFolder = (dataFolder: string): string => join(dataFolder, 'reference');

export const recordKey = (record: JournalRecord): JournalKey => [record.kind, recordTime(record), record.id];
export const timeKey = (kind: RecordKind, time: number): JournalKey => [kind, time];
/** After every record of that time. */
export const afterTimeKey = (kind: RecordKind, time: number): JournalKey => [kind, time, '\u{10ffff}'];
export const indexKey = (kind: RecordKind, id: string): JournalKey => [INDEX, kind, id];

export function openForWriting(folder: string): JournalStore {
  mkdirSync(folder, { recursive: true });
  return openStore(folder, false);
}

/** Throws `record/missing` when nothing was ever written there; creates nothing. */
export function openForReading(folder: string): JournalStore {
  if (headOf(folder).length === 0) {
    throw new Fault('record/missing', `there is no journal in ${folder}`, { folder });
  }
  return openStore(folder, true);
}

function openStore(folder: string, readOnly: boolean): JournalStore {
  const head = headOf(folder);
  // LMDB maps whatever is there, and a file that is not its own ends the process instead of an exception.
  if (head.length > 0 && !isLmdb(head)) {
    throw new Fault('record/corrupt', `${join(folder, FILE)} is not a journal; move it away`, { folder });
  }
  try {
    return open<Buffer, JournalKey>({ path: folder, encoding: 'binary', noSubdir: false, readOnly });
  } catch (thrown) {
    throw new Fault('record/corrupt', `the journal in ${folder} does not open: ${messageOf(thrown)}`, { folder });
  }
}

const FILE = 'data.mdb';
const MAGIC = 0xbeefc0de;

/** The first bytes of the data file, fewer when it is shorter, none when there is no file. */
function headOf(folder: string): Buffer {
  let fd: number;
  try {
    fd = openSync(join(folder, FILE), 'r');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw thrown;
  }
  try {
    const head = Buffer.alloc(64);
    return head.subarray(0, readSync(fd, head));
  } finally {
    closeSync(fd);
  }
}

/** The magic number of the first meta page stands after the page header: 24 bytes in data format 2, 16 in format 1. */
const isLmdb = (head: Buffer): boolean =>
  head.length === 64 && (head.readUInt32LE(24) === MAGIC || head.readUInt32LE(16) === MAGIC);
