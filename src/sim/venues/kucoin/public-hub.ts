/** The public channels: one feed an instrument, and recordings played in their place. */
import { DayStatistics } from '../../day-statistics.ts';
import { MarketFeeds } from '../../market-feeds.ts';
import type { SimInstrument } from '../../port.ts';
import { Replays, unchanged } from '../../replays.ts';
import type { Subscriber } from '../../subscriber.ts';
import type { WireContext } from '../../wire-port.ts';
import { FEED_TOPICS, type FeedTopic, InstrumentFeed } from './instrument-feed.ts';
import { Tickers } from './tickers.ts';

/** One topic of one symbol (`all` for all of them). */
export interface PublicTopic {
  readonly feed: FeedTopic;
  readonly symbol: string;
}

const nameOf = ({ feed, symbol }: PublicTopic): string => (feed.includes(':') ? feed : `${feed}:${symbol}`);

/** The public topic of this name; undefined when there is none. */
export function publicTopic(prefix: string, symbol: string): PublicTopic | undefined {
  const feed =
    FEED_TOPICS.find((topic) => topic === `${prefix}:${symbol}`) ?? FEED_TOPICS.find((topic) => topic === prefix);
  return feed === undefined ? undefined : { feed, symbol };
}

export class PublicHub {
  readonly tickers: Tickers;
  readonly #feeds: MarketFeeds<InstrumentFeed>;
  readonly #replays: Replays<Subscriber>;

  constructor(context: WireContext) {
    const { exchange, faults, recording } = context;
    const days = new DayStatistics(exchange);
    this.tickers = new Tickers(exchange, days);
    this.#feeds = new MarketFeeds(exchange, days, (one) => new InstrumentFeed(one, exchange, faults, this.tickers));
    this.#replays = new Replays(recording, unchanged(topicOf));
  }

  sequence(instrument: SimInstrument): number {
    return this.#feeds.of(instrument)?.sequence ?? 0;
  }

  /** Whether the topic's symbol is listed; a recording serves whatever it holds. */
  has(topic: PublicTopic): boolean {
    return this.#replays.active || this.#feedsOf(topic).length > 0;
  }

  subscribe(topic: PublicTopic, subscriber: Subscriber): void {
    if (this.#replays.active) this.#replays.add(subscriber, nameOf(topic));
    else for (const feed of this.#feedsOf(topic)) feed.add(topic.feed, subscriber);
  }

  unsubscribe(topic: PublicTopic, subscriber: Subscriber): void {
    for (const feed of this.#feedsOf(topic)) feed.remove(topic.feed, subscriber);
    this.#replays.remove(subscriber, nameOf(topic));
  }

  forget(subscriber: Subscriber): void {
    for (const feed of this.#feeds) for (const topic of FEED_TOPICS) feed.remove(topic, subscriber);
    this.#replays.forget(subscriber);
  }

  close(): void {
    this.#feeds.close();
    this.#replays.close();
  }

  #feedsOf({ feed, symbol }: PublicTopic): readonly InstrumentFeed[] {
    if (feed === '/market/ticker:all') return [...this.#feeds];
    const own = this.#feeds.named(symbol);
    return own === undefined ? [] : [own];
  }
}

/** The topic of a recorded push; acknowledgements and pongs have none. */
function topicOf(text: string): string {
  try {
    const { topic } = JSON.parse(text) as { readonly topic?: unknown };
    return typeof topic === 'string' ? topic : '';
  } catch {
    return '';
  }
}
