/** The public channels: one feed an instrument, and recordings played in their place. */
import type { Json } from '../../../core/json.ts';
import { DayStatistics } from '../../day-statistics.ts';
import { readObject } from '../../json-object.ts';
import { MarketFeeds } from '../../market-feeds.ts';
import { type ReplayListener, Replays } from '../../replays.ts';
import type { WireContext } from '../../wire-port.ts';
import { Days } from './days.ts';
import { FEED_CHANNELS, type FeedChannel, MarketFeed, type Subscriber } from './market-feed.ts';

/** A subscriber that also takes frames as they were recorded. */
export interface ReplaySubscriber extends Subscriber {
  /** Sends a recorded frame with its own number instead of the recorded one.
   *  @param skipped numbers that are missing before it in the recording */
  replay(frame: string, skipped: number): void;
}

/** The parts of a recorded frame that say whose it is. */
interface RecordedFrame {
  readonly channel: string;
  readonly sequence: number;
  readonly products: readonly string[];
}

export class PublicHub {
  readonly days: Days;
  readonly #feeds: MarketFeeds<MarketFeed>;
  readonly #replays: Replays<ReplaySubscriber>;

  constructor(context: WireContext) {
    const { exchange, faults, recording } = context;
    const days = new DayStatistics(exchange);
    this.days = new Days(days);
    this.#feeds = new MarketFeeds(exchange, days, (one) => new MarketFeed(one, exchange, faults, this.days));
    this.#replays = new Replays(recording, renumbered);
  }

  /** Whether channels are served from a recording, whose products are not those of the simulator. */
  get plays(): boolean {
    return this.#replays.active;
  }

  subscribe(channel: FeedChannel, product: string, subscriber: ReplaySubscriber): void {
    if (this.plays) this.#replays.add(subscriber, `${channel}:${product}`);
    else this.#feeds.named(product)?.add(channel, subscriber);
  }

  unsubscribe(channel: FeedChannel, product: string, subscriber: ReplaySubscriber): void {
    this.#feeds.named(product)?.remove(channel, subscriber);
    this.#replays.remove(subscriber, `${channel}:${product}`);
  }

  forget(subscriber: ReplaySubscriber): void {
    for (const feed of this.#feeds) for (const channel of FEED_CHANNELS) feed.remove(channel, subscriber);
    this.#replays.forget(subscriber);
  }

  close(): void {
    this.#feeds.close();
    this.#replays.close();
  }
}

/** Numbers that the recording itself misses stay missed. */
function renumbered(subscriber: ReplaySubscriber, isWanted: (name: string) => boolean): ReplayListener {
  let next: number | undefined;
  let skipped = 0;
  return (text) => {
    const frame = readFrame(text);
    if (frame === undefined) return;
    skipped += next === undefined ? 0 : Math.max(0, frame.sequence - next);
    next = frame.sequence + 1;
    const channel = frame.channel === 'l2_data' ? 'level2' : frame.channel;
    if (!frame.products.some((product) => isWanted(`${channel}:${product}`))) return;
    subscriber.replay(text, skipped);
    skipped = 0;
  };
}

const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as Json[]) : []);

function readFrame(text: string): RecordedFrame | undefined {
  const value = readObject(text);
  if (value === undefined) return undefined;
  const { channel, sequence_num: sequence, events } = value;
  if (typeof channel !== 'string' || typeof sequence !== 'number') return undefined;
  const products = listOf(events).flatMap((event) => [
    String(event.product_id),
    ...[...listOf(event.trades), ...listOf(event.tickers)].map((row) => String(row.product_id)),
  ]);
  return { channel, sequence, products };
}
