/** Pre-trade limits: each a reason code, each counted. Pure. */
import { type Intent, REASON } from '../core/intent.ts';
import type { PlannedOrder } from './plan.ts';
import type { TopOfBook } from './rows.ts';

export interface LimitState {
  readonly isHalted: boolean;
  readonly isPaused: boolean;
  readonly journalBehind: boolean;
  readonly openSets: number;
  readonly isPairBusy: boolean;
  readonly isInstrumentPaused: boolean;
  readonly nowNs: number;
}

export interface Limits {
  readonly maxOpenLegSets: number;
  readonly maxIntentAgeNs: number;
  /** Quote units at ASSET_SCALE. */
  readonly maxNotional: bigint;
}

/** What can be said before the orders are planned. */
export function checkState(intent: Intent, state: LimitState, limits: Limits): number {
  if (state.isHalted) return REASON.halted;
  if (state.isPaused) return REASON.paused;
  if (state.journalBehind) return REASON['journal-behind'];
  if (state.isInstrumentPaused) return REASON['limit-instrument-paused'];
  if (state.isPairBusy) return REASON['in-flight'];
  if (state.openSets >= limits.maxOpenLegSets) return REASON['limit-open-sets'];
  if (state.nowNs - intent.decidedAt > limits.maxIntentAgeNs) return REASON.expired;
  return REASON.ok;
}

/** The last look: rows still live and still inside the limits. */
export function checkRows(orders: readonly PlannedOrder[], top: (row: number) => TopOfBook | undefined): number {
  for (const order of orders) {
    const now = top(order.row.row);
    if (now === undefined) return REASON['row-not-live'];
    const inside = order.side === 'buy' ? BigInt(now.ask) <= order.limitTicks : BigInt(now.bid) >= order.limitTicks;
    if (!inside) return REASON['price-moved'];
  }
  return REASON.ok;
}

export const checkNotional = (notional: bigint, limits: Limits): number =>
  notional > limits.maxNotional ? REASON['limit-notional'] : REASON.ok;
