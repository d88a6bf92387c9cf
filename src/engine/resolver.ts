/** Finds out what became of an order that nobody told us about: asks by client id until the venue says. Never resends. */
import { messageOf } from '../core/faults.ts';
import type { Fill, QueryOutcome } from '../core/order.ts';
import type { ExecutorDeps } from './executor-port.ts';
import { isSettled, type Leg, type LegEvent } from './leg.ts';

/** "Unknown order" proves absence only once the order can no longer arrive: its own expiry (receive windows are at most
 *  5 s) plus the venue's consistency delay. */
const ABSENCE_PROOF_MS = 6_000;
const FIRST_ASK_MS = 100;
const MAX_ASK_MS = 2_000;

export interface ResolverTarget {
  apply(clientId: string, event: LegEvent): void;
  book(venueIndex: number, fill: Fill): void;
  giveUp(clientId: string): void;
  find(clientId: string): Leg | undefined;
}

interface Inquiry {
  readonly since: number;
  attempt: number;
  /** Wall time of the question: what the answer proves, it proves of then. */
  askedAt: number;
  isAsking: boolean;
  cancelTimer: () => void;
}

export class OrderResolver {
  readonly #deps: Pick<ExecutorDeps, 'universe' | 'clock' | 'gateways' | 'settings' | 'log' | 'counters'>;
  readonly #target: ResolverTarget;
  readonly #watched = new Map<string, () => void>();
  readonly #inquiries = new Map<string, Inquiry>();

  constructor(deps: ExecutorDeps, target: ResolverTarget) {
    this.#deps = deps;
    this.#target = target;
  }

  /** If the order is not settled after `ms`, it is asked for. */
  watch(clientId: string, ms: number): void {
    this.#watched.set(
      clientId,
      this.#deps.clock.after(ms, () => this.ask(clientId)),
    );
  }

  /** The order is settled. */
  forget(clientId: string): void {
    this.#watched.get(clientId)?.();
    this.#watched.delete(clientId);
    this.#inquiries.get(clientId)?.cancelTimer();
    this.#inquiries.delete(clientId);
  }

  /** Starts asking; single flight per order. */
  ask(clientId: string): void {
    if (this.#inquiries.has(clientId)) return;
    const { clock, counters } = this.#deps;
    const inquiry: Inquiry = {
      since: clock.monotonicNs(),
      attempt: 0,
      askedAt: 0,
      isAsking: false,
      cancelTimer: () => {},
    };
    counters.add(counters.slot('ordersUnknown'));
    this.#inquiries.set(clientId, inquiry);
    inquiry.cancelTimer = clock.after(FIRST_ASK_MS, () => this.#query(clientId, inquiry));
  }

  stop(): void {
    for (const clientId of [...this.#watched.keys(), ...this.#inquiries.keys()]) this.forget(clientId);
  }

  #query(clientId: string, inquiry: Inquiry): void {
    const leg = this.#target.find(clientId);
    if (leg === undefined || isSettled(leg)) return this.forget(clientId);
    const row = this.#deps.universe.rows[leg.row];
    const gateway = row === undefined ? undefined : this.#deps.gateways[row.venueIndex];
    if (row === undefined || gateway === undefined || inquiry.isAsking) return;
    inquiry.isAsking = true;
    inquiry.attempt++;
    inquiry.askedAt = this.#deps.clock.wallMs();
    gateway
      .query({ clientId, listing: row.listing })
      .catch(
        (thrown: unknown): QueryOutcome => ({
          kind: 'failed',
          error: { class: 'other', code: 'thrown', message: messageOf(thrown) },
        }),
      )
      .then((outcome) => {
        inquiry.isAsking = false;
        if (this.#inquiries.get(clientId) === inquiry) this.#onAnswer(clientId, leg, inquiry, outcome);
      });
  }

  #onAnswer(clientId: string, leg: Leg, inquiry: Inquiry, outcome: QueryOutcome): void {
    const at = this.#deps.clock.wallMs();
    if (outcome.kind === 'found') {
      const venueIndex = this.#deps.universe.rows[leg.row]?.venueIndex ?? -1;
      for (const fill of outcome.fills) this.#target.book(venueIndex, fill);
      const { status, filled, venueOrderId } = outcome.report;
      this.#target.apply(clientId, { kind: 'Reported', status, filled, venueOrderId, at });
      if (status === 'open') this.#cancel(clientId, leg);
    } else if (outcome.kind === 'absent' && inquiry.askedAt - leg.sentAt >= ABSENCE_PROOF_MS) {
      this.#target.apply(clientId, { kind: 'FoundAbsent', at });
    }
    const now = this.#target.find(clientId);
    if (now === undefined || isSettled(now)) return this.forget(clientId);
    const waitedMs = (this.#deps.clock.monotonicNs() - inquiry.since) / 1e6;
    if (waitedMs > this.#deps.settings.resolveTimeoutMs) {
      this.forget(clientId);
      return this.#target.giveUp(clientId);
    }
    const wait = Math.min(MAX_ASK_MS, FIRST_ASK_MS * 2 ** inquiry.attempt);
    inquiry.cancelTimer = this.#deps.clock.after(wait, () => this.#query(clientId, inquiry));
  }

  /** Our orders are IOC: one that still stands open is not what we asked for. Cancelling twice is harmless. */
  #cancel(clientId: string, leg: Leg): void {
    const row = this.#deps.universe.rows[leg.row];
    const gateway = row === undefined ? undefined : this.#deps.gateways[row.venueIndex];
    if (row === undefined || gateway === undefined) return;
    gateway.cancel({ clientId, listing: row.listing }).catch((thrown: unknown) => {
      this.#deps.log.warn({ clientId, error: messageOf(thrown) }, 'cancel failed; asking again');
    });
  }
}
