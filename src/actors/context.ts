/** A thread's own views of the shared memory. */

import { BroadcastChannel } from 'node:worker_threads';
import type { Universe } from '../core/instrument.ts';
import {
  DETECTOR_COUNTERS,
  distrustCounters,
  EXECUTOR_COUNTERS,
  FEED_COUNTERS,
  FILTER_COUNTERS,
  JOURNAL_COUNTERS,
  type LATENCIES,
  REASON_COUNTERS,
} from '../core/metrics.ts';
import { assetsOf } from '../engine/terms.ts';
import { ByteRing } from '../memory/byte-ring.ts';
import { Control } from '../memory/control.ts';
import { Counters, Histogram } from '../memory/counters.ts';
import { Doorbell } from '../memory/doorbell.ts';
import { type Consumer, type Layout, type MemoryShape, planLayout, type RecordProducer } from '../memory/layout.ts';
import { type CrashAt, CrashPoint } from './crash-point.ts';
import type { EngineContext } from './messages.ts';

const names = <K extends string>(catalogue: Readonly<Record<K, string>>): K[] => Object.keys(catalogue) as K[];

const feedCatalogue = { ...FEED_COUNTERS, ...distrustCounters };

const INTENT_SLOTS = 256;
const RECORD_BYTES = 4 << 20;

/** The shape of the memory that a universe needs. */
export function shapeOf(universe: Universe): MemoryShape {
  const counters: Record<string, number> = {
    detector: names(DETECTOR_COUNTERS).length,
    detectorReasons: names(REASON_COUNTERS).length,
    executor: names(EXECUTOR_COUNTERS).length,
    executorReasons: names(REASON_COUNTERS).length,
    journal: names(JOURNAL_COUNTERS).length,
    filters: names(FILTER_COUNTERS).length,
  };
  const histograms: string[] = ['wireToDecision', 'tickToTrade', 'ack', 'walAppend'];
  for (const venue of universe.venues) {
    counters[`feed:${venue}`] = names(feedCatalogue).length;
    histograms.push(`decode:${venue}`);
  }
  return {
    rowsPerVenue: universe.venues.map(
      (_, venue) => (universe.firstRow[venue + 1] ?? 0) - (universe.firstRow[venue] ?? 0),
    ),
    instruments: universe.instruments.length,
    assets: assetsOf(universe).length,
    intentSlots: INTENT_SLOTS,
    recordBytes: RECORD_BYTES,
    counters,
    histograms,
  };
}

export class SharedViews {
  readonly layout: Layout;
  readonly buffer: SharedArrayBuffer;
  readonly control: Control;

  constructor(buffer: SharedArrayBuffer, shape: MemoryShape) {
    this.buffer = buffer;
    this.layout = planLayout(shape);
    this.control = new Control(buffer, this.layout);
  }

  feedCounters = (venue: string) => new Counters(this.buffer, this.#counterAt(`feed:${venue}`), names(feedCatalogue));
  detectorCounters = () => new Counters(this.buffer, this.#counterAt('detector'), names(DETECTOR_COUNTERS));
  executorCounters = () => new Counters(this.buffer, this.#counterAt('executor'), names(EXECUTOR_COUNTERS));
  journalCounters = () => new Counters(this.buffer, this.#counterAt('journal'), names(JOURNAL_COUNTERS));
  reasonCounters = (of: 'detector' | 'executor') =>
    new Counters(this.buffer, this.#counterAt(`${of}Reasons`), names(REASON_COUNTERS));

  filterCounters = () => new Counters(this.buffer, this.#counterAt('filters'), names(FILTER_COUNTERS));

  latency(name: Exclude<keyof typeof LATENCIES, 'decode'> | `decode:${string}`): Histogram {
    const offset = this.layout.histograms[name];
    if (offset === undefined) throw new RangeError(`no histogram ${name}`);
    return new Histogram(this.buffer, offset);
  }

  recordRing(producer: RecordProducer): ByteRing {
    const { offset, bytes } = this.layout.records[producer];
    return new ByteRing(this.buffer, offset, bytes);
  }

  /** Undefined but in crash tests. */
  crashPoint(at: CrashAt | undefined): CrashPoint | undefined {
    if (at === undefined) return undefined;
    const executor = this.executorCounters();
    const closed = ['setsFilled', 'setsUnwound', 'setsMissed', 'setsUnknown', 'setsHeld', 'setsResidual'] as const;
    return new CrashPoint(
      at,
      () => executor.get('setsOpened') > closed.reduce((sum, name) => sum + executor.get(name), 0),
    );
  }

  #counterAt(owner: string): number {
    const offset = this.layout.counters[owner];
    if (offset === undefined) throw new RangeError(`no counters of ${owner}`);
    return offset;
  }
}

/** Bells of sleeping event-loop threads are rung over a channel named after the run; it survives restarts of either end. */
export const bellChannel = (run: string, consumer: Consumer): string => `parallax:${run}:${consumer}`;

/** The producer's end of a bell. A loopless consumer waits on the word itself and needs no message. */
export function bellOf(context: EngineContext, views: SharedViews, consumer: Consumer, isLoopless: boolean): Doorbell {
  if (isLoopless) return new Doorbell(views.buffer, views.layout, consumer);
  const channel = new BroadcastChannel(bellChannel(context.run, consumer));
  channel.unref();
  return new Doorbell(views.buffer, views.layout, consumer, () => channel.postMessage(0));
}
