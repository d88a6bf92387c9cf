/** A leg set and its orders as the journal keeps them. Pure. */
import { formatDecimal, pow10 } from '../core/decimal.ts';
import type { Instrument, Universe } from '../core/instrument.ts';
import type { Fill } from '../core/order.ts';
import type { FillRecord, LegSetRecord, OrderRecord, WalEntry, WalOrder } from '../core/records.ts';
import { amountText, toTexts } from './amounts.ts';
import { leftoverOf } from './leftovers.ts';
import type { Leg, LegStatus } from './leg.ts';
import { TIME_IN_FORCE } from './order-kinds.ts';
import { changesOf, excessOf, feesOf, instrumentOf, type LegSet, runOf } from './saga.ts';

const venueOf = (leg: Leg, universe: Universe): string => universe.rows[leg.row]?.venue ?? '';

function averagePrice(leg: Leg, instrument: Instrument): string {
  if (leg.filled === 0n) return '0';
  const scale = instrument.grid.priceDecimals + 4;
  return formatDecimal((leg.value * pow10(scale)) / leg.filled, scale);
}

/** Base that a set closed so leaves unmatched, and that is no crumb. */
export const residualOf = (set: LegSet): bigint => (leftoverOf(set.state) === 'dust' ? 0n : excessOf(set));

/** The record of a closed set. */
export function legSetRecord(set: LegSet, universe: Universe, closedAt: number): LegSetRecord {
  const instrument = universe.instruments[set.instrumentIndex] as Instrument;
  const reason = set.legs.flatMap(({ error }) => (error === undefined ? [] : [`${error.code}: ${error.message}`]));
  return {
    kind: 'LegSet',
    id: set.id,
    run: runOf(set),
    opportunity: set.opportunity,
    instrument: instrument.id,
    openedAt: set.openedAt,
    closedAt,
    state: set.state === 'working' ? 'unknown' : set.state,
    ...(reason.length === 0 ? {} : { reason: reason.join('; ') }),
    expectedEdgeBps: Math.round(set.edgeBps * 10_000) / 10_000,
    pnl: toTexts(changesOf(set)),
    fees: toTexts(feesOf(set)),
    legs: set.legs.map((leg) => ({
      venue: venueOf(leg, universe),
      side: leg.side,
      clientId: leg.clientId,
      role: leg.role,
      size: leg.size,
      filled: amountText(leg.filled),
      averagePrice: averagePrice(leg, instrument),
    })),
    residual: amountText(residualOf(set)),
  };
}

const statusOf = (status: LegStatus): OrderRecord['status'] =>
  status === 'submitted' ? 'unknown' : status === 'absent' ? 'rejected' : status;

export function orderRecord(leg: Leg, set: LegSet, universe: Universe, now: number): OrderRecord {
  const row = universe.rows[leg.row];
  return {
    kind: 'Order',
    id: leg.clientId,
    run: leg.run,
    legSet: set.id,
    role: leg.role,
    venue: row?.venue ?? '',
    instrument: row?.instrument ?? '',
    symbol: row?.listing.symbol ?? '',
    side: leg.side,
    type: 'limit',
    tif: TIME_IN_FORCE[leg.orderKind],
    orderKind: leg.orderKind,
    price: leg.price,
    size: leg.size,
    status: statusOf(leg.status),
    filled: amountText(leg.filled),
    ...(leg.venueOrderId === undefined ? {} : { venueOrderId: leg.venueOrderId }),
    sentAt: leg.sentAt,
    ...(leg.ackedAt === undefined ? {} : { ackedAt: leg.ackedAt }),
    doneAt: leg.doneAt ?? now,
    ...(leg.error === undefined ? {} : { error: leg.error }),
  };
}

export function fillRecord(fill: Fill, leg: Leg, set: LegSet, universe: Universe, receivedAt: number): FillRecord {
  const venue = venueOf(leg, universe);
  return {
    kind: 'Fill',
    id: `${venue}:${fill.symbol}:${fill.tradeId}`,
    run: leg.run,
    legSet: set.id,
    venue,
    instrument: universe.rows[leg.row]?.instrument ?? '',
    receivedAt,
    ...fill,
  };
}

export const walOrder = (leg: Leg, universe: Universe): WalOrder => ({
  clientId: leg.clientId,
  role: leg.role,
  row: leg.row,
  venue: venueOf(leg, universe),
  symbol: universe.rows[leg.row]?.listing.symbol ?? '',
  side: leg.side,
  price: leg.price,
  size: leg.size,
  orderKind: leg.orderKind,
});

/** What the log says before the first order of a set is sent. */
export const openedEntry = (set: LegSet, universe: Universe): Extract<WalEntry, { kind: 'LegSetOpened' }> => ({
  kind: 'LegSetOpened',
  legSet: set.id,
  intent: set.intent,
  opportunity: set.opportunity,
  instrument: instrumentOf(set),
  edgeBps: set.edgeBps,
  at: set.openedAt,
  ...(set.carried === 0n ? {} : { carried: amountText(set.carried) }),
  orders: set.legs.map((leg) => walOrder(leg, universe)),
});
