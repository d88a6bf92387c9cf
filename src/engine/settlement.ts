/** What comes of the orders of leg sets: books events, judges a set once all its orders are settled, unwinds what is
 *  left over, closes. A late event opens a closed set again. */
import { Fault } from '../core/faults.ts';
import type { EXECUTOR_COUNTERS } from '../core/metrics.ts';
import type { Fill } from '../core/order.ts';
import type { LegSetState } from '../core/records.ts';
import type { Side } from '../core/units.ts';
import { amountText, canonicalFill, difference } from './amounts.ts';
import type { ExecutorDeps } from './executor-port.ts';
import { hasFill, isSettled, type Leg, type LegEvent } from './leg.ts';
import { legSetRecord, orderRecord, walOrder } from './leg-set-record.ts';
import { OrderDesk } from './order-desk.ts';
import type { RecordOutbox } from './record-outbox.ts';
import type { LiveRows } from './rows.ts';
import { amountOf, type RunTotals } from './run-totals.ts';
import { addLeg, applyToSet, changesOf, excessOf, feesOf, judge, type LegSet } from './saga.ts';
import type { SetRegister, Work } from './set-register.ts';
import { UnwindMarket } from './unwind-market.ts';

/** How long after a try that left some of an excess, or found no venue, the next one comes. */
const UNWIND_RETRY_MS = 100;

export interface SettlementParts {
  readonly register: SetRegister;
  readonly rows: LiveRows;
  readonly outbox: RecordOutbox;
  readonly totals: RunTotals;
  /** By pair: the newest intent that was settled or refused. */
  readonly feedback: Float64Array;
}

export class Settlement {
  readonly desk: OrderDesk;
  readonly pausedInstruments = new Set<number>();
  readonly #deps: ExecutorDeps;
  readonly #parts: SettlementParts;
  readonly #market: UnwindMarket;

  constructor(deps: ExecutorDeps, parts: SettlementParts) {
    this.#deps = deps;
    this.#parts = parts;
    this.#market = new UnwindMarket(deps, parts.rows);
    this.desk = new OrderDesk(deps, {
      apply: (clientId, event) => this.apply(clientId, event),
      book: (venueIndex, fill) => this.book(venueIndex, fill),
      giveUp: (clientId) => this.#giveUp(clientId),
      find: (clientId) => this.#legOf(clientId),
    });
  }

  /** Books a fill: to the log first, then everywhere else. One that was booked before is only counted. */
  book(venueIndex: number, told: Fill): void {
    const fill = canonicalFill(told);
    const { clock, wal, settings, universe } = this.#deps;
    const work = this.#parts.register.find(fill.clientId);
    const leg = this.#legOf(fill.clientId);
    if (work === undefined || leg === undefined) return this.#count('strayEvents');
    if (hasFill(leg, fill)) return this.#count('duplicateFills');
    const at = clock.wallMs();
    const venue = universe.venues[venueIndex] ?? '';
    wal.append({ kind: 'Filled', legSet: work.set.id, venue, fill, at });
    this.#count('fills');
    this.#parts.outbox.write({
      kind: 'Fill',
      id: `${venue}:${fill.symbol}:${fill.tradeId}`,
      run: settings.run,
      legSet: work.set.id,
      venue,
      instrument: universe.rows[leg.row]?.instrument ?? '',
      receivedAt: at,
      ...fill,
    });
    this.apply(fill.clientId, { kind: 'Filled', fill, at });
  }

  apply(clientId: string, event: LegEvent): void {
    const { register } = this.#parts;
    const work = register.find(clientId);
    const before = this.#legOf(clientId);
    if (work === undefined || before === undefined) return this.#count('strayEvents');
    work.set = applyToSet(work.set, clientId, event);
    const after = this.#legOf(clientId);
    if (after === undefined || after === before) return;
    if (after.changes !== before.changes)
      this.#deps.inventory.apply(this.venueOf(after), difference(after.changes, before.changes));
    const hasSettled = isSettled(after);
    const isNews = hasSettled !== isSettled(before) || after.changes !== before.changes;
    if (hasSettled && isNews) this.#onSettled(work, after);
    if (!register.isOpen(work)) {
      // The word of a closed set that changes nothing is old news.
      if (!isNews) return;
      register.open(work);
      for (const leg of work.set.legs) if (!isSettled(leg)) this.desk.ask(leg.clientId);
    } else if (!hasSettled && (isNews || (after.status === 'unknown' && before.status !== 'unknown'))) {
      // Settled before, or lost from sight: nobody else will tell us.
      if (isSettled(before) || after.status === 'unknown') this.desk.ask(clientId);
    }
    this.advance(work);
  }

  /** Judges a set whose orders are all settled: unwinds what is left over, or closes it. */
  advance(work: Work): void {
    this.#judge(work, false);
  }

  /** Closes a set whose outcome there is no time left to learn. */
  abandon(work: Work): void {
    for (const leg of work.set.legs) this.desk.forget(leg.clientId);
    this.close(work, 'unknown', excessOf(work.set));
  }

  #judge(work: Work, hasWaited: boolean): void {
    const judgement = judge(work.set, (side, excess) => this.#market.isTradable(work.set, side, excess));
    if (judgement.kind === 'wait') return;
    if (judgement.kind === 'close') return this.close(work, judgement.state, judgement.excess);
    const wasTried = work.set.legs.some((leg) => leg.role === 'unwind');
    if (wasTried && !hasWaited) return this.#waitToUnwind(work, judgement.excess);
    this.#unwind(work, judgement.side, judgement.excess);
  }

  close(work: Work, state: LegSetState, excess: bigint): void {
    const { clock, universe, settings, wal } = this.#deps;
    const { register, outbox } = this.#parts;
    const at = clock.wallMs();
    work.set = { ...work.set, state };
    stopWaiting(work);
    wal.append({ kind: 'LegSetClosed', legSet: work.set.id, state, at });
    register.close(work, at);
    this.settleFeedback(work.set.pair, work.set.intent);
    const residual = this.#book(work, excess);
    this.#recount(work, work.set.id, CLOSED_COUNTER[state]);
    outbox.write(legSetRecord(work.set, settings.run, universe, at, residual));
    if (state === 'unknown' || residual !== 0n) this.#alarm(work.set, state, residual);
  }

  /** Takes over a set that a predecessor closed: late events will find it. */
  remember(work: Work): void {
    const { state } = work.set;
    if (state === 'working') throw new Error(`leg set ${work.set.id} is not closed`);
    this.#parts.register.close(work, this.#deps.clock.wallMs());
    this.#book(work, excessOf(work.set));
    this.#recall(work, state);
    this.settleFeedback(work.set.pair, work.set.intent);
    if (state === 'residual' || state === 'unknown') this.pausedInstruments.add(work.set.instrumentIndex);
  }

  settleFeedback(pair: number, intent: number): void {
    const { feedback } = this.#parts;
    if (intent > (feedback[pair] as number)) feedback[pair] = intent;
  }

  stop(): void {
    this.desk.stop();
    for (const work of this.#parts.register.openWorks()) stopWaiting(work);
  }

  venueOf(leg: Leg): number {
    return this.#deps.universe.rows[leg.row]?.venueIndex ?? -1;
  }

  #legOf(clientId: string): Leg | undefined {
    return this.#parts.register.find(clientId)?.set.legs.find((leg) => leg.clientId === clientId);
  }

  #onSettled(work: Work, leg: Leg): void {
    const { clock, universe, settings, wal, inventory } = this.#deps;
    const at = clock.wallMs();
    this.desk.forget(leg.clientId);
    const order = work.reserved.get(leg.clientId);
    if (order !== undefined) {
      work.reserved.delete(leg.clientId);
      inventory.release(order.row.venueIndex, order.asset, order.amount);
    }
    this.#recount(work, leg.clientId, settledCounter(leg));
    wal.append({
      kind: 'OrderUpdated',
      legSet: work.set.id,
      clientId: leg.clientId,
      status: leg.status,
      filled: amountText(leg.filled),
      ...(leg.venueOrderId === undefined ? {} : { venueOrderId: leg.venueOrderId }),
      at,
    });
    this.#parts.outbox.write(orderRecord(leg, work.set, settings.run, universe, at));
  }

  #unwind(work: Work, side: Side, excess: bigint): void {
    const { inventory, wal, clock, universe, log } = this.#deps;
    const { set } = work;
    const order = this.#market.plan(set, side, excess < 0n ? -excess : excess);
    if (order === undefined || !inventory.tryReserve(order.row.venueIndex, order.asset, order.amount)) {
      return this.#waitToUnwind(work, excess);
    }
    stopWaiting(work);
    const at = clock.wallMs();
    const leg = this.desk.prepare(order, 'unwind', at);
    work.set = addLeg(set, leg);
    work.reserved.set(leg.clientId, order);
    this.#parts.register.open(work);
    wal.append({ kind: 'OrderAdded', legSet: set.id, at, order: walOrder(leg, universe) });
    log.warn({ legSet: set.id, side: order.side, size: order.size, venue: order.row.venue }, 'unwinding');
    this.desk.send(leg, order);
  }

  /** No venue can take it now (a row is stale, a gateway down, a balance short), or the last try left some of it. It is
   *  tried until the time is up. */
  #waitToUnwind(work: Work, excess: bigint): void {
    const { clock, settings } = this.#deps;
    const now = clock.monotonicNs();
    const dueAt = work.unwindWait?.dueAt ?? now + settings.resolveTimeoutMs * 1e6;
    if (now >= dueAt) return this.close(work, 'residual', excess);
    stopWaiting(work);
    work.unwindWait = { dueAt, cancel: clock.after(UNWIND_RETRY_MS, () => this.#judge(work, true)) };
  }

  /** Books what the set changed, and what of its excess is dust; returns what is not. */
  #book(work: Work, excess: bigint): bigint {
    const { state, legs } = work.set;
    const isResidual = state === 'residual' || state === 'unknown';
    const booking = {
      changes: changesOf(work.set),
      fees: feesOf(work.set),
      dust: amountOf(legs[0]?.base ?? '', isResidual ? 0n : excess),
    };
    this.#parts.totals.book(work.booking, booking);
    work.booking = booking;
    return isResidual ? excess : 0n;
  }

  /** Base that could not be matched, or an outcome that could not be learned: the instrument is paused, a person told. */
  #alarm(set: LegSet, state: LegSetState, residual: bigint): void {
    const { universe, onFault } = this.#deps;
    const instrument = universe.instruments[set.instrumentIndex]?.id ?? '';
    this.pausedInstruments.add(set.instrumentIndex);
    const amount = amountText(residual);
    onFault(
      new Fault(
        state === 'unknown' ? 'execution/unknown' : 'execution/residual',
        `leg set ${set.id} closed ${state} with ${amount} of ${instrument} unmatched; ${instrument} is paused`,
        {
          legSet: set.id,
          instrument,
          residual: amount,
          unknown: set.legs.filter((leg) => !isSettled(leg)).map((leg) => leg.clientId),
        },
      ),
    );
  }

  /** An outcome could not be learned in time: the set closes unknown. */
  #giveUp(clientId: string): void {
    const work = this.#parts.register.find(clientId);
    if (work !== undefined && this.#parts.register.isOpen(work)) this.close(work, 'unknown', excessOf(work.set));
  }

  /** Sets and orders are counted under their last outcome: a late fill moves them. */
  #recount(work: Work, id: string, name: keyof typeof EXECUTOR_COUNTERS): void {
    const { counters } = this.#deps;
    const before = work.counted.get(id);
    if (before === name) return;
    if (before !== undefined) counters.add(counters.slot(before), -1);
    counters.add(counters.slot(name));
    work.counted.set(id, name);
  }

  /** The counters are shared memory and outlive an executor: what a predecessor counted is only noted. */
  #recall(work: Work, state: LegSetState): void {
    work.counted.set(work.set.id, CLOSED_COUNTER[state]);
    for (const leg of work.set.legs) if (isSettled(leg)) work.counted.set(leg.clientId, settledCounter(leg));
  }

  #count(name: keyof typeof EXECUTOR_COUNTERS): void {
    this.#deps.counters.add(this.#deps.counters.slot(name));
  }
}

function stopWaiting(work: Work): void {
  work.unwindWait?.cancel();
  delete work.unwindWait;
}

const CLOSED_COUNTER: Readonly<Record<LegSetState, keyof typeof EXECUTOR_COUNTERS>> = {
  filled: 'setsFilled',
  unwound: 'setsUnwound',
  missed: 'setsMissed',
  refused: 'setsRefused',
  unknown: 'setsUnknown',
  residual: 'setsResidual',
};

function settledCounter(leg: Leg): keyof typeof EXECUTOR_COUNTERS {
  if (leg.status === 'filled') return 'ordersFilled';
  return leg.status === 'rejected' || leg.status === 'absent' ? 'ordersRejected' : 'ordersCancelled';
}
