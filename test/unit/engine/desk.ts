/** An executor with scripted gateways: every order and query waits for the test's word. */
import { defaultConfig } from '../../../src/core/config.ts';
import type { Fault } from '../../../src/core/faults.ts';
import { type Intent, pairIndex } from '../../../src/core/intent.ts';
import { silentLog } from '../../../src/core/log.ts';
import type {
  CancelOutcome,
  Fill,
  Gateway,
  GatewayEvent,
  OrderRef,
  OrderReport,
  OrderRequest,
  PlaceOutcome,
  QueryOutcome,
} from '../../../src/core/order.ts';
import type { JournalRecord, WalEntry } from '../../../src/core/records.ts';
import type { Bps, Lots, Ticks } from '../../../src/core/units.ts';
import { BreakerQueries } from '../../../src/engine/breaker-queries.ts';
import { Breakers } from '../../../src/engine/breakers.ts';
import { clientIds } from '../../../src/engine/client-ids.ts';
import { Executor } from '../../../src/engine/executor.ts';
import type { ExecutorSettings } from '../../../src/engine/executor-port.ts';
import { Inventory } from '../../../src/engine/inventory.ts';
import { type RiskLimits, riskLimitsOf } from '../../../src/engine/risk-limits.ts';
import { assetsOf } from '../../../src/engine/terms.ts';
import { newIntentSlot, writeIntent } from '../../../src/memory/intent-codec.ts';
import { INTENT } from '../../../src/memory/layout.ts';
import { SlotRing } from '../../../src/memory/slot-ring.ts';
import { World, type WorldOptions } from './world.ts';

/** Lets every promise that is settled be heard. */
export const heard = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Sent {
  readonly order: OrderRequest;
  readonly answer: (outcome: PlaceOutcome | Error) => Promise<void>;
}

interface Asked {
  readonly clientId: string;
  readonly answer: (outcome: QueryOutcome) => Promise<void>;
}

export class FakeGateway implements Gateway {
  isUp = true;
  readonly sent: Sent[] = [];
  readonly asked: Asked[] = [];
  readonly cancelled: string[] = [];
  readonly #steps: string[];
  /** What `place` throws at once, as a gateway with a bug may. */
  bug: Error | undefined;

  constructor(steps: string[]) {
    this.#steps = steps;
  }

  place(order: OrderRequest): Promise<PlaceOutcome> {
    this.#steps.push(`place ${order.clientId}`);
    if (this.bug !== undefined) throw this.bug;
    return new Promise((resolve, reject) => {
      const answer = (outcome: PlaceOutcome | Error): Promise<void> => {
        if (outcome instanceof Error) reject(outcome);
        else resolve(outcome);
        return heard();
      };
      this.sent.push({ order, answer });
    });
  }

  query({ clientId }: OrderRef): Promise<QueryOutcome> {
    return new Promise((resolve) => {
      const answer = (outcome: QueryOutcome): Promise<void> => {
        resolve(outcome);
        return heard();
      };
      this.asked.push({ clientId, answer });
    });
  }

  async cancel({ clientId }: OrderRef): Promise<CancelOutcome> {
    this.cancelled.push(clientId);
    return { kind: 'cancelled' };
  }

  connect = async (): Promise<void> => {};
  openOrders = async (): Promise<readonly OrderReport[]> => [];
  recentFills = async (): Promise<readonly Fill[]> => [];
  balances = async () => [];
  feeRates = async () => ({ taker: '0.001', maker: '0' });
  close = async (): Promise<void> => {};
}

const BALANCES = [
  { asset: 'BTC', free: '10', locked: '0' },
  { asset: 'USDT', free: '100000', locked: '0' },
];

/** As `breakers` of the configuration has them, with the desk's own order timeout. */
export const BREAKERS = { ...defaultConfig().breakers, probeMs: 2_000 };

/** As `limits` of the configuration has them; rows are as old as the test leaves them. */
export const RISK: RiskLimits = { ...riskLimitsOf(defaultConfig().limits), maxQuoteAgeNs: 1e15 };

/** Alpha asks 100.00, beta bids 101.00: 1 BTC bought here is sold there. */
export class Desk {
  readonly world: World;
  readonly steps: string[] = [];
  readonly wal: WalEntry[] = [];
  readonly records: JournalRecord[] = [];
  readonly faults: Fault[] = [];
  readonly lossHalts: (string | undefined)[] = [];
  readonly gateways: readonly FakeGateway[];
  readonly inventory: Inventory;
  isJournalBehind = false;
  executor: Executor;
  breakers!: Breakers;
  queries!: BreakerQueries;
  #epoch = 0;
  #intents = 0;
  #trades = 0;

  constructor(
    options: WorldOptions = {},
    settings: Partial<ExecutorSettings> = {},
    gatewayOf = (_venue: number, steps: string[]): FakeGateway => new FakeGateway(steps),
  ) {
    this.world = new World(options);
    const { universe, inventory } = this.world;
    this.gateways = universe.venues.map((_, venue) => gatewayOf(venue, this.steps));
    const feeAssets = (settings.feeAssets ?? []).flatMap((setting) => setting?.asset ?? []);
    this.inventory = new Inventory(universe.venues, assetsOf(universe), inventory, feeAssets);
    universe.venues.forEach((_, venue) => {
      this.inventory.setTotals(venue, [...BALANCES, ...feeAssets.map((asset) => ({ asset, free: '1', locked: '0' }))]);
    });
    this.quoteAll();
    this.executor = this.start(settings);
  }

  /** An executor of its own epoch; the next one is the successor. */
  start(settings: Partial<ExecutorSettings> = {}): Executor {
    const { world } = this;
    const ids = clientIds('test0', ++this.#epoch);
    const { universe, buffer, layout, clock } = world;
    const onFault = (fault: Fault): void => void this.faults.push(fault);
    this.breakers = new Breakers({ universe, buffer, layout, clock, settings: BREAKERS, log: silentLog, onFault });
    this.queries = new BreakerQueries({ universe, gateways: this.gateways, breakers: this.breakers, clock, ids });
    this.executor = new Executor({
      universe: world.universe,
      buffer: world.buffer,
      layout: world.layout,
      control: world.control,
      clock: world.clock,
      budgets: [],
      settings: {
        run: 'run',
        maxOpenLegSets: 4,
        maxIntentAgeNs: 250e6,
        maxHeartbeatAgeNs: 1e15,
        maxNotional: '2000',
        hedge: { policy: 'unwind', retryNs: 500e6, unwindNs: 10_000e6 },
        retryBudgetBps: 0,
        maxExposure: 0n,
        risk: RISK,
        unwindSlippageBps: 50,
        ...settings,
        orderTimeoutMs: 2_000,
        resolveTimeoutMs: 10_000,
      },
      gateways: this.gateways,
      inventory: this.inventory,
      breakers: this.breakers,
      ids,
      wal: {
        append: (entry) => {
          this.steps.push(`log ${entry.kind}`);
          this.wal.push(entry);
        },
      },
      records: {
        tryWrite: (record) => {
          if (this.isJournalBehind) return false;
          this.records.push(record);
          return true;
        },
      },
      counters: world.executorCounters(),
      reasons: world.reasons('executor'),
      tickToTrade: world.histogram('tickToTrade'),
      ackLatency: world.histogram('ack'),
      log: silentLog,
      onFault,
      onLossHalt: (reason) => void this.lossHalts.push(reason),
    });
    return this.executor;
  }

  quoteAll(): void {
    this.world.beat();
    this.world.write(this.world.row('alpha'), { bids: [[9_990, 100_000]], asks: [[10_000, 100_000]] });
    this.world.write(this.world.row('beta'), { bids: [[10_100, 100_000]], asks: [[10_110, 100_000]] });
  }

  /** Hands an intent to the executor: buy 1 BTC at alpha, sell what comes of it at beta. */
  intend(change: Partial<Intent> = {}): Intent {
    const { world } = this;
    const leg = { limit: 10_000 as Ticks, size: 10_000 as Lots, rowVersion: 2 };
    const intent: Intent = {
      id: ++this.#intents,
      opportunity: 7,
      instrumentIndex: 0,
      pair: pairIndex(0, 0, 1, world.universe.venues.length),
      decidedAt: world.clock.monotonicNs(),
      receivedAt: world.clock.monotonicNs(),
      edgeBps: 79 as Bps,
      legs: [
        { ...leg, row: world.row('alpha'), side: 'buy' },
        { ...leg, row: world.row('beta'), side: 'sell', limit: 10_100 as Ticks, size: 9_990 as Lots },
      ],
      ...change,
    };
    const slot = newIntentSlot();
    writeIntent(intent, slot);
    const { offset, slots } = world.layout.intents;
    new SlotRing(world.buffer, offset, slots, INTENT.SLOT).tryPush(slot);
    this.executor.doWork();
    return intent;
  }

  /** The newest order of a venue. */
  last(venue: number): Sent {
    const sent = this.gateways[venue]?.sent.at(-1);
    if (sent === undefined) throw new Error(`nothing was sent to venue ${venue}`);
    return sent;
  }

  ack(venue: number): Promise<void> {
    const now = this.world.clock.monotonicNs();
    const { order, answer } = this.last(venue);
    return answer({ kind: 'acked', venueOrderId: `v-${order.clientId}`, sentAt: now, ackedAt: now });
  }

  reject(venue: number): Promise<void> {
    const now = this.world.clock.monotonicNs();
    const error = { class: 'filter' as const, code: '-1013', message: 'too small' };
    return this.last(venue).answer({ kind: 'rejected', error, sentAt: now, ackedAt: now });
  }

  lose(venue: number): Promise<void> {
    return this.last(venue).answer({ kind: 'unknown', reason: 'timeout', sentAt: this.world.clock.monotonicNs() });
  }

  fillOf({ order }: Sent, size: string, fee: string, price = order.price ?? ''): Fill {
    return {
      clientId: order.clientId,
      venueOrderId: `v-${order.clientId}`,
      tradeId: `${++this.#trades}`,
      symbol: order.listing.symbol,
      side: order.side,
      price,
      size,
      fee,
      feeAsset: order.side === 'buy' ? 'BTC' : 'USDT',
      maker: false,
      venueAt: 1,
    };
  }

  reportOf({ order }: Sent, status: OrderReport['status'], filled: string): OrderReport {
    const { clientId, side, listing } = order;
    return { clientId, venueOrderId: `v-${clientId}`, symbol: listing.symbol, side, status, filled, venueAt: 1 };
  }

  tell(venue: number, event: GatewayEvent): void {
    this.executor.onGatewayEvent(venue, event);
  }

  /** Fills the newest order of a venue, and says so. */
  fill(
    venue: number,
    size: string,
    fee: string,
    status: OrderReport['status'] = 'filled',
    paid: Partial<Pick<Fill, 'feeAsset'>> = {},
  ): Fill {
    const sent = this.last(venue);
    const fill = { ...this.fillOf(sent, size, fee), ...paid };
    this.tell(venue, { kind: 'LegFilled', fill });
    this.tell(venue, { kind: 'OrderUpdated', report: this.reportOf(sent, status, size) });
    return fill;
  }

  /** The newest order of a venue ends without a fill. */
  miss(venue: number): void {
    const report = this.reportOf(this.last(venue), 'expired', '0');
    this.tell(venue, { kind: 'OrderUpdated', report });
  }

  /** The newest order of all ends without a fill. */
  missNewest(): void {
    const newest = this.gateways.map(({ sent }) => sent.at(-1)?.order.clientId ?? '');
    this.miss(newest.indexOf(newest.toSorted().at(-1) ?? ''));
  }

  /** Moves time in steps; rows and hearts stay fresh. */
  async passSlowly(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 100) await this.pass(100);
  }

  /** Moves time; rows and hearts stay fresh. */
  async pass(ms: number): Promise<void> {
    this.world.clock.advanceMs(ms);
    this.world.beat();
    await heard();
  }

  get setRecords() {
    return this.records.filter((record) => record.kind === 'LegSet');
  }

  count = () => this.world.executorCounters().snapshot();
  refusals = () =>
    Object.fromEntries(Object.entries(this.world.reasons('executor').snapshot()).filter(([, count]) => count > 0));
}
