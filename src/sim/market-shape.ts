/** The named markets, and where their prices begin. */

/** A market's character. Distances are in basis points of the price. */
export interface MarketShape {
  /** Standard deviation of the fair price for one step. */
  readonly walkBps: number;
  /** The fair price stays within this of where it began; absent: free. */
  readonly bandBps?: number;
  /** Largest wobble of one venue's maker around its (lagging) fair price. */
  readonly wobbleBps: number;
  /** Two venues coming apart: how far best bid and best ask then cross (a share of both venues' taker fees, and some
   *  more), how often and for how long. */
  readonly apart?: {
    readonly feeShare: readonly [number, number];
    readonly beyondBps: readonly [number, number];
    readonly everyMs: readonly [number, number];
    readonly lastsMs: readonly [number, number];
  };
}

export const HALF_SPREAD_BPS = 0.5;

export const MARKETS = {
  /** Crossings that pay after both fees, several a second over all instruments. */
  wobble: {
    walkBps: 0.15,
    wobbleBps: 0.4,
    apart: { feeShare: [1, 1], beyondBps: [4, 12], everyMs: [120, 300], lastsMs: [150, 600] },
  },
  /** Crossings, always below the fees. */
  calm: {
    walkBps: 0.15,
    wobbleBps: 0.4,
    apart: { feeShare: [0.15, 0.55], beyondBps: [0, 0], everyMs: [120, 300], lastsMs: [150, 600] },
  },
  /** Never crossed, whatever moments of two venues are compared: the fair price stays inside half a spread. */
  still: { walkBps: 0.05, bandBps: 0.2, wobbleBps: 0.1 },
} as const satisfies Record<string, MarketShape>;

export type MarketName = keyof typeof MARKETS;

/** Where prices begin, in quote units. */
const START_PRICES: Readonly<Record<string, number>> = {
  'BTC-USDT': 96_400,
  'ETH-USDT': 3_320,
  'SOL-USDT': 188,
  'XRP-USDT': 2.24,
  'DOGE-USDT': 0.3185,
};
const OTHER_START_PRICE = 10;

export const startPrice = (instrument: string): number => START_PRICES[instrument] ?? OTHER_START_PRICE;
