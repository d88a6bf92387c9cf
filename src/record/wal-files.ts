/** The files of the write-ahead log: `<number>-<run>.wal`, numbers rising over all runs. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { WalEntry } from '../core/records.ts';
import { parseWal, type WalContents, type WalReadOptions } from './wal-format.ts';

const NAME = /^(\d{8,})-([0-9A-Za-z-]+)\.wal$/;

const numberOf = (name: string): number => Number(NAME.exec(name)?.[1]);

/** Paths of the log's files, oldest first; empty when there is no such folder. */
export function walFiles(folder: string): string[] {
  return namesIn(folder).map((name) => join(folder, name));
}

function namesIn(folder: string): string[] {
  const names = ifThere(() => readdirSync(folder)).flat();
  return names.filter((name) => NAME.test(name)).sort((a, b) => numberOf(a) - numberOf(b));
}

/** The run that wrote a file, by its name. */
export const walRunOf = (path: string): string => NAME.exec(basename(path))?.[2] ?? '';

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
  walFiles(folder).flatMap((path) => ifThere(() => ({ path, ...readWal(path, options) })));

/** Nothing for a file that was pruned after it was listed: nobody needs it. */
export function ifThere<T>(read: () => T): T[] {
  try {
    return [read()];
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw thrown;
  }
}

export const entriesOf = (files: readonly WalFile[]): WalEntry[] => files.flatMap((file) => file.entries);
