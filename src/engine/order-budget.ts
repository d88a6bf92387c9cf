/** Whether the venues still take orders. An order's place is held from when its set is reserved until it is sent, when its
 *  gateway takes from the venue's budget what it needs: two sets never count on the same place.
 *  Thread: executor, alone. Steady state: no allocation. */
import type { RateBudget } from '../core/rate-budget.ts';
import type { Lane } from '../core/rate-limits.ts';
import type { PlannedOrder } from './plan.ts';

export class OrderBudget {
  readonly #budgets: readonly RateBudget[];
  /** By venue index: orders that hold a place and are not sent yet. They count in every bucket of the venue. */
  readonly #held: Int32Array;

  /** By venue index; a venue without one is not limited. */
  constructor(budgets: readonly RateBudget[]) {
    this.#budgets = budgets;
    this.#held = new Int32Array(budgets.length);
  }

  /** False, and nothing held, when the venue has no room for one more beside those that hold a place. */
  tryHold({ row }: PlannedOrder, lane: Lane): boolean {
    const budget = this.#budgets[row.venueIndex];
    if (budget === undefined) return true;
    const held = this.heldAt(row.venueIndex);
    if (!budget.hasRoom('place', lane, row.listing.symbol, held + 1)) return false;
    this.#held[row.venueIndex] = held + 1;
    return true;
  }

  /** The order is about to be sent, or will not be. */
  letGo({ row }: PlannedOrder): void {
    if (this.#budgets[row.venueIndex] === undefined) return;
    const held = this.heldAt(row.venueIndex);
    if (held === 0) throw new Error(`no order holds a place at ${row.venue}`);
    this.#held[row.venueIndex] = held - 1;
  }

  heldAt(venueIndex: number): number {
    return this.#held[venueIndex] ?? 0;
  }
}
