/** The public channels of one instrument: `books` (snapshot, then changes every 200 ms), `books5` and `books15`
 *  (200 ms) and `books1` (20 ms for these symbols), which push a snapshot each time, `ticker` (200 ms) and `trade` (at
 *  once). Source: https://www.bitget.com/api-doc/spot/websocket/public/Depth-Channel, …/Tickers-Channel,
 *  …/Trades-Channel.
 *  `seq` is one line of numbers for all book channels of an instrument. An update's `pseq` is the `seq` of the push
 *  before it; the first one's is that of the snapshot, whose own `pseq` is 0. A book that does not change is silent. */
import { isEmpty } from '../../book-window.ts';
import { CadencedBook } from '../../cadenced-book.ts';
import { DepthFaults } from '../../depth-faults.ts';
import type { VenueFaults } from '../../fault-port.ts';
import { Paced } from '../../paced.ts';
import type { ExchangeEvent, ExchangePort, SimInstrument, TopOfBook } from '../../port.ts';
import type { Subscriber } from '../../subscriber.ts';
import { Ticks } from '../../ticks.ts';
import { type BookFrame, bookFrame, tradeRow } from './market-rows.ts';
import type { Tickers } from './tickers.ts';

export const FEED_CHANNELS = ['books', 'books1', 'books5', 'books15', 'ticker', 'trade'] as const;
export type FeedChannel = (typeof FEED_CHANNELS)[number];

/** Levels a side of a `books` snapshot, as probed in September 2026. */
const BOOK_DEPTH = 500;
const FIXED_DEPTHS = { books5: 5, books15: 15 } as const;
type FixedChannel = keyof typeof FIXED_DEPTHS;
const CADENCE_MS = 200;
const TOP_CADENCE_MS = 20;
/** Trades in the snapshot of the `trade` channel. */
const RECENT_TRADES = 50;

export class InstrumentFeed {
  readonly #instrument: SimInstrument;
  readonly #exchange: ExchangePort;
  readonly #tickers: Tickers;
  readonly #subscribers: Readonly<Record<Exclude<FeedChannel, 'books'>, Set<Subscriber>>>;
  readonly #books: CadencedBook;
  readonly #ticks: Ticks;
  readonly #top: Paced;
  readonly #shown: Record<FixedChannel, string> = { books5: '', books15: '' };
  #tickerDirty = false;
  #pendingTop: TopOfBook | undefined;

  constructor(instrument: SimInstrument, exchange: ExchangePort, faults: VenueFaults, tickers: Tickers) {
    this.#instrument = instrument;
    this.#exchange = exchange;
    this.#tickers = tickers;
    this.#ticks = new Ticks(
      exchange.clock,
      CADENCE_MS,
      () => this.#wantsTicks(),
      () => this.#tick(),
    );
    this.#top = new Paced(exchange.clock, TOP_CADENCE_MS, () => this.#tellTop());
    const depthFaults = new DepthFaults(faults, instrument.id);
    this.#books = new CadencedBook(instrument, exchange, {
      depth: BOOK_DEPTH,
      faults: depthFaults,
      frames: {
        begin: () => depthFaults.reset(),
        snapshot: (sides, seq) => this.#bookFrame({ action: 'snapshot', channel: 'books', sides, seq }),
        update: (sides, { id, previous }) =>
          isEmpty(sides)
            ? undefined
            : this.#bookFrame({ action: 'update', channel: 'books', sides, seq: id, previous }),
      },
    });
    this.#subscribers = {
      books1: new Set(),
      books5: new Set(),
      books15: new Set(),
      ticker: new Set(),
      trade: new Set(),
    };
  }

  add(channel: FeedChannel, subscriber: Subscriber): void {
    if (channel === 'books') this.#books.add(subscriber);
    else this.#subscribers[channel].add(subscriber);
    if (channel === 'books5' || channel === 'books15') this.#shown[channel] = '';
    if (channel === 'books1') subscriber.push(this.#topFrame(this.#exchange.top(this.#instrument)));
    if (channel === 'ticker') subscriber.push(this.#tickerFrame());
    if (channel === 'trade') this.#sendRecentTrades(subscriber);
    this.#ticks.arm();
  }

  remove(channel: FeedChannel, subscriber: Subscriber): void {
    if (channel === 'books') this.#books.remove(subscriber);
    else this.#subscribers[channel].delete(subscriber);
  }

  close(): void {
    this.#ticks.stop();
    this.#top.close();
  }

  onEvent(event: ExchangeEvent): void {
    if (event.kind === 'BookChanged') {
      this.#books.onBook(event);
    } else if (event.kind === 'TopChanged') {
      this.#tickerDirty = true;
      this.#onTop(event.top);
    } else if (event.kind === 'Traded') {
      this.#tickerDirty = true;
      const { trade } = this.#subscribers;
      if (trade.size > 0) this.#send(trade, this.#frame('update', 'trade', [tradeRow(event.trade)]));
    }
  }

  // — every 200 ms —

  #wantsTicks(): boolean {
    const { books5, books15, ticker } = this.#subscribers;
    return this.#books.size + books5.size + books15.size + ticker.size > 0;
  }

  #tick(): void {
    this.#books.tick();
    this.#tellFixed('books5');
    this.#tellFixed('books15');
    this.#tellTicker();
  }

  #tellFixed(channel: FixedChannel): void {
    const subscribers = this.#subscribers[channel];
    if (subscribers.size === 0) return;
    const book = this.#exchange.book(this.#instrument, FIXED_DEPTHS[channel]);
    const levels = JSON.stringify([book.bids, book.asks]);
    if (levels === this.#shown[channel]) return;
    this.#shown[channel] = levels;
    this.#send(subscribers, this.#bookFrame({ action: 'snapshot', channel, sides: book, seq: book.updateId }));
  }

  #tellTicker(): void {
    const { ticker } = this.#subscribers;
    if (ticker.size === 0 || !this.#tickerDirty) return;
    this.#tickerDirty = false;
    this.#send(ticker, this.#tickerFrame());
  }

  // — every 20 ms —

  #onTop(top: TopOfBook): void {
    if (this.#subscribers.books1.size === 0) return;
    this.#pendingTop = top;
    this.#top.mark();
  }

  #tellTop(): void {
    const top = this.#pendingTop;
    if (top === undefined) return;
    this.#pendingTop = undefined;
    this.#send(this.#subscribers.books1, this.#topFrame(top));
  }

  // — frames —

  #topFrame({ bid, ask, updateId }: TopOfBook): string {
    const sides = { asks: ask === undefined ? [] : [ask], bids: bid === undefined ? [] : [bid] };
    return this.#bookFrame({ action: 'snapshot', channel: 'books1', sides, seq: updateId });
  }

  #bookFrame(frame: Omit<BookFrame, 'at'>): string {
    return bookFrame(this.#instrument, { ...frame, at: this.#now() });
  }

  #tickerFrame(): string {
    return this.#frame('snapshot', 'ticker', [this.#tickers.channelRow(this.#instrument, this.#now())]);
  }

  /** Newest first. */
  #sendRecentTrades(subscriber: Subscriber): void {
    const recent = this.#exchange.trades(this.#instrument, RECENT_TRADES).map(tradeRow).reverse();
    if (recent.length > 0) subscriber.push(this.#frame('snapshot', 'trade', recent));
  }

  #frame(action: 'snapshot' | 'update', channel: FeedChannel, data: readonly object[]): string {
    const arg = { instType: 'SPOT', channel, instId: this.#instrument.symbol };
    return JSON.stringify({ action, arg, data, ts: this.#now() });
  }

  #send(subscribers: Iterable<Subscriber>, frame: string): void {
    for (const subscriber of subscribers) subscriber.push(frame);
  }

  #now(): number {
    return Math.floor(this.#exchange.clock.wallMs());
  }
}
