/** The files of the write-ahead log: `<number>-<run>.wal`, numbers rising over all runs. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { WalEntry } from '../core/records.ts';
import { parseWal, type WalContents, type WalReadOptions } from './wal-format.ts';
import { openOrdersOf } from './wal-state.ts';

const NAME = /^(\d{8,})-[0-9A-Za-z-]+\.wal$/;

const numberOf = (name: string): number => Number(NAME.exec(name)?.[1]);

/** Paths of the log's files, oldest first; empty when there is no such folder. */
export function walFiles(folder: string): string[] {
  return namesIn(folder).map((name) => join(folder, name));
}

function namesIn(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw thrown;
  }
  return names.filter((name) => NAME.test(name)).sort((a, b) => numberOf(a) - numberOf(b));
}

export function nextWalName(folder: string, run: string): string {
  const last = namesIn(folder).at(-1);
  const next = last === undefined ? 1 : numberOf(last) + 1;
  return `${String(next).padStart(8, '0')}-${run}.wal`;
}

/** One file. Throws `record/corrupt` on damage before a whole entry, unless told to salvage. */
export const readWal = (path: string, options: WalReadOptions = {}): WalContents =>
  parseWal(readFileSync(path), basename(path), options);

export interface WalFile extends WalContents {
  readonly path: string;
}

/** Every file of the log, oldest first; each may have a torn tail of its own, one for each crash. */
export const readWalFolder = (folder: string, options: WalReadOptions = {}): WalFile[] =>
  walFiles(folder).map((path) => ({ path, ...readWal(path, options) }));

export const entriesOf = (files: readonly WalFile[]): WalEntry[] => files.flatMap((file) => file.entries);

/** Removes the oldest files beyond `keep`, but none from the first on that opened a leg set which is still open.
 *  Returns the paths removed. Call it at start, after recovery has closed what was open. */
export function pruneWal(folder: string, keep: number): string[] {
  const files = readWalFolder(folder);
  const open = new Set(openOrdersOf(entriesOf(files)).map((set) => set.opened.legSet));
  const needed = files.findIndex((file) =>
    file.entries.some((entry) => entry.kind === 'LegSetOpened' && open.has(entry.legSet)),
  );
  const end = Math.min(Math.max(0, files.length - Math.max(1, keep)), needed === -1 ? files.length : needed);
  const doomed = files.slice(0, end).map((file) => file.path);
  for (const path of doomed) rmSync(path);
  return doomed;
}
