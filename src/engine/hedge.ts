/** Where and how an excess is hedged: at the best price after fees among the venues that can take it. Pure. */
import { divideCeil, divideFloor, pow10 } from '../core/decimal.ts';
import { type Instrument, quoteFeeOfBuy, type Row } from '../core/instrument.ts';
import type { Side } from '../core/units.ts';
import { ASSET_SCALE, baseAmount, parseAmount, wholeLots } from './amounts.ts';
import { assumedBaseFee } from './fee-assets.ts';
import { isWorthEnough, type PlannedOrder, plannedOrder } from './plan.ts';
import type { TopOfBook } from './rows.ts';

export interface HedgeRow {
  readonly row: Row;
  /** Best prices, where the row may be priced now. */
  readonly top: TopOfBook | undefined;
  readonly isUp: boolean;
  /** The fee of a buy here is counted on to be paid in an asset apart; absent: it is not. */
  readonly isApart?: boolean;
}

export interface HedgeTerms {
  readonly slippageBps: number;
  /** Rows of the instrument. */
  readonly rows: readonly HedgeRow[];
  readonly free: (venueIndex: number, asset: string) => bigint;
  /** What the set may still lose by it; absent: the slippage alone bounds the price. */
  readonly budget?: Budget;
}

/** Money of a set, in its quote asset at ASSET_SCALE. Fees taken in another asset than base and quote are not in it. */
export interface Budget {
  /** What its fills changed so far. */
  readonly change: bigint;
  /** What it may lose in the end, ≥ 0. */
  readonly mayLose: bigint;
}

const priceOf = (side: Side, top: TopOfBook): number => (side === 'buy' ? top.ask : top.bid);

/** Whether some venue's rules (not its mood of the moment) let this much base be traded; else it is dust. Judged at the
 *  limit that a hedge would have. `fallback` (ticks) stands for rows without a price. `excess` > 0, at ASSET_SCALE. */
export function isTradable(
  side: Side,
  excess: bigint,
  instrument: Instrument,
  terms: Pick<HedgeTerms, 'rows' | 'slippageBps'>,
  fallback: number,
): boolean {
  return terms.rows.some(({ row, top }) => {
    const lots = wholeLots(excess, instrument.grid, BigInt(row.lot));
    if (lots < BigInt(row.minLots)) return false;
    const price = top === undefined ? fallback : priceOf(side, top);
    const limit = limitFor(side, price, terms.slippageBps, row.tick);
    return isWorthEnough(plannedOrder(row, instrument, side, limit, lots), instrument);
  });
}

/** The hedging order, or undefined when no live venue can take it now. `excess` > 0, at ASSET_SCALE. */
export function planHedge(
  side: Side,
  excess: bigint,
  instrument: Instrument,
  terms: HedgeTerms,
): PlannedOrder | undefined {
  let best: PlannedOrder | undefined;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (const hedgeRow of terms.rows) {
    const { row, top, isUp } = hedgeRow;
    if (top === undefined || !isUp) continue;
    const price = priceOf(side, top);
    const worst = worstTicks(side, excess, instrument, row, terms.budget, hedgeRow.isApart);
    if (worst !== undefined && (side === 'buy' ? BigInt(price) > worst : BigInt(price) < worst)) continue;
    const limit = tighter(side, limitFor(side, price, terms.slippageBps, row.tick), worst, BigInt(row.tick));
    const kept = 1 - Number(row.fees.taker);
    // A ranking, not a booking: what a unit of base costs, or brings, after the fee.
    const score = side === 'buy' ? -price / kept : price * kept;
    const lots = lotsFor(side, excess, hedgeRow, instrument);
    if (lots < BigInt(row.minLots) || limit <= 0n || score <= bestScore) continue;
    const order = plannedOrder(row, instrument, side, limit, lots);
    if (!isWorthEnough(order, instrument)) continue;
    if (terms.free(row.venueIndex, order.asset) < order.amount) continue;
    best = order;
    bestScore = score;
  }
  return best;
}

/** Whole lots that undo the excess, at most what the venue takes in one order. What a buy brings is less by its fee, so
 *  it buys that much more, rounded up: what is left over then is dust that we own, not a second order. */
function lotsFor(side: Side, excess: bigint, hedgeRow: HedgeRow, instrument: Instrument): bigint {
  const { row } = hedgeRow;
  const lots =
    side === 'sell' ? wholeLots(excess, instrument.grid, BigInt(row.lot)) : grossLots(excess, hedgeRow, instrument);
  const most = BigInt(row.maxLots);
  return lots > most ? most : lots;
}

function grossLots(excess: bigint, { row, isApart = false }: HedgeRow, instrument: Instrument): bigint {
  const one = pow10(ASSET_SCALE);
  const lot = BigInt(row.lot);
  const gross = divideCeil(excess * one, one - parseAmount(assumedBaseFee(row.fees, isApart)));
  return divideCeil(gross, baseAmount(lot, instrument.grid)) * lot;
}

/** The worst price (ticks, on no venue's tick) at which hedging the whole excess keeps the set within its budget; rounded
 *  for us. Undefined: the budget sets none. */
export function worstTicks(
  side: Side,
  excess: bigint,
  instrument: Instrument,
  row: Row,
  budget: Budget | undefined,
  isApart = false,
): bigint | undefined {
  if (budget === undefined) return undefined;
  const one = pow10(ASSET_SCALE);
  const scale = pow10(instrument.grid.priceDecimals);
  const have = budget.change + budget.mayLose;
  if (side === 'sell') {
    // What the sale has to bring, its fee apart.
    const needed = divideCeil(-have * one, one - parseAmount(row.fees.taker));
    return needed <= 0n ? undefined : divideCeil(needed * scale, excess);
  }
  if (have <= 0n) return 0n;
  const spent =
    (have * (one - parseAmount(assumedBaseFee(row.fees, isApart)))) / (one + parseAmount(quoteFeeOfBuy(row.fees)));
  return divideFloor(spent * scale, excess);
}

function tighter(side: Side, limit: bigint, worst: bigint | undefined, tick: bigint): bigint {
  if (worst === undefined) return limit;
  const onTick = side === 'buy' ? divideFloor(worst, tick) * tick : divideCeil(worst, tick) * tick;
  return side === 'buy' ? (onTick < limit ? onTick : limit) : onTick > limit ? onTick : limit;
}

/** The best price, moved against us by the slippage and not beyond it, on the venue's tick. */
function limitFor(side: Side, price: number, slippageBps: number, tick: number): bigint {
  const best = BigInt(Math.round(price));
  // Slippage counts in hundredths of a basis point.
  const room = (best * BigInt(Math.round(slippageBps * 100))) / 1_000_000n;
  const step = BigInt(tick);
  return side === 'buy' ? divideFloor(best + room, step) * step : divideCeil(best - room, step) * step;
}
