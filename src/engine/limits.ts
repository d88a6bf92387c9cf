/** Pre-trade limits: each a reason code, each counted. Pure. */
import { type Intent, REASON } from '../core/intent.ts';

export interface LimitState {
  /** Reason code of the risk state. */
  readonly risk: number;
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
  if (state.risk !== REASON.ok) return state.risk;
  if (state.isHalted) return REASON.halted;
  if (state.isPaused) return REASON.paused;
  if (state.journalBehind) return REASON['journal-behind'];
  if (state.isInstrumentPaused) return REASON['limit-instrument-paused'];
  if (state.isPairBusy) return REASON['in-flight'];
  if (state.openSets >= limits.maxOpenLegSets) return REASON['limit-open-sets'];
  if (state.nowNs - intent.decidedAt > limits.maxIntentAgeNs) return REASON.expired;
  return REASON.ok;
}

export const checkNotional = (notional: bigint, limits: Limits): number =>
  notional > limits.maxNotional ? REASON['limit-notional'] : REASON.ok;

/** `profit`: with every lot at its limit, after both fees. */
export const checkProfit = (profit: bigint, minProfit: bigint): number =>
  profit < minProfit ? REASON['limit-min-profit'] : REASON.ok;
