/** What the executor is given and what it tells. */
import type { Clock } from '../core/clock.ts';
import type { Fault } from '../core/faults.ts';
import type { Universe } from '../core/instrument.ts';
import type { Log } from '../core/log.ts';
import type { EXECUTOR_COUNTERS, REASON_COUNTERS } from '../core/metrics.ts';
import type { Gateway } from '../core/order.ts';
import type { RateBudget } from '../core/rate-budget.ts';
import type { BudgetView } from '../core/rate-limits.ts';
import type { RecordSink, WriteAhead } from '../core/records.ts';
import type { InventoryView, RiskView } from '../core/status.ts';
import type { Control } from '../memory/control.ts';
import type { Counters, Histogram } from '../memory/counters.ts';
import type { Layout } from '../memory/layout.ts';
import type { Breakers } from './breakers.ts';
import type { ClientIds } from './client-ids.ts';
import type { FeeAssetSetting } from './fee-assets.ts';
import type { Inventory } from './inventory.ts';
import type { NotionalLimits } from './open-notional.ts';
import type { OrderKindSettings } from './order-kinds.ts';
import type { RiskLimits } from './risk-limits.ts';
import type { HedgeRules } from './saga.ts';

export interface ExecutorSettings extends NotionalLimits {
  readonly run: string;
  readonly maxOpenLegSets: number;
  readonly maxIntentAgeNs: number;
  readonly maxHeartbeatAgeNs: number;
  /** Quote units, decimal text. */
  readonly maxNotional: string;
  readonly hedge: HedgeRules;
  /** What a retry may cost a set in the end, of what its legs traded. */
  readonly retryBudgetBps: number;
  readonly unwindSlippageBps: number;
  /** Quote units at ASSET_SCALE that may be held unmatched in one instrument; 0: none. */
  readonly maxExposure: bigint;
  readonly risk: RiskLimits;
  readonly orderTimeoutMs: number;
  readonly resolveTimeoutMs: number;
  /** What the legs of an intent are sent as; absent: immediate-or-cancel. */
  readonly orders?: OrderKindSettings;
  /** By venue index: the asset that its account pays fees in, where one is configured; absent: nowhere. */
  readonly feeAssets?: readonly (FeeAssetSetting | undefined)[];
}

export interface ExecutorDeps {
  readonly universe: Universe;
  readonly buffer: SharedArrayBuffer;
  readonly layout: Layout;
  readonly control: Control;
  readonly clock: Clock;
  readonly settings: ExecutorSettings;
  /** By venue index; a venue without one is not limited. The gateways take from them. */
  readonly budgets: readonly RateBudget[];
  /** By venue index. */
  readonly gateways: readonly Gateway[];
  readonly inventory: Inventory;
  readonly breakers: Breakers;
  readonly ids: ClientIds;
  readonly wal: WriteAhead;
  readonly records: RecordSink;
  readonly counters: Counters<keyof typeof EXECUTOR_COUNTERS>;
  readonly reasons: Counters<keyof typeof REASON_COUNTERS>;
  readonly tickToTrade: Histogram;
  readonly ackLatency: Histogram;
  readonly log: Log;
  readonly onFault: (fault: Fault) => void;
  /** A loss limit halts, with its reason; undefined: a person lifted that, and losses count anew. */
  readonly onLossHalt: (reason: string | undefined) => void;
}

/** What the executor reports now and then, off the hot path. Decimal texts by asset. */
export interface ExecutorReport {
  readonly openSets: number;
  /** Records that found the journal behind and wait. */
  readonly waitingRecords: number;
  readonly pnl: Readonly<Record<string, string>>;
  readonly fees: Readonly<Record<string, string>>;
  /** Matched sets leave crumbs below any venue's minimum: base that nobody would let us trade, of earlier runs too. */
  readonly dust: Readonly<Record<string, string>>;
  /** Base that is kept unmatched within the exposure limit, of earlier runs too. */
  readonly held: Readonly<Record<string, string>>;
  readonly inventory: readonly InventoryView[];
  /** What the open orders are worth at their limits, by quote asset. */
  readonly openNotional: Readonly<Record<string, string>>;
  /** How the venues' rate limits stand. */
  readonly rates: readonly BudgetView[];
  readonly pausedInstruments: readonly string[];
  readonly risk: RiskView;
}
