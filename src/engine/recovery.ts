/** What a successor adopts from the write-ahead log of its own run: leg sets without a last word, and the closed ones
 *  with what they earned. Pure. (Recovery of earlier runs asks the venues too and is a matter of its own.) */
import type { Universe } from '../core/instrument.ts';
import { pairIndex } from '../core/intent.ts';
import type { WalEntry, WalOrder } from '../core/records.ts';
import { assertNever } from '../core/units.ts';
import { type Leg, newLeg, nextLeg } from './leg.ts';
import { addLeg, applyToSet, type LegSet } from './saga.ts';

export interface Adoptable {
  readonly open: readonly LegSet[];
  /** As they were closed last; what comes late still belongs to them. */
  readonly closed: readonly LegSet[];
}

export function adoptable(entries: readonly WalEntry[], run: string, universe: Universe): Adoptable {
  const sets = new Map<string, LegSet>();
  for (const entry of entries) {
    if (entry.kind === 'RunOpened' || !entry.legSet.startsWith(`${run}-`)) continue;
    const set = entry.kind === 'LegSetOpened' ? reopened(entry, universe) : sets.get(entry.legSet);
    if (set !== undefined) sets.set(entry.legSet, applied(set, entry, universe));
  }
  const all = [...sets.values()];
  return {
    open: all.filter((set) => set.state === 'working'),
    closed: all.filter((set) => set.state !== 'working'),
  };
}

/** Whatever happens to a closed set opens it again, until it is closed once more. */
function applied(set: LegSet, entry: Exclude<WalEntry, { kind: 'RunOpened' }>, universe: Universe): LegSet {
  switch (entry.kind) {
    case 'LegSetOpened':
      return set;
    case 'OrderAdded':
      return addLeg(set, legOf(entry.order, universe, entry.at));
    case 'Filled': {
      const { fill, at } = entry;
      return { ...applyToSet(set, fill.clientId, { kind: 'Filled', fill, at }), state: 'working' };
    }
    case 'OrderUpdated':
      return { ...settledAs(set, entry), state: 'working' };
    case 'LegSetClosed':
      return { ...set, state: entry.state };
    default:
      return assertNever(entry);
  }
}

function reopened(entry: Extract<WalEntry, { kind: 'LegSetOpened' }>, universe: Universe): LegSet {
  const legs = entry.orders.map((order) => legOf(order, universe, entry.at));
  const buy = universe.rows[legs.find((leg) => leg.side === 'buy')?.row ?? -1];
  const sell = universe.rows[legs.find((leg) => leg.side === 'sell')?.row ?? -1];
  const instrumentIndex = universe.instruments.findIndex((instrument) => instrument.id === entry.instrument);
  return {
    id: entry.legSet,
    intent: entry.intent,
    opportunity: entry.opportunity,
    instrumentIndex,
    pair: pairIndex(instrumentIndex, buy?.venueIndex ?? 0, sell?.venueIndex ?? 0, universe.venues.length),
    edgeBps: entry.edgeBps,
    openedAt: entry.at,
    legs,
    state: 'working',
  };
}

/** An order in the log may or may not have been sent: its outcome is unknown until the venue says. */
function legOf(order: WalOrder, universe: Universe, at: number): Leg {
  const listing = universe.rows[order.row]?.listing;
  const { clientId, role, row, side, price, size } = order;
  const leg = newLeg({
    clientId,
    role,
    row,
    side,
    price,
    size,
    base: listing?.base ?? '',
    quote: listing?.quote ?? '',
    sentAt: at,
  });
  return nextLeg(leg, { kind: 'OutcomeUnknown' });
}

/** The predecessor had settled this order: its word, and every fill of it, are in the log. */
function settledAs(set: LegSet, entry: Extract<WalEntry, { kind: 'OrderUpdated' }>): LegSet {
  const { status, filled, at, clientId } = entry;
  if (status === 'absent') return applyToSet(set, clientId, { kind: 'FoundAbsent', at });
  if (status !== 'filled' && status !== 'cancelled' && status !== 'expired' && status !== 'rejected') return set;
  return applyToSet(set, clientId, { kind: 'Reported', status, filled, venueOrderId: entry.venueOrderId ?? '', at });
}
