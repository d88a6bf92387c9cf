/** The public channels: one feed an instrument, the `instruments` channel, and recordings played in their place. */
import type { SimInstrument } from '../../port.ts';
import type { WireContext } from '../../wire-port.ts';
import { FEED_CHANNELS, InstrumentFeed, type Subscriber } from './instrument-feed.ts';
import { instrumentRow } from './market-rows.ts';
import { Tickers } from './tickers.ts';

export type PublicArg = Readonly<Record<string, unknown>>;

/** Frames of a recording that a connection has asked for. */
interface Replay {
  readonly wanted: Set<string>;
  readonly cancel: () => void;
}

const feedOf = (arg: PublicArg) => FEED_CHANNELS.find((channel) => channel === arg.channel);
const nameOf = (arg: PublicArg): string => `${String(arg.channel)}:${String(arg.instId)}`;

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
    if (this.#context.recording?.active === true) {
      ack();
      this.#replay(subscriber, nameOf(arg));
      return true;
    }
    const feed = this.#feed(arg);
    if (feed === undefined) return false;
    ack();
    feed.add(channel, subscriber);
    return true;
  }

  unsubscribe(arg: PublicArg, subscriber: Subscriber): void {
    const channel = feedOf(arg);
    if (channel !== undefined) this.#feed(arg)?.remove(channel, subscriber);
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

  #feed(arg: PublicArg): InstrumentFeed | undefined {
    const { instId } = arg;
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
function argOf(text: string): PublicArg | undefined {
  try {
    const frame = JSON.parse(text) as { readonly arg?: PublicArg; readonly data?: unknown };
    return frame.data === undefined ? undefined : frame.arg;
  } catch {
    return undefined;
  }
}
