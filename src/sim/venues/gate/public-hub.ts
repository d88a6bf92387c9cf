/** The public channels: one feed an instrument, and recordings played in their place. */
import type { SimInstrument } from '../../port.ts';
import type { WireContext } from '../../wire-port.ts';
import { type ChannelError, subscribedTwice } from './errors.ts';
import type { Subscriber } from './frames.ts';
import { InstrumentFeed } from './instrument-feed.ts';
import { type PublicChannel, readPayload, type Wanted } from './subscriptions.ts';
import { Tickers } from './tickers.ts';

/** Frames of a recording that a connection has asked for. */
interface Replay {
  readonly wanted: Set<string>;
  readonly cancel: () => void;
}

const replayName = (channel: string, word: string): string => `${channel}/${word}`;

export class PublicHub {
  readonly tickers: Tickers;
  readonly #context: WireContext;
  readonly #feeds: ReadonlyMap<SimInstrument, InstrumentFeed>;
  readonly #replays = new Map<Subscriber, Replay>();
  /** Streams of `spot.obu` that a connection has. */
  readonly #obu = new Map<Subscriber, Set<string>>();
  readonly #unlisten: () => void;

  constructor(context: WireContext) {
    const { exchange, faults } = context;
    this.#context = context;
    this.tickers = new Tickers(exchange);
    this.#feeds = new Map(
      exchange.instruments.map((one) => [one, new InstrumentFeed(one, exchange, faults, this.tickers)]),
    );
    this.#unlisten = exchange.onEvent((event) => {
      if (event.kind === 'Traded') {
        this.tickers.onTrade(event.trade);
        this.#feeds.get(event.trade.instrument)?.onEvent(event);
      } else if (event.kind === 'BookChanged') {
        this.tickers.onBook(event.instrument, event.at);
        this.#feeds.get(event.instrument)?.onEvent(event);
      } else if (event.kind === 'TopChanged') {
        this.#feeds.get(event.instrument)?.onEvent(event);
      }
    });
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
    if (this.#isReplay()) for (const { word } of wanted) this.#replay(subscriber, replayName(channel, word));
    else for (const one of wanted) this.#feed(one)?.add(one.name, subscriber);
    return undefined;
  }

  /** Ends streams; what is not subscribed to ends as well. */
  unsubscribe(channel: PublicChannel, payload: unknown, subscriber: Subscriber): ChannelError | undefined {
    const read = readPayload(channel, payload, (pair) => this.#isPair(pair));
    if (!read.ok) return read.error;
    for (const one of read.wanted) {
      if (channel === 'spot.obu') this.#obu.get(subscriber)?.delete(one.word);
      this.#feed(one)?.remove(one.name, subscriber);
      this.#replays.get(subscriber)?.wanted.delete(replayName(channel, one.word));
    }
    return undefined;
  }

  forget(subscriber: Subscriber): void {
    for (const feed of this.#feeds.values()) feed.forget(subscriber);
    this.#obu.delete(subscriber);
    this.#replays.get(subscriber)?.cancel();
    this.#replays.delete(subscriber);
  }

  close(): void {
    this.#unlisten();
    for (const feed of this.#feeds.values()) feed.close();
    for (const { cancel } of this.#replays.values()) cancel();
  }

  #isReplay(): boolean {
    return this.#context.recording?.active === true;
  }

  /** A recording may have pairs that are not listed here. */
  #isPair(pair: string): boolean {
    return this.#isReplay() || this.#context.exchange.instrumentBySymbol(pair) !== undefined;
  }

  #feed({ pair }: Wanted): InstrumentFeed | undefined {
    const instrument = this.#context.exchange.instrumentBySymbol(pair);
    return instrument === undefined ? undefined : this.#feeds.get(instrument);
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
      const recorded = nameOf(text);
      if (recorded !== undefined && wanted.has(recorded)) subscriber.push(text);
    });
    this.#replays.set(subscriber, { wanted, cancel: cancel ?? (() => {}) });
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
