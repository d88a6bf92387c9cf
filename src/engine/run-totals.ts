/** What a run has earned, paid and left over, by asset, exact. A set that closes again is booked by its difference. */
import { type Amounts, difference, plus, plusAll } from './amounts.ts';

/** What the totals hold of one set. */
export interface Booking {
  readonly changes: Amounts;
  readonly fees: Amounts;
  /** Base below any venue's minimum that the set left over. */
  readonly dust: Amounts;
}

const NOTHING: Amounts = new Map();
export const NO_BOOKING: Booking = { changes: NOTHING, fees: NOTHING, dust: NOTHING };

export class RunTotals {
  #changes: Amounts = NOTHING;
  #fees: Amounts = NOTHING;
  #dust: Amounts = NOTHING;

  get changes(): Amounts {
    return this.#changes;
  }

  get fees(): Amounts {
    return this.#fees;
  }

  get dust(): Amounts {
    return this.#dust;
  }

  /** Replaces what was booked of a set. */
  book(before: Booking, now: Booking): void {
    this.#changes = plusAll(this.#changes, difference(now.changes, before.changes));
    this.#fees = plusAll(this.#fees, difference(now.fees, before.fees));
    this.#dust = plusAll(this.#dust, difference(now.dust, before.dust));
  }
}

/** The ledger of a single asset. */
export const amountOf = (asset: string, amount: bigint): Amounts => plus(NOTHING, asset, amount);
