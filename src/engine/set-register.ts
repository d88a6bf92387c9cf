/** The leg sets of an executor's life: which are open, and which order belongs to which. */
import type { EXECUTOR_COUNTERS } from '../core/metrics.ts';
import type { PlannedOrder } from './plan.ts';
import { type Booking, NO_BOOKING } from './run-totals.ts';
import type { LegSet } from './saga.ts';

/** A leg set at work. */
export interface Work {
  set: LegSet;
  /** By client id: what is reserved for the order until it is settled. */
  readonly reserved: Map<string, PlannedOrder>;
  /** By client id, and by set id: the counter that holds its outcome. */
  readonly counted: Map<string, keyof typeof EXECUTOR_COUNTERS>;
  booking: Booking;
  /** An excess waits for a venue that can take it, until `dueAt` (monotonic ns). */
  unwindWait?: { readonly dueAt: number; readonly cancel: () => void };
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

  close(work: Work, nowMs: number): void {
    this.#open.delete(work.set.id);
    for (const leg of work.set.legs) this.#byClientId.set(leg.clientId, work);
    this.#closed.delete(work);
    this.#closed.set(work, nowMs);
    for (const [old, closedAt] of this.#closed) {
      if (nowMs - closedAt <= REMEMBER_MS) break;
      this.#closed.delete(old);
      for (const leg of old.set.legs) this.#byClientId.delete(leg.clientId);
    }
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

  isPairBusy(pair: number): boolean {
    for (const work of this.#open.values()) if (work.set.pair === pair) return true;
    return false;
  }
}
