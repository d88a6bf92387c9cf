/** Turns intents into orders and settles what comes of them.
 *  Thread: executor (or the fused group's). Reads: intent ring, quote table. Writes: write-ahead log, order sockets,
 *  inventory and feedback words, records. Decisions are pure and stand in plan, limits, leg, saga and unwind. */
import { type Intent, REASON } from '../core/intent.ts';
import type { EXECUTOR_COUNTERS } from '../core/metrics.ts';
import type { GatewayEvent } from '../core/order.ts';
import { newIntentSlot, readIntent } from '../memory/intent-codec.ts';
import { INTENT } from '../memory/layout.ts';
import { feedbackWords } from '../memory/shared-words.ts';
import { SlotRing } from '../memory/slot-ring.ts';
import { parseAmount, toTexts } from './amounts.ts';
import type { ExecutorDeps, ExecutorReport } from './executor-port.ts';
import { isSettled } from './leg.ts';
import { walOrder } from './leg-set-record.ts';
import { checkNotional, checkRows, checkState, type Limits } from './limits.ts';
import { type PlannedOrder, planOrders } from './plan.ts';
import { RecordOutbox } from './record-outbox.ts';
import type { Adoptable } from './recovery.ts';
import { LiveRows } from './rows.ts';
import { RunTotals } from './run-totals.ts';
import type { LegSet } from './saga.ts';
import { newWork, SetRegister } from './set-register.ts';
import { Settlement } from './settlement.ts';

export class Executor {
  readonly #deps: ExecutorDeps;
  readonly #intents: SlotRing;
  readonly #slot = newIntentSlot();
  readonly #rows: LiveRows;
  readonly #limits: Limits;
  readonly #register = new SetRegister();
  readonly #totals = new RunTotals();
  readonly #outbox: RecordOutbox;
  readonly #settlement: Settlement;
  #sets = 0;

  constructor(deps: ExecutorDeps) {
    this.#deps = deps;
    const { buffer, layout, settings } = deps;
    this.#intents = new SlotRing(buffer, layout.intents.offset, layout.intents.slots, INTENT.SLOT);
    this.#rows = new LiveRows(buffer, layout, { ...deps, maxHeartbeatAgeNs: settings.maxHeartbeatAgeNs });
    this.#limits = {
      maxOpenLegSets: settings.maxOpenLegSets,
      maxIntentAgeNs: settings.maxIntentAgeNs,
      maxNotional: parseAmount(settings.maxNotional),
    };
    // Unbounded, and yet small: nothing new is opened while it holds anything.
    this.#outbox = new RecordOutbox(deps.records);
    this.#settlement = new Settlement(deps, {
      register: this.#register,
      rows: this.#rows,
      outbox: this.#outbox,
      totals: this.#totals,
      feedback: feedbackWords(buffer, layout),
    });
  }

  /** Takes intents off the ring and looks after what is open; returns how many intents. */
  doWork(): number {
    let work = 0;
    while (this.#intents.tryPop(this.#slot)) {
      this.#handle(readIntent(this.#slot));
      work++;
    }
    this.#outbox.flush();
    return work;
  }

  get hasWork(): boolean {
    return !this.#intents.isEmpty;
  }

  get openSets(): number {
    return this.#register.openCount;
  }

  /** Goes on where a predecessor of the same run died: its open sets are settled, its closed ones stay booked. */
  takeOver(adopted: Adoptable): void {
    for (const set of adopted.closed) this.#settlement.remember(newWork(set));
    for (const set of adopted.open) this.#adopt(set);
  }

  /** Its orders are asked for, never resent. */
  #adopt(set: LegSet): void {
    const work = newWork(set);
    this.#register.open(work);
    for (const leg of set.legs) if (!isSettled(leg)) this.#settlement.desk.ask(leg.clientId);
    this.#settlement.advance(work);
  }

  onGatewayEvent(venueIndex: number, event: GatewayEvent): void {
    switch (event.kind) {
      case 'LegFilled':
        return this.#settlement.book(venueIndex, event.fill);
      case 'OrderUpdated': {
        const { clientId, status, filled, venueOrderId } = event.report;
        const at = this.#deps.clock.wallMs();
        return this.#settlement.apply(clientId, { kind: 'Reported', status, filled, venueOrderId, at });
      }
      case 'GatewayUp':
        return this.#deps.control.setGatewayUp(venueIndex, true);
      case 'GatewayDown':
        return this.#onGatewayDown(venueIndex, event.reason);
      case 'BalancesChanged':
        // Our own ledger moves by fills; the venue's word is compared with it when the run ends.
        return;
    }
  }

  report(): ExecutorReport {
    const { universe, inventory } = this.#deps;
    const paused = [...this.#settlement.pausedInstruments];
    return {
      openSets: this.#register.openCount,
      pnl: toTexts(this.#totals.changes),
      fees: toTexts(this.#totals.fees),
      dust: toTexts(this.#totals.dust),
      inventory: inventory.view(),
      pausedInstruments: paused.map((index) => universe.instruments[index]?.id ?? ''),
    };
  }

  /** The run ends and these sets did not: their outcomes are unknown, and a person is told of each. */
  abandonOpen(): void {
    for (const work of this.#register.openWorks()) this.#settlement.abandon(work);
  }

  stop(): void {
    this.#settlement.stop();
    this.#outbox.flush();
  }

  #onGatewayDown(venueIndex: number, reason: string): void {
    const { control, log, universe } = this.#deps;
    control.setGatewayUp(venueIndex, false);
    log.warn({ venue: universe.venues[venueIndex], reason }, 'order entry lost');
    // Acks and fills may have been lost with the connection: ask for everything of that venue that is open.
    for (const { set } of this.#register.openWorks()) {
      for (const leg of set.legs) {
        if (this.#settlement.venueOf(leg) === venueIndex && !isSettled(leg)) this.#settlement.desk.ask(leg.clientId);
      }
    }
  }

  #handle(intent: Intent): void {
    this.#count('intents');
    const reason = this.#openOrSettle(intent);
    this.#deps.reasons.add(this.#deps.reasons.slot('ok') + reason);
    if (reason === REASON.ok) return;
    this.#count('setsRefused');
    this.#settlement.settleFeedback(intent.pair, intent.id);
  }

  /** A crash loses the intent, and may not block its pair for the rest of the run. */
  #openOrSettle(intent: Intent): number {
    try {
      return this.#tryOpen(intent);
    } catch (thrown) {
      this.#settlement.settleFeedback(intent.pair, intent.id);
      throw thrown;
    }
  }

  /** Reason code. */
  #tryOpen(intent: Intent): number {
    const { universe, control, clock, gateways } = this.#deps;
    const state = checkState(
      intent,
      {
        isHalted: control.isHalted,
        isPaused: control.isPaused,
        journalBehind: this.#outbox.isBehind,
        openSets: this.#register.openCount,
        isPairBusy: this.#register.isPairBusy(intent.pair),
        isInstrumentPaused: this.#settlement.pausedInstruments.has(intent.instrumentIndex),
        nowNs: clock.monotonicNs(),
      },
      this.#limits,
    );
    if (state !== REASON.ok) return state;
    const plan = planOrders(intent, universe);
    if (plan.orders === undefined) return plan.reason;
    const notional = checkNotional(plan.notional, this.#limits);
    if (notional !== REASON.ok) return notional;
    if (plan.orders.some((order) => gateways[order.row.venueIndex]?.isUp !== true)) return REASON['gateway-down'];
    if (!this.#settlement.desk.hasRoom(plan.orders)) return REASON['limit-order-rate'];
    const look = checkRows(plan.orders, (row) => this.#rows.top(row));
    if (look !== REASON.ok) return look;
    if (!this.#tryReserve(plan.orders)) return REASON['no-inventory'];
    this.#openSet(intent, plan.orders);
    return REASON.ok;
  }

  /** All or nothing. */
  #tryReserve(orders: readonly PlannedOrder[]): boolean {
    const { inventory } = this.#deps;
    for (const [index, order] of orders.entries()) {
      if (inventory.tryReserve(order.row.venueIndex, order.asset, order.amount)) continue;
      for (const done of orders.slice(0, index)) inventory.release(done.row.venueIndex, done.asset, done.amount);
      return false;
    }
    return true;
  }

  /** Log first, then send: both orders leave before either answer is looked at. */
  #openSet(intent: Intent, orders: readonly PlannedOrder[]): void {
    const { universe, clock, wal, settings, ids } = this.#deps;
    const { desk } = this.#settlement;
    const now = clock.wallMs();
    const set: LegSet = {
      id: `${settings.run}-${ids.prefix.slice(-4)}-${String(++this.#sets).padStart(8, '0')}`,
      intent: intent.id,
      opportunity: `${settings.run}-${String(intent.opportunity).padStart(9, '0')}`,
      instrumentIndex: intent.instrumentIndex,
      pair: intent.pair,
      edgeBps: intent.edgeBps,
      openedAt: now,
      legs: orders.map((order) => desk.prepare(order, 'leg', now)),
      state: 'working',
    };
    wal.append({
      kind: 'LegSetOpened',
      legSet: set.id,
      intent: intent.id,
      opportunity: set.opportunity,
      instrument: universe.instruments[intent.instrumentIndex]?.id ?? '',
      edgeBps: intent.edgeBps,
      at: now,
      orders: set.legs.map((leg) => walOrder(leg, universe)),
    });
    const work = newWork(set);
    set.legs.forEach((leg, index) => {
      work.reserved.set(leg.clientId, orders[index] as PlannedOrder);
    });
    this.#register.open(work);
    this.#count('setsOpened');
    set.legs.forEach((leg, index) => {
      desk.send(leg, orders[index] as PlannedOrder, index === 0 ? intent.receivedAt : undefined);
    });
  }

  #count(name: keyof typeof EXECUTOR_COUNTERS): void {
    this.#deps.counters.add(this.#deps.counters.slot(name));
  }
}
