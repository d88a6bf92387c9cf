/** Prometheus metrics over shared counters and histograms: everything is read when scraped, nothing is kept here.
 *  Names: `parallax_` and the names of src/core/metrics.ts, in snake case; counters end in `_total`. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Reason } from '../core/intent.ts';
import {
  DETECTOR_COUNTERS,
  distrustCounters,
  EXECUTOR_COUNTERS,
  FEED_COUNTERS,
  FILTER_COUNTERS,
  JOURNAL_COUNTERS,
  LATENCIES,
} from '../core/metrics.ts';
import { type HoldReason, TRUST_NAMES } from '../core/quote.ts';
import type { BudgetView } from '../core/rate-limits.ts';
import type { BreakerState, EngineState, RiskView } from '../core/status.ts';
import { type AddMetric, addRateCounters, addRateGauges, type Sample } from './rate-metrics.ts';
import { addRiskGauges } from './risk-metrics.ts';
import { type LatencySource, SharedHistogram } from './shared-histogram.ts';

type Amounts = Readonly<Record<string, number>>;
type Of<T> = Readonly<Record<keyof T, number>>;

/** Of the breaker of a venue, or of an instrument there. */
export interface BreakerFigures {
  readonly venue: string;
  readonly instrument?: string;
  readonly state: BreakerState;
  readonly score: number;
  /** So far in the run. */
  readonly opened: number;
  readonly probes: number;
  readonly closed: number;
}

/** Where the figures come from; each is called once a scrape. Snapshots of `Counters` fit as they are. */
export interface MetricSources {
  readonly venues: readonly string[];
  feed(venue: string): Of<typeof FEED_COUNTERS> & Of<typeof distrustCounters>;
  detector(): Of<typeof DETECTOR_COUNTERS>;
  executor(): Of<typeof EXECUTOR_COUNTERS>;
  journal(): Of<typeof JOURNAL_COUNTERS>;
  filters(): Of<typeof FILTER_COUNTERS>;
  /** Refusals by reason; `ok` is left out of the metric. */
  refusals(stage: 'detector' | 'executor'): Readonly<Record<Reason, number>>;
  /** Shared histograms by name; absent ones have no metric. */
  readonly latencies: Readonly<Partial<Record<keyof typeof LATENCIES, LatencySource>>>;
  /** Trust as in `TRUST_NAMES`; no age before the first quote. */
  rows(): readonly {
    readonly venue: string;
    readonly instrument: string;
    readonly trust: string;
    readonly held?: HoldReason;
    readonly ageMs?: number;
  }[];
  gatewayUp(venue: string): boolean;
  inventory(): readonly { readonly venue: string; readonly asset: string; readonly free: number }[];
  /** By asset; approximate, for graphs. */
  openNotional(): Amounts;
  pnl(): Amounts;
  valued(): Amounts;
  fees(): Amounts;
  state(): EngineState;
  risk(): RiskView;
  /** Faults so far by code. */
  faults(): Amounts;
  actors(): readonly { readonly name: string; readonly up: boolean; readonly restarts: number }[];
  breakers(): readonly BreakerFigures[];
  /** Record rings by producer: bytes in use, 0 to 1. */
  ringFill(): Amounts;
  /** What the venues' rate limits leave, as of the executor's last report. */
  rates(): readonly BudgetView[];
}

const STATES: Readonly<Record<EngineState, true>> = {
  starting: true,
  running: true,
  paused: true,
  draining: true,
  halted: true,
  stopped: true,
};

/** A registry that reads `sources`. One a process: the default metrics (CPU, memory, event-loop delay, garbage
 *  collection; of the thread that calls this) are measured from here on. */
export function metricsOf(sources: MetricSources): Registry {
  const register = new Registry();
  collectDefaultMetrics({ register, prefix: 'parallax_' });
  addCounters(register, sources);
  addGauges(register, sources);
  for (const [name, help] of Object.entries(LATENCIES)) {
    const source = sources.latencies[name as keyof typeof LATENCIES];
    if (source !== undefined) new SharedHistogram(`parallax_${snake(name)}_seconds`, help, source, register);
  }
  return register;
}

function addCounters(register: Registry, sources: MetricSources): void {
  const counter: AddMetric = (name, help, labelNames, samples) => {
    new Counter({
      name: `parallax_${name}_total`,
      help,
      labelNames,
      registers: [register],
      collect() {
        this.reset();
        for (const [labels, value] of samples()) this.inc(labels, value);
      },
    });
  };
  const block = <K extends string>(
    owner: string,
    catalogue: Readonly<Record<K, string>>,
    read: () => Of<typeof catalogue>,
  ) => {
    for (const name of Object.keys(catalogue) as K[]) {
      if (name.endsWith('Ms')) continue;
      counter(`${owner}_${snake(name)}`, catalogue[name], [], () => [[{}, read()[name]]]);
    }
  };
  for (const [name, help] of Object.entries(FEED_COUNTERS)) {
    const key = name as keyof typeof FEED_COUNTERS;
    counter(`feed_${snake(name)}`, help, ['venue'], () =>
      sources.venues.map((venue) => [{ venue }, sources.feed(venue)[key]]),
    );
  }
  counter('feed_distrust', 'Rows that left live, by reason', ['venue', 'reason'], () =>
    sources.venues.flatMap((venue) => {
      const feed = sources.feed(venue);
      return (Object.keys(distrustCounters) as (keyof typeof distrustCounters)[]).map(
        (name): Sample => [{ venue, reason: name.slice('distrust:'.length) }, feed[name]],
      );
    }),
  );
  block('detector', DETECTOR_COUNTERS, () => sources.detector());
  block('executor', EXECUTOR_COUNTERS, () => sources.executor());
  block('journal', JOURNAL_COUNTERS, () => sources.journal());
  counter('refusals', 'What was refused, by the stage that did and by reason', ['stage', 'reason'], () =>
    (['detector', 'executor'] as const).flatMap((stage) =>
      Object.entries(sources.refusals(stage))
        .filter(([reason]) => reason !== 'ok')
        .map(([reason, count]): Sample => [{ stage, reason }, count]),
    ),
  );
  counter('filter_checks', 'Chances that a filter held back or let through', ['filter', 'outcome'], () => {
    const filters = sources.filters();
    return (Object.keys(FILTER_COUNTERS) as (keyof typeof FILTER_COUNTERS)[]).map((name): Sample => {
      const [filter = '', outcome = ''] = name.split(':');
      return [{ filter, outcome }, filters[name]];
    });
  });
  for (const [name, help] of Object.entries(BREAKER_COUNTS)) {
    const key = name as keyof typeof BREAKER_COUNTS;
    counter(`breaker_${name}`, help, ROW, () => breakerSamples(sources, (figures) => figures[key]));
  }
  counter('faults', 'Faults raised, by code', ['code'], () =>
    Object.entries(sources.faults()).map(([code, count]) => [{ code }, count]),
  );
  addRateCounters(() => sources.rates(), counter);
  counter('actor_restarts', 'Restarts of an actor', ['actor'], () =>
    sources.actors().map(({ name, restarts }) => [{ actor: name }, restarts]),
  );
}

const BREAKER_STATES: readonly BreakerState[] = ['closed', 'open', 'half-open'];

const BREAKER_COUNTS = {
  opened: 'Times that a breaker opened or opened again',
  probes: 'Orders and queries let through by a half-open breaker',
  closed: 'Times that a breaker closed',
} as const;

/** A venue's own breaker has the instrument `all`. */
const breakerSamples = (sources: MetricSources, value: (figures: BreakerFigures) => number): Sample[] =>
  sources
    .breakers()
    .map((figures) => [{ venue: figures.venue, instrument: figures.instrument ?? 'all' }, value(figures)]);

function addGauges(register: Registry, sources: MetricSources): void {
  const gauge: AddMetric = (name, help, labelNames, samples) => {
    new Gauge({
      name: `parallax_${name}`,
      help,
      labelNames,
      registers: [register],
      collect() {
        this.reset();
        for (const [labels, value] of samples()) this.set(labels, value);
      },
    });
  };
  const flag = (on: boolean): number => (on ? 1 : 0);
  const byAsset = (amounts: Amounts): Sample[] => Object.entries(amounts).map(([asset, value]) => [{ asset }, value]);

  gauge('row_trust', `Trust in a row: ${TRUST_NAMES.map((name, code) => `${code} ${name}`).join(', ')}`, ROW, () =>
    sources
      .rows()
      .map(({ venue, instrument, trust }) => [
        { venue, instrument },
        (TRUST_NAMES as readonly string[]).indexOf(trust),
      ]),
  );
  gauge('row_held', 'Rows that are live by their feed and not priced all the same, by reason', [...ROW, 'reason'], () =>
    sources
      .rows()
      .flatMap(({ venue, instrument, held }): Sample[] =>
        held === undefined ? [] : [[{ venue, instrument, reason: held }, 1]],
      ),
  );
  gauge('venue_rows', 'Rows of a venue, by trust', ['venue', 'trust'], () => rowsByTrust(sources));
  gauge('quote_age_seconds', 'Time since the top of book was last confirmed', ROW, () =>
    sources
      .rows()
      .flatMap(({ venue, instrument, ageMs }): Sample[] =>
        ageMs === undefined ? [] : [[{ venue, instrument }, ageMs / 1000]],
      ),
  );
  gauge('gateway_up', 'Whether orders can be sent to a venue', ['venue'], () =>
    sources.venues.map((venue) => [{ venue }, flag(sources.gatewayUp(venue))]),
  );
  gauge(
    'breaker_state',
    `State of a breaker: ${BREAKER_STATES.map((name, code) => `${code} ${name}`).join(', ')}`,
    ROW,
    () => breakerSamples(sources, ({ state }) => BREAKER_STATES.indexOf(state)),
  );
  gauge('breaker_score', 'Points of trouble of a breaker', ROW, () => breakerSamples(sources, ({ score }) => score));
  gauge('inventory', 'Free balance of an asset at a venue', ['venue', 'asset'], () =>
    sources.inventory().map(({ venue, asset, free }) => [{ venue, asset }, free]),
  );
  gauge('open_notional', 'What open orders are worth at their limits, by quote asset', ['asset'], () =>
    byAsset(sources.openNotional()),
  );
  gauge('pnl', 'Change of the balance of an asset over all venues, fees included', ['asset'], () =>
    byAsset(sources.pnl()),
  );
  gauge('pnl_valued', 'The whole change in one asset at current mid prices', ['asset'], () =>
    byAsset(sources.valued()),
  );
  gauge('fees_paid', 'Fees paid, by the asset they were paid in', ['asset'], () => byAsset(sources.fees()));
  gauge('engine_state', '1 for the state that the engine is in', ['state'], () => {
    const now = sources.state();
    return Object.keys(STATES).map((state) => [{ state }, flag(state === now)]);
  });
  addRiskGauges(gauge, () => sources.risk());
  gauge('actor_up', 'Whether an actor runs', ['actor'], () =>
    sources.actors().map(({ name, up }) => [{ actor: name }, flag(up)]),
  );
  gauge('record_ring_fill', 'Part of a record ring in use, 0 to 1', ['producer'], () =>
    Object.entries(sources.ringFill()).map(([producer, fill]) => [{ producer }, fill]),
  );
  addRateGauges(() => sources.rates(), gauge);
  gauge('journal_lag_seconds', 'Time from record to disk of the newest batch', [], () => [
    [{}, sources.journal().lastLagMs / 1000],
  ]);
  gauge('journal_max_lag_seconds', 'Longest time from record to disk', [], () => [
    [{}, sources.journal().maxLagMs / 1000],
  ]);
}

const ROW = ['venue', 'instrument'];

/** Every venue and trust has a value, so that a graph shows zero and not nothing. */
function rowsByTrust(sources: MetricSources): Sample[] {
  const rows = sources.rows();
  return sources.venues.flatMap((venue) =>
    TRUST_NAMES.map(
      (trust): Sample => [{ venue, trust }, rows.filter((row) => row.venue === venue && row.trust === trust).length],
    ),
  );
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
