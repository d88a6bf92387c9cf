/** The settings of `limits` that bound losses, and what one leg set may look like: a part of the configuration. */
import Type from 'typebox';

const decimal = { pattern: '^\\d+(\\.\\d+)?$' } as const;

export const riskLimitFields = {
  maxDailyLoss: Type.String({
    ...decimal,
    default: '500',
    description: 'Quote units that a UTC day may lose, hedges and fees included; reaching it halts',
  }),
  maxLossStreak: Type.Integer({
    default: 20,
    minimum: 1,
    description: 'Leg sets that lose one after the other; so many halt',
  }),
  maxPriceBandBps: Type.Number({
    default: 500,
    exclusiveMinimum: 0,
    description: "Farthest that an order's limit may be from the middle of all venues' prices",
  }),
  maxQuoteAgeMs: Type.Number({
    default: 30_000,
    exclusiveMinimum: 0,
    description: 'Nothing is bought or sold on a top of book that was last confirmed longer ago',
  }),
  minDepthMultiple: Type.Number({
    default: 1,
    minimum: 0,
    description: 'Visible within the limit of an order, as a multiple of its size, at least',
  }),
  minProfit: Type.String({
    ...decimal,
    default: '0',
    description: 'Quote units that a leg set has to bring with every lot at its limit and after both fees',
  }),
};
