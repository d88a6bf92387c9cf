/** The feed's counters by slot, looked up once. Thread: feed, their only writer. */
import { distrustCounters, FEED_COUNTERS } from '../core/metrics.ts';
import { DISTRUST_REASONS, type DistrustReason } from '../core/quote.ts';
import type { Counters } from '../memory/counters.ts';

export type FeedCounter = keyof typeof FEED_COUNTERS | keyof typeof distrustCounters;

/** Names of a feed's counter block, in the order of its layout. */
export const FEED_COUNTER_NAMES = [...Object.keys(FEED_COUNTERS), ...Object.keys(distrustCounters)] as FeedCounter[];

export class FeedTally {
  readonly messages: number;
  readonly bytes: number;
  readonly bookEvents: number;
  readonly published: number;
  readonly gaps: number;
  readonly resyncs: number;
  readonly connects: number;
  readonly disconnects: number;
  readonly checksums: number;
  readonly checksumFailures: number;
  readonly crossed: number;
  readonly fallbacks: number;
  readonly malformed: number;
  readonly unknownSymbols: number;
  readonly refusals: number;
  readonly snapshots: number;
  readonly #counters: Counters<FeedCounter>;
  readonly #left: Readonly<Record<DistrustReason, number>>;

  constructor(counters: Counters<FeedCounter>) {
    this.#counters = counters;
    this.messages = counters.slot('messages');
    this.bytes = counters.slot('bytes');
    this.bookEvents = counters.slot('bookEvents');
    this.published = counters.slot('published');
    this.gaps = counters.slot('gaps');
    this.resyncs = counters.slot('resyncs');
    this.connects = counters.slot('connects');
    this.disconnects = counters.slot('disconnects');
    this.checksums = counters.slot('checksums');
    this.checksumFailures = counters.slot('checksumFailures');
    this.crossed = counters.slot('crossed');
    this.fallbacks = counters.slot('fallbacks');
    this.malformed = counters.slot('malformed');
    this.unknownSymbols = counters.slot('unknownSymbols');
    this.refusals = counters.slot('refusals');
    this.snapshots = counters.slot('snapshots');
    this.#left = Object.fromEntries(
      DISTRUST_REASONS.map((reason) => [reason, counters.slot(`distrust:${reason}`)]),
    ) as Record<DistrustReason, number>;
  }

  add(slot: number, by = 1): void {
    this.#counters.add(slot, by);
  }

  /** A row left live. */
  left(reason: DistrustReason): void {
    this.#counters.add(this.#left[reason]);
  }
}
