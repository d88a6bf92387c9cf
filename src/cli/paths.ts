/** Paths that a command is told to write to, looked at before anything else is done. */
import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { messageOf } from '../core/faults.ts';
import type { UsageProblem } from './arguments.ts';

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** The whole path of a file to write. Adds what stands in the way to `problems`. */
export function outFile(option: string, text: string, problems: UsageProblem[]): string {
  const out = resolve(text);
  if (!isFolder(dirname(out))) problems.push({ path: option, message: `wants a file in a folder that exists: ${out}` });
  else if (isFolder(out)) problems.push({ path: option, message: `is a folder: ${out}` });
  return out;
}

/** Makes a folder and those above it. Returns why it cannot be written to, if so. */
export function ensureFolder(folder: string): string | undefined {
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK);
    return undefined;
  } catch (thrown) {
    return messageOf(thrown);
  }
}

/** One by one: Node's recursive way never returns where a file system takes no folders (`/proc`). */
function makeFolder(folder: string): void {
  if (isFolder(folder)) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  mkdirSync(folder);
}
