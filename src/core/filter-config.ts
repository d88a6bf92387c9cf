/** The opportunity filters as the configuration has them. What each does stands in docs/FILTERS.md. */
import Type, { type Static } from 'typebox';
import type { FilterName } from './filter-names.ts';

const strict = { additionalProperties: false } as const;
const decimal = { pattern: '^\\d+(\\.\\d+)?$' } as const;
const names = { minItems: 1, uniqueItems: true } as const;

/** An empty list would read as "nothing" in `allow` and as "everything" in `deny`, so there is none. */
const ListsSchema = Type.Object(
  {
    bases: Type.Optional(Type.Array(Type.String({ pattern: '^[A-Z0-9]+$' }), names)),
    quotes: Type.Optional(Type.Array(Type.String({ pattern: '^[A-Z0-9]+$' }), names)),
    instruments: Type.Optional(Type.Array(Type.String({ pattern: '^[A-Z0-9]+-[A-Z0-9]+$' }), names)),
    venuePairs: Type.Optional(
      Type.Array(
        Type.Object(
          {
            buy: Type.Optional(Type.String({ minLength: 1, description: 'Where is bought; absent: anywhere' })),
            sell: Type.Optional(Type.String({ minLength: 1, description: 'Where is sold; absent: anywhere' })),
          },
          strict,
        ),
        { minItems: 1, description: 'One direction each' },
      ),
    ),
  },
  strict,
);

const QuotePairsSchema = Type.Object(
  {
    name: Type.Literal('quote-pairs'),
    allow: Type.Optional(ListsSchema),
    deny: Type.Optional(ListsSchema),
  },
  { ...strict, description: 'What may be traded: of every list in allow, of none in deny' },
);

const MinLifeSchema = Type.Object(
  {
    name: Type.Literal('min-life'),
    ms: Type.Number({ default: 20, exclusiveMinimum: 0, maximum: 3_600_000 }),
  },
  { ...strict, description: 'How long a crossing has to have been worth taking, without a break' },
);

const TrendSchema = Type.Object(
  {
    name: Type.Literal('trend'),
    maxMoveBps: Type.Number({ default: 10, exclusiveMinimum: 0, description: 'Between the extremes of the window' }),
    withinMs: Type.Number({ default: 500, minimum: 1, maximum: 3_600_000 }),
  },
  { ...strict, description: "Holds back while the instrument's mid over all venues runs" },
);

const LiquiditySchema = Type.Object(
  {
    name: Type.Literal('liquidity'),
    minNotional: Type.String({ ...decimal, default: '1000', description: 'Quote units shown, on each of both sides' }),
    withinBps: Type.Number({ default: 10, minimum: 0, description: 'Of the best price; 12 levels at most' }),
    minUpdatesPerSecond: Type.Number({ default: 0, minimum: 0, description: 'Of each of both rows; 0: not asked' }),
    windowMs: Type.Integer({ default: 10_000, minimum: 100, maximum: 3_600_000 }),
  },
  { ...strict, description: 'Least that both venues show, and how often they renew it' },
);

const PremiumSchema = Type.Object(
  {
    name: Type.Literal('premium'),
    sigmas: Type.Number({ default: 3, minimum: 0, description: 'Standard deviations above the mean spread' }),
    halfLifeMs: Type.Number({ default: 600_000, minimum: 100, description: 'Age at which a sample counts half' }),
    warmUpSamples: Type.Integer({ default: 1_200, minimum: 2, maximum: 1_000_000_000, description: '20 a second' }),
    untilWarm: Type.Union([Type.Literal('hold'), Type.Literal('pass')], { default: 'hold' }),
  },
  { ...strict, description: 'Only what is far from the usual spread of its venue pair' },
);

/** By `name`. */
export const FILTER_SCHEMAS = {
  'quote-pairs': QuotePairsSchema,
  'min-life': MinLifeSchema,
  trend: TrendSchema,
  liquidity: LiquiditySchema,
  premium: PremiumSchema,
} as const satisfies Readonly<Record<FilterName, object>>;

export const FilterSchema = Type.Union([QuotePairsSchema, MinLifeSchema, TrendSchema, LiquiditySchema, PremiumSchema]);

export type FilterConfig = Static<typeof FilterSchema>;
export type FilterSettings<N extends FilterName> = Extract<FilterConfig, { name: N }>;
export type PairLists = Static<typeof ListsSchema>;
