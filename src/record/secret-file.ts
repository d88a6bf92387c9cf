/** The secrets' file on disk: read only when nobody else can, written whole or not at all. */
import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Fault, messageOf } from '../core/faults.ts';
import type { Secrets } from '../core/secrets.ts';
import { MAX_FILE_BYTES, openSecrets, type ScryptCost, sealSecrets } from './secret-format.ts';

/** Opens the file; the passphrase is asked for once it is sure that there is one and that it is nobody else's. Rejects
 *  with `secrets/missing`, `secrets/exposed`, `secrets/damaged`, `secrets/locked` or `secrets/unwritable`; each message
 *  names the file and says what to do. */
export async function readSecretFile(path: string, passphrase: () => string | Promise<string>): Promise<Secrets> {
  const bytes = readBytes(path);
  const given = await passphrase();
  try {
    return openSecrets(bytes, given);
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    const { code, message } = thrown;
    const whatToDo = code === 'secrets/damaged' ? '; bring back a copy, or remove it and set the keys anew' : '';
    throw new Fault(code, `${path} cannot be opened: ${message}${whatToDo}`, { path });
  }
}

function readBytes(path: string): Buffer {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (thrown) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(thrown))) {
      const message = `there is no secrets' file ${path}; "parallax secrets set" makes it`;
      throw new Fault('secrets/missing', message, { path });
    }
    throw new Fault('secrets/unwritable', `${path} cannot be read (${codeOf(thrown)})`, { path });
  }
  try {
    // Of what was opened, not of a name that may have another file by now.
    const { mode, size } = fstatSync(file);
    if ((mode & 0o077) !== 0) {
      const shown = (mode & 0o777).toString(8).padStart(3, '0');
      const message = `${path} may be read or changed by others than its owner (mode ${shown}): chmod 600 it, and replace the keys if others may have had it`;
      throw new Fault('secrets/exposed', message, { path, mode: shown });
    }
    if (size > MAX_FILE_BYTES) {
      throw new Fault('secrets/damaged', `${path} is too long for a secrets' file (${size} bytes)`, { path, size });
    }
    return readFileSync(file);
  } catch (thrown) {
    if (thrown instanceof Fault) throw thrown;
    throw new Fault('secrets/unwritable', `${path} cannot be read (${codeOf(thrown)})`, { path });
  } finally {
    closeSync(file);
  }
}

/** Replaces the file in one step: a reader, and whoever comes after a crash, finds the old content or the new one. Throws
 *  `secrets/unwritable`. */
export function writeSecretFile(path: string, secrets: Secrets, passphrase: string, cost?: ScryptCost): void {
  const bytes = sealSecrets(secrets, passphrase, cost);
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    writeFileSync(draft, bytes, { mode: 0o600, flag: 'wx', flush: true });
    renameSync(draft, path);
    syncFolder(dirname(path));
  } catch (thrown) {
    rmSync(draft, { force: true });
    throw new Fault('secrets/unwritable', `${path} cannot be written: ${messageOf(thrown)}`, { path });
  }
}

/** Until its folder is on the disk, a new name is not. */
function syncFolder(folder: string): void {
  const file = openSync(folder, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

const codeOf = (thrown: unknown): string => (thrown as NodeJS.ErrnoException).code ?? messageOf(thrown);
