/** Turns intents into orders and settles what comes of them.
 *  Thread: executor (or the fused group's). Reads: intent ring, quote table. Writes: write-ahead log, order sockets,
 *  inventory and feedback words, records. Decisions are pure and stand in plan, limits, leg, saga and unwind. */
import { Fault, messageOf } from '../core/faults.ts';
import { type Intent, REASON } from '../core/intent.ts';
import type { EXECUTOR_COUNTERS } from '../core/metrics.ts';
import type { Fill, GatewayEvent, OrderReport, PlaceOutcome } from '../core/order.ts';
import type { JournalRecord, LegSetState } from '../core/records.ts';
import type { Side } from '../core/units.ts';
import { newIntentSlot, readIntent } from '../memory/intent-codec.ts';
import { INTENT } from '../memory/layout.ts';
import { feedbackWords } from '../memory/shared-words.ts';
import { SlotRing } from '../memory/slot-ring.ts';
import { type Amounts, parseAmount, plus, plusAll, toTexts } from './amounts.ts';
import type { ExecutorDeps, ExecutorReport } from './executor-port.ts';
import { hasFill, isSettled, type Leg, type LegEvent, newLeg } from './leg.ts';
import { legSetRecord, orderRecord, walOrder } from './leg-set-record.ts';
import { checkNotional, checkRows, checkState, type Limits } from './limits.ts';
import { type PlannedOrder, planOrders } from './plan.ts';
import { OrderResolver } from './resolver.ts';
import { LiveRows } from './rows.ts';
import { addLeg, applyToSet, changesOf, feesOf, judge, type LegSet } from './saga.ts';
import { isTradable, planUnwind } from './unwind.ts';

interface Work {
  set: LegSet;
  /** By client id: what is reserved for the order until it is settled. */
  readonly reserved: Map<string, PlannedOrder>;
  /** How much of the set's changes the run's totals already hold. */
  booked: Amounts;
  bookedFees: Amounts;
}

export class Executor {
  readonly #deps: ExecutorDeps;
  readonly #intents: SlotRing;
  readonly #slot = newIntentSlot();
  readonly #feedback: Float64Array;
  readonly #rows: LiveRows;
  readonly #limits: Limits;
  readonly #resolver: OrderResolver;
  readonly #open = new Map<string, Work>();
  /** Every order of this life, by client id: late fills of closed sets still find their set. */
  readonly #byClientId = new Map<string, Work>();
  readonly #busyPairs = new Set<number>();
  readonly #pausedInstruments = new Set<number>();
  readonly #unwritten: JournalRecord[] = [];
  #sets = 0;
  #pnl: Amounts = new Map();
  #fees: Amounts = new Map();
  #dust: Amounts = new Map();

  constructor(deps: ExecutorDeps) {
    this.#deps = deps;
    const { buffer, layout, settings } = deps;
    this.#intents = new SlotRing(buffer, layout.intents.offset, layout.intents.slots, INTENT.SLOT);
    this.#feedback = feedbackWords(buffer, layout);
    this.#rows = new LiveRows(buffer, layout, { ...deps, maxHeartbeatAgeNs: settings.maxHeartbeatAgeNs });
    this.#limits = {
      maxOpenLegSets: settings.maxOpenLegSets,
      maxIntentAgeNs: settings.maxIntentAgeNs,
      maxNotional: parseAmount(settings.maxNotional),
    };
    this.#resolver = new OrderResolver(deps, {
      apply: (clientId, event) => this.#apply(clientId, event),
      book: (venueIndex, fill) => this.#onFill(venueIndex, fill),
      giveUp: (clientId) => this.#giveUp(clientId),
      find: (clientId) => this.#byClientId.get(clientId)?.set.legs.find((leg) => leg.clientId === clientId),
    });
  }

  /** Takes intents off the ring and looks after what is open; returns how many intents. */
  doWork(): number {
    let work = 0;
    while (this.#intents.tryPop(this.#slot)) {
      this.#handle(readIntent(this.#slot));
      work++;
    }
    if (this.#unwritten.length > 0) this.#flushRecords();
    return work;
  }

  get hasWork(): boolean {
    return !this.#intents.isEmpty;
  }

  get openSets(): number {
    return this.#open.size;
  }

  /** Adopts a leg set that a predecessor left open (from the write-ahead log): its orders are asked for, never resent. */
  adopt(set: LegSet): void {
    const work: Work = { set, reserved: new Map(), booked: new Map(), bookedFees: new Map() };
    this.#open.set(set.id, work);
    this.#busyPairs.add(set.pair);
    for (const leg of set.legs) {
      this.#byClientId.set(leg.clientId, work);
      if (!isSettled(leg)) this.#resolver.ask(leg.clientId);
    }
    this.#advance(work);
  }

  /** Books what a predecessor of the same run had already earned. */
  carryOver(pnl: Amounts, fees: Amounts): void {
    this.#pnl = plusAll(this.#pnl, pnl);
    this.#fees = plusAll(this.#fees, fees);
  }

  onGatewayEvent(venueIndex: number, event: GatewayEvent): void {
    switch (event.kind) {
      case 'LegFilled':
        return this.#onFill(venueIndex, event.fill);
      case 'OrderUpdated':
        return this.#onReport(event.report);
      case 'GatewayUp':
        return this.#deps.control.setGatewayUp(venueIndex, true);
      case 'GatewayDown':
        this.#deps.control.setGatewayUp(venueIndex, false);
        this.#deps.log.warn(
          { venue: this.#deps.universe.venues[venueIndex], reason: event.reason },
          'order entry lost',
        );
        // Acks and fills may have been lost with the connection: ask for everything of that venue that is open.
        for (const work of this.#open.values()) {
          for (const leg of work.set.legs) {
            if (this.#venueOf(leg) === venueIndex && !isSettled(leg)) this.#resolver.ask(leg.clientId);
          }
        }
        return;
      case 'BalancesChanged':
        // Our own ledger moves by fills; the venue's word is compared with it when the run ends.
        return;
    }
  }

  report(): ExecutorReport {
    const { universe, inventory } = this.#deps;
    return {
      openSets: this.#open.size,
      pnl: toTexts(this.#pnl),
      fees: toTexts(this.#fees),
      dust: toTexts(this.#dust),
      inventory: inventory.view(),
      pausedInstruments: [...this.#pausedInstruments].map((index) => universe.instruments[index]?.id ?? ''),
    };
  }

  stop(): void {
    this.#resolver.stop();
    this.#flushRecords();
  }

  #handle(intent: Intent): void {
    this.#count('intents');
    const reason = this.#tryOpen(intent);
    this.#deps.reasons.add(this.#deps.reasons.slot('ok') + reason);
    if (reason === REASON.ok) return;
    this.#count('setsRefused');
    this.#settleFeedback(intent.pair, intent.id);
  }

  #tryOpen(intent: Intent): number {
    const { universe, control, clock, inventory } = this.#deps;
    const state = checkState(
      intent,
      {
        isHalted: control.isHalted,
        isPaused: control.isPaused,
        journalBehind: this.#unwritten.length > 0,
        openSets: this.#open.size,
        isPairBusy: this.#busyPairs.has(intent.pair),
        isInstrumentPaused: this.#pausedInstruments.has(intent.instrumentIndex),
        nowNs: clock.monotonicNs(),
      },
      this.#limits,
    );
    if (state !== REASON.ok) return state;
    const plan = planOrders(intent, universe);
    if (plan.orders === undefined) return plan.reason;
    const notional = checkNotional(plan.notional, this.#limits);
    if (notional !== REASON.ok) return notional;
    if (plan.orders.some((order) => this.#deps.gateways[order.row.venueIndex]?.isUp !== true))
      return REASON['gateway-down'];
    const look = checkRows(plan.orders, (row) => this.#rows.top(row));
    if (look !== REASON.ok) return look;
    const reserved: PlannedOrder[] = [];
    for (const order of plan.orders) {
      if (!inventory.tryReserve(order.row.venueIndex, order.asset, order.amount)) {
        for (const done of reserved) inventory.release(done.row.venueIndex, done.asset, done.amount);
        return REASON['no-inventory'];
      }
      reserved.push(order);
    }
    this.#open_(intent, plan.orders);
    return REASON.ok;
  }

  /** Log first, then send: both orders leave before either answer is looked at. */
  #open_(intent: Intent, orders: readonly PlannedOrder[]): void {
    const { universe, clock, wal, settings, ids } = this.#deps;
    const now = clock.wallMs();
    const set: LegSet = {
      id: `${settings.run}-${ids.prefix.slice(-4)}-${String(++this.#sets).padStart(8, '0')}`,
      intent: intent.id,
      opportunity: `${settings.run}-${String(intent.opportunity).padStart(9, '0')}`,
      instrumentIndex: intent.instrumentIndex,
      pair: intent.pair,
      edgeBps: intent.edgeBps,
      openedAt: now,
      legs: orders.map((order) => this.#newLeg(order, 'leg', now)),
      state: 'working',
    };
    const work: Work = { set, reserved: new Map(), booked: new Map(), bookedFees: new Map() };
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
    this.#open.set(set.id, work);
    this.#busyPairs.add(set.pair);
    this.#count('setsOpened');
    let first = true;
    set.legs.forEach((leg, index) => {
      this.#send(work, leg, orders[index] as PlannedOrder, first ? intent.receivedAt : undefined);
      first = false;
    });
  }

  #newLeg(order: PlannedOrder, role: Leg['role'], now: number): Leg {
    const { base, quote } = order.row.listing;
    return newLeg({
      clientId: this.#deps.ids.next(),
      role,
      row: order.row.row,
      side: order.side,
      base,
      quote,
      price: order.price,
      size: order.size,
      sentAt: now,
    });
  }

  #send(work: Work, leg: Leg, order: PlannedOrder, receivedAt: number | undefined): void {
    const { clock, gateways, ackLatency, tickToTrade, settings } = this.#deps;
    work.reserved.set(leg.clientId, order);
    this.#byClientId.set(leg.clientId, work);
    this.#count('ordersSent');
    const gateway = gateways[order.row.venueIndex];
    if (gateway === undefined) throw new RangeError(`no gateway for venue ${order.row.venueIndex}`);
    const answer = gateway.place({
      clientId: leg.clientId,
      listing: order.row.listing,
      side: leg.side,
      type: 'limit',
      tif: 'ioc',
      price: leg.price,
      size: leg.size,
    });
    this.#resolver.watch(leg.clientId, settings.orderTimeoutMs);
    // A throw is a bug of the gateway, and its order an unknown: the other leg must not be lost with it.
    answer
      .catch(
        (thrown: unknown): PlaceOutcome => ({
          kind: 'unknown',
          reason: messageOf(thrown),
          sentAt: clock.monotonicNs(),
        }),
      )
      .then((outcome) => {
        if (receivedAt !== undefined) tickToTrade.record(outcome.sentAt - receivedAt);
        if (outcome.kind !== 'unknown') ackLatency.record(outcome.ackedAt - outcome.sentAt);
        this.#onOutcome(leg.clientId, outcome);
      });
  }

  #onOutcome(clientId: string, outcome: PlaceOutcome): void {
    const at = this.#deps.clock.wallMs();
    switch (outcome.kind) {
      case 'acked':
        this.#count('ordersAcked');
        return this.#apply(clientId, { kind: 'Acked', venueOrderId: outcome.venueOrderId, at });
      case 'rejected':
        if (outcome.error.class === 'unknown-outcome') return this.#onUnknown(clientId, outcome.error.message);
        this.#deps.log.warn({ clientId, error: outcome.error }, 'order rejected');
        return this.#apply(clientId, { kind: 'Rejected', error: outcome.error, at });
      case 'unknown':
        return this.#onUnknown(clientId, outcome.reason);
    }
  }

  #onUnknown(clientId: string, reason: string): void {
    this.#count('ordersUnknown');
    this.#deps.log.warn({ clientId, reason }, 'order outcome unknown; asking the venue');
    this.#apply(clientId, { kind: 'OutcomeUnknown' });
    this.#resolver.ask(clientId);
  }

  #onReport(report: OrderReport): void {
    this.#apply(report.clientId, {
      kind: 'Reported',
      status: report.status,
      filled: report.filled,
      venueOrderId: report.venueOrderId,
      at: this.#deps.clock.wallMs(),
    });
  }

  #onFill(venueIndex: number, fill: Fill): void {
    const { clock, wal, settings, universe } = this.#deps;
    const work = this.#byClientId.get(fill.clientId);
    const leg = work?.set.legs.find((entry) => entry.clientId === fill.clientId);
    if (work === undefined || leg === undefined) return this.#count('strayEvents');
    if (hasFill(leg, fill)) return this.#count('duplicateFills');
    const at = clock.wallMs();
    const venue = universe.venues[venueIndex] ?? '';
    wal.append({ kind: 'Filled', legSet: work.set.id, venue, fill, at });
    this.#count('fills');
    this.#write({
      kind: 'Fill',
      id: `${venue}:${fill.symbol}:${fill.tradeId}`,
      run: settings.run,
      legSet: work.set.id,
      venue,
      instrument: universe.rows[leg.row]?.instrument ?? '',
      receivedAt: at,
      ...fill,
    });
    this.#apply(fill.clientId, { kind: 'Filled', fill, at });
  }

  #apply(clientId: string, event: LegEvent): void {
    const work = this.#byClientId.get(clientId);
    if (work === undefined) return this.#count('strayEvents');
    const before = work.set.legs.find((leg) => leg.clientId === clientId);
    work.set = applyToSet(work.set, clientId, event);
    const after = work.set.legs.find((leg) => leg.clientId === clientId);
    if (before === undefined || after === undefined || before === after) return;
    if (event.kind === 'Filled')
      this.#deps.inventory.apply(this.#venueOf(after), difference(after.changes, before.changes));
    if (!isSettled(before) && isSettled(after)) this.#onSettled(work, after);
    this.#advance(work);
  }

  #onSettled(work: Work, leg: Leg): void {
    const { clock, universe, settings, wal } = this.#deps;
    const at = clock.wallMs();
    this.#resolver.forget(leg.clientId);
    const order = work.reserved.get(leg.clientId);
    if (order !== undefined) {
      work.reserved.delete(leg.clientId);
      this.#deps.inventory.release(order.row.venueIndex, order.asset, order.amount);
    }
    if (leg.status === 'filled') this.#count('ordersFilled');
    else if (leg.status === 'rejected' || leg.status === 'absent') this.#count('ordersRejected');
    else this.#count('ordersCancelled');
    wal.append({
      kind: 'OrderUpdated',
      legSet: work.set.id,
      clientId: leg.clientId,
      status: leg.status,
      filled: toTexts(new Map([['filled', leg.filled]]))['filled'] ?? '0',
      ...(leg.venueOrderId === undefined ? {} : { venueOrderId: leg.venueOrderId }),
      at,
    });
    this.#write(orderRecord(leg, work.set, settings.run, universe, at));
  }

  /** Judges a set whose legs are all settled: unwinds what is left over, or closes it. */
  #advance(work: Work): void {
    const { set } = work;
    const judgement = judge(set, (side, excess) => this.#isTradable(set, side, excess));
    if (judgement.kind === 'wait') return;
    if (judgement.kind === 'close') return this.#close(work, judgement.state, judgement.excess);
    const order = this.#planUnwind(set, judgement.side, judgement.excess);
    if (order === undefined) return this.#close(work, 'residual', judgement.excess);
    const { inventory, wal, clock, universe } = this.#deps;
    if (!inventory.tryReserve(order.row.venueIndex, order.asset, order.amount)) {
      return this.#close(work, 'residual', judgement.excess);
    }
    const leg = this.#newLeg(order, 'unwind', clock.wallMs());
    work.set = addLeg(set, leg);
    this.#open.set(set.id, work);
    this.#busyPairs.add(set.pair);
    wal.append({ kind: 'OrderAdded', legSet: set.id, at: clock.wallMs(), order: walOrder(leg, universe) });
    this.#deps.log.warn({ legSet: set.id, side: order.side, size: order.size, venue: order.row.venue }, 'unwinding');
    this.#send(work, leg, order, undefined);
  }

  #isTradable(set: LegSet, side: Side, excess: bigint): boolean {
    const { universe } = this.#deps;
    const instrument = universe.instruments[set.instrumentIndex];
    if (instrument === undefined) return false;
    const rows = universe.rows.filter((row) => row.instrumentIndex === set.instrumentIndex);
    const prices = rows.map((row) => this.#rows.top(row.row)).filter((top) => top !== undefined);
    const fallback = set.legs.map((leg) => Number(parseAmount(leg.price)) / 10 ** (18 - instrument.grid.priceDecimals));
    const price = side === 'buy' ? prices[0]?.ask : prices[0]?.bid;
    return isTradable(excess, instrument, rows, price ?? fallback[0] ?? 0);
  }

  #planUnwind(set: LegSet, side: Side, excess: bigint): PlannedOrder | undefined {
    const { universe, inventory, gateways, settings } = this.#deps;
    const instrument = universe.instruments[set.instrumentIndex];
    if (instrument === undefined) return undefined;
    return planUnwind(side, excess < 0n ? -excess : excess, instrument, {
      slippageBps: settings.unwindSlippageBps,
      rows: universe.rows
        .filter((row) => row.instrumentIndex === set.instrumentIndex)
        .map((row) => ({ row, top: this.#rows.top(row.row), isUp: gateways[row.venueIndex]?.isUp === true })),
      free: (venue, asset) => inventory.free(venue, asset),
    });
  }

  #close(work: Work, state: LegSetState, excess: bigint): void {
    const { clock, universe, settings, wal } = this.#deps;
    const isFirst = work.set.state === 'working' && this.#open.has(work.set.id);
    work.set = { ...work.set, state };
    const changes = changesOf(work.set);
    const fees = feesOf(work.set);
    const base = work.set.legs[0]?.base ?? '';
    const residual = state === 'residual' || state === 'unknown' ? excess : 0n;
    this.#pnl = plusAll(this.#pnl, difference(changes, work.booked));
    this.#fees = plusAll(this.#fees, difference(fees, work.bookedFees));
    if (residual === 0n) this.#dust = plus(this.#dust, base, excess - (work.booked.get(base) ?? 0n));
    work.booked = changes;
    work.bookedFees = fees;
    this.#open.delete(work.set.id);
    this.#busyPairs.delete(work.set.pair);
    const at = clock.wallMs();
    wal.append({ kind: 'LegSetClosed', legSet: work.set.id, state, at });
    this.#write(legSetRecord(work.set, settings.run, universe, at, residual));
    if (isFirst) this.#count(CLOSED_COUNTER[state]);
    if (residual !== 0n) this.#alarm(work.set, state, residual);
    this.#settleFeedback(work.set.pair, work.set.intent);
  }

  #alarm(set: LegSet, state: LegSetState, residual: bigint): void {
    const instrument = this.#deps.universe.instruments[set.instrumentIndex]?.id ?? '';
    this.#pausedInstruments.add(set.instrumentIndex);
    const amount = toTexts(new Map([['base', residual]]))['base'] ?? '0';
    const what = state === 'unknown' ? 'execution/unknown' : 'execution/residual';
    this.#deps.onFault(
      new Fault(
        what,
        `leg set ${set.id} closed ${state} with ${amount} of ${instrument} unmatched; ${instrument} is paused`,
        {
          legSet: set.id,
          instrument,
          residual: amount,
        },
      ),
    );
  }

  /** An outcome could not be learned in time: the set closes unknown, its instrument is paused, a person is told. */
  #giveUp(clientId: string): void {
    const work = this.#byClientId.get(clientId);
    if (work === undefined || !this.#open.has(work.set.id)) return;
    const base = work.set.legs[0]?.base ?? '';
    const excess = changesOf(work.set).get(base) ?? 0n;
    this.#pausedInstruments.add(work.set.instrumentIndex);
    if (excess === 0n) {
      this.#deps.onFault(
        new Fault(
          'execution/unknown',
          `order ${clientId}: the venue did not say what became of it; its instrument is paused`,
          {
            clientId,
            legSet: work.set.id,
          },
        ),
      );
    }
    this.#close(work, 'unknown', excess);
  }

  #settleFeedback(pair: number, intent: number): void {
    if (intent > (this.#feedback[pair] as number)) this.#feedback[pair] = intent;
  }

  #venueOf(leg: Leg): number {
    return this.#deps.universe.rows[leg.row]?.venueIndex ?? -1;
  }

  #write(record: JournalRecord): void {
    if (this.#unwritten.length > 0 || !this.#deps.records.tryWrite(record)) this.#unwritten.push(record);
  }

  #flushRecords(): void {
    while (this.#unwritten.length > 0 && this.#deps.records.tryWrite(this.#unwritten[0] as JournalRecord)) {
      this.#unwritten.shift();
    }
  }

  #count(name: keyof typeof EXECUTOR_COUNTERS): void {
    this.#deps.counters.add(this.#deps.counters.slot(name));
  }
}

const CLOSED_COUNTER: Readonly<Record<LegSetState, keyof typeof EXECUTOR_COUNTERS>> = {
  filled: 'setsFilled',
  unwound: 'setsUnwound',
  missed: 'setsMissed',
  refused: 'setsRefused',
  unknown: 'setsUnknown',
  residual: 'setsResidual',
};

function difference(after: Amounts, before: Amounts): Amounts {
  let out = after;
  for (const [asset, amount] of before) out = plus(out, asset, -amount);
  return out;
}
