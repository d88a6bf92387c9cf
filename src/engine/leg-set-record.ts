/** A leg set and its orders as the journal keeps them. Pure. */
import { formatDecimal, pow10 } from '../core/decimal.ts';
import type { Instrument, Universe } from '../core/instrument.ts';
import type { LegSetRecord, OrderRecord, WalOrder } from '../core/records.ts';
import { ASSET_SCALE, amountText, toTexts } from './amounts.ts';
import type { Leg, LegStatus } from './leg.ts';
import { changesOf, feesOf, type LegSet } from './saga.ts';

const venueOf = (leg: Leg, universe: Universe): string => universe.rows[leg.row]?.venue ?? '';

function averagePrice(leg: Leg, instrument: Instrument): string {
  if (leg.filled === 0n) return '0';
  const scale = instrument.grid.priceDecimals + 4;
  return formatDecimal((leg.value * pow10(scale)) / leg.filled, scale);
}

export function legSetRecord(
  set: LegSet,
  run: string,
  universe: Universe,
  closedAt: number,
  residual: bigint,
): LegSetRecord {
  const instrument = universe.instruments[set.instrumentIndex] as Instrument;
  const reason = set.legs.flatMap(({ error }) => (error === undefined ? [] : [`${error.code}: ${error.message}`]));
  return {
    kind: 'LegSet',
    id: set.id,
    run,
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
    residual: formatDecimal(residual, ASSET_SCALE),
  };
}

const statusOf = (status: LegStatus): OrderRecord['status'] =>
  status === 'submitted' ? 'unknown' : status === 'absent' ? 'rejected' : status;

export function orderRecord(leg: Leg, set: LegSet, run: string, universe: Universe, now: number): OrderRecord {
  const row = universe.rows[leg.row];
  return {
    kind: 'Order',
    id: leg.clientId,
    run,
    legSet: set.id,
    role: leg.role,
    venue: row?.venue ?? '',
    instrument: row?.instrument ?? '',
    symbol: row?.listing.symbol ?? '',
    side: leg.side,
    type: 'limit',
    tif: 'ioc',
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

export const walOrder = (leg: Leg, universe: Universe): WalOrder => ({
  clientId: leg.clientId,
  role: leg.role,
  row: leg.row,
  venue: venueOf(leg, universe),
  symbol: universe.rows[leg.row]?.listing.symbol ?? '',
  side: leg.side,
  price: leg.price,
  size: leg.size,
});
