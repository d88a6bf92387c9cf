/** The public channels: one feed an instrument, and recordings played in their place. */
import type { SimInstrument } from '../../port.ts';
import type { WireContext } from '../../wire-port.ts';
import { type SocketError, socketError } from './errors.ts';
import { FEED_CHANNELS, InstrumentFeed, type Subscriber } from './instrument-feed.ts';
import { Tickers } from './tickers.ts';

export type ChannelArg = Readonly<Record<string, unknown>>;

/** Frames of a recording that a connection has asked for. */
interface Replay {
  readonly wanted: Set<string>;
  readonly cancel: () => void;
}

const feedOf = (arg: ChannelArg) => FEED_CHANNELS.find((channel) => channel === arg.channel);
export const nameOf = (arg: ChannelArg): string =>
  ['instType', 'channel', 'instId', 'coin'].map((name) => String(arg[name] ?? '')).join('/');

/** As the venue spells an argument that it has nothing for. */
export const missingChannel = (arg: ChannelArg): SocketError => {
  const { instType, channel, instId = null } = arg;
  const what = `instType:${String(instType)},channel:${String(channel)},instId:${String(instId)},precision:null`;
  return socketError(30001, what);
};

/** Products that share the socket and are not simulated. */
const OTHER_PRODUCTS: readonly unknown[] = ['USDT-FUTURES', 'USDC-FUTURES', 'COIN-FUTURES'];

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
      if (event.kind === 'Traded') {
        this.tickers.onTrade(event.trade);
        this.#feeds.get(event.trade.instrument)?.onEvent(event);
      } else if (event.kind === 'BookChanged' || event.kind === 'TopChanged') {
        this.#feeds.get(event.instrument)?.onEvent(event);
      }
    });
  }

  /** Starts a channel, or says why not. `ack` is sent before any data. */
  subscribe(arg: ChannelArg, subscriber: Subscriber, ack: () => void): SocketError | undefined {
    const channel = feedOf(arg);
    if (channel === undefined) return socketError(30016);
    if (this.#context.recording?.active === true) {
      ack();
      this.#replay(subscriber, nameOf(arg));
      return undefined;
    }
    const feed = this.#feed(arg);
    // Recorded: an instrument of another product is acknowledged, and nothing follows.
    if (OTHER_PRODUCTS.includes(arg.instType) && feed !== undefined) {
      ack();
      return undefined;
    }
    if (feed === undefined || arg.instType !== 'SPOT') return missingChannel(arg);
    ack();
    feed.add(channel, subscriber);
    return undefined;
  }

  unsubscribe(arg: ChannelArg, subscriber: Subscriber): void {
    const channel = feedOf(arg);
    if (channel !== undefined && arg.instType === 'SPOT') this.#feed(arg)?.remove(channel, subscriber);
    this.#replays.get(subscriber)?.wanted.delete(nameOf(arg));
  }

  forget(subscriber: Subscriber): void {
    for (const feed of this.#feeds.values()) for (const channel of FEED_CHANNELS) feed.remove(channel, subscriber);
    this.#replays.get(subscriber)?.cancel();
    this.#replays.delete(subscriber);
  }

  close(): void {
    this.#unlisten();
    for (const feed of this.#feeds.values()) feed.close();
    for (const { cancel } of this.#replays.values()) cancel();
  }

  #feed({ instId }: ChannelArg): InstrumentFeed | undefined {
    const instrument = typeof instId === 'string' ? this.#context.exchange.instrumentBySymbol(instId) : undefined;
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
      const arg = argOf(text);
      if (arg !== undefined && wanted.has(nameOf(arg))) subscriber.push(text);
    });
    this.#replays.set(subscriber, { wanted, cancel: cancel ?? (() => {}) });
  }
}

/** The argument of a recorded data frame; acknowledgements and pongs have none that counts. */
function argOf(text: string): ChannelArg | undefined {
  try {
    const frame = JSON.parse(text) as { readonly arg?: ChannelArg; readonly data?: unknown };
    return frame.data === undefined ? undefined : frame.arg;
  } catch {
    return undefined;
  }
}
