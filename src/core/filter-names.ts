/** The opportunity filters that there are, by name. The order is that of their counters. */
export const FILTER_NAMES = ['quote-pairs', 'min-life', 'trend', 'liquidity', 'premium'] as const;
export type FilterName = (typeof FILTER_NAMES)[number];
