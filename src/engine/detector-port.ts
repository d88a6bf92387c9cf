/** What the detector is given. */
import type { Clock } from '../core/clock.ts';
import type { FilterConfig } from '../core/filter-config.ts';
import type { Universe } from '../core/instrument.ts';
import type { DETECTOR_COUNTERS, FILTER_COUNTERS, REASON_COUNTERS } from '../core/metrics.ts';
import type { RecordSink } from '../core/records.ts';
import type { Control } from '../memory/control.ts';
import type { Counters, Histogram } from '../memory/counters.ts';
import type { Doorbell } from '../memory/doorbell.ts';
import type { Layout } from '../memory/layout.ts';

export interface DetectorSettings {
  readonly run: string;
  readonly minEdgeBps: number;
  readonly maxEdgeBps: number;
  /** Quote units. */
  readonly maxNotional: number;
  /** Quote units. */
  readonly minProfit: number;
  /** Share of its price that the limit of a leg may be worse by; absent: 0. */
  readonly band?: number;
  readonly cooldownNs: number;
  readonly maxHeartbeatAgeNs: number;
  /** Farthest that a row's price may be from those of its instrument elsewhere, as a factor. */
  readonly maxPriceRatio: number;
  /** What a chance has to pass, in this order. */
  readonly filters: readonly FilterConfig[];
}

export interface DetectorDeps {
  readonly universe: Universe;
  readonly buffer: SharedArrayBuffer;
  readonly layout: Layout;
  readonly control: Control;
  readonly clock: Clock;
  readonly settings: DetectorSettings;
  readonly records: RecordSink;
  readonly counters: Counters<keyof typeof DETECTOR_COUNTERS>;
  readonly reasons: Counters<keyof typeof REASON_COUNTERS>;
  readonly filterCounters: Counters<keyof typeof FILTER_COUNTERS>;
  readonly wireToDecision: Histogram;
  readonly executorBell: Doorbell;
  /** First sequences of this life: a restarted detector goes on where the last one may have stopped. */
  readonly firstIntent: number;
  readonly firstOpportunity: number;
}
