/** Rules of the configuration about orders and fees that each venue has its own answer to. Pure. */
import type { Config, VenueConfig } from './config.ts';
import { ORDER_KINDS, type OrderKind } from './order.ts';
import type { Problem } from './schema-problems.ts';

/** What the rules need to know of a venue; its descriptor says it. */
export interface OrderFacts {
  /** What orders can be sent as; absent: immediate-or-cancel alone. */
  readonly orderKinds?: readonly OrderKind[];
  /** Assets of its own that fees can be paid in; absent: none. */
  readonly feeAssets?: readonly string[];
}

/** One problem, however many of the venues do not take orders of the kind. */
export function orderKindProblems(
  { execution }: Pick<Config, 'execution'>,
  venues: readonly (readonly [VenueConfig, OrderFacts])[],
): Problem[] {
  const kind = execution?.orders?.kind;
  // What is no kind at all, the schema says.
  if (kind === undefined || kind === 'ioc' || !ORDER_KINDS.includes(kind)) return [];
  const without = venues
    .filter(([, { orderKinds = [] }]) => !orderKinds.includes(kind))
    .map(([{ id, adapter }]) => (adapter === 'ccxt' ? `${id} (adapter ccxt)` : id));
  if (without.length === 0) return [];
  const message = `"${kind}" cannot be used at ${without.join(', ')}; choose another kind ("ioc" can be used everywhere)`;
  return [{ path: 'execution.orders.kind', message }];
}

export function feeAssetProblems({ id, feeAsset }: VenueConfig, { feeAssets = [] }: OrderFacts, at: string): Problem[] {
  const asset = feeAsset?.asset;
  if (typeof asset !== 'string' || feeAssets.includes(asset)) return [];
  const offer = feeAssets.length === 0 ? 'none of its own' : feeAssets.join(', ');
  return [{ path: `${at}.feeAsset.asset`, message: `${id} takes no fees in "${asset}"; it has ${offer}` }];
}
