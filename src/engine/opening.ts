/** From an intent to two orders on their way: limits, exact plan, last look, reservation, log, send.
 *  Thread: executor. Writes: reservations, write-ahead log, order sockets. What is decided is decided in plan and limits. */
import type { Instrument } from '../core/instrument.ts';
import { type Intent, REASON } from '../core/intent.ts';
import { parseAmount } from './amounts.ts';
import type { ExecutorDeps } from './executor-port.ts';
import { LastLook } from './last-look.ts';
import { openedEntry } from './leg-set-record.ts';
import { checkNotional, checkProfit, checkState, type Limits } from './limits.ts';
import { type PlanTerms, planOrders } from './plan.ts';
import type { Reservation } from './reservations.ts';
import type { LegSet } from './saga.ts';
import { newWork, type SetParts } from './set-register.ts';
import type { Settlement } from './settlement.ts';

export class Opening {
  readonly #deps: ExecutorDeps;
  readonly #parts: SetParts;
  readonly #settlement: Settlement;
  readonly #limits: Limits;
  readonly #look: LastLook;
  readonly #plan: PlanTerms;

  constructor(deps: ExecutorDeps, parts: SetParts, settlement: Settlement) {
    this.#deps = deps;
    this.#parts = parts;
    this.#settlement = settlement;
    const { maxOpenLegSets, maxIntentAgeNs, maxNotional } = deps.settings;
    this.#look = new LastLook(deps, parts.rows);
    this.#limits = { maxOpenLegSets, maxIntentAgeNs, maxNotional: parseAmount(maxNotional) };
    this.#plan = { kind: settlement.desk.termsOf('leg'), isApart: (row) => parts.fees.isApart(row) };
  }

  /** Reason code. */
  tryOpen(intent: Intent): number {
    const { universe, control, clock, gateways, breakers, settings } = this.#deps;
    const { register, outbox, reservations, risk } = this.#parts;
    const state = checkState(
      intent,
      {
        risk: risk.check(),
        isHalted: control.isHalted,
        isPaused: control.isPaused,
        journalBehind: outbox.isBehind,
        openSets: register.openCount,
        isPairBusy: register.isPairBusy(intent.pair),
        isInstrumentPaused: this.#settlement.closing.pausedInstruments.has(intent.instrumentIndex),
        nowNs: clock.monotonicNs(),
      },
      this.#limits,
    );
    if (state !== REASON.ok) return state;
    const plan = planOrders(intent, universe, this.#plan);
    if (plan.orders === undefined) return plan.reason;
    const notional = checkNotional(plan.notional, this.#limits);
    if (notional !== REASON.ok) return notional;
    const profit = checkProfit(plan.profit, settings.risk.minProfit);
    if (profit !== REASON.ok) return profit;
    if (plan.orders.some((order) => gateways[order.row.venueIndex]?.isUp !== true)) return REASON['gateway-down'];
    const breaker = breakers.checkOpen('leg', plan.orders);
    if (breaker !== REASON.ok) return breaker;
    const look = this.#look.check(plan.orders);
    if (look !== REASON.ok) return look;
    const reserved = reservations.tryReserve(plan.orders, 'open');
    if (typeof reserved === 'number') return reserved;
    this.#openSet(intent, reserved);
    return REASON.ok;
  }

  /** Log first, then send: both orders leave before either answer is looked at. */
  #openSet(intent: Intent, reserved: readonly Reservation[]): void {
    const { universe, clock, wal, settings } = this.#deps;
    const { desk } = this.#settlement;
    const { reservations } = this.#parts;
    const now = clock.wallMs();
    const instrument = universe.instruments[intent.instrumentIndex] as Instrument;
    const set: LegSet = {
      id: this.#parts.ids.next(),
      intent: intent.id,
      opportunity: `${settings.run}-${String(intent.opportunity).padStart(9, '0')}`,
      instrumentIndex: intent.instrumentIndex,
      pair: intent.pair,
      edgeBps: intent.edgeBps,
      openedAt: now,
      base: instrument.base,
      quote: instrument.quote,
      carried: 0n,
      legs: reserved.map(({ order }) => desk.prepare(order, 'leg', now)),
      state: 'working',
    };
    wal.append(openedEntry(set, universe));
    const work = newWork(set);
    set.legs.forEach((leg, index) => {
      work.reserved.set(leg.clientId, reserved[index] as Reservation);
    });
    this.#parts.register.open(work);
    this.#settlement.counts.add('setsOpened');
    set.legs.forEach((leg, index) => {
      const reservation = reserved[index] as Reservation;
      reservations.onSending(reservation);
      desk.send(leg, reservation.order, index === 0 ? intent.receivedAt : undefined);
    });
  }
}
