/** A Prometheus histogram over a histogram in shared memory: nothing is observed here, it is read when scraped. */
import { Histogram, type Registry } from 'prom-client';

/** What is read: [upper edge in ns, count] of every bucket that holds something, rising, and the sum in ns. */
export interface LatencySource {
  buckets(): readonly (readonly [ceilingNs: number, count: number])[];
  readonly sum: number;
}

/** Upper edges in seconds, 1 µs to 10 s. */
export const LATENCY_BUCKETS: readonly number[] = [
  ...[1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4],
  ...[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
];

export class SharedHistogram extends Histogram {
  readonly #about: { readonly name: string; readonly help: string };
  readonly #source: LatencySource;

  constructor(name: string, help: string, source: LatencySource, register: Registry) {
    super({ name, help, buckets: [...LATENCY_BUCKETS], registers: [register] });
    this.#about = { name, help };
    this.#source = source;
  }

  /** What the base class answers from, in text and as data; its type declarations leave it out. */
  async getForPromString() {
    const { name, help } = this.#about;
    const found = this.#source.buckets();
    const count = found.reduce((total, [, n]) => total + n, 0);
    const buckets = [...cumulative(found), ['+Inf', count] as const];
    const values = [
      ...buckets.map(([le, value]) => ({ metricName: `${name}_bucket`, labels: { le }, value })),
      { metricName: `${name}_sum`, labels: {}, value: this.#source.sum / 1e9 },
      { metricName: `${name}_count`, labels: {}, value: count },
    ];
    return { name, help, type: 'histogram', aggregator: 'sum', values };
  }
}

/** A value counts towards an edge when its whole shared bucket lies below: edges never flatter, and err by 1/16. */
function cumulative(found: ReturnType<LatencySource['buckets']>): [edge: number, count: number][] {
  let total = 0;
  let at = 0;
  return LATENCY_BUCKETS.map((edge) => {
    for (let next = found[at]; next !== undefined && next[0] <= edge * 1e9; next = found[++at]) total += next[1];
    return [edge, total];
  });
}
