/** `parallax secrets check`: whether every venue has a key that can be one, wherever its parts come from. Says no value,
 *  asks no venue. */
import type { Config, VenueConfig } from '../core/config.ts';
import { isNamed, type Problem } from '../core/config-check.ts';
import { formProblem, SECRET_FIELDS, SECRET_ROLES, type SecretRole } from '../core/secrets.ts';
import type { Credentials } from '../core/venue.ts';
import { descriptorOf, venueRegistry } from '../venues/registry.ts';
import { keyConfig, marketDataProblems, resolveCredentials } from './config-file.ts';
import { openStored, storedKeysFor } from './credentials.ts';
import type { CommandIo } from './io.ts';
import { type Line, table } from './lines.ts';
import type { Place } from './secrets-place.ts';

interface CheckedKey {
  readonly venue: string;
  readonly role: SecretRole;
  readonly from: 'config' | 'environment' | 'file';
  readonly fields: readonly string[];
}

export interface SecretsCheck {
  readonly file: string;
  readonly ok: boolean;
  readonly keys: readonly CheckedKey[];
  readonly problems: readonly Problem[];
}

/** The venues of the configuration; where it names none, those that the file has. */
export async function checkSecrets({ path, config, known }: Place, io: CommandIo): Promise<SecretsCheck> {
  const isConfigured = config.venues.length > 0;
  const stored = isConfigured ? await storedKeysFor(config, path, known, io) : await openStored(path, known, io);
  const inFile = stored !== undefined && 'secrets' in stored.opened ? Object.keys(stored.opened.secrets.venues) : [];
  const venues = isConfigured ? config.venues : inFile.map(asVenue);
  const checked: Config = { ...config, venues };
  const { credentials, watchdogCredentials, problems: missing } = resolveCredentials(checked, io.env, stored);
  const problems = [...missing, ...marketDataProblems(checked, credentials, venueRegistry)];
  const keys: CheckedKey[] = [];
  venues.forEach((venue, index) => {
    for (const role of SECRET_ROLES) {
      const key = (role === 'trading' ? credentials : watchdogCredentials).get(venue.id);
      if (key === undefined) continue;
      const fields = SECRET_FIELDS.filter((field) => key[field] !== undefined);
      keys.push({ venue: venue.id, role, from: originOf(venue, role), fields });
      const at = `venues[${index}].credentials${role === 'trading' ? '' : `.${role}`}`;
      problems.push(...formProblems(venue, key, at, venues));
    }
  });
  const told = isConfigured
    ? problems
    : problems.map((problem) => ({ ...problem, path: byName(problem.path, inFile) }));
  return { file: path, ok: told.length === 0, keys, problems: told };
}

/** A venue that the file alone knows: of its own folder where there is one, else ccxt's. */
const asVenue = (id: string): VenueConfig => ({
  id,
  environment: 'live',
  ...(venueRegistry.has(id) ? {} : { adapter: 'ccxt' as const }),
});

const byName = (path: string, ids: readonly string[]): string =>
  path.replace(/^venues\[(\d+)\]\.credentials/, (_, index: string) => ids[Number(index)] ?? path);

function originOf(venue: VenueConfig, role: SecretRole): CheckedKey['from'] {
  const key = keyConfig(venue, role);
  if (!isNamed(key)) return 'file';
  return SECRET_FIELDS.some((field) => key[field] !== undefined) ? 'config' : 'environment';
}

function formProblems(venue: VenueConfig, key: Credentials, path: string, venues: readonly VenueConfig[]): Problem[] {
  const problems = SECRET_FIELDS.flatMap((field): Problem[] => {
    const value = key[field];
    const message = value === undefined ? undefined : formProblem(field, value);
    return message === undefined ? [] : [{ path: `${path}.${field}`, message }];
  });
  if (problems.length > 0) return problems;
  const refusal = descriptorOf(venue.id, venues).keyRefusal?.(key);
  return refusal === undefined ? [] : [{ path, message: refusal }];
}

export function checkLines({ file, keys, problems, ok }: SecretsCheck): readonly Line[] {
  const columns = [{ name: 'VENUE' }, { name: 'role' }, { name: 'from' }, { name: 'parts' }];
  const rows = keys.map(({ venue, role, from, fields }) => [venue, role, from, fields.join(', ')]);
  return [
    ...(keys.length === 0 ? [] : [...table(columns, rows), []]),
    ...problems.map(({ path, message }): Line => [`${path}: ${message}`]),
    ...(ok ? [[keys.length === 0 ? `${file} holds no keys` : 'every key has what it needs'] as Line] : []),
  ];
}
