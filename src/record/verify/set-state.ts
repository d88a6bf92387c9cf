/** Whether the state that a leg set was closed with follows from its orders and fills. Pure. */
import { amountOf, assetsOf, Sums, textOf } from './amounts.ts';
import type { Case } from './case.ts';
import { type Finding, finding } from './finding.ts';
import type { LoggedSet } from './history.ts';
import { filledBy, lastWord } from './order-rules.ts';

type Closed = NonNullable<LoggedSet['closed']>;

/** States whose sets left base unmatched and say so; what the others leave is dust. */
const UNMATCHED = new Set(['residual', 'held']);
const KNOWN = new Set(['filled', 'unwound', 'missed', 'refused', 'unknown', ...UNMATCHED]);

export function stateFindings(from: Case, set: LoggedSet, closed: Closed): Finding[] {
  const where = `leg set ${set.opened.legSet}`;
  const { state } = closed;
  if (!KNOWN.has(state)) return [finding('kind-unknown', `${where}, state`, { log: state })];
  const excess = excessOf(set);
  const found: Finding[] = [];
  if (closed.excess !== undefined && amountOf(closed.excess) !== excess) {
    found.push(finding('set-residual', `${where}, excess`, { fills: textOf(excess), log: closed.excess }));
  }
  // An unknown outcome may have been closed in any condition; its residual is compared all the same.
  if (state === 'unknown') return found;
  const follows = stateOf(set);
  const isUnmatched = UNMATCHED.has(state);
  if (isUnmatched ? excess === 0n : state !== follows) {
    const figures = { log: state, 'orders and fills': isUnmatched ? `nothing left over, so ${follows}` : follows };
    return [...found, finding('set-state', where, figures)];
  }
  return isUnmatched ? found : [...found, ...leftoverFindings(from, set, closed, excess)];
}

/** Base that one side moved and the other did not, what was taken over from before included. */
function excessOf({ opened, orders }: LoggedSet): bigint {
  const changes = new Sums();
  for (const { fill } of orders.flatMap(({ fills }) => fills)) changes.addFill(fill, opened.instrument);
  return changes.of(assetsOf(opened.instrument)[0]) + amountOf(opened.carried ?? '0');
}

/** The state of a set that left nothing but dust. */
function stateOf({ orders }: LoggedSet): string {
  if (orders.some((order) => filledBy(order) > 0n)) {
    const isUnwound = orders.some((order) => order.order.role === 'unwind' && filledBy(order) > 0n);
    return isUnwound ? 'unwound' : 'filled';
  }
  // The log calls `absent` what the venue never had: it was sent and missed.
  const isRefused = orders.length > 0 && orders.every((order) => lastWord(order)?.status === 'rejected');
  return isRefused ? 'refused' : 'missed';
}

/** Dust is less than any venue of the set takes. Only for sets closed since the venues' terms were saved, and well above
 *  their smallest value, which was judged at the price of that moment. */
function leftoverFindings({ evidence }: Case, set: LoggedSet, closed: Closed, excess: bigint): Finding[] {
  const { opened, orders } = set;
  const left = excess < 0n ? -excess : excess;
  if (left === 0n || amountOf(opened.carried ?? '0') !== 0n) return [];
  const price = priceOf(set);
  const takers = [...new Set(orders.map(({ order }) => order.venue))].filter((venue) => {
    const reference = evidence.references.get(venue);
    const listing = reference?.listings.find(({ instrument }) => instrument === opened.instrument);
    if (reference === undefined || listing === undefined || closed.at < reference.savedAt) return false;
    const lot = amountOf(listing.sizeLot);
    const size = lot > 0n ? left - (left % lot) : left;
    const isWorthIt = (size * price) / amountOf('1') >= 2n * amountOf(listing.minNotional ?? '0');
    return size > 0n && size >= amountOf(listing.minSize) && isWorthIt;
  });
  if (takers.length === 0) return [];
  const figures = { 'left over': textOf(excess), [`${takers.join(', ')} takes`]: 'as much' };
  return [finding('set-leftover', `leg set ${opened.legSet}, ${closed.state}`, figures)];
}

/** The price of one of its fills. */
function priceOf({ orders }: LoggedSet): bigint {
  const fill = orders.flatMap(({ fills }) => fills)[0]?.fill;
  return fill === undefined ? 0n : amountOf(fill.price);
}
