/** Edges in doubles: the detector's gate, never the word on money (the executor decides again in BigInt).
 *
 *  Error bound: prices are integers below 2^53, and what is left of them after fees is within 2^-51 of exact, so an edge
 *  at a price ratio r is off by less than r × 1e-11 bps. GUARD_BPS, taken off every net edge, covers it for all ratios
 *  below 1,000, far beyond what is plausible. */

export const GUARD_BPS = 1e-8;

/** What is left of one unit of quote sold for, of what was bought for it: (1 - buy fee in base) × (1 - sell fee) over
 *  (1 + buy fee in quote). */
export const keptFactor = (buyBaseFee: number, buyQuoteFee: number, sellTaker: number): number =>
  ((1 - buyBaseFee) * (1 - sellTaker)) / (1 + buyQuoteFee);

/** What is left of it where each of the two limits may be worse than the price by a share of it. */
export const keptOfBands = (band: number): number => (1 - band) / (1 + band);

/** Gross edge of buying at `ask` and selling at `bid`, in basis points of the buy notional. */
export const grossEdgeBps = (ask: number, bid: number): number => (bid / ask - 1) * 10_000;

/** Net edge after both taker fees, rounded against us. */
export const netEdgeBps = (ask: number, bid: number, kept: number): number =>
  ((bid / ask) * kept - 1) * 10_000 - GUARD_BPS;
