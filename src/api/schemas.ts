/** Shapes of the answers. Fastify writes answers by these schemas, so a field that is not named here is not sent;
 *  OpenAPI is made of them. */
import Type, { type TSchema } from 'typebox';

const text = Type.String();
const number = Type.Number();
const count = Type.Integer({ minimum: 0 });
const wallMs = Type.Integer({ description: 'Wall time, epoch ms' });
const decimal = Type.String({ description: 'Exact decimal text' });
const byAsset = Type.Record(Type.String(), decimal);
const counts = Type.Record(Type.String(), count);

export const ErrorSchema = Type.Object({
  error: Type.Object({ code: text, message: text, details: Type.Record(Type.String(), Type.Unknown()) }),
});

export const HealthSchema = Type.Object({ status: Type.Literal('ok') });
export const ReadySchema = Type.Object({ ready: Type.Literal(true) });

const state = Type.Enum(['starting', 'running', 'paused', 'draining', 'halted', 'stopped']);

const breaker = {
  state: Type.Enum(['closed', 'open', 'half-open']),
  until: Type.Optional(wallMs),
  score: Type.Number({ description: 'Points of trouble; past breakers.threshold it opens' }),
};

export const VenueStatusSchema = Type.Object({
  id: text,
  state: text,
  rows: count,
  liveRows: count,
  messages: count,
  messagesPerSecond: number,
  gaps: count,
  resyncs: count,
  reconnects: count,
  gatewayUp: Type.Boolean(),
  incarnation: Type.Integer(),
  slow: Type.Optional(Type.Literal(true)),
  breaker: Type.Object(breaker),
  instrumentBreakers: Type.Optional(Type.Array(Type.Object({ ...breaker, instrument: text }))),
});

const percentiles = Type.Object({ count, p50: number, p90: number, p99: number, max: number });

export const LegSetCountsSchema = Type.Object({
  opened: count,
  filled: count,
  unwound: count,
  missed: count,
  refused: count,
  unknown: count,
  held: count,
  residual: count,
});

export const StatusSchema = Type.Object({
  run: text,
  mode: text,
  topology: text,
  idle: text,
  state,
  reasons: Type.Array(text, { description: 'Why it is halted or paused' }),
  risk: Type.Object({
    state: Type.Enum(['active', 'reducing', 'halted']),
    dayGains: byAsset,
    lossStreak: count,
    overExposed: Type.Array(text),
  }),
  startedAt: wallMs,
  uptimeMs: number,
  venues: Type.Array(VenueStatusSchema),
  quotes: count,
  opportunities: count,
  intents: count,
  refusals: counts,
  legSets: LegSetCountsSchema,
  orders: Type.Object({
    sent: count,
    acked: count,
    filled: count,
    rejected: count,
    cancelled: count,
    unknown: count,
  }),
  pnl: byAsset,
  valued: byAsset,
  fees: byAsset,
  latency: Type.Object({ wireToDecisionNs: percentiles, tickToTradeNs: percentiles, ackNs: percentiles }),
  journal: Type.Object({ records: count, maxLagMs: number }),
  faults: Type.Array(Type.Object({ at: wallMs, code: text, message: text })),
  actors: Type.Array(Type.Object({ name: text, thread: text, restarts: count, up: Type.Boolean() })),
});

export const InstrumentSchema = Type.Object({
  id: text,
  priceDecimals: count,
  sizeDecimals: count,
  venues: Type.Array(
    Type.Object({
      venue: text,
      symbol: text,
      priceTick: decimal,
      sizeLot: decimal,
      minSize: decimal,
      minNotional: Type.Optional(decimal),
      takerFee: decimal,
      nativeBase: Type.Optional(Type.String()),
      transfers: Type.Optional(Type.Object({ deposit: Type.Boolean(), withdraw: Type.Boolean() })),
    }),
  ),
});

export const QuoteSchema = Type.Object({
  venue: text,
  instrument: text,
  trust: text,
  bid: decimal,
  bidSize: decimal,
  ask: decimal,
  askSize: decimal,
  held: Type.Optional(Type.String()),
  ageMs: number,
});

export const EdgeSchema = Type.Object({
  instrument: text,
  buyVenue: text,
  sellVenue: text,
  grossEdgeBps: number,
  netEdgeBps: number,
});

export const InventorySchema = Type.Object({
  venue: text,
  asset: text,
  free: decimal,
  locked: decimal,
  reserved: decimal,
});

export const OpportunitySchema = Type.Object({
  kind: text,
  id: text,
  run: text,
  instrument: text,
  buyVenue: text,
  sellVenue: text,
  openedAt: wallMs,
  closedAt: wallMs,
  lifeMs: number,
  grossEdgeBps: number,
  netEdgeBps: number,
  size: decimal,
  profit: decimal,
  intents: count,
  verdict: text,
});

export const LegSetSchema = Type.Object({
  kind: text,
  id: text,
  run: text,
  opportunity: text,
  instrument: text,
  openedAt: wallMs,
  closedAt: wallMs,
  state: text,
  reason: Type.Optional(text),
  expectedEdgeBps: number,
  pnl: byAsset,
  fees: byAsset,
  legs: Type.Array(
    Type.Object({
      venue: text,
      side: text,
      clientId: text,
      role: text,
      size: decimal,
      filled: decimal,
      averagePrice: decimal,
    }),
  ),
  residual: decimal,
});

export const OrderSchema = Type.Object({
  kind: text,
  id: text,
  run: text,
  legSet: text,
  role: text,
  venue: text,
  instrument: text,
  symbol: text,
  side: text,
  type: text,
  tif: text,
  orderKind: Type.Optional(text),
  price: Type.Optional(decimal),
  size: decimal,
  status: text,
  filled: decimal,
  venueOrderId: Type.Optional(text),
  sentAt: wallMs,
  ackedAt: Type.Optional(wallMs),
  doneAt: wallMs,
  error: Type.Optional(
    Type.Object({
      class: text,
      code: text,
      message: text,
      retryAfterMs: Type.Optional(number),
      isBan: Type.Optional(Type.Literal(true)),
      isUnlisted: Type.Optional(Type.Literal(true)),
    }),
  ),
});

export const FaultSchema = Type.Object({
  kind: text,
  id: text,
  run: text,
  at: wallMs,
  actor: text,
  code: text,
  message: text,
  details: Type.Record(Type.String(), Type.Unknown()),
});

export const AuditSchema = Type.Object({
  at: wallMs,
  who: text,
  agent: text,
  action: text,
  outcome: text,
  details: Type.Record(Type.String(), Type.Unknown()),
});

export const PnlSchema = Type.Object({
  run: text,
  pnl: byAsset,
  valued: byAsset,
  fees: byAsset,
  legSets: LegSetCountsSchema,
});

export const ControlSchema = Type.Object({
  action: text,
  state,
  reasons: Type.Array(text),
});

export const QuotesSchema = Type.Object({ quotes: Type.Array(QuoteSchema), edges: Type.Array(EdgeSchema) });

export const ConfigAnswerSchema = Type.Object({ config: Type.Unknown() });

/** `{ "<name>": [ … ] }`: lists stand in an object, so that something can be added beside them later. */
export const listOf = <Item extends TSchema>(name: string, item: Item) => Type.Object({ [name]: Type.Array(item) });
