/** The public channels `book`, `ticker`, `trade` and `instrument`: who listens, what is sent, and recordings played in
 *  their place. Nothing is coalesced: each event of the exchange is a frame.
 *  Source: https://docs.kraken.com/api/docs/websocket-v2/ticker, …/trade, …/instrument. */
import { DayStatistics } from '../../day-statistics.ts';
import type { ExchangeEvent, SimInstrument } from '../../port.ts';
import { Replays, unchanged } from '../../replays.ts';
import type { Subscriber } from '../../subscriber.ts';
import type { WireContext } from '../../wire-port.ts';
import { BookFeed, DEPTHS, type Depth } from './book-feed.ts';
import { instrumentData, tradeRow } from './market-rows.ts';
import { Tickers } from './tickers.ts';
import { wireJson } from './wire-numbers.ts';

export type PublicTopic =
  | { readonly channel: 'book'; readonly instrument: SimInstrument; readonly depth: Depth }
  | { readonly channel: 'ticker'; readonly instrument: SimInstrument; readonly trigger: 'bbo' | 'trades' }
  | { readonly channel: 'trade'; readonly instrument: SimInstrument }
  | { readonly channel: 'instrument' };

interface InstrumentTopics {
  readonly books: ReadonlyMap<Depth, BookFeed>;
  readonly tickers: Readonly<Record<'bbo' | 'trades', Set<Subscriber>>>;
  readonly trades: Set<Subscriber>;
}

/** Trades of a snapshot. */
const SNAPSHOT_TRADES = 50;

export class PublicHub {
  readonly tickers: Tickers;
  readonly #context: WireContext;
  readonly #days: DayStatistics;
  readonly #topics: ReadonlyMap<SimInstrument, InstrumentTopics>;
  readonly #replays: Replays<Subscriber>;
  readonly #unlisten: () => void;

  constructor(context: WireContext) {
    const { exchange, faults, recording } = context;
    this.#context = context;
    this.#days = new DayStatistics(exchange);
    this.tickers = new Tickers(exchange, this.#days);
    this.#replays = new Replays(recording, unchanged(nameOf));
    this.#topics = new Map(
      exchange.instruments.map((one) => [
        one,
        {
          books: new Map(DEPTHS.map((depth) => [depth, new BookFeed(one, depth, exchange, faults)])),
          tickers: { bbo: new Set(), trades: new Set() },
          trades: new Set(),
        },
      ]),
    );
    this.#unlisten = exchange.onEvent((event) => this.#onEvent(event));
  }

  get isRecorded(): boolean {
    return this.#replays.active;
  }

  subscribe(topic: PublicTopic, subscriber: Subscriber, snapshot: boolean): void {
    if (topic.channel === 'instrument') {
      const { instruments } = this.#context.exchange;
      if (!snapshot) return;
      subscriber.push(wireJson({ channel: 'instrument', type: 'snapshot', data: instrumentData(instruments) }));
      return;
    }
    const topics = this.#topics.get(topic.instrument);
    if (topic.channel === 'book') {
      topics?.books.get(topic.depth)?.add(subscriber, snapshot);
    } else if (topic.channel === 'ticker') {
      topics?.tickers[topic.trigger].add(subscriber);
      if (snapshot) subscriber.push(this.#ticker(topic.instrument, 'snapshot'));
    } else {
      topics?.trades.add(subscriber);
      if (!snapshot) return;
      const rows = this.#context.exchange.trades(topic.instrument, SNAPSHOT_TRADES).map(tradeRow);
      subscriber.push(wireJson({ channel: 'trade', type: 'snapshot', data: rows }));
    }
  }

  unsubscribe(topic: PublicTopic, subscriber: Subscriber): void {
    if (topic.channel === 'instrument') return;
    const topics = this.#topics.get(topic.instrument);
    if (topic.channel === 'book') topics?.books.get(topic.depth)?.remove(subscriber);
    else if (topic.channel === 'ticker') topics?.tickers[topic.trigger].delete(subscriber);
    else topics?.trades.delete(subscriber);
  }

  replay(channel: string, symbol: string, subscriber: Subscriber): void {
    this.#replays.add(subscriber, `${channel}:${symbol}`);
  }

  stopReplay(channel: string, symbol: string, subscriber: Subscriber): void {
    this.#replays.remove(subscriber, `${channel}:${symbol}`);
  }

  forget(subscriber: Subscriber): void {
    for (const { books, tickers, trades } of this.#topics.values()) {
      for (const feed of books.values()) feed.remove(subscriber);
      tickers.bbo.delete(subscriber);
      tickers.trades.delete(subscriber);
      trades.delete(subscriber);
    }
    this.#replays.forget(subscriber);
  }

  close(): void {
    this.#unlisten();
    this.#replays.close();
  }

  #onEvent(event: ExchangeEvent): void {
    if (event.kind === 'BookChanged') {
      for (const feed of this.#topics.get(event.instrument)?.books.values() ?? []) feed.onBook(event);
    } else if (event.kind === 'TopChanged') {
      this.#tellTicker(event.instrument, 'bbo');
    } else if (event.kind === 'Traded') {
      const { trade } = event;
      this.#days.onTrade(trade);
      this.#tellTicker(trade.instrument, 'trades');
      const listeners = this.#topics.get(trade.instrument)?.trades ?? new Set();
      if (listeners.size === 0) return;
      const frame = wireJson({ channel: 'trade', type: 'update', data: [tradeRow(trade)] });
      for (const subscriber of listeners) subscriber.push(frame);
    }
  }

  #tellTicker(instrument: SimInstrument, trigger: 'bbo' | 'trades'): void {
    const listeners = this.#topics.get(instrument)?.tickers[trigger] ?? new Set();
    if (listeners.size === 0) return;
    const frame = this.#ticker(instrument, 'update');
    for (const subscriber of listeners) subscriber.push(frame);
  }

  #ticker(instrument: SimInstrument, type: 'snapshot' | 'update'): string {
    const row = this.tickers.socketRow(instrument, this.#context.clock.wallMs());
    return wireJson({ channel: 'ticker', type, data: [row] });
  }
}

/** Channel and symbol of a recorded data frame; acknowledgements, status and heartbeats have none that counts. */
function nameOf(text: string): string | undefined {
  try {
    const frame = JSON.parse(text) as { readonly channel?: unknown; readonly data?: unknown };
    const first: unknown = Array.isArray(frame.data) ? frame.data[0] : undefined;
    if (typeof first !== 'object' || first === null || !('symbol' in first)) return undefined;
    return `${String(frame.channel)}:${String(first.symbol)}`;
  } catch {
    return undefined;
  }
}
