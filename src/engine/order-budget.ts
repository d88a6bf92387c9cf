/** How many orders the venues still take: a sliding window for each, of which a share is kept for unwinds, so that the
 *  legs of new sets cannot use up what finishes the open ones. Thread: executor, alone. */
import type { Clock } from '../core/clock.ts';
import type { OrderRate } from '../core/venue.ts';

/** Of each window, kept for orders that reduce risk. */
const KEPT_FOR_UNWINDS = 0.25;

export class OrderBudget {
  readonly #clock: Clock;
  readonly #rates: readonly (OrderRate | undefined)[];
  /** By venue: when its newest orders were sent, a ring as long as its window holds orders. */
  readonly #sentAt: readonly Float64Array[];
  readonly #next: number[];

  /** `rates` by venue index; a venue without one is not limited. */
  constructor(rates: readonly (OrderRate | undefined)[], clock: Clock) {
    this.#clock = clock;
    this.#rates = rates;
    this.#sentAt = rates.map((rate) => new Float64Array(rate?.orders ?? 0).fill(Number.NEGATIVE_INFINITY));
    this.#next = rates.map(() => 0);
  }

  /** Whether a leg of a new set may be sent to the venue now. */
  hasRoom(venueIndex: number): boolean {
    const rate = this.#rates[venueIndex];
    const sentAt = this.#sentAt[venueIndex];
    if (rate === undefined || sentAt === undefined) return true;
    const allowed = Math.max(1, Math.floor(rate.orders * (1 - KEPT_FOR_UNWINDS)));
    // There is room when the order that stands `allowed` places back has left the window.
    const at = ((this.#next[venueIndex] ?? 0) - allowed + sentAt.length) % sentAt.length;
    return this.#clock.monotonicNs() - (sentAt[at] as number) >= rate.windowMs * 1e6;
  }

  /** Notes an order that is sent, of whatever kind. */
  spend(venueIndex: number): void {
    const sentAt = this.#sentAt[venueIndex];
    if (sentAt === undefined || sentAt.length === 0) return;
    const next = this.#next[venueIndex] ?? 0;
    sentAt[next] = this.#clock.monotonicNs();
    this.#next[venueIndex] = (next + 1) % sentAt.length;
  }
}
