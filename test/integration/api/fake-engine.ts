/** An engine behind its ports, with every field of every answer filled: what a schema leaves out is seen. */
import type { AuditEntry, AuditTrail } from '../../../src/api/audit.ts';
import type { ApiDeps, Readiness } from '../../../src/api/deps.ts';
import { ManualClock } from '../../../src/core/clock.ts';
import { silentLog } from '../../../src/core/log.ts';
import type {
  FaultRecord,
  JournalReader,
  JournalRecord,
  LegSetRecord,
  OpportunityRecord,
  OrderRecord,
  RecordKind,
  RecordQuery,
} from '../../../src/core/records.ts';
import { recordTime } from '../../../src/core/records.ts';
import type { EngineControl, EngineState, EngineStatus, EngineView, VenueStatus } from '../../../src/core/status.ts';

export const TOKEN = 'a-token-of-the-tests-0123456789';

const percentiles = (scale: number) => ({
  count: 4210,
  p50: 11_000 * scale,
  p90: 19_500 * scale,
  p99: 48_000 * scale,
  max: 1_200_000 * scale,
});

export const fakeVenue = (id: string, more: Partial<VenueStatus> = {}): VenueStatus => ({
  id,
  state: 'live',
  rows: 5,
  liveRows: 5,
  messages: 123_456,
  messagesPerSecond: 1234.5,
  gaps: 1,
  resyncs: 2,
  reconnects: 3,
  gatewayUp: true,
  incarnation: 4,
  breaker: { state: 'closed', score: 12.5 },
  ...more,
});

export const fakeStatus = (more: Partial<EngineStatus> = {}): EngineStatus => ({
  run: 'r0001',
  mode: 'sim',
  topology: 'fused',
  idle: 'backoff',
  state: 'running',
  reasons: [],
  risk: { state: 'reducing', dayGains: { USDT: '-12.5' }, lossStreak: 3, overExposed: ['BTC-USDT'] },
  startedAt: 1_750_000_000_000,
  uptimeMs: 83_000,
  venues: [
    fakeVenue('binance'),
    fakeVenue('okx', {
      state: 'suspect',
      liveRows: 4,
      breaker: { state: 'open', until: 1_750_000_000_000, score: 110 },
      instrumentBreakers: [{ instrument: 'BTC-USDT', state: 'half-open', score: 75 }],
    }),
  ],
  quotes: 240_000,
  opportunities: 321,
  intents: 45,
  refusals: { 'below-fees': 200, 'cool-down': 31 },
  legSets: { opened: 44, filled: 40, unwound: 2, missed: 1, refused: 1, unknown: 0, held: 0, residual: 0 },
  orders: { sent: 90, acked: 90, filled: 84, rejected: 1, cancelled: 5, unknown: 0 },
  pnl: { USDT: '12.3456789', BTC: '-0.00000042' },
  valued: { USDT: '12.30' },
  fees: { USDT: '4.56', BTC: '0.00001' },
  latency: { wireToDecisionNs: percentiles(1), tickToTradeNs: percentiles(3), ackNs: percentiles(40) },
  journal: { records: 999, maxLagMs: 12.5 },
  faults: [{ at: 1_750_000_001_000, code: 'actor/crashed', message: 'feed okx was restarted' }],
  actors: [{ name: 'feed okx', thread: 'hot', restarts: 1, up: true }],
  ...more,
});

const at = 1_750_000_000_000;

export const opportunity = (n: number): OpportunityRecord => ({
  kind: 'Opportunity',
  id: `r0001-${n}`,
  run: 'r0001',
  instrument: n % 2 === 0 ? 'BTC-USDT' : 'ETH-USDT',
  buyVenue: 'okx',
  sellVenue: 'binance',
  openedAt: at + n,
  closedAt: at + n + 40,
  lifeMs: 40,
  grossEdgeBps: 22.5,
  netEdgeBps: 2.5,
  size: '0.01',
  profit: '0.21',
  intents: 1,
  verdict: 'ok',
});

export const legSet = (n: number, more: Partial<LegSetRecord> = {}): Required<LegSetRecord> => ({
  kind: 'LegSet',
  id: `r0001-${n}`,
  run: 'r0001',
  opportunity: `r0001-${n}`,
  instrument: n % 2 === 0 ? 'BTC-USDT' : 'ETH-USDT',
  openedAt: at + n,
  closedAt: at + n + 5,
  state: 'filled',
  reason: '',
  expectedEdgeBps: 2.5,
  pnl: { USDT: '0.2145', BTC: '0' },
  fees: { USDT: '0.8' },
  legs: [
    { venue: 'okx', side: 'buy', clientId: 'p1', role: 'leg', size: '0.01', filled: '0.01', averagePrice: '60000.1' },
    {
      venue: 'binance',
      side: 'sell',
      clientId: 'p2',
      role: 'leg',
      size: '0.01',
      filled: '0.01',
      averagePrice: '60030',
    },
  ],
  residual: '0',
  ...more,
});

/** A leg set of which nothing filled. */
export const emptyLegSet = (n: number): LegSetRecord =>
  legSet(n, { state: 'unwound', legs: legSet(n).legs.map((leg) => ({ ...leg, filled: '0.00', averagePrice: '0' })) });

export const order = (n: number): Required<OrderRecord> => ({
  kind: 'Order',
  id: `p${n}`,
  run: 'r0001',
  legSet: 'r0001-1',
  role: 'leg',
  venue: 'okx',
  instrument: 'BTC-USDT',
  symbol: 'BTC-USDT',
  side: 'buy',
  type: 'limit',
  tif: 'ioc',
  orderKind: 'ioc',
  price: '60000.1',
  size: '0.01',
  status: 'rejected',
  filled: '0',
  venueOrderId: '77',
  sentAt: at + n,
  ackedAt: at + n + 1,
  doneAt: at + n + 2,
  error: { class: 'rate-limit', code: '50011', message: 'Too many requests', retryAfterMs: 100 },
});

export const fault = (n: number): FaultRecord => ({
  kind: 'Fault',
  id: `f${n}`,
  run: 'r0001',
  at: at + n,
  actor: 'feed okx',
  code: 'actor/crashed',
  message: 'feed okx was restarted',
  details: { restarts: 1, cause: { nested: ['deep'] } },
});

export function fakeJournal(records: readonly JournalRecord[]): JournalReader & { readonly queries: RecordQuery[] } {
  const queries: RecordQuery[] = [];
  return {
    queries,
    read<K extends RecordKind>(kind: K, query: RecordQuery = {}) {
      queries.push(query);
      const matches = (record: JournalRecord): record is Extract<JournalRecord, { kind: K }> =>
        record.kind === kind &&
        recordTime(record) >= (query.fromMs ?? 0) &&
        recordTime(record) <= (query.toMs ?? Number.POSITIVE_INFINITY) &&
        (query.instrument === undefined || ('instrument' in record && record.instrument === query.instrument));
      return records
        .filter(matches)
        .sort((a, b) => recordTime(b) - recordTime(a))
        .slice(0, query.limit);
    },
    close() {},
  };
}

export interface FakeEngine extends ApiDeps {
  readonly view: EngineView;
  readonly calls: string[];
  readonly entries: AuditEntry[];
  status: EngineStatus;
  ready: Readiness;
}

export function fakeEngine(more: Partial<ApiDeps> = {}): FakeEngine {
  const calls: string[] = [];
  const entries: AuditEntry[] = [];
  const called = (call: string, state: EngineState, reasons: readonly string[] = []): void => {
    calls.push(call);
    engine.status = { ...engine.status, state, reasons };
  };
  const control: EngineControl = {
    pause: (by) => called(`pause ${by}`, 'paused', [by]),
    resume: (by) => called(`resume ${by}`, 'running'),
    halt: (by, reason) => called(`halt ${by} ${reason}`, 'halted', [reason]),
    unhalt: async (by) => called(`unhalt ${by}`, 'paused'),
    drain: (by) => called(`drain ${by}`, 'draining'),
  };
  const audit: AuditTrail = {
    append: (entry) => void entries.unshift(entry),
    read: ({ limit }) => entries.slice(0, limit),
  };
  const quote = (venue: string, instrument: string) => ({
    venue,
    instrument,
    trust: 'live',
    bid: '60000.1',
    bidSize: '1.5',
    ask: '60000.2',
    askSize: '2.5',
    ageMs: 12.5,
  });
  const view: EngineView = {
    status: () => engine.status,
    quotes: () => [quote('binance', 'BTC-USDT'), quote('okx', 'ETH-USDT')],
    edges: () => [
      { instrument: 'BTC-USDT', buyVenue: 'okx', sellVenue: 'binance', grossEdgeBps: 21.25, netEdgeBps: 1.25 },
      { instrument: 'ETH-USDT', buyVenue: 'binance', sellVenue: 'okx', grossEdgeBps: -3.5, netEdgeBps: -23.5 },
    ],
    inventory: () => [{ venue: 'okx', asset: 'USDT', free: '9000.5', locked: '10', reserved: '600' }],
    instruments: () => [
      {
        id: 'BTC-USDT',
        priceDecimals: 2,
        sizeDecimals: 8,
        venues: [
          {
            venue: 'binance',
            symbol: 'BTCUSDT',
            priceTick: '0.01',
            sizeLot: '0.00001',
            minSize: '0.00001',
            minNotional: '5',
            takerFee: '0.001',
          },
        ],
      },
      { id: 'ETH-USDT', priceDecimals: 2, sizeDecimals: 6, venues: [] },
    ],
    config: () => ({
      mode: 'sim',
      venues: [{ id: 'okx', credentials: { apiKey: '[redacted]' } }],
      nested: { deep: 1 },
    }),
    metrics: async () => '# HELP parallax_up Up\n# TYPE parallax_up gauge\nparallax_up 1\n',
  };
  const engine: FakeEngine = {
    view,
    control,
    calls,
    entries,
    status: fakeStatus(),
    ready: { ready: true, reasons: [] },
    journal: fakeJournal([
      ...[1, 2, 3, 4].map(opportunity),
      ...[1, 2, 3].map((n) => legSet(n)),
      ...[4, 5, 6, 7, 8, 9].map(emptyLegSet),
      ...[1, 2].map(order),
      ...[1, 2].map(fault),
    ]),
    audit,
    token: TOKEN,
    log: silentLog,
    clock: new ManualClock(),
    readiness: () => engine.ready,
    ...more,
  };
  return engine;
}
