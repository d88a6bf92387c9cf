/** Where Prometheus' figures come from: shared memory, read when scraped. */
import type { LATENCIES } from '../core/metrics.ts';
import { RECORD_PRODUCERS } from '../memory/layout.ts';
import type { MetricSources } from '../record/metrics.ts';
import type { Engine } from './engine.ts';

const toNumbers = (texts: Readonly<Record<string, string>>): Record<string, number> =>
  Object.fromEntries(Object.entries(texts).map(([asset, text]) => [asset, Number(text)]));

export function metricSources(engine: Engine): MetricSources {
  const { views, view, context } = engine;
  const { venues } = context.universe;
  const decode = venues.map((venue) => views.latency(`decode:${venue}`));
  const latencies: MetricSources['latencies'] = {
    wireToDecision: views.latency('wireToDecision'),
    tickToTrade: views.latency('tickToTrade'),
    ack: views.latency('ack'),
    walAppend: views.latency('walAppend'),
    decode: {
      buckets: () => decode.flatMap((histogram) => histogram.buckets()).sort(([a], [b]) => a - b),
      get sum() {
        return decode.reduce((total, histogram) => total + histogram.sum, 0);
      },
    },
  } satisfies Record<keyof typeof LATENCIES, unknown>;
  return {
    venues,
    feed: (venue) => views.feedCounters(venue).snapshot(),
    detector: () => views.detectorCounters().snapshot(),
    executor: () => views.executorCounters().snapshot(),
    journal: () => views.journalCounters().snapshot(),
    filters: () => views.filterCounters().snapshot(),
    refusals: (stage) => views.reasonCounters(stage).snapshot(),
    latencies,
    rows: () =>
      view.quotes().map(({ venue, instrument, trust, held, ageMs }) => ({
        venue,
        instrument,
        trust,
        ...(held === undefined ? {} : { held }),
        ...(ageMs > 0 ? { ageMs } : {}),
      })),
    gatewayUp: (venue) => views.control.isGatewayUp(venues.indexOf(venue)),
    inventory: () => view.inventory().map(({ venue, asset, free }) => ({ venue, asset, free: Number(free) })),
    openNotional: () => toNumbers(view.openNotional()),
    pnl: () => toNumbers(view.status().pnl),
    valued: () => toNumbers(view.status().valued),
    fees: () => toNumbers(view.status().fees),
    state: () => view.status().state,
    risk: () => view.status().risk,
    faults: () => engine.faultCounts,
    actors: () => engine.supervisor.status(),
    breakers: () => view.breakers.figures(),
    rates: () => view.rates(),
    ringFill: () => Object.fromEntries(RECORD_PRODUCERS.map((producer) => [producer, views.recordRing(producer).fill])),
  };
}
