/** The configuration: its schema and its defaults. What else it has to be stands in `config-check.ts`. */
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { ExecutionSchema } from './execution-config.ts';
import { FeeAssetSchema } from './fee-asset-config.ts';
import { FilterSchema } from './filter-config.ts';
import { riskLimitFields } from './risk-config.ts';

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

const keyFields = {
  apiKeyEnv: Type.Optional(Type.String({ description: 'Name of the environment variable that holds the key' })),
  secretEnv: Type.Optional(Type.String()),
  passphraseEnv: Type.Optional(Type.String()),
  apiKey: Type.Optional(Type.String({ description: 'In plain text: only for endpoints on this machine' })),
  secret: Type.Optional(Type.String()),
  passphrase: Type.Optional(Type.String()),
};

const CredentialsSchema = Type.Object(
  {
    ...keyFields,
    watchdog: Type.Optional(
      Type.Object(keyFields, {
        ...strict,
        description: 'A second key, for whoever cancels from outside: a venue that counts nonces wants one',
      }),
    ),
  },
  { ...strict, description: "A role of which nothing stands here is looked for in the secrets' file" },
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
    feeAsset: Type.Optional(FeeAssetSchema),
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
        maxVenueNotional: Type.Optional(
          Type.String({
            ...decimal,
            description: 'Quote units that our open orders at one venue may be worth at their limits; absent: no limit',
          }),
        ),
        maxInstrumentNotional: Type.Optional(
          Type.String({ ...decimal, description: 'The same of one instrument over all venues, both legs counted' }),
        ),
        unwindSlippageBps: Type.Number({
          default: 50,
          minimum: 0,
          description: 'How far past the best price a hedge may go',
        }),
        maxExposure: Type.String({
          ...decimal,
          default: '0',
          description:
            'Quote units that may be held unmatched in one instrument; 0: none, what cannot be hedged pauses it',
        }),
        ...riskLimitFields,
      },
      { ...strict, default: {} },
    ),
    execution: ExecutionSchema,
    journal: Type.Object(
      {
        quoteSampleMs: Type.Integer({ default: 1000, minimum: 100 }),
        quoteRetentionHours: Type.Number({ default: 72, exclusiveMinimum: 0 }),
        syncMs: Type.Integer({ default: 100, minimum: 1, description: 'Background sync of the write-ahead log' }),
        walRetentionHours: Type.Number({
          default: 72,
          minimum: 1,
          description: 'Files of the write-ahead log are kept so long, and longer while anything in them is needed',
        }),
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
    breakers: Type.Object(
      {
        threshold: Type.Integer({
          default: 100,
          minimum: 100,
          description: 'Points of trouble past which a breaker opens; the heaviest single event has 50',
        }),
        forgetPerSecond: Type.Integer({ default: 2, minimum: 1, description: 'Points that time takes off' }),
        goodPoints: Type.Integer({ default: 10, minimum: 1, description: 'Points that a good answer takes off' }),
        firstOpenMs: Type.Integer({
          default: 1_000,
          minimum: 10,
          description: 'How long the first opening lasts; each reopening lasts twice as long as the one before',
        }),
        maxOpenMs: Type.Integer({ default: 60_000, minimum: 10, description: 'The longest opening' }),
        healMs: Type.Integer({
          default: 30_000,
          minimum: 1,
          description: 'Good answers without trouble for this long make the next opening half as long',
        }),
        probes: Type.Integer({ default: 3, minimum: 1, description: 'Good answers that close a half-open breaker' }),
        slowAckMs: Type.Number({
          default: 1_000,
          exclusiveMinimum: 0,
          description: 'An answer to an order that takes longer is trouble',
        }),
        slowAckFactor: Type.Number({
          default: 10,
          minimum: 2,
          description: "So many times the venue's own median are trouble too, past a quarter of slowAckMs",
        }),
      },
      { ...strict, default: {}, description: 'Circuit breakers of venues and of instruments at a venue' },
    ),
    safety: Type.Object(
      {
        watchdog: Type.Boolean({
          default: true,
          description: 'A process beside the engine that cancels our open orders when it freezes or dies',
        }),
        watchdogMs: Type.Integer({
          default: 3_000,
          minimum: 500,
          maximum: 60_000,
          description: 'Silence of the executor after which the watchdog acts',
        }),
        deadManMs: Type.Optional(
          Type.Integer({
            minimum: 5_000,
            maximum: 120_000,
            description:
              "Sets the venues' own timers to this. At most venues they cancel ALL orders of the account, a person's too",
          }),
        ),
      },
      { ...strict, default: {} },
    ),
    secrets: Type.Object(
      { file: Type.String({ default: 'secrets.enc', minLength: 1, description: 'Encrypted; from the data folder' }) },
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
    filters: Type.Array(FilterSchema, {
      default: [],
      description: 'What a chance has to pass before it is taken, in this order; see docs/FILTERS.md',
    }),
    security: Type.Object(
      {
        allowWithdrawalKeys: Type.Boolean({
          default: false,
          description: 'Trade with keys that may withdraw, which trading does not need',
        }),
      },
      { ...strict, default: {} },
    ),
  },
  strict,
);

export type Config = Static<typeof ConfigSchema>;
export type VenueConfig = Config['venues'][number];
/** Where a key is to be found. */
export type KeyConfig = NonNullable<NonNullable<VenueConfig['credentials']>['watchdog']>;

export const defaultConfig = (): Config => Value.Default(ConfigSchema, {}) as Config;
