/** Rules of the witness: what the embedded exchanges kept of the last run that ended is what the log says, row by row.
 *  Orders of other runs went to other exchanges; a run is compared when one of its orders is in the ledger. Pure. */
import type { VenueId } from '../../core/venue.ts';
import { amountOf, plain, textOf, worthOf } from './amounts.ts';
import { type Case, isLost } from './case.ts';
import type { LedgerFill, LedgerOrder, SimLedger } from './evidence.ts';
import { differences, type Finding, finding, NOTHING } from './finding.ts';
import type { LoggedFill, LoggedOrder } from './history.ts';
import { filledBy, lastStatus, lastWord } from './order-rules.ts';

const WITNESSES = ['log', 'exchange'] as const;

/** What the exchange calls an end, in our words; it has one word for what venues call by two. */
const STATUSES: Readonly<Record<string, readonly string[]>> = {
  filled: ['filled'],
  canceled: ['cancelled', 'expired'],
  expired: ['cancelled', 'expired'],
};

/** From our time of logging an order or a fill to the exchange's own: its clock is this machine's, its answers may be
 *  slow. */
const CLOCKS_MS = 2_000;

export function ledgerFindings(from: Case): Finding[] {
  const { ledger } = from.evidence;
  if (ledger === undefined) return [];
  const orders = rowsOf(ledger, 'orders');
  const known = new Map(orders.map((row) => [row.row.clientId, row]));
  const covered = new Set(orders.flatMap(({ row }) => from.history.orders.get(row.clientId)?.run ?? []));
  return [
    ...orders.flatMap((row) => orderFindings(from, row, known.get(row.row.clientId) === row)),
    ...missingOrders(from, covered, known),
    ...fillFindings(from, ledger, covered),
  ];
}

interface OfVenue<T> {
  readonly venue: VenueId;
  readonly row: T;
}

function rowsOf<K extends 'orders' | 'fills'>(
  ledger: SimLedger,
  what: K,
): OfVenue<SimLedger['venues'][string][K][number]>[] {
  return Object.entries(ledger.venues).flatMap(([venue, rows]) => rows[what].map((row) => ({ venue, row })));
}

function orderFindings(from: Case, { venue, row }: OfVenue<LedgerOrder>, isOnly: boolean): Finding[] {
  const { history, gaps, journal } = from;
  const where = `order ${row.clientId} at ${venue}`;
  if (!isOnly) return [finding('ledger-order-doubled', where, { exchange: `once more, as ${row.orderId}` })];
  const logged = history.orders.get(row.clientId);
  if (logged === undefined) {
    const legSet = journal.orders.get(row.clientId)?.legSet;
    const isExcused =
      gaps.covers(row.createdAt - CLOCKS_MS, row.createdAt + CLOCKS_MS) ||
      (legSet !== undefined && isLost(from, legSet));
    return isExcused ? [] : [finding('ledger-order-unlogged', where, { log: NOTHING, exchange: row.status })];
  }
  const { order } = logged;
  const venueOrderId = lastWord(logged)?.venueOrderId;
  const status = lastStatus(logged);
  const isSame = status === undefined || STATUSES[row.status]?.includes(status) === true;
  return differences('ledger-order-differs', where, WITNESSES, {
    venue: [order.venue, venue],
    symbol: [order.symbol, row.symbol],
    side: [order.side, row.side],
    price: [plain(order.price), row.price === undefined ? '' : plain(row.price)],
    size: [plain(order.size), plain(row.size)],
    // What of its fills was lost with a part of the log is told there.
    ...(gaps.isAny ? {} : { filled: [textOf(filledBy(logged)), plain(row.filled)] as const }),
    ...(isSame ? {} : { status: [status, row.status] as const }),
    ...(venueOrderId === undefined ? {} : { orderId: [venueOrderId, row.orderId] as const }),
  });
}

function missingOrders(
  { history }: Case,
  covered: ReadonlySet<string>,
  known: ReadonlyMap<string, unknown>,
): Finding[] {
  // What was refused, and what nobody heard of again, may never have arrived.
  const hasArrived = (order: LoggedOrder): boolean =>
    order.fills.length > 0 || !['rejected', undefined].includes(lastStatus(order));
  return [...history.orders.values()]
    .filter((order) => covered.has(order.run) && hasArrived(order) && !known.has(order.order.clientId))
    .map((order) =>
      finding('ledger-order-missing', `order ${order.order.clientId} at ${order.order.venue}`, {
        log: lastWord(order)?.status ?? 'filled in part',
        exchange: NOTHING,
      }),
    );
}

function fillFindings({ history, gaps }: Case, ledger: SimLedger, covered: ReadonlySet<string>): Finding[] {
  const rows = new Map<string, LedgerFill>(
    rowsOf(ledger, 'fills').map(({ venue, row }) => [`${venue}:${row.symbol}:${row.tradeId}`, row]),
  );
  const unlogged = [...rows]
    .filter(([id, { at }]) => !history.fills.has(id) && !gaps.covers(at - CLOCKS_MS, at + CLOCKS_MS))
    .map(([id, row]) => finding('ledger-fill-unlogged', `fill ${id}`, { log: NOTHING, exchange: shortOf(row) }));
  const logged = [...history.fills.values()].flatMap((fill) => {
    const row = rows.get(fill.id);
    if (row !== undefined) return differing(fill, row);
    const run = history.orders.get(fill.fill.clientId)?.run;
    if (run === undefined || !covered.has(run)) return [];
    return [finding('ledger-fill-missing', `fill ${fill.id}`, { log: shortOf(fill.fill), exchange: NOTHING })];
  });
  return [...unlogged, ...logged];
}

const shortOf = ({ side, size, price }: Pick<LedgerFill, 'side' | 'size' | 'price'>): string =>
  `${side} ${plain(size)} at ${plain(price)}`;

function differing({ id, fill }: LoggedFill, row: LedgerFill): Finding[] {
  return differences('ledger-fill-differs', `fill ${id}`, WITNESSES, {
    clientId: [fill.clientId, row.clientId],
    orderId: [fill.venueOrderId, row.orderId],
    side: [fill.side, row.side],
    price: [plain(fill.price), plain(row.price)],
    size: [plain(fill.size), plain(row.size)],
    value: [textOf(worthOf(fill)), plain(row.quote)],
    fee: [plain(fill.fee), plain(row.fee)],
    // A fee of nothing has no asset that matters.
    ...(amountOf(row.fee) === 0n ? {} : { feeAsset: [fill.feeAsset, row.feeAsset] as const }),
  });
}
