/** The public channels: one feed an instrument, and recordings played in their place. */
import { DayStatistics } from '../../day-statistics.ts';
import { MarketFeeds } from '../../market-feeds.ts';
import { Replays, unchanged } from '../../replays.ts';
import type { Subscriber } from '../../subscriber.ts';
import type { WireContext } from '../../wire-port.ts';
import { type SocketError, socketError } from './errors.ts';
import { FEED_CHANNELS, InstrumentFeed } from './instrument-feed.ts';
import { Tickers } from './tickers.ts';

export type ChannelArg = Readonly<Record<string, unknown>>;

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
  readonly #feeds: MarketFeeds<InstrumentFeed>;
  readonly #replays: Replays<Subscriber>;

  constructor(context: WireContext) {
    const { exchange, faults, recording } = context;
    const days = new DayStatistics(exchange);
    this.tickers = new Tickers(exchange, days);
    this.#feeds = new MarketFeeds(exchange, days, (one) => new InstrumentFeed(one, exchange, faults, this.tickers));
    this.#replays = new Replays(recording, unchanged(recordedName));
  }

  /** Starts a channel, or says why not. `ack` is sent before any data. */
  subscribe(arg: ChannelArg, subscriber: Subscriber, ack: () => void): SocketError | undefined {
    const channel = feedOf(arg);
    if (channel === undefined) return socketError(30016);
    if (this.#replays.active) {
      ack();
      this.#replays.add(subscriber, nameOf(arg));
      return undefined;
    }
    const feed = this.#feeds.named(arg.instId);
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
    if (channel !== undefined && arg.instType === 'SPOT') this.#feeds.named(arg.instId)?.remove(channel, subscriber);
    this.#replays.remove(subscriber, nameOf(arg));
  }

  forget(subscriber: Subscriber): void {
    for (const feed of this.#feeds) for (const channel of FEED_CHANNELS) feed.remove(channel, subscriber);
    this.#replays.forget(subscriber);
  }

  close(): void {
    this.#feeds.close();
    this.#replays.close();
  }
}

/** The name of a recorded data frame; acknowledgements and pongs have none that counts. */
function recordedName(text: string): string | undefined {
  try {
    const { arg, data } = JSON.parse(text) as { readonly arg?: ChannelArg; readonly data?: unknown };
    return data === undefined || arg === undefined ? undefined : nameOf(arg);
  } catch {
    return undefined;
  }
}
