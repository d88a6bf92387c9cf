/** The last look before money moves: the rows of all legs are read again. Live, still inside the limits, confirmed not
 *  long ago, deep enough, and near what other venues say. Thread: executor. Steady state: no allocation. */
import type { Clock } from '../core/clock.ts';
import type { Universe } from '../core/instrument.ts';
import { REASON } from '../core/intent.ts';
import { QUOTE } from '../memory/layout.ts';
import type { PlannedOrder } from './plan.ts';
import { PriceBand } from './price-band.ts';
import type { RiskLimits } from './risk-limits.ts';
import type { LiveRows } from './rows.ts';

export interface LastLookDeps {
  readonly universe: Universe;
  readonly clock: Clock;
  readonly settings: { readonly risk: RiskLimits };
}

export class LastLook {
  readonly #clock: Clock;
  readonly #rows: LiveRows;
  readonly #limits: RiskLimits;
  readonly #band: PriceBand;

  constructor({ universe, clock, settings }: LastLookDeps, rows: LiveRows) {
    this.#clock = clock;
    this.#rows = rows;
    this.#limits = settings.risk;
    this.#band = new PriceBand(universe, rows, settings.risk.maxPriceBandBps);
  }

  /** Reason code. */
  check(orders: readonly PlannedOrder[]): number {
    for (let i = 0; i < orders.length; i++) {
      const reason = this.#checkLeg(orders[i] as PlannedOrder);
      if (reason !== REASON.ok) return reason;
    }
    return this.#band.check(orders);
  }

  /** Grid values are doubles that hold integers, so nothing is lost by comparing them so. */
  #checkLeg({ row, side, limitTicks, lots }: PlannedOrder): number {
    if (!this.#rows.tryRead(row.row)) return REASON[this.#rows.isSkewed ? 'limit-clock-skew' : 'row-not-live'];
    const { words } = this.#rows;
    const limit = Number(limitTicks);
    const isInside = side === 'buy' ? (words[QUOTE.ASK] as number) <= limit : (words[QUOTE.BID] as number) >= limit;
    if (!isInside) return REASON['price-moved'];
    if (this.#clock.monotonicNs() - (words[QUOTE.TOP_AT] as number) > this.#limits.maxQuoteAgeNs)
      return REASON['limit-quote-age'];
    const wanted = Number(lots) * this.#limits.minDepthMultiple;
    return this.#hasDepth(side === 'buy', limit, wanted) ? REASON.ok : REASON['limit-depth'];
  }

  /** Whether the levels of the row read last that are inside the limit show so many lots. */
  #hasDepth(isBuy: boolean, limit: number, wanted: number): boolean {
    const { words } = this.#rows;
    const first = isBuy ? QUOTE.ASKS : QUOTE.BIDS;
    const count = words[isBuy ? QUOTE.ASK_COUNT : QUOTE.BID_COUNT] as number;
    let visible = 0;
    for (let level = 0; level < count && visible < wanted; level++) {
      const price = words[first + level * 2] as number;
      if (isBuy ? price > limit : price < limit) break;
      visible += words[first + level * 2 + 1] as number;
    }
    return visible >= wanted;
  }
}
