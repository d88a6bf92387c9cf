/** From an intent to exact orders: sizes, limits and worst-case profit in BigInt. Pure. */
import { gridText, pow10 } from '../core/decimal.ts';
import { type Instrument, quoteFeeOfBuy, type Row, type Universe } from '../core/instrument.ts';
import { type Intent, REASON } from '../core/intent.ts';
import type { Side } from '../core/units.ts';
import { ASSET_SCALE, baseAmount, lotsAfterFee, parseAmount, quoteAmount } from './amounts.ts';
import { assumedBaseFee } from './fee-assets.ts';
import { IOC_TERMS, type KindTerms, limitOfKind } from './order-kinds.ts';

export interface PlannedOrder {
  readonly row: Row;
  readonly side: Side;
  readonly limitTicks: bigint;
  readonly lots: bigint;
  readonly price: string;
  readonly size: string;
  /** At its limit, quote units at ASSET_SCALE. */
  readonly value: bigint;
  /** What the order may take from the venue's balance. */
  readonly asset: string;
  readonly amount: bigint;
}

export type Plan =
  | { readonly reason: number; readonly orders?: undefined }
  | {
      readonly reason: typeof REASON.ok;
      readonly orders: readonly PlannedOrder[];
      readonly notional: bigint;
      readonly profit: bigint;
    };

export interface PlanTerms {
  /** What the legs are sent as. */
  readonly kind: KindTerms;
  /** Whether the fee of a buy here is counted on to be paid in an asset apart. */
  readonly isApart: (row: Row) => boolean;
}

const PLAIN: PlanTerms = { kind: IOC_TERMS, isApart: () => false };

export function plannedOrder(
  row: Row,
  instrument: Instrument,
  side: Side,
  limitTicks: bigint,
  lots: bigint,
): PlannedOrder {
  const value = quoteAmount(limitTicks, lots, instrument.grid);
  return {
    row,
    side,
    limitTicks,
    lots,
    price: gridText(Number(limitTicks), instrument.grid.priceDecimals),
    size: gridText(Number(lots), instrument.grid.sizeDecimals),
    value,
    asset: side === 'buy' ? row.listing.quote : row.listing.base,
    amount: side === 'buy' ? costOf(value, quoteFeeOfBuy(row.fees)) : baseAmount(lots, instrument.grid),
  };
}

/** What a buy of this value takes with a fee of this rate beside it, rounded against us. */
function costOf(value: bigint, rateText: string): bigint {
  const rate = parseAmount(rateText);
  return rate === 0n ? value : value + (value * rate) / pow10(ASSET_SCALE) + 1n;
}

/** Whether an order at its limit has the value that its venue asks for. */
export const isWorthEnough = (order: PlannedOrder, instrument: Instrument): boolean =>
  quoteAmount(order.limitTicks, order.lots, instrument.grid) >= parseAmount(order.row.listing.minNotional ?? '0');

/** Sizes the sell legs by what the buy legs really bring, and refuses what could lose at its own limits. */
export function planOrders(intent: Intent, universe: Universe, { kind, isApart }: PlanTerms = PLAIN): Plan {
  const instrument = universe.instruments[intent.instrumentIndex];
  const [first, second] = intent.legs;
  if (instrument === undefined || first === undefined || second === undefined) return { reason: REASON.expired };
  const [buyLeg, sellLeg] = first.side === 'buy' ? [first, second] : [second, first];
  const buyRow = universe.rows[buyLeg.row];
  const sellRow = universe.rows[sellLeg.row];
  if (buyRow === undefined || sellRow === undefined) return { reason: REASON.expired };
  const one = pow10(ASSET_SCALE);
  const buyLots = BigInt(buyLeg.size);
  const apart = isApart(buyRow);
  const sellLots = lotsAfterFee(buyLots, parseAmount(assumedBaseFee(buyRow.fees, apart)), BigInt(sellRow.lot));
  if (buyLots < BigInt(buyRow.minLots) || sellLots < BigInt(sellRow.minLots))
    return { reason: REASON['below-min-size'] };
  const buyLimit = limitOfKind('buy', BigInt(buyLeg.limit), buyRow.tick, kind);
  const sellLimit = limitOfKind('sell', BigInt(sellLeg.limit), sellRow.tick, kind);
  const buy = plannedOrder(buyRow, instrument, 'buy', buyLimit, buyLots);
  const sell = plannedOrder(sellRow, instrument, 'sell', sellLimit, sellLots);
  if (!isWorthEnough(buy, instrument) || !isWorthEnough(sell, instrument))
    return { reason: REASON['below-min-notional'] };
  const proceeds = quoteAmount(sell.limitTicks, sellLots, instrument.grid);
  // Worst case: every lot at its limit. Fees are rounded against us.
  const kept = proceeds - (proceeds * parseAmount(sellRow.fees.taker)) / one - 1n;
  // A fee paid apart costs what it costs, and its discount is the venue's to give.
  const cost = apart ? costOf(buy.value, buyRow.fees.taker) : buy.amount;
  if (kept <= cost) return { reason: REASON['below-fees'] };
  return { reason: REASON.ok, orders: [buy, sell], notional: buy.value, profit: kept - cost };
}
