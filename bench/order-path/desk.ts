/** A real executor between two venues: shared memory, rows, intent ring, limits, breakers, rate budgets, inventory, log,
 *  gateways. Only the far ends of the sockets are stubs, and the journal takes its records without keeping them. */
import { SharedViews, shapeOf } from '../../src/actors/context.ts';
import { accessTo } from '../../src/actors/venue-access.ts';
import { defaultConfig } from '../../src/core/config.ts';
import type { Fault } from '../../src/core/faults.ts';
import type { Listing } from '../../src/core/instrument.ts';
import { type Intent, pairIndex } from '../../src/core/intent.ts';
import { silentLog } from '../../src/core/log.ts';
import type { WriteAhead } from '../../src/core/records.ts';
import type { Bps, Lots, Ticks } from '../../src/core/units.ts';
import { buildUniverse } from '../../src/core/universe.ts';
import type { VenueDescriptor } from '../../src/core/venue.ts';
import { parseAmount } from '../../src/engine/amounts.ts';
import { Breakers } from '../../src/engine/breakers.ts';
import { clientIds } from '../../src/engine/client-ids.ts';
import { Executor } from '../../src/engine/executor.ts';
import { Inventory } from '../../src/engine/inventory.ts';
import { riskLimitsOf } from '../../src/engine/risk-limits.ts';
import { assetsOf } from '../../src/engine/terms.ts';
import { newIntentSlot, writeIntent } from '../../src/memory/intent-codec.ts';
import { allocate, INTENT, planLayout } from '../../src/memory/layout.ts';
import { inventoryWords } from '../../src/memory/shared-words.ts';
import { SlotRing } from '../../src/memory/slot-ring.ts';
import { meteredLog } from '../../src/record/metered-log.ts';
import { ASK, BID, Crossing, INSTRUMENT, LISTING, LOTS } from './crossing.ts';
import type { SkippingClock } from './skipping-clock.ts';
import type { VenueStub } from './venue-stub.ts';
import { PRIVATE_URL, TRADE_URL } from './words.ts';

export interface Account {
  /** Names it in the universe: two accounts of one venue are two. */
  readonly name: string;
  readonly descriptor: VenueDescriptor;
  readonly listing: Pick<Listing, 'symbol' | 'orderCode'>;
  readonly stub: VenueStub;
}

/** Within this every rate limit has room again. */
const SKIP_MS = 500;
const TURNS = 50;

export class OrderPathDesk {
  readonly #accounts: readonly Account[];
  readonly #clock: SkippingClock;
  readonly #views: SharedViews;
  readonly #executor: Executor;
  readonly #connect: () => Promise<void>;
  readonly #close: () => Promise<void>;
  readonly #crossing: Crossing;
  readonly #ring: SlotRing;
  readonly #slot = newIntentSlot();
  readonly #intent: Intent;
  readonly #faults: Fault[] = [];

  constructor(accounts: readonly [Account, Account], clock: SkippingClock, wal: WriteAhead) {
    this.#accounts = accounts;
    this.#clock = clock;
    const universe = buildUniverse(
      [INSTRUMENT],
      accounts.map(({ name, listing, descriptor }) => ({
        venue: name,
        fees: descriptor.defaultFees,
        listings: [{ ...LISTING, ...listing, venue: name }],
      })),
    );
    const shape = shapeOf(universe);
    this.#views = new SharedViews(allocate(planLayout(shape)), shape);
    const { buffer, layout, control } = this.#views;
    const { breakers: breakerConfig, execution, limits } = defaultConfig();
    const onFault = (fault: Fault): void => void this.#faults.push(fault);
    const access = accounts.map(({ descriptor, stub }, index) =>
      accessTo(
        descriptor,
        {
          endpoints: { rest: 'http://venue.bench', wsPublic: '', wsPrivate: PRIVATE_URL, wsTrade: TRADE_URL },
          credentials: { apiKey: 'k'.repeat(64), secret: 's'.repeat(64), passphrase: 'p' },
          listings: universe.rows.filter(({ venueIndex }) => venueIndex === index).map(({ listing }) => listing),
          sockets: stub.sockets,
          http: stub.http,
          clock,
          log: silentLog,
          onEvent: (event) => this.#executor.onGatewayEvent(index, event),
        },
        [],
        onFault,
      ),
    );
    const gateways = access.map(({ gateway }) => gateway);
    this.#connect = async () => {
      for (const gateway of gateways) await gateway.connect();
    };
    this.#close = async () => {
      for (const gateway of gateways) await gateway.close();
    };
    const inventory = new Inventory(universe.venues, assetsOf(universe), inventoryWords(buffer, layout));
    for (const [index] of accounts.entries()) {
      inventory.setTotals(
        index,
        ['BTC', 'USDT'].map((asset) => ({ asset, free: '1000000', locked: '0' })),
      );
      control.setIncarnation(index, 1);
      control.acknowledge(index, 1);
    }
    this.#executor = new Executor({
      universe,
      buffer,
      layout,
      control,
      clock,
      settings: {
        run: 'mi4x8k2c9f3a',
        maxOpenLegSets: limits.maxOpenLegSets,
        maxIntentAgeNs: limits.maxIntentAgeMs * 1e6,
        maxHeartbeatAgeNs: limits.maxHeartbeatAgeMs * 1e6,
        maxNotional: '2000',
        hedge: { policy: 'unwind', retryNs: 0, unwindNs: execution.hedge.unwindMs * 1e6 },
        retryBudgetBps: 0,
        maxExposure: parseAmount(limits.maxExposure),
        risk: riskLimitsOf(limits),
        unwindSlippageBps: limits.unwindSlippageBps,
        orderTimeoutMs: execution.orderTimeoutMs,
        resolveTimeoutMs: execution.resolveTimeoutMs,
      },
      budgets: access.map(({ budget }) => budget),
      gateways,
      inventory,
      breakers: new Breakers({
        universe,
        buffer,
        layout,
        clock,
        settings: { ...breakerConfig, probeMs: execution.orderTimeoutMs },
        log: silentLog,
        onFault,
      }),
      ids: clientIds('bench', 1),
      wal: meteredLog(wal, clock, this.#views.latency('walAppend')),
      records: { tryWrite: () => true },
      counters: this.#views.executorCounters(),
      reasons: this.#views.reasonCounters('executor'),
      tickToTrade: this.#views.latency('tickToTrade'),
      ackLatency: this.#views.latency('ack'),
      log: silentLog,
      onFault,
      onLossHalt: () => {},
    });
    this.#crossing = new Crossing(this.#views);
    this.#ring = new SlotRing(buffer, layout.intents.offset, layout.intents.slots, INTENT.SLOT);
    const now = clock.monotonicNs();
    this.#intent = {
      id: 0,
      opportunity: 17,
      instrumentIndex: 0,
      pair: pairIndex(0, 0, 1, 2),
      decidedAt: now,
      receivedAt: now,
      edgeBps: 29.9 as Bps,
      legs: [
        { row: 0, side: 'buy', limit: ASK as Ticks, size: LOTS as Lots, rowVersion: 0 },
        { row: 1, side: 'sell', limit: BID as Ticks, size: LOTS as Lots, rowVersion: 0 },
      ],
    };
  }

  async open(): Promise<void> {
    await this.#connect();
    for (const { stub } of this.#accounts) stub.takeOrders();
  }

  async close(): Promise<void> {
    this.#executor.stop();
    await this.#close();
  }

  /** What the feeds and the detector do before an intent lies in its ring. */
  decide(): void {
    this.#clock.skip(SKIP_MS);
    this.#crossing.publish(this.#clock.monotonicNs());
    const intent = this.#intent;
    intent.id++;
    intent.receivedAt = this.#clock.monotonicNs();
    intent.decidedAt = this.#clock.monotonicNs();
    writeIntent(intent, this.#slot);
    this.#ring.tryPush(this.#slot);
  }

  /** From the intent to the bytes of its second order, ns. */
  execute(): number {
    const fromMs = performance.now();
    this.#executor.doWork();
    const [first, second] = this.#accounts as readonly [Account, Account];
    return (Math.max(first.stub.tookAtMs, second.stub.tookAtMs) - fromMs) * 1e6;
  }

  /** Has both orders answered and the leg set closed. Throws when an intent was refused. */
  async settle(): Promise<void> {
    const orders = this.#accounts.map(({ stub }) => stub.takenOrder());
    if (this.#faults.length > 0 || orders.includes('')) {
      const reasons = Object.entries(this.#views.reasonCounters('executor').snapshot()).filter(
        ([, count]) => count > 0,
      );
      throw new Error(`an intent was not sent: ${JSON.stringify(reasons)} ${this.#faults.map(String).join('; ')}`);
    }
    for (const [index, { stub }] of this.#accounts.entries()) stub.answer(orders[index] as string);
    for (let turn = 0; this.#executor.openSets > 0; turn++) {
      if (turn === TURNS) throw new Error('a leg set stayed open after its orders had ended');
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
