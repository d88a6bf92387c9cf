/** What comes of the orders of leg sets: books events, notices when an order is settled, and has its set judged. A late
 *  event opens a closed set again.
 *  Thread: executor. Writes: write-ahead log, inventory, records. */
import type { Fill } from '../core/order.ts';
import { amountText, canonicalFill, difference } from './amounts.ts';
import { Closing } from './closing.ts';
import type { ExecutorDeps } from './executor-port.ts';
import { hasFill, isSettled, type Leg, type LegEvent } from './leg.ts';
import { fillRecord, orderRecord } from './leg-set-record.ts';
import { OrderDesk } from './order-desk.ts';
import { OutcomeCounts } from './outcome-counts.ts';
import { outstandingOrder } from './outstanding.ts';
import { applyToSet, openLegsOf } from './saga.ts';
import type { SetParts, Work } from './set-register.ts';

export class Settlement {
  readonly desk: OrderDesk;
  readonly closing: Closing;
  readonly counts: OutcomeCounts;
  readonly #deps: ExecutorDeps;
  readonly #parts: SetParts;

  constructor(deps: ExecutorDeps, parts: SetParts) {
    this.#deps = deps;
    this.#parts = parts;
    this.counts = new OutcomeCounts(deps.counters, deps.settings.run);
    this.desk = new OrderDesk(deps, {
      apply: (clientId, event) => this.apply(clientId, event),
      book: (venueIndex, fill) => this.book(venueIndex, fill),
      giveUp: (clientId) => this.#giveUp(clientId),
      keepWaiting: (clientId) => this.#keepWaiting(clientId),
      find: (clientId) => this.#legOf(clientId),
    });
    this.closing = new Closing(deps, parts, this.desk, this.counts);
  }

  /** Books a fill: to the log first, then everywhere else. One that was booked before is only counted. */
  book(venueIndex: number, told: Fill): void {
    const fill = canonicalFill(told);
    const { clock, wal, universe } = this.#deps;
    const work = this.#parts.register.find(fill.clientId);
    const leg = this.#legOf(fill.clientId);
    if (work === undefined || leg === undefined) return this.counts.add('strayEvents');
    if (hasFill(leg, fill)) return this.counts.add('duplicateFills');
    const at = clock.wallMs();
    const venue = universe.venues[venueIndex] ?? '';
    wal.append({ kind: 'Filled', legSet: work.set.id, venue, fill, at });
    this.counts.add('fills');
    this.#parts.outbox.write(fillRecord(fill, leg, work.set, universe, at));
    this.#parts.fees.hear(venueIndex, leg, fill);
    this.apply(fill.clientId, { kind: 'Filled', fill, at });
    this.#parts.fees.look(venueIndex);
  }

  apply(clientId: string, event: LegEvent): void {
    const { register, reservations } = this.#parts;
    const work = register.find(clientId);
    const before = this.#legOf(clientId);
    if (work === undefined || before === undefined) return this.counts.add('strayEvents');
    work.set = applyToSet(work.set, clientId, event);
    const after = this.#legOf(clientId);
    if (after === undefined || after === before) return;
    this.#noteAck(work, before, after);
    if (after.changes !== before.changes) {
      this.#deps.inventory.apply(this.venueOf(after), difference(after.changes, before.changes));
      if (event.kind === 'Filled') reservations.onFill({ before, after, event }, work.reserved.get(clientId));
    }
    const hasSettled = isSettled(after);
    const isNews = hasSettled !== isSettled(before) || after.changes !== before.changes;
    if (hasSettled && isNews) this.settle(work, after);
    if (!hasSettled && isSettled(before)) this.cover(work, after);
    if (!register.isOpen(work)) {
      // The word of a closed set that changes nothing is old news.
      if (!isNews) return;
      register.open(work);
      for (const leg of openLegsOf(work.set)) this.desk.ask(leg.clientId);
    } else if (!hasSettled && (isNews || (after.status === 'unknown' && before.status !== 'unknown'))) {
      // Settled before, or lost from sight: nobody else will tell us.
      if (isSettled(before) || after.status === 'unknown') this.desk.ask(clientId);
    }
    this.closing.judge(work);
  }

  stop(): void {
    this.desk.stop();
    this.closing.stop();
  }

  venueOf(leg: Leg): number {
    return this.#deps.universe.rows[leg.row]?.venueIndex ?? -1;
  }

  #legOf(clientId: string): Leg | undefined {
    return this.#parts.register.find(clientId)?.set.legs.find((leg) => leg.clientId === clientId);
  }

  #noteAck({ set }: Work, before: Leg, { clientId, venueOrderId, ackedAt }: Leg): void {
    if (venueOrderId === undefined || ackedAt === undefined) return;
    if (venueOrderId === before.venueOrderId && ackedAt === before.ackedAt) return;
    this.#deps.wal.append({ kind: 'OrderAcked', legSet: set.id, clientId, venueOrderId, at: ackedAt });
  }

  /** The order's last word, to the log and the journal; what was reserved for it is free again. */
  settle(work: Work, leg: Leg): void {
    const { clock, universe, wal } = this.#deps;
    const at = clock.wallMs();
    this.desk.forget(leg.clientId);
    const reservation = work.reserved.get(leg.clientId);
    if (reservation !== undefined) {
      work.reserved.delete(leg.clientId);
      this.#parts.reservations.release(reservation);
    }
    this.counts.settled(work, leg);
    wal.append({
      kind: 'OrderUpdated',
      legSet: work.set.id,
      clientId: leg.clientId,
      status: leg.status,
      filled: amountText(leg.filled),
      ...(leg.venueOrderId === undefined ? {} : { venueOrderId: leg.venueOrderId }),
      ...(leg.error === undefined ? {} : { error: leg.error }),
      at,
    });
    this.#parts.outbox.write(orderRecord(leg, work.set, universe, at));
  }

  /** For an order that is out and has nothing reserved: a predecessor's, or one that was taken for settled. */
  cover(work: Work, leg: Leg): void {
    const order = outstandingOrder(leg, this.#deps.universe);
    if (order === undefined || work.reserved.has(leg.clientId)) return;
    work.reserved.set(leg.clientId, this.#parts.reservations.adopt(order));
  }

  /** An outcome could not be learned in time: the set closes unknown. */
  #giveUp(clientId: string): void {
    const work = this.#openWorkOf(clientId);
    if (work !== undefined) this.closing.close(work, 'unknown');
  }

  #keepWaiting(clientId: string): void {
    const work = this.#openWorkOf(clientId);
    if (work !== undefined) this.closing.keepWaiting(work);
  }

  #openWorkOf(clientId: string): Work | undefined {
    const { register } = this.#parts;
    const work = register.find(clientId);
    return work !== undefined && register.isOpen(work) ? work : undefined;
  }
}
