/** The public topics of all instruments, or a recording played in their place. */
import type { SimInstrument } from '../../port.ts';
import type { WireContext } from '../../wire-port.ts';
import { MarketFeed } from './market-feed.ts';
import type { Sequences } from './sequences.ts';
import { Tickers } from './tickers.ts';
import { publicTopic, type Subscriber } from './topics.ts';

/** Frames of a recording that a connection has asked for. */
interface Replay {
  readonly wanted: Set<string>;
  readonly cancel: () => void;
}

export class PublicHub {
  readonly tickers: Tickers;
  readonly #context: WireContext;
  readonly #feeds: ReadonlyMap<SimInstrument, MarketFeed>;
  readonly #replays = new Map<Subscriber, Replay>();
  readonly #unlisten: () => void;

  constructor(context: WireContext, sequences: Sequences) {
    const { exchange, faults } = context;
    this.#context = context;
    this.tickers = new Tickers(exchange);
    this.#feeds = new Map(
      exchange.instruments.map((one) => [
        one,
        new MarketFeed(one, exchange, faults, { tickers: this.tickers, sequences }),
      ]),
    );
    this.#unlisten = exchange.onEvent((event) => {
      if (event.kind === 'Traded') {
        this.tickers.onTrade(event.trade);
        this.#feeds.get(event.trade.instrument)?.onEvent(event);
      } else if (event.kind === 'BookChanged' || event.kind === 'TopChanged') {
        this.#feeds.get(event.instrument)?.onEvent(event);
      }
    });
  }

  /** Why a topic is not there; undefined: it is. */
  refusal(topic: string): string | undefined {
    const named = publicTopic(topic);
    if (named === undefined) return `error:handler not found,topic:${topic}`;
    if (this.#context.recording?.active === true) return undefined;
    // Spot names an unknown symbol so; the other categories find no handler for it.
    return this.#context.exchange.instrumentBySymbol(named.symbol) === undefined
      ? `Invalid symbol :[${topic}]`
      : undefined;
  }

  /** Starts a topic that `refusal` let through: its first data comes at once. */
  add(topic: string, subscriber: Subscriber): void {
    if (this.#context.recording?.active === true) this.#replay(subscriber, topic);
    else this.#withFeed(topic, (feed, channel) => feed.add(channel, subscriber));
  }

  remove(topic: string, subscriber: Subscriber): void {
    this.#withFeed(topic, (feed, channel) => feed.remove(channel, subscriber));
    this.#replays.get(subscriber)?.wanted.delete(topic);
  }

  /** A connection is gone; its topics were removed. */
  forget(subscriber: Subscriber): void {
    this.#replays.get(subscriber)?.cancel();
    this.#replays.delete(subscriber);
  }

  updateId(instrument: SimInstrument): number {
    return this.#feeds.get(instrument)?.updateId ?? 0;
  }

  close(): void {
    this.#unlisten();
    for (const feed of this.#feeds.values()) feed.close();
    for (const { cancel } of this.#replays.values()) cancel();
  }

  #withFeed(
    topic: string,
    act: (feed: MarketFeed, channel: NonNullable<ReturnType<typeof publicTopic>>['channel']) => void,
  ): void {
    const named = publicTopic(topic);
    if (named === undefined) return;
    const instrument = this.#context.exchange.instrumentBySymbol(named.symbol);
    const feed = instrument === undefined ? undefined : this.#feeds.get(instrument);
    if (feed !== undefined) act(feed, named.channel);
  }

  /** A connection's first subscription starts the recording; each later one lets more of its frames through. */
  #replay(subscriber: Subscriber, topic: string): void {
    const known = this.#replays.get(subscriber);
    if (known !== undefined) {
      known.wanted.add(topic);
      return;
    }
    const wanted = new Set([topic]);
    const cancel = this.#context.recording?.play((text) => {
      const recorded = topicOf(text);
      if (recorded !== undefined && wanted.has(recorded)) subscriber.push(text);
    });
    this.#replays.set(subscriber, { wanted, cancel: cancel ?? (() => {}) });
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
