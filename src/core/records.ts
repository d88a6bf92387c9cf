/** What is written to the journal. Decimal texts, wall times in ms, ids that sort by time. */
import type { Reason } from './intent.ts';
import type { LossCount, LossEntry } from './loss-record.ts';
import type { Balance, Fill, OrderKind, OrderStatus, OrderType, TimeInForce, VenueError } from './order.ts';
import type { RecoveryRecord } from './recovery-record.ts';
import type { TrustRecord } from './trust-record.ts';
import type { Side } from './units.ts';
import type { VenueId } from './venue.ts';

export type { TrustRecord };

export interface RunRecord {
  readonly kind: 'Run';
  readonly id: string;
  readonly startedAt: number;
  readonly endedAt?: number;
  /** It died, and a later run wrote the rest of its log into the journal then. */
  readonly foldedAt?: number;
  readonly mode: string;
  readonly topology: string;
  readonly venues: readonly VenueId[];
  readonly instruments: readonly string[];
  readonly clean?: boolean;
}

/** A gross crossing between two venues, from when it was first seen to when it was gone. */
export interface OpportunityRecord {
  readonly kind: 'Opportunity';
  /** `<run>-<sequence>` */
  readonly id: string;
  readonly run: string;
  readonly instrument: string;
  readonly buyVenue: VenueId;
  readonly sellVenue: VenueId;
  readonly openedAt: number;
  readonly closedAt: number;
  readonly lifeMs: number;
  /** Best of its life: gross and net of fees, in basis points of the buy notional. */
  readonly grossEdgeBps: number;
  readonly netEdgeBps: number;
  /** Size and profit (quote asset) of the best moment; "0" when never profitable. */
  readonly size: string;
  readonly profit: string;
  /** Intents made from it, and what stood in the way (`ok` when at least one was made). */
  readonly intents: number;
  readonly verdict: Reason;
}

/** `missed`: sent, and nothing of it filled. `filled`: what filled is matched on both sides. `held`: its excess is kept,
 *  within the exposure limit. `residual`: its excess could not be hedged in time, and a person is told. */
export type LegSetState = 'filled' | 'unwound' | 'missed' | 'refused' | 'unknown' | 'held' | 'residual';

/** `leg`: of the intent. `retry`: the missing side once more, within the edge budget. `unwind`: the excess back, within
 *  the slippage. */
export type OrderRole = 'leg' | 'retry' | 'unwind';

export interface LegSetRecord {
  readonly kind: 'LegSet';
  readonly id: string;
  readonly run: string;
  readonly opportunity: string;
  readonly instrument: string;
  readonly openedAt: number;
  readonly closedAt: number;
  readonly state: LegSetState;
  /** Why it was refused, or what went wrong. */
  readonly reason?: string;
  readonly expectedEdgeBps: number;
  /** Change of every asset's balance over all venues, fees included. */
  readonly pnl: Readonly<Record<string, string>>;
  readonly fees: Readonly<Record<string, string>>;
  readonly legs: readonly {
    readonly venue: VenueId;
    readonly side: Side;
    readonly clientId: string;
    readonly role: OrderRole;
    readonly size: string;
    readonly filled: string;
    /** Volume-weighted price, rounded to the grid for display; "0" when nothing filled. */
    readonly averagePrice: string;
  }[];
  /** Base that one side filled and the other did not, after unwinding. */
  readonly residual: string;
}

export interface OrderRecord {
  readonly kind: 'Order';
  readonly id: string;
  readonly run: string;
  readonly legSet: string;
  readonly role: OrderRole;
  readonly venue: VenueId;
  readonly instrument: string;
  readonly symbol: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly tif: TimeInForce;
  /** Absent in what older versions wrote: `ioc`. */
  readonly orderKind?: OrderKind;
  readonly price?: string;
  readonly size: string;
  readonly status: OrderStatus | 'unknown';
  readonly filled: string;
  readonly venueOrderId?: string;
  readonly sentAt: number;
  readonly ackedAt?: number;
  readonly doneAt: number;
  readonly error?: VenueError;
}

export interface FillRecord extends Fill {
  readonly kind: 'Fill';
  /** `<venue>:<symbol>:<tradeId>` */
  readonly id: string;
  readonly run: string;
  readonly legSet: string;
  readonly venue: VenueId;
  readonly instrument: string;
  readonly receivedAt: number;
}

export interface BalanceRecord {
  readonly kind: 'Balance';
  readonly id: string;
  readonly run: string;
  readonly at: number;
  readonly venue: VenueId;
  readonly reason: 'start' | 'end' | 'reconcile';
  readonly balances: readonly Balance[];
}

export interface FaultRecord {
  readonly kind: 'Fault';
  readonly id: string;
  readonly run: string;
  readonly at: number;
  readonly actor: string;
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface QuoteSampleRecord {
  readonly kind: 'Quote';
  readonly id: string;
  readonly at: number;
  readonly instrument: string;
  readonly venue: VenueId;
  readonly trust: string;
  readonly bid: string;
  readonly bidSize: string;
  readonly ask: string;
  readonly askSize: string;
}

export type JournalRecord =
  | RunRecord
  | OpportunityRecord
  | LegSetRecord
  | OrderRecord
  | FillRecord
  | BalanceRecord
  | FaultRecord
  | QuoteSampleRecord
  | TrustRecord
  | RecoveryRecord;

export type RecordKind = JournalRecord['kind'];

/** The wall time that a record is filed under. */
export function recordTime(record: JournalRecord): number {
  switch (record.kind) {
    case 'Run':
      return record.startedAt;
    case 'Opportunity':
      return record.openedAt;
    case 'LegSet':
      return record.openedAt;
    case 'Order':
      return record.sentAt;
    case 'Fill':
      return record.receivedAt;
    case 'Balance':
    case 'Fault':
    case 'Quote':
    case 'Trust':
    case 'Recovery':
      return record.at;
  }
}

/** Entries of the write-ahead log: what must survive SIGKILL, appended before (intent, orders) or as soon as it is
 *  known (the rest). */
export type WalEntry =
  | {
      readonly kind: 'RunOpened';
      readonly run: string;
      readonly epoch: number;
      readonly at: number;
      /** Of the entries that follow (`WAL_FORMAT`); absent: 1. */
      readonly format?: number;
      /** Base left over by all sets closed before, by instrument, decimal text: crumbs, and what is held. */
      readonly dust?: Readonly<Record<string, string>>;
      readonly held?: Readonly<Record<string, string>>;
      readonly losses?: LossCount;
    }
  | {
      readonly kind: 'LegSetOpened';
      readonly legSet: string;
      readonly intent: number;
      readonly opportunity: string;
      readonly instrument: string;
      readonly edgeBps: number;
      readonly at: number;
      /** Base that the set takes over from the dust ledger, decimal text; it has no legs then. */
      readonly carried?: string;
      readonly orders: readonly WalOrder[];
    }
  | { readonly kind: 'OrderAdded'; readonly legSet: string; readonly at: number; readonly order: WalOrder }
  | {
      readonly kind: 'OrderAcked';
      readonly legSet: string;
      readonly clientId: string;
      readonly venueOrderId: string;
      readonly at: number;
    }
  /** An order is settled: its last word, and every fill that it speaks of is in the log. */
  | {
      readonly kind: 'OrderUpdated';
      readonly legSet: string;
      readonly clientId: string;
      readonly status: string;
      readonly filled: string;
      readonly venueOrderId?: string;
      readonly error?: VenueError;
      readonly at: number;
    }
  | {
      readonly kind: 'Filled';
      readonly legSet: string;
      readonly venue: VenueId;
      readonly fill: Fill;
      readonly at: number;
    }
  | {
      readonly kind: 'LegSetClosed';
      readonly legSet: string;
      readonly state: LegSetState;
      /** Base that one side moved and the other did not, decimal text; absent: none. */
      readonly excess?: string;
      readonly at: number;
    }
  | LossEntry;

export interface WalOrder {
  readonly clientId: string;
  readonly role: OrderRole;
  readonly row: number;
  readonly venue: VenueId;
  readonly symbol: string;
  readonly side: Side;
  readonly price: string;
  readonly size: string;
  /** Since format 2; absent: `ioc`, which was the only one. */
  readonly orderKind?: OrderKind;
}

/** Appends before send. Synchronous: when it returns, the entry survives the death of this process. */
export interface WriteAhead {
  append(entry: WalEntry): void;
}

/** Where records go on their way to the journal. False: no room (the journal is behind), nothing was written. */
export interface RecordSink {
  tryWrite(record: JournalRecord): boolean;
}

export interface RecordQuery {
  /** Wall times of `recordTime`, both included. */
  readonly fromMs?: number;
  readonly toMs?: number;
  /** Newest first when true (default). */
  readonly newestFirst?: boolean;
  readonly limit?: number;
  readonly instrument?: string;
  readonly run?: string;
}

/** Reads the journal; safe beside a writing engine. */
export interface JournalReader {
  read<K extends RecordKind>(kind: K, query?: RecordQuery): Extract<JournalRecord, { kind: K }>[];
  close(): void;
}
