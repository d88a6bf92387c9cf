/** Compares what we have with what a venue says that we have: balances, and open orders. Pure.
 *
 *  A balance is a moving thing: a fill may have happened that nobody told us yet, and a venue may be slow to show one that we
 *  know. So a difference is only suspected at first. It is drift when the next look shows the very same one, and both looks
 *  were at an asset that no order of ours could move meanwhile. */
import { isOurs } from '../core/client-id.ts';
import type { Balance, OrderReport } from '../core/order.ts';
import { type Amounts, parseAmount } from './amounts.ts';

/** Totals at ASSET_SCALE: free, and what orders hold. */
export interface Drift {
  readonly asset: string;
  readonly ours: bigint;
  readonly theirs: bigint;
}

export interface Sighting {
  /** Our totals when the venue was asked, and when it had answered. They are the assets that are looked at. */
  readonly before: Amounts;
  readonly after: Amounts;
  /** Assets that orders without a last word may have moved meanwhile. */
  readonly inMotion: ReadonlySet<string>;
  readonly theirs: readonly Balance[];
}

export interface Look {
  /** By asset, for those at rest: where the figures differ by more than the tolerance. */
  readonly differing: ReadonlyMap<string, Drift>;
  /** Nothing can be said of these. */
  readonly moving: ReadonlySet<string>;
}

/** Differences that wait for the next look, by asset: theirs minus ours. */
export type Suspicions = ReadonlyMap<string, bigint>;

/** `tolerance` at ASSET_SCALE: venues round what they show. What a venue does not name it does not hold. */
export function lookAt({ before, after, inMotion, theirs }: Sighting, tolerance: bigint): Look {
  const differing = new Map<string, Drift>();
  const moving = new Set<string>();
  for (const [asset, ours] of after) {
    if (inMotion.has(asset) || before.get(asset) !== ours) {
      moving.add(asset);
      continue;
    }
    const balance = theirs.find((entry) => entry.asset === asset);
    const figure = balance === undefined ? 0n : parseAmount(balance.free) + parseAmount(balance.locked);
    const difference = figure - ours;
    if (difference > tolerance || -difference > tolerance) differing.set(asset, { asset, ours, theirs: figure });
  }
  return { differing, moving };
}

/** What a look makes of the suspicions of the one before. A suspicion outlives looks at an asset that was moving. */
export function judgeLook(
  suspected: Suspicions,
  { differing, moving }: Look,
): { readonly drifts: readonly Drift[]; readonly suspected: Suspicions } {
  const drifts: Drift[] = [];
  const next = new Map<string, bigint>();
  for (const [asset, difference] of suspected) if (moving.has(asset)) next.set(asset, difference);
  for (const [asset, drift] of differing) {
    const difference = drift.theirs - drift.ours;
    if (suspected.get(asset) === difference) drifts.push(drift);
    else next.set(asset, difference);
  }
  return { drifts, suspected: next };
}

export interface KnownOrders {
  knows(clientId: string): boolean;
  hasSettled(clientId: string): boolean;
}

export interface StrayOrders {
  /** Ours by their ids, and not known here: nobody will look after them. */
  readonly orphans: readonly OrderReport[];
  /** Settled here, open there. An answer may be older than an order's last word, so these too want a second look. */
  readonly standing: readonly OrderReport[];
}

/** Of the orders that are open at a venue: those that should not be. What others placed is not looked at; one that we hold
 *  for open and the venue does not list is being asked for already. */
export function strayOrders(open: readonly OrderReport[], instance: string, known: KnownOrders): StrayOrders {
  const ours = open.filter(({ clientId }) => isOurs(clientId, instance));
  return {
    orphans: ours.filter(({ clientId }) => !known.knows(clientId)),
    standing: ours.filter(({ clientId }) => known.hasSettled(clientId)),
  };
}
