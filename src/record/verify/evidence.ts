/** What the verifier judges: the journal, the log, and witnesses beside them, as they were read. */
import type { FeeRates, Listing } from '../../core/instrument.ts';
import type {
  BalanceRecord,
  FillRecord,
  JournalRecord,
  LegSetRecord,
  OrderRecord,
  RecordKind,
  RunRecord,
  WalEntry,
} from '../../core/records.ts';
import type { VenueId } from '../../core/venue.ts';

/** Bytes of a log file that are no entry. */
export interface Damage {
  readonly offset: number;
  readonly bytes: number;
  /** How many of the file's entries stand before it. */
  readonly entriesBefore: number;
}

export interface LogFile {
  /** `00000001-<run>.wal` */
  readonly name: string;
  readonly number: number;
  readonly run: string;
  /** What could be read, damage skipped. */
  readonly entries: readonly WalEntry[];
  readonly damage: readonly Damage[];
  readonly bytes: number;
  /** Bytes at the end that are no whole entry. */
  readonly tornBytes: number;
}

/** A record that could not be read: its key is all that is known of it. */
export interface UnreadableRecord {
  readonly kind: RecordKind;
  readonly id: string;
  readonly why: string;
}

export interface JournalEvidence {
  readonly runs: readonly RunRecord[];
  readonly legSets: readonly LegSetRecord[];
  readonly orders: readonly OrderRecord[];
  readonly fills: readonly FillRecord[];
  readonly balances: readonly BalanceRecord[];
  readonly unreadable: readonly UnreadableRecord[];
  /** Wall time of the newest record of any kind; 0: there is none. */
  readonly newestAt: number;
}

export type VerifiedRecord = Extract<JournalRecord, { kind: 'Run' | 'LegSet' | 'Order' | 'Fill' | 'Balance' }>;

/** What the reference cache holds of a venue: what was true when the newest run that reached it started. */
export interface VenueReference {
  readonly savedAt: number;
  readonly fees: FeeRates;
  readonly listings: readonly Listing[];
}

/** Rows of the embedded exchanges' own books, as far as they are compared. Decimal texts. */
export interface LedgerOrder {
  readonly instrument: string;
  readonly symbol: string;
  readonly orderId: string;
  readonly clientId: string;
  readonly side: string;
  readonly price?: string;
  readonly size: string;
  readonly filled: string;
  readonly status: string;
  readonly createdAt: number;
}

export interface LedgerFill {
  readonly instrument: string;
  readonly symbol: string;
  readonly tradeId: string;
  readonly orderId: string;
  readonly clientId: string;
  readonly side: string;
  readonly price: string;
  readonly size: string;
  /** Value in quote, fee apart. */
  readonly quote: string;
  readonly fee: string;
  readonly feeAsset: string;
  readonly at: number;
}

export interface SimLedger {
  readonly venues: Readonly<
    Record<VenueId, { readonly orders: readonly LedgerOrder[]; readonly fills: readonly LedgerFill[] }>
  >;
}

export interface Evidence {
  /** Wall time at which the journal was read, before the log was. */
  readonly readAt: number;
  readonly journal: JournalEvidence;
  /** Oldest first. */
  readonly log: readonly LogFile[];
  readonly references: ReadonlyMap<VenueId, VenueReference>;
  readonly ledger?: SimLedger;
  /** What could not be read beside them, in words. */
  readonly notes: readonly string[];
}
