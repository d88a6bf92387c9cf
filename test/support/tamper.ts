/** Changes what an engine left in a data folder, as a mistake in it would have. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import type { JournalRecord, RecordKind, WalEntry } from '../../src/core/records.ts';
import { journalFolder, openForWriting, recordKey, timeKey, walFolder } from '../../src/record/journal-store.ts';
import { decodeRecord, encodeRecord } from '../../src/record/record-codec.ts';
import { walFiles } from '../../src/record/wal-files.ts';
import { parseWal, WalEncoder } from '../../src/record/wal-format.ts';
import { newFolder } from './folders.ts';

export function copyOf(dataDir: string): string {
  const copy = newFolder();
  cpSync(dataDir, copy, { recursive: true });
  return copy;
}

type Of<K extends RecordKind> = Extract<JournalRecord, { kind: K }>;

/** Replaces each record of a kind by what `change` makes of it; undefined removes it. */
export async function changeRecords<K extends RecordKind>(
  dataDir: string,
  kind: K,
  change: (record: Of<K>) => Of<K> | undefined,
): Promise<void> {
  const store = openForWriting(journalFolder(dataDir));
  const found = [...store.getRange({ start: timeKey(kind, -Infinity), end: timeKey(kind, Infinity) })];
  for (const { key, value } of found) {
    const next = change(decodeRecord(value) as Of<K>);
    if (next === undefined) store.removeSync(key);
    else store.putSync(recordKey(next), Buffer.from(encodeRecord(next)));
  }
  await store.flushed;
  await store.close();
}

/** Writes every file of the log anew, with what `change` makes of its entries. */
export function changeLog(dataDir: string, change: (entries: readonly WalEntry[]) => readonly WalEntry[]): void {
  for (const path of walFiles(walFolder(dataDir))) {
    const encoder = new WalEncoder();
    const { entries } = parseWal(readFileSync(path), path);
    writeFileSync(path, Buffer.concat(change(entries).map((entry) => Buffer.from(encoder.encode(entry)))));
  }
}

/** Flips a bit in an entry of the first log file; returns the entry. */
export function damageEntry(dataDir: string, pick: (entry: WalEntry) => boolean): WalEntry {
  const path = walFiles(walFolder(dataDir))[0] ?? '';
  const bytes = readFileSync(path);
  const encoder = new WalEncoder();
  let offset = 0;
  for (const entry of parseWal(bytes, path).entries) {
    const length = encoder.encode(entry).length;
    if (pick(entry)) {
      const at = offset + Math.floor(length / 2);
      bytes[at] = (bytes[at] as number) ^ 0x10;
      writeFileSync(path, bytes);
      return entry;
    }
    offset += length;
  }
  throw new Error(`no such entry in ${path}`);
}
