/** One order of a leg set as a pure state machine. Late fills, duplicates, and acks after fills are ordinary events. */
import type { Fill, OrderKind, OrderStatus, VenueError } from '../core/order.ts';
import type { OrderRole } from '../core/records.ts';
import { assertNever, type Side } from '../core/units.ts';
import { type Amounts, fillChanges, fillValue, parseAmount, plus, plusAll } from './amounts.ts';

/** `unknown`: sent, and nobody has told us what became of it. `absent`: the venue says that it never existed. */
export type LegStatus = 'submitted' | 'open' | 'filled' | 'cancelled' | 'expired' | 'rejected' | 'unknown' | 'absent';

export interface Leg {
  readonly clientId: string;
  /** The run that sent it. */
  readonly run: string;
  readonly role: OrderRole;
  readonly row: number;
  readonly side: Side;
  readonly base: string;
  readonly quote: string;
  /** Decimal texts as they were sent. */
  readonly price: string;
  readonly size: string;
  readonly orderKind: OrderKind;
  readonly status: LegStatus;
  /** Base filled by the fills that we hold, and by the venue's own cumulative word; amounts at ASSET_SCALE. */
  readonly filled: bigint;
  readonly claimed: bigint;
  /** Σ price × size of the fills. */
  readonly value: bigint;
  readonly changes: Amounts;
  readonly fees: Amounts;
  readonly tradeIds: ReadonlySet<string>;
  readonly venueOrderId?: string;
  readonly error?: VenueError;
  /** Wall times, ms. */
  readonly sentAt: number;
  readonly ackedAt?: number;
  readonly doneAt?: number;
}

export type LegEvent =
  | { readonly kind: 'Acked'; readonly venueOrderId: string; readonly at: number }
  | { readonly kind: 'Rejected'; readonly error: VenueError; readonly at: number }
  | { readonly kind: 'OutcomeUnknown' }
  | {
      readonly kind: 'Reported';
      readonly status: OrderStatus;
      readonly filled: string;
      readonly venueOrderId: string;
      readonly at: number;
    }
  | { readonly kind: 'Filled'; readonly fill: Fill; readonly at: number }
  | { readonly kind: 'FoundAbsent'; readonly at: number };

export type NewLeg = Pick<
  Leg,
  'clientId' | 'run' | 'role' | 'row' | 'side' | 'base' | 'quote' | 'price' | 'size' | 'sentAt'
> &
  Partial<Pick<Leg, 'orderKind'>>;

export const newLeg = (order: NewLeg): Leg => ({
  orderKind: 'ioc',
  ...order,
  status: 'submitted',
  filled: 0n,
  claimed: 0n,
  value: 0n,
  changes: new Map(),
  fees: new Map(),
  tradeIds: new Set(),
});

const isTerminal = (status: LegStatus): boolean =>
  status === 'filled' || status === 'cancelled' || status === 'expired' || status === 'rejected' || status === 'absent';

/** The venue or its answer says that there is no such order. What the order itself does proves it wrong. */
const isDenied = (status: LegStatus): boolean => status === 'rejected' || status === 'absent';

/** Settled: the venue's last word is known, and every fill that it speaks of has been booked. */
export const isSettled = (leg: Leg): boolean => isTerminal(leg.status) && leg.filled >= leg.claimed;

/** True when this fill was booked before. */
export const hasFill = (leg: Leg, fill: Fill): boolean => leg.tradeIds.has(fill.tradeId);

export function nextLeg(leg: Leg, event: LegEvent): Leg {
  switch (event.kind) {
    case 'Acked':
      return ack(leg, event);
    case 'Rejected':
      if (isTerminal(leg.status)) return leg;
      // An order that filled was not rejected, whatever the answer says: ask.
      if (hasTraded(leg)) return { ...leg, status: 'unknown', error: event.error };
      return done({ ...leg, error: event.error, ackedAt: event.at }, 'rejected', event.at);
    case 'OutcomeUnknown':
      return isTerminal(leg.status) || leg.status === 'unknown' ? leg : { ...leg, status: 'unknown' };
    case 'FoundAbsent':
      // An order with fills exists, whatever a query says.
      return isTerminal(leg.status) || hasTraded(leg) ? leg : done(leg, 'absent', event.at);
    case 'Reported':
      return report(leg, event);
    case 'Filled':
      return fill(leg, event.fill, event.at);
    default:
      return assertNever(event);
  }
}

const hasTraded = (leg: Leg): boolean => leg.filled > 0n || leg.claimed > 0n;

const done = (leg: Leg, status: LegStatus, at: number): Leg => ({ ...leg, status, doneAt: leg.doneAt ?? at });

/** Takes back a denial that the order itself contradicts. */
function reopened(leg: Leg): Leg {
  const { doneAt: _, ...rest } = leg;
  return { ...rest, status: 'open' };
}

function ack(leg: Leg, event: Extract<LegEvent, { kind: 'Acked' }>): Leg {
  const isOld = leg.ackedAt !== undefined && leg.venueOrderId === event.venueOrderId;
  const acked = isOld ? leg : { ...leg, venueOrderId: event.venueOrderId, ackedAt: leg.ackedAt ?? event.at };
  if (isDenied(leg.status)) return reopened(acked);
  // An ack may come after fills, or after the final report: it never takes a state back.
  return leg.status === 'submitted' || leg.status === 'unknown' ? { ...acked, status: 'open' } : acked;
}

/** The same leg when the report says nothing new. */
function report(leg: Leg, event: Extract<LegEvent, { kind: 'Reported' }>): Leg {
  const said = parseAmount(event.filled);
  const claimsMore = said > leg.claimed;
  const namesOrder = leg.venueOrderId === undefined && event.venueOrderId !== '';
  const next =
    claimsMore || namesOrder
      ? {
          ...leg,
          claimed: claimsMore ? said : leg.claimed,
          ...(namesOrder ? { venueOrderId: event.venueOrderId } : {}),
        }
      : leg;
  if (event.status === 'open') {
    if (isDenied(leg.status)) return reopened(next);
    // Events overtake each other: an "open" that arrives after the final word is old news.
    return isTerminal(leg.status) || leg.status === 'open' ? next : { ...next, status: 'open' };
  }
  const isContradicted = leg.status === 'absent' || (leg.status === 'rejected' && event.status !== 'rejected');
  return isTerminal(leg.status) && !isContradicted ? next : done(next, event.status, event.at);
}

function fill(leg: Leg, booked: Fill, at: number): Leg {
  if (leg.tradeIds.has(booked.tradeId)) return leg;
  const changes = fillChanges(booked, leg.base, leg.quote);
  const filled = leg.filled + parseAmount(booked.size);
  let { claimed } = leg;
  if (filled > claimed) claimed = filled;
  const next: Leg = {
    ...leg,
    filled,
    claimed,
    value: leg.value + fillValue(booked),
    changes: plusAll(leg.changes, changes),
    fees: plus(leg.fees, booked.feeAsset, parseAmount(booked.fee)),
    tradeIds: new Set(leg.tradeIds).add(booked.tradeId),
    venueOrderId: leg.venueOrderId ?? booked.venueOrderId,
  };
  if (filled >= parseAmount(leg.size)) return done(next, 'filled', at);
  // A fill proves that the order exists: it cannot have been rejected or absent.
  if (isDenied(next.status)) return reopened(next);
  return next.status === 'submitted' ? { ...next, status: 'open' } : next;
}
