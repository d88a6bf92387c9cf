/** What an order that is out may still do, as an order of its own. Pure. */
import { divideCeil, pow10 } from '../core/decimal.ts';
import type { Universe } from '../core/instrument.ts';
import { ASSET_SCALE, parseAmount } from './amounts.ts';
import type { Leg } from './leg.ts';
import { type PlannedOrder, plannedOrder } from './plan.ts';

/** Undefined when nothing is left of it, or its row is not configured any more. What the present grid does not hold, since
 *  it was another one then, is rounded up. */
export function outstandingOrder(leg: Leg, universe: Universe): PlannedOrder | undefined {
  const row = universe.rows[leg.row];
  const instrument = row === undefined ? undefined : universe.instruments[row.instrumentIndex];
  const left = parseAmount(leg.size) - leg.filled;
  if (row === undefined || instrument === undefined || left <= 0n) return undefined;
  const { priceDecimals, sizeDecimals } = instrument.grid;
  const onGrid = (amount: bigint, decimals: number): bigint => divideCeil(amount, pow10(ASSET_SCALE - decimals));
  const limitTicks = onGrid(parseAmount(leg.price), priceDecimals);
  return plannedOrder(row, instrument, leg.side, limitTicks, onGrid(left, sizeDecimals));
}
