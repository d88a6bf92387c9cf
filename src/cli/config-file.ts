/** Reads a configuration file (YAML, of which JSON is a part) and the credentials that it names, or leaves to the secrets'
 *  file. */
import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import { type Config, defaultConfig, type KeyConfig, type VenueConfig } from '../core/config.ts';
import { checkConfig, isNamed, type KnownVenue, type Problem, venueKey } from '../core/config-check.ts';
import { messageOf } from '../core/faults.ts';
import {
  completeKey,
  neededFields,
  SECRET_FIELDS,
  SECRET_ROLES,
  type SecretRole,
  type Secrets,
  type StoredKey,
  storedKey,
} from '../core/secrets.ts';
import type { Credentials, VenueDescriptor, VenueId } from '../core/venue.ts';
import { MARKETS } from '../sim/market-shape.ts';
import { CCXT_EXCHANGES, CCXT_UNFIT } from '../venues/ccxt/exchanges.ts';
import { ccxtEnvironments } from '../venues/ccxt/index.ts';
import { ORDER_TRAITS as CCXT_TRAITS } from '../venues/ccxt/order-traits.ts';

export interface LoadedConfig {
  /** Usable only when there are no problems. */
  readonly config: Config;
  readonly problems: readonly Problem[];
}

/** What the rules of the configuration need to know of the registered venues, and of those that ccxt adds to them. */
export const knownVenues = (
  registry: ReadonlyMap<
    VenueId,
    Pick<VenueDescriptor, 'environments' | 'needsPassphrase' | 'sbe' | 'orders' | 'feeAssets'>
  >,
): ReadonlyMap<VenueId, KnownVenue> =>
  new Map<string, KnownVenue>([
    ...[...registry].map(([id, { environments, needsPassphrase, sbe, orders, feeAssets }]): [string, KnownVenue] => [
      id,
      {
        environments: Object.keys(environments),
        needsPassphrase,
        hasSbe: sbe !== undefined,
        orderKinds: orders.kinds,
        ...(feeAssets === undefined ? {} : { feeAssets }),
      },
    ]),
    ...[...CCXT_EXCHANGES].map(([id, exchange]): [string, KnownVenue] => [
      venueKey(id, 'ccxt'),
      {
        environments: Object.keys(ccxtEnvironments(exchange)),
        needsPassphrase: exchange.needsPassphrase,
        orderKinds: CCXT_TRAITS.kinds,
      },
    ]),
    ...Object.entries(CCXT_UNFIT).map(([id, unfit]): [string, KnownVenue] => [
      venueKey(id, 'ccxt'),
      { environments: [], needsPassphrase: false, unfit },
    ]),
  ]);

/** Reads and checks `path`; without one, the defaults. Every problem at once, by path; never throws. */
export function loadConfig(path: string | undefined, known: ReadonlyMap<string, KnownVenue>): LoadedConfig {
  if (path === undefined) return checkConfig({}, known);
  const read = readConfigFile(path);
  return 'problem' in read ? { config: defaultConfig(), problems: [read.problem] } : checkConfig(read.raw, known);
}

/** The content as plain data, or the one problem with the file as such. */
function readConfigFile(path: string): { readonly raw: unknown } | { readonly problem: Problem } {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (thrown) {
    return { problem: { path, message: unreadable(thrown) } };
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    return { problem: { path: `${path}:${line}:${col}`, message: `is not YAML or JSON: ${error.message}` } };
  }
  try {
    const raw: unknown = document.toJS();
    if (raw === null || (typeof raw === 'object' && !Array.isArray(raw))) return { raw: raw ?? {} };
    return { problem: { path: `${path}:1:1`, message: 'must hold settings by name, like "mode: sim"' } };
  } catch (thrown) {
    return { problem: { path, message: `is not YAML or JSON: ${messageOf(thrown)}` } };
  }
}

function unreadable(thrown: unknown): string {
  switch ((thrown as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EISDIR':
      return 'is a folder, not a file';
    case 'EACCES':
      return 'may not be read';
    default:
      return `cannot be read: ${messageOf(thrown)}`;
  }
}

/** The secrets' file, once it was opened, or why it was not. */
export interface StoredKeys {
  readonly path: string;
  readonly opened: { readonly secrets: Secrets } | { readonly problem: string };
  /** Of a venue of the configuration. */
  readonly needsPassphrase: (venue: VenueConfig) => boolean;
}

export interface ResolvedCredentials {
  readonly credentials: ReadonlyMap<VenueId, Credentials>;
  /** Second keys, for whoever cancels from outside; of the venues that have one. */
  readonly watchdogCredentials: ReadonlyMap<VenueId, Credentials>;
  readonly problems: readonly Problem[];
}

/** What the configuration says of where a venue's key is. */
export function keyConfig({ credentials = {} }: VenueConfig, role: SecretRole): KeyConfig {
  const { watchdog = {}, ...trading } = credentials;
  return role === 'trading' ? trading : watchdog;
}

/** Takes the credentials of every venue from the configuration or the environment variables that it names; where it says
 *  nothing of a key, from the secrets' file. A problem says what is missing, at which path; no value is ever said. */
export function resolveCredentials(
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
  stored?: StoredKeys,
): ResolvedCredentials {
  const problems: Problem[] = [];
  const found = { trading: new Map<VenueId, Credentials>(), watchdog: new Map<VenueId, Credentials>() } as const;
  if (stored !== undefined && 'problem' in stored.opened) {
    problems.push({ path: 'secrets.file', message: stored.opened.problem });
  }
  config.venues.forEach((venue, index) => {
    for (const role of SECRET_ROLES) {
      const path = `venues[${index}].credentials${role === 'trading' ? '' : `.${role}`}`;
      const given = keyConfig(venue, role);
      const key = isNamed(given)
        ? // A missing passphrase is for the configuration's own check to tell.
          completeKey(keyInEnvironment(given, env, path, problems), false)
        : keyInFile(venue, role, stored, path, problems);
      if (key !== undefined) found[role].set(venue.id, key);
    }
  });
  return { credentials: found.trading, watchdogCredentials: found.watchdog, problems };
}

function keyInEnvironment(
  given: KeyConfig,
  env: Readonly<Record<string, string | undefined>>,
  path: string,
  problems: Problem[],
): StoredKey {
  const key: StoredKey = {};
  for (const field of SECRET_FIELDS) {
    const name = given[`${field}Env`];
    const value = given[field] ?? (name === undefined ? undefined : env[name]);
    if (given[field] === undefined && name !== undefined) {
      const problem = variableProblem(name, value);
      if (problem !== undefined) problems.push({ path: `${path}.${field}Env`, message: problem });
    }
    if (value !== undefined) key[field] = value;
  }
  return key;
}

/** Nobody has to have a second key; of a first one everything has to be there. */
function keyInFile(
  venue: VenueConfig,
  role: SecretRole,
  stored: StoredKeys | undefined,
  path: string,
  problems: Problem[],
): Credentials | undefined {
  const { id } = venue;
  if (stored === undefined) {
    const message = `order entry needs a key: apiKeyEnv and secretEnv name environment variables, or "parallax secrets set ${id}" keeps it`;
    if (role === 'trading') problems.push({ path, message });
    return undefined;
  }
  if ('problem' in stored.opened) return undefined;
  const key = storedKey(stored.opened.secrets, id, role);
  if (key === undefined && role === 'watchdog') return undefined;
  const needsPassphrase = stored.needsPassphrase(venue);
  const missing = neededFields(needsPassphrase).filter((field) => key?.[field] === undefined);
  if (missing.length > 0) {
    const message = `names no environment variables, and ${stored.path} has no ${missing.join(' and no ')} of ${id}: parallax secrets set ${id}`;
    problems.push({ path, message: role === 'trading' ? message : `${message} --role ${role}` });
  }
  return completeKey(key ?? {}, needsPassphrase);
}

/** Keys that do not open the market data that the configuration asks for. No value is ever said. */
export function marketDataProblems(
  config: Config,
  credentials: ReadonlyMap<VenueId, Credentials>,
  registry: ReadonlyMap<VenueId, Pick<VenueDescriptor, 'sbe'>>,
): readonly Problem[] {
  return config.venues.flatMap(({ id, marketData }, index) => {
    const keys = credentials.get(id);
    if (marketData !== 'sbe' || keys === undefined) return [];
    const refusal = registry.get(id)?.sbe?.refusal(keys);
    return refusal === undefined ? [] : [{ path: `venues[${index}].marketData`, message: refusal }];
  });
}

/** @param path where the name stands */
export const marketProblems = (path: string, market: string): readonly Problem[] =>
  Object.hasOwn(MARKETS, market)
    ? []
    : [{ path, message: `"${market}" is no market; known: ${Object.keys(MARKETS).join(', ')}` }];

function variableProblem(name: string, value: string | undefined): string | undefined {
  // Whoever writes the key itself where its variable's name belongs does not find it in the logs.
  if (!/^[A-Z_][A-Z0-9_]*$/.test(name) || /^[0-9A-F]{24,}$/.test(name)) {
    return 'must be the name of an environment variable (capital letters, digits and _), not a key';
  }
  if (value === undefined || value === '') return `the environment variable ${name} is not set`;
  if (value !== value.trim()) return `the environment variable ${name} has white space around its value`;
  return undefined;
}

const REDACTED = '[redacted]';
/** Settings of ccxt, and parameters of addresses, that are likely to hold a secret. */
const TELLTALE = /key|secret|pass|token|sign|auth/i;

/** The configuration without its secrets, for logs, the journal and the API. */
export function redactConfig(config: Config): Config {
  const copy = structuredClone(config);
  for (const { credentials, endpoints, options } of copy.venues) {
    for (const key of [credentials, credentials?.watchdog]) {
      for (const field of SECRET_FIELDS) if (key?.[field] !== undefined) key[field] = REDACTED;
    }
    if (options !== undefined) redactSettings(options);
    if (endpoints === undefined) continue;
    for (const name of ['rest', 'wsPublic', 'wsPrivate', 'wsTrade', 'wsSbe'] as const) {
      const url = endpoints[name];
      if (url !== undefined) endpoints[name] = redactAddress(url);
    }
  }
  return copy;
}

/** What stands before the @ of an address may be a password, and what stands behind its ? a token. */
const redactAddress = (url: string): string =>
  url
    .replace(/\/\/[^/?#]*@/, `//${REDACTED}@`)
    .replace(/([?&])([^=&#]+)=([^&#]*)/g, (whole, before: string, name: string) =>
      TELLTALE.test(name) ? `${before}${name}=${REDACTED}` : whole,
    );

function redactSettings(settings: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(settings)) {
    if (typeof value === 'string' && TELLTALE.test(name)) settings[name] = REDACTED;
    else if (typeof value === 'object' && value !== null) redactSettings(value as Record<string, unknown>);
  }
}
