/** `parallax secrets set`: asks for a venue's key, or reads it from a pipe, and keeps it. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { Fault } from '../core/faults.ts';
import {
  formProblem,
  neededFields,
  noSecrets,
  type SecretField,
  type SecretRole,
  type Secrets,
  type StoredKey,
  withKey,
} from '../core/secrets.ts';
import { readSecretFile, writeSecretFile } from '../record/secret-file.ts';
import type { CommandIo, SecretInput } from './io.ts';
import { ensureFolder } from './paths.ts';
import { filePassphrase, PASSPHRASE_VARIABLE, valuesIn } from './secret-input.ts';
import type { Place } from './secrets-place.ts';

const SHORTEST_PASSPHRASE = 12;

export interface SetOrder {
  readonly venue: string;
  readonly role: SecretRole;
  /** Undefined: all that the venue needs. */
  readonly field: SecretField | undefined;
  readonly needsPassphrase: boolean;
}

/** Keeps the values and gives back what the file then holds. Rejects with `usage/invalid` for values that cannot be right,
 *  and with the faults of the file; nothing was changed then. */
export async function setSecrets(place: Place, order: SetOrder, io: CommandIo): Promise<Secrets> {
  const { input } = io;
  if (input === undefined) throw new Fault('usage/invalid', 'there is no stdin to read the key from');
  const obstacle = ensureFolder(dirname(place.path));
  if (obstacle !== undefined) throw new Fault('secrets/unwritable', `${place.path} cannot be written: ${obstacle}`);
  const { secrets, passphrase } = await openOrMake(place, io);
  const fields = order.field === undefined ? neededFields(order.needsPassphrase) : [order.field];
  const values = input.isTerminal ? await asked(fields, order, input) : piped(fields, await input.read());
  const next = withKey(secrets, order.venue, order.role, checked(values));
  writeSecretFile(place.path, next, passphrase);
  return next;
}

/** A file that there is has to open before anything is typed in; a new one wants a passphrase that somebody knows. */
async function openOrMake(
  place: Place,
  io: CommandIo,
): Promise<{ readonly secrets: Secrets; readonly passphrase: string }> {
  let passphrase = '';
  const remember = async (): Promise<string> => {
    passphrase = await filePassphrase(io, place.path);
    return passphrase;
  };
  if (existsSync(place.path)) {
    const secrets = await readSecretFile(place.path, remember);
    return { secrets, passphrase };
  }
  await remember();
  if (passphrase.length < SHORTEST_PASSPHRASE) {
    const message = `the passphrase is shorter than ${SHORTEST_PASSPHRASE} characters; whoever has the file can try millions`;
    throw new Fault('usage/invalid', message);
  }
  const isAsked = (io.env[PASSPHRASE_VARIABLE] ?? '') === '';
  if (isAsked && (await io.input?.ask('Once more, it is a new file: ')) !== passphrase) {
    throw new Fault('usage/invalid', 'the two passphrases differ');
  }
  return { secrets: noSecrets(randomBytes(32).toString('hex')), passphrase };
}

async function asked(
  fields: readonly SecretField[],
  { venue, role }: SetOrder,
  input: SecretInput,
): Promise<StoredKey> {
  const key: StoredKey = {};
  for (const field of fields) key[field] = await input.ask(`${field} of ${venue} (${role}): `);
  return key;
}

function piped(fields: readonly SecretField[], text: string): StoredKey {
  const values = valuesIn(text);
  if (values.length !== fields.length) {
    const message = `stdin has ${values.length} values, and ${fields.length} are wanted, one a line: ${fields.join(', ')}`;
    throw new Fault('usage/invalid', message);
  }
  return Object.fromEntries(fields.map((field, index) => [field, values[index] as string]));
}

/** All that is wrong at once, and none of it said. */
function checked(key: StoredKey): StoredKey {
  const entries = Object.entries(key) as [SecretField, string][];
  const problems = entries.flatMap(([field, value]) => {
    const problem = formProblem(field, value);
    return problem === undefined ? [] : [`${field} ${problem}`];
  });
  if (problems.length > 0) throw new Fault('usage/invalid', problems.join('\n'));
  // A PEM on one line, as JSON writes it, gets its lines back: every library reads that.
  const own = (value: string): string =>
    value.startsWith('-----BEGIN') ? value.replaceAll('\\n', '\n').trim() : value;
  return Object.fromEntries(entries.map(([field, value]) => [field, own(value)]));
}
