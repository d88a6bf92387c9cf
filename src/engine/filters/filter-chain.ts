/** The filters of a run, in the order of the configuration: asks, counts, and passes on what the detector sees.
 *  Thread: detector. Writes: filter counters. Steady state: no allocation. */
import type { FilterConfig } from '../../core/filter-config.ts';
import { REASON } from '../../core/intent.ts';
import type { FILTER_COUNTERS } from '../../core/metrics.ts';
import type { Counters } from '../../memory/counters.ts';
import type { OpportunityMoment } from '../opportunities.ts';
import type { Filter, FilterContext, FilterWorld } from './filter.ts';
import { newFilter } from './registry.ts';
import { Relooks } from './relooks.ts';

interface Link {
  readonly filter: Filter;
  readonly reason: number;
  /** Counter slots. */
  readonly held: number;
  readonly passed: number;
}

export class FilterChain {
  /** Crossings that time may let through, and no quote may ask about again. */
  readonly relooks: Relooks;
  readonly #links: readonly Link[];
  readonly #observers: readonly Filter[];
  readonly #noters: readonly Filter[];
  readonly #samplers: readonly Filter[];
  readonly #counters: Counters<keyof typeof FILTER_COUNTERS>;
  readonly #context: FilterContext = { buy: 0, sell: 0, pair: 0, grossBps: 0, askAgainAt: 0 };

  constructor(configs: readonly FilterConfig[], world: FilterWorld, counters: Counters<keyof typeof FILTER_COUNTERS>) {
    const filters = configs.map((config) => newFilter(config, world));
    this.#links = filters.map((filter) => ({
      filter,
      reason: REASON[`filter-${filter.name}`],
      held: counters.slot(`${filter.name}:held`),
      passed: counters.slot(`${filter.name}:passed`),
    }));
    this.#observers = filters.filter((filter) => filter.observe !== undefined);
    this.#noters = filters.filter((filter) => filter.noteChance !== undefined);
    this.#samplers = filters.filter((filter) => filter.sample !== undefined);
    this.#counters = counters;
    this.relooks = new Relooks(world.universe.instruments.length * world.universe.venues.length ** 2, world.mirror);
  }

  /** Reason code of the first filter that holds the chance back. */
  check(buy: number, sell: number, pair: number, moment: OpportunityMoment): number {
    const context = this.#context;
    context.buy = buy;
    context.sell = sell;
    context.pair = pair;
    context.grossBps = moment.grossBps;
    context.askAgainAt = Number.POSITIVE_INFINITY;
    this.relooks.cancel(pair);
    for (let i = 0; i < this.#links.length; i++) {
      const link = this.#links[i] as Link;
      const isPassed = link.filter.check(context);
      this.#counters.add(isPassed ? link.passed : link.held);
      if (isPassed) continue;
      if (context.askAgainAt < Number.POSITIVE_INFINITY) this.relooks.add(context);
      return link.reason;
    }
    return REASON.ok;
  }

  /** A row was read anew, or dropped. */
  observe(row: number): void {
    for (let i = 0; i < this.#observers.length; i++) this.#observers[i]?.observe?.(row);
  }

  /** Whether a crossed pair is worth taking by its edge; false when its crossing ended. */
  noteChance(pair: number, isChance: boolean): void {
    if (!isChance) this.relooks.cancel(pair);
    for (let i = 0; i < this.#noters.length; i++) this.#noters[i]?.noteChance?.(pair, isChance);
  }

  sample(): void {
    for (let i = 0; i < this.#samplers.length; i++) this.#samplers[i]?.sample?.();
  }
}
