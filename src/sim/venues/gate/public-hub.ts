/** The public channels: one feed an instrument, and recordings played in their place. */
import { DayStatistics } from '../../day-statistics.ts';
import { MarketFeeds } from '../../market-feeds.ts';
import { Replays, unchanged } from '../../replays.ts';
import type { Subscriber } from '../../subscriber.ts';
import type { WireContext } from '../../wire-port.ts';
import { type ChannelError, subscribedTwice } from './errors.ts';
import { InstrumentFeed } from './instrument-feed.ts';
import { type PublicChannel, readPayload } from './subscriptions.ts';
import { Tickers } from './tickers.ts';

const replayName = (channel: string, word: string): string => `${channel}/${word}`;

export class PublicHub {
  readonly tickers: Tickers;
  readonly #context: WireContext;
  readonly #feeds: MarketFeeds<InstrumentFeed>;
  readonly #replays: Replays<Subscriber>;
  /** Streams of `spot.obu` that a connection has. */
  readonly #obu = new Map<Subscriber, Set<string>>();

  constructor(context: WireContext) {
    const { exchange, faults, recording } = context;
    this.#context = context;
    const days = new DayStatistics(exchange);
    this.tickers = new Tickers(exchange, days);
    this.#feeds = new MarketFeeds(exchange, days, (one) => new InstrumentFeed(one, exchange, faults, this.tickers));
    this.#replays = new Replays(recording, unchanged(nameOf));
  }

  /** Starts streams; returns why it did not. `ack` is sent before any data. */
  subscribe(
    channel: PublicChannel,
    payload: unknown,
    subscriber: Subscriber,
    ack: () => void,
  ): ChannelError | undefined {
    const read = readPayload(channel, payload, (pair) => this.#isPair(pair));
    if (!read.ok) return read.error;
    const { wanted } = read;
    if (channel === 'spot.obu') {
      const own = this.#obu.get(subscriber) ?? new Set();
      const twice = wanted.find(({ word }, at) => own.has(word) || wanted.findIndex((one) => one.word === word) < at);
      if (twice !== undefined) return subscribedTwice(twice.word);
      for (const { word } of wanted) own.add(word);
      this.#obu.set(subscriber, own);
    }
    ack();
    if (this.#replays.active) for (const { word } of wanted) this.#replays.add(subscriber, replayName(channel, word));
    else for (const one of wanted) this.#feeds.named(one.pair)?.add(one.name, subscriber);
    return undefined;
  }

  /** Ends streams; what is not subscribed to ends as well. */
  unsubscribe(channel: PublicChannel, payload: unknown, subscriber: Subscriber): ChannelError | undefined {
    const read = readPayload(channel, payload, (pair) => this.#isPair(pair));
    if (!read.ok) return read.error;
    for (const one of read.wanted) {
      if (channel === 'spot.obu') this.#obu.get(subscriber)?.delete(one.word);
      this.#feeds.named(one.pair)?.remove(one.name, subscriber);
      this.#replays.remove(subscriber, replayName(channel, one.word));
    }
    return undefined;
  }

  forget(subscriber: Subscriber): void {
    for (const feed of this.#feeds) feed.forget(subscriber);
    this.#obu.delete(subscriber);
    this.#replays.forget(subscriber);
  }

  close(): void {
    this.#feeds.close();
    this.#replays.close();
  }

  /** A recording may have pairs that are not listed here. */
  #isPair(pair: string): boolean {
    return this.#replays.active || this.#context.exchange.instrumentBySymbol(pair) !== undefined;
  }
}

/** The channel and pair of a recorded push; acknowledgements and pongs have none that counts. */
function nameOf(text: string): string | undefined {
  try {
    const frame = JSON.parse(text) as {
      readonly channel?: string;
      readonly event?: string;
      readonly result?: { readonly s?: string; readonly currency_pair?: string };
    };
    const word = frame.result?.s ?? frame.result?.currency_pair;
    return frame.event !== 'update' || word === undefined ? undefined : replayName(frame.channel ?? '', word);
  } catch {
    return undefined;
  }
}
