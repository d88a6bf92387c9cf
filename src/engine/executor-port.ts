/** What the executor is given and what it tells. */
import type { Clock } from '../core/clock.ts';
import type { Fault } from '../core/faults.ts';
import type { Universe } from '../core/instrument.ts';
import type { Log } from '../core/log.ts';
import type { EXECUTOR_COUNTERS, REASON_COUNTERS } from '../core/metrics.ts';
import type { Gateway } from '../core/order.ts';
import type { RecordSink, WriteAhead } from '../core/records.ts';
import type { InventoryView } from '../core/status.ts';
import type { OrderRate } from '../core/venue.ts';
import type { Control } from '../memory/control.ts';
import type { Counters, Histogram } from '../memory/counters.ts';
import type { Layout } from '../memory/layout.ts';
import type { ClientIds } from './client-ids.ts';
import type { Inventory } from './inventory.ts';

export interface ExecutorSettings {
  readonly run: string;
  readonly maxOpenLegSets: number;
  readonly maxIntentAgeNs: number;
  readonly maxHeartbeatAgeNs: number;
  /** Quote units, decimal text. */
  readonly maxNotional: string;
  readonly unwindSlippageBps: number;
  readonly orderTimeoutMs: number;
  readonly resolveTimeoutMs: number;
}

export interface ExecutorDeps {
  readonly universe: Universe;
  readonly buffer: SharedArrayBuffer;
  readonly layout: Layout;
  readonly control: Control;
  readonly clock: Clock;
  readonly settings: ExecutorSettings;
  /** By venue index; a venue without one is not limited. */
  readonly orderRates: readonly (OrderRate | undefined)[];
  /** By venue index. */
  readonly gateways: readonly Gateway[];
  readonly inventory: Inventory;
  readonly ids: ClientIds;
  readonly wal: WriteAhead;
  readonly records: RecordSink;
  readonly counters: Counters<keyof typeof EXECUTOR_COUNTERS>;
  readonly reasons: Counters<keyof typeof REASON_COUNTERS>;
  readonly tickToTrade: Histogram;
  readonly ackLatency: Histogram;
  readonly log: Log;
  readonly onFault: (fault: Fault) => void;
}

/** What the executor reports now and then, off the hot path. Decimal texts by asset. */
export interface ExecutorReport {
  readonly openSets: number;
  readonly pnl: Readonly<Record<string, string>>;
  readonly fees: Readonly<Record<string, string>>;
  /** Matched sets leave crumbs below any venue's minimum: base that nobody would let us trade. */
  readonly dust: Readonly<Record<string, string>>;
  readonly inventory: readonly InventoryView[];
  readonly pausedInstruments: readonly string[];
}
