/** What the write-ahead log says is still open. Pure. */
import type { Fill } from '../../src/core/order.ts';
import type { WalEntry, WalOrder } from '../../src/core/records.ts';
import type { VenueId } from '../../src/core/venue.ts';

export interface OpenOrder {
  readonly order: WalOrder;
  /** As last heard; absent when nothing was heard since it was announced, so it may never have been sent. */
  readonly status?: string;
  /** Base filled as last heard, decimal text. */
  readonly filled: string;
  readonly venueOrderId?: string;
}

export interface OpenLegSet {
  readonly opened: Extract<WalEntry, { kind: 'LegSetOpened' }>;
  /** In the order announced, later unwinding orders included. */
  readonly orders: readonly OpenOrder[];
  /** Each once, by venue, symbol and trade id. */
  readonly fills: readonly { readonly venue: VenueId; readonly fill: Fill }[];
}

interface Building {
  opened: OpenLegSet['opened'];
  orders: Map<string, OpenOrder>;
  fills: Map<string, OpenLegSet['fills'][number]>;
}

const announced = (order: WalOrder): OpenOrder => ({ order, filled: '0' });

/** Leg sets that were opened and not closed, oldest first. Entries of sets opened in a file that is gone are ignored. */
export function openOrdersOf(entries: Iterable<WalEntry>): OpenLegSet[] {
  const open = new Map<string, Building>();
  for (const entry of entries) {
    if (entry.kind === 'LegSetOpened') {
      const orders = new Map(entry.orders.map((order) => [order.clientId, announced(order)]));
      open.set(entry.legSet, { opened: entry, orders, fills: new Map() });
      continue;
    }
    if (!('legSet' in entry)) continue;
    const set = open.get(entry.legSet);
    if (set === undefined) continue;
    if (entry.kind === 'LegSetClosed') open.delete(entry.legSet);
    else applyTo(set, entry);
  }
  return [...open.values()].map((set) => ({
    opened: set.opened,
    orders: [...set.orders.values()],
    fills: [...set.fills.values()],
  }));
}

/** Client ids of announced orders without a last word, also where their leg set was closed without it. */
export function unsettledOrdersOf(entries: Iterable<WalEntry>): string[] {
  const unsettled = new Set<string>();
  for (const entry of entries) {
    if (entry.kind === 'LegSetOpened') for (const { clientId } of entry.orders) unsettled.add(clientId);
    else if (entry.kind === 'OrderAdded') unsettled.add(entry.order.clientId);
    else if (entry.kind === 'OrderUpdated') unsettled.delete(entry.clientId);
  }
  return [...unsettled];
}

function applyTo(
  set: Building,
  entry: Extract<WalEntry, { kind: 'OrderAdded' | 'OrderAcked' | 'OrderUpdated' | 'Filled' }>,
): void {
  switch (entry.kind) {
    case 'OrderAdded':
      if (!set.orders.has(entry.order.clientId)) set.orders.set(entry.order.clientId, announced(entry.order));
      return;
    case 'OrderAcked': {
      const before = set.orders.get(entry.clientId);
      if (before !== undefined) set.orders.set(entry.clientId, { ...before, venueOrderId: entry.venueOrderId });
      return;
    }
    case 'OrderUpdated': {
      const before = set.orders.get(entry.clientId);
      if (before === undefined) return;
      const venueOrderId = entry.venueOrderId ?? before.venueOrderId;
      set.orders.set(entry.clientId, {
        order: before.order,
        status: entry.status,
        filled: entry.filled,
        ...(venueOrderId === undefined ? {} : { venueOrderId }),
      });
      return;
    }
    case 'Filled': {
      const { venue, fill } = entry;
      set.fills.set(`${venue}:${fill.symbol}:${fill.tradeId}`, { venue, fill });
    }
  }
}
