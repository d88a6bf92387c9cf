/** Cancels orders that a venue lists as open, and tells of those that no log knows. Thread: executor. */
import { Fault } from '../core/faults.ts';
import type { Universe } from '../core/instrument.ts';
import type { Log } from '../core/log.ts';
import type { Gateway, OrderReport } from '../core/order.ts';

export interface OpenOrdersDeps {
  readonly universe: Universe;
  readonly gateways: readonly Gateway[];
  readonly log: Log;
  readonly onFault: (fault: Fault) => void;
}

/** One after the other. A cancel that fails is logged; orders of symbols that are not configured cannot be cancelled. */
export async function cancelOrders(
  { universe, gateways, log }: OpenOrdersDeps,
  venueIndex: number,
  orders: readonly OrderReport[],
): Promise<void> {
  const gateway = gateways[venueIndex];
  const venue = universe.venues[venueIndex];
  for (const { clientId, symbol } of orders) {
    const row = universe.rows.find((entry) => entry.venueIndex === venueIndex && entry.listing.symbol === symbol);
    if (row === undefined || gateway === undefined) continue;
    const outcome = await gateway.cancel({ clientId, listing: row.listing });
    if (outcome.kind === 'failed') log.warn({ venue, clientId, error: outcome.error }, 'cancel failed');
  }
}

/** `orphans`: client ids. */
export function tellOrphans(
  { universe, onFault }: OpenOrdersDeps,
  venueIndex: number,
  orphans: readonly string[],
): void {
  if (orphans.length === 0) return;
  const venue = universe.venues[venueIndex] ?? '';
  const message = `${venue} had ${orphans.length} open orders of ours that no log knows; they were cancelled`;
  onFault(new Fault('recovery/orphan', message, { venue, orphans }));
}
