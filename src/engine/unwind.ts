/** Where and how an excess is unwound: at the best price after fees among the venues that can take it. Pure. */
import { divideCeil, divideFloor, pow10 } from '../core/decimal.ts';
import { baseFeeOfBuy, type Instrument, type Row } from '../core/instrument.ts';
import type { Side } from '../core/units.ts';
import { ASSET_SCALE, baseAmount, parseAmount, wholeLots } from './amounts.ts';
import { isWorthEnough, type PlannedOrder, plannedOrder } from './plan.ts';
import type { TopOfBook } from './rows.ts';

export interface UnwindRow {
  readonly row: Row;
  /** Best prices, where the row may be priced now. */
  readonly top: TopOfBook | undefined;
  readonly isUp: boolean;
}

export interface UnwindTerms {
  readonly slippageBps: number;
  /** Rows of the instrument. */
  readonly rows: readonly UnwindRow[];
  readonly free: (venueIndex: number, asset: string) => bigint;
}

const priceOf = (side: Side, top: TopOfBook): number => (side === 'buy' ? top.ask : top.bid);

/** Whether some venue's rules (not its mood of the moment) let this much base be traded; else it is dust. Judged at the
 *  limit that an unwind would have. `fallback` (ticks) stands for rows without a price. `excess` > 0, at ASSET_SCALE. */
export function isTradable(
  side: Side,
  excess: bigint,
  instrument: Instrument,
  terms: Pick<UnwindTerms, 'rows' | 'slippageBps'>,
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

/** The unwinding order, or undefined when no live venue can take it now. `excess` > 0, at ASSET_SCALE. */
export function planUnwind(
  side: Side,
  excess: bigint,
  instrument: Instrument,
  terms: UnwindTerms,
): PlannedOrder | undefined {
  let best: PlannedOrder | undefined;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (const { row, top, isUp } of terms.rows) {
    if (top === undefined || !isUp) continue;
    const price = priceOf(side, top);
    const limit = limitFor(side, price, terms.slippageBps, row.tick);
    const kept = 1 - Number(row.fees.taker);
    // A ranking, not a booking: what a unit of base costs, or brings, after the fee.
    const score = side === 'buy' ? -price / kept : price * kept;
    const lots = lotsFor(side, excess, row, instrument);
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
function lotsFor(side: Side, excess: bigint, row: Row, instrument: Instrument): bigint {
  const lots =
    side === 'sell' ? wholeLots(excess, instrument.grid, BigInt(row.lot)) : grossLots(excess, row, instrument);
  const most = BigInt(row.maxLots);
  return lots > most ? most : lots;
}

function grossLots(excess: bigint, row: Row, instrument: Instrument): bigint {
  const one = pow10(ASSET_SCALE);
  const lot = BigInt(row.lot);
  const gross = divideCeil(excess * one, one - parseAmount(baseFeeOfBuy(row.fees)));
  return divideCeil(gross, baseAmount(lot, instrument.grid)) * lot;
}

/** The best price, moved against us by the slippage and not beyond it, on the venue's tick. */
function limitFor(side: Side, price: number, slippageBps: number, tick: number): bigint {
  const best = BigInt(Math.round(price));
  // Slippage counts in hundredths of a basis point.
  const room = (best * BigInt(Math.round(slippageBps * 100))) / 1_000_000n;
  const step = BigInt(tick);
  return side === 'buy' ? divideFloor(best + room, step) * step : divideCeil(best - room, step) * step;
}
