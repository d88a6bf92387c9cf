/** Keys at rest as plain data: what a secrets' file holds once it is open, and what makes a key usable. Pure. */
import { createHmac } from 'node:crypto';
import Type, { type Static } from 'typebox';
import type { Credentials } from './venue.ts';

export const SECRET_FIELDS = ['apiKey', 'secret', 'passphrase'] as const;
export type SecretField = (typeof SECRET_FIELDS)[number];

/** Who uses a key: the executor, or whoever cancels from outside when that is dead. */
export const SECRET_ROLES = ['trading', 'watchdog'] as const;
export type SecretRole = (typeof SECRET_ROLES)[number];

const strict = { additionalProperties: false } as const;
const text = Type.Optional(Type.String());
const StoredKeySchema = Type.Object({ apiKey: text, secret: text, passphrase: text }, strict);
const StoredVenueSchema = Type.Object(
  { trading: Type.Optional(StoredKeySchema), watchdog: Type.Optional(StoredKeySchema) },
  strict,
);

export const SecretsSchema = Type.Object(
  {
    /** 32 bytes in hex, made with the file: fingerprints of one file say nothing about another's. */
    fingerprintKey: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    venues: Type.Record(Type.String(), StoredVenueSchema),
  },
  strict,
);

/** A key may lack parts while it is being put together. */
export type StoredKey = Static<typeof StoredKeySchema>;
export type Secrets = Static<typeof SecretsSchema>;

export const noSecrets = (fingerprintKey: string): Secrets => ({ fingerprintKey, venues: {} });

export const storedKey = ({ venues }: Secrets, venue: string, role: SecretRole): StoredKey | undefined =>
  Object.hasOwn(venues, venue) ? venues[venue]?.[role] : undefined;

/** With these parts of a key in place of the former ones. */
export function withKey(secrets: Secrets, venue: string, role: SecretRole, parts: StoredKey): Secrets {
  const former = Object.hasOwn(secrets.venues, venue) ? secrets.venues[venue] : {};
  const key = { ...former?.[role], ...parts };
  return { ...secrets, venues: { ...secrets.venues, [venue]: { ...former, [role]: key } } };
}

/** Without a venue's key, or without all of its keys. */
export function withoutKey(secrets: Secrets, venue: string, role?: SecretRole): Secrets {
  const { [venue]: former = {}, ...venues } = secrets.venues;
  if (role === undefined) return { ...secrets, venues };
  const { [role]: _, ...rest } = former;
  return { ...secrets, venues: Object.keys(rest).length === 0 ? venues : { ...venues, [venue]: rest } };
}

/** Tells a value from another without saying either: 8 hex digits of an HMAC. */
export const fingerprintOf = ({ fingerprintKey }: Secrets, value: string): string =>
  createHmac('sha256', Buffer.from(fingerprintKey, 'hex')).update(value).digest('hex').slice(0, 8);

/** Undefined while a part is missing. */
export function completeKey(
  { apiKey, secret, passphrase }: StoredKey,
  needsPassphrase: boolean,
): Credentials | undefined {
  if (apiKey === undefined || secret === undefined) return undefined;
  if (passphrase === undefined) return needsPassphrase ? undefined : { apiKey, secret };
  return { apiKey, secret, passphrase };
}

export const neededFields = (needsPassphrase: boolean): readonly SecretField[] =>
  needsPassphrase ? SECRET_FIELDS : ['apiKey', 'secret'];

const SHORTEST = 4;
const PEM = /^-----BEGIN [A-Z0-9 ]+-----\n[\s\S]*\n-----END [A-Z0-9 ]+-----$/;

/** What is wrong with the form of a value, in words without it. */
export function formProblem(field: SecretField, value: string): string | undefined {
  if (value === '') return 'is empty';
  if (value !== value.trim()) return 'has white space around it';
  if (value.length < SHORTEST) return `is shorter than ${SHORTEST} characters: logs could not be kept clean of it`;
  if (field === 'secret' && value.startsWith('-----BEGIN')) {
    return PEM.test(value.replaceAll('\\n', '\n').replaceAll('\r', '').trim())
      ? undefined
      : 'is a key in PEM that is not whole: it ends with a line "-----END …-----"';
  }
  // A passphrase is a person's words; keys and secrets have no gaps.
  const isFit = field === 'passphrase' ? /^[\x20-\x7e]+$/ : /^[\x21-\x7e]+$/;
  return isFit.test(value) ? undefined : `has a character that no ${field} has (ASCII only, on one line)`;
}
