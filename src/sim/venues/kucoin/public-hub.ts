/** The public channels: one feed an instrument, and recordings played in their place. */
import type { SimInstrument } from '../../port.ts';
import type { WireContext } from '../../wire-port.ts';
import { FEED_TOPICS, type FeedTopic, InstrumentFeed, type Subscriber } from './instrument-feed.ts';
import { Tickers } from './tickers.ts';

/** Frames of a recording that a connection has asked for. */
interface Replay {
  readonly wanted: Set<string>;
  readonly cancel: () => void;
}

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
  readonly #context: WireContext;
  readonly #feeds: ReadonlyMap<SimInstrument, InstrumentFeed>;
  readonly #replays = new Map<Subscriber, Replay>();
  readonly #unlisten: () => void;

  constructor(context: WireContext) {
    const { exchange, faults } = context;
    this.#context = context;
    this.tickers = new Tickers(exchange);
    this.#feeds = new Map(
      exchange.instruments.map((one) => [one, new InstrumentFeed(one, exchange, faults, this.tickers)]),
    );
    this.#unlisten = exchange.onEvent((event) => {
      if (event.kind === 'BalancesChanged') return;
      if (event.kind === 'Traded') this.tickers.onTrade(event.trade);
      const of = event.kind === 'Traded' ? event.trade : event.kind === 'OrderChanged' ? event.order : event;
      this.#feeds.get(of.instrument)?.onEvent(event);
    });
  }

  sequence(instrument: SimInstrument): number {
    return this.#feeds.get(instrument)?.sequence ?? 0;
  }

  /** Whether the topic's symbol is listed; a recording serves whatever it holds. */
  has(topic: PublicTopic): boolean {
    return this.#isReplayed() || this.#feedsOf(topic).length > 0;
  }

  subscribe(topic: PublicTopic, subscriber: Subscriber): void {
    if (this.#isReplayed()) this.#replay(subscriber, nameOf(topic));
    else for (const feed of this.#feedsOf(topic)) feed.add(topic.feed, subscriber);
  }

  unsubscribe(topic: PublicTopic, subscriber: Subscriber): void {
    for (const feed of this.#feedsOf(topic)) feed.remove(topic.feed, subscriber);
    this.#replays.get(subscriber)?.wanted.delete(nameOf(topic));
  }

  forget(subscriber: Subscriber): void {
    for (const feed of this.#feeds.values()) for (const topic of FEED_TOPICS) feed.remove(topic, subscriber);
    this.#replays.get(subscriber)?.cancel();
    this.#replays.delete(subscriber);
  }

  close(): void {
    this.#unlisten();
    for (const feed of this.#feeds.values()) feed.close();
    for (const { cancel } of this.#replays.values()) cancel();
  }

  #feedsOf({ feed, symbol }: PublicTopic): readonly InstrumentFeed[] {
    if (feed === '/market/ticker:all') return [...this.#feeds.values()];
    const instrument = this.#context.exchange.instrumentBySymbol(symbol);
    const own = instrument === undefined ? undefined : this.#feeds.get(instrument);
    return own === undefined ? [] : [own];
  }

  #isReplayed(): boolean {
    return this.#context.recording?.active === true;
  }

  /** A connection's first subscription starts the recording; each later one lets more of its frames through. */
  #replay(subscriber: Subscriber, name: string): void {
    const known = this.#replays.get(subscriber);
    if (known !== undefined) {
      known.wanted.add(name);
      return;
    }
    const wanted = new Set([name]);
    const cancel = this.#context.recording?.play((text) => {
      if (wanted.has(topicOf(text))) subscriber.push(text);
    });
    this.#replays.set(subscriber, { wanted, cancel: cancel ?? (() => {}) });
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
