/** A gateway that asks no more of its venue than the venue's limits let it, and hears when they refuse.
 *  Orders, cancels and questions for orders that there is no room for are refused here, at once; the other questions wait.
 *  Thread: executor. */
import { type Clock, pause } from '../core/clock.ts';
import { Fault } from '../core/faults.ts';
import type { Listing } from '../core/instrument.ts';
import {
  type Balance,
  type CancelOutcome,
  type Fill,
  type Gateway,
  NOT_SENT,
  type OrderRef,
  type OrderReport,
  type OrderRequest,
  type PlaceOutcome,
  type QueryOutcome,
  type VenueError,
} from '../core/order.ts';
import type { RateBudget } from '../core/rate-budget.ts';
import type { Lane, Operation } from '../core/rate-limits.ts';
import { GatewayShell } from './gateway-shell.ts';

/** Questions wait for their turn at most this long. */
const MAX_WAIT_MS = 10_000;

export class BudgetedGateway extends GatewayShell implements Gateway {
  readonly #inner: Gateway;
  readonly #budget: RateBudget;
  readonly #clock: Clock;

  /** What goes through the shell is asked seldom and by the clock, and no bucket of ours names it. */
  constructor(inner: Gateway, budget: RateBudget, clock: Clock) {
    super(inner);
    this.#inner = inner;
    this.#budget = budget;
    this.#clock = clock;
  }

  place(order: OrderRequest): Promise<PlaceOutcome> {
    const { lane = 'reduce', listing } = order;
    if (!this.#budget.tryTake('place', lane, listing.symbol)) {
      const now = this.#clock.monotonicNs();
      const error = this.#noRoom('place', lane, listing.symbol);
      return Promise.resolve({ kind: 'rejected', error, sentAt: now, ackedAt: now });
    }
    return this.#heard(lane, this.#inner.place(order), (outcome) =>
      outcome.kind === 'rejected' ? outcome.error : undefined,
    );
  }

  cancel(order: OrderRef): Promise<CancelOutcome> {
    const { symbol } = order.listing;
    if (!this.#budget.tryTake('cancel', 'reduce', symbol)) {
      return Promise.resolve({ kind: 'failed', error: this.#noRoom('cancel', 'reduce', symbol) });
    }
    return this.#heard('reduce', this.#inner.cancel(order), failureOf);
  }

  query(order: OrderRef): Promise<QueryOutcome> {
    const { symbol } = order.listing;
    if (!this.#budget.tryTake('query', 'query', symbol)) {
      return Promise.resolve({ kind: 'failed', error: this.#noRoom('query', 'query', symbol) });
    }
    return this.#heard('query', this.#inner.query(order), failureOf);
  }

  async openOrders(): Promise<readonly OrderReport[]> {
    await this.#turn('openOrders', 'query');
    return this.#heard('query', this.#inner.openOrders());
  }

  async recentFills(listing: Listing, sinceMs: number): Promise<readonly Fill[]> {
    await this.#turn('recentFills', 'query', listing.symbol);
    return this.#heard('query', this.#inner.recentFills(listing, sinceMs));
  }

  async balances(): Promise<readonly Balance[]> {
    await this.#turn('balances', 'query');
    return this.#heard('query', this.#inner.balances());
  }

  async feeRates(listing: Listing): Promise<{ taker: string; maker: string }> {
    await this.#turn('feeRates', 'open', listing.symbol);
    return this.#heard('open', this.#inner.feeRates(listing));
  }

  /** Takes what the question needs as soon as there is room. Rejects with `venue/rate-limited`, having asked nothing. */
  async #turn(operation: Operation, lane: Lane, symbol = ''): Promise<void> {
    const since = this.#clock.monotonicNs();
    while (!this.#budget.hasRoom(operation, lane, symbol)) {
      const waitMs = this.#budget.waitMs(operation, lane, symbol);
      const waitedMs = (this.#clock.monotonicNs() - since) / 1e6;
      if (waitedMs + waitMs > MAX_WAIT_MS) {
        const { message, retryAfterMs } = this.#noRoom(operation, lane, symbol);
        throw new Fault('venue/rate-limited', message, { venue: this.#budget.venue, operation, retryAfterMs });
      }
      // One that tries for all is answered within some milliseconds.
      await pause(this.#clock, Math.max(5, waitMs));
    }
    this.#budget.tryTake(operation, lane, symbol);
  }

  #heard<Outcome>(
    lane: Lane,
    asked: Promise<Outcome>,
    refusalIn: (outcome: Outcome) => VenueError | undefined = () => undefined,
  ): Promise<Outcome> {
    return asked.then(
      (outcome) => {
        this.#note(lane, refusalIn(outcome));
        return outcome;
      },
      (thrown: unknown) => {
        this.#note(lane, refusalOf(thrown));
        throw thrown;
      },
    );
  }

  /** What never left this machine says nothing of the venue. */
  #note(lane: Lane, error: VenueError | undefined): void {
    if (error === undefined) this.#budget.answered(lane);
    else if (isRefusal(error)) this.#budget.refused(lane, error);
    else this.#budget.settled(lane);
  }

  #noRoom(operation: Operation, lane: Lane, symbol: string): VenueError {
    const retryAfterMs = Math.ceil(this.#budget.waitMs(operation, lane, symbol));
    const message = `${this.#budget.venue}: ${operation} held back for ${retryAfterMs} ms by the venue's rate limits`;
    return { class: 'rate-limit', code: NOT_SENT, message, retryAfterMs };
  }
}

/** The venue's limits refused it. */
const isRefusal = (error: VenueError): boolean =>
  (error.class === 'rate-limit' && error.code !== NOT_SENT) || error.isBan === true;

const failureOf = (outcome: CancelOutcome | QueryOutcome): VenueError | undefined =>
  outcome.kind === 'failed' ? outcome.error : undefined;

/** What the venue said, in the fault of a question that it refused. */
function refusalOf(thrown: unknown): VenueError | undefined {
  const error: unknown = thrown instanceof Fault ? thrown.details.error : undefined;
  return error === undefined ? OTHER : (error as VenueError);
}

const OTHER: VenueError = { class: 'other', code: '', message: '' };
