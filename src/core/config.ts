/** The configuration: its schema and its defaults. What else it has to be stands in `config-check.ts`. */
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
    wsSbe: Type.Optional(Type.String({ pattern: '^wss?://' })),
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
    marketData: Type.Optional(
      Type.Union([Type.Literal('json'), Type.Literal('sbe')], {
        description:
          'json when left out. sbe: binary, where the venue has it; wants its kind of key (binance: Ed25519)',
      }),
    ),
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

/** Without it, `1000SATS` and its like are bundles, and every other ticker is what it says. */
const AssetSchema = Type.Object(
  {
    venue: Type.String({ minLength: 1 }),
    asset: Type.String({ minLength: 1, description: "The venue's ticker" }),
    is: Type.String({ pattern: '^[A-Z0-9]+$', description: 'The asset, as instruments name it' }),
    units: Type.Optional(
      Type.Union(
        ([1, 10, 100, 1_000, 10_000, 100_000, 1_000_000] as const).map((units) => Type.Literal(units)),
        { description: "Units of it in one of the venue's" },
      ),
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
    assets: Type.Array(AssetSchema, { default: [], description: 'What tickers mean where they do not say it' }),
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
        listingCheckMs: Type.Integer({
          default: 60_000,
          minimum: 1_000,
          description: 'How often the venues are asked whether they still trade what is traded',
        }),
        maxPriceRatio: Type.Number({
          default: 1.2,
          exclusiveMinimum: 1,
          description: 'Farthest that a price may be from its instrument elsewhere; beyond it is another asset',
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

export const defaultConfig = (): Config => Value.Default(ConfigSchema, {}) as Config;
