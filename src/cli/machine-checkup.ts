/** Looks at this machine: whether the engine can keep its data, and who else may read or change what it relies on.
 *  Changes nothing. */
import { accessSync, constants, readdirSync, type Stats, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf } from '../core/faults.ts';
import { type Check, fail, pass, type Verdict, warn } from './checks.ts';

/** Files of the data folder that open something, by their names. */
const PRIVATE = /^(admin-token|secrets)/;
const OTHERS_WRITE = 0o002;
const GROUP_WRITES = 0o020;
const ANYBODY_ELSE = 0o077;

/** @param configFile absent: the defaults */
export function checkMachine(dataDir: string, configFile: string | undefined): readonly Check[] {
  const checks: Check[] = [{ check: 'data folder', ...dataFolderVerdict(dataDir) }];
  if (configFile !== undefined) checks.push({ check: 'configuration file', ...ownershipVerdict(configFile) });
  if (tryStat(dataDir)?.isDirectory() !== true) return checks;
  checks.push({ check: 'data folder permissions', ...ownershipVerdict(dataDir) });
  const names = readdirSync(dataDir).filter((name) => PRIVATE.test(name));
  for (const name of names) checks.push({ check: 'private file', ...privacyVerdict(join(dataDir, name)) });
  return checks;
}

/** A folder that is not there yet is made by the engine: then the one above it counts. */
function dataFolderVerdict(dataDir: string): Verdict {
  let folder = dataDir;
  while (tryStat(folder) === undefined && dirname(folder) !== folder) folder = dirname(folder);
  if (tryStat(folder)?.isDirectory() !== true) return fail(`${dataDir} cannot be made: ${folder} is no folder`);
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (thrown) {
    return fail(`${dataDir} cannot be written to: ${messageOf(thrown)}`, { path: dataDir });
  }
  return pass(folder === dataDir ? `${dataDir} can be written to` : `${dataDir} can be made`, { path: dataDir });
}

/** Whoever may write to it may send keys elsewhere, or change what the engine remembers. */
function ownershipVerdict(path: string): Verdict {
  const mode = modeOf(path);
  const figures = { path, mode: octal(mode) };
  if ((mode & OTHERS_WRITE) !== 0) return fail(`everybody may write to ${path}; run: chmod o-w ${path}`, figures);
  if ((mode & GROUP_WRITES) !== 0) return warn(`its group may write to ${path}; run: chmod g-w ${path}`, figures);
  return pass(`only its owner may write to ${path}`, figures);
}

function privacyVerdict(path: string): Verdict {
  const mode = modeOf(path);
  const figures = { path, mode: octal(mode) };
  return (mode & ANYBODY_ELSE) === 0
    ? pass(`only its owner may read ${path}`, figures)
    : fail(`others may read ${path}; run: chmod 600 ${path}, and make a new one`, figures);
}

const modeOf = (path: string): number => statSync(path).mode & 0o777;
const octal = (mode: number): string => mode.toString(8).padStart(4, '0');

/** Undefined also for what lies under a file, or may not be looked at. */
function tryStat(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
