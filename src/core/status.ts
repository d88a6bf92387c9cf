/** What the engine says of itself while it runs, and what may be asked of it: the port between actors and API. */
import type { Transfers } from './instrument.ts';
import type { HoldReason } from './quote.ts';

export type EngineState = 'starting' | 'running' | 'paused' | 'draining' | 'halted' | 'stopped';

export type BreakerState = 'closed' | 'open' | 'half-open';

export interface BreakerView {
  readonly state: BreakerState;
  /** Wall time, ms: until when nothing new is sent there. While open. */
  readonly until?: number;
  /** Points of trouble; past `breakers.threshold` it opens. */
  readonly score: number;
}

export interface VenueStatus {
  readonly id: string;
  /** The worst trust among its enabled rows, or "connecting" before the first book. */
  readonly state: string;
  readonly rows: number;
  readonly liveRows: number;
  readonly messages: number;
  readonly messagesPerSecond: number;
  readonly gaps: number;
  readonly resyncs: number;
  readonly reconnects: number;
  readonly gatewayUp: boolean;
  readonly incarnation: number;
  /** Traded through an adapter: later and coarser than the others. */
  readonly slow?: true;
  readonly breaker: BreakerView;
  /** Of its instruments, those whose own breaker is not closed; absent: none. */
  readonly instrumentBreakers?: readonly (BreakerView & { readonly instrument: string })[];
}

export interface QuoteView {
  readonly venue: string;
  readonly instrument: string;
  readonly trust: string;
  /** Why it is not priced although its feed trusts it. */
  readonly held?: HoldReason;
  readonly bid: string;
  readonly bidSize: string;
  readonly ask: string;
  readonly askSize: string;
  readonly ageMs: number;
}

/** The best direction of an instrument right now. */
export interface EdgeView {
  readonly instrument: string;
  readonly buyVenue: string;
  readonly sellVenue: string;
  readonly grossEdgeBps: number;
  readonly netEdgeBps: number;
}

export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

export interface EngineStatus {
  readonly run: string;
  readonly mode: string;
  readonly topology: string;
  readonly idle: string;
  readonly state: EngineState;
  /** Why it is halted or paused; empty when it is neither. */
  readonly reasons: readonly string[];
  readonly startedAt: number;
  readonly uptimeMs: number;
  readonly risk: RiskView;
  readonly venues: readonly VenueStatus[];
  readonly quotes: number;
  readonly opportunities: number;
  readonly intents: number;
  readonly refusals: Readonly<Record<string, number>>;
  readonly legSets: Readonly<
    Record<'opened' | 'filled' | 'unwound' | 'missed' | 'refused' | 'unknown' | 'held' | 'residual', number>
  >;
  readonly orders: Readonly<Record<'sent' | 'acked' | 'filled' | 'rejected' | 'cancelled' | 'unknown', number>>;
  readonly pnl: Readonly<Record<string, string>>;
  readonly valued: Readonly<Record<string, string>>;
  readonly fees: Readonly<Record<string, string>>;
  readonly latency: Readonly<Record<'wireToDecisionNs' | 'tickToTradeNs' | 'ackNs', Percentiles>>;
  readonly journal: { readonly records: number; readonly maxLagMs: number };
  readonly faults: readonly { readonly at: number; readonly code: string; readonly message: string }[];
  readonly actors: readonly {
    readonly name: string;
    readonly thread: string;
    readonly restarts: number;
    readonly up: boolean;
  }[];
}

/** What may be sent. `active`: everything. `reducing`: what brings unmatched base back. `halted`: no new leg sets, until a
 *  person lifts it. Cancels and questions always. */
export const RISK_STATES = ['active', 'reducing', 'halted'] as const;
export type RiskState = (typeof RISK_STATES)[number];

export interface RiskView {
  readonly state: RiskState;
  /** What the UTC day brought so far (since a person last lifted a halt in it), by quote asset. */
  readonly dayGains: Readonly<Record<string, string>>;
  /** Leg sets that lost, one after the other until now. */
  readonly lossStreak: number;
  /** Instruments whose unmatched base is past `limits.maxExposure`. */
  readonly overExposed: readonly string[];
}

export interface InventoryView {
  readonly venue: string;
  readonly asset: string;
  readonly free: string;
  readonly locked: string;
  readonly reserved: string;
}

export interface EngineView {
  status(): EngineStatus;
  quotes(): readonly QuoteView[];
  edges(): readonly EdgeView[];
  inventory(): readonly InventoryView[];
  instruments(): readonly {
    readonly id: string;
    readonly priceDecimals: number;
    readonly sizeDecimals: number;
    readonly venues: readonly {
      readonly venue: string;
      readonly symbol: string;
      readonly priceTick: string;
      readonly sizeLot: string;
      readonly minSize: string;
      readonly minNotional?: string;
      readonly takerFee: string;
      /** The venue's own ticker of the base, where it is another word. */
      readonly nativeBase?: string;
      /** Whether the base can be moved in and out, where the venue says so. */
      readonly transfers?: Transfers;
    }[];
  }[];
  /** The configuration in force, secrets removed. */
  config(): unknown;
  /** The exposition text of every metric. */
  metrics(): Promise<string>;
}

export interface EngineControl {
  pause(by: string): void;
  resume(by: string): void;
  /** Latched: only `unhalt` lifts it. */
  halt(by: string, reason: string): void;
  /** Resolves when it is lifted. */
  unhalt(by: string): Promise<void>;
  /** Finishes what is open, starts nothing, then stops the engine. */
  drain(by: string): void;
}
