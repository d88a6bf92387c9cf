/** Whether the exchanges' ledger, the journal, the write-ahead log and the summary of a run tell the same story, to the
 *  last digit. */
import type { RunSummary } from '../../src/actors/summary.ts';
import type {
  BalanceRecord,
  FaultRecord,
  FillRecord,
  LegSetRecord,
  OpportunityRecord,
  OrderRecord,
  RunRecord,
  TrustRecord,
  WalEntry,
} from '../../src/core/records.ts';
import { LmdbJournalReader } from '../../src/record/journal-reader.ts';
import { journalFolder, walFolder } from '../../src/record/journal-store.ts';
import { entriesOf, readWalFolder } from '../../src/record/wal-files.ts';
import type { Ledger, LedgerFill, LedgerOrder } from '../../src/sim/ledger.ts';
import { exact, plain, Tally } from './exact.ts';

export interface RunRead {
  readonly runs: readonly RunRecord[];
  readonly opportunities: readonly OpportunityRecord[];
  readonly legSets: readonly LegSetRecord[];
  readonly orders: readonly OrderRecord[];
  readonly fills: readonly FillRecord[];
  readonly balances: readonly BalanceRecord[];
  readonly faults: readonly FaultRecord[];
  readonly trust: readonly TrustRecord[];
}

/** Everything that the journal in a data folder holds of a run, or of all runs. `sameProcess`: its writer was in this
 *  process, where LMDB wants it opened alike. */
export function readJournal(
  dataDir: string,
  { run, sameProcess = false }: { run?: string; sameProcess?: boolean } = {},
): RunRead {
  const reader = new LmdbJournalReader(journalFolder(dataDir), { readOnly: !sameProcess });
  const query = { newestFirst: false, ...(run === undefined ? {} : { run }) };
  try {
    return {
      runs: reader.read('Run', query),
      opportunities: reader.read('Opportunity', query),
      legSets: reader.read('LegSet', query),
      orders: reader.read('Order', query),
      fills: reader.read('Fill', query),
      balances: reader.read('Balance', query),
      faults: reader.read('Fault', query),
      trust: reader.read('Trust', query),
    };
  } finally {
    reader.close();
  }
}

export const readWal = (dataDir: string): WalEntry[] => entriesOf(readWalFolder(walFolder(dataDir)));

/** Client ids of every order that the write-ahead log announced. */
export function announced(entries: readonly WalEntry[]): Set<string> {
  const ids = new Set<string>();
  for (const entry of entries) {
    if (entry.kind === 'LegSetOpened') for (const { clientId } of entry.orders) ids.add(clientId);
    if (entry.kind === 'OrderAdded') ids.add(entry.order.clientId);
  }
  return ids;
}

export interface Story {
  /** Before the run; absent: the exchanges were started for it. */
  readonly before?: Ledger;
  readonly after: Ledger;
  readonly journal: RunRead;
  readonly wal: readonly WalEntry[];
  readonly summary?: Pick<RunSummary, 'pnl' | 'fees' | 'legSets' | 'orders'>;
}

interface OfVenue<T> {
  readonly venue: string;
  readonly row: T;
}

const STATUS: Readonly<Record<string, readonly string[]>> = {
  filled: ['filled'],
  canceled: ['cancelled', 'expired'],
  expired: ['cancelled', 'expired'],
};

/** Every difference, in words; none when all agree. */
export function disagreements({ before, after, journal, wal, summary }: Story): string[] {
  const found: string[] = [];
  const same = (what: string, a: unknown, b: unknown): void => {
    if (JSON.stringify(a) !== JSON.stringify(b))
      found.push(`${what}: ${JSON.stringify(a)} is not ${JSON.stringify(b)}`);
  };
  const fills = newRows(before, after, 'fills', ({ tradeId, symbol }: LedgerFill) => `${symbol}:${tradeId}`);
  const orders = newRows(before, after, 'orders', ({ orderId, symbol }: LedgerOrder) => `${symbol}:${orderId}`);

  const journalFills = new Map(journal.fills.map((fill) => [fill.id, fill]));
  same('fills of the ledger and of the journal', [...fills.keys()].sort(), [...journalFills.keys()].sort());
  for (const [id, { venue, row }] of fills) {
    const ours = journalFills.get(id);
    if (ours === undefined) continue;
    same(`fill ${id}`, factsOfLedgerFill(venue, row), factsOfFill(ours));
  }

  const journalOrders = new Map(journal.orders.map((order) => [order.id, order]));
  const ids = announced(wal);
  for (const [key, { venue, row }] of orders) {
    if (!ids.has(row.clientId)) found.push(`order ${key} (${row.clientId}) was sent without standing in the log`);
    const ours = journalOrders.get(row.clientId);
    if (ours === undefined) {
      found.push(`order ${key} (${row.clientId}) is not in the journal`);
      continue;
    }
    same(
      `order ${row.clientId}`,
      factsOfOrder(venue, row),
      factsOfOrder(ours.venue, { ...ours, orderId: ours.venueOrderId }),
    );
    if (STATUS[row.status]?.includes(ours.status) !== true) {
      found.push(`order ${row.clientId}: ${row.status} at the venue, ${ours.status} in the journal`);
    }
  }
  const taken = new Set([...orders.values()].map(({ row }) => row.clientId));
  for (const order of journal.orders) {
    if (!taken.has(order.id) && order.status !== 'rejected') {
      found.push(`order ${order.id} (${order.status}) is not in the ledger`);
    }
  }
  same('orders in the journal and in the log', [...journalOrders.keys()].sort(), [...ids].sort());

  // What each leg says it filled is what the venue filled under its client id.
  for (const set of journal.legSets) {
    for (const leg of set.legs) {
      const filled = new Tally();
      for (const { row } of fills.values()) if (row.clientId === leg.clientId) filled.add('base', row.size);
      same(`leg ${leg.clientId} of ${set.id}`, filled.texts()['base'] ?? '0', plain(leg.filled));
    }
  }

  const change = balanceChange(before, after);
  const byFills = new Tally();
  const fees = new Tally();
  for (const { row } of fills.values()) {
    const [base = '', quote = ''] = row.instrument.split('-');
    const sign = row.side === 'buy' ? 1n : -1n;
    byFills
      .add(base, row.size, sign)
      .add(quote, row.quote, sign === 1n ? -1n : 1n)
      .add(row.feeAsset, row.fee, -1n);
    fees.add(row.feeAsset, row.fee);
  }
  same('balances of the ledger and its own fills', change, byFills.texts());
  const bySets = new Tally();
  const feesBySets = new Tally();
  for (const set of journal.legSets) {
    bySets.addAll(set.pnl);
    feesBySets.addAll(set.fees);
  }
  same('balances of the ledger and the leg sets', change, bySets.texts());
  same('fees of the ledger and of the leg sets', fees.texts(), feesBySets.texts());
  same('balances of the ledger and those in the journal', change, journalChange(journal.balances));
  if (summary !== undefined) {
    same('balances of the ledger and pnl of the summary', change, new Tally().addAll(summary.pnl).texts());
    same('fees of the ledger and of the summary', fees.texts(), new Tally().addAll(summary.fees).texts());
    const byState = (state: string): number => journal.legSets.filter((set) => set.state === state).length;
    for (const state of ['filled', 'unwound', 'missed', 'unknown', 'held'] as const) {
      same(`leg sets ${state} in the journal and in the summary`, byState(state), summary.legSets[state]);
    }
    // Unmatched base, whether it may be held or not.
    const residual = byState('residual') + byState('held');
    same('leg sets residual in the journal and in the summary', residual, summary.legSets.residual);
    same('orders of the journal and of the summary', journal.orders.length, summary.orders.sent);
  }
  return found;
}

/** Rows of the ledger that were not there before, by `<venue>:<key>`. */
function newRows<T extends LedgerFill | LedgerOrder>(
  before: Ledger | undefined,
  after: Ledger,
  what: 'fills' | 'orders',
  keyOf: (row: T) => string,
): Map<string, OfVenue<T>> {
  const rows = new Map<string, OfVenue<T>>();
  for (const [venue, ledger] of Object.entries(after.venues)) {
    const old = new Set(((before?.venues[venue]?.[what] ?? []) as readonly T[]).map(keyOf));
    for (const row of ledger[what] as readonly T[])
      if (!old.has(keyOf(row))) rows.set(`${venue}:${keyOf(row)}`, { venue, row });
  }
  return rows;
}

const factsOfLedgerFill = (venue: string, row: LedgerFill): object => ({
  venue,
  instrument: row.instrument,
  symbol: row.symbol,
  tradeId: row.tradeId,
  orderId: row.orderId,
  clientId: row.clientId,
  side: row.side,
  price: plain(row.price),
  size: plain(row.size),
  fee: plain(row.fee),
  // A fee of nothing has no asset that matters.
  feeAsset: exact(row.fee) === 0n ? '' : row.feeAsset,
});

const factsOfFill = (fill: FillRecord): object =>
  factsOfLedgerFill(fill.venue, {
    instrument: fill.instrument,
    symbol: fill.symbol,
    tradeId: fill.tradeId,
    orderId: fill.venueOrderId,
    clientId: fill.clientId,
    side: fill.side,
    price: fill.price,
    size: fill.size,
    fee: fill.fee,
    feeAsset: fill.feeAsset,
    account: '',
    quote: '0',
    maker: fill.maker,
    at: fill.venueAt,
  });

interface OrderFacts {
  readonly instrument: string;
  readonly symbol: string;
  readonly orderId: string | undefined;
  readonly side: string;
  readonly type: string;
  readonly tif: string;
  readonly price?: string;
  readonly size: string;
  readonly filled: string;
}

const factsOfOrder = (venue: string, row: OrderFacts): object => ({
  venue,
  instrument: row.instrument,
  symbol: row.symbol,
  orderId: row.orderId,
  side: row.side,
  type: row.type,
  tif: row.tif,
  price: row.price === undefined ? undefined : plain(row.price),
  size: plain(row.size),
  filled: plain(row.filled),
});

/** Change of every asset's total over all venues. */
export function balanceChange(before: Ledger | undefined, after: Ledger): Record<string, string> {
  const change = new Tally();
  for (const [venue, { balances }] of Object.entries(after.venues)) {
    for (const [asset, { total, initial }] of Object.entries(balances)) {
      change.add(asset, total).add(asset, before?.venues[venue]?.balances[asset]?.total ?? initial, -1n);
    }
  }
  return change.texts();
}

function journalChange(balances: readonly BalanceRecord[]): Record<string, string> {
  const change = new Tally();
  for (const { reason, balances: rows } of balances) {
    if (reason === 'reconcile') continue;
    for (const { asset, free, locked } of rows) {
      const sign = reason === 'end' ? 1n : -1n;
      change.add(asset, free, sign).add(asset, locked, sign);
    }
  }
  return change.texts();
}
