/** Walks two depths for the size with the largest net profit. Pure, allocates nothing: the caller owns the result.
 *
 *  Marginal profit falls with every level, so the largest profit is reached by taking each pair of levels that still
 *  gains after fees, up to the limits. Sizes are grid lots; what is bought is reduced by the buy fee (taken in base), so
 *  the sell leg is smaller by it, rounded down to its venue's lot: what is left over is dust in our favour, valued at 0. */
import { REASON } from '../core/intent.ts';
import { QUOTE } from '../memory/layout.ts';

export interface SizingTerms {
  /** 10^-(price decimals + size decimals): ticks × lots × this = quote units. */
  quoteUnit: number;
  buyTaker: number;
  sellTaker: number;
  buyLot: number;
  sellLot: number;
  buyMinLots: number;
  sellMinLots: number;
  buyMaxLots: number;
  sellMaxLots: number;
  /** Quote units; 0 where the venue has none. */
  buyMinNotional: number;
  sellMinNotional: number;
  /** Quote units that a leg set may take. */
  maxNotional: number;
  /** Free quote units at the buying venue; free base lots at the selling venue. */
  freeQuote: number;
  freeBaseLots: number;
}

export interface Sizing {
  reason: number;
  buyLots: number;
  sellLots: number;
  /** Worst levels used: the limits of the two orders. */
  buyLimit: number;
  sellLimit: number;
  /** Quote units after fees, rounded against us. */
  profit: number;
  /** Quote units that the buy leg costs at its level prices. */
  cost: number;
}

export const newSizing = (): Sizing => ({
  reason: REASON.ok,
  buyLots: 0,
  sellLots: 0,
  buyLimit: 0,
  sellLimit: 0,
  profit: 0,
  cost: 0,
});

export const newSizingTerms = (): SizingTerms => ({
  quoteUnit: 0,
  buyTaker: 0,
  sellTaker: 0,
  buyLot: 1,
  sellLot: 1,
  buyMinLots: 0,
  sellMinLots: 0,
  buyMaxLots: 0,
  sellMaxLots: 0,
  buyMinNotional: 0,
  sellMinNotional: 0,
  maxNotional: 0,
  freeQuote: 0,
  freeBaseLots: 0,
});

export function copySizing(from: Sizing, to: Sizing): void {
  to.reason = from.reason;
  to.buyLots = from.buyLots;
  to.sellLots = from.sellLots;
  to.buyLimit = from.buyLimit;
  to.sellLimit = from.sellLimit;
  to.profit = from.profit;
  to.cost = from.cost;
}

/** `buy` and `sell` are rows (QUOTE layout) starting at the given offsets of `mirror`. */
export function sizeCrossing(
  mirror: Float64Array,
  buyAt: number,
  sellAt: number,
  terms: SizingTerms,
  out: Sizing,
): void {
  out.buyLots = 0;
  out.sellLots = 0;
  out.profit = 0;
  out.cost = 0;
  const kept = (1 - terms.buyTaker) * (1 - terms.sellTaker);
  const wanted = profitableLots(mirror, buyAt, sellAt, kept);
  const worstAsk = priceAt(mirror, buyAt + QUOTE.ASKS, count(mirror, buyAt + QUOTE.ASK_COUNT), wanted);
  // A limit order locks its whole limit value, so limits on money count at the worst price that we may pay.
  const affordable = Math.min(terms.maxNotional, terms.freeQuote) / (worstAsk * terms.quoteUnit);
  const sellable = Math.min(terms.freeBaseLots, terms.sellMaxLots) / (1 - terms.buyTaker);
  const capped = Math.min(wanted, affordable, sellable, terms.buyMaxLots);
  out.buyLots = Math.floor(capped / terms.buyLot) * terms.buyLot;
  out.sellLots = sellLotsFor(out.buyLots, terms.buyTaker, terms.sellLot);
  if (out.buyLots < terms.buyMinLots || out.sellLots < terms.sellMinLots || out.sellLots <= 0) {
    out.reason = REASON[isUnfunded(terms, worstAsk) ? 'no-inventory' : 'below-min-size'];
    return;
  }
  out.buyLimit = priceAt(mirror, buyAt + QUOTE.ASKS, count(mirror, buyAt + QUOTE.ASK_COUNT), out.buyLots);
  out.sellLimit = priceAt(mirror, sellAt + QUOTE.BIDS, count(mirror, sellAt + QUOTE.BID_COUNT), out.sellLots);
  if (
    out.buyLots * out.buyLimit * terms.quoteUnit < terms.buyMinNotional ||
    out.sellLots * out.sellLimit * terms.quoteUnit < terms.sellMinNotional
  ) {
    out.reason = REASON['below-min-notional'];
    return;
  }
  out.cost = worthOf(mirror, buyAt + QUOTE.ASKS, out.buyLots) * terms.quoteUnit;
  const proceeds = worthOf(mirror, sellAt + QUOTE.BIDS, out.sellLots) * terms.quoteUnit * (1 - terms.sellTaker);
  out.profit = (proceeds - out.cost) * (1 - 1e-12) - out.cost * 1e-12;
  out.reason = out.profit > 0 ? REASON.ok : REASON['below-fees'];
}

/** What can be sold of `buyLots` once the buy fee is taken from it, on the selling venue's lot. The tiny addend undoes
 *  the rounding of 1 - fee, which would else cost a whole lot on exact products; it is below a thousandth of a lot. */
export const sellLotsFor = (buyLots: number, buyTaker: number, sellLot: number): number =>
  Math.floor((buyLots * (1 - buyTaker)) / sellLot + 1e-9) * sellLot;

/** Not even the smallest order could be paid for, or delivered. */
const isUnfunded = (terms: SizingTerms, ask: number): boolean =>
  terms.freeQuote < Math.max(terms.buyMinNotional, terms.buyMinLots * ask * terms.quoteUnit) ||
  terms.freeBaseLots < terms.sellMinLots;

const count = (mirror: Float64Array, at: number): number => mirror[at] as number;

/** Lots bought over all pairs of levels that gain after fees. */
function profitableLots(mirror: Float64Array, buyAt: number, sellAt: number, kept: number): number {
  const asks = count(mirror, buyAt + QUOTE.ASK_COUNT);
  const bids = count(mirror, sellAt + QUOTE.BID_COUNT);
  let i = 0;
  let j = 0;
  let askLeft = asks > 0 ? (mirror[buyAt + QUOTE.ASKS + 1] as number) : 0;
  let bidLeft = bids > 0 ? (mirror[sellAt + QUOTE.BIDS + 1] as number) : 0;
  let total = 0;
  while (i < asks && j < bids) {
    const ask = mirror[buyAt + QUOTE.ASKS + i * 2] as number;
    const bid = mirror[sellAt + QUOTE.BIDS + j * 2] as number;
    if (bid * kept <= ask) break;
    const lots = Math.min(askLeft, bidLeft);
    total += lots;
    askLeft -= lots;
    bidLeft -= lots;
    if (askLeft <= 0 && ++i < asks) askLeft = mirror[buyAt + QUOTE.ASKS + i * 2 + 1] as number;
    if (bidLeft <= 0 && ++j < bids) bidLeft = mirror[sellAt + QUOTE.BIDS + j * 2 + 1] as number;
  }
  return total;
}

/** Price of the level at which the cumulative size reaches `lots`. */
function priceAt(mirror: Float64Array, at: number, levels: number, lots: number): number {
  let left = lots;
  let price = mirror[at] as number;
  for (let i = 0; i < levels; i++) {
    price = mirror[at + i * 2] as number;
    left -= mirror[at + i * 2 + 1] as number;
    if (left <= 0) break;
  }
  return price;
}

/** Σ price × lots of taking `lots` from the levels at `at`, in ticks × lots. */
function worthOf(mirror: Float64Array, at: number, lots: number): number {
  let left = lots;
  let value = 0;
  for (let i = 0; left > 0; i++) {
    const lotsHere = Math.min(left, mirror[at + i * 2 + 1] as number);
    if (!(lotsHere > 0)) break;
    value += lotsHere * (mirror[at + i * 2] as number);
    left -= lotsHere;
  }
  return value;
}
