/** The leg sets of an executor's life: which are open, and which order belongs to which. */
import type { EXECUTOR_COUNTERS } from '../core/metrics.ts';
import type { FeeAccounts } from './fee-accounts.ts';
import type { Leftovers } from './leftovers.ts';
import type { RecordOutbox } from './record-outbox.ts';
import type { Reservation, Reservations } from './reservations.ts';
import type { RiskDesk } from './risk-desk.ts';
import type { LiveRows } from './rows.ts';
import { type Booking, NO_BOOKING, type RunTotals } from './run-totals.ts';
import { excessOf, type LegSet } from './saga.ts';
import type { SetIds } from './set-ids.ts';

/** A leg set at work. */
export interface Work {
  set: LegSet;
  /** By client id: what is reserved for the order until it is settled. */
  readonly reserved: Map<string, Reservation>;
  /** By client id, and by set id: the counter that holds its outcome. */
  readonly counted: Map<string, keyof typeof EXECUTOR_COUNTERS>;
  booking: Booking;
  /** An excess waits for the next try. */
  cancelWait?: () => void;
}

/** What those share that open, settle and close sets. */
export interface SetParts {
  readonly register: SetRegister;
  readonly rows: LiveRows;
  readonly reservations: Reservations;
  readonly outbox: RecordOutbox;
  readonly totals: RunTotals;
  readonly leftovers: Leftovers;
  readonly risk: RiskDesk;
  readonly ids: SetIds;
  readonly fees: FeeAccounts;
  /** By pair: the newest intent that was settled or refused. */
  readonly feedback: Float64Array;
}

export const newWork = (set: LegSet): Work => ({
  set,
  reserved: new Map(),
  counted: new Map(),
  booking: NO_BOOKING,
});

/** Late fills of closed sets still find their set for this long; nothing of an IOC order comes later. */
const REMEMBER_MS = 3_600_000;

export class SetRegister {
  readonly #open = new Map<string, Work>();
  readonly #byClientId = new Map<string, Work>();
  /** Closed sets, oldest first; one that was opened again stands where it last closed. */
  readonly #closed = new Map<Work, number>();

  get openCount(): number {
    return this.#open.size;
  }

  open(work: Work): void {
    this.#closed.delete(work);
    this.#open.set(work.set.id, work);
    for (const leg of work.set.legs) this.#byClientId.set(leg.clientId, work);
  }

  /** Returns the closed sets that are remembered no longer. */
  close(work: Work, nowMs: number): readonly Work[] {
    this.#open.delete(work.set.id);
    for (const leg of work.set.legs) this.#byClientId.set(leg.clientId, work);
    this.#closed.delete(work);
    this.#closed.set(work, nowMs);
    const forgotten: Work[] = [];
    for (const [old, closedAt] of this.#closed) {
      if (nowMs - closedAt <= REMEMBER_MS) break;
      this.#closed.delete(old);
      for (const leg of old.set.legs) this.#byClientId.delete(leg.clientId);
      forgotten.push(old);
    }
    return forgotten;
  }

  /** Of all sets that may still change. */
  setIds(): readonly string[] {
    return [...this.#open.keys(), ...[...this.#closed.keys()].map(({ set }) => set.id)];
  }

  /** Base that open sets of crumbs have yet to trade, at ASSET_SCALE. */
  crumbsOf(instrumentIndex: number): bigint {
    let sum = 0n;
    for (const { set } of this.#open.values()) {
      if (set.carried !== 0n && set.instrumentIndex === instrumentIndex) sum += excessOf(set);
    }
    return sum;
  }

  isOpen(work: Work): boolean {
    return this.#open.has(work.set.id);
  }

  find(clientId: string): Work | undefined {
    return this.#byClientId.get(clientId);
  }

  openWorks(): readonly Work[] {
    return [...this.#open.values()];
  }

  openIds(): Iterable<string> {
    return this.#open.keys();
  }

  isPairBusy(pair: number): boolean {
    for (const work of this.#open.values()) if (work.set.pair === pair) return true;
    return false;
  }
}
