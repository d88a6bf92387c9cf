/** Finds the keys of a run: in the environment, and in the secrets' file for what the configuration says nothing of. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config } from '../core/config.ts';
import { isNamed, type KnownVenue, venueKey } from '../core/config-check.ts';
import { Fault } from '../core/faults.ts';
import { readSecretFile } from '../record/secret-file.ts';
import { keyConfig, type ResolvedCredentials, resolveCredentials, type StoredKeys } from './config-file.ts';
import type { CommandIo } from './io.ts';
import { filePassphrase, PASSPHRASE_VARIABLE } from './secret-input.ts';

export const secretsPath = ({ secrets }: Config, dataDir: string): string => resolve(dataDir, secrets.file);

/** Of a configuration without problems. What is wrong with the secrets' file is a problem at `secrets.file`. */
export async function findCredentials(
  config: Config,
  dataDir: string,
  known: ReadonlyMap<string, KnownVenue>,
  io: CommandIo,
): Promise<ResolvedCredentials> {
  const stored = await storedKeysFor(config, secretsPath(config, dataDir), known, io);
  return resolveCredentials(config, io.env, stored);
}

/** Opens the file when a venue's key has to be there, and when its passphrase is given: it may hold second keys. */
export async function storedKeysFor(
  config: Config,
  path: string,
  known: ReadonlyMap<string, KnownVenue>,
  io: CommandIo,
): Promise<StoredKeys | undefined> {
  const isNeeded = config.venues.some((venue) => !isNamed(keyConfig(venue, 'trading')));
  const isOffered = (io.env[PASSPHRASE_VARIABLE] ?? '') !== '' && config.venues.length > 0 && existsSync(path);
  return isNeeded || isOffered ? openStored(path, known, io) : undefined;
}

export async function openStored(
  path: string,
  known: ReadonlyMap<string, KnownVenue>,
  io: CommandIo,
): Promise<StoredKeys> {
  return {
    path,
    opened: await tryOpen(path, io),
    needsPassphrase: ({ id, adapter }) => known.get(venueKey(id, adapter))?.needsPassphrase === true,
  };
}

async function tryOpen(path: string, io: CommandIo): Promise<StoredKeys['opened']> {
  try {
    return { secrets: await readSecretFile(path, () => filePassphrase(io, path)) };
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    return { problem: thrown.message };
  }
}
