/** What a run has earned and paid, by asset, exact. A set that closes again is booked by its difference. */
import { type Amounts, difference, plusAll } from './amounts.ts';

/** What the totals hold of one set. */
export interface Booking {
  readonly changes: Amounts;
  readonly fees: Amounts;
}

const NOTHING: Amounts = new Map();
export const NO_BOOKING: Booking = { changes: NOTHING, fees: NOTHING };

export class RunTotals {
  #changes: Amounts = NOTHING;
  #fees: Amounts = NOTHING;

  get changes(): Amounts {
    return this.#changes;
  }

  get fees(): Amounts {
    return this.#fees;
  }

  /** Replaces what was booked of a set. */
  book(before: Booking, now: Booking): void {
    this.#changes = plusAll(this.#changes, difference(now.changes, before.changes));
    this.#fees = plusAll(this.#fees, difference(now.fees, before.fees));
  }
}
