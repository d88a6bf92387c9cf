/** The configuration: its schema, its defaults and every rule that a schema cannot say. Pure: text in, problems out. */
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';

const strict = { additionalProperties: false } as const;
const decimal = { pattern: '^\\d+(\\.\\d+)?$' } as const;

const EndpointsSchema = Type.Object(
  {
    rest: Type.Optional(Type.String({ pattern: '^https?://' })),
    wsPublic: Type.Optional(Type.String({ pattern: '^wss?://' })),
    wsPrivate: Type.Optional(Type.String({ pattern: '^wss?://' })),
    wsTrade: Type.Optional(Type.String({ pattern: '^wss?://' })),
  },
  strict,
);

const CredentialsSchema = Type.Object(
  {
    apiKeyEnv: Type.Optional(Type.String({ description: 'Name of the environment variable that holds the key' })),
    secretEnv: Type.Optional(Type.String()),
    passphraseEnv: Type.Optional(Type.String()),
    apiKey: Type.Optional(Type.String({ description: 'In plain text: only for endpoints on this machine' })),
    secret: Type.Optional(Type.String()),
    passphrase: Type.Optional(Type.String()),
  },
  strict,
);

const VenueSchema = Type.Object(
  {
    id: Type.String({ minLength: 1 }),
    adapter: Type.Optional(
      Type.Union([Type.Literal('native'), Type.Literal('ccxt')], {
        description: "ccxt: any exchange that ccxt streams, by ccxt's id; slower. Absent: native",
      }),
    ),
    environment: Type.String({ default: 'live', description: 'One of the environments that the venue declares' }),
    endpoints: Type.Optional(EndpointsSchema),
    credentials: Type.Optional(CredentialsSchema),
    fees: Type.Optional(
      Type.Object(
        { taker: Type.String(decimal), maker: Type.Optional(Type.String(decimal)) },
        { ...strict, description: "Overrides the account's own rates (0.001 is 10 bps)" },
      ),
    ),
    options: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), { description: "For adapter ccxt: ccxt's own `options`; no keys" }),
    ),
  },
  strict,
);

export const ConfigSchema = Type.Object(
  {
    mode: Type.Union([Type.Literal('sim'), Type.Literal('paper'), Type.Literal('live')], {
      default: 'sim',
      description: 'sim: simulated exchanges on this machine. live: real orders, only when said here.',
    }),
    topology: Type.Union([Type.Literal('auto'), Type.Literal('dedicated'), Type.Literal('fused')], { default: 'auto' }),
    idle: Type.Union([Type.Literal('spin'), Type.Literal('backoff'), Type.Literal('park')], { default: 'backoff' }),
    instruments: Type.Array(Type.String({ pattern: '^[A-Z0-9]+-[A-Z0-9]+$' }), {
      default: ['BTC-USDT', 'ETH-USDT', 'SOL-USDT', 'XRP-USDT', 'DOGE-USDT'],
      minItems: 1,
      uniqueItems: true,
    }),
    venues: Type.Array(VenueSchema, { default: [], description: 'Empty in mode sim: the embedded exchanges' }),
    strategy: Type.Object(
      {
        minEdgeBps: Type.Number({ default: 1, minimum: 0, description: 'Net of fees, of the buy notional' }),
        maxEdgeBps: Type.Number({ default: 300, exclusiveMinimum: 0, description: 'Above this it is a bad price' }),
        maxNotional: Type.String({ ...decimal, default: '2000', description: 'Quote units a leg set, at most' }),
        cooldownMs: Type.Number({
          default: 100,
          minimum: 0,
          description: 'Per instrument and venue pair, after a leg set',
        }),
      },
      { ...strict, default: {} },
    ),
    limits: Type.Object(
      {
        maxOpenLegSets: Type.Integer({ default: 4, minimum: 1 }),
        maxHeartbeatAgeMs: Type.Number({
          default: 1500,
          exclusiveMinimum: 0,
          description: 'A feed silent for longer is not priced',
        }),
        maxVenueSkewMs: Type.Number({
          default: 2000,
          exclusiveMinimum: 0,
          description: "Farthest that a venue's time of an event may be from ours; beyond it a row is not priced",
        }),
        maxIntentAgeMs: Type.Number({ default: 250, exclusiveMinimum: 0 }),
        unwindSlippageBps: Type.Number({
          default: 50,
          minimum: 0,
          description: 'How far past the best price an unwind may go',
        }),
      },
      { ...strict, default: {} },
    ),
    execution: Type.Object(
      {
        orderTimeoutMs: Type.Number({
          default: 2000,
          minimum: 50,
          description: 'After this an outcome is unknown and is asked for',
        }),
        resolveTimeoutMs: Type.Number({
          default: 10_000,
          minimum: 100,
          description: 'After this an unknown outcome pauses the instrument',
        }),
      },
      { ...strict, default: {} },
    ),
    journal: Type.Object(
      {
        quoteSampleMs: Type.Integer({ default: 1000, minimum: 100 }),
        quoteRetentionHours: Type.Number({ default: 72, exclusiveMinimum: 0 }),
        syncMs: Type.Integer({ default: 100, minimum: 1, description: 'Background sync of the write-ahead log' }),
      },
      { ...strict, default: {} },
    ),
    api: Type.Object(
      {
        enabled: Type.Boolean({ default: true }),
        host: Type.String({ default: '127.0.0.1' }),
        port: Type.Integer({ default: 8640, minimum: 0, maximum: 65535 }),
      },
      { ...strict, default: {} },
    ),
    sim: Type.Object(
      {
        seed: Type.Integer({ default: 1, minimum: 0, maximum: 4294967295 }),
        market: Type.String({ default: 'wobble' }),
      },
      { ...strict, default: {} },
    ),
    supervision: Type.Object(
      {
        maxRestarts: Type.Integer({
          default: 5,
          minimum: 0,
          description: 'Of one actor within the period; one more halts the engine',
        }),
        periodMs: Type.Integer({ default: 60_000, minimum: 1 }),
      },
      { ...strict, default: {} },
    ),
    log: Type.Object(
      {
        level: Type.Union([Type.Literal('debug'), Type.Literal('info'), Type.Literal('warn'), Type.Literal('error')], {
          default: 'info',
        }),
      },
      { ...strict, default: {} },
    ),
  },
  strict,
);

export type Config = Static<typeof ConfigSchema>;
export type VenueConfig = Config['venues'][number];

export interface Problem {
  /** `venues[0].credentials.secret` */
  readonly path: string;
  readonly message: string;
}

/** What the rules need to know of a venue; the registry says it. */
export interface KnownVenue {
  /** Why it cannot be traded all the same. */
  readonly unfit?: string;
  readonly environments: readonly string[];
  readonly needsPassphrase: boolean;
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
  const problems = schemaProblems(config);
  if (problems.length === 0 || Array.isArray((config as { venues?: unknown }).venues)) {
    problems.push(...ruleProblems(config, knownVenues));
  }
  const unique = new Map(problems.map((problem) => [`${problem.path} ${problem.message}`, problem]));
  return { config, problems: [...unique.values()] };
}

export const defaultConfig = (): Config => Value.Default(ConfigSchema, {}) as Config;

function schemaProblems(value: unknown): Problem[] {
  const errors = [...Value.Errors(ConfigSchema, value)];
  const unions = new Set(errors.filter((error) => error.keyword === 'anyOf').map((error) => error.instancePath));
  const problems: Problem[] = [];
  for (const error of errors) {
    const path = dotted(error.instancePath);
    if (error.keyword === 'boolean') problems.push({ path, message: 'is not a known setting' });
    else if (error.keyword === 'additionalProperties') continue;
    else if (error.keyword === 'const' && unions.has(error.instancePath)) continue;
    else if (error.keyword === 'anyOf')
      problems.push({ path, message: `must be one of ${allowed(errors, error.instancePath)}` });
    else problems.push({ path, message: error.message });
  }
  return problems;
}

function allowed(errors: readonly { keyword: string; instancePath: string; params: object }[], path: string): string {
  return errors
    .filter((error) => error.keyword === 'const' && error.instancePath === path)
    .map((error) => String((error.params as { allowedValue?: unknown }).allowedValue))
    .join(', ');
}

const dotted = (pointer: string): string =>
  pointer
    .split('/')
    .slice(1)
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path === '' ? part : `${path}.${part}`), '') ||
  '(root)';

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
    problems.push(...credentialProblems(config, venue, descriptor, path));
  });
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
  const endpoints = Object.entries(venue.endpoints ?? {});
  const isLocal = endpoints.length === 4 && endpoints.every(([, url]) => typeof url === 'string' && isLoopback(url));
  if (config.mode === 'sim' && !isLocal) {
    say('endpoints', 'mode sim talks to this machine only: give all four addresses, on loopback');
  }
  const credentials = venue.credentials;
  if (credentials === undefined) {
    say('credentials', 'order entry needs a key: apiKeyEnv and secretEnv name the environment variables');
    return problems;
  }
  for (const field of ['apiKey', 'secret', 'passphrase'] as const) {
    const needed = field !== 'passphrase' || descriptor.needsPassphrase;
    const inline = credentials[field];
    const named = credentials[`${field}Env`];
    if (inline !== undefined && !isLocal) {
      say(
        `credentials.${field}`,
        `a secret does not belong in a file; use ${field}Env with the name of an environment variable`,
      );
    } else if (inline === undefined && named === undefined && needed) {
      say(`credentials.${field}Env`, `is missing: ${venue.id} wants it`);
    }
  }
  return problems;
}
