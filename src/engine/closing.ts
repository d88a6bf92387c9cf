/** How leg sets end: once all orders of a set are settled its excess is hedged by policy, and the set is closed, booked
 *  and recorded. Crumbs that add up to a tradable size become a set of their own.
 *  Thread: executor. Writes: write-ahead log, orders, records, feedback words. */
import { Fault } from '../core/faults.ts';
import type { LegSetState } from '../core/records.ts';
import type { Side } from '../core/units.ts';
import { amountText } from './amounts.ts';
import { Crumbs } from './crumbs.ts';
import type { ExecutorDeps } from './executor-port.ts';
import { HedgeMarket } from './hedge-market.ts';
import { leftoverOf } from './leftovers.ts';
import { legSetRecord, residualOf, walOrder } from './leg-set-record.ts';
import type { OrderDesk } from './order-desk.ts';
import type { OutcomeCounts } from './outcome-counts.ts';
import { PausedInstruments } from './paused-instruments.ts';
import type { Reservation } from './reservations.ts';
import type { Booking } from './run-totals.ts';
import {
  addLeg,
  changesOf,
  excessOf,
  feesOf,
  type HedgeKind,
  hedgesOf,
  instrumentOf,
  judge,
  type LegSet,
  openLegsOf,
  type Prospects,
  runOf,
} from './saga.ts';
import type { SetParts, Work } from './set-register.ts';

/** How long after a try that left some of an excess, or found no venue, the next one comes: twice as long after each that
 *  was sent, so that their number does not run out before their time. */
const HEDGE_RETRY = { firstMs: 100, mostMs: 2_000 } as const;

export class Closing {
  readonly pausedInstruments = new PausedInstruments();
  /** Nothing is judged before the venues have said what became of an earlier run's orders. */
  isHeldBack = false;
  readonly #deps: ExecutorDeps;
  readonly #parts: SetParts;
  readonly #desk: OrderDesk;
  readonly #counts: OutcomeCounts;
  readonly #market: HedgeMarket;
  readonly #crumbs: Crumbs;

  constructor(deps: ExecutorDeps, parts: SetParts, desk: OrderDesk, counts: OutcomeCounts) {
    this.#deps = deps;
    this.#parts = parts;
    this.#desk = desk;
    this.#counts = counts;
    this.#market = new HedgeMarket(deps, parts);
    this.#crumbs = new Crumbs(deps, parts, counts, {
      isPaused: (instrumentIndex) => this.pausedInstruments.has(instrumentIndex),
      wouldHedge: (set) => judge(set, deps.settings.hedge, this.#prospects(set)).kind === 'hedge',
      judge: (work) => this.judge(work),
    });
  }

  /** Judges a set whose orders are all settled: hedges what is left over, or closes it. */
  judge(work: Work, hasWaited = false): void {
    if (this.isHeldBack) return;
    const judgement = judge(work.set, this.#deps.settings.hedge, this.#prospects(work.set));
    if (judgement.kind === 'wait') return;
    if (judgement.kind === 'close') return this.close(work, judgement.state);
    work.set = { ...work.set, hedgedSince: work.set.hedgedSince ?? this.#deps.clock.monotonicNs() };
    const wasTried = hedgesOf(work.set).length > 0;
    const isDone = (!wasTried || hasWaited) && this.#tryHedge(work, judgement.by, judgement.side, judgement.excess);
    if (!isDone) this.#judgeLater(work);
  }

  close(work: Work, state: LegSetState): void {
    const { clock, universe, wal } = this.#deps;
    const { register, outbox, leftovers, risk } = this.#parts;
    const at = clock.wallMs();
    const { hedgedSince: _, ...set } = work.set;
    const excess = excessOf(set);
    work.set = { ...set, state };
    stopWaiting(work);
    wal.append({
      kind: 'LegSetClosed',
      legSet: set.id,
      state,
      ...(excess === 0n ? {} : { excess: amountText(excess) }),
      at,
    });
    for (const { set } of register.close(work, at)) {
      leftovers.forget(set.id);
      risk.forget(set.id);
    }
    this.#settleIntent(set);
    this.#book(work);
    this.#counts.closed(work, state);
    outbox.write(legSetRecord(work.set, universe, at));
    const wasAwaited = this.pausedInstruments.release(set.id);
    if (state === 'residual' || state === 'unknown') this.#alarm(work.set, state, wasAwaited);
    // Last of what has to be, since it may halt; crumbs are traded where that does not.
    risk.book(work.set);
    if (set.carried !== 0n) this.#crumbs.onClosed(set);
    const instrument = universe.instruments[set.instrumentIndex];
    if (leftoverOf(state) === 'dust' && instrument !== undefined) this.#crumbs.trade(instrument);
  }

  /** Takes over a set that a predecessor closed: late events will find it. */
  remember(work: Work): void {
    const { set } = work;
    this.#parts.register.close(work, this.#deps.clock.wallMs());
    this.#book(work);
    this.#counts.recallClosed(work);
    if (!this.#isOfThisRun(set)) return;
    this.#settleIntent(set);
    if (set.state === 'residual' || set.state === 'unknown') this.pausedInstruments.latch(set.instrumentIndex);
  }

  /** Judges what was held back. What sets of earlier runs changed until now is in the balances that this run starts with. */
  resume(): void {
    for (const work of this.#parts.register.openWorks()) {
      if (!this.#isOfThisRun(work.set)) work.booking = bookingOf(work.set);
    }
    this.isHeldBack = false;
    for (const work of this.#parts.register.openWorks()) this.judge(work);
  }

  /** Books what a closed set changed, in place of what was booked of it before, and what it left over. */
  #book(work: Work): void {
    const { set } = work;
    if (set.state === 'working') throw new Error(`leg set ${set.id} is not closed`);
    const booking = bookingOf(set);
    if (this.#isOfThisRun(set) || !this.isHeldBack) this.#parts.totals.book(work.booking, booking);
    work.booking = booking;
    this.#parts.leftovers.book(set.id, instrumentOf(set), set.state, excessOf(set));
  }

  /** Brings back what is left over past the exposure limit. */
  reduceExposure(): void {
    if (this.isHeldBack) return;
    for (const index of this.#parts.risk.toReduce) {
      const instrument = this.#deps.universe.instruments[index];
      if (instrument !== undefined) this.#crumbs.reduce(instrument);
    }
  }

  settleFeedback(pair: number, intent: number): void {
    const { feedback } = this.#parts;
    if (intent > (feedback[pair] as number)) feedback[pair] = intent;
  }

  /** A set of crumbs occupies no pair, and every run counts its intents anew. */
  #settleIntent(set: LegSet): void {
    if (set.pair >= 0 && this.#isOfThisRun(set)) this.settleFeedback(set.pair, set.intent);
  }

  #isOfThisRun(set: LegSet): boolean {
    return runOf(set) === this.#deps.settings.run;
  }

  stop(): void {
    for (const work of this.#parts.register.openWorks()) stopWaiting(work);
  }

  #prospects(set: LegSet): Prospects {
    const { clock, settings } = this.#deps;
    const { leftovers, register } = this.#parts;
    return {
      nowNs: clock.monotonicNs(),
      isTradable: (side, excess) => this.#market.isTradable(set, side, excess),
      mayHold: (excess) => {
        const held = leftovers.ofOthers('held', instrumentOf(set), register.openIds()) + excess;
        const worth = this.#market.worth(set, held);
        return worth !== undefined && worth <= settings.maxExposure;
      },
    };
  }

  /** False: no venue can take it now (a row is stale, a gateway down, a balance short), or a halt forbids it. */
  #tryHedge(work: Work, by: HedgeKind, side: Side, excess: bigint): boolean {
    const { wal, clock, universe, log } = this.#deps;
    const { reservations } = this.#parts;
    const { set } = work;
    if (!this.#parts.risk.mayHedge) return false;
    const order = this.#market.plan(set, by, side, excess < 0n ? -excess : excess);
    if (order === undefined) return false;
    const reserved = reservations.tryReserve([order], 'reduce');
    if (typeof reserved === 'number') return false;
    const [reservation] = reserved as readonly [Reservation];
    stopWaiting(work);
    const at = clock.wallMs();
    const leg = this.#desk.prepare(order, by, at);
    work.set = addLeg(set, leg);
    work.reserved.set(leg.clientId, reservation);
    this.#parts.register.open(work);
    wal.append({ kind: 'OrderAdded', legSet: set.id, at, order: walOrder(leg, universe) });
    log.warn({ legSet: set.id, by, side: order.side, size: order.size, venue: order.row.venue }, 'hedging');
    reservations.onSending(reservation);
    this.#desk.send(leg, order);
    return true;
  }

  #judgeLater(work: Work): void {
    stopWaiting(work);
    const sent = hedgesOf(work.set).length;
    const waitMs = Math.min(HEDGE_RETRY.mostMs, HEDGE_RETRY.firstMs * 2 ** Math.max(0, sent - 1));
    work.cancelWait = this.#deps.clock.after(waitMs, () => this.judge(work, true));
  }

  /** Base that could not be matched, or an outcome that could not be learned: the instrument is paused, a person told. */
  #alarm(set: LegSet, state: LegSetState, wasAwaited: boolean): void {
    const instrument = instrumentOf(set);
    this.pausedInstruments.latch(set.instrumentIndex);
    // A person was told when the waiting began.
    if (wasAwaited && state === 'unknown') return;
    const amount = amountText(residualOf(set));
    this.#deps.onFault(
      new Fault(
        state === 'unknown' ? 'execution/unknown' : 'execution/residual',
        `leg set ${set.id} closed ${state} with ${amount} of ${instrument} unmatched; ${instrument} is paused`,
        {
          legSet: set.id,
          instrument,
          residual: amount,
          unknown: unknownIn(set),
        },
      ),
    );
  }

  /** The venue of an order without a last word may not be asked, and that lasts: the set stays open, with what is reserved
   *  for it, and its instrument is paused until the venue has said what became of it. Told once. */
  keepWaiting({ set }: Work): void {
    if (!this.pausedInstruments.await(set.id, set.instrumentIndex)) return;
    const instrument = instrumentOf(set);
    const message = `leg set ${set.id} waits for a venue that may not be asked now; ${instrument} is paused until it can be`;
    this.#deps.onFault(
      new Fault('execution/unknown', message, { legSet: set.id, instrument, unknown: unknownIn(set) }),
    );
  }

  /** Closes a set whose outcome there is no time left to learn. */
  abandon(work: Work): void {
    for (const leg of work.set.legs) this.#desk.forget(leg.clientId);
    this.close(work, 'unknown');
  }
}

const bookingOf = (set: LegSet): Booking => ({ changes: changesOf(set), fees: feesOf(set) });

const unknownIn = (set: LegSet): string[] => openLegsOf(set).map(({ clientId }) => clientId);

function stopWaiting(work: Work): void {
  work.cancelWait?.();
  delete work.cancelWait;
}
