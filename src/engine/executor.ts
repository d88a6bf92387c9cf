/** Turns intents into orders and settles what comes of them.
 *  Thread: executor (or the fused group's). Reads: intent ring, quote table. Writes: write-ahead log, order sockets,
 *  inventory and feedback words, records. Decisions are pure and stand in plan, limits, leg, saga and unwind. */
import { Fault } from '../core/faults.ts';
import { type Intent, REASON } from '../core/intent.ts';
import type { EXECUTOR_COUNTERS } from '../core/metrics.ts';
import type { GatewayEvent } from '../core/order.ts';
import type { WalEntry } from '../core/records.ts';
import type { RecoveryRecord } from '../core/recovery-record.ts';
import { newIntentSlot, readIntent } from '../memory/intent-codec.ts';
import { INTENT } from '../memory/layout.ts';
import { feedbackWords } from '../memory/shared-words.ts';
import { SlotRing } from '../memory/slot-ring.ts';
import { toTexts } from './amounts.ts';
import type { ExecutorDeps, ExecutorReport } from './executor-port.ts';
import { Exposure } from './exposure.ts';
import { FeeAccounts } from './fee-accounts.ts';
import { Leftovers } from './leftovers.ts';
import { isSettled, type Leg } from './leg.ts';
import { Opening } from './opening.ts';
import { RecordOutbox } from './record-outbox.ts';
import { adoptable, Replay, recordOf } from './replay.ts';
import { Reservations } from './reservations.ts';
import { RiskDesk } from './risk-desk.ts';
import { LiveRows } from './rows.ts';
import { RunTotals } from './run-totals.ts';
import { instrumentOf, type LegSet, openLegsOf, runOf } from './saga.ts';
import { setIds } from './set-ids.ts';
import { newWork, type SetParts, SetRegister, type Work } from './set-register.ts';
import { Settlement } from './settlement.ts';

/** A fill that is told so late of a set that was closed before a crash still finds it. */
const LATE_MS = 900_000;

export interface TakenOver {
  /** Leg sets that were adopted, and that nobody can be asked about. */
  readonly open: readonly string[];
  readonly stranded: readonly string[];
  /** Wall time, ms: from here on the venues are asked for fills, of these rows. */
  readonly since: number;
  readonly rows: readonly number[];
}

export class Executor {
  readonly #deps: ExecutorDeps;
  readonly #intents: SlotRing;
  readonly #slot = newIntentSlot();
  readonly #register = new SetRegister();
  readonly #totals = new RunTotals();
  readonly #leftovers = new Leftovers();
  readonly #reservations: Reservations;
  readonly #outbox: RecordOutbox;
  readonly #risk: RiskDesk;
  readonly #settlement: Settlement;
  readonly #opening: Opening;
  /** Adopted orders that are settled by their fills, and whose log broke off before it said so. */
  readonly #owed: (readonly [Work, Leg])[] = [];

  constructor(deps: ExecutorDeps) {
    this.#deps = deps;
    const { buffer, layout, settings } = deps;
    this.#intents = new SlotRing(buffer, layout.intents.offset, layout.intents.slots, INTENT.SLOT);
    // Unbounded, and yet small: nothing new is opened while it holds anything.
    this.#outbox = new RecordOutbox(deps.records);
    const rows = new LiveRows(buffer, layout, { ...deps, maxHeartbeatAgeNs: settings.maxHeartbeatAgeNs });
    this.#reservations = new Reservations({ ...deps, rows, limits: settings });
    const fees = new FeeAccounts(deps, settings.feeAssets ?? []);
    const books = { rows, fees, leftovers: this.#leftovers, register: this.#register };
    this.#risk = new RiskDesk(deps, new Exposure(deps, books));
    const parts: SetParts = {
      register: this.#register,
      rows,
      reservations: this.#reservations,
      outbox: this.#outbox,
      totals: this.#totals,
      leftovers: this.#leftovers,
      risk: this.#risk,
      ids: setIds(settings.run, deps.ids.prefix),
      fees,
      feedback: feedbackWords(buffer, layout),
    };
    this.#settlement = new Settlement(deps, parts);
    this.#opening = new Opening(deps, parts, this.#settlement);
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

  /** Goes on where others died: open sets are adopted and their orders asked for, never resent; closed ones stay booked.
   *  What the journal may lack of the runs in `unended` is written again. Nothing is judged before `resume`. */
  takeOver(past: readonly WalEntry[], unended: ReadonlySet<string>): TakenOver {
    const { universe, clock, settings } = this.#deps;
    const replay = new Replay(universe, this.#leftovers);
    for (const entry of past) {
      const step = replay.step(entry);
      this.#risk.recall(entry, step?.set);
      if (step === undefined || !unended.has(step.run)) continue;
      const record = recordOf(step, universe);
      if (record !== undefined) this.#outbox.write(record);
    }
    this.#settlement.closing.isHeldBack = true;
    const { open, closed, stranded } = adoptable(replay.sets);
    const since = Math.min(...open.map(({ openedAt }) => openedAt), clock.wallMs() - LATE_MS);
    for (const set of closed) {
      if (set.openedAt >= since || runOf(set) === settings.run) this.#settlement.closing.remember(newWork(set));
    }
    for (const set of open) this.#adopt(newWork(set), (clientId) => replay.hasLastWord(clientId));
    for (const set of stranded) this.#deps.onFault(strandedFault(set));
    this.#risk.takeOver(new Set(this.#register.setIds()));
    const recent = replay.sets.filter(({ openedAt }) => openedAt >= since);
    const rows = new Set(recent.flatMap(({ legs }) => legs.map(({ row }) => row)).filter((row) => row >= 0));
    return { open: open.map(({ id }) => id), stranded: stranded.map(({ id }) => id), since, rows: [...rows] };
  }

  #adopt(work: Work, hasLastWord: (clientId: string) => boolean): void {
    this.#register.open(work);
    this.#count('setsAdopted');
    for (const leg of work.set.legs) {
      if (!isSettled(leg)) continue;
      if (hasLastWord(leg.clientId)) this.#settlement.counts.recall(work, leg);
      else this.#owed.push([work, leg]);
    }
  }

  /** Asks the venues for every open order that has no last word, and gives the log those that it lacks. */
  inquire(): void {
    for (const [work, leg] of this.#owed.splice(0)) this.#settlement.settle(work, leg);
    for (const clientId of this.unsettled()) this.#settlement.desk.ask(clientId);
  }

  /** Client ids of open orders without a last word, but for those whose venue may not be asked for long. */
  unsettled(): string[] {
    const { pausedInstruments } = this.#settlement.closing;
    const askable = this.#register.openWorks().filter(({ set }) => !pausedInstruments.isAwaited(set.id));
    return askable.flatMap(({ set }) => openLegsOf(set).map(({ clientId }) => clientId));
  }

  /** Orders of open sets without a last word. */
  inFlight(): readonly Leg[] {
    return this.#register.openWorks().flatMap(({ set }) => openLegsOf(set));
  }

  /** What was found of others, for the journal. */
  record(found: RecoveryRecord): void {
    this.#outbox.write(found);
  }

  knows(clientId: string): boolean {
    return this.#register.find(clientId) !== undefined;
  }

  hasSettled(clientId: string): boolean {
    const leg = this.#register.find(clientId)?.set.legs.find((entry) => entry.clientId === clientId);
    return leg !== undefined && isSettled(leg);
  }

  /** From here on sets are judged, and new ones opened. */
  resume(): void {
    for (const work of this.#register.openWorks()) {
      for (const leg of openLegsOf(work.set)) this.#settlement.cover(work, leg);
    }
    this.#risk.look();
    this.#settlement.closing.resume();
  }

  /** What nobody calls for. */
  lookAround(): void {
    this.#risk.look();
    this.#settlement.closing.reduceExposure();
  }

  /** A person lifted the halt. */
  liftLossHalt(): void {
    this.#risk.lift();
  }

  /** What all sets until now add up to, as every run says it at the beginning of its log. */
  carriedOver(): Required<Pick<Extract<WalEntry, { kind: 'RunOpened' }>, 'dust' | 'held' | 'losses'>> {
    return {
      dust: this.#leftovers.texts('dust'),
      held: this.#leftovers.texts('held'),
      losses: this.#risk.count(),
    };
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
    const { universe, inventory, budgets } = this.#deps;
    const paused = [...this.#settlement.closing.pausedInstruments];
    return {
      openSets: this.#register.openCount,
      waitingRecords: this.#outbox.waiting,
      pnl: toTexts(this.#totals.changes),
      fees: toTexts(this.#totals.fees),
      dust: toTexts(this.#leftovers.byAsset('dust', universe)),
      held: toTexts(this.#leftovers.byAsset('held', universe)),
      inventory: inventory.view(),
      openNotional: toTexts(this.#reservations.openNotional()),
      rates: budgets.map((budget) => budget.view()),
      pausedInstruments: paused.map((index) => universe.instruments[index]?.id ?? ''),
      risk: this.#risk.view(),
    };
  }

  /** The run ends and these sets did not: their outcomes are unknown, and a person is told of each. */
  abandonOpen(): void {
    for (const work of this.#register.openWorks()) this.#settlement.closing.abandon(work);
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
      for (const leg of openLegsOf(set)) {
        if (this.#settlement.venueOf(leg) === venueIndex) this.#settlement.desk.ask(leg.clientId);
      }
    }
  }

  #handle(intent: Intent): void {
    this.#count('intents');
    const reason = this.#openOrSettle(intent);
    this.#deps.reasons.add(this.#deps.reasons.slot('ok') + reason);
    if (reason === REASON.ok) return;
    this.#count('setsRefused');
    this.#settlement.closing.settleFeedback(intent.pair, intent.id);
  }

  /** A crash loses the intent, and may not block its pair for the rest of the run. */
  #openOrSettle(intent: Intent): number {
    try {
      return this.#opening.tryOpen(intent);
    } catch (thrown) {
      this.#settlement.closing.settleFeedback(intent.pair, intent.id);
      throw thrown;
    }
  }

  #count(name: keyof typeof EXECUTOR_COUNTERS): void {
    this.#deps.counters.add(this.#deps.counters.slot(name));
  }
}

const strandedFault = (set: LegSet): Fault =>
  new Fault(
    'recovery/stranded',
    `leg set ${set.id} of ${instrumentOf(set)} was left open by an earlier run, at a venue or in an instrument that is ` +
      'not configured now; configure it again, or settle it by hand',
    { legSet: set.id, orders: set.legs.map(({ clientId }) => clientId) },
  );
