/** Finds out what became of an order that nobody told us about: asks by client id until the venue says. Never resends.
 *  Gives up after a time in which the venue could be asked: while it may not be, the question stays open. */
import { messageOf } from '../core/faults.ts';
import { type Fill, NOT_SENT, type QueryOutcome } from '../core/order.ts';
import { amountText, parseAmount } from './amounts.ts';
import type { ExecutorDeps } from './executor-port.ts';
import { hasFill, isSettled, type Leg, type LegEvent } from './leg.ts';

/** "Unknown order" proves absence only once the order can no longer arrive: its own expiry (receive windows are at most
 *  5 s) plus the venue's consistency delay. */
const ABSENCE_PROOF_MS = 6_000;
const FIRST_ASK_MS = 100;
const MAX_ASK_MS = 2_000;
/** A venue that may not be asked is tried no later than this: it may be back before the time that it named. */
const MAX_BARRED_MS = 10_000;
/** Answers within the time after which an outcome is given up, at least: who answers slowly was asked seldom. */
const MIN_ANSWERS = 4;

export interface ResolverTarget {
  apply(clientId: string, event: LegEvent): void;
  book(venueIndex: number, fill: Fill): void;
  giveUp(clientId: string): void;
  /** The time to give up has passed, but not of the venue's being asked: it is gone on with. Told again and again. */
  keepWaiting(clientId: string): void;
  find(clientId: string): Leg | undefined;
}

/** Times are monotonic ns. */
interface Inquiry {
  readonly since: number;
  /** When the last answer came, whether it was that the venue may not be asked, and how long it could be until then. */
  heardAt: number;
  wasBarred: boolean;
  askableNs: number;
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
  #isStopped = false;

  constructor(deps: ExecutorDeps, target: ResolverTarget) {
    this.#deps = deps;
    this.#target = target;
  }

  /** If the order is not settled after `ms`, that is told, and it is asked for. */
  watch(clientId: string, ms: number, onLate: () => void): void {
    this.#watched.set(
      clientId,
      this.#deps.clock.after(ms, () => {
        onLate();
        this.ask(clientId);
      }),
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
    const now = clock.monotonicNs();
    const inquiry: Inquiry = {
      since: now,
      heardAt: now,
      wasBarred: false,
      askableNs: 0,
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
    this.#isStopped = true;
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
      .query({ clientId, listing: row.listing, sentAt: leg.sentAt })
      .catch(
        (thrown: unknown): QueryOutcome => ({
          kind: 'failed',
          error: { class: 'other', code: 'thrown', message: messageOf(thrown) },
        }),
      )
      .then((outcome) => {
        inquiry.isAsking = false;
        if (!this.#isStopped) this.#onAnswer(clientId, leg, inquiry, outcome);
      });
  }

  #onAnswer(clientId: string, leg: Leg, inquiry: Inquiry, outcome: QueryOutcome): void {
    const at = this.#deps.clock.wallMs();
    if (outcome.kind === 'found') {
      const venueIndex = this.#deps.universe.rows[leg.row]?.venueIndex ?? -1;
      const { status, venueOrderId } = outcome.report;
      // What is claimed comes first: else an older, smaller claim is met by some of the fills, and judged without the rest.
      const filled = claimOf(outcome, this.#target.find(clientId) ?? leg);
      this.#target.apply(clientId, { kind: 'Reported', status, filled, venueOrderId, at });
      for (const fill of outcome.fills) this.#target.book(venueIndex, fill);
      const after = this.#target.find(clientId);
      if (status === 'open' && after !== undefined && !isSettled(after)) this.#cancel(clientId, leg);
    } else if (outcome.kind === 'absent' && (outcome.askedAt ?? inquiry.askedAt) - leg.sentAt >= ABSENCE_PROOF_MS) {
      this.#target.apply(clientId, { kind: 'FoundAbsent', at });
    }
    // Settled meanwhile, perhaps by a word that this answer has just contradicted: then it was asked for anew.
    if (this.#inquiries.get(clientId) !== inquiry) return;
    const now = this.#target.find(clientId);
    if (now === undefined || isSettled(now)) return this.forget(clientId);
    const { resolveTimeoutMs } = this.#deps.settings;
    this.#countTime(inquiry, this.#isBarred(leg, outcome));
    if (inquiry.askableNs / 1e6 > resolveTimeoutMs) {
      this.forget(clientId);
      return this.#target.giveUp(clientId);
    }
    const backoff = Math.min(MAX_ASK_MS, FIRST_ASK_MS * 2 ** inquiry.attempt);
    const wait = Math.max(backoff, Math.min(MAX_BARRED_MS, waitNamedIn(outcome)));
    inquiry.cancelTimer = this.#deps.clock.after(wait, () => this.#query(clientId, inquiry));
    if ((inquiry.heardAt - inquiry.since) / 1e6 > resolveTimeoutMs) this.#target.keepWaiting(clientId);
  }

  /** Between two answers the venue could be asked if it could at both. */
  #countTime(inquiry: Inquiry, isBarred: boolean): void {
    const now = this.#deps.clock.monotonicNs();
    const mostNs = (this.#deps.settings.resolveTimeoutMs / MIN_ANSWERS) * 1e6;
    if (!isBarred && !inquiry.wasBarred) inquiry.askableNs += Math.min(mostNs, now - inquiry.heardAt);
    inquiry.heardAt = now;
    inquiry.wasBarred = isBarred;
  }

  /** The question did not get through, and no other would have. */
  #isBarred(leg: Leg, outcome: QueryOutcome): boolean {
    if (outcome.kind !== 'failed') return false;
    const { class: name, code, isBan } = outcome.error;
    if (code === NOT_SENT || isBan === true || name === 'rate-limit' || name === 'maintenance') return true;
    return this.#deps.gateways[this.#deps.universe.rows[leg.row]?.venueIndex ?? -1]?.isUp !== true;
  }

  /** One that is asked for is not waited for any longer: neither one that was not to rest, nor one whose time is over or
   *  whose connection was lost. Cancelling twice is harmless. */
  #cancel(clientId: string, leg: Leg): void {
    const row = this.#deps.universe.rows[leg.row];
    const gateway = row === undefined ? undefined : this.#deps.gateways[row.venueIndex];
    if (row === undefined || gateway === undefined) return;
    gateway.cancel({ clientId, listing: row.listing }).catch((thrown: unknown) => {
      this.#deps.log.warn({ clientId, error: messageOf(thrown) }, 'cancel failed; asking again');
    });
  }
}

/** Base that is filled by all that an answer says and that was told before: its report and its fills may be of different
 *  moments, and the leg may hold newer fills than either. Decimal text. */
function claimOf({ report, fills }: Extract<QueryOutcome, { kind: 'found' }>, leg: Leg): string {
  const news = new Map(fills.filter((fill) => !hasFill(leg, fill)).map(({ tradeId, size }) => [tradeId, size]));
  const sum = [...news.values()].reduce((total, size) => total + parseAmount(size), leg.filled);
  return sum > parseAmount(report.filled) ? amountText(sum) : report.filled;
}

const waitNamedIn = (outcome: QueryOutcome): number =>
  outcome.kind === 'failed' ? (outcome.error.retryAfterMs ?? 0) : 0;
