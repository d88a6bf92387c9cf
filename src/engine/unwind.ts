/** Where and how an excess is unwound: at the best price after fees among the venues that can take it. Pure. */
import { divideCeil, parseDecimal, pow10 } from '../core/decimal.ts';
import type { Instrument, Row } from '../core/instrument.ts';
import type { Side } from '../core/units.ts';
import { ASSET_SCALE, baseAmount, parseAmount, quoteAmount, wholeLots } from './amounts.ts';
import { type PlannedOrder, plannedOrder } from './plan.ts';
import type { TopOfBook } from './rows.ts';

export interface UnwindTerms {
  readonly slippageBps: number;
  /** Rows of the instrument, with their best prices where they may be priced. */
  readonly rows: readonly { readonly row: Row; readonly top: TopOfBook | undefined; readonly isUp: boolean }[];
  readonly free: (venueIndex: number, asset: string) => bigint;
}

/** Whether some venue's rules (not its mood of the moment) let this much base be traded; else it is dust. */
export function isTradable(excess: bigint, instrument: Instrument, rows: readonly Row[], price: number): boolean {
  return rows.some((row) => {
    const lots = wholeLots(excess, instrument.grid, BigInt(row.lot));
    if (lots < BigInt(row.minLots) || lots === 0n) return false;
    const value = quoteAmount(BigInt(Math.floor(price)), lots, instrument.grid);
    return value >= parseAmount(row.listing.minNotional ?? '0');
  });
}

/** The unwinding order, or undefined when no live venue can take it now. */
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
    const price = side === 'buy' ? top.ask : top.bid;
    const limit = limitFor(side, price, terms.slippageBps, row.tick);
    const taker = Number(parseDecimal(row.fees.taker, ASSET_SCALE)) / 10 ** ASSET_SCALE;
    const score = side === 'buy' ? -price * (1 + taker) : price * (1 - taker);
    const lots = lotsFor(side, excess, row, instrument);
    if (lots < BigInt(row.minLots) || limit <= 0n || score <= bestScore) continue;
    const order = plannedOrder(row, instrument, side, limit, lots);
    const value = quoteAmount(limit, lots, instrument.grid);
    if (value < parseAmount(row.listing.minNotional ?? '0')) continue;
    if (terms.free(row.venueIndex, order.asset) < order.amount) continue;
    best = order;
    bestScore = score;
  }
  return best;
}

/** Whole lots that undo the excess. What a buy brings is less by its fee, so it buys that much more, rounded up: what is
 *  left over then is dust that we own, not a second order. */
function lotsFor(side: Side, excess: bigint, row: Row, instrument: Instrument): bigint {
  const lot = BigInt(row.lot);
  if (side === 'sell') return wholeLots(excess, instrument.grid, lot);
  const one = pow10(ASSET_SCALE);
  const unit = baseAmount(lot, instrument.grid);
  const gross = divideCeil(excess * one, one - parseDecimal(row.fees.taker, ASSET_SCALE));
  return divideCeil(gross, unit) * lot;
}

/** The best price, moved against us by the slippage, on the venue's tick. */
function limitFor(side: Side, price: number, slippageBps: number, tick: number): bigint {
  const room = (BigInt(Math.round(price)) * BigInt(Math.round(slippageBps * 100))) / 1_000_000n;
  const step = BigInt(tick);
  const raw = BigInt(Math.round(price)) + (side === 'buy' ? room : -room);
  return (raw / step) * step;
}
