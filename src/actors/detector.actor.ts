/** The detector in whatever thread it was given. */
import { systemClock } from '../core/clock.ts';
import { Detector } from '../engine/detector.ts';
import { bandShare } from '../engine/order-kinds.ts';
import { ringSink } from '../record/ring-sink.ts';
import type { Actor } from './actor.ts';
import type { ActorHost } from './actor-host.ts';
import type { ActorSpec } from './messages.ts';

/** Sequences of one life; the next life starts beyond them, so that no id is used twice in a run. */
const SEQUENCES_PER_LIFE = 2 ** 32;

export class DetectorActor implements Actor {
  readonly #detector: Detector;

  constructor(spec: Extract<ActorSpec, { kind: 'detector' }>, host: ActorHost) {
    const { context, views } = host;
    const { config, run, universe } = context;
    const clock = host.guard.clock(systemClock());
    this.#detector = new Detector({
      universe,
      buffer: views.buffer,
      layout: views.layout,
      control: views.control,
      clock,
      settings: {
        run,
        minEdgeBps: config.strategy.minEdgeBps,
        maxEdgeBps: config.strategy.maxEdgeBps,
        maxNotional: Number(config.strategy.maxNotional),
        minProfit: Number(config.limits.minProfit),
        band: bandShare(config.execution.orders),
        cooldownNs: config.strategy.cooldownMs * 1e6,
        maxHeartbeatAgeNs: config.limits.maxHeartbeatAgeMs * 1e6,
        maxPriceRatio: config.limits.maxPriceRatio,
        filters: config.filters,
      },
      records: ringSink(views.recordRing('detector'), host.bell('journal'), clock),
      counters: views.detectorCounters(),
      reasons: views.reasonCounters('detector'),
      filterCounters: views.filterCounters(),
      wireToDecision: views.latency('wireToDecision'),
      executorBell: host.bell('executor'),
      firstIntent: spec.life * SEQUENCES_PER_LIFE + 1,
      firstOpportunity: spec.life * SEQUENCES_PER_LIFE + 1,
    });
  }

  start(): void {}

  doWork(): number {
    return this.#detector.doWork();
  }

  get hasWork(): boolean {
    return this.#detector.hasWork;
  }

  onCommand(): void {}

  stop(): void {
    this.#detector.closeAll();
  }
}
