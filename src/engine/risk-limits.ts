/** Limits of losses, and of what a leg set may look like, in the units that they are checked in. */
import type { Config } from '../core/config.ts';
import { parseAmount } from './amounts.ts';

/** Amounts are quote units at ASSET_SCALE. */
export interface RiskLimits {
  readonly maxDailyLoss: bigint;
  readonly maxLossStreak: number;
  readonly maxPriceBandBps: number;
  readonly maxQuoteAgeNs: number;
  readonly minDepthMultiple: number;
  readonly minProfit: bigint;
}

export const riskLimitsOf = (limits: Config['limits']): RiskLimits => ({
  maxDailyLoss: parseAmount(limits.maxDailyLoss),
  maxLossStreak: limits.maxLossStreak,
  maxPriceBandBps: limits.maxPriceBandBps,
  maxQuoteAgeNs: limits.maxQuoteAgeMs * 1e6,
  minDepthMultiple: limits.minDepthMultiple,
  minProfit: parseAmount(limits.minProfit),
});
