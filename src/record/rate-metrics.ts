/** Metrics of the venues' rate limits, as our budgets stand. */
import type { BudgetView } from '../core/rate-limits.ts';

export type Sample = readonly [labels: Record<string, string>, value: number];
/** Registers a metric that is read when scraped. */
export type AddMetric = (name: string, help: string, labelNames: string[], samples: () => Sample[]) => void;
type Rates = () => readonly BudgetView[];

export function addRateCounters(rates: Rates, counter: AddMetric): void {
  const byVenue = (of: (view: BudgetView) => number) => (): Sample[] =>
    rates().map((view) => [{ venue: view.venue }, of(view)]);
  const refusals = byVenue((view) => view.refusals);
  const episodes = byVenue((view) => view.episodes);
  const held = byVenue((view) => view.held);
  counter('rate_refusals', 'Requests that a venue refused because of its rate limits', ['venue'], refusals);
  counter('rate_episodes', 'Times in which such refusals came together', ['venue'], episodes);
  counter('rate_held', 'Requests that were held back to keep to the rate limits', ['venue'], held);
}

export function addRateGauges(rates: Rates, gauge: AddMetric): void {
  gauge('rate_left', 'What a rate limit of a venue leaves of its capacity', ['venue', 'bucket'], () =>
    rates().flatMap(({ venue, buckets }) => buckets.map(({ bucket, left }): Sample => [{ venue, bucket }, left])),
  );
  gauge('rate_closed_seconds', 'How long a lane is still closed because the venue refused', ['venue', 'lane'], () =>
    rates().flatMap(({ venue, closedMs }) =>
      Object.entries(closedMs).map(([lane, ms]): Sample => [{ venue, lane }, ms / 1000]),
    ),
  );
}
