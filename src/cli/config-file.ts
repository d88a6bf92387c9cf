/** Reads a configuration file (YAML, of which JSON is a part) and the credentials that it names. */
import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import { type Config, defaultConfig } from '../core/config.ts';
import { checkConfig, type KnownVenue, type Problem, venueKey } from '../core/config-check.ts';
import { messageOf } from '../core/faults.ts';
import type { Credentials, VenueDescriptor, VenueId } from '../core/venue.ts';
import { CCXT_EXCHANGES, CCXT_UNFIT } from '../venues/ccxt/exchanges.ts';
import { ccxtEnvironments } from '../venues/ccxt/index.ts';

export interface LoadedConfig {
  /** Usable only when there are no problems. */
  readonly config: Config;
  readonly problems: readonly Problem[];
}

/** What the rules of the configuration need to know of the registered venues, and of those that ccxt adds to them. */
export const knownVenues = (
  registry: ReadonlyMap<VenueId, Pick<VenueDescriptor, 'environments' | 'needsPassphrase' | 'sbe'>>,
): ReadonlyMap<VenueId, KnownVenue> =>
  new Map<string, KnownVenue>([
    ...[...registry].map(([id, { environments, needsPassphrase, sbe }]): [string, KnownVenue] => [
      id,
      { environments: Object.keys(environments), needsPassphrase, hasSbe: sbe !== undefined },
    ]),
    ...[...CCXT_EXCHANGES].map(([id, exchange]): [string, KnownVenue] => [
      venueKey(id, 'ccxt'),
      { environments: Object.keys(ccxtEnvironments(exchange)), needsPassphrase: exchange.needsPassphrase },
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

const SECRETS = ['apiKey', 'secret', 'passphrase'] as const;

/** Takes the credentials of every venue from the file or from the environment variables that it names. A problem says
 *  which variable is missing, at which path; no value is ever said. */
export function resolveCredentials(
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
): { readonly credentials: ReadonlyMap<VenueId, Credentials>; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const credentials = new Map<VenueId, Credentials>();
  config.venues.forEach((venue, index) => {
    const given = venue.credentials ?? {};
    const resolved: Partial<Record<(typeof SECRETS)[number], string>> = {};
    for (const field of SECRETS) {
      const name = given[`${field}Env`];
      const path = `venues[${index}].credentials.${field}Env`;
      const value = given[field] ?? (name === undefined ? undefined : env[name]);
      if (given[field] === undefined && name !== undefined) {
        const problem = variableProblem(name, value);
        if (problem !== undefined) problems.push({ path, message: problem });
      }
      if (value !== undefined) resolved[field] = value;
    }
    const { apiKey, secret, passphrase } = resolved;
    if (apiKey === undefined || secret === undefined) return;
    credentials.set(venue.id, { apiKey, secret, ...(passphrase === undefined ? {} : { passphrase }) });
  });
  return { credentials, problems };
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

/** The configuration without its secrets, for logs, the journal and the API. */
export function redactConfig(config: Config): Config {
  const copy = structuredClone(config);
  for (const { credentials, endpoints } of copy.venues) {
    for (const field of SECRETS) {
      if (credentials?.[field] !== undefined) credentials[field] = REDACTED;
    }
    if (endpoints === undefined) continue;
    for (const name of ['rest', 'wsPublic', 'wsPrivate', 'wsTrade', 'wsSbe'] as const) {
      const url = endpoints[name];
      // What stands before the @ of an address may be a password.
      if (url !== undefined) endpoints[name] = url.replace(/\/\/[^/?#]*@/, `//${REDACTED}@`);
    }
  }
  return copy;
}
