/** Walks two depths for the size with the largest net profit. Pure, allocates nothing: the caller owns the result.
 *
 *  Marginal profit falls with every level, so the largest profit is reached by taking each pair of levels that still
 *  gains after fees, up to the limits. Sizes are grid lots; what is bought is reduced by a buy fee taken in base, so
 *  the sell leg is smaller by it, rounded down to its venue's lot, and the buy leg then to what that needs: what is left
 *  over is less than a buy lot, dust in our favour, valued at 0. Against the best of all sizes, whole lots cost less than
 *  one buy lot and the gain of one lot a side, and nothing where no rounding is needed. */
import { REASON } from '../core/intent.ts';
import { QUOTE } from '../memory/layout.ts';
import { keptOfBands } from './edge.ts';

export interface SizingTerms {
  /** 10^-(price decimals + size decimals): ticks × lots × this = quote units. */
  quoteUnit: number;
  /** Taker fee of the buy: taken from the base that it brings, or paid in quote beside its price. */
  buyBaseFee: number;
  buyQuoteFee: number;
  sellTaker: number;
  /** Share of its price that either limit may be worse by: a set has to gain there, and be paid for. */
  band: number;
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
  /** Quote units that the buy leg costs at its level prices, with a fee taken in quote. */
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
  buyBaseFee: 0,
  buyQuoteFee: 0,
  sellTaker: 0,
  band: 0,
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
  const asks = mirror[buyAt + QUOTE.ASK_COUNT] as number;
  const bids = mirror[sellAt + QUOTE.BID_COUNT] as number;
  const received = 1 - terms.buyBaseFee;
  const wanted = profitableLots(mirror, buyAt + QUOTE.ASKS, asks, sellAt + QUOTE.BIDS, bids, terms);
  // A limit order locks its whole limit value, so money counts at the worst price that we may pay.
  const unit = terms.quoteUnit * (1 + terms.band);
  const money = Math.min(terms.maxNotional, terms.freeQuote / (1 + terms.buyQuoteFee)) / unit;
  const affordable = affordableLots(mirror, buyAt + QUOTE.ASKS, asks, money);
  const sellable = Math.min(terms.freeBaseLots, terms.sellMaxLots) / received;
  const capped = Math.min(wanted + ROUNDING * terms.buyLot, affordable, sellable, terms.buyMaxLots);
  const most = Math.floor(capped / terms.buyLot) * terms.buyLot;
  out.sellLots = sellLotsFor(most, terms.buyBaseFee, terms.sellLot);
  // The fewest lots that still bring what is sold: the rest would be dust.
  const fewest = Math.ceil(out.sellLots / received / terms.buyLot - ROUNDING) * terms.buyLot;
  out.buyLots = Math.min(most, Math.max(fewest, terms.buyMinLots));
  const bestAsk = mirror[buyAt + QUOTE.ASKS] as number;
  if (most < terms.buyMinLots || out.sellLots < terms.sellMinLots || out.sellLots <= 0) {
    out.reason = isUnfunded(terms, bestAsk) ? REASON['no-inventory'] : REASON['below-min-size'];
    return;
  }
  out.buyLimit = priceAt(mirror, buyAt + QUOTE.ASKS, asks, out.buyLots);
  out.sellLimit = priceAt(mirror, sellAt + QUOTE.BIDS, bids, out.sellLots);
  if (
    out.buyLots * out.buyLimit * terms.quoteUnit < terms.buyMinNotional ||
    out.sellLots * out.sellLimit * terms.quoteUnit < terms.sellMinNotional
  ) {
    out.reason = isUnfunded(terms, bestAsk) ? REASON['no-inventory'] : REASON['below-min-notional'];
    return;
  }
  out.cost = worthOf(mirror, buyAt + QUOTE.ASKS, asks, out.buyLots) * terms.quoteUnit * (1 + terms.buyQuoteFee);
  const proceeds = worthOf(mirror, sellAt + QUOTE.BIDS, bids, out.sellLots) * terms.quoteUnit * (1 - terms.sellTaker);
  out.profit = (proceeds - out.cost) * (1 - 1e-12) - out.cost * 1e-12;
  out.reason = out.profit > 0 ? REASON.ok : REASON['below-fees'];
}

/** Part of a lot that undoes the rounding of doubles, which would else cost a whole lot on exact products. */
const ROUNDING = 1e-9;

/** What can be sold of `buyLots` once a buy fee in base is taken from it, on the selling venue's lot. */
export const sellLotsFor = (buyLots: number, buyBaseFee: number, sellLot: number): number =>
  Math.floor((buyLots * (1 - buyBaseFee)) / sellLot + ROUNDING) * sellLot;

/** Not even the smallest order could be paid for, or delivered. */
const isUnfunded = (terms: SizingTerms, ask: number): boolean =>
  terms.freeQuote <
    Math.max(terms.buyMinNotional, terms.buyMinLots * ask * terms.quoteUnit) * (1 + terms.buyQuoteFee) ||
  terms.freeBaseLots < terms.sellMinLots;

/** Lots bought over all pairs of levels that gain after fees. A lot bought is less than a lot to sell: the fee. */
function profitableLots(
  mirror: Float64Array,
  asksAt: number,
  asks: number,
  bidsAt: number,
  bids: number,
  terms: SizingTerms,
): number {
  const received = 1 - terms.buyBaseFee;
  const fees = (received * (1 - terms.sellTaker)) / (1 + terms.buyQuoteFee);
  const kept = fees * keptOfBands(terms.band);
  let i = 0;
  let j = 0;
  let askLeft = asks > 0 ? (mirror[asksAt + 1] as number) : 0;
  let bidLeft = bids > 0 ? (mirror[bidsAt + 1] as number) / received : 0;
  let total = 0;
  while (i < asks && j < bids) {
    const ask = mirror[asksAt + i * 2] as number;
    const bid = mirror[bidsAt + j * 2] as number;
    if (bid * kept <= ask) break;
    const lots = Math.min(askLeft, bidLeft);
    total += lots;
    askLeft -= lots;
    bidLeft -= lots;
    if (askLeft <= 0 && ++i < asks) askLeft = mirror[asksAt + i * 2 + 1] as number;
    if (bidLeft <= 0 && ++j < bids) bidLeft = (mirror[bidsAt + j * 2 + 1] as number) / received;
  }
  return total;
}

/** Most lots whose value at their own limit (the worst level that they reach) stays within `money`, in ticks × lots. */
function affordableLots(mirror: Float64Array, at: number, levels: number, money: number): number {
  let reached = 0;
  for (let i = 0; i < levels; i++) {
    const atThisLimit = money / (mirror[at + i * 2] as number);
    const next = reached + (mirror[at + i * 2 + 1] as number);
    if (atThisLimit < next) return Math.max(reached, atThisLimit);
    reached = next;
  }
  return reached;
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
function worthOf(mirror: Float64Array, at: number, levels: number, lots: number): number {
  let left = lots;
  let value = 0;
  for (let i = 0; i < levels && left > 0; i++) {
    const lotsHere = Math.min(left, mirror[at + i * 2 + 1] as number);
    value += lotsHere * (mirror[at + i * 2] as number);
    left -= lotsHere;
  }
  return value;
}
