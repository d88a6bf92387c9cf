/** The public channels of one instrument: `books` (400 levels, snapshot then changes every 100 ms), `books5` (100 ms),
 *  `bbo-tbt` (10 ms), `tickers` (100 ms) and `trades` (at once).
 *  Source: https://www.okx.com/docs-v5/en/#order-book-trading-market-data-ws-order-book-channel; `seqId` is one line of
 *  numbers for all of an instrument's book channels, so `bbo-tbt` and `books` can be compared. */
import { DepthFaults } from '../../depth-faults.ts';
import { DepthWindow } from '../../depth-window.ts';
import type { VenueFaults } from '../../fault-port.ts';
import type { ExchangeEvent, ExchangePort, SimInstrument, TopOfBook } from '../../port.ts';
import type { Subscriber } from '../../subscriber.ts';
import { bookRow, topRow, tradeRow } from './market-rows.ts';
import type { Tickers } from './tickers.ts';

/** Levels a side of `books` and of `GET /market/books`. */
export const BOOK_DEPTH = 400;

export const FEED_CHANNELS = ['books', 'books5', 'bbo-tbt', 'tickers', 'trades'] as const;
export type FeedChannel = (typeof FEED_CHANNELS)[number];

const CADENCE_MS = 100;
const TOP_CADENCE_MS = 10;
/** Without a change for this long `books` says so: no levels, `prevSeqId` equal to `seqId`. */
const STILL_ALIVE_MS = 60_000;
/** Deeper than any simulated book. */
const WHOLE_BOOK = 100_000;

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
  #following = false;
  /** The id that `books` subscribers stand at, and the newest one. */
  #toldId = 0;
  #newestId = 0;
  #toldAtMs = 0;
  #top5 = '';
  #tickerDirty = false;
  #topSentAtMs = Number.NEGATIVE_INFINITY;
  #cancelTick: (() => void) | undefined;
  #cancelTop: (() => void) | undefined;
  #pendingTop: TopOfBook | undefined;

  constructor(instrument: SimInstrument, exchange: ExchangePort, faults: VenueFaults, tickers: Tickers) {
    this.#instrument = instrument;
    this.#exchange = exchange;
    this.#depthFaults = new DepthFaults(faults, instrument.id);
    this.#tickers = tickers;
    this.#subscribers = {
      books: new Set(),
      books5: new Set(),
      'bbo-tbt': new Set(),
      tickers: new Set(),
      trades: new Set(),
    };
  }

  add(channel: FeedChannel, subscriber: Subscriber): void {
    this.#subscribers[channel].add(subscriber);
    if (channel === 'books') this.#waiting.add(subscriber);
    if (channel === 'books5') this.#top5 = '';
    if (channel === 'tickers')
      subscriber.push(this.#frame('tickers', this.#tickers.row(this.#instrument, this.#now())));
    if (channel === 'bbo-tbt') subscriber.push(this.#topFrame(this.#exchange.top(this.#instrument)));
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
      const { trades } = this.#subscribers;
      if (trades.size === 0) return;
      const seqId = this.#exchange.top(this.#instrument).updateId;
      this.#send(trades, this.#frame('trades', tradeRow(event.trade, seqId)));
    }
  }

  // — every 100 ms —

  #wantsTicks(): boolean {
    const { books, books5, tickers } = this.#subscribers;
    return books.size + books5.size + tickers.size > 0;
  }

  #arm(): void {
    this.#cancelTick = this.#exchange.clock.after(CADENCE_MS, () => {
      this.#cancelTick = undefined;
      this.#tellBooks();
      this.#tellBooks5();
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
    const row = bookRow(this.#instrument, sides, this.#now(), this.#toldId);
    const frame = this.#frame('books', row, 'snapshot');
    this.#send(this.#waiting, frame);
    this.#waiting.clear();
  }

  /** Changes go out first, so that those who wait get a snapshot that the next change follows. */
  #tellChanges(books: ReadonlySet<Subscriber>): void {
    const asks = this.#asks.takeChanges();
    const bids = this.#bids.takeChanges();
    const changed = asks.length + bids.length > 0;
    if (!changed && this.#now() - this.#toldAtMs < STILL_ALIVE_MS) return;
    const seqId = changed ? this.#newestId : this.#toldId;
    const row = bookRow(this.#instrument, { asks, bids }, this.#now(), seqId, this.#toldId);
    this.#toldId = seqId;
    this.#toldAtMs = this.#now();
    const known = [...books].filter((subscriber) => !this.#waiting.has(subscriber));
    if (known.length === 0) return;
    const frame = this.#frame('books', row, 'update');
    for (const shown of changed ? this.#depthFaults.shape(frame) : [frame]) this.#send(known, shown);
  }

  #follow(): void {
    const book = this.#exchange.book(this.#instrument, WHOLE_BOOK);
    this.#bids.reset(book.bids);
    this.#asks.reset(book.asks);
    this.#toldId = book.updateId;
    this.#newestId = book.updateId;
    this.#toldAtMs = this.#now();
    this.#following = true;
  }

  #tellBooks5(): void {
    const { books5 } = this.#subscribers;
    if (books5.size === 0) return;
    const book = this.#exchange.book(this.#instrument, 5);
    const levels = JSON.stringify([book.bids, book.asks]);
    if (levels === this.#top5) return;
    this.#top5 = levels;
    this.#send(books5, this.#frame('books5', bookRow(this.#instrument, book, this.#now(), book.updateId)));
  }

  #tellTicker(): void {
    const { tickers } = this.#subscribers;
    if (tickers.size === 0 || !this.#tickerDirty) return;
    this.#tickerDirty = false;
    this.#send(tickers, this.#frame('tickers', this.#tickers.row(this.#instrument, this.#now())));
  }

  // — every 10 ms —

  #onTop(top: TopOfBook): void {
    if (this.#subscribers['bbo-tbt'].size === 0) return;
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
    this.#send(this.#subscribers['bbo-tbt'], this.#topFrame(top));
  }

  #topFrame(top: TopOfBook): string {
    return this.#frame('bbo-tbt', topRow(this.#instrument, top, this.#now()));
  }

  #frame(channel: FeedChannel, row: object, action?: 'snapshot' | 'update'): string {
    const arg = { channel, instId: this.#instrument.symbol };
    return JSON.stringify(action === undefined ? { arg, data: [row] } : { arg, action, data: [row] });
  }

  #send(subscribers: Iterable<Subscriber>, frame: string): void {
    for (const subscriber of subscribers) subscriber.push(frame);
  }

  #now(): number {
    return this.#exchange.clock.wallMs();
  }
}
