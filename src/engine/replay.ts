/** The write-ahead log read again: leg sets as they stood when its last entry was written, with every order of theirs.
 *  Pure but for the leftovers, which it fills. */
import type { Universe } from '../core/instrument.ts';
import { pairIndex } from '../core/intent.ts';
import type { JournalRecord, WalEntry, WalOrder } from '../core/records.ts';
import { assertNever } from '../core/units.ts';
import { parseAmount } from './amounts.ts';
import type { Leftovers } from './leftovers.ts';
import { isSettled, type Leg, newLeg, nextLeg } from './leg.ts';
import { fillRecord, legSetRecord, orderRecord } from './leg-set-record.ts';
import { addLeg, applyToSet, excessOf, instrumentOf, type LegSet } from './saga.ts';

type SetEntry = Extract<WalEntry, { legSet: string }>;

/** An entry, and its set after it. */
export interface Step {
  readonly entry: SetEntry;
  readonly set: LegSet;
  /** The run that wrote the entry. */
  readonly run: string;
}

export class Replay {
  readonly #universe: Universe;
  readonly #leftovers: Leftovers;
  readonly #sets = new Map<string, LegSet>();
  /** Client ids of orders whose last word is in the log, and no fill after it. */
  readonly #lastWords = new Set<string>();
  /** The run whose entries are being read: what it sends is its own, also for the set of another. */
  #run = '';

  constructor(universe: Universe, leftovers: Leftovers) {
    this.#universe = universe;
    this.#leftovers = leftovers;
  }

  /** In the order in which they were opened. */
  get sets(): readonly LegSet[] {
    return [...this.#sets.values()];
  }

  /** Whether the log says that the order is settled: its fills may say so before it does. */
  hasLastWord(clientId: string): boolean {
    return this.#lastWords.has(clientId);
  }

  /** Takes the next entry. Undefined: it is of no set, or of one that is not known, since its file is gone. */
  step(entry: WalEntry): Step | undefined {
    if (entry.kind === 'RunOpened') {
      this.#run = entry.run;
      if (entry.dust !== undefined || entry.held !== undefined) {
        this.#leftovers.restore(entry.dust ?? {}, entry.held ?? {});
      }
      return undefined;
    }
    if (!('legSet' in entry)) return undefined;
    const before = entry.kind === 'LegSetOpened' ? this.#opened(entry) : this.#sets.get(entry.legSet);
    if (before === undefined) return undefined;
    const set = this.#applied(before, entry);
    this.#sets.set(set.id, set);
    return { entry, set, run: this.#run };
  }

  /** Whatever happens to a closed set opens it again, until it is closed once more. */
  #applied(set: LegSet, entry: SetEntry): LegSet {
    switch (entry.kind) {
      case 'LegSetOpened':
        return set;
      case 'OrderAdded':
        return addLeg(set, this.#leg(entry.order, entry.at));
      case 'OrderAcked': {
        const { clientId, venueOrderId, at } = entry;
        return applyToSet(set, clientId, { kind: 'Acked', venueOrderId, at });
      }
      case 'Filled': {
        const { fill, at } = entry;
        this.#lastWords.delete(fill.clientId);
        return { ...applyToSet(set, fill.clientId, { kind: 'Filled', fill, at }), state: 'working' };
      }
      case 'OrderUpdated':
        this.#lastWords.add(entry.clientId);
        return { ...settledAs(set, entry), state: 'working' };
      case 'LegSetClosed': {
        const closed: LegSet = { ...set, state: entry.state };
        this.#leftovers.book(set.id, instrumentOf(set), entry.state, excessOf(closed));
        return closed;
      }
      default:
        return assertNever(entry);
    }
  }

  #opened(entry: Extract<WalEntry, { kind: 'LegSetOpened' }>): LegSet {
    const { venues, rows, instruments } = this.#universe;
    const legs = entry.orders.map((order) => this.#leg(order, entry.at));
    const venueOf = (side: string): number => rows[legs.find((leg) => leg.side === side)?.row ?? -1]?.venueIndex ?? 0;
    const instrumentIndex = instruments.findIndex((instrument) => instrument.id === entry.instrument);
    const [base = '', quote = ''] = entry.instrument.split('-');
    const carried = parseAmount(entry.carried ?? '0');
    if (carried !== 0n) this.#leftovers.take(entry.instrument, carried);
    return {
      id: entry.legSet,
      intent: entry.intent,
      opportunity: entry.opportunity,
      instrumentIndex,
      pair: legs.length === 0 ? -1 : pairIndex(instrumentIndex, venueOf('buy'), venueOf('sell'), venues.length),
      edgeBps: entry.edgeBps,
      openedAt: entry.at,
      base,
      quote,
      carried,
      legs,
      state: 'working',
    };
  }

  /** An order in the log may or may not have been sent: its outcome is unknown until the venue says. Rows are counted
   *  anew in every run, so it is found by what it is called. */
  #leg({ venue, symbol, row: _, ...order }: WalOrder, sentAt: number): Leg {
    const row = this.#universe.rows.find((entry) => entry.venue === venue && entry.listing.symbol === symbol);
    const { base = '', quote = '' } = row?.listing ?? {};
    const run = this.#run;
    const leg = newLeg({ ...order, run, row: row?.row ?? -1, base, quote, sentAt });
    return nextLeg(leg, { kind: 'OutcomeUnknown' });
  }
}

/** The order was settled: its word, and every fill of it, are in the log. */
function settledAs(set: LegSet, entry: Extract<WalEntry, { kind: 'OrderUpdated' }>): LegSet {
  const { status, filled, at, clientId, error } = entry;
  if (status === 'absent') return applyToSet(set, clientId, { kind: 'FoundAbsent', at });
  if (status === 'rejected' && error !== undefined) return applyToSet(set, clientId, { kind: 'Rejected', error, at });
  if (status !== 'filled' && status !== 'cancelled' && status !== 'expired' && status !== 'rejected') return set;
  return applyToSet(set, clientId, { kind: 'Reported', status, filled, venueOrderId: entry.venueOrderId ?? '', at });
}

/** What the journal should hold of an entry: a run that died may not have got so far. */
export function recordOf({ entry, set }: Step, universe: Universe): JournalRecord | undefined {
  switch (entry.kind) {
    case 'Filled': {
      const leg = set.legs.find(({ clientId }) => clientId === entry.fill.clientId);
      return leg && fillRecord(entry.fill, leg, set, universe, entry.at);
    }
    case 'OrderUpdated': {
      const leg = set.legs.find(({ clientId }) => clientId === entry.clientId);
      return leg && orderRecord(leg, set, universe, entry.at);
    }
    case 'LegSetClosed':
      return legSetRecord(set, universe, entry.at);
    default:
      return undefined;
  }
}

export interface Adoptable {
  /** To be asked for: without a last word, or closed with an outcome that was never learned. */
  readonly open: readonly LegSet[];
  /** As they were closed last; what comes late still belongs to them. */
  readonly closed: readonly LegSet[];
  /** Open, and with an order at a venue or symbol that is not configured any more: nobody can be asked. */
  readonly stranded: readonly LegSet[];
}

export function adoptable(sets: readonly LegSet[]): Adoptable {
  const isOpen = (set: LegSet): boolean =>
    set.state === 'working' || (set.state === 'unknown' && !set.legs.every(isSettled));
  const isStranded = (set: LegSet): boolean =>
    set.instrumentIndex < 0 || set.legs.some((leg) => leg.row < 0 && !isSettled(leg));
  const open = sets.filter(isOpen);
  return {
    open: open.filter((set) => !isStranded(set)).map((set): LegSet => ({ ...set, state: 'working' })),
    closed: sets.filter((set) => !isOpen(set) && !isStranded(set)),
    stranded: open.filter(isStranded),
  };
}
