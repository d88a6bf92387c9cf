/** The public channels: one feed an instrument, the `instruments` channel, and recordings played in their place. */
import { DayStatistics } from '../../day-statistics.ts';
import { MarketFeeds } from '../../market-feeds.ts';
import { Replays, unchanged } from '../../replays.ts';
import type { Subscriber } from '../../subscriber.ts';
import type { WireContext } from '../../wire-port.ts';
import { FEED_CHANNELS, InstrumentFeed } from './instrument-feed.ts';
import { instrumentRow } from './market-rows.ts';
import { Tickers } from './tickers.ts';

export type PublicArg = Readonly<Record<string, unknown>>;

const feedOf = (arg: PublicArg) => FEED_CHANNELS.find((channel) => channel === arg.channel);
const nameOf = (arg: PublicArg): string => `${String(arg.channel)}:${String(arg.instId)}`;

export class PublicHub {
  readonly tickers: Tickers;
  readonly #context: WireContext;
  readonly #feeds: MarketFeeds<InstrumentFeed>;
  readonly #replays: Replays<Subscriber>;

  constructor(context: WireContext) {
    const { exchange, faults, recording } = context;
    this.#context = context;
    const days = new DayStatistics(exchange);
    this.tickers = new Tickers(exchange, days);
    this.#feeds = new MarketFeeds(exchange, days, (one) => new InstrumentFeed(one, exchange, faults, this.tickers));
    this.#replays = new Replays(recording, unchanged(recordedName));
  }

  /** Starts a channel; `false` when there is none of that name. `ack` is sent before any data. */
  subscribe(arg: PublicArg, subscriber: Subscriber, ack: () => void): boolean {
    if (arg.channel === 'instruments' && arg.instType !== undefined) {
      ack();
      const spot = arg.instType === 'SPOT' ? this.#context.exchange.instruments.map(instrumentRow) : [];
      if (spot.length > 0) subscriber.push(JSON.stringify({ arg, data: spot }));
      return true;
    }
    const channel = feedOf(arg);
    if (channel === undefined) return false;
    if (this.#replays.active) {
      ack();
      this.#replays.add(subscriber, nameOf(arg));
      return true;
    }
    const feed = this.#feeds.named(arg.instId);
    if (feed === undefined) return false;
    ack();
    feed.add(channel, subscriber);
    return true;
  }

  unsubscribe(arg: PublicArg, subscriber: Subscriber): void {
    const channel = feedOf(arg);
    if (channel !== undefined) this.#feeds.named(arg.instId)?.remove(channel, subscriber);
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
    const { arg, data } = JSON.parse(text) as { readonly arg?: PublicArg; readonly data?: unknown };
    return data === undefined || arg === undefined ? undefined : nameOf(arg);
  } catch {
    return undefined;
  }
}
