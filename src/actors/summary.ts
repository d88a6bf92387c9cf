/** The summary of a run: what `--summary` writes. Outside programs read it: fields are added, never renamed. Pure. */
import type { EngineStatus, Percentiles } from '../core/status.ts';

export interface RunSummary {
  readonly seconds: number;
  readonly run: string;
  readonly mode: string;
  readonly topology: string;
  readonly clean: boolean;
  readonly halted?: string;
  readonly venues: Readonly<
    Record<string, { state: string; messages: number; gaps: number; resyncs: number; rows: number }>
  >;
  readonly quotes: number;
  readonly opportunities: number;
  readonly intents: number;
  readonly refusals: Readonly<Record<string, number>>;
  readonly legSets: EngineStatus['legSets'];
  readonly orders: EngineStatus['orders'];
  readonly pnl: Readonly<Record<string, string>>;
  readonly valued: Readonly<Record<string, string>>;
  readonly fees: Readonly<Record<string, string>>;
  readonly dust: Readonly<Record<string, string>>;
  readonly held: Readonly<Record<string, string>>;
  readonly latency: Readonly<Record<'wireToDecisionNs' | 'tickToTradeNs' | 'ackNs', Percentiles>>;
  readonly journal: EngineStatus['journal'];
  readonly faults: EngineStatus['faults'];
}

export interface SummaryParts {
  readonly status: EngineStatus;
  readonly clean: boolean;
  readonly pnl: Readonly<Record<string, string>>;
  readonly valued: Readonly<Record<string, string>>;
  readonly fees: Readonly<Record<string, string>>;
  readonly dust: Readonly<Record<string, string>>;
  readonly held: Readonly<Record<string, string>>;
  readonly halted: string | undefined;
}

export function summarise({ status, clean, pnl, valued, fees, dust, held, halted }: SummaryParts): RunSummary {
  return {
    seconds: Math.round(status.uptimeMs / 10) / 100,
    run: status.run,
    mode: status.mode,
    topology: status.topology,
    clean,
    ...(halted === undefined ? {} : { halted }),
    venues: Object.fromEntries(
      status.venues.map(({ id, state, messages, gaps, resyncs, rows }) => [
        id,
        { state, messages, gaps, resyncs, rows },
      ]),
    ),
    quotes: status.quotes,
    opportunities: status.opportunities,
    intents: status.intents,
    refusals: status.refusals,
    legSets: status.legSets,
    orders: status.orders,
    pnl,
    valued,
    fees,
    dust,
    held,
    latency: status.latency,
    journal: status.journal,
    faults: status.faults,
  };
}
