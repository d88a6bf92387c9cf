/** The public channels of one instrument: `books` (snapshot, then changes every 200 ms), `books5` and `books15`
 *  (200 ms) and `books1` (20 ms for these symbols), which push a snapshot each time, `ticker` (200 ms) and `trade` (at
 *  once). Source: https://www.bitget.com/api-doc/spot/websocket/public/Depth-Channel, …/Tickers-Channel,
 *  …/Trades-Channel.
 *  `seq` is one line of numbers for all book channels of an instrument. An update's `pseq` is the `seq` of the push
 *  before it; the first one's is that of the snapshot, whose own `pseq` is 0. A book that does not change is silent. */
import { DepthFaults } from '../../depth-faults.ts';
import { DepthWindow } from '../../depth-window.ts';
import type { VenueFaults } from '../../fault-port.ts';
import type { ExchangeEvent, ExchangePort, SimInstrument, TopOfBook } from '../../port.ts';
import type { Subscriber } from '../../subscriber.ts';
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
/** Deeper than any simulated book. */
const WHOLE_BOOK = 100_000;
/** Trades in the snapshot of the `trade` channel. */
const RECENT_TRADES = 50;

export class InstrumentFeed {
  readonly #instrument: SimInstrument;
  readonly #exchange: ExchangePort;
  readonly #depthFaults: DepthFaults;
  readonly #tickers: Tickers;
  readonly #subscribers: Readonly<Record<FeedChannel, Set<Subscriber>>>;
  /** Subscribed to `books`, snapshot not sent yet. */
  readonly #waiting = new Set<Subscriber>();
  readonly #bids = new DepthWindow('buy', BOOK_DEPTH);
  readonly #asks = new DepthWindow('sell', BOOK_DEPTH);
  readonly #shown: Record<FixedChannel, string> = { books5: '', books15: '' };
  #following = false;
  /** The id that `books` subscribers stand at, and the newest one. */
  #toldId = 0;
  #newestId = 0;
  #tickerDirty = false;
  #topSentAtMs = Number.NEGATIVE_INFINITY;
  #pendingTop: TopOfBook | undefined;
  #cancelTick: (() => void) | undefined;
  #cancelTop: (() => void) | undefined;

  constructor(instrument: SimInstrument, exchange: ExchangePort, faults: VenueFaults, tickers: Tickers) {
    this.#instrument = instrument;
    this.#exchange = exchange;
    this.#depthFaults = new DepthFaults(faults, instrument.id);
    this.#tickers = tickers;
    this.#subscribers = {
      books: new Set(),
      books1: new Set(),
      books5: new Set(),
      books15: new Set(),
      ticker: new Set(),
      trade: new Set(),
    };
  }

  add(channel: FeedChannel, subscriber: Subscriber): void {
    this.#subscribers[channel].add(subscriber);
    if (channel === 'books') this.#waiting.add(subscriber);
    if (channel === 'books5' || channel === 'books15') this.#shown[channel] = '';
    if (channel === 'books1') subscriber.push(this.#topFrame(this.#exchange.top(this.#instrument)));
    if (channel === 'ticker') subscriber.push(this.#tickerFrame());
    if (channel === 'trade') this.#sendRecentTrades(subscriber);
    if (this.#cancelTick === undefined && this.#wantsTicks()) this.#arm();
  }

  remove(channel: FeedChannel, subscriber: Subscriber): void {
    this.#subscribers[channel].delete(subscriber);
    if (channel === 'books') this.#waiting.delete(subscriber);
  }

  close(): void {
    this.#cancelTick?.();
    this.#cancelTop?.();
    this.#cancelTick = undefined;
    this.#cancelTop = undefined;
  }

  onEvent(event: ExchangeEvent): void {
    if (event.kind === 'BookChanged') {
      this.#newestId = event.lastId;
      if (!this.#following) return;
      for (const { side, price, size } of event.changes) (side === 'buy' ? this.#bids : this.#asks).apply(price, size);
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
    const { books, books5, books15, ticker } = this.#subscribers;
    return books.size + books5.size + books15.size + ticker.size > 0;
  }

  #arm(): void {
    this.#cancelTick = this.#exchange.clock.after(CADENCE_MS, () => {
      this.#cancelTick = undefined;
      this.#tellBooks();
      this.#tellFixed('books5');
      this.#tellFixed('books15');
      this.#tellTicker();
      if (this.#wantsTicks()) this.#arm();
      else this.#following = false;
    });
  }

  #tellBooks(): void {
    const { books } = this.#subscribers;
    if (books.size === 0) {
      this.#following = false;
      return;
    }
    if (this.#following) this.#tellChanges(books);
    if (this.#waiting.size === 0) return;
    if (!this.#following) this.#follow();
    const sides = { asks: this.#asks.levels(), bids: this.#bids.levels() };
    this.#send(this.#waiting, this.#bookFrame({ action: 'snapshot', channel: 'books', sides, seq: this.#toldId }));
    this.#waiting.clear();
  }

  /** Changes go out first, so that those who wait get a snapshot that the next change follows. */
  #tellChanges(books: ReadonlySet<Subscriber>): void {
    const sides = { asks: this.#asks.takeChanges(), bids: this.#bids.takeChanges() };
    if (sides.asks.length + sides.bids.length === 0) return;
    const previous = this.#toldId;
    this.#toldId = this.#newestId;
    const known = [...books].filter((subscriber) => !this.#waiting.has(subscriber));
    if (known.length === 0) return;
    const frame = this.#bookFrame({ action: 'update', channel: 'books', sides, seq: this.#toldId, previous });
    for (const shown of this.#depthFaults.shape(frame)) this.#send(known, shown);
  }

  #follow(): void {
    const book = this.#exchange.book(this.#instrument, WHOLE_BOOK);
    this.#bids.reset(book.bids);
    this.#asks.reset(book.asks);
    this.#depthFaults.reset();
    this.#toldId = book.updateId;
    this.#newestId = book.updateId;
    this.#following = true;
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
    if (this.#cancelTop !== undefined) return;
    const wait = this.#topSentAtMs + TOP_CADENCE_MS - this.#exchange.clock.monotonicNs() / 1e6;
    if (wait <= 0) this.#tellTop();
    else this.#cancelTop = this.#exchange.clock.after(Math.ceil(wait), () => this.#tellTop());
  }

  #tellTop(): void {
    this.#cancelTop = undefined;
    const top = this.#pendingTop;
    if (top === undefined) return;
    this.#pendingTop = undefined;
    this.#topSentAtMs = this.#exchange.clock.monotonicNs() / 1e6;
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
