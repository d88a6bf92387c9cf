/** The public channels: one feed an instrument, and recordings played in their place. */
import type { SimInstrument } from '../../port.ts';
import type { WireContext } from '../../wire-port.ts';
import { Days } from './days.ts';
import { FEED_CHANNELS, type FeedChannel, MarketFeed, type Subscriber } from './market-feed.ts';

/** A subscriber that also takes frames as they were recorded. */
export interface ReplaySubscriber extends Subscriber {
  /** Sends a recorded frame with its own number instead of the recorded one.
   *  @param skipped numbers that are missing before it in the recording */
  replay(frame: string, skipped: number): void;
}

interface Replay {
  /** `channel:product` of what was subscribed. */
  readonly wanted: Set<string>;
  readonly cancel: () => void;
}

/** The parts of a recorded frame that say whose it is. */
interface RecordedFrame {
  readonly channel: string;
  readonly sequence: number;
  readonly products: readonly string[];
}

export class PublicHub {
  readonly days: Days;
  readonly #context: WireContext;
  readonly #feeds: ReadonlyMap<SimInstrument, MarketFeed>;
  readonly #replays = new Map<ReplaySubscriber, Replay>();
  readonly #unlisten: () => void;

  constructor(context: WireContext) {
    const { exchange, faults } = context;
    this.#context = context;
    this.days = new Days(exchange);
    this.#feeds = new Map(exchange.instruments.map((one) => [one, new MarketFeed(one, exchange, faults, this.days)]));
    this.#unlisten = exchange.onEvent((event) => {
      if (event.kind === 'Traded') {
        this.days.onTrade(event.trade);
        this.#feeds.get(event.trade.instrument)?.onEvent(event);
      } else if (event.kind === 'BookChanged' || event.kind === 'TopChanged') {
        this.#feeds.get(event.instrument)?.onEvent(event);
      }
    });
  }

  /** Whether channels are served from a recording, whose products are not those of the simulator. */
  get plays(): boolean {
    return this.#context.recording?.active === true;
  }

  subscribe(channel: FeedChannel, product: string, subscriber: ReplaySubscriber): void {
    if (this.plays) this.#replay(subscriber, `${channel}:${product}`);
    else this.#feed(product)?.add(channel, subscriber);
  }

  unsubscribe(channel: FeedChannel, product: string, subscriber: ReplaySubscriber): void {
    this.#feed(product)?.remove(channel, subscriber);
    this.#replays.get(subscriber)?.wanted.delete(`${channel}:${product}`);
  }

  forget(subscriber: ReplaySubscriber): void {
    for (const feed of this.#feeds.values()) for (const channel of FEED_CHANNELS) feed.remove(channel, subscriber);
    this.#replays.get(subscriber)?.cancel();
    this.#replays.delete(subscriber);
  }

  close(): void {
    this.#unlisten();
    for (const feed of this.#feeds.values()) feed.close();
    for (const { cancel } of this.#replays.values()) cancel();
  }

  #feed(product: string): MarketFeed | undefined {
    const instrument = this.#context.exchange.instrumentBySymbol(product);
    return instrument === undefined ? undefined : this.#feeds.get(instrument);
  }

  /** A connection's first subscription starts the recording; each later one lets more of its frames through. Numbers
   *  that the recording itself misses stay missed. */
  #replay(subscriber: ReplaySubscriber, name: string): void {
    const known = this.#replays.get(subscriber);
    if (known !== undefined) {
      known.wanted.add(name);
      return;
    }
    const wanted = new Set([name]);
    let next: number | undefined;
    let skipped = 0;
    const cancel = this.#context.recording?.play((text) => {
      const frame = readFrame(text);
      if (frame === undefined) return;
      skipped += next === undefined ? 0 : Math.max(0, frame.sequence - next);
      next = frame.sequence + 1;
      const channel = frame.channel === 'l2_data' ? 'level2' : frame.channel;
      if (!frame.products.some((product) => wanted.has(`${channel}:${product}`))) return;
      subscriber.replay(text, skipped);
      skipped = 0;
    });
    this.#replays.set(subscriber, { wanted, cancel: cancel ?? (() => {}) });
  }
}

type Json = Readonly<Record<string, unknown>>;
const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as Json[]) : []);

function readFrame(text: string): RecordedFrame | undefined {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
  const { channel, sequence_num: sequence, events } = value;
  if (typeof channel !== 'string' || typeof sequence !== 'number') return undefined;
  const products = listOf(events).flatMap((event) => [
    String(event.product_id),
    ...[...listOf(event.trades), ...listOf(event.tickers)].map((row) => String(row.product_id)),
  ]);
  return { channel, sequence, products };
}
