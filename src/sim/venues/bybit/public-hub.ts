/** The public topics of all instruments, or a recording played in their place. */
import { DayStatistics } from '../../day-statistics.ts';
import { MarketFeeds } from '../../market-feeds.ts';
import type { SimInstrument } from '../../port.ts';
import { Replays, unchanged } from '../../replays.ts';
import type { Subscriber } from '../../subscriber.ts';
import type { WireContext } from '../../wire-port.ts';
import { MarketFeed } from './market-feed.ts';
import type { Sequences } from './sequences.ts';
import { Tickers } from './tickers.ts';
import { publicTopic } from './topics.ts';

export class PublicHub {
  readonly tickers: Tickers;
  readonly #feeds: MarketFeeds<MarketFeed>;
  readonly #replays: Replays<Subscriber>;

  constructor(context: WireContext, sequences: Sequences) {
    const { exchange, faults, recording } = context;
    const days = new DayStatistics(exchange);
    this.tickers = new Tickers(exchange, days);
    const parts = { tickers: this.tickers, sequences };
    this.#feeds = new MarketFeeds(exchange, days, (one) => new MarketFeed(one, exchange, faults, parts));
    this.#replays = new Replays(recording, unchanged(topicOf));
  }

  /** Why a topic is not there; undefined: it is. */
  refusal(topic: string): string | undefined {
    const named = publicTopic(topic);
    if (named === undefined) return `error:handler not found,topic:${topic}`;
    if (this.#replays.active) return undefined;
    // Spot names an unknown symbol so; the other categories find no handler for it.
    return this.#feeds.named(named.symbol) === undefined ? `Invalid symbol :[${topic}]` : undefined;
  }

  /** Starts a topic that `refusal` let through: its first data comes at once. */
  add(topic: string, subscriber: Subscriber): void {
    if (this.#replays.active) this.#replays.add(subscriber, topic);
    else this.#withFeed(topic, (feed, channel) => feed.add(channel, subscriber));
  }

  remove(topic: string, subscriber: Subscriber): void {
    this.#withFeed(topic, (feed, channel) => feed.remove(channel, subscriber));
    this.#replays.remove(subscriber, topic);
  }

  /** A connection is gone; its topics were removed. */
  forget(subscriber: Subscriber): void {
    this.#replays.forget(subscriber);
  }

  updateId(instrument: SimInstrument): number {
    return this.#feeds.of(instrument)?.updateId ?? 0;
  }

  close(): void {
    this.#feeds.close();
    this.#replays.close();
  }

  #withFeed(
    topic: string,
    act: (feed: MarketFeed, channel: NonNullable<ReturnType<typeof publicTopic>>['channel']) => void,
  ): void {
    const named = publicTopic(topic);
    if (named === undefined) return;
    const feed = this.#feeds.named(named.symbol);
    if (feed !== undefined) act(feed, named.channel);
  }
}

/** The topic of a recorded data frame; acknowledgements and pongs have none. */
function topicOf(text: string): string | undefined {
  try {
    const { topic } = JSON.parse(text) as { readonly topic?: unknown };
    return typeof topic === 'string' ? topic : undefined;
  } catch {
    return undefined;
  }
}
