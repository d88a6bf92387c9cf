/** Checks a configuration: its schema, and every rule that a schema cannot say. Pure: values in, problems out. */
import Value from 'typebox/value';
import { type Config, ConfigSchema, type KeyConfig, type VenueConfig } from './config.ts';
import { filterProblems } from './filter-check.ts';
import { feeAssetProblems, type OrderFacts, orderKindProblems } from './order-check.ts';
import { type Problem, schemaProblems } from './schema-problems.ts';
import { SECRET_FIELDS } from './secrets.ts';

export type { Problem };

/** What the rules need to know of a venue; the registry says it. */
export interface KnownVenue extends OrderFacts {
  /** Why it cannot be traded all the same. */
  readonly unfit?: string;
  readonly environments: readonly string[];
  readonly needsPassphrase: boolean;
  /** Whether its market data can be had in SBE. */
  readonly hasSbe?: boolean;
}

/** By which the rules look a venue up: venues of an adapter have names of their own. */
export const venueKey = (id: string, adapter: string | undefined): string =>
  adapter === undefined || adapter === 'native' ? id : `${adapter}:${id}`;

/** Fills defaults and lists every problem at once. `config` is usable only when `problems` is empty. */
export function checkConfig(
  raw: unknown,
  knownVenues: ReadonlyMap<string, KnownVenue>,
): { config: Config; problems: Problem[] } {
  const config = Value.Default(ConfigSchema, Value.Clone(raw ?? {})) as Config;
  // Filters are checked one by one: what a union says of a mistake is about all its members.
  const problems = schemaProblems(ConfigSchema, Array.isArray(config.filters) ? { ...config, filters: [] } : config);
  const isSound = problems.length === 0;
  if (isSound || Array.isArray((config as { venues?: unknown }).venues)) {
    problems.push(...ruleProblems(config, knownVenues));
  }
  if (Array.isArray(config.filters)) problems.push(...filterProblems(config, isSound));
  const unique = new Map(problems.map((problem) => [`${problem.path} ${problem.message}`, problem]));
  return { config, problems: [...unique.values()] };
}

/** True for addresses of this machine alone. */
export function isLoopback(url: string): boolean {
  try {
    const { hostname } = new URL(url);
    return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
  } catch {
    return false;
  }
}

function ruleProblems(config: Config, known: ReadonlyMap<string, KnownVenue>): Problem[] {
  const problems: Problem[] = [];
  const say = (path: string, message: string): void => void problems.push({ path, message });
  const seen = new Set<unknown>();
  const traded: [VenueConfig, KnownVenue][] = [];
  config.venues.forEach((venue, index) => {
    const path = `venues[${index}]`;
    if (typeof venue !== 'object' || venue === null || typeof venue.id !== 'string') return;
    const descriptor = known.get(venueKey(venue.id, venue.adapter));
    if (descriptor === undefined || descriptor.unfit !== undefined) {
      say(`${path}.id`, notHere(venue, descriptor?.unfit, known));
      return;
    }
    if (venue.options !== undefined && venue.adapter !== 'ccxt') say(`${path}.options`, 'is for adapter ccxt only');
    if (seen.has(venue.id)) say(`${path}.id`, `"${venue.id}" stands here twice`);
    seen.add(venue.id);
    if (!descriptor.environments.includes(venue.environment)) {
      say(
        `${path}.environment`,
        `${venue.id} has no "${venue.environment}"; it has ${descriptor.environments.join(', ')}`,
      );
    }
    if (venue.marketData === 'sbe' && descriptor.hasSbe !== true)
      say(`${path}.marketData`, `${venue.id} has no market data in SBE; leave it at json`);
    traded.push([venue, descriptor]);
    problems.push(...feeAssetProblems(venue, descriptor, path));
    problems.push(...credentialProblems(config, venue, descriptor, path));
  });
  problems.push(...orderKindProblems(config, traded));
  if (Number(config.breakers?.firstOpenMs) > Number(config.breakers?.maxOpenMs))
    say('breakers.firstOpenMs', 'may not be longer than breakers.maxOpenMs');
  if (config.mode === 'paper') say('mode', 'paper trading is not there yet; use sim');
  if (config.mode === 'live' && config.venues.length < 2) say('venues', 'live needs at least two venues');
  if (config.mode === 'sim' && config.venues.length === 1)
    say('venues', 'name at least two venues, or none for the embedded ones');
  return problems;
}

function notHere(
  { id, adapter }: VenueConfig,
  unfit: string | undefined,
  known: ReadonlyMap<string, KnownVenue>,
): string {
  if (unfit !== undefined) return `"${id}" cannot be traded by adapter ${adapter}: ${unfit}`;
  const prefix = venueKey('', adapter);
  const ids = [...known]
    .filter(
      ([key, venue]) => venue.unfit === undefined && (prefix === '' ? !key.includes(':') : key.startsWith(prefix)),
    )
    .map(([key]) => key.slice(prefix.length));
  const kind = prefix === '' ? 'a venue here' : `an exchange of adapter ${adapter}`;
  const hint = prefix === '' && known.has(venueKey(id, 'ccxt')) ? '; "adapter: ccxt" has it' : '';
  return `"${id}" is not ${kind}; known: ${ids.join(', ')}${hint}`;
}

function credentialProblems(config: Config, venue: VenueConfig, descriptor: KnownVenue, path: string): Problem[] {
  const problems: Problem[] = [];
  const say = (field: string, message: string): void => void problems.push({ path: `${path}.${field}`, message });
  const endpoints: Readonly<Record<string, unknown>> = venue.endpoints ?? {};
  const needed = ['rest', 'wsPublic', 'wsPrivate', 'wsTrade', ...(venue.marketData === 'sbe' ? ['wsSbe'] : [])];
  const isLocal =
    needed.every((name) => name in endpoints) &&
    Object.values(endpoints).every((url) => typeof url === 'string' && isLoopback(url));
  if (config.mode === 'sim' && !isLocal) {
    const all = needed.length === 4 ? 'four' : 'five';
    say('endpoints', `mode sim talks to this machine only: give all ${all} addresses, on loopback`);
  }
  const { watchdog, ...trading } = venue.credentials ?? {};
  for (const [at, key] of [['credentials', trading] as const, ['credentials.watchdog', watchdog ?? {}] as const]) {
    // Nothing said of it: the secrets' file has it or not, which shows when that is opened.
    if (!isNamed(key)) continue;
    for (const field of SECRET_FIELDS) {
      const needed = field !== 'passphrase' || descriptor.needsPassphrase;
      const inline = key[field];
      const named = key[`${field}Env`];
      if (inline !== undefined && !isLocal) {
        say(
          `${at}.${field}`,
          `a secret does not belong in a file; use ${field}Env with the name of an environment variable`,
        );
      } else if (inline === undefined && named === undefined && needed) {
        say(`${at}.${field}Env`, `is missing: ${venue.id} wants it`);
      }
    }
  }
  return problems;
}

/** Whether the configuration says of any part of a key where it is. */
export const isNamed = (key: KeyConfig): boolean => Object.values(key).some((value) => value !== undefined);
